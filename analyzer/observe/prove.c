/* prove.c - keys, roll-over counts and MKI lengths tried within bounds. */
#include "analyzer/observe/prove.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/crypto/srtp.h"
#include "analyzer/observe/vault.h"

#define SAMPLE_NS   WHEN_SECOND
#define UNPROVED_NS (10 * WHEN_SECOND)
#define USED_NS	    (60 * WHEN_SECOND) /* a ring in use is noted so long before it expires */
enum {
	ROLLS = 1024,	  /* evidence-methods 1.6 */
	SEARCH_AFTER = 3, /* samples that failed before roll-overs are searched */
	SEARCHES = 2,	  /* of a stream under one set of keys */
	WINDOW_FIRST = 2, /* packets at a window's start */
	LENGTHS = 4,	  /* the same, under other keys */
	UNPROVED = 20,	  /* tried one after the other before it is left at samples */
	AFTER_FAILURE = 8,
	WEAK_TAG = 4,	  /* octets: chance needs more than one match */
	WEAK_MATCHES = 3, /* evidence-methods 1.8 */
	MKIS = 4,
	PACKETS_PER_SECOND = 100000, /* no stream sends more */
	ROLL = 65536,
};

/* One way to read the stream: key, roll-over count, MKI length. */
struct reading {
	struct srtp *srtp;
	uint64_t name;
	int64_t base; /* roll-over count at the stream's first packet */
	uint8_t mki, source, tag;
	enum srtp_variant variant;
	bool sender;
};

struct prove {
	struct proof_seen seen;
	struct reading now; /* srtp NULL: none found */
	uint8_t matches;    /* of a weak tag before it is believed */
	uint8_t searches, in_window, run_failed;
	uint8_t sets;			    /* of keys, that were met */
	uint16_t fresh_tried, fresh_failed; /* samples since keys changed */
	uint32_t round;
	uint64_t tried_ns, found_ns;
	uint64_t keys; /* stands for the set of keys of the path */
};

/* ---- suites ------------------------------------------------------------------------------ */

static bool suite_of(enum sdp_crypto_suite id, struct srtp_suite *out)
{
	const struct sdp_crypto_suite_info *s = sdp_crypto_info(id);

	*out = (struct srtp_suite){ .cipher = SRTP_CM,
				    .key = s->key,
				    .salt = s->salt,
				    .tag = (uint8_t)(s->srtp_tag_bits / 8),
				    .rtcp_tag = (uint8_t)(s->srtcp_tag_bits / 8) };
	switch (id) {
	case SDP_AES_CM_128_HMAC_SHA1_80:
	case SDP_AES_CM_128_HMAC_SHA1_32:
	case SDP_AES_192_CM_HMAC_SHA1_80:
	case SDP_AES_192_CM_HMAC_SHA1_32:
	case SDP_AES_256_CM_HMAC_SHA1_80:
	case SDP_AES_256_CM_HMAC_SHA1_32:
		return true;
	case SDP_NULL_HMAC_SHA1_80:
	case SDP_NULL_HMAC_SHA1_32:
		out->cipher = SRTP_NULL;
		return true;
	case SDP_AEAD_AES_128_GCM:
	case SDP_AEAD_AES_256_GCM:
		out->cipher = SRTP_GCM;
		return true;
	default:
		return false;
	}
}

static struct srtp *open_key(const struct vault_key *k, enum srtp_variant variant, uint8_t *tag)
{
	struct srtp_suite suite;

	if (!suite_of(k->suite, &suite))
		return NULL;
	*tag = suite.tag;
	return srtp_new(&suite, (struct slice){ k->octets, k->n }, variant);
}

/* ---- one reading ---------------------------------------------------------------------------- */

static bool fits(struct tell *t, const struct reading *r, const struct prove_packet *p,
		 struct window_seen *w)
{
	int64_t roc = r->base + p->rolls;

	if (roc < 0 || roc > UINT32_MAX)
		return false;
	t->count.srtp_trials++;
	if (w->trials < UINT32_MAX)
		w->trials++;
	return srtp_rtp_valid(r->srtp, p->bytes, (uint32_t)roc, r->mki);
}

/* Capture loss around a wrap puts the count off by one. */
static bool fits_near(struct tell *t, struct prove *v, const struct prove_packet *p,
		      struct window_seen *w)
{
	static const int near[] = { 0, 1, -1 };
	int64_t base = v->now.base;

	for (unsigned i = 0; i < sizeof near / sizeof *near; i++) {
		v->now.base = base + near[i];
		if (fits(t, &v->now, p, w))
			return true;
	}
	v->now.base = base;
	return false;
}

/* ---- search -----------------------------------------------------------------------------------
 */

/* `all`: what was not declared too. */
static unsigned mkis_of(const struct vault_key *k, bool all, uint8_t out[MKIS])
{
	static const uint8_t usual[] = { 0, 1, 2, 4 };

	if (k->mki_octets) {
		out[0] = k->mki_octets;
		return 1;
	}
	memcpy(out, usual, sizeof usual);
	return all && k->source != KEY_FROM_DTLS ? MKIS : 1;
}

/*
 * Roll-overs there can have been. A stream whose call was seen to begin is no older than it;
 * that one began with another count than 0 is asked of a few streams only.
 */
static unsigned rolls_of(struct tell *t, const struct vault_found *f, const struct prove_packet *p)
{
	if (!f->begun_ns || t->count.srtp_improbable < PROVE_IMPROBABLE)
		return ROLLS;
	uint64_t age_ns = p->ts_ns > f->begun_ns ? p->ts_ns - f->begun_ns : 0;
	uint64_t rolls = 1 + age_ns / WHEN_SECOND * PACKETS_PER_SECOND / ROLL;

	if (rolls >= ROLLS)
		return ROLLS;
	t->count.srtp_searches_narrowed++;
	return (unsigned)rolls;
}

/* `rolls`: of the sender, that are searched behind what is likely. */
static bool search_rolls(struct tell *t, struct reading *r, const struct prove_packet *p,
			 struct window_seen *w, unsigned rolls)
{
	/* Seen from its start; keyed since; a wrap before the first packet seen, or one lost. */
	const int64_t likely[] = { 0, -(int64_t)p->rolls, 1, -1 };

	for (unsigned i = 0; i < sizeof likely / sizeof *likely; i++) {
		r->base = likely[i];
		if ((i == 0 || r->base != 0) && fits(t, r, p, w))
			return true;
	}
	for (unsigned roc = 0; roc < rolls; roc++) {
		r->base = (int64_t)roc - p->rolls;
		if (fits(t, r, p, w))
			return true;
	}
	return false;
}

/* Of packets that go on not to fit, the next is no likelier to have an MKI of another length. */
static bool many_lengths(const struct prove *v)
{
	return v->fresh_tried <= LENGTHS || v->in_window <= WINDOW_FIRST;
}

static bool search_key(struct tell *t, struct prove *v, const struct vault_found *f,
		       enum srtp_variant variant, const struct prove_packet *p,
		       struct window_seen *w, unsigned rolls)
{
	struct reading r = { .name = f->key->name,
			     .source = f->key->source,
			     .variant = variant,
			     .sender = f->sender };
	uint8_t mki[MKIS];
	unsigned n = mkis_of(f->key, many_lengths(v), mki);

	r.srtp = open_key(f->key, variant, &r.tag);
	for (unsigned i = 0; r.srtp && i < n; i++) {
		/* Roll-overs are searched for the likeliest length alone. */
		r.mki = mki[i];
		if (search_rolls(t, &r, p, w, i == 0 ? rolls : 0)) {
			srtp_free(v->now.srtp);
			v->now = r;
			return true;
		}
	}
	srtp_free(r.srtp);
	return false;
}

static bool search_all(struct tell *t, struct prove *v, struct flow_key path,
		       const struct prove_packet *p, struct window_seen *w, bool wide)
{
	struct vault_found keys[PROVE_KEYS];
	size_t n =
		vault_find(t->vault, addr_src(&path), addr_dst(&path), p->ts_ns, keys, PROVE_KEYS);

	for (size_t i = 0; i < n; i++) {
		unsigned rolls = wide ? rolls_of(t, &keys[i], p) : 0;
		for (int variant = SRTP_STANDARD; variant <= SRTP_SALT_RIGHT; variant++)
			if (search_key(t, v, &keys[i], (enum srtp_variant)variant, p, w, rolls))
				return true;
		if (wide && keys[i].begun_ns)
			t->count.srtp_improbable += rolls;
	}
	return false;
}

/* A capture may join late: then roll-overs are searched, as often as a hostile one can bear. */
static bool search(struct tell *t, struct prove *v, struct flow_key path,
		   const struct prove_packet *p, struct window_seen *w)
{
	uint64_t before = t->count.srtp_trials;
	bool wide = v->fresh_failed >= SEARCH_AFTER && v->searches < SEARCHES;

	if (wide && t->count.srtp_searched >= PROVE_SEARCHED) {
		t->count.srtp_searches_capped++;
		v->searches = SEARCHES;
		wide = false;
	}
	if (!wide && t->count.srtp_in_vain >= PROVE_IN_VAIN) {
		t->count.srtp_searches_capped++;
		return false;
	}
	v->searches = (uint8_t)(v->searches + wide);
	bool got = search_all(t, v, path, p, w, wide);
	uint64_t cost = (t->count.srtp_trials - before) * (1 + p->bytes.n / PROVE_WEIGHT);
	if (wide)
		t->count.srtp_searched += cost;
	else if (!got)
		t->count.srtp_in_vain += cost;
	return got;
}

/* ---- counting -----------------------------------------------------------------------------------
 */

static void believe(struct tell *t, struct prove *v, struct window_seen *w, uint32_t packets)
{
	v->seen.rekeyed |= v->seen.key_name && v->seen.key_name != v->now.name;
	v->seen.key_name = v->now.name;
	v->seen.roc = v->now.base > 0 ? (uint32_t)v->now.base : 0;
	v->seen.mki_octets = v->now.mki;
	v->seen.source = v->now.source;
	v->seen.wrong_way = !v->now.sender;
	v->seen.legacy_kdf = v->now.variant == SRTP_LEGACY_192;
	v->seen.salt_right = v->now.variant == SRTP_SALT_RIGHT;
	v->seen.verified += packets;
	v->run_failed = 0;
	v->fresh_failed = 0;
	w->verified = (uint16_t)(w->verified + (w->verified < UINT16_MAX ? packets : 0));
	t->count.srtp_verified += packets;
}

static void matched(struct tell *t, struct prove *v, struct window_seen *w)
{
	uint8_t need = v->now.tag <= WEAK_TAG ? WEAK_MATCHES : 1;

	if (v->matches < need && ++v->matches < need)
		return;
	/* The matches that were waited for count too, when the last of them comes. */
	believe(t, v, w, v->seen.key_name == v->now.name ? 1 : v->matches);
}

static void failed(struct prove *v, const struct prove_packet *p)
{
	v->run_failed = (uint8_t)(v->run_failed + (v->run_failed < UINT8_MAX));
	v->fresh_failed = (uint16_t)(v->fresh_failed + (v->fresh_failed < UINT16_MAX));
	if (!v->seen.key_name)
		return;
	v->seen.failed_after++;
	if (v->seen.failed_frame == 0)
		v->seen.failed_frame = p->frame;
}

static void let_go(struct prove *v)
{
	srtp_free(v->now.srtp);
	v->now = (struct reading){ .srtp = NULL };
	v->matches = 0;
}

static void try_keys(struct tell *t, struct prove *v, struct flow_key path,
		     const struct prove_packet *p, struct window_seen *w)
{
	if (v->now.srtp && fits_near(t, v, p, w)) {
		matched(t, v, w);
		return;
	}
	/* One that was not believed yet was chance. */
	bool tentative = v->now.srtp && v->seen.key_name != v->now.name;
	struct reading was = v->now;
	if (tentative) {
		let_go(v);
		was.srtp = NULL;
	}
	v->now.srtp = NULL;
	uint8_t matches = v->matches;
	v->matches = 0;
	if (search(t, v, path, p, w)) {
		srtp_free(was.srtp);
		matched(t, v, w);
		return;
	}
	v->now = was;
	v->matches = matches;
	failed(v, p);
}

void prove_try(struct tell *t, struct prove *v, struct flow_key path, const struct prove_packet *p,
	       struct window_seen *w)
{
	v->tried_ns = p->ts_ns;
	v->in_window = (uint8_t)(v->in_window + (v->in_window < UINT8_MAX));
	v->fresh_tried = (uint16_t)(v->fresh_tried + (v->fresh_tried < UINT16_MAX));
	uint64_t trials = t->count.srtp_trials;
	try_keys(t, v, path, p, w);
	/* Under keys of suites that cannot be checked, nothing was tried. */
	if (t->count.srtp_trials == trials)
		return;
	v->seen.tried++;
	t->count.srtp_tried++;
	if (w->tried < UINT16_MAX)
		w->tried++;
}

/* ---- when
 * ------------------------------------------------------------------------------------------ */

/* Other keys than before: samples and searches begin anew, though not for ever. */
static void note_set(struct tell *t, struct prove *v, const struct vault_found *keys, size_t n)
{
	uint64_t set = n;

	for (size_t i = 0; i < n; i++)
		set += keys[i].key->name;
	if (set == v->keys)
		return;
	v->keys = set;
	if (v->sets == PROVE_SETS) {
		t->count.srtp_searches_capped++;
		return;
	}
	v->sets++;
	v->searches = 0;
	v->fresh_tried = v->fresh_failed = 0;
}

void prove_look(struct tell *t, struct prove **v, struct flow_key path, uint64_t now_ns)
{
	struct vault_found keys[PROVE_KEYS];

	if (vault_bare(t->vault))
		return;
	uint32_t round = vault_round(t->vault, addr_src(&path), addr_dst(&path));
	if (*v && (*v)->round == round && now_ns < (*v)->found_ns + USED_NS)
		return;
	size_t n = vault_find(t->vault, addr_src(&path), addr_dst(&path), now_ns, keys, PROVE_KEYS);
	if (n == 0 && !*v)
		return;
	if (!*v)
		*v = mem_zero(1, sizeof **v);
	(*v)->round = round;
	(*v)->found_ns = now_ns;
	note_set(t, *v, keys, n);
}

static bool wants_next(const struct tell *t, const struct prove *v)
{
	if (t->keys.verify_all || v->in_window < WINDOW_FIRST)
		return true;
	if (v->now.srtp && v->seen.key_name != v->now.name)
		return true;
	if (!v->seen.key_name)
		return v->fresh_tried < UNPROVED;
	return v->run_failed && v->run_failed < AFTER_FAILURE;
}

uint64_t prove_due(const struct tell *t, const struct prove *v)
{
	if (wants_next(t, v))
		return 0;
	return v->tried_ns + (v->seen.key_name ? SAMPLE_NS : UNPROVED_NS);
}

void prove_window(struct prove *v)
{
	if (v)
		v->in_window = 0;
}

void prove_tell(struct prove *v, struct proof_seen *out)
{
	*out = (struct proof_seen){ .key_name = 0 };
	if (!v)
		return;
	*out = v->seen;
	v->seen.tried = v->seen.verified = v->seen.failed_after = 0;
	v->seen.failed_frame = 0;
}

void prove_free(struct prove *v)
{
	if (!v)
		return;
	srtp_free(v->now.srtp);
	explicit_bzero(v, sizeof *v);
	free(v);
}

static bool rtcp_fits(struct tell *t, const struct vault_key *k, enum srtp_variant variant,
		      struct slice packet, bool *encrypted)
{
	uint8_t mki[MKIS], tag;
	unsigned n = mkis_of(k, true, mki);
	struct srtp *s = open_key(k, variant, &tag);
	bool got = false;

	for (unsigned i = 0; s && i < n && !got; i++) {
		t->count.srtp_trials++;
		got = srtp_rtcp_valid(s, packet, mki[i], encrypted);
	}
	srtp_free(s);
	return got;
}

uint64_t prove_rtcp(struct tell *t, struct flow_key path, struct slice packet, uint64_t now_ns,
		    bool *encrypted)
{
	struct vault_found keys[PROVE_KEYS];

	uint64_t before = t->count.srtp_trials;

	*encrypted = false;
	if (vault_bare(t->vault))
		return 0;
	if (t->count.srtp_in_vain >= PROVE_IN_VAIN) {
		t->count.srtp_searches_capped++;
		return 0;
	}
	size_t n = vault_find(t->vault, addr_src(&path), addr_dst(&path), now_ns, keys, PROVE_KEYS);
	for (size_t i = 0; i < n; i++)
		for (int variant = SRTP_STANDARD; variant <= SRTP_SALT_RIGHT; variant++)
			if (rtcp_fits(t, keys[i].key, (enum srtp_variant)variant, packet,
				      encrypted))
				return keys[i].key->name;
	t->count.srtp_in_vain += (t->count.srtp_trials - before) * (1 + packet.n / PROVE_WEIGHT);
	*encrypted = false;
	return 0;
}
