/* html_questions.c - the questions everybody asks, answered, with what this capture says to them.
 */
#include "reports/html_questions.h"

#include <string.h>

#include "reports/html_part.h"
#include "reports/jvalue.h"
#include "rules/topic.h"

static uint64_t rows(const json_t *summary, const char *condition, const char *verdict)
{
	const json_t *c = jvalue_get(jvalue_get(summary, "conditions"), condition);

	return jvalue_int(jvalue_get(c, "counts"), verdict);
}

static void number(FILE *out, uint64_t n, const char *after)
{
	html_part_number(out, n);
	(void)fputs(after, out);
}

/* Pass, fail, and what is neither: silence is counted with neither. */
static void verdicts(FILE *out, const json_t *summary, const char *condition, const char *held,
		     const char *broken)
{
	uint64_t pass = rows(summary, condition, "pass"), fail = rows(summary, condition, "fail");
	uint64_t apart = rows(summary, condition, "not_applicable");
	uint64_t all = jvalue_int(summary, "calls"), rest = all - pass - fail - apart;

	number(out, pass, " of ");
	html_part_count(out, all - apart, "row");
	html_part_put(out, " %s; ", held);
	number(out, fail, " ");
	html_part_put(out, "%s; for ", broken);
	number(out, rest, " it could not be told, or only in part.");
}

static void tls(FILE *out, const json_t *summary)
{
	html_part_count(out, jvalue_int(jvalue_get(summary, "seen"), "tls_connections"),
			"TLS connection");
	(void)fputs(" seen. In ", out);
	verdicts(out, summary, "signaling", "nobody but the two ends could read the signaling",
		 "had signaling that somebody else could read");
}

static void srtp(FILE *out, const json_t *summary)
{
	const json_t *seen = jvalue_get(summary, "seen");

	html_part_count(out, jvalue_int(seen, "crypto_lines"), "SDP line");
	(void)fputs(" with a key for SRTP, ", out);
	number(out, jvalue_int(seen, "fingerprint_lines"), " with a fingerprint for DTLS, ");
	html_part_count(out, jvalue_int(seen, "zrtp_messages"), "ZRTP message");
	(void)fputs(". In ", out);
	verdicts(out, summary, "keys", "the keys were agreed between the two ends alone",
		 "had keys that somebody else held");
}

static bool can(const json_t *listener, const char *what)
{
	const json_t *could = jvalue_get(listener, "could");

	for (size_t i = 0; i < json_array_size(could); i++)
		if (strcmp(jvalue_at(could, i), what) == 0)
			return true;
	return false;
}

static bool is_element(const json_t *listener)
{
	return strcmp(jvalue_str(listener, "role"), "network") != 0;
}

static void sbc(FILE *out, const json_t *summary)
{
	const json_t *list = jvalue_get(summary, "within_earshot");
	uint64_t boxes = 0, keys = 0, media = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *e = json_array_get(list, i);
		boxes += is_element(e);
		keys += is_element(e) && can(e, "keys");
		media += is_element(e) && can(e, "media");
	}
	html_part_count(out, boxes, "element");
	(void)fputs(" between the ends listed on this page, ", out);
	number(out, keys, " of which could hold media keys and ");
	number(out, media, " could hear. In ");
	verdicts(out, summary, "media", "the media passed from end to end unchanged",
		 "had media that somebody in between could hear");
}

static bool is_center(const char *role)
{
	static const char *const roles[] = { "recorder", "conference", "ivr" };

	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
		if (strcmp(roles[i], role) == 0)
			return true;
	return false;
}

static void contact_center(FILE *out, const json_t *summary)
{
	const json_t *list = jvalue_get(summary, "within_earshot");
	uint64_t n = 0;

	for (size_t i = 0; i < json_array_size(list); i++)
		n += is_center(jvalue_str(json_array_get(list, i), "role"));
	html_part_count(out, n, "recorder, conference or voice menu");
	(void)fputs(" among those within earshot that this page lists. No sign of recording is no "
		    "proof that nobody recorded.",
		    out);
}

/* Paragraphs are parted by an empty line. */
static void answer(FILE *out, const char *text)
{
	struct text t = { 0 };

	while (*text) {
		const char *end = strstr(text, "\n\n");
		size_t n = end ? (size_t)(end - text) : strlen(text);
		text_clear(&t);
		text_add_slice(&t, (struct slice){ (const uint8_t *)text, n });
		for (size_t i = 0; i < t.n; i++)
			t.p[i] = t.p[i] == '\n' ? ' ' : t.p[i];
		html_part_put(out, "<p>%s</p>\n", text_of(&t));
		text += end ? n + 2 : n;
	}
	text_free(&t);
}

void html_questions_write(FILE *out, const json_t *head)
{
	static const struct {
		const char *topic;
		void (*here)(FILE *out, const json_t *summary);
	} own[] = { { "tls", tls },
		    { "srtp", srtp },
		    { "sbc", sbc },
		    { "contact-center", contact_center } };
	const json_t *summary = jvalue_get(head, "summary");
	const struct topic *t;

	(void)fputs("<section aria-labelledby=\"questions\"><h2 id=\"questions\">Questions people "
		    "ask</h2>\n",
		    out);
	for (size_t i = 0; (t = topic_at(i)); i++) {
		html_part_put(out,
			      "<details class=\"question\" id=\"ask-%s\"><summary>%s</summary>"
			      "<div class=\"body\">",
			      t->name, t->question);
		for (size_t k = 0; k < sizeof own / sizeof *own; k++)
			if (jvalue_int(summary, "calls") && strcmp(own[k].topic, t->name) == 0) {
				(void)fputs("<p class=\"here\"><strong>In this capture:</strong> ",
					    out);
				own[k].here(out, summary);
				(void)fputs("</p>\n", out);
			}
		answer(out, t->answer);
		(void)fputs("</div></details>\n", out);
	}
	(void)fputs("</section>\n", out);
}
