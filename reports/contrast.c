/* contrast.c - reading both sides, and telling them apart. */
#include "reports/contrast.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "reports/contrast_part.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

/* A report as it is gone through, row by row. */
struct reading {
	struct contrast *c;
	enum contrast_side side;
	const json_t *row;
	uint64_t number; /* of the row, from 1 */
	int label;	 /* enum label, or -1 */
};

struct contrast *contrast_new(void)
{
	struct contrast *c = mem_zero(1, sizeof *c);

	for (int k = 0; k < CONTRAST_KINDS; k++)
		c->place_by_name[k] = map_new();
	c->problem_by_id = map_new();
	return c;
}

void contrast_free(struct contrast *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->place_count; i++)
		free(c->places[i]);
	for (size_t i = 0; i < c->problem_count; i++) {
		free(c->problems[i]->title);
		free(c->problems[i]);
	}
	for (int s = 0; s < 2; s++) {
		free(c->side[s].name);
		free(c->side[s].run);
		free(c->side[s].label);
	}
	for (int k = 0; k < CONTRAST_KINDS; k++)
		map_free(c->place_by_name[k]);
	map_free(c->problem_by_id);
	free(c->places);
	free(c->problems);
	free(c);
}

/* ---- names --------------------------------------------------------------------------- */

/* "endpoint-12" is another one in every report: masked hosts of a kind are one. */
static bool is_masked(const char *host, const char *kind)
{
	size_t n = strlen(kind);
	const char *number = host + n + 1;

	if (strncmp(host, kind, n) != 0 || host[n] != '-')
		return false;
	return strcmp(number, "more") == 0 ||
	       (*number && strlen(number) < 8 && !number[strspn(number, "0123456789")]);
}

static void host_of(struct contrast *c, const char *endpoint, char out[CONTRAST_NAME])
{
	static const char *const kinds[] = { "endpoint", "host" };

	wording_host(endpoint, out, CONTRAST_NAME / 2 - 4);
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		if (!is_masked(out, kinds[i]))
			continue;
		(void)snprintf(out, CONTRAST_NAME, "%ss", kinds[i]);
		c->grouped = true;
	}
}

static struct contrast_place *place_of(struct contrast *c, enum contrast_kind kind,
				       const char *name)
{
	struct contrast_place *p = map_get(c->place_by_name[kind], slice_of(name));

	if (p || !*name)
		return p;
	if (c->place_count == CONTRAST_PLACES) {
		c->dropped++;
		return NULL;
	}
	p = mem_zero(1, sizeof *p);
	p->kind = kind;
	(void)snprintf(p->name, sizeof p->name, "%s", name);
	c->places = mem_more(c->places, c->place_count, sizeof(struct contrast_place *));
	c->places[c->place_count++] = p;
	(void)map_put(c->place_by_name[kind], slice_of(p->name), p);
	return p;
}

/* Counts the row once, however often it comes by. */
static struct contrast_place *visit(struct reading *r, enum contrast_kind kind, const char *name)
{
	struct contrast_place *p = place_of(r->c, kind, name);

	if (!p || p->seen[r->side].last_row == r->number)
		return p;
	p->seen[r->side].last_row = r->number;
	p->seen[r->side].rows++;
	if (r->label >= 0)
		p->seen[r->side].labels[r->label]++;
	return p;
}

/* The hosts of two ends, as places. */
struct pair {
	struct contrast_place *trunk, *hosts[2];
};

static struct pair pair_of(struct reading *r, const json_t *o, const char *a, const char *b)
{
	char host[2][CONTRAST_NAME], name[2 * CONTRAST_NAME];
	struct pair p = { NULL, { NULL, NULL } };

	host_of(r->c, jvalue_str(o, a), host[0]);
	host_of(r->c, jvalue_str(o, b), host[1]);
	for (int i = 0; i < 2; i++)
		p.hosts[i] = visit(r, CONTRAST_ELEMENT, host[i]);
	if (!host[0][0] || !host[1][0])
		return p;
	int swap = strcmp(host[0], host[1]) > 0;
	(void)snprintf(name, sizeof name, "%s \xe2\x80\x93 %s", host[swap], host[!swap]);
	p.trunk = visit(r, CONTRAST_TRUNK, name);
	return p;
}

/* ---- one row -------------------------------------------------------------------------- */

static void add_leg(struct reading *r, const json_t *leg)
{
	struct pair p = pair_of(r, leg, "a", "b");
	struct contrast_place *all[] = { p.trunk, p.hosts[0], p.hosts[1] };

	for (int i = 0; i < 3; i++) {
		if (!all[i])
			continue;
		struct contrast_seen *s = &all[i]->seen[r->side];
		s->transports |=
			contrast_part_bit(CONTRAST_TRANSPORTS, jvalue_str(leg, "transport"));
		if (jvalue_has(leg, "tls"))
			s->versions |= contrast_part_bit(CONTRAST_VERSIONS, jvalue_str(leg, "tls"));
		else if (jvalue_is(leg, "encrypted"))
			s->versions |= contrast_part_bit(CONTRAST_VERSIONS, "");
	}
}

static void add_media(struct reading *r, const json_t *media)
{
	const json_t *segments = jvalue_get(media, "segments");
	uint32_t keying = contrast_part_bit(CONTRAST_KEYINGS, jvalue_str(media, "keying"));

	for (size_t i = 0; i < json_array_size(segments); i++) {
		struct pair p = pair_of(r, json_array_get(segments, i), "a", "b");
		struct contrast_place *all[] = { p.trunk, p.hosts[0], p.hosts[1] };
		for (int k = 0; k < 3; k++)
			if (all[k])
				all[k]->seen[r->side].keyings |= keying;
	}
}

/* "media 1 segment 0", "media 1", "leg 0"; what is about the call stands at its first leg. */
static struct pair where(struct reading *r, const char *scope)
{
	unsigned media = 0, segment = 0, leg = 0;
	int n = sscanf(scope, "media %4u segment %4u", &media, &segment);
	const json_t *line = json_array_get(jvalue_get(r->row, "media"), media);

	if (n == 2)
		return pair_of(r, json_array_get(jvalue_get(line, "segments"), segment), "a", "b");
	if (n == 1)
		return pair_of(r, line, "offerer", "answerer");
	(void)sscanf(scope, "leg %4u", &leg);
	return pair_of(r, json_array_get(jvalue_get(r->row, "legs"), leg), "a", "b");
}

static struct contrast_problem *problem_of(struct reading *r, const json_t *f)
{
	struct contrast *c = r->c;
	const char *id = jvalue_str(f, "problem");
	char host[CONTRAST_NAME];
	struct contrast_problem *p = map_get(c->problem_by_id, slice_of(id));

	if (p || strlen(id) != sizeof p->id - 1)
		return p;
	if (c->problem_count == CONTRAST_PROBLEMS) {
		c->dropped++;
		return NULL;
	}
	p = mem_zero(1, sizeof *p);
	memcpy(p->id, id, sizeof p->id);
	(void)snprintf(p->rule, sizeof p->rule, "%s", jvalue_str(f, "rule"));
	(void)snprintf(p->element, sizeof p->element, "%.120s", jvalue_str(f, "element"));
	p->title = mem_text(jvalue_str(f, "title"));
	host_of(c, p->element, host);
	p->trunk = where(r, jvalue_str(f, "scope")).trunk;
	p->host = visit(r, CONTRAST_ELEMENT, host);
	c->problems = mem_more(c->problems, c->problem_count, sizeof(struct contrast_problem *));
	c->problems[c->problem_count++] = p;
	(void)map_put(c->problem_by_id, slice_of(p->id), p);
	return p;
}

static void add_finding(struct reading *r, const json_t *f)
{
	enum severity severity = SEVERITY_INFO;
	struct contrast_problem *p;

	if (strcmp(jvalue_str(f, "outcome"), "violated") != 0)
		return;
	p = problem_of(r, f);
	if (!p)
		return;
	(void)judge_severity_parse(jvalue_str(f, "severity"), &severity);
	if (severity > p->side[r->side].severity)
		p->side[r->side].severity = severity;
	p->side[r->side].rows += p->side[r->side].last_row != r->number;
	p->side[r->side].last_row = r->number;
	p->side[r->side].findings++;
	p->side[r->side].waived += json_is_object(jvalue_get(f, "waived"));
}

static int label_of(const char *text)
{
	for (int l = 0; l < LABEL_NONE; l++)
		if (strcmp(text, judge_label_text((enum label)l)) == 0)
			return l;
	return -1;
}

static void add_row(struct reading *r)
{
	const json_t *legs = jvalue_get(r->row, "legs"), *media = jvalue_get(r->row, "media");
	const json_t *findings = jvalue_get(r->row, "findings");

	r->label = label_of(jvalue_str(r->row, "label"));
	for (size_t i = 0; i < json_array_size(legs); i++)
		add_leg(r, json_array_get(legs, i));
	for (size_t i = 0; i < json_array_size(media); i++)
		add_media(r, json_array_get(media, i));
	for (size_t i = 0; i < json_array_size(findings); i++)
		add_finding(r, json_array_get(findings, i));
}

static bool any_damaged(const json_t *inputs)
{
	for (size_t i = 0; i < json_array_size(inputs); i++)
		if (json_is_false(jvalue_get(json_array_get(inputs, i), "complete")))
			return true;
	return false;
}

static void add_all(struct contrast *c, enum contrast_side side, const char *name,
		    const json_t *report)
{
	const json_t *summary = jvalue_get(report, "summary"), *rows = jvalue_get(report, "calls");
	struct reading r = { .c = c, .side = side };

	c->side[side] = (struct contrast_about){
		.name = mem_text(name),
		.run = mem_text(jvalue_str(report, "run")),
		.label = mem_text(jvalue_str(summary, "label")),
		.rows = json_array_size(rows),
		.coverage = jvalue_real(summary, "coverage"),
		.damaged = any_damaged(jvalue_get(report, "inputs")),
		.needed = jvalue_int(summary, "coverage_required") > 0,
	};
	for (size_t i = 0; i < json_array_size(rows); i++) {
		r.row = json_array_get(rows, i);
		r.number = i + 1;
		add_row(&r);
	}
}

enum err contrast_read(struct contrast *c, enum contrast_side side, const char *name, FILE *in,
		       const char **why)
{
	json_t *report = json_loadf(in, 0, NULL);
	bool fits = strcmp(jvalue_str(report, "schema"), "earshot.report/1") == 0 &&
		    json_is_array(jvalue_get(report, "calls"));

	*why = fits ? NULL : report ? "not an earshot.report/1 document" : "not JSON, or cut short";
	if (fits)
		add_all(c, side, name, report);
	json_decref(report);
	return fits ? ERR_OK : ERR_MALFORMED;
}

bool contrast_whole(const struct contrast *c)
{
	return c->side[CONTRAST_BEFORE].name && c->side[CONTRAST_AFTER].name;
}

bool contrast_damaged(const struct contrast *c, enum contrast_side side)
{
	return c->side[side].damaged;
}

/* ---- both sides ------------------------------------------------------------------------- */

/* Equal in per cent: one call more among many is no change. */
static bool same_share(const struct contrast *c, const struct contrast_problem *p)
{
	double share[2];

	for (int s = 0; s < 2; s++)
		share[s] = c->side[s].rows ? (double)p->side[s].rows / (double)c->side[s].rows : 0;
	double apart = share[0] > share[1] ? share[0] - share[1] : share[1] - share[0];
	return apart < 0.005;
}

static enum contrast_change change_of(const struct contrast *c, const struct contrast_problem *p)
{
	if (!p->side[CONTRAST_BEFORE].rows)
		return CONTRAST_NEW;
	if (!p->side[CONTRAST_AFTER].rows)
		return CONTRAST_GONE;
	if (p->side[CONTRAST_BEFORE].severity != p->side[CONTRAST_AFTER].severity)
		return p->side[CONTRAST_AFTER].severity > p->side[CONTRAST_BEFORE].severity
			       ? CONTRAST_WORSE
			       : CONTRAST_BETTER;
	return same_share(c, p) ? CONTRAST_SAME : CONTRAST_SHARE;
}

static enum severity worst_of(const struct contrast_problem *p)
{
	return p->side[0].severity > p->side[1].severity ? p->side[0].severity
							 : p->side[1].severity;
}

static int by_change(const void *x, const void *y)
{
	const struct contrast_problem *a = *(const struct contrast_problem *const *)x;
	const struct contrast_problem *b = *(const struct contrast_problem *const *)y;

	if (a->change != b->change)
		return a->change < b->change ? -1 : 1;
	if (worst_of(a) != worst_of(b))
		return worst_of(a) > worst_of(b) ? -1 : 1;
	int by_rule = strcmp(a->rule, b->rule);
	return by_rule ? by_rule : strcmp(a->id, b->id);
}

static int by_place(const void *x, const void *y)
{
	const struct contrast_place *a = *(const struct contrast_place *const *)x;
	const struct contrast_place *b = *(const struct contrast_place *const *)y;

	if (a->kind != b->kind)
		return a->kind < b->kind ? -1 : 1;
	uint64_t worse_a = a->problems[CONTRAST_NEW] + a->problems[CONTRAST_WORSE];
	uint64_t worse_b = b->problems[CONTRAST_NEW] + b->problems[CONTRAST_WORSE];
	if (worse_a != worse_b)
		return worse_a > worse_b ? -1 : 1;
	if (contrast_part_changed(a) != contrast_part_changed(b))
		return contrast_part_changed(a) ? -1 : 1;
	return strcmp(a->name, b->name);
}

static void tell_apart(struct contrast *c)
{
	for (size_t i = 0; i < c->problem_count; i++) {
		struct contrast_problem *p = c->problems[i];
		bool waived = p->side[CONTRAST_AFTER].waived == p->side[CONTRAST_AFTER].findings;
		p->change = change_of(c, p);
		c->changes[p->change]++;
		if (p->change <= CONTRAST_WORSE && waived)
			c->new_waived++;
		if (p->trunk)
			p->trunk->problems[p->change]++;
		if (p->host)
			p->host->problems[p->change]++;
	}
	if (c->problem_count)
		qsort(c->problems, c->problem_count, sizeof(struct contrast_problem *), by_change);
	if (c->place_count)
		qsort(c->places, c->place_count, sizeof(struct contrast_place *), by_place);
}

int contrast_result(struct contrast *c)
{
	uint64_t worse, waived;

	tell_apart(c);
	worse = c->changes[CONTRAST_NEW] + c->changes[CONTRAST_WORSE];
	waived = c->new_waived;
	if (!c->side[CONTRAST_AFTER].rows) {
		c->exit = 4;
		(void)snprintf(c->why, sizeof c->why,
			       "nothing to compare: the later one has no call, registration or "
			       "media");
	} else if (worse > waived) {
		c->exit = 1;
		(void)snprintf(c->why, sizeof c->why,
			       "%llu new and %llu worse among the problems%s",
			       (unsigned long long)c->changes[CONTRAST_NEW],
			       (unsigned long long)c->changes[CONTRAST_WORSE],
			       waived ? ", some of them waived" : "");
	} else {
		c->exit = 0;
		(void)snprintf(c->why, sizeof c->why, "nothing new or worse%s",
			       waived ? " that is not waived" : "");
	}
	return c->exit;
}
