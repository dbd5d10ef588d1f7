/* inventory_file.c - every key and word of an inventory is checked before anything is judged. */
#include "rules/inventory_file.h"

#include <stdlib.h>

#include "analyzer/base/nearest.h"
#include "rules/user_file.h"

enum { DIGEST_HEX_DIGITS = 64 };

struct reading {
	struct inventory *v;
	char *why;
};

/* Keys for people: texts, read and not used. */
static enum err for_people(struct reading *r, struct user_file_spot s, const json_t *o)
{
	static const char *const keys[] = { "comment", "reason", "confidence", "guess",
					    "question" };
	enum err e = ERR_OK;
	const char *text;

	for (size_t i = 0; i < sizeof keys / sizeof *keys && e == ERR_OK; i++)
		e = user_file_text(&r->why, user_file_of(s, keys[i]), o, false, &text);
	return e;
}

/* ---- addresses ---------------------------------------------------------------- */

static enum err take_address(struct reading *r, struct user_file_spot s, const char *text,
			     struct addr *out)
{
	if (!addr_parse(slice_of(text), out))
		return user_file_wrong(&r->why, s,
				       strchr(text, '/')
					       ? "a network stands in \"network\", not in "
						 "\"address\":"
					       : "not an address:",
				       text, NULL);
	if (addr_is_none(out))
		return user_file_wrong(&r->why, s, "an address that no host has:", text, NULL);
	return ERR_OK;
}

/* 10.0.0.0/8 and what lies behind the slash would be two statements if bits stood there. */
static bool clean(const struct addr *a, unsigned prefix)
{
	for (unsigned bit = prefix; bit < INVENTORY_WHOLE; bit++)
		if (a->b[bit / 8] >> (7 - bit % 8) & 1)
			return false;
	return true;
}

static enum err take_network(struct reading *r, struct user_file_spot s, const char *text,
			     struct addr *out, uint8_t *prefix)
{
	struct slice whole = slice_of(text);
	size_t slash = slice_find(whole, '/');
	uint64_t n;

	if (slash == whole.n)
		return user_file_wrong(&r->why, s, "a network without its prefix:", text, NULL);
	if (!addr_parse(slice_upto(whole, slash), out))
		return user_file_wrong(&r->why, s, "not a network:", text, NULL);
	unsigned before = addr_is_v4(out) ? INVENTORY_V4 : 0;
	if (!slice_number(slice_from(whole, slash + 1), INVENTORY_WHOLE - before, &n))
		return user_file_wrong(&r->why, s,
				       before ? "a prefix of IPv4 is 0 to 32:"
					      : "a prefix of IPv6 is 0 to "
						"128:",
				       text, NULL);
	*prefix = (uint8_t)(before + n);
	if (!clean(out, *prefix))
		return user_file_wrong(&r->why, s,
				       "an address inside a network, not a network:", text, NULL);
	return ERR_OK;
}

static int hex(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* With or without the colons that certificate tools print. */
static enum err take_digest(struct reading *r, struct user_file_spot s, const char *text,
			    uint8_t out[32])
{
	unsigned digits = 0;

	for (const char *c = text; *c; c++) {
		if (*c == ':' && digits && digits % 2 == 0)
			continue;
		int v = hex(*c);
		if (v < 0)
			return user_file_wrong(&r->why, s, "not hexadecimal:", text, NULL);
		if (digits < DIGEST_HEX_DIGITS)
			out[digits / 2] = (uint8_t)(digits % 2 ? out[digits / 2] | v : v << 4);
		digits++;
	}
	if (digits != DIGEST_HEX_DIGITS)
		return user_file_wrong(
			&r->why, s,
			"a SHA-256 digest has 64 hexadecimal digits, this one has not:", text,
			NULL);
	return ERR_OK;
}

/* Exactly one of address, network and certificate says whom the entry is about. */
static enum err whom(struct reading *r, struct user_file_spot s, const json_t *o,
		     struct inventory_entry *e)
{
	const char *address, *network, *digest;
	enum err err;

	if ((err = user_file_text(&r->why, user_file_of(s, "address"), o, false, &address)) !=
		    ERR_OK ||
	    (err = user_file_text(&r->why, user_file_of(s, "network"), o, false, &network)) !=
		    ERR_OK ||
	    (err = user_file_text(&r->why, user_file_of(s, "certificate_sha256"), o, false,
				  &digest)) != ERR_OK)
		return err;
	if (!address + !network + !digest != 2)
		return user_file_wrong(&r->why, s,
				       "needs one of address, network and certificate_sha256", NULL,
				       NULL);
	e->prefix = INVENTORY_WHOLE;
	e->by_certificate = digest != NULL;
	if (address)
		return take_address(r, user_file_of(s, "address"), address, &e->at);
	if (network)
		return take_network(r, user_file_of(s, "network"), network, &e->at, &e->prefix);
	return take_digest(r, user_file_of(s, "certificate_sha256"), digest, e->certificate);
}

/* ---- roles and scopes ----------------------------------------------------------- */

static enum err one_role(struct reading *r, struct user_file_spot s, const char *word,
			 role_set *roles)
{
	const char *names[ROLE_NETWORK];

	for (unsigned i = 0; i < ROLE_NETWORK; i++)
		names[i] = call_role_text((enum role)i);
	for (unsigned i = 0; i < ROLE_NETWORK; i++) {
		if (strcmp(word, names[i]) != 0)
			continue;
		/* "unknown" is what a draft says of a host, and asserts nothing. */
		*roles |= i == ROLE_UNKNOWN ? 0 : INVENTORY_ROLE(i);
		return ERR_OK;
	}
	return user_file_wrong(&r->why, s, "no role", word,
			       nearest_word(slice_of(word), names, ROLE_NETWORK));
}

typedef enum err word_fn(struct reading *r, struct user_file_spot s, const char *word, void *ctx);

/* A text, or a list of texts. */
static enum err each_word(struct reading *r, struct user_file_spot s, const json_t *value,
			  word_fn *take, void *ctx)
{
	enum err e = ERR_OK;

	if (json_is_string(value))
		return take(r, s, json_string_value(value), ctx);
	if (!json_array_size(value))
		return user_file_wrong(&r->why, s, "is neither a text nor a list of texts", NULL,
				       NULL);
	for (size_t i = 0; i < json_array_size(value) && e == ERR_OK; i++) {
		const char *word = json_string_value(json_array_get(value, i));
		e = word ? take(r, user_file_nth(s, i), word, ctx)
			 : user_file_wrong(&r->why, user_file_nth(s, i), "is not a text", NULL,
					   NULL);
	}
	return e;
}

static enum err take_role(struct reading *r, struct user_file_spot s, const char *word, void *ctx)
{
	return one_role(r, s, word, ctx);
}

static enum err take_scope(struct reading *r, struct user_file_spot s, const char *word, void *ctx)
{
	uint16_t *scopes = ctx;

	if (!*word)
		return user_file_wrong(&r->why, s, "is empty", NULL, NULL);
	int n = inventory_scope(r->v, slice_of(word));
	if (n < 0)
		return user_file_wrong(&r->why, s, "more than 16 different scopes:", word, NULL);
	*scopes = (uint16_t)(*scopes | 1U << n);
	return ERR_OK;
}

static enum err inner(struct reading *r, struct user_file_spot s, const json_t *o, bool *asserted)
{
	const char *word;
	enum err e = user_file_text(&r->why, s, o, false, &word);

	*asserted = word != NULL;
	if (e == ERR_OK && word && strcmp(word, "asserted") != 0)
		return user_file_wrong(&r->why, s, "can only be \"asserted\", not", word, NULL);
	return e;
}

static enum err take_entry(struct reading *r, struct user_file_spot s, const json_t *o)
{
	static const char *const keys[] = { "address",
					    "network",
					    "certificate_sha256",
					    "role",
					    "name",
					    "scope",
					    "inner_encryption",
					    "comment",
					    "reason",
					    "confidence",
					    "guess",
					    NULL };
	struct inventory_entry entry = { .prefix = INVENTORY_WHOLE };
	const json_t *role = json_object_get(o, "role"), *scope = json_object_get(o, "scope");
	enum err e;

	if ((e = user_file_keys(&r->why, s, o, keys)) != ERR_OK ||
	    (e = whom(r, s, o, &entry)) != ERR_OK || (e = for_people(r, s, o)) != ERR_OK ||
	    (e = user_file_text(&r->why, user_file_of(s, "name"), o, false, &entry.name)) !=
		    ERR_OK ||
	    (e = inner(r, user_file_of(s, "inner_encryption"), o, &entry.inner_encryption)) !=
		    ERR_OK)
		return e;
	if (!role)
		return user_file_wrong(&r->why, user_file_of(s, "role"), "is missing", NULL, NULL);
	e = each_word(r, user_file_of(s, "role"), role, take_role, &entry.roles);
	if (e == ERR_OK && scope)
		e = each_word(r, user_file_of(s, "scope"), scope, take_scope, &entry.scopes);
	if (e != ERR_OK)
		return e;
	if (inventory_add(r->v, &entry) != ERR_OK)
		return user_file_wrong(&r->why, s, "more than 65536 entries", NULL, NULL);
	return ERR_OK;
}

/* ---- taps and links ------------------------------------------------------------- */

static enum err take_tap(struct reading *r, struct user_file_spot s, const json_t *o)
{
	static const char *const keys[] = { "label", "place", "question", "comment", NULL };
	static const char *const places[] = { "access", "core", "unknown" };
	enum { PLACES = sizeof places / sizeof *places };
	const char *label, *place;
	size_t i = 0;
	enum err e;

	if ((e = user_file_keys(&r->why, s, o, keys)) != ERR_OK ||
	    (e = for_people(r, s, o)) != ERR_OK ||
	    (e = user_file_text(&r->why, user_file_of(s, "label"), o, true, &label)) != ERR_OK ||
	    (e = user_file_text(&r->why, user_file_of(s, "place"), o, true, &place)) != ERR_OK)
		return e;
	while (i < PLACES && strcmp(place, places[i]) != 0)
		i++;
	if (i == PLACES)
		return user_file_wrong(&r->why, user_file_of(s, "place"),
				       "no place (access, core, unknown)", place,
				       nearest_word(slice_of(place), places, PLACES));
	e = inventory_add_tap(r->v, slice_of(label), i == 0);
	if (e == ERR_MALFORMED)
		return user_file_wrong(&r->why, s, "a tap that has another place already:", label,
				       NULL);
	return e == ERR_OK ? e : user_file_wrong(&r->why, s, "more than 65536 taps", NULL, NULL);
}

static enum err one_side(struct reading *r, struct user_file_spot s, const json_t *value,
			 struct addr *at, uint8_t *prefix)
{
	const char *text = json_string_value(value);

	*prefix = INVENTORY_WHOLE;
	if (!text)
		return user_file_wrong(&r->why, s, "is not a text", NULL, NULL);
	return strchr(text, '/') ? take_network(r, s, text, at, prefix)
				 : take_address(r, s, text, at);
}

static enum err protection(struct reading *r, struct user_file_spot s, const char *word,
			   enum link_protection *out)
{
	const char *names[LINK_PROTECTIONS];

	for (unsigned i = 0; i < LINK_PROTECTIONS; i++) {
		names[i] = inventory_link_text((enum link_protection)i);
		if (strcmp(word, names[i]) == 0) {
			*out = (enum link_protection)i;
			return ERR_OK;
		}
	}
	return user_file_wrong(&r->why, s, "no protection", word,
			       nearest_word(slice_of(word), names, LINK_PROTECTIONS));
}

static enum err take_link(struct reading *r, struct user_file_spot s, const json_t *o)
{
	static const char *const keys[] = { "between", "protection", "asserted_by", "comment",
					    NULL };
	const json_t *between = json_object_get(o, "between");
	struct inventory_link k = { .protection = LINK_UNKNOWN };
	struct user_file_spot b = user_file_of(s, "between");
	const char *word;
	enum err e;

	if ((e = user_file_keys(&r->why, s, o, keys)) != ERR_OK ||
	    (e = for_people(r, s, o)) != ERR_OK ||
	    (e = user_file_text(&r->why, user_file_of(s, "protection"), o, true, &word)) !=
		    ERR_OK ||
	    (e = protection(r, user_file_of(s, "protection"), word, &k.protection)) != ERR_OK ||
	    (e = user_file_text(&r->why, user_file_of(s, "asserted_by"), o, false,
				&k.asserted_by)) != ERR_OK)
		return e;
	if (!json_is_array(between) || json_array_size(between) != 2)
		return user_file_wrong(&r->why, b, "is not a list of two addresses or networks",
				       NULL, NULL);
	if ((e = one_side(r, user_file_nth(b, 0), json_array_get(between, 0), &k.a, &k.a_prefix)) !=
		    ERR_OK ||
	    (e = one_side(r, user_file_nth(b, 1), json_array_get(between, 1), &k.b, &k.b_prefix)) !=
		    ERR_OK)
		return e;
	e = inventory_add_link(r->v, &k);
	if (e == ERR_MALFORMED)
		return user_file_wrong(&r->why, s, "a link that has another protection already",
				       NULL, NULL);
	return e == ERR_OK ? e : user_file_wrong(&r->why, s, "more than 65536 links", NULL, NULL);
}

/* ---- the file ------------------------------------------------------------------- */

typedef enum err take_fn(struct reading *r, struct user_file_spot s, const json_t *o);

static enum err each(struct reading *r, const json_t *root, const char *list, take_fn *take)
{
	const json_t *all = json_object_get(root, list);
	enum err e = ERR_OK;

	if (!all)
		return ERR_OK;
	if (!json_is_array(all))
		return user_file_wrong(&r->why,
				       (struct user_file_spot){ NULL, 0, list, USER_FILE_NO_ITEM },
				       "is not a list", NULL, NULL);
	for (size_t i = 0; i < json_array_size(all) && e == ERR_OK; i++)
		e = take(r, (struct user_file_spot){ list, i, NULL, USER_FILE_NO_ITEM },
			 json_array_get(all, i));
	return e;
}

/* What a draft asks asserts nothing until a person writes it elsewhere. */
static enum err pass_question(struct reading *r, struct user_file_spot s, const json_t *o)
{
	return json_is_object(o) || json_is_string(o)
		       ? ERR_OK
		       : user_file_wrong(&r->why, s, "is neither a text nor an object", NULL, NULL);
}

static enum err read_root(struct reading *r, const json_t *root)
{
	static const char *const keys[] = { "schema", "comment",   "entries", "taps",
					    "links",  "questions", NULL };
	struct user_file_spot top = { NULL, 0, NULL, USER_FILE_NO_ITEM };
	enum err e;

	if (!json_is_object(root))
		return user_file_wrong(&r->why, top, "no inventory: not an object", NULL, NULL);
	if ((e = user_file_schema(&r->why, root, INVENTORY_FILE_SCHEMA)) != ERR_OK)
		return e;
	if ((e = user_file_keys(&r->why, top, root, keys)) != ERR_OK ||
	    (e = for_people(r, top, root)) != ERR_OK ||
	    (e = each(r, root, "entries", take_entry)) != ERR_OK ||
	    (e = each(r, root, "taps", take_tap)) != ERR_OK ||
	    (e = each(r, root, "links", take_link)) != ERR_OK)
		return e;
	return each(r, root, "questions", pass_question);
}

enum err inventory_file_parse(struct slice text, struct inventory **out, char **why)
{
	struct reading r = { .v = NULL };
	json_t *root;

	*out = NULL;
	*why = NULL;
	root = user_file_load(text, why);
	if (!root)
		return ERR_MALFORMED;
	r.v = inventory_new();
	enum err e = read_root(&r, root);
	json_decref(root);
	if (e == ERR_OK) {
		*out = r.v;
		return ERR_OK;
	}
	inventory_free(r.v);
	*why = r.why;
	return e;
}
