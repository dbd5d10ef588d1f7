/* mapping.c - one table of verdicts, one of severities: no format has words of its own. */
#include "reports/mapping.h"

#include <inttypes.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

static const struct mapping_verdict verdicts[MAPPING_VERDICTS] = {
	{ "pass", "pass", "pass", "success", 1, "Pass" },
	{ "partial", "partial", "open", "unknown", 2, "Warning" },
	{ "not_observable", "not observable", "open", "unknown", 2, "Warning" },
	{ "suspect", "suspect", "review", "unknown", 2, "Warning" },
	{ "fail", "fail", "fail", "failure", 3, "Fail" },
	{ "not_applicable", "not applicable", "notApplicable", "unknown", 99, "Other" },
};
enum { NOT_OBSERVABLE = 2 };

const struct mapping_verdict *mapping_verdict_at(size_t i)
{
	return &verdicts[i < MAPPING_VERDICTS ? i : NOT_OBSERVABLE];
}

const struct mapping_verdict *mapping_verdict(const char *verdict)
{
	for (size_t i = 0; i < MAPPING_VERDICTS; i++)
		if (strcmp(verdicts[i].verdict, verdict) == 0)
			return &verdicts[i];
	return &verdicts[NOT_OBSERVABLE];
}

static const struct mapping_severity severities[] = {
	{ "info", "note", "0.0", "info", 1, "Informational", 1, 0 },
	{ "low", "note", "3.0", "minor", 2, "Low", 3, 25 },
	{ "medium", "warning", "5.5", "major", 3, "Medium", 5, 50 },
	{ "high", "error", "8.0", "critical", 4, "High", 8, 75 },
	{ "critical", "error", "9.5", "blocker", 5, "Critical", 10, 100 },
};

const struct mapping_severity *mapping_severity(const char *severity)
{
	size_t i = sizeof severities / sizeof *severities;

	while (--i > 0 && strcmp(severities[i].severity, severity) != 0)
		continue;
	return &severities[i];
}

const char *mapping_condition(size_t i)
{
	static const char *const names[] = { "signaling", "keys", "media" };

	return i < sizeof names / sizeof *names ? names[i] : NULL;
}

bool mapping_told(const json_t *head, const char *condition, size_t verdict, uint64_t *calls)
{
	const json_t *summary = jvalue_get(head, "summary");
	const json_t *one = jvalue_get(jvalue_get(summary, "conditions"), condition);
	const struct mapping_verdict *v = mapping_verdict_at(verdict);

	*calls = jvalue_int(jvalue_get(one, "counts"), v->verdict);
	return *calls || (jvalue_int(summary, "calls") == 0 &&
			  v == mapping_verdict(jvalue_str(one, "verdict")));
}

json_t *mapping_problem(struct document *d, size_t i)
{
	struct text t = { NULL, 0, 0 };

	if (i >= document_problems(d))
		return NULL;
	document_problem_text(d, i, &t);
	json_t *problem = json_loadb(text_of(&t), t.n, 0, NULL);
	text_free(&t);
	return problem;
}

bool mapping_waived(const json_t *problem)
{
	uint64_t waived = jvalue_int(problem, "waived");

	return waived && waived >= jvalue_int(problem, "occurrences");
}

const json_t *mapping_evidence(const json_t *problem)
{
	return json_array_get(jvalue_get(jvalue_get(problem, "example"), "evidence"), 0);
}

size_t mapping_input(const json_t *head, const char *label)
{
	size_t i;
	json_t *input;

	json_array_foreach(jvalue_get(head, "inputs"), i, input)
	{
		if (strcmp(jvalue_str(input, "label"), label) == 0)
			break;
	}
	return i;
}

static const char *file_at(const json_t *head, size_t i)
{
	return jvalue_str(json_array_get(jvalue_get(head, "inputs"), i), "name");
}

const char *mapping_file(const json_t *head, const char *label)
{
	return file_at(head, mapping_input(head, label));
}

const char *mapping_first_file(const json_t *head)
{
	return file_at(head, 0);
}

/* Each word with its length in front, so that no two lists run into one another. */
static void digest_words(const char *const *words, char hex[DIGEST_HEX])
{
	struct digest *d = digest_new();
	struct text t = { NULL, 0, 0 };

	for (; *words; words++) {
		text_clear(&t);
		text_addf(&t, "%zu:%s,", strlen(*words), *words);
		digest_add(d, slice_of(text_of(&t)));
	}
	text_free(&t);
	digest_hex(d, hex);
}

const char *mapping_id(char out[MAPPING_ID], const char *const *words)
{
	char hex[DIGEST_HEX];

	digest_words(words, hex);
	memcpy(out, hex, MAPPING_ID - 1);
	out[MAPPING_ID - 1] = '\0';
	return out;
}

/*
 * Named by a digest, as version 5 is, which readers' schemas accept (version 8, made for other
 * digests than SHA-1, many do not know yet).
 */
const char *mapping_uuid(char out[MAPPING_UUID], const char *const *words)
{
	static const char variant[] = "89ab";
	char h[DIGEST_HEX];

	digest_words(words, h);
	h[16] = variant[(h[16] < 'a' ? h[16] - '0' : h[16] - 'a' + 10) & 3];
	(void)snprintf(out, MAPPING_UUID, "%.8s-%.4s-5%.3s-%.4s-%.12s", h, h + 8, h + 13, h + 16,
		       h + 20);
	return out;
}

uint64_t mapping_ms(const char *when)
{
	static const double most = 1e12; /* no date of four digits comes near it */
	double s = wording_seconds(when);

	return s > 0 && s < most ? (uint64_t)(s * 1000.0 + 0.5) : 0;
}

void mapping_calls(struct text *t, uint64_t n)
{
	text_addf(t, "%" PRIu64 " call%s", n, n == 1 ? "" : "s");
}

void mapping_sentence(struct text *t, const json_t *problem)
{
	const char *detail = jvalue_str(jvalue_get(problem, "example"), "detail");
	const char *element = jvalue_str(problem, "element");

	text_addf(t, "%s", jvalue_str(problem, "title"));
	if (*element)
		text_addf(t, " at %s", element);
	text_add(t, " in ");
	mapping_calls(t, jvalue_int(problem, "calls"));
	text_add(t, *detail ? ": " : ".");
	text_add(t, detail);
}
