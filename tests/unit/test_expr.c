/* test_expr.c - the rule language: grammar, three values, quantifiers, limits. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <malloc.h>
#include <stdlib.h>

#include "tests/lib/asking.h"

static struct expr *compile_in(const char *text, const struct expr_names *names)
{
	struct expr *e = NULL;
	char *why = NULL;

	if (expr_compile(slice_of(text), names, &e, &why) != ERR_OK)
		fail_msg("%s: %s", text, why);
	return e;
}

static struct expr *compile(const char *text)
{
	return compile_in(text, &asking_names);
}

static char ask_of(const char *text, const struct asking_thing *of)
{
	struct expr *e = compile(text);
	struct expr_item it = asking_item(asking_call(), of);

	assert_int_equal(expr_type(e), EXPR_BOOL);
	enum expr_truth t = expr_ask(e, &it);
	struct expr_value v = expr_eval(e, &it);
	assert_int_equal(v.known, t != EXPR_UNKNOWN);
	assert_int_equal(v.yes, t == EXPR_TRUE);
	expr_free(e);
	return t == EXPR_UNKNOWN ? '?' : t == EXPR_TRUE ? 'y' : 'n';
}

struct row {
	const char *text;
	char is; /* y, n, ? */
};

static void ask_all(const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char is = ask_of(rows[i].text, asking_example());
		if (is != rows[i].is)
			fail_msg("%s: %c, not %c", rows[i].text, is, rows[i].is);
	}
}

#define ASK(rows) ask_all(rows, sizeof(rows) / sizeof *(rows))

/* secure is unknown in the example: U. */
static void follows_kleene(void **state)
{
	static const struct row rows[] = {
		{ "true and true", 'y' },
		{ "true and false", 'n' },
		{ "false and true", 'n' },
		{ "false and false", 'n' },
		{ "secure and true", '?' },
		{ "true and secure", '?' },
		{ "secure and false", 'n' },
		{ "false and secure", 'n' },
		{ "secure and secure", '?' },
		{ "true or true", 'y' },
		{ "true or false", 'y' },
		{ "false or true", 'y' },
		{ "false or false", 'n' },
		{ "secure or true", 'y' },
		{ "true or secure", 'y' },
		{ "secure or false", '?' },
		{ "false or secure", '?' },
		{ "secure or secure", '?' },
		{ "not true", 'n' },
		{ "not false", 'y' },
		{ "not secure", '?' },
		{ "not not secure", '?' },
		{ "not not true", 'y' },
		{ "not not not true", 'n' },
		{ "secure = secure", '?' },
		{ "secure != true", '?' },
		{ "true = true", 'y' },
		{ "true != true", 'n' },
		{ "false = true", 'n' },
		{ "secure is known", 'n' },
		{ "secure is not known", 'y' },
		{ "not secure is known", 'y' },
		{ "score is known", 'y' },
		{ "(secure or true) is known", 'y' },
		{ "(secure and true) is known", 'n' },
	};

	(void)state;
	ASK(rows);
}

static void binds_not_before_and_before_or(void **state)
{
	static const struct row rows[] = {
		{ "true or true and false", 'y' },
		{ "(true or true) and false", 'n' },
		{ "false and true or true", 'y' },
		{ "false and (true or true)", 'n' },
		{ "not false and false", 'n' },
		{ "not (false and false)", 'y' },
		{ "not true or true", 'y' },
		{ "not score = 80 or true", 'y' },
		{ "not score = 81", 'y' },
		{ "1 + 2 - 4 = -1", 'y' },
		{ "1 - (2 - 4) = 3", 'y' },
		{ "score - 1 < score + 1", 'y' },
		{ "score-1=79", 'y' },
		{ "score - -1 = 81", 'y' },
		{ "TRUE AND Not False", 'y' },
		{ "true\n\tand\r\n true", 'y' },
		{ "  ( ( true ) )  ", 'y' },
		{ "(score) = (80)", 'y' },
		{ "(score > 3) = true", 'y' },
	};

	(void)state;
	ASK(rows);
}

static void compares_numbers_and_durations(void **state)
{
	static const struct row rows[] = {
		{ "score = 80", 'y' },
		{ "score == 80.0", 'y' },
		{ "score != 80", 'n' },
		{ "score < 80", 'n' },
		{ "score <= 80", 'y' },
		{ "score > 79.999999999", 'y' },
		{ "score >= 80.000000001", 'n' },
		{ "score >= 80%", 'y' },
		{ "score = 0x50", 'y' },
		{ "score > -1", 'y' },
		{ "length = 90.5s", 'y' },
		{ "length = 90500ms", 'y' },
		{ "length > 1.5min", 'y' },
		{ "length < 1h", 'y' },
		{ "length < 0.5d", 'y' },
		{ "length = 90500000us", 'y' },
		{ "length = 90500000000ns", 'y' },
		{ "length = 90.500000001s", 'n' },
		{ "length + 9.5s = 100s", 'y' },
		{ "length - 100s = 0s", 'y' },
		{ "answer - start = 2500ms", 'y' },
		{ "start - answer = 0s", 'y' },
		{ "start + 2.5s = answer", 'y' },
		{ "2.5s + start = answer", 'y' },
		{ "answer - 2.5s = start", 'y' },
		{ "start < answer", 'y' },
		{ "start >= answer", 'n' },
	};

	(void)state;
	ASK(rows);
}

static void reads_times(void **state)
{
	static const struct row rows[] = {
		{ "start = '2026-01-02T03:04:05Z'", 'y' },
		{ "start = \"2026-01-02T03:04:05.000000000Z\"", 'y' },
		{ "start > '2026-01-02'", 'y' },
		{ "start < '2026-01-03'", 'y' },
		{ "start - '2026-01-01' > 1d", 'y' },
		{ "answer = '2026-01-02T03:04:07.5Z'", 'y' },
		{ "start in {'2026-01-02', '2026-01-02T03:04:05Z'}", 'y' },
		{ "start - '1970-01-01' = 1767323045s", 'y' },
		{ "start - '2024-02-29' = 58158245s + 0s", 'y' },
	};

	(void)state;
	ASK(rows);
}

static void finds_the_longest_name(void **state)
{
	static const struct row rows[] = {
		{ "label = END-TO-END MEDIA", 'y' },
		{ "label>=END-TO-END MEDIA and score>=80", 'y' },
		{ "label = end to end media", 'y' },
		{ "label = End_To-End   media", 'y' },
		{ "label = 'END-TO-END MEDIA'", 'y' },
		{ "label = END", 'n' },
		{ "label < END", 'y' },
		{ "label > hop by hop or false", 'y' },
		{ "label <= weak", 'n' },
		{ "not label = EXPOSED", 'y' },
		{ "label in {WEAK, END-TO-END MEDIA}", 'y' },
		{ "label not in {WEAK, HOP BY HOP}", 'y' },
		{ "first.transport = none", 'n' },
		{ "first.transport = TLS", 'y' },
		{ "default(first.transport, none) = tls", 'y' },
		{ "default(first.other.transport, none) in {udp}", 'y' },
		{ "if(score > 3, first.transport, none) = tls", 'y' },
		{ "first.transport = (tls)", 'y' },
		{ "first.transport = if(true, udp, tls)", 'n' },
		{ "first.transport = default(tls, udp)", 'y' },
	};

	(void)state;
	ASK(rows);
}

static void compares_versions_by_age_in_a_family(void **state)
{
	static const struct row rows[] = {
		{ "first.version = TLS1.2", 'y' },
		{ "first.version >= TLS1.2", 'y' },
		{ "first.version < tls1.3", 'y' },
		{ "first.version > SSL3", 'y' },
		{ "first.version > SSL2", 'y' },
		{ "SSL2 < SSL3", 'y' },
		{ "TLS1.1 < TLS1.0", 'n' },
		{ "DTLS1.0 < DTLS1.2", 'y' },
		{ "DTLS1.3 > DTLS1.2", 'y' },
		{ "DTLS1.3 <= DTLS1.0", 'n' },
		{ "first.version = DTLS1.2", 'n' },
		{ "first.version != DTLS1.2", 'y' },
		{ "first.version < DTLS1.3", '?' },
		{ "first.version in {TLS1.2, TLS1.3}", 'y' },
		{ "first.other.version = TLS1.2", '?' },
	};

	(void)state;
	ASK(rows);
}

static void knows_addresses_and_networks(void **state)
{
	static const struct row rows[] = {
		{ "first.at = 10.1.2.3", 'y' },
		{ "first.at = '10.1.2.3'", 'y' },
		{ "10.1.2.3 = first.at", 'y' },
		{ "first.at = ::ffff:10.1.2.3", 'y' },
		{ "first.at in 10.0.0.0/8", 'y' },
		{ "first.at in '10.0.0.0/8'", 'y' },
		{ "first.at in 10.1.2.2/31", 'y' },
		{ "first.at in 10.1.2.2/32", 'n' },
		{ "first.at in 10.1.2.3", 'y' },
		{ "first.at in 10.1.2.0/30", 'y' },
		{ "first.at in 10.1.2.4/30", 'n' },
		{ "first.at in 0.0.0.0/0", 'y' },
		{ "first.at in ::/0", 'n' },
		{ "first.at in {192.168.0.0/16, 10.1.0.0/16}", 'y' },
		{ "first.at not in {192.168.0.0/16, 172.16.0.0/12}", 'y' },
		{ "first.at in {first.at}", 'y' },
		{ "first.other.at = 2001:db8::7", 'y' },
		{ "first.other.at in 2001:db8::/32", 'y' },
		{ "first.other.at in 2001:db8::/127", 'n' },
		{ "first.other.at in 2001:db8::6/127", 'y' },
		{ "first.other.at in ::/0", 'y' },
		{ "first.other.at in 0.0.0.0/0", 'n' },
		{ "first.other.at in {10.0.0.0/8, 2001:db8::7}", 'y' },
		{ "first.at = 2001:DB8::7", 'n' },
	};

	(void)state;
	ASK(rows);
}

static void compares_texts(void **state)
{
	static const struct row rows[] = {
		{ "from = 'alice@a.test'", 'y' },
		{ "from = \"alice@a.test\"", 'y' },
		{ "from != ''", 'y' },
		{ "from = 'Alice@a.test'", 'n' },
		{ "\"it's\" = \"it's\"", 'y' },
		{ "starts(from, 'alice')", 'y' },
		{ "starts(from, 'alice@a.test!')", 'n' },
		{ "starts(from, '')", 'y' },
		{ "ends(from, '.test')", 'y' },
		{ "ends(from, '.tes')", 'n' },
		{ "ends(from, '')", 'y' },
		{ "contains(from, '@a.')", 'y' },
		{ "contains(from, '@b.')", 'n' },
		{ "contains(from, '')", 'y' },
		{ "contains('x', from)", 'n' },
		{ "from in {'bob', 'alice@a.test'}", 'y' },
		{ "contains(first.other.carrier.name, 'a')", '?' },
		{ "lookup(from, 'media') = from", 'y' },
		{ "any(first.media: lookup(keying, 'media') = 'key in the SDP')", 'y' },
		{ "any(first.media: lookup(keying, 'media') = 'dtls-srtp')", 'y' },
		{ "all(first.other.media: lookup(codec, 'media') = 'plain telephony')", 'y' },
		{ "any(first.other.media: lookup(keying, 'media') = 'x')", '?' },
	};

	(void)state;
	ASK(rows);
}

static void asks_over_nested_lists(void **state)
{
	static const struct row rows[] = {
		{ "any(legs)", 'y' },
		{ "none(legs)", 'n' },
		{ "count(legs) = 2", 'y' },
		{ "any(legs: transport = tls)", 'y' },
		{ "all(legs: transport = tls)", 'n' },
		{ "none(legs: transport = tcp)", 'y' },
		{ "none(legs: transport = tls)", 'n' },
		{ "count(legs: transport = udp) = 1", 'y' },
		{ "any(legs: version = TLS1.0)", '?' },
		{ "any(legs: version = TLS1.2)", 'y' },
		{ "all(legs: version = TLS1.2)", '?' },
		{ "all(legs: version = TLS1.0)", 'n' },
		{ "none(legs: version = TLS1.2)", 'n' },
		{ "none(legs: version = TLS1.0)", '?' },
		{ "count(legs: version = TLS1.2) = 1", '?' },
		{ "count(legs: version is known) = 1", 'y' },
		{ "any(legs: any(media: keying = sdes))", 'y' },
		{ "all(legs: any(media: keying = sdes))", '?' },
		{ "any(legs: all(media: packets > 10))", 'y' },
		{ "all(legs: all(media: packets > 10))", 'n' },
		/* fields of the scopes around, by name and by the scope's own name */
		{ "any(legs: any(media: packets > score and transport = tls))", 'y' },
		{ "any(legs: any(media: medium.packets > call.score and leg.transport = udp))",
		  'n' },
		{ "any(legs as x: any(legs as y: x != y and x.transport = y.transport))", 'n' },
		{ "all(legs as x: any(legs as y: x = y))", 'y' },
		{ "any(legs as x: first = x and transport = tls)", 'y' },
		{ "any(legs as x: x.other = leg)", '?' },
		{ "any(first.media as m: m.keying = dtls-srtp)", 'y' },
		{ "any(first.other.media)", 'y' },
		{ "count(first.media) + count(first.other.media) = 3", 'y' },
		/* what stands behind an unknown item is unknown */
		{ "any(first.other.other.media)", '?' },
		{ "count(first.other.other.media) = 0", '?' },
		{ "first.other.carrier.trusted", '?' },
		{ "first.other.carrier is known", 'n' },
		{ "first.carrier is known", 'y' },
		{ "first.carrier.trusted and first.carrier.name = 'acme'", 'y' },
		{ "first.other.other.transport is not known", 'y' },
		{ "first.other != first", 'y' },
	};

	(void)state;
	ASK(rows);
}

static void asks_nothing_of_an_empty_list(void **state)
{
	static const struct asking_thing empty;
	static const struct row rows[] = {
		{ "any(legs)", 'n' },	     { "none(legs)", 'y' },
		{ "count(legs) = 0", 'y' },  { "any(legs: true)", 'n' },
		{ "all(legs: false)", 'y' }, { "none(legs: true)", 'y' },
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_int_equal(ask_of(rows[i].text, &empty), rows[i].is);
}

static void fills_in_what_is_unknown(void **state)
{
	static const struct row rows[] = {
		{ "default(secure, true)", 'y' },
		{ "default(secure, secure)", '?' },
		{ "default(score, 3) = 80", 'y' },
		{ "any(first.media: default(lost, 0) = 0)", 'y' },
		{ "count(first.media: default(lost > 1, false)) = 1", 'y' },
		{ "if(secure, true, true)", '?' },
		{ "if(score > 3, false, true)", 'n' },
		{ "if(score > 90, secure, true)", 'y' },
		{ "if(score > 3, length, 1s) = 90.5s", 'y' },
		{ "score in {1, score}", 'y' },
		{ "score in {1, 2}", 'n' },
		{ "secure in {true}", '?' },
		{ "true in {secure}", '?' },
		{ "true in {secure, true}", 'y' },
		{ "true not in {secure, false}", '?' },
	};

	(void)state;
	ASK(rows);
}

/* ---- definitions ------------------------------------------------------------ */

enum { DEFINES = 4 };

struct defined {
	struct expr_define all[DEFINES];
	size_t count;
	struct expr_names names;
};

static void define(struct defined *d, const char *name, const struct expr_scope *const *scopes,
		   size_t scope_count, const char *text)
{
	struct expr_names names = { .scopes = scopes,
				    .scope_count = scope_count,
				    .defines = d->all,
				    .define_count = d->count };

	d->all[d->count].name = name;
	d->all[d->count].scope = scopes[0];
	d->all[d->count].expr = compile_in(text, &names);
	d->names = asking_names;
	d->names.defines = d->all;
	d->names.define_count = ++d->count;
}

static void undefine(struct defined *d)
{
	for (size_t i = 0; i < d->count; i++)
		expr_free((struct expr *)d->all[i].expr);
}

static void defined_example(struct defined *d)
{
	const struct expr_scope *const of_leg[] = { asking_leg() };
	const struct expr_scope *const of_both[] = { asking_leg(), asking_call() };
	const struct expr_scope *const of_medium[] = { asking_medium(), asking_call() };

	*d = (struct defined){ 0 };
	define(d, "sealed", of_leg, 1, "default(version, SSL2) >= TLS1.2");
	define(d, "fine", of_both, 2, "sealed and score >= 80");
	define(d, "carried_by", of_leg, 1, "carrier");
	define(d, "busy", of_medium, 2, "packets >= score");
}

static void uses_definitions_where_their_items_are(void **state)
{
	static const struct row rows[] = {
		{ "any(legs: sealed)", 'y' },
		{ "all(legs: sealed)", 'n' },
		{ "first.sealed", 'y' },
		{ "first.other.sealed", 'n' },
		{ "first.other.other.sealed", '?' },
		{ "any(legs as l: not l.sealed)", 'y' },
		{ "first.fine", 'y' },
		{ "count(legs: fine) = 1", 'y' },
		{ "first.carried_by.trusted", 'y' },
		{ "any(legs: carried_by.name = 'acme')", 'y' },
		{ "any(legs: any(media: busy and sealed))", 'y' },
		{ "count(first.media: busy) = 1", 'y' },
	};
	struct expr_item it = asking_item(asking_call(), asking_example());
	struct defined d;

	(void)state;
	defined_example(&d);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct expr *e = compile_in(rows[i].text, &d.names);
		enum expr_truth t = expr_ask(e, &it);
		if ("ny?"[t] != rows[i].is)
			fail_msg("%s: %c, not %c", rows[i].text, "ny?"[t], rows[i].is);
		expr_free(e);
	}
	undefine(&d);
}

static void says_which_item_a_definition_lacks(void **state)
{
	struct defined d;
	struct expr *e = NULL;
	char *why = NULL;
	const struct expr_scope *const leg[] = { asking_leg() };

	(void)state;
	defined_example(&d);
	d.names.scopes = leg;
	assert_int_equal(expr_compile(SLICE("sealed or fine"), &d.names, &e, &why), ERR_USAGE);
	assert_string_equal(why, "column 11: fine reads of a call too, and there is none around");
	free(why);
	assert_null(e);
	undefine(&d);
}

/* ---- limits ----------------------------------------------------------------- */

static bool compiles(const char *text, const struct expr_names *names, const char *why_not)
{
	struct expr *e = NULL;
	char *why = NULL;
	enum err err = expr_compile(slice_of(text), names, &e, &why);

	if (err != ERR_OK) {
		assert_non_null(why);
		assert_null(e);
		if (!strstr(why, why_not))
			fail_msg("%s", why);
	}
	expr_free(e);
	free(why);
	return err == ERR_OK;
}

/* `n` times `open`, then `inside`, then n times `close`. */
static char *nested(size_t n, const char *open, const char *inside, const char *close)
{
	struct text t = { 0 };

	for (size_t i = 0; i < n; i++)
		text_add(&t, open);
	text_add(&t, inside);
	for (size_t i = 0; i < n; i++)
		text_add(&t, close);
	return t.p;
}

static void check_nested(size_t most, const char *open, const char *inside, const char *close,
			 const char *why)
{
	char *good = nested(most, open, inside, close),
	     *bad = nested(most + 1, open, inside, close);

	assert_true(compiles(good, &asking_names, ""));
	assert_false(compiles(bad, &asking_names, why));
	free(good);
	free(bad);
}

static void bounds_nesting_and_size(void **state)
{
	(void)state;
	check_nested(EXPR_DEPTH, "(", "true", ")", "nested too deeply");
	check_nested(EXPR_DEPTH, "default(", "true", ",true)", "nested too deeply");
	check_nested(EXPR_HEIGHT - 1 - 1, "1 + ", "1 = 1", "", "nested too deeply");
	check_nested(EXPR_SCOPES - 1, "any(echo: ", "true", ")", "too many items at hand at once");
	check_nested(EXPR_NODES - 2, "true or ", "true", "", "too many parts");
	check_nested(EXPR_TEXT_MOST - 4, " ", "true", "", "longer than 4096 octets");
}

static void bounds_how_deep_definitions_stand_on_each_other(void **state)
{
	const struct expr_scope *const call[] = { asking_call() };
	struct expr_define chain[EXPR_HEIGHT + 1] = { { 0 } };
	struct expr_names names = asking_names;
	size_t n = 0;

	(void)state;
	names.defines = chain;
	for (; n <= EXPR_HEIGHT; n++) {
		struct expr *e = NULL;
		char *why = NULL;
		names.define_count = n;
		if (expr_compile(n ? SLICE("d") : SLICE("true"), &names, &e, &why) != ERR_OK) {
			assert_string_equal(why, "column 2: nested too deeply");
			free(why);
			break;
		}
		/* The name means the last one: those before it are out of sight. */
		for (size_t i = 0; i < n; i++)
			chain[i].name = "";
		chain[n] = (struct expr_define){ "d", call[0], e };
	}
	assert_int_equal(n, EXPR_HEIGHT);
	for (size_t i = 0; i < n; i++)
		expr_free((struct expr *)chain[i].expr);
}

static void gives_up_after_its_steps(void **state)
{
	static const struct row rows[] = {
		{ "any(echo: false)", '?' },
		{ "all(echo: true)", '?' },
		{ "count(echo) > 3", '?' },
		{ "not any(echo: false)", '?' },
		{ "any(echo: false) is not known", '?' },
		{ "default(any(echo: false), true)", '?' },
		{ "any(echo: true)", 'y' },
		{ "any(echo: any(echo: any(echo: any(echo: false))))", '?' },
	};

	(void)state;
	ASK(rows);
}

static void allocates_nothing_to_answer(void **state)
{
	static const char text[] =
		"any(legs as l: any(media: keying in {sdes, zrtp} and lookup(codec, 'media') != "
		"'x' "
		"and contains(codec, '7') and l.at in {10.0.0.0/8, 2001:db8::/32} and "
		"default(lost, 0) + 1 > count(legs) and length - 1s > 2s and version >= TLS1.2))";
	struct expr *e = compile(text);
	struct expr_item it = asking_item(asking_call(), asking_example());

	(void)state;
	struct mallinfo2 before = mallinfo2();
	for (int i = 0; i < 1000; i++)
		assert_int_equal(expr_ask(e, &it), EXPR_TRUE);
	struct mallinfo2 after = mallinfo2();
	assert_int_equal(before.uordblks, after.uordblks);
	assert_int_equal(before.fordblks, after.fordblks);
	expr_free(e);
}

static void keeps_its_text(void **state)
{
	char text[] = "from = 'alice@a.test'";
	struct expr_item it = asking_item(asking_call(), asking_example());
	struct expr *e = compile(text);

	(void)state;
	memset(text, 'x', sizeof text - 1);
	assert_string_equal(expr_source(e), "from = 'alice@a.test'");
	assert_int_equal(expr_ask(e, &it), EXPR_TRUE);
	expr_free(e);
	expr_free(NULL);
}

static void takes_items_innermost_first(void **state)
{
	const struct expr_scope *const scopes[] = { asking_medium(), asking_leg(), asking_call() };
	struct expr_names names = { .scopes = scopes, .scope_count = 3 };
	const struct asking_thing *call = asking_example();
	struct expr_item items[] = { asking_item(scopes[0], &call->list[0].list[1]),
				     asking_item(scopes[1], &call->list[0]),
				     asking_item(scopes[2], call) };
	struct expr *e = compile_in("keying = dtls-srtp and transport = tls and score = 80 and "
				    "any(call.legs: leg.transport = udp)",
				    &names);

	(void)state;
	assert_int_equal(expr_ask(e, items), EXPR_TRUE);
	items[1].scope = NULL;
	assert_int_equal(expr_ask(e, items), EXPR_UNKNOWN);
	expr_free(e);
}

/* ---- lists that are known to be empty ----------------------------------------- */

/* What items of this section share. */
struct shelf {
	bool bare, known;
	unsigned walked;
};

static void shelf_group(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = ((const struct shelf *)it->at)->known;
	out->item.at = it->at;
}

static bool shelf_next(const struct expr_item *it, int arg, const void *after,
		       struct expr_item *out)
{
	struct shelf *s = (struct shelf *)(uintptr_t)it->of;

	(void)arg;
	s->walked++;
	out->at = after ? NULL : s;
	return !after;
}

static bool shelf_lacks(const void *of, int arg)
{
	(void)arg;
	return ((const struct shelf *)of)->bare;
}

static void shelf_sold(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->yes = ((const struct shelf *)it->at)->known;
}

static const struct expr_scope *shelf_book(void)
{
	static const struct expr_field fields[] = { { "sold", "", EXPR_BOOL, .get = shelf_sold } };
	static const struct expr_scope scope = { "book", "", fields, 1, NULL };
	return &scope;
}

static const struct expr_scope *shelf_row(void)
{
	static const struct expr_field fields[] = {
		{ "books", "", EXPR_LIST, .scope = shelf_book, .next = shelf_next,
		  .lacks = shelf_lacks },
	};
	static const struct expr_scope scope = { "row", "", fields, 1, NULL };
	return &scope;
}

static const struct expr_scope *shelf_scope(void)
{
	static const struct expr_field fields[] = {
		{ "row", "", EXPR_ITEM, .scope = shelf_row, .get = shelf_group, .always = true },
		{ "maybe", "", EXPR_ITEM, .scope = shelf_row, .get = shelf_group },
	};
	static const struct expr_scope scope = { "shelf", "", fields, 2, NULL };
	return &scope;
}

static enum expr_truth ask_shelf(const char *text, struct shelf *s)
{
	const struct expr_scope *const scopes[] = { shelf_scope() };
	struct expr_names names = { .scopes = scopes, .scope_count = 1 };
	struct expr_item it = { shelf_scope(), s, s };
	struct expr *e = compile_in(text, &names);
	enum expr_truth t = expr_ask(e, &it);

	expr_free(e);
	return t;
}

static void walks_no_list_that_is_known_to_be_empty(void **state)
{
	struct shelf bare = { .bare = true, .known = true }, full = { .known = true },
		     unknown = { .bare = true };

	(void)state;
	assert_int_equal(ask_shelf("any(row.books)", &bare), EXPR_FALSE);
	assert_int_equal(ask_shelf("any(row.books: sold)", &bare), EXPR_FALSE);
	assert_int_equal(ask_shelf("all(row.books: sold)", &bare), EXPR_TRUE);
	assert_int_equal(ask_shelf("none(row.books)", &bare), EXPR_TRUE);
	assert_int_equal(bare.walked, 0);
	assert_int_equal(ask_shelf("any(row.books)", &full), EXPR_TRUE);
	assert_int_equal(ask_shelf("none(row.books)", &full), EXPR_FALSE);
	assert_int_equal(ask_shelf("all(row.books: sold)", &full), EXPR_TRUE);
	assert_int_equal(ask_shelf("count(row.books) = 1", &full), EXPR_TRUE);
	/* Whether there is a row at all comes first. */
	assert_int_equal(ask_shelf("any(maybe.books)", &unknown), EXPR_UNKNOWN);
	assert_int_equal(ask_shelf("all(maybe.books: sold)", &unknown), EXPR_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(follows_kleene),
		cmocka_unit_test(binds_not_before_and_before_or),
		cmocka_unit_test(compares_numbers_and_durations),
		cmocka_unit_test(reads_times),
		cmocka_unit_test(finds_the_longest_name),
		cmocka_unit_test(compares_versions_by_age_in_a_family),
		cmocka_unit_test(knows_addresses_and_networks),
		cmocka_unit_test(compares_texts),
		cmocka_unit_test(asks_over_nested_lists),
		cmocka_unit_test(asks_nothing_of_an_empty_list),
		cmocka_unit_test(fills_in_what_is_unknown),
		cmocka_unit_test(uses_definitions_where_their_items_are),
		cmocka_unit_test(says_which_item_a_definition_lacks),
		cmocka_unit_test(bounds_nesting_and_size),
		cmocka_unit_test(bounds_how_deep_definitions_stand_on_each_other),
		cmocka_unit_test(gives_up_after_its_steps),
		cmocka_unit_test(allocates_nothing_to_answer),
		cmocka_unit_test(keeps_its_text),
		cmocka_unit_test(takes_items_innermost_first),
		cmocka_unit_test(walks_no_list_that_is_known_to_be_empty),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
