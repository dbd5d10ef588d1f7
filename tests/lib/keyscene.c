/* keyscene.c - handshakes, exchanges and tags made by hand, for scenes about keys. */
#include "tests/lib/keyscene.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "tests/lib/callmake.h"

static struct observation between(struct scene *s, enum observation_kind kind, const char *src,
				  const char *dst, double from, double to)
{
	struct observation o = { .kind = kind, .point = s->point, .input = s->point };

	o.flow = addr_flow_key(scene_endpoint(src), scene_endpoint(dst), 17);
	o.first_ns = scene_ns(from);
	o.last_ns = scene_ns(to);
	o.evidence = (struct evidence){ ++s->frames, o.first_ns, s->point };
	return o;
}

/* ---- DTLS ----------------------------------------------------------------------------- */

static const char *const hash_names[CERT_HASHES] = { "sha-1", "sha-224", "sha-256", "sha-384",
						     "sha-512" };
static const uint8_t hash_octets[CERT_HASHES] = { 20, 28, 32, 48, 64 };

static uint8_t octet_of(uint8_t cert, int hash)
{
	return (uint8_t)(cert + 16 * hash);
}

static struct slice print_text(struct scene *s, const char *hash, uint8_t cert)
{
	char text[3 * CERT_HASH_MAX + 1] = "";
	unsigned octets = 16, value = cert;

	for (int h = 0; h < CERT_HASHES; h++)
		if (!strcmp(hash, hash_names[h])) {
			octets = hash_octets[h];
			value = octet_of(cert, h);
		}
	for (unsigned i = 0; i < octets; i++)
		snprintf(text + 3 * i, 4, i + 1 < octets ? "%02X:" : "%02x", value);
	return slice_of(arena_text(s->arena, slice_of(text)));
}

void keyscene_print(struct scene *s, struct line_seen *m, const char *hash, uint8_t cert)
{
	struct fingerprint_seen *f = arena_take(s->arena, (m->fingerprint_count + 1u) * sizeof *f);

	if (m->fingerprint_count)
		memcpy(f, m->fingerprints, m->fingerprint_count * sizeof *f);
	f[m->fingerprint_count++] =
		(struct fingerprint_seen){ slice_of(hash), print_text(s, hash, cert) };
	m->fingerprints = f;
}

struct sdp_seen *keyscene_sdp(struct scene *s, const char *at, uint8_t cert, enum sdp_setup setup)
{
	struct sdp_seen *sdp = scene_sdp(s, at, PROFILE_DTLS_SAVP);
	struct line_seen *m = scene_line(sdp, 0);

	m->setup = setup;
	if (cert)
		keyscene_print(s, m, "sha-256", cert);
	return sdp;
}

static struct cert_seen certificate(uint8_t cert)
{
	struct cert_seen c = { .sent = true, .parsed = true, .possession = CHECK_OK };

	for (int h = 0; h < CERT_HASHES; h++)
		memset(c.digest[h], octet_of(cert, h), hash_octets[h]);
	memset(c.key_digest, cert, sizeof c.key_digest);
	return c;
}

struct dtls_seen keyscene_shake(uint8_t client, uint8_t server)
{
	struct dtls_seen d = { .records = 12, .client_is_src = true };
	struct handshake_seen *h = &d.shake;

	*h = (struct handshake_seen){ .version = 0xfefd,
				      .offered = 0xfefd,
				      .suite = 0xc02b,
				      .suite_name = "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
				      .suite_grade = SUITE_AEAD,
				      .forward_secret = true,
				      .has_profile = true,
				      .profile = 1,
				      .profile_name = "SRTP_AES128_CM_HMAC_SHA1_80",
				      .client_hello = true,
				      .server_hello = true,
				      .client_done = true,
				      .server_done = true,
				      .client_cert_asked = true,
				      .has_randoms = true,
				      .has_shares = true };
	memset(h->randoms, client ^ 0x55, sizeof h->randoms);
	memset(h->shares, server ^ 0x33, sizeof h->shares);
	h->certs[0] = certificate(client);
	h->certs[1] = certificate(server);
	return d;
}

void keyscene_dtls(struct scene *s, const char *src, const char *dst, double at,
		   const struct dtls_seen *seen)
{
	struct observation o = between(s, OBSERVATION_DTLS, src, dst, at, at + 0.2);
	struct handshake_seen *h = &o.as.dtls.shake;

	o.as.dtls = *seen;
	h->client_at = (struct evidence){ ++s->frames, o.first_ns, s->point };
	h->server_at = (struct evidence){ ++s->frames, o.first_ns, s->point };
	h->done_at = (struct evidence){ ++s->frames, o.last_ns, s->point };
	if (h->alert_fatal)
		h->alert_at = h->done_at;
	track_observe(s->track, &o);
}

/* ---- ZRTP ------------------------------------------------------------------------------ */

void keyscene_hello_hash(struct scene *s, struct line_seen *m, const char *version, uint8_t side)
{
	struct zrtp_hash_seen *z = arena_take(s->arena, (m->zrtp_hash_count + 1u) * sizeof *z);
	char text[65];

	for (unsigned i = 0; i < 32; i++)
		snprintf(text + 2 * i, 3, "%02x", side);
	if (m->zrtp_hash_count)
		memcpy(z, m->zrtp_hashes, m->zrtp_hash_count * sizeof *z);
	z[m->zrtp_hash_count++] =
		(struct zrtp_hash_seen){ slice_of(version),
					 slice_of(arena_text(s->arena, slice_of(text))) };
	m->zrtp_hashes = z;
}

struct sdp_seen *keyscene_zrtp_sdp(struct scene *s, const char *at, uint8_t side)
{
	struct sdp_seen *sdp = scene_sdp(s, at, PROFILE_RTP_AVP);

	if (side)
		keyscene_hello_hash(s, scene_line(sdp, 0), "1.10", side);
	return sdp;
}

static struct zrtp_side_seen side_of(uint8_t n, bool commits)
{
	struct zrtp_side_seen z = { .hello = true,
				    .commit = commits,
				    .dhpart = true,
				    .confirm = true,
				    .version = "1.10",
				    .hellos = 1,
				    .chain = CHECK_OK,
				    .hello_mac = CHECK_OK };

	z.commit_mac = z.hvi = commits ? CHECK_OK : CHECK_NONE;
	memset(z.hello_hash, n, sizeof z.hello_hash);
	memset(z.h3, n, sizeof z.h3);
	memset(z.zid_name, n, sizeof z.zid_name);
	memset(z.public_name, n, sizeof z.public_name);
	return z;
}

struct zrtp_seen keyscene_exchange(uint8_t first, uint8_t second)
{
	return (struct zrtp_seen){ .count = 12,
				   .completed = true,
				   .initiator_src = true,
				   .hash = "S256",
				   .cipher = "AES1",
				   .tag = "HS80",
				   .agreement = "DH3k",
				   .sas = "B32 ",
				   .side = { side_of(first, true), side_of(second, false) } };
}

void keyscene_zrtp(struct scene *s, const char *src, const char *dst, double at,
		   const struct zrtp_seen *seen)
{
	struct observation o = between(s, OBSERVATION_ZRTP, src, dst, at, at + 0.2);
	struct zrtp_seen *z = &o.as.zrtp;

	*z = *seen;
	z->first_hello = (struct evidence){ ++s->frames, o.first_ns, s->point };
	z->side[0].hello_at = z->side[1].hello_at = z->first_hello;
	if (z->completed)
		z->done = (struct evidence){ ++s->frames, o.last_ns, s->point };
	if (z->go_clear)
		z->go_clear_at = (struct evidence){ ++s->frames, o.last_ns, s->point };
	track_observe(s->track, &o);
}

/* ---- SRTP --------------------------------------------------------------------------------- */

struct crypto_seen *keyscene_crypto(struct scene *s, struct line_seen *m, uint64_t key)
{
	struct crypto_seen *c = arena_take(s->arena, (m->crypto_count + 1u) * sizeof *c);

	if (m->crypto_count)
		memcpy(c, m->cryptos, m->crypto_count * sizeof *c);
	m->cryptos = c;
	c += m->crypto_count++;
	*c = (struct crypto_seen){ .tag = m->crypto_count,
				   .suite = SLICE("AES_CM_128_HMAC_SHA1_80"),
				   .key_names = { key },
				   .tag_bits = 80,
				   .key_octets = 30,
				   .keys = 1,
				   .valid = true };
	return c;
}

struct sdp_seen *keyscene_sdes(struct scene *s, const char *at, uint64_t key)
{
	struct sdp_seen *sdp = scene_sdp(s, at, PROFILE_RTP_SAVP);

	keyscene_crypto(s, scene_line(sdp, 0), key);
	return sdp;
}

static struct window_seen window_of(const struct keyscene_stream *m)
{
	uint32_t packets = (uint32_t)((m->to - m->from) * 50);
	struct window_seen w = { .first_ns = scene_ns(m->from),
				 .last_ns = scene_ns(m->to),
				 .first_frame = (uint64_t)(m->from * 100) + 1,
				 .last_frame = (uint64_t)(m->to * 100) + 1,
				 .packets = packets,
				 .bytes = packets * 170ULL,
				 .reasons = WINDOW_START,
				 .first_seq = m->first_seq,
				 .last_seq = (uint16_t)(m->first_seq + packets),
				 .rolls = (uint16_t)((m->first_seq + packets) >> 16),
				 .again = m->again,
				 .tested = 40,
				 .halves = 2,
				 .residue_packets = m->tagged,
				 .residue_tag = m->tagged,
				 .tried = (uint16_t)m->proof.tried,
				 .verified = (uint16_t)m->proof.verified };

	w.fired_halves = (uint8_t)(m->fired_halves ? m->fired_halves : m->clear ? 2 : 0);
	w.fired = w.fired_halves ? LOOK_CHI : 0;
	return w;
}

void keyscene_srtp(struct scene *s, struct keyscene_stream m)
{
	struct observation o = between(s, OBSERVATION_MEDIA, m.src, m.dst, m.from, m.to);
	struct print_seen print = { .choice = m.print, .payload = m.print, .ts_ns = o.first_ns };
	struct window_seen w = window_of(&m);

	o.as.media = (struct media_seen){ .ssrc = m.ssrc,
					  .windows = &w,
					  .window_count = 1,
					  .prints = &print,
					  .print_count = m.print != 0,
					  .packets = w.packets,
					  .bytes = w.bytes,
					  .proof = m.proof };
	track_observe(s->track, &o);
}

void keyscene_both(struct scene *s, double from, double to, struct proof_seen proof)
{
	keyscene_srtp(s, (struct keyscene_stream){ .from = from,
						   .to = to,
						   .src = KEYSCENE_ALICE,
						   .dst = KEYSCENE_BOB,
						   .ssrc = 1,
						   .proof = proof });
	keyscene_srtp(s, (struct keyscene_stream){ .from = from,
						   .to = to,
						   .src = KEYSCENE_BOB,
						   .dst = KEYSCENE_ALICE,
						   .ssrc = 2,
						   .proof = proof });
}

void keyscene_rtcp(struct scene *s, const char *src, const char *dst, double at,
		   struct rtcp_seen seen)
{
	struct observation o = between(s, OBSERVATION_RTCP, src, dst, at, at);

	o.as.rtcp = seen;
	if (seen.clear)
		o.as.rtcp.clear_at = o.evidence;
	track_observe(s->track, &o);
}

/* ---- the outcome ------------------------------------------------------------------------------
 */

const struct judgement *keyscene_judge(struct scene *s, enum call_kind kind)
{
	scene_end(s, 1000);
	const struct call *c = scene_row(s, kind, 0);

	return c ? callmake_judge_call(c) : NULL;
}

static const struct finding *worst(const struct judgement *j, const char *rule)
{
	for (uint32_t i = 0; i < j->finding_count; i++)
		if (!strcmp(j->findings[i].rule->id, rule))
			return &j->findings[i]; /* they come worst first */
	return NULL;
}

enum keyscene_says keyscene_says(const struct judgement *j, const char *rule)
{
	const struct finding *f = worst(j, rule);

	if (!f || f->outcome == OUTCOME_NOT_APPLICABLE)
		return KEYSCENE_SILENT;
	return f->outcome == OUTCOME_VIOLATED	 ? KEYSCENE_VIOLATED
	       : f->outcome == OUTCOME_SATISFIED ? KEYSCENE_SATISFIED
	       : f->outcome == OUTCOME_NOTED	 ? KEYSCENE_NOTED
						 : KEYSCENE_UNKNOWN;
}

static bool holds(const struct keyscene_case *c, const struct judgement *j)
{
	static const char *const says[] = { "silent", "violated", "satisfied", "unknown", "noted" };
	enum keyscene_says got = keyscene_says(j, c->rule);
	enum severity severity = got == KEYSCENE_VIOLATED ? worst(j, c->rule)->severity : 0;
	enum shown keys = j->conditions[CONDITION_KEYS].shown;
	enum shown media = j->conditions[CONDITION_MEDIA].shown;

	if (got == c->says && keys == c->keys && media == c->media &&
	    (got != KEYSCENE_VIOLATED || severity == c->severity))
		return true;
	print_error("%s: %s %s (%s), keys %s (%s), media %s (%s)\n", c->name, c->rule, says[got],
		    judge_severity_text(severity), lattice_shown_text(keys),
		    j->conditions[CONDITION_KEYS].why, lattice_shown_text(media),
		    j->conditions[CONDITION_MEDIA].why);
	return false;
}

void keyscene_table(const struct keyscene_case *list, size_t n)
{
	unsigned wrong = 0;

	for (size_t i = 0; i < n; i++) {
		struct scene *s = scene_new();
		list[i].play(s);
		const struct judgement *j = keyscene_judge(s, CALL_CALL);
		if (!j)
			print_error("%s: no call\n", list[i].name);
		wrong += !j || !holds(&list[i], j);
		scene_free(s);
	}
	callmake_end();
	assert_int_equal(wrong, 0);
}
