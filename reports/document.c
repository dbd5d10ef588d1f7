/* document.c - calls to the spool as they end, an index of them, and the head at the end. */
#include "reports/document.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/mem.h"
#include "reports/asserted.h"
#include "reports/brief.h"
#include "reports/head.h"
#include "reports/record.h"
#include "reports/spool.h"

/* All that stays in memory of a call. */
struct entry {
	uint64_t end_ns, id, at;
	uint32_t length;
	uint32_t rank; /* smaller is worse */
};

struct document {
	struct document_options options;
	struct redactor *hide;
	char **labels, **points; /* as shown */
	struct spool *spool;
	struct problems *problems;
	struct overheard *overheard;
	struct frameworks *frameworks;
	struct asserted *asserted; /* NULL: no inventory */
	struct entry *index;
	uint32_t *worst; /* positions in the index, worst first */
	size_t count, room;
	bool earlier; /* a report that was read: its problems stand in the spool */
	struct entry *told;
	size_t told_count;
	struct text call, line;
	struct record writer;
	struct standing *standing;
	json_t *head;
	int error;
	char run_id[17];
};

static char **shown_labels(struct redactor *hide, const char *const *labels, size_t count)
{
	char **shown = mem_zero(count, sizeof(char *));

	for (size_t i = 0; i < count; i++) {
		struct text t = { 0 };
		redact_label(hide, &t, labels[i]);
		shown[i] = mem_text(text_of(&t));
		text_free(&t);
	}
	return shown;
}

static void free_labels(char **labels, size_t count)
{
	for (size_t i = 0; labels && i < count; i++)
		free(labels[i]);
	free(labels);
}

/* Names go in as the report shows them: nothing guessable is digested. */
static void name_run(struct document *d)
{
	struct digest *g = digest_new();
	char hex[DIGEST_HEX];

	for (size_t i = 0; i < d->options.input_count; i++) {
		struct text t = { 0 };
		uint64_t first = d->options.input_first_ns ? d->options.input_first_ns[i] : 0;
		text_addf(&t, "%s\n", d->labels[i]);
		if (d->options.input_names)
			redact_label(d->hide, &t, d->options.input_names[i]);
		text_addf(&t, "\n%" PRIu64 "\n", first);
		digest_add(g, slice_of(text_of(&t)));
		text_free(&t);
	}
	digest_hex(g, hex);
	memcpy(d->run_id, hex, 16);
	d->run_id[16] = '\0';
}

struct document *document_new(struct document_options options)
{
	struct spool *spool = spool_new();
	struct document *d;

	if (!spool)
		return NULL;
	d = mem_zero(1, sizeof *d);
	d->options = options;
	d->spool = spool;
	d->hide = redact_new(options.redact, options.redact_addresses);
	d->labels = shown_labels(d->hide, options.input_labels, options.input_count);
	d->points = shown_labels(d->hide, options.point_labels, options.point_count);
	d->problems = problems_new(d->spool);
	d->overheard = overheard_new();
	d->frameworks = frameworks_new(options.frameworks, options.framework_count,
				       options.frameworks_chosen, options.inventory);
	d->asserted = options.inventory ? asserted_new(options.inventory) : NULL;
	d->standing = standing_new();
	d->writer = (struct record){ .out = &d->call,
				     .hide = d->hide,
				     .inputs = (const char *const *)d->labels,
				     .points = (const char *const *)d->points,
				     .input_count = options.input_count,
				     .point_count = options.point_count,
				     .standing = d->standing,
				     .inventory = options.inventory };
	name_run(d);
	return d;
}

void document_free(struct document *d)
{
	if (!d)
		return;
	json_decref(d->head);
	text_free(&d->call);
	text_free(&d->line);
	text_free(&d->writer.scratch);
	standing_free(d->standing);
	free(d->index);
	free(d->told);
	free(d->worst);
	asserted_free(d->asserted);
	frameworks_free(d->frameworks);
	overheard_free(d->overheard);
	problems_free(d->problems);
	free_labels(d->points, d->options.point_count);
	free_labels(d->labels, d->options.input_count);
	redact_free(d->hide);
	spool_free(d->spool);
	free(d);
}

int document_error(const struct document *d)
{
	return d->error;
}

const char *document_run_id(const struct document *d)
{
	return d->run_id;
}

/* Label first, then the worst finding, then the score as seen, then the kind of row. */
static uint32_t rank(struct document_standing s)
{
	return (uint32_t)s.label << 24 | (SEVERITIES - s.worst) << 20 | s.score << 8 |
	       (unsigned)s.kind;
}

static uint32_t rank_of(const struct call *c, const struct judgement *j)
{
	unsigned worst = 0;

	for (size_t i = 0; i < j->finding_count; i++)
		if (j->findings[i].outcome == OUTCOME_VIOLATED &&
		    (unsigned)j->findings[i].severity + 1 > worst)
			worst = (unsigned)j->findings[i].severity + 1;
	return rank((struct document_standing){ .label = (int)j->label,
						.worst = worst,
						.score = j->has_score ? j->score : 127,
						.kind = (int)c->kind });
}

static void index_add(struct document *d, struct entry e)
{
	if (d->count == d->room) {
		d->room = d->room ? d->room * 2 : 256;
		d->index = mem_grow(d->index, d->room, sizeof *d->index);
	}
	d->index[d->count++] = e;
}

static const char *broken(struct document *d, int why)
{
	d->error = why;
	errno = why;
	return NULL;
}

/* The record's object, in d->call. */
static void write_call(struct document *d, const struct call *c, const struct judgement *j)
{
	text_clear(&d->call);
	record_write(&d->writer, c, j);
}

struct slice document_record(struct document *d, const struct call *c, const struct judgement *j)
{
	write_call(d, c, j);
	return text_slice(&d->call);
}

struct slice document_added(const struct document *d)
{
	return text_slice(&d->call);
}

bool document_flush(struct document *d)
{
	if (!d->error && spool_flush(d->spool) != ERR_OK)
		d->error = errno;
	return d->error == 0;
}

const char *document_add(struct document *d, const struct call *c, const struct judgement *j)
{
	struct entry e = { .end_ns = c->end_ns, .rank = rank_of(c, j) };

	if (d->error)
		return broken(d, d->error);
	write_call(d, c, j);
	if (d->call.n > UINT32_MAX)
		return broken(d, EFBIG);
	if (spool_add(d->spool, text_slice(&d->call), &e.at) != ERR_OK)
		return broken(d, errno);
	e.id = strtoull(c->id ? c->id : "", NULL, 16);
	e.length = (uint32_t)d->call.n;
	index_add(d, e);
	problems_add(d->problems, d->hide, c, j);
	if (problems_error(d->problems))
		return broken(d, problems_error(d->problems));
	overheard_add(d->overheard, d->hide, c, j);
	frameworks_add(d->frameworks, c, j);
	if (d->asserted)
		asserted_add(d->asserted, d->hide, c);
	text_clear(&d->line);
	text_add(&d->line, "{\"run\":\"");
	text_add(&d->line, d->run_id);
	text_add(&d->line, "\",");
	text_add_slice(&d->line, slice_from(text_slice(&d->call), 1));
	return text_of(&d->line);
}

static int in_order(const void *x, const void *y)
{
	const struct entry *a = x, *b = y;

	if (a->end_ns != b->end_ns)
		return a->end_ns < b->end_ns ? -1 : 1;
	if (a->id != b->id)
		return a->id < b->id ? -1 : 1;
	return (a->at > b->at) - (a->at < b->at);
}

static int worst_first(const void *x, const void *y, void *index)
{
	uint32_t i = *(const uint32_t *)x, k = *(const uint32_t *)y;
	const struct entry *a = (const struct entry *)index + i;
	const struct entry *b = (const struct entry *)index + k;

	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	return (i > k) - (i < k);
}

static void order_worst(struct document *d)
{
	d->worst = mem_zero(d->count, sizeof *d->worst);
	for (size_t i = 0; i < d->count; i++)
		d->worst[i] = (uint32_t)i;
	if (d->count)
		qsort_r(d->worst, d->count, sizeof *d->worst, worst_first, d->index);
}

void document_finish(struct document *d, const struct document_run *run)
{
	struct head_parts parts = { .problems = d->problems,
				    .overheard = d->overheard,
				    .frameworks = d->frameworks,
				    .hide = d->hide,
				    .asserted = d->asserted,
				    .options = &d->options,
				    .labels = (const char *const *)d->labels,
				    .label_count = d->options.input_count,
				    .run_id = d->run_id,
				    .calls = d->count };

	(void)document_flush(d);
	if (d->count)
		qsort(d->index, d->count, sizeof *d->index, in_order);
	order_worst(d);
	problems_sort(d->problems);
	d->head = head_build(&parts, run);
	if (!d->error)
		d->error = problems_error(d->problems);
}

const json_t *document_head(const struct document *d)
{
	return d->head;
}

struct redactor *document_redactor(struct document *d)
{
	return d->hide;
}

size_t document_calls(const struct document *d)
{
	return d->count;
}

static bool read_entry(struct document *d, const struct entry *e, struct text *out)
{
	if (!d->error && spool_read(d->spool, e->at, e->length, out) != ERR_OK)
		(void)broken(d, errno);
	return d->error == 0;
}

bool document_call_text(struct document *d, size_t i, struct text *out)
{
	return i < d->count && read_entry(d, &d->index[i], out);
}

size_t document_problems(const struct document *d)
{
	return d->earlier ? d->told_count : problems_count(d->problems);
}

bool document_problem_text(struct document *d, size_t i, struct text *out)
{
	if (d->earlier)
		return i < d->told_count && read_entry(d, &d->told[i], out);
	if (i < problems_count(d->problems) &&
	    !problems_write(d->problems, i, (const char *const *)d->labels, d->options.input_count,
			    out))
		(void)broken(d, problems_error(d->problems));
	return d->error == 0;
}

json_t *document_call(struct document *d, size_t i)
{
	text_clear(&d->call);
	return document_call_text(d, i, &d->call) ? json_loadb(d->call.p, d->call.n, 0, NULL)
						  : NULL;
}

json_t *document_worst(struct document *d, size_t i)
{
	return i < d->count ? document_call(d, d->worst[i]) : NULL;
}

json_t *document_call_without(struct document *d, size_t i, const char *const *keys)
{
	text_clear(&d->call);
	text_clear(&d->line);
	if (!document_call_text(d, i, &d->call))
		return NULL;
	json_t *call = brief_without(&d->line, text_slice(&d->call), keys)
			       ? json_loadb(d->line.p, d->line.n, 0, NULL)
			       : NULL;
	return call ? call : json_loadb(d->call.p, d->call.n, 0, NULL);
}

json_t *document_worst_without(struct document *d, size_t i, const char *const *keys)
{
	return i < d->count ? document_call_without(d, d->worst[i], keys) : NULL;
}

json_t *document_worst_brief(struct document *d, size_t i, const char *const *keys)
{
	text_clear(&d->call);
	text_clear(&d->line);
	if (i >= d->count || !document_call_text(d, d->worst[i], &d->call) ||
	    !brief_add(&d->line, text_slice(&d->call), keys))
		return NULL;
	return json_loadb(d->line.p, d->line.n, 0, NULL);
}

/* ---- an earlier report ------------------------------------------------------------- */

struct document *document_earlier(void)
{
	struct document *d = document_new((struct document_options){ .redact = REDACT_NONE });

	if (d)
		d->earlier = true;
	return d;
}

static bool keep(struct document *d, struct slice text, struct entry *e)
{
	if (!d->error && spool_add(d->spool, text, &e->at) != ERR_OK)
		(void)broken(d, errno);
	e->length = (uint32_t)text.n; /* scan.h bounds it */
	return d->error == 0;
}

bool document_take_call(struct document *d, struct slice text, struct document_standing standing)
{
	struct entry e = { .rank = rank(standing) };

	if (!keep(d, text, &e))
		return false;
	index_add(d, e);
	return true;
}

bool document_take_problem(struct document *d, struct slice text)
{
	struct entry e = { 0 };

	if (!keep(d, text, &e))
		return false;
	d->told = mem_more(d->told, d->told_count, sizeof *d->told);
	d->told[d->told_count++] = e;
	return true;
}

bool document_take_head(struct document *d, json_t *head)
{
	const char *run = json_string_value(json_object_get(head, "run"));

	(void)document_flush(d);
	order_worst(d);
	d->head = head;
	/* Every line of NDJSON carries it: nothing but hexadecimal digits may stand there. */
	if (run && strspn(run, "0123456789abcdef") == 16 && !run[16])
		memcpy(d->run_id, run, sizeof d->run_id);
	return d->error == 0;
}
