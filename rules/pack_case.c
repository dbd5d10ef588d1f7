/* pack_case.c - one case of a rule: over what, when, and what follows. */
#include "rules/pack_read.h"

#include <stdio.h>
#include <stdlib.h>

#include "analyzer/base/mem.h"

static const char *const outcomes[] = {
	"violated", "satisfied", "not_assessable", "not_applicable", "noted", "none", NULL
};
enum { OUTCOME_SILENT = 5 };

static void place(struct pack_read *r, const char *what, size_t i)
{
	size_t n = strlen(r->place);

	(void)snprintf(r->place + n, sizeof r->place - n, "%s%s %zu", n ? " " : "", what, i + 1);
}

/* ---- over what ---------------------------------------------------------------------- */

/* One list by its path, or several. All lead to items of one scope. */
static enum err paths(struct pack_read *r, const json_t *v, struct pack_path **out, size_t *count)
{
	size_t n = json_is_array(v) ? json_array_size(v) : v ? 1 : 0;
	enum err e = n <= PACK_CASES ? ERR_OK : pack_read_wrong(r, "too many lists", NULL, NULL);

	*out = n ? mem_zero(n, sizeof **out) : NULL;
	for (*count = 0; e == ERR_OK && *count < n; (*count)++) {
		const json_t *one = json_is_array(v) ? json_array_get(v, *count) : v;
		e = json_is_string(one)
			    ? pack_read_path(r, json_string_value(one), &(*out)[*count])
			    : pack_read_wrong(r, "the path of a list is no text", NULL, NULL);
	}
	return e;
}

static const struct expr_scope *leads_to(const struct pack_path *p)
{
	return p->count ? p->steps[p->count - 1]->scope() : NULL;
}

static enum err one_scope(struct pack_read *r, const struct pack_case *c,
			  const struct expr_scope **scope)
{
	*scope = c->each_count ? leads_to(&c->each[0]) : NULL;
	for (size_t i = 1; i < c->each_count; i++)
		if (leads_to(&c->each[i]) != *scope)
			return pack_read_wrong(r, "its lists hold different things", NULL, NULL);
	return ERR_OK;
}

/* ---- what follows ---------------------------------------------------------------------- */

static enum err read_say(struct pack_read *r, const json_t *o, const struct expr_scope *scope,
			 struct pack_say *s)
{
	static const char *const keys[] = { "on", "known", "why", "when", "grade", NULL };
	static const char *const on[] = { "signaling", "keys", "media", NULL };
	static const char *const known[] = { "none", "ok", "suspect", "fail", "admitted", NULL };
	static const enum known values[] = { KNOWN_NONE, KNOWN_OK, KNOWN_SUSPECT, KNOWN_FAIL,
					     KNOWN_FAIL };
	const char *word = NULL;
	int i = 0;
	enum err e = pack_read_keys(r, o, keys);

	if (e == ERR_OK)
		e = pack_read_name(r, json_string_value(json_object_get(o, "on")), on, &i);
	s->on = (enum condition)i;
	i = 0;
	if (e == ERR_OK)
		e = pack_read_text(r, o, "known", true, &word);
	if (e == ERR_OK)
		e = pack_read_name(r, word, known, &i);
	s->known = values[i];
	s->admitted = i == 4;
	if (e == ERR_OK)
		e = pack_read_bool(r, o, "when", scope, &s->when);
	if (e == ERR_OK)
		e = pack_read_expr(r, o, "grade", scope, &s->grade);
	if (e == ERR_OK && s->grade && expr_type(s->grade) != EXPR_NUMBER)
		e = pack_read_wrong(r, "is no number:", expr_source(s->grade), NULL);
	return e == ERR_OK ? pack_read_choice(r, json_object_get(o, "why"), scope, &s->why) : e;
}

static enum err read_mark(struct pack_read *r, const json_t *o, const struct expr_scope *scope,
			  struct pack_mark *m)
{
	static const char *const keys[] = { "mark", "when", NULL };
	const char *word = json_string_value(o);
	enum err e = word ? ERR_OK : pack_read_keys(r, o, keys);

	if (e == ERR_OK && !word)
		e = pack_read_text(r, o, "mark", true, &word);
	if (e != ERR_OK)
		return e;
	m->value = strncmp(word, "not ", 4) != 0;
	m->name = mem_text(m->value ? word : word + 4);
	if (!field_fact_mark_known(m->name))
		return pack_read_wrong(r, "there is no mark", m->name, NULL);
	m->weak = m->value && strcmp(m->name, "weak") == 0;
	return json_is_object(o) ? pack_read_bool(r, o, "when", scope, &m->when) : ERR_OK;
}

static enum err effects(struct pack_read *r, const json_t *o, const struct expr_scope *scope,
			struct pack_case *c)
{
	const json_t *says = json_object_get(o, "says"), *marks = json_object_get(o, "marks");
	size_t kept = strlen(r->place);
	enum err e = ERR_OK;

	if ((says || marks) && !r->trusted)
		return pack_read_wrong(r, "only the catalogue speaks on verdicts: here is no key",
				       says ? "says" : "marks", NULL);
	if ((says && !json_is_array(says)) || (marks && !json_is_array(marks)))
		return pack_read_wrong(r, "says and marks are lists", NULL, NULL);
	c->says = mem_zero(json_array_size(says), sizeof *c->says);
	c->marks = mem_zero(json_array_size(marks), sizeof *c->marks);
	while (e == ERR_OK && c->say_count < json_array_size(says)) {
		place(r, "says", c->say_count);
		e = read_say(r, json_array_get(says, c->say_count), scope, &c->says[c->say_count]);
		c->say_count++;
		if (e == ERR_OK)
			r->place[kept] = '\0';
	}
	while (e == ERR_OK && c->mark_count < json_array_size(marks)) {
		e = read_mark(r, json_array_get(marks, c->mark_count), scope,
			      &c->marks[c->mark_count]);
		c->mark_count++;
	}
	return e;
}

static enum err severities(struct pack_read *r, const struct pack_choice *c)
{
	enum severity s;

	for (size_t i = 0; i < c->count; i++) {
		const char *plain = template_plain(c->options[i].text);
		if (!plain || !judge_severity_parse(plain, &s))
			return pack_read_wrong(r, "is no severity:", plain ? plain : "a value",
					       NULL);
	}
	return ERR_OK;
}

static enum err sentences(struct pack_read *r, const json_t *o, const struct expr_scope *scope,
			  struct pack_case *c)
{
	const struct {
		const char *key;
		struct pack_choice *to;
	} all[] = { { "severity", &c->severity },
		    { "title", &c->title },
		    { "detail", &c->detail },
		    { "caused_by", &c->caused_by } };
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < sizeof all / sizeof *all; i++)
		e = pack_read_choice(r, json_object_get(o, all[i].key), scope, all[i].to);
	return e == ERR_OK ? severities(r, &c->severity) : e;
}

static enum err outcome(struct pack_read *r, const json_t *o, struct pack_case *c)
{
	const json_t *v = json_object_get(o, "outcome");
	int i = OUTCOME_VIOLATED;
	enum err e = v ? pack_read_name(r, json_string_value(v), outcomes, &i) : ERR_OK;

	c->silent = i == OUTCOME_SILENT;
	c->outcome = c->silent ? OUTCOME_NOTED : (enum outcome)i;
	return e;
}

static enum err about(struct pack_read *r, const json_t *o, struct pack_case *c)
{
	static const char *const abouts[] = { "item", "call", NULL };
	const json_t *v = json_object_get(o, "about");
	int i = 0;
	enum err e = v ? pack_read_name(r, json_string_value(v), abouts, &i) : ERR_OK;

	c->of_call = i == 1;
	c->chained = json_is_true(json_object_get(o, "else"));
	return e;
}

enum err pack_case_read(struct pack_read *r, const json_t *o, struct pack_case *c)
{
	static const char *const keys[] = { "each",	 "violated_when", "when",  "outcome",
					    "else",	 "severity",	  "title", "detail",
					    "about",	 "evidence",	  "says",  "marks",
					    "caused_by", "comment",	  NULL };
	const struct expr_scope *scope = NULL;
	enum err e = pack_read_keys(r, o, keys);

	if (e == ERR_OK)
		e = paths(r, json_object_get(o, "each"), &c->each, &c->each_count);
	if (e == ERR_OK)
		e = one_scope(r, c, &scope);
	if (e == ERR_OK)
		e = pack_read_bool(r, o, json_object_get(o, "when") ? "when" : "violated_when",
				   scope, &c->when);
	if (e == ERR_OK)
		e = outcome(r, o, c);
	if (e == ERR_OK)
		e = about(r, o, c);
	if (e == ERR_OK)
		e = sentences(r, o, scope, c);
	if (e == ERR_OK)
		e = paths(r, json_object_get(o, "evidence"), &c->evidence, &c->evidence_count);
	return e == ERR_OK ? effects(r, o, scope, c) : e;
}

void pack_case_free(struct pack_case *c)
{
	struct pack_choice *const all[] = { &c->severity, &c->title, &c->detail, &c->caused_by };

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		pack_read_choice_free(all[i]);
	for (size_t i = 0; i < c->say_count; i++) {
		pack_read_choice_free(&c->says[i].why);
		expr_free(c->says[i].when);
		expr_free(c->says[i].grade);
	}
	for (size_t i = 0; i < c->mark_count; i++) {
		free(c->marks[i].name);
		expr_free(c->marks[i].when);
	}
	expr_free(c->when);
	free(c->each);
	free(c->evidence);
	free(c->says);
	free(c->marks);
}
