/* syslog_message.c - an event as a message of RFC 5424. */
#include "analyzer/watch/syslog_message.h"

#include <string.h>

#include "analyzer/base/when.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"

enum {
	NAME_MAX_OCTETS = 32, /* PARAM-NAME and MSGID (RFC 5424 6) */
	HOST_MAX = 255,
	SECOND_DIGITS = 19, /* 2026-01-02T03:04:05 */
	MICRO_DIGITS = 26,
	FACILITIES = 24,
};

struct draft {
	struct text *t;
	size_t begin, limit;
	unsigned left_out;
};

/* ---- header ------------------------------------------------------------------------------ */

static const unsigned levels[SEVERITIES] = { [SEVERITY_CRITICAL] = 2,
					     [SEVERITY_HIGH] = 3,
					     [SEVERITY_MEDIUM] = 4,
					     [SEVERITY_LOW] = 5,
					     [SEVERITY_INFO] = 6 };

/* Visible ASCII and nothing else, or "-" for none. */
static void add_word(struct text *t, const char *word, size_t most)
{
	if (!*word)
		text_add(t, "-");
	for (size_t i = 0; word[i] && i < most; i++) {
		char c = word[i] > 0x20 && word[i] < 0x7f ? word[i] : '_';
		text_add_slice(t, (struct slice){ (const uint8_t *)&c, 1 });
	}
}

static bool has_micros(const char *when)
{
	static const char shape[] = "0000-00-00T00:00:00.000000";

	for (size_t i = 0; i < MICRO_DIGITS; i++) {
		bool digit = when[i] >= '0' && when[i] <= '9';
		if (shape[i] == '0' ? !digit : when[i] != shape[i])
			return false;
	}
	return true;
}

/* Of a record that came as a line only its text has more than milliseconds. */
static void add_time(struct text *t, const struct event *e)
{
	char out[WHEN_TEXT];
	const char *said = jvalue_str(e->object, "time");

	if (!e->time_ns) {
		text_add(t, "-");
		return;
	}
	if (!has_micros(said) || mapping_ms(said) * WHEN_MS != e->time_ns)
		said = when_text(e->time_ns, out);
	text_add_slice(t,
		       slice_upto(slice_of(said), has_micros(said) ? MICRO_DIGITS : SECOND_DIGITS));
	text_add(t, "Z");
}

static const char *message_id(const struct event *e)
{
	const char *rule = jvalue_str(e->object, "rule");
	bool of_rule = e->kind == EVENT_FINDING || e->kind == EVENT_ALERT;

	return of_rule && *rule ? rule : event_kind_text(e->kind);
}

static void add_header(struct text *t, const struct syslog_message_as *as, const struct event *e)
{
	uint32_t facility = as->facility < FACILITIES ? as->facility : FACILITIES - 1;

	text_addf(t, "<%u>1 ", (unsigned)facility * 8 + levels[e->severity]);
	add_time(t, e);
	text_add(t, " ");
	add_word(t, as->hostname ? as->hostname : "", HOST_MAX);
	text_addf(t, " earshot %lu ", as->process);
	add_word(t, message_id(e), NAME_MAX_OCTETS);
}

/* ---- text -------------------------------------------------------------------------------- */

static size_t plain_run(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= 0x20 && s.p[n] < 0x7f)
		n++;
	return n;
}

/* The first character made harmless; false: it has no room. */
static bool add_character(struct text *t, struct slice *s, size_t room)
{
	struct text one = { 0 };
	uint32_t rune;
	size_t n = text_rune(*s, &rune);

	text_printable(&one, slice_upto(*s, n ? n : 1));
	bool fits = one.n <= room;
	if (fits)
		text_add_slice(t, text_slice(&one));
	*s = slice_from(*s, n ? n : 1);
	text_free(&one);
	return fits;
}

/* Of `s` what fits into `most` octets when it is made harmless, a character whole or not at all. */
static void add_harmless(struct text *t, struct slice s, size_t most)
{
	size_t end = t->n + most;

	while (s.n) {
		struct slice plain = slice_upto(s, plain_run(s));
		text_add_slice(t, slice_upto(plain, end - t->n));
		s = slice_from(s, plain.n);
		if (t->n == end || (s.n && !add_character(t, &s, end - t->n)))
			return;
	}
}

/* RFC 5424 6.3.3: these three, and nothing else. */
static void add_escaped(struct text *t, struct slice s)
{
	for (size_t i = 0; i < s.n; i++) {
		if (s.p[i] == '"' || s.p[i] == '\\' || s.p[i] == ']')
			text_add(t, "\\");
		text_add_slice(t, (struct slice){ s.p + i, 1 });
	}
}

/* ---- structured data --------------------------------------------------------------------- */

static bool is_name(const char *name)
{
	size_t n = strlen(name);

	for (size_t i = 0; i < n; i++)
		if (name[i] <= 0x20 || name[i] >= 0x7f || strchr("=]\"", name[i]))
			return false;
	return n > 0 && n <= NAME_MAX_OCTETS;
}

static void put(struct draft *d, const char *name, struct slice value)
{
	struct text harmless = { 0 }, whole = { 0 };

	add_harmless(&harmless, value, SYSLOG_MESSAGE_VALUE);
	text_addf(&whole, " %s=\"", name);
	add_escaped(&whole, text_slice(&harmless));
	text_add(&whole, "\"");
	if (d->t->n - d->begin + whole.n <= d->limit / 4 * 3)
		text_add_slice(d->t, text_slice(&whole));
	else
		d->left_out++;
	text_free(&harmless);
	text_free(&whole);
}

/* Lists and objects have no place there. */
static void put_member(struct draft *d, const char *name, const json_t *v)
{
	struct text plain = { 0 };

	if (!v || json_is_null(v) || json_is_object(v) || json_is_array(v) || !is_name(name))
		return;
	if (json_is_string(v)) {
		put(d, name,
		    (struct slice){ (const uint8_t *)json_string_value(v), json_string_length(v) });
		return;
	}
	jvalue_write(&plain, v);
	put(d, name, text_slice(&plain));
	text_free(&plain);
}

static const char *const first_asked[] = { "run",   "rule",	  "problem",  "class", "severity",
					   "state", "revision",	  "call",     "label", "element",
					   "count", "first_seen", "last_seen" };
/* In the header or the sentence, or under a name of their own. */
static const char *const elsewhere[] = { "event", "event_id", "id",	 "time",
					 "title", "detail",   "message", "left_out" };

static bool is_among(const char *name, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(name, list[i]) == 0)
			return true;
	return false;
}
#define AMONG(name, list) is_among(name, list, sizeof list / sizeof *list)

static bool is_condition(const char *name)
{
	const char *c;

	for (size_t i = 0; (c = mapping_condition(i)); i++)
		if (strcmp(c, name) == 0)
			return true;
	return false;
}

static void put_first(struct draft *d, const struct event *e)
{
	put(d, "event", slice_of(event_kind_text(e->kind)));
	put(d, "id", slice_of(e->id));
	for (size_t i = 0; i < sizeof first_asked / sizeof *first_asked; i++) {
		bool own = e->kind == EVENT_CALL && strcmp(first_asked[i], "call") == 0;
		put_member(d, first_asked[i], jvalue_get(e->object, own ? "id" : first_asked[i]));
	}
}

static void put_verdicts(struct draft *d, const struct event *e)
{
	const json_t *all = jvalue_get(e->object, "conditions");
	const char *c;

	for (size_t i = 0; e->kind == EVENT_CALL && (c = mapping_condition(i)); i++)
		put_member(d, c, jvalue_get(jvalue_get(all, c), "verdict"));
}

static void put_rest(struct draft *d, const struct event *e)
{
	const char *name;
	json_t *v;

	json_object_foreach(e->object, name, v)
	{
		if (!AMONG(name, first_asked) && !AMONG(name, elsewhere) &&
		    (e->kind != EVENT_CALL || !is_condition(name)))
			put_member(d, name, v);
	}
}

void syslog_message_add(struct text *t, const struct syslog_message_as *as, const struct event *e)
{
	struct draft d = { .t = t, .begin = t->n, .limit = as->limit };

	add_header(t, as, e);
	text_addf(t, " [earshot@%u", (unsigned)as->enterprise);
	put_first(&d, e);
	put_verdicts(&d, e);
	put_rest(&d, e);
	if (d.left_out)
		text_addf(t, " left_out=\"%u\"", d.left_out);
	text_add(t, "]");
	if (e->message && *e->message) {
		text_add(t, " ");
		add_harmless(t, slice_of(e->message), as->limit - (t->n - d.begin));
	}
}
