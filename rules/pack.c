/* pack.c - packs of rules: read whole, checked whole, compiled. */
#include "rules/pack.h"

#include <stdio.h>
#include <stdlib.h>
#include <strings.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/nearest.h"
#include "rules/pack_read.h"

static const char *const classes[] = { "attack",  "exposure",	"posture",
				       "hygiene", "visibility", NULL };

struct pack_set *pack_set_new(void)
{
	return mem_zero(1, sizeof(struct pack_set));
}

static void rule_free(struct pack_rule *r)
{
	for (size_t i = 0; i < r->case_count; i++)
		pack_case_free(&r->cases[i]);
	free(r->cases);
	free((void *)(uintptr_t)r->rule.citations);
	expr_free(r->applies);
	expr_free(r->seen);
	free(r);
}

static void words_free(struct expr_words *w)
{
	free((void *)(uintptr_t)w->from);
	free((void *)(uintptr_t)w->to);
}

void pack_set_free(struct pack_set *s)
{
	if (!s)
		return;
	for (size_t i = 0; i < s->rule_count; i++)
		rule_free(s->rules[i]);
	for (size_t i = 0; i < s->choice_count; i++)
		pack_read_choice_free(&s->choices[i].choice);
	for (size_t i = s->define_count; i; i--) /* a later one may use an earlier one */
		expr_free((struct expr *)(uintptr_t)s->defines[i - 1].expr);
	for (size_t i = 0; i < s->word_count; i++)
		words_free(&s->words[i]);
	for (size_t i = 0; i < s->source_count; i++) {
		json_decref(s->sources[i]);
		free(s->files[i]);
	}
	free(s->rules);
	free(s->by_id);
	free(s->choices);
	free(s->defines);
	free(s->words);
	free(s->sources);
	free(s->files);
	free(s->digests);
	json_decref(s->bundles);
	free(s);
}

const json_t *pack_bundles(const struct pack_set *s)
{
	return s->bundles;
}

const char *pack_said(const char *id, const char *key)
{
	const struct pack_rule *r = pack_find(pack_builtin(), id);

	return r ? json_string_value(json_object_get(r->source, key)) : NULL;
}

const char *pack_hint(const char *id, const char *vendor)
{
	const struct pack_rule *r = pack_find(pack_builtin(), id);
	const char *key;
	json_t *text;

	json_object_foreach(r ? json_object_get(r->source, "hints") : NULL, key,
			    text) if (strcasecmp(key, vendor) == 0) return json_string_value(text);
	return NULL;
}

const uint8_t *pack_digest(const struct pack_set *s, size_t i)
{
	return i < s->source_count ? s->digests[i] : NULL;
}

size_t pack_count(const struct pack_set *s)
{
	return s->rule_count;
}

const struct pack_rule *pack_at(const struct pack_set *s, size_t i)
{
	return i < s->rule_count ? s->rules[i] : NULL;
}

const struct pack_rule *pack_find(const struct pack_set *s, const char *id)
{
	for (size_t i = 0; i < s->rule_count; i++)
		if (strcmp(s->rules[i]->rule.id, id) == 0)
			return s->rules[i];
	return NULL;
}

static int by_id(const void *x, const void *y)
{
	const struct rule *a = x, *b = y;

	return strcmp(a->id, b->id);
}

const struct rule *pack_rules(struct pack_set *s, size_t *count)
{
	*count = s->rule_count;
	if (s->by_id)
		return s->by_id;
	s->by_id = mem_zero(s->rule_count, sizeof *s->by_id);
	for (size_t i = 0; i < s->rule_count; i++)
		s->by_id[i] = s->rules[i]->rule;
	qsort(s->by_id, s->rule_count, sizeof *s->by_id, by_id);
	for (size_t i = 0; i < s->rule_count; i++)
		s->rules[i]->as = bsearch(&s->rules[i]->rule, s->by_id, s->rule_count,
					  sizeof *s->by_id, by_id);
	return s->by_id;
}

/* ---- what rules share -------------------------------------------------------------------- */

static enum err read_table(struct pack_read *r, const char *name, const json_t *o)
{
	struct pack_set *s = r->set;
	size_t n = json_object_size(o), i = 0;
	const char **from = mem_zero(n, sizeof *from), **to = mem_zero(n, sizeof *to);
	const char *key;
	json_t *value;
	enum err e = json_is_object(o) ? ERR_OK : pack_read_wrong(r, "is no table:", name, NULL);

	json_object_foreach((json_t *)(uintptr_t)o, key, value)
	{
		from[i] = key;
		to[i] = json_string_value(value);
		if (e == ERR_OK && !to[i])
			e = pack_read_wrong(r, "is no text:", key, NULL);
		i++;
	}
	s->words = mem_more(s->words, s->word_count, sizeof *s->words);
	s->words[s->word_count++] = (struct expr_words){ name, from, to, n };
	return e;
}

static enum err read_tables(struct pack_read *r, const json_t *o)
{
	const char *name;
	json_t *table;
	enum err e = ERR_OK;

	if (o && !json_is_object(o))
		return pack_read_wrong(r, "words is no object", NULL, NULL);
	json_object_foreach((json_t *)(uintptr_t)o, name, table) if (e == ERR_OK) e =
		read_table(r, name, table);
	return e;
}

static enum err scope_at(struct pack_read *r, const json_t *o, const struct expr_scope **out)
{
	const char *word;
	enum err e = pack_read_text(r, o, "scope", false, &word);

	*out = e == ERR_OK ? field_scope(slice_of(word ? word : "call")) : NULL;
	if (e == ERR_OK && !*out)
		return pack_read_wrong(r, "there is no scope", word, NULL);
	return e;
}

static enum err read_define(struct pack_read *r, const json_t *o)
{
	static const char *const keys[] = { "name", "scope", "is", "comment", NULL };
	struct pack_set *s = r->set;
	struct expr_define d = { 0 };
	struct expr *expr = NULL;
	enum err e = pack_read_keys(r, o, keys);

	if (e == ERR_OK && s->define_count == PACK_DEFINES)
		return pack_read_wrong(r, "there are too many definitions", NULL, NULL);
	if (e == ERR_OK)
		e = pack_read_text(r, o, "name", true, &d.name);
	if (e == ERR_OK)
		e = scope_at(r, o, &d.scope);
	for (size_t i = 0; e == ERR_OK && i < s->define_count; i++)
		if (s->defines[i].scope == d.scope && strcmp(s->defines[i].name, d.name) == 0)
			e = pack_read_wrong(r, "is defined twice:", d.name, NULL);
	for (size_t i = 0; e == ERR_OK && i < d.scope->count; i++)
		if (strcmp(d.scope->fields[i].name, d.name) == 0)
			e = pack_read_wrong(r, "is the name of a field:", d.name, NULL);
	if (e == ERR_OK)
		e = pack_read_expr(r, o, "is", d.scope, &expr);
	if (e == ERR_OK && !expr)
		e = pack_read_wrong(r, "lacks the key", "is", NULL);
	if (e != ERR_OK)
		return e;
	d.expr = expr;
	if (!expr_need_reads(expr, field_fact_moves))
		expr_keep(expr, (uint16_t)s->define_count);
	s->defines = mem_more(s->defines, s->define_count, sizeof *s->defines);
	s->defines[s->define_count++] = d;
	return ERR_OK;
}

static enum err read_choice(struct pack_read *r, const json_t *o)
{
	static const char *const keys[] = { "name", "scope", "is", "comment", NULL };
	struct pack_set *s = r->set;
	const struct expr_scope *scope;
	const char *name = NULL;
	enum err e = pack_read_keys(r, o, keys);

	if (e == ERR_OK)
		e = pack_read_text(r, o, "name", true, &name);
	if (e == ERR_OK)
		e = scope_at(r, o, &scope);
	if (e != ERR_OK)
		return e;
	s->choices = mem_more(s->choices, s->choice_count, sizeof *s->choices);
	s->choices[s->choice_count++] = (struct pack_choice_named){ .name = name, .scope = scope };
	return pack_read_choice(r, json_object_get(o, "is"), scope,
				&s->choices[s->choice_count - 1].choice);
}

static enum err each_of(struct pack_read *r, const json_t *list, const char *what,
			enum err (*read)(struct pack_read *, const json_t *))
{
	enum err e = ERR_OK;

	if (list && !json_is_array(list))
		return pack_read_wrong(r, "is no list:", what, NULL);
	for (size_t i = 0; e == ERR_OK && i < json_array_size(list); i++) {
		(void)snprintf(r->place, sizeof r->place, "%s %zu", what, i + 1);
		r->fragment = NULL;
		e = read(r, json_array_get(list, i));
		if (e == ERR_OK)
			*r->place = '\0';
	}
	return e;
}

/* ---- rules ----------------------------------------------------------------------------------- */

static bool among(const char *const *list, size_t n, const char *text)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(list[i], text) == 0)
			return true;
	return false;
}

/* The citations of its bundles, each once, then its own. */
static enum err citations(struct pack_read *r, const json_t *o, struct rule *rule)
{
	const json_t *maps = json_object_get(o, "maps"), *own = json_object_get(o, "cites");
	const char **all = NULL;
	size_t n = 0;
	enum err e = ERR_OK;

	for (size_t m = 0; e == ERR_OK && m <= json_array_size(maps); m++) {
		const char *code = json_string_value(json_array_get(maps, m));
		bool last = m == json_array_size(maps);
		const json_t *list =
			last ? own : json_object_get(r->set->bundles, code ? code : "");
		if (!last && !list)
			e = pack_read_wrong(r, "there is no bundle", code ? code : "(no text)",
					    NULL);
		for (size_t i = 0; i < json_array_size(list); i++) {
			const char *text = json_string_value(json_array_get(list, i));
			if (!text || among(all, n, text))
				continue;
			all = mem_more(all, n, sizeof *all);
			all[n++] = text;
		}
	}
	all = mem_grow(all, n + 1, sizeof *all);
	all[n] = NULL;
	rule->citations = all;
	return e;
}

static enum err words_of_rule(struct pack_read *r, const json_t *o, struct rule *rule)
{
	const struct {
		const char *key;
		const char **to;
		bool needed;
	} all[] = { { "title", &rule->title, true },
		    { "checks", &rule->checks, true },
		    { "remediation", &rule->remediation, true },
		    { "traps", &rule->traps, false } };
	const char *severity = NULL, *class = NULL;
	int i = 0;
	enum err e = ERR_OK;

	for (size_t k = 0; e == ERR_OK && k < sizeof all / sizeof *all; k++)
		e = pack_read_text(r, o, all[k].key, all[k].needed, all[k].to);
	if (e == ERR_OK)
		e = pack_read_text(r, o, "severity", true, &severity);
	if (e == ERR_OK && !judge_severity_parse(severity, &rule->severity))
		e = pack_read_wrong(r, "is no severity:", severity, NULL);
	if (e == ERR_OK)
		e = pack_read_text(r, o, "class", true, &class);
	if (e == ERR_OK)
		e = pack_read_name(r, class, classes, &i);
	rule->cls = (enum rule_class)i;
	if (e == ERR_OK && !rule->traps)
		rule->traps = "";
	return e == ERR_OK ? citations(r, o, rule) : e;
}

static enum err cases_of(struct pack_read *r, const json_t *o, struct pack_rule *out)
{
	const json_t *list = json_object_get(o, "cases");
	size_t n = json_array_size(list);
	enum err e = ERR_OK;

	if (!n || n > PACK_CASES)
		return pack_read_wrong(r, n ? "has too many cases" : "has no cases", NULL, NULL);
	out->cases = mem_zero(n, sizeof *out->cases);
	while (e == ERR_OK && out->case_count < n) {
		(void)snprintf(r->place, sizeof r->place, "case %zu", out->case_count + 1);
		r->fragment = NULL;
		e = pack_case_read(r, json_array_get(list, out->case_count),
				   &out->cases[out->case_count]);
		out->case_count++;
	}
	if (e == ERR_OK)
		*r->place = '\0';
	return e;
}

/* Where none of it is there, no case of the rule has anything to try. */
static void note_ranges(struct pack_rule *rule)
{
	for (size_t i = 0; i < rule->case_count; i++) {
		const struct pack_case *c = &rule->cases[i];
		rule->ranges_wider |= c->each_count == 0;
		for (size_t k = 0; k < c->each_count; k++) {
			if (c->each[k].facts)
				expr_need_add(&rule->ranges, c->each[k].facts - 1);
			else
				rule->ranges_wider = true;
		}
	}
}

static enum err new_id(struct pack_read *r, const char *id)
{
	size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-");

	if (!n || id[n] || n > 15)
		return pack_read_wrong(r, "an id is 1 to 15 of A-Z, 0-9 and -, not", id, NULL);
	if (r->set->by_id)
		return pack_read_wrong(r, "comes too late: rules have run already", NULL, NULL);
	if (pack_find(r->set, id))
		return pack_read_wrong(r, "there is a rule already with the id", id, NULL);
	if (r->set->rule_count == PACK_RULES)
		return pack_read_wrong(r, "there are too many rules", NULL, NULL);
	return ERR_OK;
}

static struct expr *asked(const struct pack_rule *rule, bool seen)
{
	return seen ? rule->seen : rule->applies;
}

/* Many rules ask the same: what one was answered holds for all, where no mark is read. */
static size_t asks_as(const struct pack_set *s, const struct pack_rule *rule, size_t own, bool seen)
{
	const struct expr *mine = asked(rule, seen);

	if (!mine || expr_need_reads(mine, field_fact_moves))
		return own;
	for (size_t i = 0; i < own; i++) {
		const struct expr *other = asked(s->rules[i], seen);
		if (other && strcmp(expr_source(other), expr_source(mine)) == 0)
			return i;
	}
	return own;
}

static enum err read_rule(struct pack_read *r, const json_t *o)
{
	static const char *const keys[] = { "id",	    "title",	 "severity", "class",
					    "checks",	    "traps",	 "evidence", "remediation",
					    "hints",	    "maps",	 "cites",    "effect",
					    "applies_when", "seen_when", "cases",    "examples",
					    "wave",	    "deducts",	 "comment",  NULL };
	struct pack_rule *rule;
	const char *id = NULL;
	enum err e = pack_read_keys(r, o, keys);

	if (e == ERR_OK)
		e = pack_read_text(r, o, "id", true, &id);
	if (e == ERR_OK)
		e = new_id(r, id);
	if (e != ERR_OK)
		return e;
	r->rule = id;
	*r->place = '\0';
	rule = mem_zero(1, sizeof *rule);
	rule->rule.id = id;
	rule->rule.deducts = !json_is_false(json_object_get(o, "deducts"));
	rule->as = &rule->rule;
	rule->source = o;
	rule->pack = r->set->files[r->set->source_count - 1];
	r->set->rules = mem_more(r->set->rules, r->set->rule_count, sizeof *r->set->rules);
	r->set->rules[r->set->rule_count++] = rule;
	e = words_of_rule(r, o, &rule->rule);
	if (e == ERR_OK)
		e = pack_read_bool(r, o, "applies_when", NULL, &rule->applies);
	rule->applies_as = asks_as(r->set, rule, r->set->rule_count - 1, false);
	if (e == ERR_OK)
		e = pack_read_bool(r, o, "seen_when", NULL, &rule->seen);
	if (e == ERR_OK && rule->seen)
		rule->seen_needs = expr_need(rule->seen, field_fact_kind);
	rule->seen_as = asks_as(r->set, rule, r->set->rule_count - 1, true);
	if (e == ERR_OK)
		e = cases_of(r, o, rule);
	note_ranges(rule);
	if (e == ERR_OK)
		r->rule = NULL;
	return e;
}

/* ---- causes ---------------------------------------------------------------------------------- */

static enum err no_cause(struct pack_read *r, const char *id)
{
	const struct pack_set *s = r->set;
	const char **ids = mem_zero(s->rule_count, sizeof *ids);

	for (size_t i = 0; i < s->rule_count; i++)
		ids[i] = s->rules[i]->rule.id;
	r->fragment = id;
	enum err e = pack_read_wrong(r, "there is no rule", id,
				     nearest_word(slice_of(id), ids, s->rule_count));
	free(ids);
	return e;
}

static enum err causes_of(struct pack_read *r, const struct pack_choice *c)
{
	for (size_t i = 0; i < c->count; i++) {
		const char *id = template_plain(c->options[i].text);
		if (!id)
			return pack_read_wrong(r, "a cause is the id of a rule and no value", NULL,
					       NULL);
		if (*id && !pack_find(r->set, id))
			return no_cause(r, id);
	}
	return ERR_OK;
}

/* What explains a finding may stand in a later pack: asked when all are read. */
static enum err causes(struct pack_read *r, size_t from)
{
	enum err e = ERR_OK;

	for (size_t i = from; e == ERR_OK && i < r->set->rule_count; i++) {
		const struct pack_rule *rule = r->set->rules[i];
		r->rule = rule->rule.id;
		for (size_t k = 0; e == ERR_OK && k < rule->case_count; k++) {
			(void)snprintf(r->place, sizeof r->place, "case %zu caused_by", k + 1);
			e = causes_of(r, &rule->cases[k].caused_by);
		}
	}
	return e;
}

enum err pack_causes(struct pack_set *s, char **why)
{
	struct pack_read r = { .set = s, .file = "rules/packs" };
	enum err e = causes(&r, 0);

	*why = r.why;
	return e;
}

/* ---- a pack ---------------------------------------------------------------------------------- */

static enum err whole(struct pack_read *r, const json_t *o)
{
	static const char *const keys[] = { "schema",  "pack",	  "title", "words",   "define",
					    "choices", "bundles", "rules", "comment", NULL };
	const char *schema = NULL;
	enum err e = pack_read_keys(r, o, keys);

	if (e == ERR_OK)
		e = pack_read_text(r, o, "schema", true, &schema);
	if (e == ERR_OK && strcmp(schema, "earshot.rules/1") != 0)
		e = pack_read_wrong(r, "this program reads earshot.rules/1, not", schema, NULL);
	if (e == ERR_OK && json_object_get(o, "bundles")) {
		if (r->set->bundles)
			return pack_read_wrong(r, "there are bundles already", NULL, NULL);
		r->set->bundles = json_incref(json_object_get(o, "bundles"));
	}
	if (e == ERR_OK)
		e = read_tables(r, json_object_get(o, "words"));
	if (e == ERR_OK)
		e = each_of(r, json_object_get(o, "define"), "define", read_define);
	if (e == ERR_OK)
		e = each_of(r, json_object_get(o, "choices"), "choices", read_choice);
	return e == ERR_OK ? each_of(r, json_object_get(o, "rules"), "rules", read_rule) : e;
}

static enum err add(struct pack_set *s, const char *file, struct slice json, struct slice from,
		    bool trusted, char **why)
{
	struct pack_read r = { .set = s, .file = file, .bytes = json, .trusted = trusted };
	json_error_t error;
	json_t *o = json_loadb((const char *)json.p, json.n, JSON_REJECT_DUPLICATES, &error);
	struct text t = { 0 };

	if (!o) {
		text_addf(&t, "%s:%d:%d: ", file, error.line, error.column);
		text_printable(&t, slice_of(error.text));
		*why = t.p;
		return ERR_USAGE;
	}
	s->sources = mem_more(s->sources, s->source_count, sizeof(json_t *));
	s->files = mem_more(s->files, s->source_count, sizeof(char *));
	s->digests = mem_more(s->digests, s->source_count, sizeof *s->digests);
	s->files[s->source_count] = mem_text(file);
	digest_sha256(from, s->digests[s->source_count]);
	s->sources[s->source_count++] = o;
	size_t before = s->rule_count;
	enum err e = whole(&r, o);
	if (e == ERR_OK && !trusted)
		e = causes(&r, before);
	*why = r.why;
	return e;
}

enum err pack_add(struct pack_set *s, const char *file, struct slice json, bool trusted, char **why)
{
	return add(s, file, json, json, trusted, why);
}

enum err pack_add_shortened(struct pack_set *s, const char *file, struct slice json,
			    struct slice from, char **why)
{
	return add(s, file, json, from, true, why);
}

enum err pack_add_file(struct pack_set *s, const char *path, char **why)
{
	struct text t = { 0 };
	FILE *in = fopen(path, "rbe");
	size_t got = 0;

	while (in && t.n <= PACK_BYTES && (got = fread(text_reserve(&t, 65536), 1, 65536, in)) > 0)
		text_wrote(&t, got);
	bool bad = !in || ferror(in) || t.n > PACK_BYTES;
	if (in)
		(void)fclose(in);
	enum err e = ERR_USAGE;
	if (bad) {
		struct text say = { 0 };
		text_addf(&say, "%s: %s", path,
			  in && t.n > PACK_BYTES ? "is larger than a pack may be"
						 : "cannot be read");
		*why = say.p;
	} else {
		e = pack_add(s, path, (struct slice){ (const uint8_t *)text_of(&t), t.n }, false,
			     why);
	}
	text_free(&t);
	return e;
}
