/* asking.c - the field table and the example behind asking.h. */
#include "tests/lib/asking.h"

static void get(const struct expr_item *it, int arg, struct expr_value *out)
{
	*out = ((const struct asking_thing *)it->at)->v[arg];
}

static bool next(const struct expr_item *it, int arg, const void *after, struct expr_item *out)
{
	const struct asking_thing *of = it->at, *last = after;
	size_t i = last ? (size_t)(last - of->list) + 1 : 0;

	(void)arg;
	if (i < of->count)
		out->at = &of->list[i];
	return i < of->count;
}

static bool echo(const struct expr_item *it, int arg, const void *after, struct expr_item *out)
{
	(void)arg;
	(void)after;
	out->at = it->at;
	return true;
}

static const char *const labels[] = { "EXPOSED",	  "WEAK", "",  "HOP BY HOP",
				      "END-TO-END MEDIA", "END",  NULL };
static const char *const transports[] = { "udp", "tcp", "tls", "none", NULL };
static const char *const keyings[] = { "none", "sdes", "dtls-srtp", "zrtp", NULL };

static const struct expr_field call_fields[] = {
	{ .name = "length",
	  .type = EXPR_DURATION,
	  .arg = ASKING_LENGTH,
	  .get = get,
	  .doc = "How long." },
	{ .name = "start",
	  .type = EXPR_TIME,
	  .arg = ASKING_START,
	  .get = get,
	  .doc = "When it began." },
	{ .name = "answer",
	  .type = EXPR_TIME,
	  .arg = ASKING_ANSWER,
	  .get = get,
	  .doc = "When answered." },
	{ .name = "label",
	  .type = EXPR_ENUM,
	  .names = labels,
	  .ordered = true,
	  .arg = ASKING_LABEL,
	  .get = get,
	  .doc = "How good | bad." },
	{ .name = "secure", .type = EXPR_BOOL, .arg = ASKING_SECURE, .get = get, .doc = "Was it?" },
	{ .name = "score", .type = EXPR_NUMBER, .arg = ASKING_SCORE, .get = get, .doc = "Of 100." },
	{ .name = "from", .type = EXPR_TEXT, .arg = ASKING_FROM, .get = get, .doc = "Who." },
	{ .name = "first",
	  .type = EXPR_ITEM,
	  .scope = asking_leg,
	  .arg = ASKING_FIRST,
	  .get = get,
	  .doc = "The caller's leg." },
	{ .name = "legs",
	  .type = EXPR_LIST,
	  .scope = asking_leg,
	  .next = next,
	  .doc = "Its legs." },
	{ .name = "echo", .type = EXPR_LIST, .scope = asking_call, .next = echo, .doc = "Itself." },
};

static const struct expr_field leg_fields[] = {
	{ .name = "transport",
	  .type = EXPR_ENUM,
	  .names = transports,
	  .arg = ASKING_TRANSPORT,
	  .get = get,
	  .doc = "Of SIP." },
	{ .name = "at", .type = EXPR_ADDRESS, .arg = ASKING_AT, .get = get, .doc = "Where." },
	{ .name = "carrier",
	  .type = EXPR_ITEM,
	  .scope = asking_carrier,
	  .arg = ASKING_CARRIER,
	  .get = get,
	  .doc = "Who carries it." },
	{ .name = "other",
	  .type = EXPR_ITEM,
	  .scope = asking_leg,
	  .arg = ASKING_OTHER,
	  .get = get,
	  .doc = "The next leg." },
	{ .name = "version",
	  .type = EXPR_VERSION,
	  .arg = ASKING_VERSION,
	  .get = get,
	  .doc = "Of TLS." },
	{ .name = "media",
	  .type = EXPR_LIST,
	  .scope = asking_medium,
	  .next = next,
	  .doc = "Its media." },
};

static const struct expr_field medium_fields[] = {
	{ .name = "keying",
	  .type = EXPR_ENUM,
	  .names = keyings,
	  .arg = ASKING_KEYING,
	  .get = get,
	  .doc = "How keys came." },
	{ .name = "packets",
	  .type = EXPR_NUMBER,
	  .arg = ASKING_PACKETS,
	  .get = get,
	  .doc = "How many." },
	{ .name = "codec",
	  .type = EXPR_TEXT,
	  .arg = ASKING_CODEC,
	  .get = get,
	  .doc = "Its codec." },
	{ .name = "lost", .type = EXPR_NUMBER, .arg = ASKING_LOST, .get = get, .doc = "Not seen." },
};

static const struct expr_field carrier_fields[] = {
	{ .name = "name", .type = EXPR_TEXT, .arg = ASKING_NAME, .get = get, .doc = "Its name." },
	{ .name = "trusted",
	  .type = EXPR_BOOL,
	  .arg = ASKING_TRUSTED,
	  .get = get,
	  .doc = "By us." },
};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static const struct expr_scope call_scope = { "call", "One call.", call_fields, COUNT(call_fields),
					      NULL };
static const struct expr_scope leg_scope = { "leg", "One leg.", leg_fields, COUNT(leg_fields),
					     NULL };
static const struct expr_scope medium_scope = { "medium", "One medium.", medium_fields,
						COUNT(medium_fields), NULL };
static const struct expr_scope carrier_scope = { "carrier", "One carrier.", carrier_fields,
						 COUNT(carrier_fields), NULL };

const struct expr_scope *asking_call(void)
{
	return &call_scope;
}

const struct expr_scope *asking_leg(void)
{
	return &leg_scope;
}

const struct expr_scope *asking_medium(void)
{
	return &medium_scope;
}

const struct expr_scope *asking_carrier(void)
{
	return &carrier_scope;
}

static const struct expr_scope *const scopes[] = { &call_scope };
static const char *const from[] = { "sdes", "G711" };
static const char *const to[] = { "key in the SDP", "plain telephony" };
static const struct expr_words words[] = { { "media", from, to, COUNT(from) } };

const struct expr_names asking_names = {
	.scopes = scopes, .scope_count = 1, .words = words, .word_count = 1
};

struct expr_item asking_item(const struct expr_scope *scope, const struct asking_thing *of)
{
	return (struct expr_item){ .scope = scope, .at = of };
}

/* ---- the example ------------------------------------------------------------ */

#define KNOWN(field, ...)                                                                          \
	{                                                                                          \
		.known = true, .field = __VA_ARGS__                                                \
	}
#define WORD(text_)                                                                                \
	{                                                                                          \
		.known = true, .text = {(const uint8_t *)(text_), sizeof(text_) - 1 }              \
	}

static const struct asking_thing acme = {
	.v = { [ASKING_NAME] = WORD("acme"), [ASKING_TRUSTED] = KNOWN(yes, true) }
};

static const struct asking_thing first_media[] = {
	{ .v = { [ASKING_KEYING] = KNOWN(name, ASKING_SDES),
		 [ASKING_PACKETS] = KNOWN(number, 100),
		 [ASKING_CODEC] = WORD("G711"),
		 [ASKING_LOST] = KNOWN(number, 2) } },
	{ .v = { [ASKING_KEYING] = KNOWN(name, ASKING_DTLS),
		 [ASKING_PACKETS] = KNOWN(number, 50),
		 [ASKING_CODEC] = WORD("opus") } },
};

static const struct asking_thing second_media[] = {
	{ .v = { [ASKING_PACKETS] = KNOWN(number, 7), [ASKING_CODEC] = WORD("G711") } },
};

static const struct asking_thing legs[] = {
	{ .v = { [ASKING_TRANSPORT] = KNOWN(name, 2),
		 [ASKING_AT] = KNOWN(addr, { { [10] = 0xff, 0xff, 10, 1, 2, 3 } }),
		 [ASKING_CARRIER] = KNOWN(item, { .at = &acme }),
		 [ASKING_OTHER] = KNOWN(item, { .at = &legs[1] }),
		 [ASKING_VERSION] = KNOWN(version, 0x0303) },
	  first_media,
	  COUNT(first_media) },
	{ .v = { [ASKING_TRANSPORT] = KNOWN(name, 0),
		 [ASKING_AT] = KNOWN(addr, { { 0x20, 0x01, 0x0d, 0xb8, [15] = 7 } }) },
	  second_media,
	  COUNT(second_media) },
};

/* 2026-01-02T03:04:05Z */
#define START UINT64_C(1767323045000000000)

static const struct asking_thing call = {
	.v = { [ASKING_LENGTH] = KNOWN(ns, UINT64_C(90500000000)),
	       [ASKING_START] = KNOWN(ns, START),
	       [ASKING_ANSWER] = KNOWN(ns, START + UINT64_C(2500000000)),
	       [ASKING_LABEL] = KNOWN(name, 4),
	       [ASKING_SCORE] = KNOWN(number, 80),
	       [ASKING_FROM] = WORD("alice@a.test"),
	       [ASKING_FIRST] = KNOWN(item, { .at = &legs[0] }) },
	.list = legs,
	.count = COUNT(legs),
};

const struct asking_thing *asking_example(void)
{
	return &call;
}
