/* keyed.c - what handshakes prove: shared by DTLS, ZRTP and SDES. */
#include "analyzer/track/keyed.h"

#include <string.h>

#include "analyzer/base/when.h"

enum { HELLO_HASH = 32, FINGERPRINT_HASHES = CERT_HASHES };
static const uint64_t SLACK_NS = 2 * WHEN_SECOND; /* media may outrun its offer's sighting */

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Pairs of hex digits, with or without ':' between them, against octets. */
static bool hex_is(struct slice text, const uint8_t *octets, size_t n)
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		if (i && at < text.n && text.p[at] == ':')
			at++;
		if (at + 2 > text.n)
			return false;
		int high = hex_digit(text.p[at]), low = hex_digit(text.p[at + 1]);
		if (high < 0 || low < 0 || (high << 4 | low) != octets[i])
			return false;
		at += 2;
	}
	return at == text.n;
}

static size_t hex_digits(struct slice text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.n; i++)
		n += hex_digit(text.p[i]) >= 0;
	return n;
}

/* ---- fingerprints (RFC 8122 5) -------------------------------------------------- */

static int hash_number(struct slice name)
{
	static const char *const names[CERT_HASHES] = {
		[CERT_SHA1] = "sha-1",	   [CERT_SHA224] = "sha-224", [CERT_SHA256] = "sha-256",
		[CERT_SHA384] = "sha-384", [CERT_SHA512] = "sha-512",
	};

	for (int i = 0; i < CERT_HASHES; i++)
		if (slice_ieq(name, slice_of(names[i])))
			return i;
	return -1;
}

static const uint8_t hash_octets[CERT_HASHES] = { 20, 28, 32, 48, 64 };

static bool print_is(const struct fingerprint_seen *f, int hash, const struct cert_seen *c)
{
	return hex_is(f->value, c->digest[hash], hash_octets[hash]);
}

/* Damaged or masked, it announces nothing: no certificate could be the one it names. */
bool keyed_print_usable(const struct fingerprint_seen *f)
{
	int h = hash_number(f->hash);

	return h < 0 ? f->value.n > 0 : hex_digits(f->value) == 2u * hash_octets[h];
}

/* One description: the strongest hash it uses decides. */
enum keyed_match keyed_line_cert(const struct line_seen *m, const struct cert_seen *c)
{
	int strongest = -1, fits = -1;

	for (unsigned i = 0; i < m->fingerprint_count; i++) {
		int h = hash_number(m->fingerprints[i].hash);
		if (!keyed_print_usable(&m->fingerprints[i]))
			continue;
		strongest = h > strongest ? h : strongest;
		if (h > fits && print_is(&m->fingerprints[i], h, c))
			fits = h;
	}
	if (strongest < 0)
		return KEYED_UNANNOUNCED;
	if (fits < 0)
		return KEYED_DIFFERS;
	return fits == strongest ? KEYED_MATCHES : KEYED_WEAKER;
}

static bool is_side(unsigned line, int side)
{
	return side < 0 || (int)(line & 1) == side;
}

enum keyed_match keyed_cert(const struct agreed *a, int side, const struct cert_seen *c)
{
	enum keyed_match best = KEYED_UNANNOUNCED;

	for (unsigned i = 0; i < a->line_count; i++) {
		if (!a->lines[i] || !is_side(i, side))
			continue;
		enum keyed_match m = keyed_line_cert(a->lines[i], c);
		best = m > best ? m : best;
	}
	return best;
}

/* ---- Hello hashes (RFC 6189 8) ----------------------------------------------------- */

static bool same_version(struct slice announced, const uint8_t *version)
{
	return announced.n <= ZRTP_NAME && memcmp(announced.p, version, announced.n) == 0;
}

static enum keyed_match line_hello(const struct line_seen *m, const struct zrtp_side_seen *z)
{
	enum keyed_match best = KEYED_UNANNOUNCED;

	for (unsigned i = 0; i < m->zrtp_hash_count; i++) {
		const struct zrtp_hash_seen *h = &m->zrtp_hashes[i];
		if (hex_is(h->hash, z->hello_hash, HELLO_HASH))
			return KEYED_MATCHES;
		if (same_version(h->version, z->version) && hex_digits(h->hash) == 2 * HELLO_HASH)
			best = KEYED_DIFFERS;
	}
	return best;
}

enum keyed_match keyed_hello(const struct agreed *a, int side, const struct zrtp_side_seen *z)
{
	enum keyed_match best = KEYED_UNANNOUNCED;

	for (unsigned i = 0; i < a->line_count; i++) {
		if (!a->lines[i] || !is_side(i, side))
			continue;
		enum keyed_match m = line_hello(a->lines[i], z);
		best = m > best ? m : best;
	}
	return best;
}

/* ---- what may be missing ------------------------------------------------------------- */

/* Requests of one side in a dialog count up by one (RFC 3261 12.2.1.1). */
static bool cseq_gap(const struct live *l, bool from_callee)
{
	uint32_t least = UINT32_MAX, most = 0, distinct = 0;

	for (const struct transaction *t = l->transactions; t; t = t->next) {
		bool again = false;
		if (t->from_callee != from_callee || !t->request_seen)
			continue;
		for (const struct transaction *u = l->transactions; u != t && !again; u = u->next)
			again = u->from_callee == from_callee && u->request_seen &&
				u->cseq == t->cseq;
		distinct += !again;
		least = t->cseq < least ? t->cseq : least;
		most = t->cseq > most ? t->cseq : most;
	}
	return distinct && most - least + 1 != distinct;
}

bool keyed_sdp_gaps(const struct live *l, const struct agreed *a)
{
	for (const struct sdp_held *h = l->sdps; h; h = h->next)
		if (h->sdp.truncated)
			return true;
	return !a->m.offer_seen || !a->m.answer_seen || !l->invite_first || l->spent ||
	       l->truncated.frame || cseq_gap(l, false) || cseq_gap(l, true);
}

bool keyed_in_time(const struct live *l, uint64_t first_ns, uint64_t last_ns)
{
	uint64_t from = l->first.ts_ns, to = l->bye.frame ? l->bye.ts_ns : UINT64_MAX;

	/* A row without signaling, or a call joined late, takes what its path had. */
	if (l->call.kind == CALL_OPAQUE || !l->invite_first)
		return to == UINT64_MAX || first_ns <= to + SLACK_NS;
	return last_ns + SLACK_NS >= from && (to == UINT64_MAX || first_ns <= to + SLACK_NS);
}

int keyed_side(const struct agreed *a, const struct endpoint *e, const struct endpoint *other)
{
	int side = agreed_side(a, e), opposite = agreed_side(a, other);

	if (side < 0 && opposite >= 0)
		return !opposite;
	return side == opposite ? -1 : side;
}

/* ---- facts --------------------------------------------------------------------------- */

static bool same_text(const char *a, const char *b)
{
	return a == b || (a && b && !strcmp(a, b));
}

bool keyed_has(const struct live *l, enum fact_kind kind, int media)
{
	for (const struct note *n = l->facts; n; n = n->next)
		if (n->fact.kind == kind && n->fact.media == media)
			return true;
	return false;
}

struct fact *keyed_fact(struct live *l, enum fact_kind kind, uint8_t grade, int media,
			const char *text, const struct evidence *at)
{
	for (struct note *n = l->facts; n; n = n->next)
		if (n->fact.kind == kind && n->fact.media == media &&
		    same_text(n->fact.text, text)) {
			live_evidence(&n->fact, at);
			return &n->fact;
		}
	struct fact *f = live_fact(l, kind, grade, media, FACT_NOWHERE, at);
	if (f)
		f->text = text;
	return f;
}

void keyed_cipher(struct live *l, int media, unsigned cipher_short, const char *text,
		  const struct evidence *at)
{
	struct fact *f = cipher_short ? keyed_fact(l, FACT_srtp_cipher, 3, media, text, at) : NULL;

	if (f)
		f->value = cipher_short;
}
