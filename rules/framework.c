/* framework.c - reading frameworks. */
#include "rules/framework.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/nearest.h"
#include "rules/bundle.h"
#include "rules/reading.h"
#include "rules/shipped.h"

enum { CONTROLS_MOST = 512 };

static const char *const status_words[] = { "in force", "proposed", "guidance" };

const char *framework_status_text(enum framework_status s)
{
	return status_words[s];
}

/* What is being read beside the framework itself. */
struct work_on {
	struct framework *f;
	struct framework_control *control;
	bool *mapped; /* by rule: the control at hand names it */
};

static struct work_on *work_of(const struct reading *r)
{
	return r->into;
}

/* ---- which rules bear on a control ------------------------------------------------------ */

static enum err no_such(struct reading *r, struct reading_spot s, const char *word)
{
	size_t rules, codes = bundle_count();
	const struct rule *list = judge_rules(&rules);
	const char **names = mem_zero(rules + codes, sizeof *names);

	for (size_t i = 0; i < rules; i++)
		names[i] = list[i].id;
	for (size_t i = 0; i < codes; i++)
		names[rules + i] = bundle_code(i);
	enum err e = reading_wrong(r, s, "neither a rule nor a bundle of rules:", word,
				   nearest_word(slice_of(word), names, rules + codes));
	free(names);
	return e;
}

static enum err take_map(struct reading *r, struct reading_spot s, const char *word, void *ctx)
{
	struct work_on *w = work_of(r);
	const struct rule *rule = judge_rule(word);
	size_t n, bundle = 0;
	const struct rule *list = judge_rules(&n);

	(void)ctx;
	if (rule) {
		w->mapped[rule - list] = true;
		return ERR_OK;
	}
	while (bundle < bundle_count() && strcmp(bundle_code(bundle), word) != 0)
		bundle++;
	if (bundle == bundle_count())
		return no_such(r, s, word);
	for (size_t i = 0; i < n; i++)
		w->mapped[i] |= bundle_has(bundle, &list[i]);
	return ERR_OK;
}

static enum err take_maps(struct reading *r, struct reading_spot s, const json_t *o)
{
	struct work_on *w = work_of(r);
	const json_t *maps = json_object_get(o, "maps");
	size_t n;
	const struct rule *list = judge_rules(&n);

	if (!maps)
		return reading_wrong(r, reading_of(s, "maps"), "is missing", NULL, NULL);
	memset(w->mapped, 0, n * sizeof *w->mapped);
	enum err e = reading_list(r, reading_of(s, "maps"), maps, take_map, NULL);
	w->control->rules = mem_zero(n, sizeof *w->control->rules);
	for (size_t i = 0; i < n && e == ERR_OK; i++)
		if (w->mapped[i])
			w->control->rules[w->control->rule_count++] = &list[i];
	return e;
}

/* ---- a control ------------------------------------------------------------------------------ */

static enum err take_look(struct reading *r, struct reading_spot s, const char *word, void *ctx)
{
	static const char *const names[] = { "signaling", "media", "keys", "tls" };
	static const enum framework_look looks[] = { LOOK_SIGNALING, LOOK_MEDIA, LOOK_KEYS,
						     LOOK_TLS };
	size_t n;
	enum err e = reading_among(r, s, "not signaling, media, keys or tls:", word, names, 4, &n);

	(void)ctx;
	if (e == ERR_OK)
		work_of(r)->control->looks |= looks[n];
	return e;
}

static enum err flag(struct reading *r, struct reading_spot s, const json_t *o, bool *out)
{
	const json_t *value = json_object_get(o, s.key);

	if (value && !json_is_boolean(value))
		return reading_wrong(r, s, "is neither true nor false", NULL, NULL);
	*out = json_is_true(value);
	return ERR_OK;
}

static enum err take_basis(struct reading *r, struct reading_spot s, const json_t *o,
			   const char **out)
{
	static const char *const words[] = { "text", "second hand", "recalled" };
	const char *word;
	size_t n;
	enum err e = reading_text(r, s, o, false, &word);

	*out = words[0];
	if (e != ERR_OK || !word)
		return e;
	e = reading_among(r, s, "not text, second hand or recalled:", word, words, 3, &n);
	if (e == ERR_OK)
		*out = words[n];
	return e;
}

static enum err take_texts(struct reading *r, struct reading_spot s, const json_t *o,
			   struct framework_control *c)
{
	enum err e;

	if ((e = reading_text(r, reading_of(s, "id"), o, true, &c->id)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "citation"), o, true, &c->citation)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "title"), o, true, &c->title)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "shows"), o, true, &c->shows)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "not_shown"), o, true, &c->not_shown)) != ERR_OK)
		return e;
	for (const struct framework_control *other = work_of(r)->f->controls; other < c; other++)
		if (strcmp(other->id, c->id) == 0)
			return reading_wrong(r, reading_of(s, "id"),
					     "a control that stands twice:", c->id, NULL);
	return take_basis(r, reading_of(s, "basis"), o, &c->basis);
}

static enum err take_control(struct reading *r, struct reading_spot s, const json_t *o)
{
	static const char *const keys[] = { "id",	    "citation", "title",   "addressable",
					    "informs_only", "basis",	"shows",   "not_shown",
					    "looks_at",	    "maps",	"comment", NULL };
	struct framework_control *c = work_of(r)->control;
	const json_t *looks = json_object_get(o, "looks_at");
	const char *comment;
	enum err e;

	if ((e = reading_keys(r, s, o, keys)) != ERR_OK || (e = take_texts(r, s, o, c)) != ERR_OK ||
	    (e = reading_text(r, reading_of(s, "comment"), o, false, &comment)) != ERR_OK ||
	    (e = flag(r, reading_of(s, "addressable"), o, &c->addressable)) != ERR_OK ||
	    (e = flag(r, reading_of(s, "informs_only"), o, &c->informs_only)) != ERR_OK)
		return e;
	c->says_looks = looks != NULL;
	if (looks)
		e = reading_list(r, reading_of(s, "looks_at"), looks, take_look, NULL);
	return e == ERR_OK ? take_maps(r, s, o) : e;
}

static enum err take_controls(struct reading *r, const json_t *root)
{
	struct reading_spot s = reading_of(reading_top, "controls");
	const json_t *list = json_object_get(root, "controls");
	struct framework *f = work_of(r)->f;
	size_t n = json_array_size(list);
	enum err e = ERR_OK;

	if (!n)
		return reading_wrong(r, s, "is not a list of controls", NULL, NULL);
	if (n > CONTROLS_MOST)
		return reading_wrong(r, s, "has more than 512 controls", NULL, NULL);
	f->controls = mem_zero(n, sizeof *f->controls);
	for (size_t i = 0; i < n && e == ERR_OK; i++) {
		work_of(r)->control = &f->controls[f->control_count++];
		e = take_control(r, (struct reading_spot){ "controls", (int)i, NULL, READING_NONE },
				 json_array_get(list, i));
	}
	return e;
}

/* ---- a file ------------------------------------------------------------------------------------
 */

/* YYYY-MM-DD, so that dates sort and nobody wonders which number is the month. */
static bool is_date(const char *text)
{
	static const char form[] = "dddd-dd-dd";
	size_t i = 0;

	for (; form[i] && text[i]; i++)
		if (form[i] == 'd' ? !isdigit((unsigned char)text[i]) : text[i] != form[i])
			return false;
	return form[i] == text[i];
}

static enum err take_status(struct reading *r, const json_t *root)
{
	struct reading_spot s = reading_of(reading_top, "status");
	const char *word;
	size_t n;
	enum err e = reading_text(r, s, root, true, &word);

	if (e == ERR_OK)
		e = reading_among(r, s, "not in force, proposed or guidance:", word, status_words,
				  3, &n);
	if (e == ERR_OK)
		work_of(r)->f->status = (enum framework_status)n;
	return e;
}

static enum err take_scope(struct reading *r, const json_t *root)
{
	struct framework *f = work_of(r)->f;
	enum err e = reading_text(r, reading_of(reading_top, "scope"), root, true, &f->scope);

	if (e == ERR_OK && strcmp(f->scope, "none") == 0)
		f->scope = NULL;
	return e;
}

static enum err pass(struct reading *r, struct reading_spot s, const char *word, void *ctx)
{
	(void)ctx;
	return *word ? ERR_OK : reading_wrong(r, s, "is empty", NULL, NULL);
}

static enum err take_head(struct reading *r, const json_t *root)
{
	struct framework *f = work_of(r)->f;
	const struct {
		const char *key;
		const char **to;
	} texts[] = { { "name", &f->name },
		      { "id", &f->id },
		      { "title", &f->title },
		      { "edition", &f->edition },
		      { "condition", &f->condition },
		      { "notice", &f->notice },
		      { "checked_on", &f->checked_on } };
	const json_t *groups = json_object_get(root, "groups");
	enum err e = ERR_OK;

	for (size_t i = 0; i < sizeof texts / sizeof *texts && e == ERR_OK; i++)
		e = reading_text(r, reading_of(reading_top, texts[i].key), root, true, texts[i].to);
	if (e == ERR_OK && !is_date(f->checked_on))
		e = reading_wrong(r, reading_of(reading_top, "checked_on"),
				  "is not a date as 2026-01-31:", f->checked_on, NULL);
	if (e == ERR_OK && groups)
		e = reading_list(r, reading_of(reading_top, "groups"), groups, pass, NULL);
	return e;
}

static enum err read_root(struct reading *r, const json_t *root)
{
	static const char *const keys[] = { "schema",	 "name",    "groups", "id",
					    "title",	 "edition", "status", "checked_on",
					    "condition", "notice",  "scope",  "controls",
					    "comment",	 NULL };
	const char *comment;
	enum err e;

	if ((e = reading_file(r, root, "framework", FRAMEWORK_SCHEMA, keys)) != ERR_OK ||
	    (e = reading_text(r, reading_of(reading_top, "comment"), root, false, &comment)) !=
		    ERR_OK ||
	    (e = take_head(r, root)) != ERR_OK || (e = take_status(r, root)) != ERR_OK ||
	    (e = take_scope(r, root)) != ERR_OK)
		return e;
	return take_controls(r, root);
}

enum err framework_parse(struct slice text, struct framework **out, char **why)
{
	struct work_on w = { NULL, NULL, NULL };
	struct reading r = { &w, NULL };
	json_t *root = reading_load(text, why);
	size_t n;

	*out = NULL;
	if (!root)
		return ERR_MALFORMED;
	(void)judge_rules(&n);
	w.f = mem_zero(1, sizeof *w.f);
	w.f->held = root;
	w.mapped = mem_zero(n, sizeof *w.mapped);
	enum err e = read_root(&r, root);
	free(w.mapped);
	if (e == ERR_OK)
		*out = w.f;
	else
		framework_free(w.f);
	*why = r.why;
	return e;
}

void framework_free(struct framework *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->control_count; i++)
		free(f->controls[i].rules);
	free(f->controls);
	json_decref(f->held);
	free(f);
}

/* ---- names
 * --------------------------------------------------------------------------------------- */

/* The words that mean one of the program's frameworks: its name, its id, its groups. */
static size_t words_of(const json_t *root, const char **words, size_t most)
{
	const json_t *groups = json_object_get(root, "groups");
	size_t n = 0;

	words[n++] = json_string_value(json_object_get(root, "name"));
	words[n++] = json_string_value(json_object_get(root, "id"));
	for (size_t i = 0; i < json_array_size(groups) && n < most; i++)
		words[n++] = json_string_value(json_array_get(groups, i));
	return n;
}

static json_t *shipped_root(const char *name)
{
	struct slice text = shipped_find(SHIPPED_FRAMEWORK, name);

	return json_loadb((const char *)text.p, text.n, JSON_REJECT_DUPLICATES, NULL);
}

static bool means(const char *name, const char *word)
{
	const char *words[8];
	json_t *root = shipped_root(name);
	size_t n = words_of(root, words, sizeof words / sizeof *words);
	bool found = strcmp(word, "all") == 0;

	for (size_t i = 0; i < n; i++)
		found = found || strcmp(words[i], word) == 0;
	json_decref(root);
	return found;
}

size_t framework_named(const char *word, const char **names, size_t most)
{
	const char *name;
	size_t count = 0;

	for (size_t i = 0; (name = shipped_name(SHIPPED_FRAMEWORK, i)) && count < most; i++)
		if (means(name, word))
			names[count++] = name;
	return count;
}

const char *framework_near(const char *word)
{
	static const char *const groups[] = { "nist", "all" };
	const char *near = shipped_near(SHIPPED_FRAMEWORK, word);

	return near ? near : nearest_word(slice_of(word), groups, sizeof groups / sizeof *groups);
}
