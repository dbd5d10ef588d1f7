/* format_csv.c - a row a call, for spreadsheets and databases (RFC 4180). */
#include "reports/format.h"

#include <string.h>

#include "reports/escape_csv.h"
#include "reports/gather.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"

/* A column: its name, and how a call fills it. */
struct column {
	const char *name;
	void (*put)(struct text *t, const json_t *call, const char *key);
	const char *key;
};

static void member(struct text *t, const json_t *call, const char *key)
{
	escape_csv_cell(t, jvalue_str(call, key));
}

static void put_number(struct text *t, const json_t *v)
{
	struct text digits = { NULL, 0, 0 };

	if (json_is_number(v))
		jvalue_write(&digits, v);
	text_add(t, text_of(&digits));
	text_free(&digits);
}

static void number(struct text *t, const json_t *call, const char *key)
{
	put_number(t, jvalue_get(call, key));
}

static void verdict(struct text *t, const json_t *call, const char *key)
{
	escape_csv_cell(t, jvalue_str(jvalue_get(jvalue_get(call, "conditions"), key), "verdict"));
}

static void why(struct text *t, const json_t *call, const char *key)
{
	escape_csv_cell(t, jvalue_str(jvalue_get(jvalue_get(call, "conditions"), key), "why"));
}

static void hops(struct text *t, const json_t *call, const char *key)
{
	escape_csv_cell(t, jvalue_str(jvalue_get(call, key), "verdict"));
}

/* The list goes into one cell; words that stand in it are told once. */
static void words(struct text *t, const struct text *list)
{
	escape_csv_cell(t, text_of(list));
}

static bool told(const struct text *list, const char *word)
{
	size_t n = strlen(word);

	for (const char *at = text_of(list); (at = strstr(at, word)); at += n)
		if ((at == list->p || at[-1] == ' ') && (at[n] == ';' || !at[n]))
			return true;
	return false;
}

static void add_word(struct text *list, const char *word)
{
	if (*word && !told(list, word))
		text_addf(list, "%s%s", list->n ? "; " : "", word);
}

static void texts(struct text *t, const json_t *call, const char *key)
{
	struct text list = { NULL, 0, 0 };
	size_t i;
	json_t *one;

	json_array_foreach(jvalue_get(call, key), i, one)
	{
		add_word(&list, json_string_value(one) ? json_string_value(one) : "");
	}
	words(t, &list);
	text_free(&list);
}

/* `path` is "list/member": that member of each object of the list. */
static void members(struct text *t, const json_t *call, const char *path)
{
	struct text list = { NULL, 0, 0 };
	const char *slash = strchr(path, '/');
	char key[32];
	size_t i;
	json_t *one;

	(void)snprintf(key, sizeof key, "%.*s", (int)(slash - path), path);
	json_array_foreach(jvalue_get(call, key), i, one)
	{
		add_word(&list, jvalue_str(one, slash + 1));
	}
	words(t, &list);
	text_free(&list);
}

static bool counts(const json_t *finding, bool waived)
{
	return strcmp(jvalue_str(finding, "outcome"), "violated") == 0 &&
	       json_is_object(jvalue_get(finding, "waived")) == waived;
}

static void violated(struct text *t, const json_t *call, const char *key, bool waived)
{
	struct text list = { NULL, 0, 0 };
	size_t i;
	json_t *f;

	json_array_foreach(jvalue_get(call, "findings"), i, f)
	{
		if (counts(f, waived))
			add_word(&list, jvalue_str(f, key));
	}
	words(t, &list);
	text_free(&list);
}

static void standing(struct text *t, const json_t *call, const char *key)
{
	violated(t, call, key, false);
}

static void excused(struct text *t, const json_t *call, const char *key)
{
	violated(t, call, key, true);
}

static void severity(struct text *t, const json_t *call, const char *key)
{
	uint64_t n = 0;
	size_t i;
	json_t *f;

	json_array_foreach(jvalue_get(call, "findings"), i, f)
	{
		n += counts(f, false) && strcmp(jvalue_str(f, "severity"), key) == 0;
	}
	text_add_number(t, n);
}

static void range(struct text *t, const json_t *call, const char *key)
{
	const json_t *list = jvalue_get(call, "score_range");

	put_number(t, json_array_get(list, strcmp(key, "low") == 0 ? 0 : 1));
}

static const struct column columns[] = {
	{ "id", member, "id" },
	{ "kind", member, "kind" },
	{ "start", member, "start" },
	{ "end", member, "end" },
	{ "duration_s", number, "duration_s" },
	{ "from", member, "from" },
	{ "to", member, "to" },
	{ "from_name", member, "from_name" },
	{ "to_name", member, "to_name" },
	{ "inputs", texts, "inputs" },
	{ "signaling", verdict, "signaling" },
	{ "keys", verdict, "keys" },
	{ "media", verdict, "media" },
	{ "hop_protection", hops, "hop_protection" },
	{ "label", member, "label" },
	{ "label_suffix", texts, "label_suffix" },
	{ "letter", member, "letter" },
	{ "score", number, "score" },
	{ "score_low", range, "low" },
	{ "score_high", range, "high" },
	{ "coverage", number, "coverage" },
	{ "policy_result", member, "policy_result" },
	{ "unmet", texts, "unmet" },
	{ "unknown", texts, "unknown" },
	{ "critical", severity, "critical" },
	{ "high", severity, "high" },
	{ "medium", severity, "medium" },
	{ "low", severity, "low" },
	{ "info", severity, "info" },
	{ "rules", standing, "rule" },
	{ "problems", standing, "problem" },
	{ "waived_rules", excused, "rule" },
	{ "waived_problems", excused, "problem" },
	{ "within_earshot", members, "within_earshot/who" },
	{ "missing", texts, "missing" },
	{ "exposed_media_seconds", number, "exposed_media_seconds" },
	{ "transports", members, "legs/transport" },
	{ "call_ids", members, "legs/call_id" },
	{ "keying", members, "media/keying" },
	{ "profiles", members, "media/profile" },
	{ "codecs", members, "media/codec" },
	{ "signaling_why", why, "signaling" },
	{ "keys_why", why, "keys" },
	{ "media_why", why, "media" },
};
enum { COLUMNS = sizeof columns / sizeof *columns };

static void header(struct text *t)
{
	text_add(t, "run");
	for (size_t i = 0; i < COLUMNS; i++)
		text_addf(t, ",%s", columns[i].name);
	text_add(t, "\r\n");
}

static void row(struct text *t, const char *run, const json_t *call)
{
	escape_csv_cell(t, run);
	for (size_t i = 0; i < COLUMNS; i++) {
		text_add(t, ",");
		columns[i].put(t, call, columns[i].key);
	}
	text_add(t, "\r\n");
}

/* What this format has no use for, and most of a call. */
static const char *const unused_members[] = { "citations", "evidence",	  "remediation", "detail",
					      "filter",	   "epochs",	  "segments",	 "path",
					      "caps",	   "assumptions", NULL };

void format_csv_write(struct document *d, FILE *out, const struct report_style *style)
{
	struct gather g = { .out = out };
	json_t *call;

	(void)style;
	header(&g.t);
	for (size_t i = 0; i < document_calls(d) && gather_some(&g); i++) {
		call = document_call_without(d, i, unused_members);
		if (!call)
			break;
		row(&g.t, document_run_id(d), call);
		json_decref(call);
	}
	gather_end(&g);
}
