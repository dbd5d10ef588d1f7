/* alias.c - tables of stand-ins. */
#include "analyzer/cmd/alias.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/map.h"
#include "analyzer/base/mem.h"
#include "reports/json_out.h"

enum { ADDRESSES_MAX = 130000, WORDS_MAX = 1 << 18, USERS_MAX = 4096, USER_SHORT = 3 };

struct standin {
	struct addr real, shown;
};
struct word {
	uint32_t number;
	size_t n;
	char key[];
};

struct alias {
	struct redactor *hide;
	bool people, addresses; /* are they hidden? */
	struct standin **known;
	size_t known_count;
	uint32_t v4, v6; /* given so far */
	struct map *by_addr, *by_word;
	struct word **words;
	size_t word_count;
	struct slice *users; /* hidden ones, copies */
	size_t user_count;
	uint32_t numbers[128]; /* by the kind's first letter */
};

struct alias *alias_new(struct redactor *hide, enum redact mode, bool redact_addresses)
{
	struct alias *a = mem_zero(1, sizeof *a);

	a->hide = hide;
	a->people = mode != REDACT_NONE;
	a->addresses = a->people || redact_addresses;
	a->by_addr = map_new();
	a->by_word = map_new();
	return a;
}

void alias_free(struct alias *a)
{
	if (!a)
		return;
	map_free(a->by_addr);
	map_free(a->by_word);
	for (size_t i = 0; i < a->known_count; i++)
		free(a->known[i]);
	for (size_t i = 0; i < a->word_count; i++)
		free(a->words[i]);
	for (size_t i = 0; i < a->user_count; i++)
		free((void *)(uintptr_t)a->users[i].p);
	free(a->known);
	free(a->words);
	free(a->users);
	free(a);
}

bool alias_hides(const struct alias *a)
{
	return a->addresses;
}

/* ---- addresses -------------------------------------------------------------------- */

static struct addr next_v4(struct alias *a)
{
	uint32_t n = ++a->v4;

	return addr_v4((const uint8_t[4]){ 198, (uint8_t)(18 + (n >> 16)), (uint8_t)(n >> 8),
					   (uint8_t)n });
}

static struct addr next_v6(struct alias *a)
{
	uint32_t n = ++a->v6;

	return addr_v6((const uint8_t[16]){
		0x20, 0x01, 0x0d, 0xb8, 0x00,
		0xe4, [13] = (uint8_t)(n >> 16), [14] = (uint8_t)(n >> 8), [15] = (uint8_t)n });
}

struct addr alias_addr(struct alias *a, const struct addr *real)
{
	struct slice key = { real->b, sizeof real->b };
	struct standin *k;

	if (!a->addresses || addr_is_none(real) || addr_is_multicast(real) ||
	    addr_is_loopback(real))
		return *real;
	k = map_get(a->by_addr, key);
	if (k)
		return k->shown;
	if (a->known_count == ADDRESSES_MAX) /* told apart no longer; hidden all the same */
		return addr_v4((const uint8_t[4]){ 198, 19, 255, 254 });
	k = mem_zero(1, sizeof *k);
	k->real = *real;
	k->shown = addr_is_v4(real) ? next_v4(a) : next_v6(a);
	a->known = mem_more(a->known, a->known_count, sizeof *a->known);
	a->known[a->known_count++] = k;
	(void)map_put(a->by_addr, (struct slice){ k->real.b, sizeof k->real.b }, k);
	return k->shown;
}

void alias_json(const struct alias *a, struct text *out)
{
	text_add(out, "{\n  \"schema\": \"earshot.pseudonyms/1\",\n  \"addresses\": [");
	for (size_t i = 0; i < a->known_count; i++) {
		struct text called = { 0 }, value = { 0 };
		char shown[ADDR_TEXT];
		bool known = redact_known(a->hide, &called, &a->known[i]->real);
		json_out_text(&value, known ? text_of(&called) : NULL);
		text_addf(out, "%s\n    {\"extract\": \"%s\", \"report\": %s}", i ? "," : "",
			  addr_text(&a->known[i]->shown, shown), text_of(&value));
		text_free(&called);
		text_free(&value);
	}
	text_add(out, "\n  ]\n}\n");
}

/* ---- words ------------------------------------------------------------------------ */

static uint32_t number_of(struct alias *a, const char *kind, struct slice value)
{
	struct text key = { 0 };
	struct word *w;

	text_addf(&key, "%s:", kind);
	text_add_slice(&key, value);
	struct slice k = text_slice(&key);
	w = map_get(a->by_word, k);
	if (!w && a->word_count < WORDS_MAX) {
		w = mem_zero(1, sizeof *w + k.n);
		w->n = k.n;
		memcpy(w->key, k.p, k.n);
		w->number = ++a->numbers[kind[0] & 127];
		a->words = mem_more(a->words, a->word_count, sizeof *a->words);
		a->words[a->word_count++] = w;
		(void)map_put(a->by_word, (struct slice){ (const uint8_t *)w->key, w->n }, w);
	}
	text_free(&key);
	return w ? w->number : 0;
}

void alias_word(struct alias *a, struct text *out, const char *kind, struct slice value)
{
	text_addf(out, "%s%u", kind, number_of(a, kind, value));
}

/* What a URI's user and a Call-ID may hold without being escaped, and what ends neither. */
static bool safe(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       (c && strchr("-_.!~*+%", c));
}

static void add_safe(struct text *out, struct slice s)
{
	for (size_t i = 0; i < s.n && i < 256; i++)
		text_add_slice(out, safe(s.p[i]) ? (struct slice){ s.p + i, 1 } : SLICE("_"));
}

void alias_host(struct alias *a, struct text *out, struct slice host)
{
	struct addr literal;
	char shown[ADDR_TEXT];

	if (addr_parse(host, &literal)) {
		literal = alias_addr(a, &literal);
		bool bare = addr_is_v4(&literal);
		text_addf(out, "%s%s%s", bare ? "" : "[", addr_text(&literal, shown),
			  bare ? "" : "]");
	} else if (a->addresses) {
		alias_word(a, out, "host-", host);
		text_add(out, ".example");
	} else {
		add_safe(out, host);
	}
}

/* They are looked for in what is kept as it was. */
static void remember(struct alias *a, struct slice user)
{
	if (user.n < USER_SHORT || user.n > 64 || a->user_count == USERS_MAX)
		return;
	for (size_t i = 0; i < a->user_count; i++)
		if (slice_eq(a->users[i], user))
			return;
	uint8_t *copy = mem_zero(user.n, 1);
	memcpy(copy, user.p, user.n);
	a->users = mem_more(a->users, a->user_count, sizeof *a->users);
	a->users[a->user_count++] = (struct slice){ copy, user.n };
}

void alias_user(struct alias *a, struct text *out, struct slice user)
{
	if (!user.n)
		return;
	if (!a->people) {
		add_safe(out, user);
		return;
	}
	remember(a, user);
	redact_user(a->hide, out, user);
}

void alias_call_id(struct alias *a, struct text *out, struct slice call_id)
{
	if (a->addresses)
		alias_word(a, out, "call-", call_id);
	else
		add_safe(out, call_id);
}

/* ---- keys ------------------------------------------------------------------------- */

void alias_key(struct alias *a, struct text *out, struct slice base64)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	uint32_t n = number_of(a, "key-", base64);
	uint8_t random[DIGEST_BYTES];
	size_t padding = 0, most = base64.n < 256 ? base64.n : 256;

	while (padding < 2 && padding < most && base64.p[most - 1 - padding] == '=')
		padding++;
	for (size_t i = 0; i < most - padding; i++) {
		if (i % DIGEST_BYTES == 0) {
			struct text seed = { 0 };
			text_addf(&seed, "a key that never was: %u, %zu", n, i);
			digest_sha256(slice_of(text_of(&seed)), random);
			text_free(&seed);
		}
		unsigned v = random[i % DIGEST_BYTES] & 63;
		/* Bits behind the last octet are zero (RFC 4648 3.5). */
		if (i + 1 == most - padding && padding)
			v &= padding == 1 ? 60 : 48;
		text_add_slice(out, (struct slice){ (const uint8_t *)digits + v, 1 });
	}
	text_add_slice(out, (struct slice){ (const uint8_t *)"==", padding });
}

/* ---- names in what stays ------------------------------------------------------------ */

static bool name_char(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '.' || c == '-' || c == '_' || c == '+';
}

static size_t run_from(struct slice s, size_t at, int step)
{
	size_t n = 0;

	while (at < s.n && name_char(s.p[at])) {
		n++;
		at += (size_t)step; /* past the front it becomes larger than any length */
	}
	return n;
}

bool alias_named_in(const struct alias *a, struct slice bytes)
{
	if (!a->people)
		return false;
	for (size_t i = 1; i + 1 < bytes.n; i++)
		if (bytes.p[i] == '@' && run_from(bytes, i - 1, -1) >= 2 &&
		    run_from(bytes, i + 1, 1) >= 3)
			return true;
	for (size_t i = 0; i < a->user_count; i++)
		if (memmem(bytes.p, bytes.n, a->users[i].p, a->users[i].n))
			return true;
	return false;
}
