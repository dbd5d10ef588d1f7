/* metrics_page.c - how it stands, for a person who looks: one page, no script. */
#include "analyzer/watch/metrics.h"

#include <inttypes.h>
#include <stdlib.h>

#include "analyzer/base/when.h"
#include "analyzer/watch/metrics_count.h"
#include "reports/escape.h"
#include "reports/html_policy.h"
#include "reports/jvalue.h"

enum { BAR = 200, ALERTS = 50, SECONDS_STALE = 300 };

/* Colours are those of the HTML report. */
static const char style[] =
	":root{--paper:#fbfaf7;--card:#fff;--ink:#1c2126;--soft:#545c66;--line:#dcdcd6;"
	"--accent:#0b5563;--bad:#a4241c;--doubt:#7a4f00;--part:#0d5285;--good:#17613a;"
	"--none:#4e565f}\n"
	"@media (prefers-color-scheme:dark){:root{--paper:#131619;--card:#1b1f23;--ink:#e7e9ea;"
	"--soft:#a8b0b8;--line:#343a40;--accent:#7fcbd8;--bad:#ffa69c;--doubt:#ffd07a;"
	"--part:#93ccf3;--good:#93d9ad;--none:#bac1c8}}\n"
	"*{box-sizing:border-box}\n"
	"body{margin:0;background:var(--paper);color:var(--ink);font:16px/1.5 system-ui,"
	"-apple-system,\"Segoe UI\",Roboto,Arial,sans-serif}\n"
	"header,main,footer{max-width:70rem;margin:0 auto;padding:0 1.25rem}\n"
	"header{padding-top:1.5rem}footer{padding-bottom:2rem}\n"
	"h1{font-size:1.7rem;line-height:1.2;margin:0}h2{font-size:1.15rem;margin:2rem 0 .5rem}\n"
	"p{margin:.3rem 0}.soft{color:var(--soft)}\n"
	".cards{display:grid;grid-template-columns:repeat(auto-fit,minmax(8rem,1fr));gap:.7rem;"
	"margin:1.2rem 0 0;padding:0}\n"
	".cards div{background:var(--card);border:1px solid var(--line);border-radius:.5rem;"
	"padding:.6rem .9rem}\n"
	".cards dt{color:var(--soft);font-size:.85rem}.cards dd{margin:0;font-size:1.35rem;"
	"font-weight:650;font-variant-numeric:tabular-nums}\n"
	".scroll{overflow-x:auto}\n"
	"table{border-collapse:collapse;width:100%;font-size:.92rem}\n"
	"th,td{text-align:left;vertical-align:top;padding:.35rem .8rem .35rem 0;"
	"border-bottom:1px solid var(--line)}\n"
	"thead th{color:var(--soft);font-size:.8rem;font-weight:600}tbody th{font-weight:600;"
	"overflow-wrap:anywhere}\n"
	".n{text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap}\n"
	"svg{display:block;width:100%;height:.9rem;margin-top:.25rem}rect{fill:var(--none)}"
	"a{color:var(--accent)}\n"
	".bad{color:var(--bad);font-weight:650}.doubt{color:var(--doubt);font-weight:650}"
	".good{color:var(--good);font-weight:650}\n"
	"rect.bad{fill:var(--bad)}rect.doubt{fill:var(--doubt)}rect.part{fill:var(--part)}"
	"rect.good{fill:var(--good)}";

static void said(struct text *t, const char *s)
{
	escape_markup_slice(t, slice_of(s));
}

static void number(struct text *t, uint64_t n)
{
	text_addf(t, "<td class=\"n\">%" PRIu64 "</td>", n);
}

/* Losses stand out where there are any. */
static void losses(struct text *t, uint64_t n)
{
	text_addf(t, "<td class=\"n%s\">%" PRIu64 "</td>", n ? " bad" : "", n);
}

static void cell(struct text *t, const char *s)
{
	text_add(t, "<td>");
	said(t, s);
	text_add(t, "</td>");
}

static void row(struct text *t, const char *name)
{
	text_add(t, "<tr><th scope=\"row\">");
	said(t, name);
	text_add(t, "</th>");
}

/* Columns: those after a '#' hold numbers. NULL ends. */
static void table(struct text *t, const char *title, const char *const *columns)
{
	text_addf(t, "<h2>%s</h2>\n<div class=\"scroll\"><table><thead><tr>", title);
	for (; *columns; columns++)
		text_addf(t, "<th scope=\"col\"%s>%s</th>", **columns == '#' ? " class=\"n\"" : "",
			  *columns + (**columns == '#'));
	text_add(t, "</tr></thead><tbody>\n");
}

static void table_end(struct text *t)
{
	text_add(t, "</tbody></table></div>\n");
}

static void begin(struct text *t)
{
	char *policy = NULL;
	size_t n = 0;
	FILE *f = open_memstream(&policy, &n);

	text_add(t, "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
		    "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
		    "<meta http-equiv=\"refresh\" content=\"15\">\n");
	if (f) {
		html_policy_put(f, style, NULL);
		(void)fclose(f);
		text_add(t, policy);
	}
	free(policy);
	text_add(t, "<title>earshot watch</title>\n<style>");
	text_add(t, style);
	text_add(t, "</style>\n</head>\n<body>\n");
}

/* ---- at a glance ------------------------------------------------------------------------------
 */

static void when(struct text *t, uint64_t ns)
{
	char text[WHEN_TEXT];

	(void)when_text(ns, text);
	text_addf(t, "<time datetime=\"%.19sZ\">%.10s %.8s UTC</time>", text, text, text + 11);
}

static void newest(struct text *t, const struct metrics_now *now)
{
	uint64_t age = now->clock_ns > now->newest_ns ? now->clock_ns - now->newest_ns : 0;
	uint64_t s = age / WHEN_SECOND;

	if (!now->newest_ns) {
		text_add(t, "<p class=\"doubt\">No packet was seen yet.</p>\n");
		return;
	}
	text_addf(t, "<p%s>The last packet is of ", s >= SECONDS_STALE ? " class=\"bad\"" : "");
	when(t, now->newest_ns);
	text_addf(t, ", %" PRIu64 " s ago.</p>\n", s);
}

static void header(struct text *t, const struct metrics_now *now)
{
	text_add(t, "<header>\n<h1>earshot watch</h1>\n<p class=\"soft\">Version ");
	said(t, now->version);
	text_add(t, ", policy ");
	said(t, now->policy);
	text_add(t, ", since ");
	when(t, now->started_ns);
	text_add(t, "; this page is of ");
	when(t, now->clock_ns);
	text_add(t, ".</p>\n");
	newest(t, now);
	text_add(t, "</header>\n");
}

static void card(struct text *t, const char *name, uint64_t n, const char *tone)
{
	text_addf(t, "<div><dt>%s</dt><dd%s%s%s>%" PRIu64 "</dd></div>\n", name,
		  *tone ? " class=\"" : "", tone, *tone ? "\"" : "", n);
}

static void mebibytes(struct text *t, const struct metrics_now *now)
{
	text_addf(t, "<div><dt>Memory, MiB</dt><dd>%" PRIu64, now->resident_bytes >> 20);
	if (now->memory_cap)
		text_addf(t, " of %" PRIu64, now->memory_cap >> 20);
	text_add(t, "</dd></div>\n");
}

static void glance(const struct metrics *m, const struct metrics_now *now, struct text *t)
{
	uint64_t packets = 0, drops = 0, lost = 0;

	for (size_t i = 0; i < now->source_count; i++) {
		const struct metrics_source *s = &now->sources[i];
		packets += s->packets;
		drops += s->kernel_drops + s->interface_drops + s->queue_drops;
	}
	for (size_t i = 0; i < now->output_count; i++)
		lost += now->outputs[i].lost;
	text_add(t, "<dl class=\"cards\">\n");
	card(t, "Open alerts", now->alerts.open, now->alerts.open ? "bad" : "good");
	card(t, "Calls judged", m->rows, "");
	card(t, "Calls open", now->calls_open, "");
	card(t, "Packets", packets, "");
	card(t, "Packets lost", drops, drops ? "bad" : "");
	card(t, "Events lost", lost, lost ? "bad" : "");
	mebibytes(t, now);
	text_add(t, "</dl>\n");
}

/* ---- calls -------------------------------------------------------------------------------- */

static const char *tone_of(enum label l)
{
	if (l <= LABEL_SIGNALING_EXPOSED)
		return l == LABEL_WEAK ? "doubt" : "bad";
	return l >= LABEL_END_TO_END_MEDIA ? "good" : l == LABEL_HOP_BY_HOP ? "part" : "none";
}

static void bar(struct text *t, uint64_t n, uint64_t all, const char *tone)
{
	uint64_t width = all ? (uint64_t)((double)n / (double)all * BAR + 0.5) : 0;

	text_addf(
		t,
		"<td><svg viewBox=\"0 0 %d 10\" preserveAspectRatio=\"none\" aria-hidden=\"true\">"
		"<rect class=\"%s\" width=\"%" PRIu64 "\" height=\"10\"/></svg></td></tr>\n",
		BAR, tone, n && !width ? 1 : width);
}

static void calls(const struct metrics *m, struct text *t)
{
	uint64_t all = 0;

	for (int i = 0; i <= LABEL_NONE; i++)
		all += m->labels[i];
	table(t, "Calls by label", (const char *[]){ "Label", "#Calls", "Share", NULL });
	for (int i = 0; i <= LABEL_NONE; i++) {
		bool none = i == LABEL_NONE;
		row(t, none ? "Without a label" : judge_label_text((enum label)i));
		number(t, m->labels[i]);
		bar(t, m->labels[i], all, none ? "none" : tone_of((enum label)i));
	}
	table_end(t);
}

static void conditions(const struct metrics *m, struct text *t)
{
	const char *columns[MAPPING_VERDICTS + 2] = { "Condition" };
	char words[MAPPING_VERDICTS][32];

	for (size_t i = 0; i < MAPPING_VERDICTS; i++) {
		(void)snprintf(words[i], sizeof words[i], "#%s", mapping_verdict_at(i)->said);
		columns[i + 1] = words[i];
	}
	table(t, "Conditions", columns);
	for (size_t c = 0; c < CONDITIONS; c++) {
		row(t, mapping_condition(c));
		for (size_t i = 0; i < MAPPING_VERDICTS; i++)
			number(t, m->verdicts[c][i]);
		text_add(t, "</tr>\n");
	}
	table_end(t);
}

/* ---- alerts --------------------------------------------------------------------------------- */

/* To the second: "2026-01-02 03:04:05". */
static void moment(struct text *t, const char *when)
{
	char seen[24];

	(void)snprintf(seen, sizeof seen, "%.10s %.8s", when, strlen(when) > 11 ? when + 11 : "");
	cell(t, seen);
}

static void alert(struct text *t, const json_t *a)
{
	const char *severity = jvalue_str(a, "severity");
	bool bad = strcmp(severity, "critical") == 0 || strcmp(severity, "high") == 0;

	row(t, jvalue_str(a, "title"));
	text_addf(t, "<td><span class=\"%s\">", bad ? "bad" : "doubt");
	said(t, severity);
	text_add(t, "</span></td>");
	cell(t, jvalue_str(a, "rule"));
	cell(t, jvalue_str(a, "element"));
	number(t, jvalue_int(a, "count"));
	moment(t, jvalue_str(a, "first_seen"));
	moment(t, jvalue_str(a, "last_seen"));
	text_add(t, "</tr>\n");
}

static void alerts(const struct metrics_now *now, struct text *t)
{
	uint64_t shown = json_array_size(now->open_alerts);

	shown = shown < ALERTS ? shown : ALERTS;
	if (!shown) {
		text_add(t, "<h2>Open alerts</h2>\n<p>None.</p>\n");
		return;
	}
	table(t, "Open alerts",
	      (const char *[]){ "Problem", "Severity", "Rule", "Element", "#Calls",
				"First seen (UTC)", "Last seen (UTC)", NULL });
	for (uint64_t i = 0; i < shown; i++)
		alert(t, json_array_get(now->open_alerts, i));
	table_end(t);
	if (now->alerts.open > shown)
		text_addf(t, "<p>%" PRIu64 " more are open.</p>\n", now->alerts.open - shown);
}

/* ---- sources, outputs -------------------------------------------------------------------------
 */

static void up(struct text *t, bool is)
{
	text_addf(t, "<td><span class=\"%s\">%s</span></td>", is ? "good" : "bad",
		  is ? "up" : "down");
}

static void sources(const struct metrics_now *now, struct text *t)
{
	table(t, "Sources",
	      (const char *[]){ "Source", "Kind", "State", "#Packets", "#Kernel drops",
				"#Interface drops", "#Queue drops", "#Outages", NULL });
	for (size_t i = 0; i < now->source_count; i++) {
		const struct metrics_source *s = &now->sources[i];
		row(t, s->label);
		cell(t, s->kind);
		up(t, s->up);
		number(t, s->packets);
		losses(t, s->kernel_drops);
		losses(t, s->interface_drops);
		losses(t, s->queue_drops);
		losses(t, s->outages);
		text_add(t, "</tr>\n");
	}
	table_end(t);
}

static void outputs(const struct metrics_now *now, struct text *t)
{
	if (!now->output_count)
		return;
	table(t, "Outputs",
	      (const char *[]){ "Output", "State", "#Given", "#Sent", "#Sent again", "#Waiting",
				"#Lost", "Last failure", NULL });
	for (size_t i = 0; i < now->output_count; i++) {
		const struct output_counters *o = &now->outputs[i];
		row(t, o->name);
		up(t, o->up);
		number(t, o->given);
		number(t, o->sent);
		number(t, o->again);
		number(t, o->waiting);
		losses(t, o->lost);
		cell(t, o->why);
		text_add(t, "</tr>\n");
	}
	table_end(t);
}

static void limits(const struct metrics_now *now, struct text *t)
{
	if (!now->limit_count)
		return;
	table(t, "Limits that were reached", (const char *[]){ "Limit", "#Times", NULL });
	for (size_t i = 0; i < now->limit_count; i++) {
		row(t, now->limit_names[i]);
		losses(t, now->limit_counts[i]);
		text_add(t, "</tr>\n");
	}
	table_end(t);
}

void metrics_page(const struct metrics *m, const struct metrics_now *now, struct text *out)
{
	begin(out);
	header(out, now);
	text_add(out, "<main>\n");
	glance(m, now, out);
	alerts(now, out);
	calls(m, out);
	conditions(m, out);
	sources(now, out);
	outputs(now, out);
	limits(now, out);
	text_add(out, "</main>\n<footer><p class=\"soft\">It renews itself every 15 seconds. "
		      "For Prometheus: <a href=\"/metrics\">/metrics</a>; "
		      "<a href=\"/health\">/health</a>.</p></footer>\n</body>\n</html>\n");
}
