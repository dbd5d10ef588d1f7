/* verify_again.c - frames lead from rows of one audit to rows of the other. */
#include "analyzer/cmd/verify_again.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "analyzer/cmd/audit.h"
#include "reports/jvalue.h"
#include "reports/load.h"

enum { CONDITIONS_N = 3, LABEL = 1100, PATH = 4096, TOLD = 12, EXIT_NOTHING = 4 };
static const char *const conditions[CONDITIONS_N] = { "signaling", "keys", "media" };
static const char *const verdicts[] = { "pass",	   "partial", "not_observable",
					"suspect", "fail",    "not_applicable" };
enum { PASS = 1, PARTIAL = 2, NOT_OBSERVABLE = 4, SUSPECT = 8, FAIL = 16 };

struct again {
	struct checking *c;
	const struct cited *cited;
	const struct verify_extract *extracts;
	size_t inputs;
	uint8_t (*said)[CONDITIONS_N]; /* by cited frame: verdicts of the report's rows that cite it
					*/
	struct map *found;	       /* "RULE input frame": violated in the extracts too */
	char **keys;
	size_t key_count;
	uint32_t *of_label; /* inputs of the second audit, by place in its list */
	const json_t *labels;
	size_t repeated, all, contradictions;
	uint64_t rows;
};

static uint8_t bit(const json_t *call, int condition)
{
	const json_t *c = jvalue_get(jvalue_get(call, "conditions"), conditions[condition]);
	const char *verdict = jvalue_str(c, "verdict");

	for (unsigned i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
		if (strcmp(verdict, verdicts[i]) == 0)
			return (uint8_t)(1U << i);
	return 0;
}

static bool label_place(const json_t *inputs, const char *label, uint32_t *out)
{
	for (size_t i = 0; i < json_array_size(inputs); i++)
		if (strcmp(jvalue_str(json_array_get(inputs, i), "label"), label) == 0) {
			*out = (uint32_t)i;
			return true;
		}
	return false;
}

/* Where evidence of the second audit stands among the frames that the report cites; NULL: nowhere.
 */
static const struct cited_frame *original(const struct again *g, const json_t *evidence)
{
	uint64_t n = jvalue_int(evidence, "frame");
	uint32_t at;

	if (!label_place(g->labels, jvalue_str(evidence, "input"), &at))
		return NULL;
	uint32_t input = g->of_label[at];
	if (input >= g->inputs || n < 1 || n > g->extracts[input].count)
		return NULL;
	return cited_find(g->cited, input, g->extracts[input].frames[n - 1]);
}

/* ---- what the report says ------------------------------------------------------------------ */

struct citing {
	const json_t *inputs;
	uint8_t bits[CONDITIONS_N];
};

static void note_said(void *whom, const json_t *evidence, void *ctx)
{
	struct again *g = whom;
	const struct citing *by = ctx;
	uint32_t input;

	if (!label_place(by->inputs, jvalue_str(evidence, "input"), &input))
		return;
	const struct cited_frame *f = cited_find(g->cited, input, jvalue_int(evidence, "frame"));
	for (int k = 0; f && k < CONDITIONS_N; k++)
		g->said[f - g->cited->all][k] |= by->bits[k];
}

static void read_report(struct again *g, struct document *report)
{
	struct citing by = { .inputs = jvalue_get(document_head(report), "inputs") };

	for (size_t i = 0; i < document_calls(report); i++) {
		json_t *call = document_call(report, i);
		for (int k = 0; k < CONDITIONS_N; k++)
			by.bits[k] = bit(call, k);
		cited_each(call, note_said, g, &by);
		json_decref(call);
	}
}

/* ---- what the extracts say ------------------------------------------------------------------ */

static void frame_key(struct text *t, const char *rule, const struct cited_frame *f)
{
	text_clear(t);
	text_addf(t, "%s %u %llu", rule, f->input, (unsigned long long)f->frame);
}

static void note_found(void *whom, const json_t *evidence, void *ctx)
{
	struct again *g = whom;
	const struct cited_frame *f = original(g, evidence);
	struct text t = { 0 };

	if (!f)
		return;
	frame_key(&t, ctx, f);
	if (!map_get(g->found, slice_of(text_of(&t)))) {
		char *key = mem_text(text_of(&t));
		g->keys = mem_more(g->keys, g->key_count, sizeof *g->keys);
		g->keys[g->key_count++] = key;
		(void)map_put(g->found, slice_of(key), key);
	}
	text_free(&t);
}

static bool is_violated(const json_t *finding)
{
	return strcmp(jvalue_str(finding, "outcome"), "violated") == 0;
}

static void gather(void *whom, const json_t *evidence, void *ctx)
{
	struct again *g = whom;
	const struct cited_frame *f = original(g, evidence);
	uint8_t *seen = ctx;

	for (int k = 0; f && k < CONDITIONS_N; k++)
		seen[k] |= g->said[f - g->cited->all][k];
}

static void contradict(struct again *g, const json_t *call, int k, uint8_t said)
{
	uint8_t now = bit(call, k);
	bool worse = now == FAIL && said && !(said & FAIL);
	bool better = now == PASS && said == FAIL;

	if (!worse && !better)
		return;
	if (g->contradictions++ < TOLD)
		checking_bad(g->c, "judged again, %s comes out as %s: %s", conditions[k],
			     now == FAIL ? "fail" : "pass",
			     jvalue_str(jvalue_get(jvalue_get(call, "conditions"), conditions[k]),
					"why"));
}

static void take_row(struct again *g, const json_t *call)
{
	const json_t *findings = jvalue_get(call, "findings");
	uint8_t said[CONDITIONS_N] = { 0 };

	cited_each(call, gather, g, said);
	for (int k = 0; k < CONDITIONS_N; k++)
		contradict(g, call, k, said[k]);
	for (size_t i = 0; i < json_array_size(findings); i++) {
		const json_t *f = json_array_get(findings, i);
		if (is_violated(f))
			cited_each(jvalue_get(f, "evidence"), note_found, g,
				   (void *)(uintptr_t)jvalue_str(f, "rule"));
	}
	g->rows++;
}

/* "001.pcapng" of the second audit is the extract of input 0. */
static void know_inputs(struct again *g, const json_t *inputs)
{
	size_t n = json_array_size(inputs);

	g->labels = inputs;
	g->of_label = mem_zero(n, sizeof *g->of_label);
	for (size_t i = 0; i < n; i++) {
		unsigned long place =
			strtoul(jvalue_str(json_array_get(inputs, i), "name"), NULL, 10);
		g->of_label[i] = place ? (uint32_t)place - 1 : UINT32_MAX;
	}
}

static bool read_second(struct again *g, FILE *in)
{
	struct document *d;
	char *why;
	bool good = load_report(in, &d, &why) == ERR_OK;

	free(why);
	if (!good)
		return false;
	know_inputs(g, jvalue_get(document_head(d), "inputs"));
	for (size_t i = 0; i < document_calls(d); i++) {
		json_t *call = document_call(d, i);
		take_row(g, call);
		json_decref(call);
	}
	document_free(d);
	g->labels = NULL;
	return true;
}

/* ---- findings held against each other ----------------------------------------------------------
 */

struct finding_at {
	const json_t *inputs;
	const char *rule;
	bool any, repeated;
};

static void look_up(void *whom, const json_t *evidence, void *ctx)
{
	struct again *g = whom;
	struct finding_at *at = ctx;
	uint32_t input;
	struct text t = { 0 };

	if (!label_place(at->inputs, jvalue_str(evidence, "input"), &input))
		return;
	const struct cited_frame *f = cited_find(g->cited, input, jvalue_int(evidence, "frame"));
	if (!f)
		return;
	frame_key(&t, at->rule, f);
	at->any = true;
	at->repeated |= map_get(g->found, slice_of(text_of(&t))) != NULL;
	text_free(&t);
}

static void count_findings(struct again *g, struct document *report)
{
	struct finding_at at = { .inputs = jvalue_get(document_head(report), "inputs") };

	for (size_t i = 0; i < document_calls(report); i++) {
		json_t *call = document_call(report, i);
		const json_t *findings = jvalue_get(call, "findings");
		for (size_t k = 0; k < json_array_size(findings); k++) {
			const json_t *f = json_array_get(findings, k);
			at.rule = jvalue_str(f, "rule");
			at.any = at.repeated = false;
			if (is_violated(f))
				cited_each(jvalue_get(f, "evidence"), look_up, g, &at);
			g->all += at.any;
			g->repeated += at.repeated;
		}
		json_decref(call);
	}
}

/* ---- the second audit
 * ------------------------------------------------------------------------------ */

static bool put_file(struct archive *a, size_t input, const char *path)
{
	char name[BUNDLE_EXTRACT_NAME];
	struct text t = { 0 };
	FILE *out = fopen(path, "wex");
	bool good;

	bundle_parts_extract(input, name);
	struct archive_part *p = archive_find(a, name);
	good = out && p && archive_text(p, VERIFY_PART_MAX, &t) == ERR_OK &&
	       (!t.n || fwrite(t.p, 1, t.n, out) == t.n);
	if (out && fclose(out) != 0)
		good = false;
	text_free(&t);
	return good;
}

/* "alice#2" is a piece of alice. */
static char *point_of(const char *label)
{
	const char *mark = strrchr(label, '#');
	bool piece = mark && mark != label && mark[1] && !mark[1 + strspn(mark + 1, "0123456789")];

	return piece ? strndup(label, (size_t)(mark - label)) : mem_text(label);
}

/* Makes the files, audits them into *out, and removes them. */
static int audit_extracts(struct archive *a, const json_t *inputs, const char *folder, FILE *out)
{
	size_t n = json_array_size(inputs), made = 0;
	struct capture_source *sources = mem_zero(n, sizeof *sources);
	int code = -1;

	for (; made < n; made++) {
		struct text path = { 0 };
		text_addf(&path, "%s/%03zu.pcapng", folder, made + 1);
		sources[made].path = path.p; /* freed below */
		sources[made].label = point_of(jvalue_str(json_array_get(inputs, made), "label"));
		if (!put_file(a, made, sources[made].path))
			break;
	}
	if (made == n && n)
		code = audit_over(sources, n, out);
	for (size_t i = 0; i < n; i++) {
		if (sources[i].path)
			(void)unlink(sources[i].path);
		free((void *)(uintptr_t)sources[i].path);
		free((void *)(uintptr_t)sources[i].label);
	}
	free(sources);
	return code;
}

static FILE *second_audit(struct archive *a, const json_t *inputs)
{
	const char *tmp = getenv("TMPDIR");
	char folder[PATH];
	FILE *out = tmpfile();

	(void)snprintf(folder, sizeof folder, "%.4000s/earshot-verify-XXXXXX",
		       tmp && *tmp ? tmp : "/tmp");
	if (!out || !mkdtemp(folder)) {
		if (out)
			(void)fclose(out);
		return NULL;
	}
	int code = audit_extracts(a, inputs, folder, out);
	(void)rmdir(folder);
	rewind(out);
	if (code >= 0 && code <= EXIT_NOTHING && code != 2)
		return out;
	(void)fclose(out);
	return NULL;
}

static void conclude(struct again *g)
{
	if (g->contradictions)
		checking_bad(g->c, "the extracts contradict the report %zu times",
			     g->contradictions);
	else
		checking_good(
			g->c,
			"judged again: %llu rows in the extracts, none contradicts the report",
			(unsigned long long)g->rows);
	checking_note(
		g->c,
		"%zu of %zu findings come out of the extracts again; the others rest on what was "
		"taken out (media, keys, bodies, what TLS hides) or on more frames than they cite",
		g->repeated, g->all);
}

void verify_again(struct checking *c, struct archive *a, struct document *report,
		  const struct cited *cited, const struct verify_extract *extracts, size_t inputs)
{
	struct again g = { .c = c, .cited = cited, .extracts = extracts, .inputs = inputs };
	FILE *second = second_audit(a, jvalue_get(document_head(report), "inputs"));

	g.said = mem_zero(cited->count, sizeof *g.said);
	g.found = map_new();
	read_report(&g, report);
	if (second && read_second(&g, second)) {
		count_findings(&g, report);
		conclude(&g);
	} else {
		checking_lost(c, "the extracts could not be judged again");
	}
	if (second)
		(void)fclose(second);
	for (size_t i = 0; i < g.key_count; i++)
		free(g.keys[i]);
	free(g.keys);
	free(g.of_label);
	free(g.said);
	map_free(g.found);
}
