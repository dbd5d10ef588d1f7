/* text_call.c - one call of the terminal report. */
#include "reports/text_call.h"

#include <string.h>

#include "reports/jvalue.h"
#include "reports/wording.h"

enum {
	LISTENERS_SHOWN = 6,
	IDENTITY_LEAST = 6 /* columns; where less is left, the label takes a line of its own */
};

static const char *const condition_names[] = { "signaling", "keys", "media" };

static void score_text(struct text *t, const json_t *call)
{
	const json_t *range = jvalue_get(call, "score_range");

	if (jvalue_has(call, "letter"))
		text_addf(t, "  %s", jvalue_str(call, "letter"));
	if (jvalue_has(call, "score"))
		text_addf(t, "  %d", (int)jvalue_int(call, "score"));
	else if (json_array_size(range) == 2)
		text_addf(t, "  %d to %d", (int)json_integer_value(json_array_get(range, 0)),
			  (int)json_integer_value(json_array_get(range, 1)));
}

static void label_text(struct text *t, const json_t *call)
{
	const json_t *suffix = jvalue_get(call, "label_suffix");
	const char *label = jvalue_str(call, "label");

	text_add(t, label[0] ? label : "not scored");
	for (size_t i = 0; i < json_array_size(suffix); i++)
		text_addf(t, "%s%s", i ? ", " : " ", jvalue_at(suffix, i));
	score_text(t, call);
}

/* What is left of `room` columns is shared: who needs less than half leaves the rest. */
static void parties(struct layout *l, const json_t *call, int room)
{
	const char *from = wording_party(call, 0), *to = wording_party(call, 1);
	int a = layout_columns(from), b = layout_columns(to);

	if (wording_alone(call)) {
		layout_short(l, from, room);
		return;
	}
	room -= 3;
	if (a + b > room && a <= room / 2)
		b = room - a;
	else if (a + b > room)
		a = b < room - room / 2 ? room - b : room / 2;
	layout_short(l, from, a);
	layout_put(l, " \xe2\x86\x92 ");
	layout_short(l, to, room - a < b ? room - a : b);
}

/* Only where there is room left beside what stands at the end of the line. */
static void legs(struct layout *l, const json_t *call, int after)
{
	struct text t = { 0 };

	text_add(&t, "  ");
	wording_count(&t, json_array_size(jvalue_get(call, "legs")), "leg");
	if (json_array_size(jvalue_get(call, "legs")) &&
	    l->column + layout_columns(text_of(&t)) + after <= l->width)
		layout_put(l, text_of(&t));
	text_free(&t);
}

static void call_line(struct layout *l, const json_t *call)
{
	struct text right = { 0 }, first = { 0 }, rest = { 0 };
	int room, label;

	text_addf(&first, "%s %.8s  ", jvalue_str(call, "kind"), jvalue_str(call, "id"));
	text_add(&rest, "  ");
	wording_duration(&rest, jvalue_real(call, "duration_s"));
	label_text(&right, call);
	label = layout_columns(text_of(&right));
	room = l->width - layout_columns(text_of(&first)) - layout_columns(text_of(&rest));
	bool apart = room - label - 2 < 2 * IDENTITY_LEAST + 3;
	layout_bold(l);
	layout_put(l, text_of(&first));
	parties(l, call, apart ? room : room - label - 2);
	layout_put(l, text_of(&rest));
	legs(l, call, apart ? 0 : label + 2);
	layout_plain(l);
	if (apart)
		layout_line(l);
	layout_pad(l, l->width - label);
	layout_tone(l, wording_label_tone(jvalue_str(call, "label")));
	if (label <= l->width)
		layout_put(l, text_of(&right));
	else
		layout_wrap(l, text_of(&right), 2);
	layout_plain(l);
	layout_line(l);
	text_free(&first);
	text_free(&rest);
	text_free(&right);
}

static void frames(struct text *t, const json_t *evidence)
{
	size_t n = json_array_size(evidence);
	const char *before = "";

	for (size_t i = 0; i < n && i < 3; i++) {
		const json_t *e = json_array_get(evidence, i);
		const char *input = jvalue_str(e, "input");
		if (!jvalue_int(e, "frame"))
			continue;
		text_add(t, before[0] ? ", " : " [");
		if (strcmp(input, before) != 0)
			text_addf(t, "%s ", input);
		text_addf(t, "#%llu", (unsigned long long)jvalue_int(e, "frame"));
		before = input[0] ? input : "?";
	}
	text_add(t, before[0] ? "]" : "");
}

static void condition_line(struct layout *l, const json_t *call, const char *name)
{
	const json_t *c = jvalue_get(jvalue_get(call, "conditions"), name);
	const char *verdict = jvalue_str(c, "verdict");
	struct text t = { 0 };

	layout_put(l, "  ");
	layout_put(l, name);
	layout_pad(l, 13);
	layout_tone(l, wording_tone(verdict));
	layout_put(l, wording_verdict(verdict));
	layout_plain(l);
	layout_pad(l, 29);
	text_add(&t, jvalue_str(c, "why"));
	frames(&t, jvalue_get(c, "evidence"));
	layout_wrap(l, text_of(&t), 29);
	layout_line(l);
	text_free(&t);
}

static void listeners_line(struct layout *l, const json_t *call)
{
	const json_t *list = jvalue_get(call, "within_earshot");
	size_t n = json_array_size(list);
	struct text t = { 0 };

	for (size_t i = 0; i < n && i < LISTENERS_SHOWN; i++) {
		const json_t *e = json_array_get(list, i), *could = jvalue_get(e, "could");
		const char *role = jvalue_str(e, "role");
		bool plain = strcmp(role, "network") == 0 || strcmp(role, "unknown") == 0;
		text_addf(&t, "%s%s%s%s%s%s (", i ? ", " : "", jvalue_str(e, "name"),
			  jvalue_has(e, "name") ? " " : "", jvalue_str(e, "who"), plain ? "" : " ",
			  plain ? "" : role);
		for (size_t k = 0; k < json_array_size(could); k++)
			text_addf(&t, "%s%s", k ? ", " : "", jvalue_at(could, k));
		text_add(&t, ")");
	}
	if (n > LISTENERS_SHOWN)
		text_addf(&t, ", and %zu more", n - LISTENERS_SHOWN);
	layout_put(l, "  within earshot: ");
	layout_wrap(l, n ? text_of(&t) : "nobody was seen in between", 4);
	layout_line(l);
	text_free(&t);
}

/* ---- the path --------------------------------------------------------------------- */

static const char *station(const json_t *host)
{
	return jvalue_has(host, "name") ? jvalue_str(host, "name") : jvalue_str(host, "at");
}

static void host(struct text *t, const json_t *h)
{
	const char *role = jvalue_str(h, "role");

	text_add(t, station(h));
	if (strcmp(role, "unknown") != 0 && strcmp(role, "endpoint") != 0)
		text_addf(t, " %s", role);
	if (jvalue_is(h, "anchors_media"))
		text_add(t, " (media runs through it)");
}

static void stretch(struct text *t, const json_t *s)
{
	const char *signaling = jvalue_str(s, "signaling"), *media = jvalue_str(s, "media");

	if (signaling[0])
		text_addf(t, "%s",
			  strcmp(signaling, "tls") == 0	     ? "TLS"
			  : strcmp(signaling, "clear") == 0  ? "SIP readable"
			  : strcmp(signaling, "tunnel") == 0 ? "SIP in an asserted tunnel"
							     : "SIP decrypted");
	if (media[0])
		text_addf(t, "%smedia %s", signaling[0] ? ", " : "",
			  strcmp(media, "clear") == 0 ? "readable" : wording_protection(media));
}

static const json_t *between(const json_t *list, size_t a, size_t b)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);
		if (jvalue_int(s, "a") == a && jvalue_int(s, "b") == b)
			return s;
	}
	return NULL;
}

/* What goes from one to the next, then what goes past some of them. */
static void path_line(struct layout *l, const json_t *call)
{
	const json_t *path = jvalue_get(call, "path"), *hosts = jvalue_get(path, "hosts");
	const json_t *list = jvalue_get(path, "between");
	struct text t = { 0 };

	if (!hosts)
		return;
	for (size_t i = 0; i < json_array_size(hosts); i++) {
		const json_t *before = i ? between(list, i - 1, i) : NULL;
		text_add(&t, !i ? "" : before ? " \xe2\x80\x93[" : " \xe2\x80\xa6 ");
		if (before) {
			stretch(&t, before);
			text_add(&t, "]\xe2\x80\x93 ");
		}
		host(&t, json_array_get(hosts, i));
	}
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *s = json_array_get(list, i);
		size_t a = jvalue_int(s, "a"), b = jvalue_int(s, "b");
		if (a + 1 == b)
			continue;
		text_addf(&t, "; %s \xe2\x80\x93 %s: ", station(json_array_get(hosts, a)),
			  station(json_array_get(hosts, b)));
		stretch(&t, s);
	}
	layout_put(l, "  path: ");
	layout_wrap(l, text_of(&t), 4);
	layout_line(l);
	text_free(&t);
}

/* ---- findings ----------------------------------------------------------------------- */

/* What a reader knows of it already. */
static void standing(struct text *t, const json_t *finding)
{
	const json_t *waived = jvalue_get(finding, "waived");

	if (jvalue_has(finding, "change"))
		text_addf(t, " (%s)", jvalue_str(finding, "change"));
	if (json_is_object(waived))
		text_addf(t, " Waived until %s by %s: %s", jvalue_str(waived, "expires"),
			  jvalue_str(waived, "owner"), jvalue_str(waived, "reason"));
}

static void finding_lines(struct layout *l, const json_t *call)
{
	const json_t *list = jvalue_get(call, "findings");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *f = json_array_get(list, i);
		struct text t = { 0 };
		if (strcmp(jvalue_str(f, "outcome"), "violated") != 0)
			continue;
		text_addf(&t, "%s: %s. %s", jvalue_str(f, "scope"), jvalue_str(f, "title"),
			  jvalue_str(f, "detail"));
		frames(&t, jvalue_get(f, "evidence"));
		standing(&t, f);
		layout_put(l, "  ");
		layout_put(l, jvalue_str(f, "rule"));
		layout_pad(l, 13);
		layout_put(l, jvalue_str(f, "severity"));
		layout_pad(l, 29);
		layout_wrap(l, text_of(&t), 29);
		layout_line(l);
		text_free(&t);
	}
}

static void assumptions_line(struct layout *l, const json_t *call)
{
	const json_t *list = jvalue_get(call, "assumptions");
	struct text t = { 0 };

	if (!list)
		return;
	for (size_t i = 0; i < json_array_size(list); i++)
		text_addf(&t, "%s%s", i ? "; " : "", jvalue_at(list, i));
	layout_put(l, "  pass assumes: ");
	layout_wrap(l, text_of(&t), 4);
	layout_line(l);
	text_free(&t);
}

static bool applies(const json_t *call, const char *name)
{
	const json_t *c = jvalue_get(jvalue_get(call, "conditions"), name);

	return strcmp(jvalue_str(c, "verdict"), "not_applicable") != 0;
}

const char *const text_call_unshown[] = { "citations", "remediation", "fingerprint",
					  "problem",   "filter",      "ladder",
					  "segments",  "epochs",      NULL };

void text_call_put(struct layout *l, const json_t *call, int verbose)
{
	call_line(l, call);
	for (int i = 0; i < 3; i++)
		if (verbose > 0 || applies(call, condition_names[i]))
			condition_line(l, call, condition_names[i]);
	assumptions_line(l, call);
	listeners_line(l, call);
	path_line(l, call);
	if (verbose > 0)
		finding_lines(l, call);
}
