/* handshake.c - one TLS or DTLS handshake, message by message, to what it says. */
#include "analyzer/observe/handshake_held.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/crypto/tls_hash.h"
#include "analyzer/proto/tls/tls_shake.h"

enum {
	HELLO_VERIFY_REQUEST = 3,
	MESSAGE_CERTIFICATE_STATUS = 22,
	TLS_1_2 = 0x0303,
	DTLS_1_2 = 0xfefd,
	DTLS_1_3 = 0xfefc,
	TLS_1_3 = 0x0304,
	ARENA = 16384,
};

struct handshake *handshake_new(bool datagram, struct cert_cache *certs)
{
	struct handshake *h = mem_zero(1, sizeof *h);

	h->datagram = datagram;
	h->cache = certs;
	h->arena = arena_new(ARENA);
	return h;
}

void handshake_free(struct handshake *h)
{
	if (!h)
		return;
	for (int i = 0; i < HELD_SLOTS; i++)
		free(h->held[i].bytes);
	arena_free(h->arena);
	free(h);
}

bool handshake_is_13(const struct handshake *h)
{
	return h->datagram ? h->seen.version == DTLS_1_3 : h->seen.version >= TLS_1_3;
}

bool handshake_has_schemes(const struct handshake *h)
{
	return h->datagram ? h->seen.version <= DTLS_1_2 : h->seen.version >= TLS_1_2;
}

struct slice handshake_held(const struct handshake *h, enum held_slot s)
{
	return (struct slice){ h->held[s].bytes, h->held[s].n };
}

struct slice handshake_body(const struct handshake *h, enum held_slot s)
{
	return slice_from(handshake_held(h, s), h->datagram ? HELD_DTLS_HEADER : HELD_TLS_HEADER);
}

/* ---- keeping messages as the transcript wants them --------------------------------- */

/* RFC 6347 4.2.6: as if it had come in one fragment. */
static size_t put_header(const struct handshake *h, const struct handshake_message *m, uint8_t *to)
{
	uint8_t len[3] = { (uint8_t)(m->body.n >> 16), (uint8_t)(m->body.n >> 8),
			   (uint8_t)m->body.n };

	to[0] = m->type;
	memcpy(to + 1, len, 3);
	if (!h->datagram)
		return HELD_TLS_HEADER;
	to[4] = (uint8_t)(m->seq >> 8);
	to[5] = (uint8_t)m->seq;
	memset(to + 6, 0, 3);
	memcpy(to + 9, len, 3);
	return HELD_DTLS_HEADER;
}

/* False: it is there already, or there is no room. */
static bool hold(struct handshake *h, enum held_slot s, const struct handshake_message *m)
{
	struct held *to = &h->held[s];
	uint8_t header[HELD_DTLS_HEADER];
	size_t n = put_header(h, m, header);

	if (to->bytes)
		return false;
	if (h->held_bytes + n + m->body.n > HELD_BYTES) {
		h->seen.incomplete = true;
		h->refused++;
		return false;
	}
	to->bytes = mem_grow(NULL, n + m->body.n, 1);
	memcpy(to->bytes, header, n);
	if (m->body.n)
		memcpy(to->bytes + n, m->body.p, m->body.n);
	to->n = n + m->body.n;
	to->seq = m->seq;
	h->held_bytes += to->n;
	return true;
}

static void let_go(struct handshake *h, enum held_slot s)
{
	h->held_bytes -= h->held[s].n;
	free(h->held[s].bytes);
	h->held[s] = (struct held){ NULL, 0, 0 };
}

/* ---- hellos ------------------------------------------------------------------------- */

/* Versions of TLS-001 or suites of TLS-002 in an offer; values of RFC 8701 and signaling ones are
 * none. */
static bool weak_offer(const struct handshake *h, const struct tls_hello *hello)
{
	struct tls_suite_info s;

	for (size_t i = 0; i + 1 < hello->suites.n; i += 2) {
		uint16_t id = (uint16_t)(hello->suites.p[i] << 8 | hello->suites.p[i + 1]);
		if (!tls_shake_is_grease(id) && tls_suite_find(id, &s) && tls_suite_broken(&s))
			return true;
	}
	for (size_t i = 0; i + 1 < hello->versions.n; i += 2) {
		uint16_t v = (uint16_t)(hello->versions.p[i] << 8 | hello->versions.p[i + 1]);
		if (!tls_shake_is_grease(v) && (h->datagram ? v == 0xfeff : v < TLS_1_2))
			return true;
	}
	return false;
}

static void note_profiles(struct handshake *h, struct slice profiles)
{
	h->seen.profiles_offered = (uint16_t)(profiles.n / 2);
	for (size_t i = 0; i + 1 < profiles.n; i += 2)
		h->seen.null_profile_offered |=
			profiles.p[i] == 0 && (profiles.p[i + 1] == 5 || profiles.p[i + 1] == 6);
}

static void client_hello(struct handshake *h, const struct handshake_message *m)
{
	struct tls_hello hello;
	struct tls_more more;

	if (tls_client_hello(m->body, h->datagram, &hello) != ERR_OK)
		return;
	/* The same again: sent twice; another before the answer: a cookie or a retry was asked
	 * for. */
	if (h->held[HELD_CLIENT_HELLO].bytes) {
		if (h->seen.server_hello || slice_eq(handshake_body(h, HELD_CLIENT_HELLO), m->body))
			return;
		let_go(h, HELD_FIRST_HELLO);
		h->held[HELD_FIRST_HELLO] = h->held[HELD_CLIENT_HELLO];
		h->held[HELD_CLIENT_HELLO] = (struct held){ NULL, 0, 0 };
	}
	if (!hold(h, HELD_CLIENT_HELLO, m))
		return;
	tls_shake_more(&hello, &more);
	h->seen.client_hello = true;
	h->seen.offered = hello.version;
	h->seen.weak_offered = weak_offer(h, &hello);
	note_profiles(h, hello.srtp_profiles);
	memcpy(h->client_random, hello.random.p, sizeof h->client_random);
	memcpy(h->session_id, hello.session_id.p ? hello.session_id.p : h->client_random,
	       hello.session_id.n);
	h->session_id_n = (uint8_t)hello.session_id.n;
	h->client_more = more;
	h->client_more.share = (struct slice){ NULL, 0 };
	h->client_ems = hello.extended_master_secret;
	if (h->seen.client_at.frame == 0)
		h->seen.client_at = m->at;
}

static void hash_pair(struct slice a, struct slice b, uint8_t out[32])
{
	uint8_t len[2] = { (uint8_t)(a.n >> 8), (uint8_t)a.n }, sum[TLS_HASH_MAX] = { 0 };
	const struct slice pieces[] = { { len, sizeof len }, a, b };

	tls_hash(false, pieces, 3, sum);
	memcpy(out, sum, 32);
}

static void note_randoms(struct handshake *h)
{
	if (h->seen.has_randoms || !h->seen.client_hello || !h->seen.server_hello)
		return;
	h->seen.has_randoms = true;
	hash_pair((struct slice){ h->client_random, 32 }, (struct slice){ h->server_random, 32 },
		  h->seen.randoms);
}

/* TLS 1.3: both hellos hold the shares. */
static void note_shares_13(struct handshake *h, const struct tls_more *server)
{
	struct tls_hello hello;
	struct tls_more client;
	struct slice body = handshake_body(h, HELD_CLIENT_HELLO);

	if (!server->share.n || tls_client_hello(body, h->datagram, &hello) != ERR_OK)
		return;
	tls_shake_more(&hello, &client);
	h->seen.has_shares = client.share.n > 0;
	hash_pair(client.share, server->share, h->seen.shares);
}

static uint8_t grade_of(const struct tls_suite_info *s)
{
	if (!s->name)
		return SUITE_UNSEEN;
	if (tls_suite_broken(s))
		return SUITE_BROKEN;
	if (tls_suite_aead(s))
		return SUITE_AEAD;
	return s->cipher == TLS_CIPHER_CBC	  ? SUITE_CBC
	       : s->cipher == TLS_CIPHER_CBC_SHA1 ? SUITE_CBC_SHA1
	       : s->cipher == TLS_CIPHER_3DES	  ? SUITE_3DES
						  : SUITE_UNSEEN;
}

static void note_suite(struct handshake *h)
{
	h->seen.suite_name = h->suite.name;
	h->seen.suite_grade = grade_of(&h->suite);
	h->seen.forward_secret = tls_suite_forward_secret(&h->suite) && !h->seen.psk_only;
}

static void note_group(struct handshake *h, uint16_t group)
{
	h->seen.group = group;
	h->seen.group_name = tls_suite_group_name(group);
	h->seen.group_bits = tls_suite_group_bits(group);
}

static void take_server_hello(struct handshake *h, const struct tls_hello *hello,
			      const struct handshake_message *m)
{
	struct tls_more more;

	tls_shake_more(hello, &more);
	h->seen.server_hello = true;
	h->seen.server_at = m->at;
	h->seen.version = hello->version;
	h->seen.suite = hello->suite;
	note_group(h, more.group);
	h->seen.compression = more.compression != 0;
	h->seen.extended_master_secret = hello->extended_master_secret;
	h->seen.renegotiation_info = more.renegotiation_info;
	h->encrypt_then_mac = more.encrypt_then_mac;
	h->echoed = hello->session_id.n &&
		    slice_eq(hello->session_id, (struct slice){ h->session_id, h->session_id_n });
	tls_suite_find(hello->suite, &h->suite);
	memcpy(h->server_random, hello->random.p, sizeof h->server_random);
	if (hello->srtp_profiles.n >= 2) {
		h->seen.has_profile = true;
		h->seen.profile =
			(uint16_t)(hello->srtp_profiles.p[0] << 8 | hello->srtp_profiles.p[1]);
		h->seen.profile_name = tls_suite_profile_name(h->seen.profile);
	}
	if (handshake_is_13(h)) {
		h->seen.psk = h->seen.resumed = more.psk;
		h->seen.psk_only = more.psk && !more.share.n;
		h->seen.hidden = true;
		note_shares_13(h, &more);
	}
	note_suite(h);
	note_randoms(h);
}

static void server_hello(struct handshake *h, const struct handshake_message *m)
{
	struct tls_hello hello;

	if (tls_server_hello(m->body, &hello) != ERR_OK)
		return;
	if (hello.retry) {
		h->seen.retry |= hold(h, HELD_RETRY, m);
		return;
	}
	if (hold(h, HELD_SERVER_HELLO, m))
		take_server_hello(h, &hello, m);
}

/* ---- certificates and shares --------------------------------------------------------- */

static void certificate(struct handshake *h, bool from_client, const struct handshake_message *m)
{
	struct cert_seen *to = &h->seen.certs[from_client ? 0 : 1];
	enum held_slot slot = from_client ? HELD_CLIENT_CERT : HELD_SERVER_CERT;
	struct tls_chain chain;

	if (tls_shake_certificate(m->body, handshake_is_13(h), &chain) != ERR_OK ||
	    !hold(h, slot, m))
		return;
	h->seen.hidden = false;
	to->at = m->at;
	to->sent = true;
	if (chain.count == 0) {
		to->none = true;
		return;
	}
	size_t held = chain.count < TLS_CHAIN_MAX ? chain.count : TLS_CHAIN_MAX;
	enum err e = cert_read(h->cache, h->arena, chain.certs[0], chain.certs + 1, held - 1, to);
	/* What is no X.509 still has a digest, and `parsed` says the rest. */
	to->parsed &= e == ERR_OK;
	to->chain = chain.count;
	to->at = m->at;
}

struct slice handshake_der(const struct handshake *h, bool client)
{
	struct tls_chain chain;
	struct slice body = handshake_body(h, client ? HELD_CLIENT_CERT : HELD_SERVER_CERT);

	if (!body.p || tls_shake_certificate(body, handshake_is_13(h), &chain) != ERR_OK ||
	    chain.count == 0)
		return (struct slice){ NULL, 0 };
	return chain.certs[0];
}

bool handshake_server_kex(const struct handshake *h, struct tls_server_kex *out)
{
	struct slice body = handshake_body(h, HELD_SERVER_KEX);
	bool elliptic = h->suite.kex == TLS_KEX_ECDHE;

	return body.p && !h->suite.psk &&
	       (elliptic || h->suite.kex == TLS_KEX_DHE || h->suite.kex == TLS_KEX_ANON) &&
	       tls_shake_server_kex(body, elliptic, handshake_has_schemes(h), out) == ERR_OK;
}

static void note_shares(struct handshake *h)
{
	struct tls_server_kex server;
	struct slice client;
	struct slice body = handshake_body(h, HELD_CLIENT_KEX);

	if (!handshake_server_kex(h, &server))
		return;
	note_group(h, server.group);
	h->seen.kex_bits = server.bits;
	if (!body.p || tls_shake_client_kex(body, h->suite.kex == TLS_KEX_ECDHE, &client) != ERR_OK)
		return;
	h->seen.has_shares = true;
	hash_pair(client, server.share, h->seen.shares);
}

/* ---- transcript ----------------------------------------------------------------------- */

struct slice handshake_transcript(const struct handshake *h, enum held_slot from,
				  enum held_slot last)
{
	size_t n = 0;
	uint8_t *text = mem_grow(NULL, h->held_bytes + 1, 1);

	for (int s = (int)from; s <= (int)last; s++) {
		struct slice one = handshake_held(h, (enum held_slot)s);
		if (one.n)
			memcpy(text + n, one.p, one.n);
		n += one.n;
	}
	return (struct slice){ text, n };
}

bool handshake_client_whole(const struct handshake *h, enum held_slot last)
{
	uint16_t hello = h->held[HELD_CLIENT_HELLO].seq;
	bool cert = h->held[HELD_CLIENT_CERT].bytes != NULL;

	if (!h->held[last].bytes || !h->held[HELD_CLIENT_HELLO].bytes)
		return false;
	unsigned behind = (unsigned)(last - HELD_CLIENT_CERT) + cert;
	return !h->datagram || (uint16_t)(h->held[last].seq - hello) == behind;
}

/* ---- the door ---------------------------------------------------------------------------- */

static void from_server(struct handshake *h, const struct handshake_message *m)
{
	switch (m->type) {
	case TLS_SERVER_HELLO:
		server_hello(h, m);
		break;
	case TLS_ENCRYPTED_EXTENSIONS:
		hold(h, HELD_EXTENSIONS, m);
		break;
	case TLS_CERTIFICATE:
		certificate(h, false, m);
		break;
	case MESSAGE_CERTIFICATE_STATUS:
		hold(h, HELD_STATUS, m);
		break;
	case TLS_SERVER_KEY_EXCHANGE:
		hold(h, HELD_SERVER_KEX, m);
		break;
	case TLS_CERTIFICATE_REQUEST:
		h->seen.client_cert_asked |=
			hold(h, handshake_is_13(h) ? HELD_REQUEST_13 : HELD_REQUEST, m);
		break;
	case TLS_SERVER_HELLO_DONE:
		hold(h, HELD_DONE, m);
		break;
	case TLS_CERTIFICATE_VERIFY:
		hold(h, HELD_SERVER_VERIFY, m);
		break;
	case TLS_FINISHED:
		if (handshake_is_13(h)) /* below, nothing is signed behind it */
			hold(h, HELD_SERVER_FINISHED, m);
		h->seen.server_done = true;
		h->seen.done_at = m->at;
		break;
	default:
		break;
	}
}

static void from_client(struct handshake *h, const struct handshake_message *m)
{
	switch (m->type) {
	case TLS_CLIENT_HELLO:
		client_hello(h, m);
		break;
	case TLS_CERTIFICATE:
		certificate(h, true, m);
		break;
	case TLS_CLIENT_KEY_EXCHANGE:
		hold(h, HELD_CLIENT_KEX, m);
		break;
	case TLS_CERTIFICATE_VERIFY:
		hold(h, HELD_CLIENT_VERIFY, m);
		break;
	case TLS_FINISHED:
		h->seen.client_done = true;
		h->seen.done_at = m->at;
		break;
	default:
		break;
	}
}

void handshake_message(struct handshake *h, bool from, const struct handshake_message *m)
{
	if (m->type == HELLO_VERIFY_REQUEST)
		return; /* no part of the transcript (RFC 6347 4.2.6) */
	if (from)
		from_client(h, m);
	else
		from_server(h, m);
	note_randoms(h);
	if (!handshake_is_13(h))
		note_shares(h);
	handshake_prove(h);
}

void handshake_conflict(struct handshake *h)
{
	h->seen.conflict = true;
}

unsigned handshake_refused(struct handshake *h)
{
	unsigned n = h->refused;

	h->refused = 0;
	return n;
}

void handshake_incomplete(struct handshake *h)
{
	h->seen.incomplete = true;
}

void handshake_alert(struct handshake *h, bool from, bool fatal, struct evidence at)
{
	(void)from;
	h->seen.alert_fatal |= fatal;
	if (fatal && h->seen.alert_at.frame == 0)
		h->seen.alert_at = at;
}

/*
 * The client's session name echoed, and straight from ServerHello to protected
 * records: an abbreviated handshake (RFC 5246 7.3, RFC 5077 3.4).
 */
static bool abbreviated(const struct handshake *h)
{
	return h->echoed && h->seen.server_hello && !handshake_is_13(h) &&
	       !h->held[HELD_SERVER_CERT].bytes && !h->held[HELD_SERVER_KEX].bytes &&
	       !h->held[HELD_DONE].bytes && !h->held[HELD_CLIENT_KEX].bytes;
}

void handshake_protected(struct handshake *h, bool from, struct evidence at)
{
	bool *done = from ? &h->seen.client_done : &h->seen.server_done;

	if (*done)
		return;
	*done = true;
	h->seen.done_at = at;
	if (!from && abbreviated(h) && !h->seen.incomplete)
		h->seen.resumed = true;
}

void handshake_rest(struct handshake *h)
{
	for (int i = 0; i < HELD_SLOTS; i++)
		let_go(h, (enum held_slot)i);
}

const struct handshake_seen *handshake_facts(const struct handshake *h)
{
	return &h->seen;
}
