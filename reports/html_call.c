/* html_call.c - verdicts, path, timeline, who listens, findings of one call. */
#include "reports/html_call.h"

#include <string.h>

#include "reports/escape.h"
#include "reports/html_part.h"
#include "reports/jvalue.h"
#include "reports/svg_ladder.h"
#include "reports/svg_path.h"
#include "reports/svg_timeline.h"
#include "reports/wording.h"

enum {
	FINDINGS_SHOWN = SVG_LADDER_FINDINGS,
	SEGMENTS_SHOWN = 40,
	LEGS_SHOWN = 24,
	LISTENERS_SHOWN = 24,
	NAME_SHOWN = 60
};

static const char *const conditions[] = { "signaling", "keys", "media" };

static const char *verdict_of(const json_t *call, const char *condition)
{
	return jvalue_str(jvalue_get(jvalue_get(call, "conditions"), condition), "verdict");
}

static void parties(FILE *out, const json_t *call)
{
	escape_short(out, wording_party(call, 0), NAME_SHOWN);
	if (wording_alone(call))
		return;
	(void)fputs(" <span aria-label=\"to\" role=\"img\">&rarr;</span> ", out);
	escape_short(out, wording_party(call, 1), NAME_SHOWN);
}

static void start(FILE *out, const json_t *call)
{
	struct text t = { 0 };

	wording_time(&t, jvalue_str(call, "start"));
	text_add(&t, " \xc2\xb7 ");
	wording_duration(&t, jvalue_real(call, "duration_s"));
	html_part_put(out, "%s", text_of(&t));
	text_free(&t);
}

static void label(FILE *out, const json_t *call)
{
	const json_t *suffix = jvalue_get(call, "label_suffix");
	const char *name = jvalue_str(call, "label");

	html_part_badge(out, wording_label_tone(name), name[0] ? name : "NOT SCORED");
	for (size_t i = 0; i < json_array_size(suffix); i++)
		html_part_put(out, " <span class=\"fine\">%s</span>", jvalue_at(suffix, i));
}

static void score(FILE *out, const json_t *call)
{
	const json_t *range = jvalue_get(call, "score_range");

	if (jvalue_has(call, "letter"))
		html_part_put(out, "<span class=\"letter small %s\">%s</span> ",
			      wording_label_tone(jvalue_str(call, "label")),
			      jvalue_str(call, "letter"));
	if (jvalue_has(call, "score"))
		html_part_put(out, "%d", (int)jvalue_int(call, "score"));
	else if (json_array_size(range) == 2)
		html_part_put(out, "%d to %d", (int)json_integer_value(json_array_get(range, 0)),
			      (int)json_integer_value(json_array_get(range, 1)));
}

const char *const html_call_row_keys[] = {
	"id",	  "kind",	  "start", "duration_s",
	"from",	  "to",		  "ends",  "conditions/verdict",
	"label",  "label_suffix", "score", "score_range",
	"letter", NULL,
};

void html_call_row(FILE *out, const json_t *call)
{
	html_part_put(out, "<tr id=\"call-%s\"><th scope=\"row\">", jvalue_str(call, "id"));
	parties(out, call);
	html_part_put(out, "<br><span class=\"fine\">%s %s</span></th><td>",
		      jvalue_str(call, "kind"), jvalue_str(call, "id"));
	start(out, call);
	(void)fputs("</td><td>", out);
	label(out, call);
	(void)fputs("</td><td class=\"n\">", out);
	score(out, call);
	for (int i = 0; i < 3; i++) {
		(void)fputs("</td><td>", out);
		html_part_badge(out, wording_tone(verdict_of(call, conditions[i])),
				wording_verdict(verdict_of(call, conditions[i])));
	}
	(void)fputs("</td></tr>\n", out);
}

/* ---- in full -------------------------------------------------------------------- */

static void summary(FILE *out, const json_t *call)
{
	(void)fputs("<summary><span class=\"line\"><span class=\"who\">", out);
	parties(out, call);
	html_part_put(out, "</span><span class=\"fine\">%s %s \xc2\xb7 ", jvalue_str(call, "kind"),
		      jvalue_str(call, "id"));
	start(out, call);
	(void)fputs("</span></span><span class=\"line marks\"><span class=\"label\">", out);
	label(out, call);
	(void)fputs(" ", out);
	score(out, call);
	(void)fputs("</span>", out);
	for (int i = 0; i < 3; i++) {
		html_part_put(out, "<span class=\"mark\"><span class=\"fine\">%s</span> ",
			      conditions[i]);
		html_part_badge(out, wording_tone(verdict_of(call, conditions[i])),
				wording_verdict(verdict_of(call, conditions[i])));
		(void)fputs("</span>", out);
	}
	(void)fputs("</span></summary>\n", out);
}

static void whys(FILE *out, const json_t *call)
{
	const json_t *hop = jvalue_get(call, "hop_protection");

	(void)fputs("<dl class=\"whys\">", out);
	for (int i = 0; i < 3; i++) {
		const json_t *c = jvalue_get(jvalue_get(call, "conditions"), conditions[i]);
		html_part_put(out, "<div><dt>%s</dt><dd>", conditions[i]);
		html_part_badge(out, wording_tone(jvalue_str(c, "verdict")),
				wording_verdict(jvalue_str(c, "verdict")));
		html_part_put(out, " %s", jvalue_str(c, "why"));
		html_part_frames(out, jvalue_get(c, "evidence"), call);
		if (jvalue_int(c, "grade"))
			html_part_put(out, " <span class=\"fine\">evidence grade %d</span>",
				      (int)jvalue_int(c, "grade"));
		(void)fputs("</dd></div>\n", out);
	}
	(void)fputs("<div><dt>hop protection</dt><dd>", out);
	html_part_badge(out, wording_tone(jvalue_str(hop, "verdict")),
			wording_verdict(jvalue_str(hop, "verdict")));
	html_part_put(out, " hops seen: %d encrypted, %d in clear</dd></div></dl>\n",
		      (int)jvalue_int(hop, "encrypted"), (int)jvalue_int(hop, "clear"));
}

static void listeners(FILE *out, const json_t *call)
{
	const json_t *list = jvalue_get(call, "within_earshot");
	size_t n = json_array_size(list);

	(void)fputs("<h3>Within earshot</h3>\n", out);
	if (!n) {
		(void)fputs("<p>Nobody was seen between the ends.</p>\n", out);
		return;
	}
	(void)fputs("<ul>", out);
	for (size_t i = 0; i < n && i < LISTENERS_SHOWN; i++) {
		const json_t *e = json_array_get(list, i), *could = jvalue_get(e, "could");
		const char *role = jvalue_str(e, "role");
		html_part_put(out, "<li>%s%s<strong>%s</strong>", jvalue_str(e, "name"),
			      jvalue_has(e, "name") ? " " : "", jvalue_str(e, "who"));
		if (strcmp(role, "unknown") != 0 && strcmp(role, "network") != 0)
			html_part_put(out, " (%s, %s)", role, jvalue_str(e, "role_from"));
		html_part_put(out, " could ");
		for (size_t k = 0; k < json_array_size(could); k++)
			html_part_put(out, "%s%s", k ? ", " : "",
				      wording_power(jvalue_at(could, k)));
		html_part_put(out, ": %s", jvalue_str(e, "why"));
		html_part_frames(out, jvalue_get(e, "evidence"), call);
		(void)fputs("</li>\n", out);
	}
	if (n > LISTENERS_SHOWN)
		html_part_put(out, "<li>%d more in the JSON report</li>",
			      (int)(n - LISTENERS_SHOWN));
	(void)fputs("</ul>\n", out);
}

static void finding(FILE *out, const json_t *call, size_t i)
{
	const json_t *f = json_array_get(jvalue_get(call, "findings"), i);

	html_part_put(out, "<li id=\"f-%s-%d\">", jvalue_str(call, "id"), (int)i);
	html_part_badge(out, wording_severity_tone(jvalue_str(f, "severity")),
			jvalue_str(f, "severity"));
	html_part_put(out, " <a href=\"#rule-%s\">%s</a> %s <span class=\"fine\">%s</span>. %s",
		      jvalue_str(f, "rule"), jvalue_str(f, "rule"), jvalue_str(f, "title"),
		      jvalue_str(f, "scope"), jvalue_str(f, "detail"));
	html_part_frames(out, jvalue_get(f, "evidence"), call);
	if (jvalue_has(f, "caused_by"))
		html_part_put(out, " <span class=\"fine\">follows from %s</span>",
			      jvalue_str(f, "caused_by"));
	if (jvalue_has(f, "filter"))
		html_part_put(out,
			      "<br><span class=\"fine\">display filter:</span> <code>%s</code>",
			      jvalue_str(f, "filter"));
	(void)fputs("</li>\n", out);
}

static void findings(FILE *out, const json_t *call)
{
	const json_t *list = jvalue_get(call, "findings");
	size_t shown = 0, n = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *f = json_array_get(list, i);
		if (strcmp(jvalue_str(f, "outcome"), "violated") != 0)
			continue;
		if (n++ >= FINDINGS_SHOWN || i >= SVG_LADDER_FINDINGS)
			continue;
		(void)fputs(shown++ ? "" : "<h3>Findings</h3><ul class=\"plain\">\n", out);
		finding(out, call, i);
	}
	(void)fputs(shown ? "</ul>\n" : "", out);
	if (n > shown)
		html_part_put(out, "<p class=\"fine\">%d more in the JSON report.</p>\n",
			      (int)(n - shown));
}

static void legs(FILE *out, const json_t *call)
{
	const json_t *list = jvalue_get(call, "legs");
	size_t n = json_array_size(list);

	if (!n)
		return;
	html_part_table_open(out, "Signaling legs", "Call-ID|Transport|From|To|#Messages|Seen by");
	for (size_t i = 0; i < n && i < LEGS_SHOWN; i++) {
		const json_t *l = json_array_get(list, i);
		(void)fputs("<tr><td>", out);
		escape_short(out, jvalue_str(l, "call_id"), NAME_SHOWN);
		html_part_put(
			out, "</td><td>%s %s</td><td>%s</td><td>%s</td><td class=\"n\">%d</td><td>",
			jvalue_str(l, "transport"),
			jvalue_is(l, "readable")    ? "readable"
			: jvalue_is(l, "decrypted") ? "decrypted"
						    : "not readable",
			jvalue_str(l, "a"), jvalue_str(l, "b"), (int)jvalue_int(l, "messages"));
		html_part_join(out, jvalue_get(l, "inputs"), ", ");
		(void)fputs("</td></tr>\n", out);
	}
	html_part_table_close(out);
	if (n > LEGS_SHOWN)
		html_part_put(out, "<p class=\"fine\">%d more in the JSON report.</p>\n",
			      (int)(n - LEGS_SHOWN));
}

static void segment(FILE *out, const json_t *line, const json_t *s)
{
	const char *codec = jvalue_str(s, "codec");

	html_part_put(out,
		      "<tr><td>%s %s</td><td>%s, %s</td><td>%s</td><td>%s</td><td class=\"n\">",
		      jvalue_str(line, "kind"), codec[0] ? codec : jvalue_str(line, "codec"),
		      jvalue_str(line, "profile"), jvalue_str(line, "keying"), jvalue_str(s, "a"),
		      jvalue_str(s, "b"));
	html_part_number(out, jvalue_int(s, "packets"));
	(void)fputs("</td><td>", out);
	html_part_badge(out, wording_protection_tone(jvalue_str(s, "protection")),
			wording_protection(jvalue_str(s, "protection")));
	(void)fputs("</td><td>", out);
	html_part_join(out, jvalue_get(s, "inputs"), ", ");
	(void)fputs("</td></tr>\n", out);
}

static void media(FILE *out, const json_t *call)
{
	const json_t *lines = jvalue_get(call, "media");
	size_t shown = 0, n = 0;

	if (!json_array_size(lines))
		return;
	html_part_table_open(out, "Media", "Media|Agreed|From|To|#Packets|Protection|Seen by");
	for (size_t i = 0; i < json_array_size(lines); i++) {
		const json_t *line = json_array_get(lines, i), *list = jvalue_get(line, "segments");
		for (size_t k = 0; k < json_array_size(list); k++)
			if (n++ < SEGMENTS_SHOWN) {
				segment(out, line, json_array_get(list, k));
				shown++;
			}
		if (!json_array_size(list) && n++ < SEGMENTS_SHOWN) {
			html_part_put(out,
				      "<tr><td>%s %s</td><td>%s, %s</td><td colspan=\"5\">no "
				      "packets of this "
				      "line were seen%s</td></tr>\n",
				      jvalue_str(line, "kind"), jvalue_str(line, "codec"),
				      jvalue_str(line, "profile"), jvalue_str(line, "keying"),
				      jvalue_is(line, "rejected")  ? "; it was refused"
				      : jvalue_is(line, "ignored") ? "; a repeated answer named "
								     "it, which callers ignore"
								   : "");
			shown++;
		}
	}
	html_part_table_close(out);
	if (n > shown)
		html_part_put(out, "<p class=\"fine\">%d more in the JSON report.</p>\n",
			      (int)(n - shown));
}

static void list(FILE *out, const char *title, const json_t *texts)
{
	if (!json_array_size(texts))
		return;
	html_part_put(out, "<h3>%s</h3><ul><li>", title);
	html_part_join(out, texts, "</li>\n<li>");
	(void)fputs("</li></ul>\n", out);
}

static void ladder(FILE *out, const json_t *call)
{
	uint64_t left_out = jvalue_int(jvalue_get(call, "ladder"), "left_out");

	if (!jvalue_has(call, "ladder"))
		return;
	(void)fputs("<h3>Ladder</h3>\n", out);
	(void)svg_ladder_write(out, call);
	if (!left_out)
		return;
	(void)fputs("<p class=\"fine\">", out);
	html_part_count(out, left_out, "further message");
	(void)fputs(" of this call came between the first and the last shown here.</p>\n", out);
}

/* A third of a record of many findings; they stand with the rules. */
const char *const html_call_unshown[] = { "citations", "remediation", "fingerprint", "problem",
					  NULL };

void html_call_full(FILE *out, const json_t *call)
{
	html_part_put(out,
		      "<details class=\"call edge-%s\" id=\"call-%s\" data-kind=\"%s\" "
		      "data-start=\"%s\" data-score=\"%d\" data-seconds=\"%d\">",
		      wording_label_tone(jvalue_str(call, "label")), jvalue_str(call, "id"),
		      jvalue_str(call, "kind"), jvalue_str(call, "start"),
		      jvalue_has(call, "score") ? (int)jvalue_int(call, "score") : 101,
		      (int)jvalue_real(call, "duration_s"));
	summary(out, call);
	html_part_put(out,
		      "<div class=\"body\"><p class=\"fine\"><a href=\"#call-%s\">Link to this "
		      "%s</a></p>",
		      jvalue_str(call, "id"), jvalue_str(call, "kind"));
	whys(out, call);
	list(out, "What a pass assumes", jvalue_get(call, "assumptions"));
	(void)fputs("<h3>Path</h3>\n", out);
	if (!svg_path_write(out, call))
		(void)fputs("<p>Too little of the path was seen to draw it.</p>\n", out);
	if (json_array_size(jvalue_get(call, "media")))
		(void)fputs("<h3>Media</h3>\n", out);
	(void)svg_timeline_write(out, call);
	media(out, call);
	listeners(out, call);
	findings(out, call);
	ladder(out, call);
	if (json_array_size(jvalue_get(call, "legs")))
		(void)fputs("<h3>Signaling</h3>\n", out);
	legs(out, call);
	list(out, "Not seen", jvalue_get(call, "missing"));
	list(out, "What held the score down", jvalue_get(call, "caps"));
	(void)fputs("</div></details>\n", out);
}
