/* redact.c - names by number or keyed digest. */
#include "reports/redact.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/numbering.h"

enum kind { KIND_USER, KIND_NAME, KIND_HOST, KIND_ENDPOINT, KIND_INFRA, KIND_NUMBER, KINDS };

static const char *const words[KINDS] = { "user", "name", "domain", "endpoint", "host", "number" };

enum {
	NAMES_MAX = 1 << 17, /* of each kind; some 25 bytes each */
	FIRST_ROOM = 256,
	SHOWN_MAX = 1024,
	DIGITS_PERSONAL = 7,
	LEGS_LOOKED_AT = 32,
};

/* An address, a short name, or the front of a digest: small, and never shown. */
enum { KEY = 16, SHORT_NAME = KEY - 1, DIGESTED = 0x80 };
struct key {
	uint8_t b[KEY];
};

struct table {
	struct key *keys; /* of number 1 and on */
	uint32_t count, room;
	struct numbering numbers;
};

struct redactor {
	enum redact mode;
	bool addresses;
	struct table names[KINDS];
	uint64_t unnumbered;
	struct addr shown[SHOWN_MAX]; /* infrastructure of the call, sorted */
	size_t shown_count;
};

static const uint8_t *octets_of(const void *table, uint32_t number)
{
	return ((const struct table *)table)->keys[number - 1].b;
}

static void table_free(struct table *t)
{
	free(t->keys);
	numbering_close(&t->numbers);
}

struct redactor *redact_new(enum redact mode, bool addresses)
{
	struct redactor *r = mem_zero(1, sizeof *r);

	r->mode = mode;
	r->addresses = addresses;
	for (int k = 0; k < KINDS; k++)
		numbering_open(&r->names[k].numbers, KEY, octets_of);
	return r;
}

void redact_free(struct redactor *r)
{
	if (!r)
		return;
	for (int k = 0; k < KINDS; k++)
		table_free(&r->names[k]);
	free(r);
}

uint64_t redact_unnumbered(const struct redactor *r)
{
	return r->unnumbered;
}

static uint32_t table_add(struct table *t, const uint8_t key[KEY])
{
	if (t->count == t->room) {
		t->room = t->room ? t->room + t->room / 4 : FIRST_ROOM;
		t->keys = mem_grow(t->keys, t->room, sizeof *t->keys);
	}
	memcpy(t->keys[t->count++].b, key, KEY);
	numbering_add(&t->numbers, t, t->count);
	return t->count;
}

/* A short name is its own key, its length last, so that most names cost no digest. */
static void key_of(uint8_t key[DIGEST_BYTES], enum kind k, struct slice value)
{
	if (value.n == KEY && (k == KIND_ENDPOINT || k == KIND_INFRA)) {
		memcpy(key, value.p, KEY);
	} else if (value.n <= SHORT_NAME) {
		memset(key, 0, KEY);
		if (value.n)
			memcpy(key, value.p, value.n);
		key[SHORT_NAME] = (uint8_t)value.n;
	} else {
		digest_sha256(value, key);
		key[SHORT_NAME] |= DIGESTED;
	}
}

/* 0: the table is full. */
static uint32_t number_of(struct redactor *r, enum kind k, struct slice value)
{
	struct table *t = &r->names[k];
	uint8_t key[DIGEST_BYTES];

	key_of(key, k, value);
	uint32_t number = numbering_find(&t->numbers, t, key);
	if (number)
		return number;
	if (t->count == NAMES_MAX) {
		r->unnumbered++;
		return 0;
	}
	return table_add(t, key);
}

static void digest_of(struct text *out, const char *word, struct slice value)
{
	struct text t = { 0 };

	/* Kinds apart, so that a user and a display name that are alike do not look alike. */
	text_addf(&t, "%s:", word);
	text_add_slice(&t, value);
	text_addf(out, "%s-%016" PRIx64, word, digest_name(text_slice(&t)));
	text_free(&t);
}

static void hide(struct redactor *r, struct text *out, enum kind k, struct slice value)
{
	if (r->mode == REDACT_HMAC) {
		digest_of(out, words[k], value);
		return;
	}
	uint32_t n = number_of(r, k, value);
	text_add(out, words[k]);
	text_add(out, n ? "-" : "-more");
	if (n)
		text_add_number(out, n);
}

/* ---- addresses ------------------------------------------------------------ */

static bool infrastructure(enum role role)
{
	return role != ROLE_UNKNOWN && role != ROLE_ENDPOINT && role != ROLE_NETWORK;
}

static int by_addr(const void *a, const void *b)
{
	return addr_cmp(a, b);
}

static void show(struct redactor *r, const struct addr *a)
{
	if (r->shown_count < SHOWN_MAX && !addr_is_none(a))
		r->shown[r->shown_count++] = *a;
}

static void unshow(struct redactor *r, const struct addr *a)
{
	size_t kept = 0;

	for (size_t i = 0; i < r->shown_count; i++)
		if (!addr_eq(&r->shown[i], a))
			r->shown[kept++] = r->shown[i];
	r->shown_count = kept;
}

void redact_call(struct redactor *r, const struct call *c)
{
	r->shown_count = 0;
	for (int i = 0; i < 2; i++)
		if (infrastructure(c->ends[i].role))
			show(r, &c->ends[i].at.addr);
	for (size_t i = 0; i < c->element_count; i++)
		if (infrastructure(c->elements[i].role))
			show(r, &c->elements[i].at.addr);
	/* Whoever is an endpoint of this call is a person's device, whatever else it is. */
	for (int i = 0; i < 2; i++)
		if (c->ends[i].role == ROLE_ENDPOINT || c->ends[i].roles >> ROLE_ENDPOINT & 1)
			unshow(r, &c->ends[i].at.addr);
	for (size_t i = 0; i < c->element_count; i++)
		if (c->elements[i].role == ROLE_ENDPOINT)
			unshow(r, &c->elements[i].at.addr);
	qsort(r->shown, r->shown_count, sizeof r->shown[0], by_addr);
}

static bool is_shown(const struct redactor *r, const struct addr *a)
{
	return bsearch(a, r->shown, r->shown_count, sizeof r->shown[0], by_addr) != NULL;
}

/* False: the address may be written as it is. */
static bool hidden_as(const struct redactor *r, const struct addr *a, enum kind *k)
{
	bool shown = is_shown(r, a);

	*k = shown ? KIND_INFRA : KIND_ENDPOINT;
	return r->mode != REDACT_NONE ? !shown || r->addresses : shown && r->addresses;
}

void redact_address(struct redactor *r, struct text *out, const struct addr *a)
{
	char plain[ADDR_TEXT];
	enum kind k;

	if (hidden_as(r, a, &k))
		hide(r, out, k, (struct slice){ a->b, sizeof a->b });
	else
		text_add(out, addr_text(a, plain));
}

bool redact_known(const struct redactor *r, struct text *out, const struct addr *a)
{
	static const enum kind kinds[] = { KIND_ENDPOINT, KIND_INFRA };
	struct slice value = { a->b, sizeof a->b };
	uint8_t key[DIGEST_BYTES];

	if (r->mode == REDACT_HMAC) {
		digest_of(out, words[KIND_ENDPOINT], value);
		return true;
	}
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		key_of(key, kinds[i], value);
		const struct table *t = &r->names[kinds[i]];
		uint32_t number = numbering_find(&t->numbers, t, key);
		if (!number)
			continue;
		text_addf(out, "%s-%" PRIu32, words[kinds[i]], number);
		return true;
	}
	return false;
}

void redact_endpoint(struct redactor *r, struct text *out, const struct endpoint *e)
{
	bool bare = addr_is_v4(&e->addr) || e->port == 0;
	enum kind k;

	bare = bare || hidden_as(r, &e->addr, &k);
	text_add(out, bare ? "" : "[");
	redact_address(r, out, &e->addr);
	text_add(out, bare ? "" : "]");
	if (e->port) {
		text_add(out, ":");
		text_add_number(out, e->port);
	}
}

static bool address_char(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') ||
	       c == '.' || c == ':';
}

static bool word_char(uint8_t c)
{
	return address_char(c) || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* The address at the front of s: how many bytes it takes, 0 when there is none. */
static size_t address_at(struct slice s, struct addr *a)
{
	size_t run = 0, first_colon;

	if (s.n && s.p[0] == '[') {
		size_t end = slice_find(slice_upto(s, ADDR_TEXT + 2), ']');
		return end < s.n && s.p[end] == ']' && addr_parse(slice_upto(s, end + 1), a)
			       ? end + 1
			       : 0;
	}
	while (run < s.n && run < ADDR_TEXT + 8 && address_char(s.p[run]))
		run++;
	if (run < s.n && word_char(s.p[run]))
		return 0;
	while (run && (s.p[run - 1] == '.' || s.p[run - 1] == ':') &&
	       !(run > 1 && s.p[run - 2] == ':'))
		run--;
	if (run < 3)
		return 0;
	if (addr_parse(slice_upto(s, run), a))
		return addr_is_none(a) ? 0 : run;
	first_colon = slice_find(slice_upto(s, run), ':');
	return first_colon < run && addr_parse(slice_upto(s, first_colon), a) && !addr_is_none(a)
		       ? first_colon
		       : 0;
}

static void hide_addresses(struct redactor *r, struct text *out, struct slice s)
{
	size_t plain = 0; /* bytes at the front that are copied as they are */

	while (plain < s.n) {
		bool inside =
			plain && word_char(s.p[plain - 1]); /* of a word: no address begins here */
		uint8_t c = s.p[plain];
		struct addr a;
		enum kind k;
		size_t n = !inside && (c == '[' || address_char(c))
				   ? address_at(slice_from(s, plain), &a)
				   : 0;
		if (!n || !hidden_as(r, &a, &k)) {
			plain += n ? n : 1;
			continue;
		}
		text_add_slice(out, slice_upto(s, plain));
		hide(r, out, k, (struct slice){ a.b, sizeof a.b });
		s = slice_from(s, plain + n);
		plain = 0;
	}
	text_add_slice(out, s);
}

/* Every address has a colon, or a dot after a digit. */
bool redact_harmless(const struct redactor *r, struct slice s)
{
	if (r->mode == REDACT_NONE && !r->addresses)
		return true;
	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == ':' || (s.p[i] == '.' && i && s.p[i - 1] >= '0' && s.p[i - 1] <= '9'))
			return false;
	return true;
}

void redact_text(struct redactor *r, struct text *out, const char *s)
{
	if (redact_harmless(r, slice_of(s)))
		text_add(out, s);
	else
		hide_addresses(r, out, slice_of(s));
}

/* ---- people --------------------------------------------------------------- */

static void person(struct redactor *r, struct text *out, enum kind k, struct slice value)
{
	if (value.n == 0)
		return;
	if (r->mode == REDACT_NONE)
		text_add_slice(out, value);
	else
		hide(r, out, k, value);
}

void redact_user(struct redactor *r, struct text *out, struct slice user)
{
	person(r, out, KIND_USER, user);
}

void redact_name(struct redactor *r, struct text *out, struct slice display)
{
	person(r, out, KIND_NAME, display);
}

static void host_name(struct redactor *r, struct text *out, struct slice host)
{
	struct addr a;

	if (addr_parse(host, &a))
		redact_address(r, out, &a);
	else if (r->addresses)
		hide(r, out, KIND_HOST, host);
	else
		text_add_slice(out, host);
}

void redact_party(struct redactor *r, struct text *out, struct slice user, struct slice host)
{
	redact_user(r, out, user);
	if (user.n && host.n)
		text_add(out, "@");
	if (host.n)
		host_name(r, out, host);
}

static bool holds(struct slice s, struct slice part)
{
	return part.n > 1 && s.n >= part.n && memmem(s.p, s.n, part.p, part.n) != NULL;
}

static size_t digits_at(struct slice s)
{
	size_t n = 0;

	while (n < s.n && s.p[n] >= '0' && s.p[n] <= '9')
		n++;
	return n;
}

static bool has_long_number(struct slice s)
{
	for (; s.n; s = slice_from(s, 1))
		if (digits_at(s) >= DIGITS_PERSONAL)
			return true;
	return false;
}

static bool has_address(struct slice s)
{
	for (; s.n; s = slice_from(s, 1)) {
		struct addr a;
		if (address_at(s, &a))
			return true;
	}
	return false;
}

/* Which of the call's Call-IDs this is, from 1; past the first legs all are one. */
static unsigned which(struct slice call_id, const struct call *c)
{
	size_t legs = c->leg_count < LEGS_LOOKED_AT ? c->leg_count : LEGS_LOOKED_AT;
	unsigned n = 1;

	for (size_t i = 0; i < legs && !slice_eq(c->legs[i].call_id, call_id); i++) {
		size_t k = 0;
		while (k < i && !slice_eq(c->legs[k].call_id, c->legs[i].call_id))
			k++;
		n += k == i;
	}
	return n;
}

/* Many systems build a Call-ID from a host, a user or a number: then it is treated as one. */
void redact_call_id(struct redactor *r, struct text *out, struct slice call_id,
		    const struct call *c)
{
	bool telling = slice_find(call_id, '@') < call_id.n || holds(call_id, c->from_user) ||
		       holds(call_id, c->to_user) || has_long_number(call_id) ||
		       has_address(call_id);

	if (r->mode == REDACT_NONE || !telling)
		text_add_slice(out, call_id);
	else if (r->mode == REDACT_HMAC)
		digest_of(out, "call-id", call_id);
	else
		text_addf(out, "call-id-%u", which(call_id, c));
}

/* ---- labels and file names ------------------------------------------------- */

static unsigned two(const uint8_t *p)
{
	return (unsigned)(p[0] - '0') * 10 + (unsigned)(p[1] - '0');
}

/* 20260131 or 20260131235959: captures are named so far more often than after a number. */
static bool date(struct slice digits)
{
	return (digits.n == 8 || digits.n == 14) && digits.p[0] == '2' && digits.p[1] == '0' &&
	       two(digits.p + 4) >= 1 && two(digits.p + 4) <= 12 && two(digits.p + 6) >= 1 &&
	       two(digits.p + 6) <= 31;
}

static void hide_numbers(struct redactor *r, struct text *out, struct slice s)
{
	while (s.n) {
		size_t n = digits_at(s);
		struct slice run = slice_upto(s, n ? n : 1);
		if (n >= DIGITS_PERSONAL && !date(run))
			hide(r, out, KIND_NUMBER, run);
		else
			text_add_slice(out, run);
		s = slice_from(s, run.n);
	}
}

void redact_label(struct redactor *r, struct text *out, const char *s)
{
	if (r->mode == REDACT_NONE) {
		text_add(out, s ? s : "");
		return;
	}
	const char *slash = s ? strrchr(s, '/') : NULL;
	struct slice name = slice_of(slash ? slash + 1 : s);
	size_t at = slice_find(name, '@');
	struct text numbered = { 0 };

	if (at < name.n) { /* user@host in a file name */
		redact_user(r, out, slice_upto(name, at));
		name = slice_from(name, at);
	}
	hide_numbers(r, &numbered, name);
	hide_addresses(r, out, slice_of(text_of(&numbered)));
	text_free(&numbered);
}
