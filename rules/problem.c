/* problem.c - names of problems: rule, element, pair, media kind, keying; no call, no time. */
#include "rules/problem.h"

#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/hash.h"

enum { EPHEMERAL = 32768, WELL_KNOWN = 1024, SIP = 5060, SIP_PORTS = 40 };

/* What a problem's name is made of; compared as bytes, so it starts from zero. */
struct parts {
	char rule[16];
	struct endpoint element, pair[2];
	uint8_t kind, keying;
};

/* A box that a call ends at, as far as was seen, is a box: it has its problems with all it talks
 * to.
 */
static bool is_party(const struct end *end, const struct endpoint *e)
{
	return addr_eq(&end->at.addr, &e->addr) &&
	       (end->role == ROLE_UNKNOWN || end->role == ROLE_ENDPOINT);
}

static bool is_end(const struct call *c, const struct endpoint *e)
{
	return is_party(&c->ends[0], e) || is_party(&c->ends[1], e);
}

/* Softphones take any port for SIP and another one at each start; what listens keeps its own. */
static bool lasts(const struct call *c, const struct endpoint *e)
{
	if (!is_end(c, e))
		return e->port < EPHEMERAL;
	return e->port < WELL_KNOWN || (e->port >= SIP && e->port < SIP + SIP_PORTS);
}

static struct endpoint host_of(struct endpoint e)
{
	struct endpoint out;

	memset(&out, 0, sizeof out);
	out.addr = e.addr;
	return out;
}

static struct endpoint stable(const struct call *c, struct endpoint e)
{
	struct endpoint out = host_of(e);

	if (lasts(c, &e))
		out.port = e.port;
	return out;
}

/* Of two neighbours the box between the parties; then a well-known port; then the lower address. */
static struct endpoint pick(const struct call *c, const struct endpoint pair[2])
{
	bool end0 = is_end(c, &pair[0]), end1 = is_end(c, &pair[1]);

	if (addr_is_none(&pair[0].addr))
		return pair[1];
	if (end0 != end1)
		return end0 ? pair[1] : pair[0];
	if ((pair[0].port == 0) != (pair[1].port == 0))
		return pair[0].port ? pair[0] : pair[1];
	return pair[0];
}

static void sort_pair(struct endpoint pair[2])
{
	if (addr_endpoint_cmp(&pair[0], &pair[1]) > 0) {
		struct endpoint first = pair[1];
		pair[1] = pair[0];
		pair[0] = first;
	}
}

/*
 * What a box does on its access side it does to every telephone there: ten thousand of them are one
 * problem of the box, on the callers' side and on the callees'. Between two boxes, or two parties,
 * the pair is what has the problem.
 */
static void forget_end(const struct call *c, struct endpoint pair[2])
{
	bool end0 = is_end(c, &pair[0]), end1 = is_end(c, &pair[1]);
	struct endpoint *end = &pair[end0 ? 0 : 1];

	if (end0 == end1)
		return;
	bool caller = is_party(&c->ends[0], end);
	memset(end, 0, sizeof *end);
	end->port = caller ? 1 : 2;
}

static void take_pair(struct parts *p, const struct call *c, struct problem_scope at)
{
	const struct media *m =
		at.media >= 0 && at.media < c->media_count ? &c->media[at.media] : NULL;
	int16_t leg = at.leg >= 0 ? at.leg : m ? FACT_NOWHERE : 0;

	if (m && at.segment >= 0 && at.segment < m->segment_count) {
		p->pair[0] = host_of(m->segments[at.segment].a);
		p->pair[1] = host_of(m->segments[at.segment].b);
	} else if (m) {
		p->pair[0] = host_of(m->offerer);
		p->pair[1] = host_of(m->answerer);
	} else if (leg >= 0 && leg < c->leg_count) {
		p->pair[0] = stable(c, c->legs[leg].a);
		p->pair[1] = stable(c, c->legs[leg].b);
	}
	if (m) {
		p->kind = (uint8_t)(m->kind + 1);
		p->keying = (uint8_t)(m->keying + 1);
	}
	sort_pair(p->pair);
	p->element = pick(c, p->pair);
	forget_end(c, p->pair);
}

static void hex(const uint8_t *bytes, char out[PROBLEM_HEX])
{
	static const char digit[] = "0123456789abcdef";

	for (size_t i = 0; i < (PROBLEM_HEX - 1) / 2; i++) {
		out[2 * i] = digit[bytes[i] >> 4];
		out[2 * i + 1] = digit[bytes[i] & 15];
	}
	out[PROBLEM_HEX - 1] = '\0';
}

static void write_element(const struct endpoint *e, char out[ENDPOINT_TEXT])
{
	out[0] = '\0';
	if (addr_is_none(&e->addr))
		return;
	if (e->port)
		(void)addr_endpoint_text(e, out);
	else
		(void)addr_text(&e->addr, out);
}

static const struct problem_known *look_up(struct problem_memo *memo, const struct parts *p)
{
	struct slice key = { (const uint8_t *)p, sizeof *p };
	uint64_t fixed = hash_fixed(key), seeded = hash_table(key);
	struct problem_known *known = &memo->slot[fixed % PROBLEM_MEMO];
	uint8_t raw[DIGEST_BYTES];

	if (known->fixed == fixed && known->seeded == seeded)
		return known;
	digest_sha256(key, raw);
	known->fixed = fixed;
	known->seeded = seeded;
	memcpy(known->name, raw, sizeof known->name);
	return known;
}

/* One occurrence: the problem in this call, scope and words. Nobody need be unable to forge it. */
static void name_occurrence(const struct call *c, struct finding *f)
{
	uint64_t key[] = { 0, hash_fixed(slice_of(f->problem)), hash_fixed(slice_of(c->id)),
			   hash_fixed(slice_of(f->scope)), hash_fixed(slice_of(f->title)) };
	uint8_t raw[(PROBLEM_HEX - 1) / 2];

	for (size_t half = 0; half < sizeof raw; half += sizeof(uint64_t)) {
		key[0] = half;
		uint64_t h = hash_fixed((struct slice){ (const uint8_t *)key, sizeof key });
		for (size_t i = 0; i < sizeof h; i++)
			raw[half + i] = (uint8_t)(h >> (56 - 8 * i));
	}
	hex(raw, f->fingerprint);
}

void problem_name(struct problem_memo *memo, struct arena *arena, const struct call *c,
		  struct problem_scope at, struct finding *f)
{
	char element[ENDPOINT_TEXT];
	struct parts p;

	memset(&p, 0, sizeof p);
	memcpy(p.rule, f->rule->id, strnlen(f->rule->id, sizeof p.rule));
	take_pair(&p, c, at);
	hex(look_up(memo, &p)->name, f->problem);
	name_occurrence(c, f);
	write_element(&p.element, element);
	f->element = arena_text(arena, slice_of(element));
	if (!f->element)
		f->element = "";
}
