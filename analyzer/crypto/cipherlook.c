/* cipherlook.c - collects payloads of a stream and tests them for structure. */
#include "analyzer/crypto/cipherlook.h"

#include "analyzer/base/hash.h"
#include "analyzer/crypto/cipherlook_stat.h"
#include "analyzer/crypto/cipherlook_sub.h"

#include <string.h>

enum {
	SKIP = CIPHERLOOK_INNER, /* octets that stay readable under encryption inside the payload */
	TAIL = CIPHERLOOK_TAIL,
	HASHED = 64,	   /* that many equal octets are no chance either */
	PACKET_MAX = 1500, /* octets counted of one packet: keeps 16-bit counters whole */
	RESIDUES = 21,
	TICKS_10MS = 80,
	STEP_MAX = 20 * TICKS_10MS,
	G729_FRAME = 10,
	GSM_FRAME = 33,
	COMFORT_NOISE = 13,
	COMFORT_NOISE_OLD = 19,
	FIRST_DYNAMIC = 96,
	PCMU = 0, /* static payload types (RFC 3551 6) */
	GSM = 3,
	PCMA = 8,
	G722 = 9,
	G729 = 18,
	RULE_BITS = 30, /* 2^-30 is under 1e-9 */
	TAG_PACKETS = 50,
	SHARE = 95, /* per cent that make a rule */
};

_Static_assert(sizeof(struct cipherlook) <= 2560, "a window's sums are bounded (house.md 4)");
_Static_assert(sizeof(struct cipherlook_result) <= 64, "so is what is kept of a window");

static void bump(uint16_t *counter, unsigned by)
{
	unsigned sum = *counter + by;

	*counter = sum > UINT16_MAX ? UINT16_MAX : (uint16_t)sum;
}

void cipherlook_reset(struct cipherlook *look)
{
	memset(look, 0, sizeof(*look));
}

/* RFC 3389 section 3: the noise level has 7 bits, the one above them is 0. */
static void take_noise(struct cipherlook_result *r, struct slice payload)
{
	bump(&r->noise, 1);
	bump(&r->noise_ok, (payload.p[0] & 0x80) == 0);
}

/* RFC 4733 2.3: event, E R volume, duration. A repeated event has the timestamp of its start. */
static void take_event(struct cipherlook *look, const struct cipherlook_packet *p)
{
	struct cipherlook_result *r = &look->so_far;
	const uint8_t *now = p->payload.p, *then = look->event;
	bool runs = look->has_event && look->event_ts == p->ts;

	/* The end is sent three times over: a copy tells nothing new. */
	if (runs && memcmp(now, then, 4) == 0)
		return;
	bool ok = now[0] <= 15 && (now[1] & 0x40) == 0;
	if (runs && (now[0] != then[0] || memcmp(now + 2, then + 2, 2) < 0))
		ok = false;
	bump(&r->events, 1);
	if (ok) {
		bump(&r->events_ok, 1);
		/* A first packet passes by chance once in 2^5, a later one once in 2^9 or more. */
		bump(&r->event_bits, runs ? 9 : 5);
	}
	look->has_event = true;
	look->event_ts = p->ts;
	memcpy(look->event, now, 4);
}

/* True: the payload type is not for the statistics. */
static bool set_aside(struct cipherlook *look, const struct cipherlook_packet *p)
{
	struct cipherlook_result *r = &look->so_far;
	bool is_main = look->has_main && p->pt == r->pt;

	if (p->pt == COMFORT_NOISE || p->pt == COMFORT_NOISE_OLD) {
		take_noise(r, p->payload);
		return true;
	}
	if (!is_main && p->len == 4 && p->pt >= FIRST_DYNAMIC) {
		take_event(look, p);
		return true;
	}
	if (look->has_main && !is_main) {
		bump(&r->skipped, 1);
		return true;
	}
	look->has_main = true;
	r->pt = p->pt;
	return false;
}

static bool same_head(const struct cipherlook *look, unsigned i, struct slice payload)
{
	size_t n = payload.n < CIPHERLOOK_HEAD ? payload.n : CIPHERLOOK_HEAD;

	return memcmp(look->head[i], payload.p, n) == 0;
}

/* What is looked at: the octets that are there, and the length that sets its tail apart. */
struct view {
	struct slice payload;
	uint16_t len;
	uint32_t ts;
	uint64_t rest; /* hash of 64 octets from 10 on */
};

/* Of a cut packet as many octets more than are there as a tail has, or as it had on the wire. */
static struct view view_of(const struct cipherlook_packet *p)
{
	size_t n = p->payload.n + TAIL < p->len ? p->payload.n + TAIL : p->len;

	return (struct view){
		.payload = p->payload,
		.len = n < UINT16_MAX ? (uint16_t)n : UINT16_MAX,
		.ts = p->ts,
		.rest = hash_payload(slice_upto(slice_from(p->payload, SKIP), HASHED)),
	};
}

/* The same packet again, from a mirror port or a network: it would look like structure. */
static bool is_copy(const struct cipherlook *look, const struct view *v)
{
	size_t n = v->payload.n < CIPHERLOOK_LAG ? v->payload.n : CIPHERLOOK_LAG;

	for (unsigned i = 0; i < look->filled; i++)
		if (look->ts[i] == v->ts && look->rest_hash[i] == v->rest &&
		    look->len[i] == v->len && same_head(look, i, v->payload))
			return true;
	return look->previous_len == v->len && look->previous_ts == v->ts &&
	       memcmp(look->previous, v->payload.p, n) == 0;
}

/* G.729 protects six bits of the pitch delay, 18 to 23, by bit 26, to an odd sum (RFC 3551 4.5.6).
 */
static bool g729_odd(const uint8_t *frame)
{
	unsigned bits = (frame[2] & 0x3fu) << 1 | (frame[3] >> 5 & 1u);

	return __builtin_parity(bits);
}

/*
 * The step, not the length, tells how many frames there are: 30 octets are
 * three frames, or two and a tag. Shorter than the step: lost, or silence.
 */
static size_t frames_in(const struct cipherlook_packet *p, uint32_t step, uint32_t ticks,
			size_t size)
{
	size_t frames = step / ticks, whole = p->payload.n / size;

	if (p->len < frames * size || p->len > frames * size + TAIL)
		return 0;
	return frames < whole ? frames : whole;
}

static void take_rules(struct cipherlook_result *r, const struct cipherlook_packet *p,
		       uint32_t step)
{
	size_t g729 = frames_in(p, step, TICKS_10MS, G729_FRAME);
	size_t gsm = frames_in(p, step, 2 * TICKS_10MS, GSM_FRAME);

	for (size_t i = 0; i < g729; i++)
		bump(&r->g729_odd, g729_odd(p->payload.p + i * G729_FRAME));
	for (size_t i = 0; i < gsm; i++)
		bump(&r->gsm_ok, p->payload.p[i * GSM_FRAME] >> 4 == 0xd);
	bump(&r->g729_frames, (unsigned)g729);
	bump(&r->gsm_frames, (unsigned)gsm);
}

/* The packet before filled the time up to this one, unless something was lost or silent between. */
static void take_residue(struct cipherlook *look, uint32_t step)
{
	uint32_t expected[2] = { step, step / 8 };

	for (int i = 0; i < 2; i++) {
		if (look->previous_wire < expected[i])
			continue;
		uint32_t residue = look->previous_wire - expected[i];
		look->so_far.residue[i].checked++;
		if (residue < RESIDUES)
			look->residue[i][residue]++;
	}
}

static void take_lag(struct cipherlook *look, const struct view *v)
{
	size_t n = v->len < look->previous_len ? v->len : look->previous_len;
	const uint8_t *p = v->payload.p;

	/* Sub-windows are disjoint: none looks back into the one before. */
	if (n <= TAIL || look->filled == 0)
		return;
	n = n - TAIL < CIPHERLOOK_LAG ? n - TAIL : CIPHERLOOK_LAG;
	size_t first = n < SKIP ? n : SKIP;
	look->lag_equal[0] += cipherlook_stat_equal(p, look->previous, first);
	look->lag_compared[0] += (uint32_t)first;
	if (n == first)
		return;
	look->lag_equal[1] += cipherlook_stat_equal(p + SKIP, look->previous + SKIP, n - SKIP);
	look->lag_compared[1] += (uint32_t)(n - SKIP);
}

static void take_histogram(struct cipherlook *look, const struct view *v)
{
	uint16_t *even = look->histogram[0], *odd = look->histogram[1];
	size_t n = v->len < PACKET_MAX ? v->len : PACKET_MAX;
	const uint8_t *p = v->payload.p + SKIP;

	if (n <= TAIL + SKIP)
		return;
	/* Eight octets are one read; those of a word go to both tables in turn. */
	const uint8_t *end = v->payload.p + n - TAIL;
	for (uint64_t w; end - p >= 8; p += 8) {
		memcpy(&w, p, sizeof w);
		for (int i = 0; i < 4; i++, w >>= 16) {
			even[w & 0xff]++;
			odd[w >> 8 & 0xff]++;
		}
	}
	for (; p < end; p++)
		even[*p]++;
}

static void remember(struct cipherlook *look, const struct view *v, size_t wire)
{
	unsigned i = look->filled++;
	size_t n = v->payload.n < CIPHERLOOK_LAG ? v->payload.n : CIPHERLOOK_LAG;

	look->ts[i] = v->ts;
	look->len[i] = v->len;
	look->rest_hash[i] = v->rest;
	memcpy(look->previous, v->payload.p, n);
	memcpy(look->head[i], look->previous, CIPHERLOOK_HEAD);
	look->previous_len = v->len;
	look->previous_wire = wire < UINT16_MAX ? (uint16_t)wire : UINT16_MAX;
	look->previous_ts = v->ts;
}

static void count_fired(unsigned fired, uint8_t by_test[CIPHERLOOK_STATISTICS])
{
	for (unsigned t = 0; t < CIPHERLOOK_STATISTICS; t++)
		by_test[t] = (uint8_t)(by_test[t] + (fired >> t & 1u));
}

static void close_sub(struct cipherlook *look)
{
	struct cipherlook_result *r = &look->so_far;
	struct cipherlook_sub sub;

	cipherlook_sub_run(look, &sub);
	count_fired(sub.whole.fired, r->fired);
	count_fired(sub.inner.fired, r->fired_inner);
	r->subs = (uint8_t)(r->subs + (sub.whole.enough || sub.whole.fired));
	r->subs_inner = (uint8_t)(r->subs_inner + (sub.inner.enough || sub.inner.fired));
	r->subs_fired = (uint8_t)(r->subs_fired + (sub.whole.fired != 0));
	r->subs_fired_inner = (uint8_t)(r->subs_fired_inner + (sub.inner.fired != 0));
	bump(&r->packets, look->filled);
	memset(look->histogram, 0, sizeof(look->histogram));
	memset(look->lag_equal, 0, sizeof(look->lag_equal));
	memset(look->lag_compared, 0, sizeof(look->lag_compared));
	look->filled = 0;
	look->closed++;
}

/* Of what the snap length left there is nothing, or too little for chance to be ruled out. */
static bool too_short(const struct cipherlook_packet *p)
{
	return p->payload.n == 0 || (p->payload.n < p->len && p->payload.n < CIPHERLOOK_CUT);
}

/* A marker begins a talkspurt: the step before it holds silence. */
static void take_step(struct cipherlook *look, const struct cipherlook_packet *p)
{
	uint32_t step = p->ts - look->previous_ts;

	if (!look->previous_len || p->marker || step == 0 || step > STEP_MAX ||
	    step % TICKS_10MS != 0)
		return;
	take_residue(look, step);
	take_rules(&look->so_far, p, step);
}

bool cipherlook_add(struct cipherlook *look, const struct cipherlook_packet *p)
{
	if (look->closed == CIPHERLOOK_SUBS)
		return false;
	if (too_short(p)) {
		bump(&look->so_far.skipped, 1);
		return true;
	}
	if (set_aside(look, p))
		return true;
	struct view v = view_of(p);
	if (is_copy(look, &v)) {
		bump(&look->so_far.skipped, 1);
		return true;
	}
	take_step(look, p);
	take_lag(look, &v);
	take_histogram(look, &v);
	remember(look, &v, p->len);
	if (look->filled == CIPHERLOOK_SUB)
		close_sub(look);
	return true;
}

static void commonest(const uint16_t counts[RESIDUES], struct cipherlook_residue *out)
{
	for (uint8_t v = 0; v < RESIDUES; v++) {
		if (counts[v] > out->same) {
			out->same = counts[v];
			out->value = v;
		}
	}
}

void cipherlook_result(const struct cipherlook *look, struct cipherlook_result *out)
{
	*out = look->so_far;
	out->pending = look->filled;
	for (int i = 0; i < 2; i++)
		commonest(look->residue[i], &out->residue[i]);
}

static uint16_t sum16(uint16_t a, uint16_t b)
{
	return a > UINT16_MAX - b ? UINT16_MAX : (uint16_t)(a + b);
}

static uint8_t sum8(uint8_t a, uint8_t b)
{
	return a > UINT8_MAX - b ? UINT8_MAX : (uint8_t)(a + b);
}

static void merge_residue(struct cipherlook_residue *into, const struct cipherlook_residue *more)
{
	into->checked = sum16(into->checked, more->checked);
	if (into->value == more->value) {
		into->same = sum16(into->same, more->same);
	} else if (more->same > into->same) {
		into->same = more->same;
		into->value = more->value;
	}
}

/* A share is lost once its total is full: then nothing more is added to either. */
static void merge_share(uint16_t *all, uint16_t *some, uint16_t more_all, uint16_t more_some)
{
	if (*all > UINT16_MAX - more_all)
		return;
	*all = (uint16_t)(*all + more_all);
	*some = (uint16_t)(*some + more_some);
}

void cipherlook_merge(struct cipherlook_result *into, const struct cipherlook_result *more)
{
	into->packets = sum16(into->packets, more->packets);
	into->pending = sum16(into->pending, more->pending);
	into->skipped = sum16(into->skipped, more->skipped);
	into->subs = sum8(into->subs, more->subs);
	into->subs_inner = sum8(into->subs_inner, more->subs_inner);
	into->subs_fired = sum8(into->subs_fired, more->subs_fired);
	into->subs_fired_inner = sum8(into->subs_fired_inner, more->subs_fired_inner);
	for (int t = 0; t < CIPHERLOOK_STATISTICS; t++) {
		into->fired[t] = sum8(into->fired[t], more->fired[t]);
		into->fired_inner[t] = sum8(into->fired_inner[t], more->fired_inner[t]);
	}
	merge_share(&into->g729_frames, &into->g729_odd, more->g729_frames, more->g729_odd);
	merge_share(&into->gsm_frames, &into->gsm_ok, more->gsm_frames, more->gsm_ok);
	merge_share(&into->events, &into->events_ok, more->events, more->events_ok);
	into->event_bits = sum16(into->event_bits, more->event_bits);
	merge_share(&into->noise, &into->noise_ok, more->noise, more->noise_ok);
	for (int i = 0; i < 2; i++)
		merge_residue(&into->residue[i], &more->residue[i]);
}

static enum cipherlook_codec believed(const struct cipherlook_result *r,
				      enum cipherlook_codec codec)
{
	if (codec != CIPHERLOOK_CODEC_UNKNOWN)
		return codec;
	switch (r->pt) {
	case PCMU:
	case PCMA:
	case G722:
		return CIPHERLOOK_CODEC_G711;
	case GSM:
		return CIPHERLOOK_CODEC_GSM;
	case G729:
		return CIPHERLOOK_CODEC_G729;
	default:
		return CIPHERLOOK_CODEC_OTHER;
	}
}

/*
 * Every frame passes a check that a random one passes with chance 2^-bits. Some
 * may fail where a codec was handed a lost frame: one in 20, of twice as many.
 */
static bool rule_holds(uint16_t frames, uint16_t ok, unsigned bits)
{
	unsigned failed = frames > ok ? (unsigned)frames - ok : 0;

	if (failed == 0)
		return frames * bits >= RULE_BITS;
	return frames * bits >= 2 * RULE_BITS && failed * 20 <= frames;
}

/* With no room for a tag, the frames of one window suffice; else both sub-windows' worth. */
static bool g729_fires(const struct cipherlook_result *r)
{
	const struct cipherlook_residue *residue = &r->residue[1];
	bool no_tag =
		residue->value == 0 && residue->same * 100u >= residue->checked * (unsigned)SHARE;

	return rule_holds(r->g729_frames, r->g729_odd, 1) &&
	       (no_tag || r->g729_frames >= 2 * RULE_BITS);
}

bool cipherlook_events_clear(const struct cipherlook_result *r)
{
	return r->events > 0 && r->events == r->events_ok && r->event_bits >= RULE_BITS;
}

static enum cipherlook_test rule_fired(const struct cipherlook_result *r,
				       enum cipherlook_codec codec)
{
	if (codec == CIPHERLOOK_CODEC_G729 && g729_fires(r))
		return CIPHERLOOK_G729;
	/* A signature of 4 bits; 15 frames as for the parity rule, which is 2^-60. */
	if (codec == CIPHERLOOK_CODEC_GSM && r->gsm_frames >= 15 &&
	    rule_holds(r->gsm_frames, r->gsm_ok, 4))
		return CIPHERLOOK_GSM;
	if (cipherlook_events_clear(r))
		return CIPHERLOOK_EVENT;
	return CIPHERLOOK_NO_TEST;
}

static enum cipherlook_test most_fired(const uint8_t fired[CIPHERLOOK_STATISTICS])
{
	enum cipherlook_test best = CIPHERLOOK_NO_TEST;

	for (int t = 0; t < CIPHERLOOK_STATISTICS; t++)
		if (fired[t] > (best == CIPHERLOOK_NO_TEST ? 0 : fired[best]))
			best = (enum cipherlook_test)t;
	return best;
}

struct cipherlook_judgement cipherlook_judge(const struct cipherlook_result *r,
					     enum cipherlook_codec codec, bool inner_possible)
{
	struct cipherlook_judgement j = { CIPHERLOOK_PLAINTEXT, CIPHERLOOK_NO_TEST };
	unsigned subs = inner_possible ? r->subs_inner : r->subs;
	unsigned fired = inner_possible ? r->subs_fired_inner : r->subs_fired;

	codec = believed(r, codec);
	/* The rules read the first octets of a payload, which prove nothing then. */
	if (!inner_possible)
		j.test = rule_fired(r, codec);
	if (j.test != CIPHERLOOK_NO_TEST)
		return j;
	j.test = most_fired(inner_possible ? r->fired_inner : r->fired);
	if (fired >= 2)
		return j;
	/* Statistics miss half of readable G.729: without its own rule nothing was looked for. */
	bool looked = codec != CIPHERLOOK_CODEC_G729 || r->g729_frames >= RULE_BITS;
	j.verdict =
		subs >= 2 && fired == 0 && looked ? CIPHERLOOK_NONE_FOUND : CIPHERLOOK_INSUFFICIENT;
	return j;
}

enum cipherlook_tag cipherlook_tag(const struct cipherlook_result *r, enum cipherlook_codec codec)
{
	/* 4, 10 or 16 octets of tag, each with a key identifier of 0, 1, 2 or 4. */
	const uint32_t tags = UINT32_C(0x00175d70);
	const struct cipherlook_residue *residue;

	switch (believed(r, codec)) {
	case CIPHERLOOK_CODEC_G711:
		residue = &r->residue[0];
		break;
	case CIPHERLOOK_CODEC_G729:
		residue = &r->residue[1];
		break;
	default:
		return CIPHERLOOK_TAG_UNKNOWN;
	}
	if (residue->checked < TAG_PACKETS ||
	    residue->same * 100u < residue->checked * (unsigned)SHARE)
		return CIPHERLOOK_TAG_UNKNOWN;
	if (residue->value == 0)
		return CIPHERLOOK_TAG_NONE;
	return tags >> residue->value & 1 ? CIPHERLOOK_TAG_PRESENT : CIPHERLOOK_TAG_UNKNOWN;
}

const char *cipherlook_test_name(enum cipherlook_test test)
{
	static const char *const names[] = {
		[CIPHERLOOK_CHI] = "chi",	    [CIPHERLOOK_MODE] = "mode",
		[CIPHERLOOK_BIT] = "bit",	    [CIPHERLOOK_LAG_TEST] = "lag",
		[CIPHERLOOK_DUP] = "dup",	    [CIPHERLOOK_G729] = "g729-parity",
		[CIPHERLOOK_GSM] = "gsm-signature", [CIPHERLOOK_EVENT] = "event-grammar",
		[CIPHERLOOK_NO_TEST] = "none",
	};

	return names[(unsigned)test <= CIPHERLOOK_NO_TEST ? test : CIPHERLOOK_NO_TEST];
}
