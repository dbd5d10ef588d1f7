/* example_capture.c - captures that a pack brings with it, and what must come of them. */
#include "rules/example_capture.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

/* ---- files ---------------------------------------------------------------------------- */

/* A pack may name what lies beside it, and nothing else of the machine. */
static bool stays_inside(const char *path)
{
	for (const char *at = path; at; at = strchr(at, '/')) {
		at += *at == '/';
		if (strncmp(at, "..", 2) == 0 && (at[2] == '/' || !at[2]))
			return false;
	}
	return *path && *path != '/';
}

static char *beside(const char *pack, struct slice label, const char *path)
{
	const char *slash = strrchr(pack, '/');
	struct text t = { 0 };

	text_add_slice(&t, label);
	if (slash)
		text_add_slice(&t,
			       (struct slice){ (const uint8_t *)pack, (size_t)(slash - pack) + 1 });
	text_add(&t, path);
	return t.p;
}

static char *sentence(const char *what, const char *word)
{
	struct text t = { 0 };

	text_addf(&t, "%s", what);
	if (word) {
		text_add(&t, ": ");
		text_printable(&t, slice_upto(slice_of(word), 80));
	}
	return t.p;
}

static char *file_at(struct example_capture *e, const json_t *v, bool labelled)
{
	const char *word = json_string_value(v), *equals = word ? strchr(word, '=') : NULL;
	const char *path = labelled && equals ? equals + 1 : word;

	if (path && stays_inside(path))
		return beside(e->of->pack,
			      (struct slice){ (const uint8_t *)word, (size_t)(path - word) }, path);
	if (!e->why)
		e->why = sentence("names no file in the folder of the pack",
				  word ? word : "(no text)");
	return NULL;
}

static void read_files(struct example_capture *e)
{
	const json_t *v = json_object_get(e->source, "capture");
	size_t n = json_is_array(v) ? json_array_size(v) : 1;

	if (!n || n > EXAMPLE_CAPTURE_FILES)
		e->why = sentence("names no capture, or more than eight", NULL);
	for (size_t i = 0; !e->why && i < n; i++)
		e->files[i] = file_at(e, json_is_array(v) ? json_array_get(v, i) : v, true);
}

static void read_one(struct example_capture *e)
{
	const json_t *keylog = json_object_get(e->source, "keylog");
	const json_t *inventory = json_object_get(e->source, "inventory");
	const char *name = json_string_value(json_object_get(e->source, "name"));

	e->rule = e->of->rule.id;
	e->name = name ? name : "";
	e->where = json_string_value(json_object_get(e->source, "where"));
	if (json_object_get(e->source, "record"))
		e->why = sentence("has a record and a capture", NULL);
	if (!e->why)
		read_files(e);
	if (!e->why && keylog)
		e->keylog = file_at(e, keylog, false);
	if (!e->why && inventory)
		e->inventory = file_at(e, inventory, false);
}

void example_capture_list(struct pack_set *s, size_t from, struct example_captures *out)
{
	*out = (struct example_captures){ NULL, 0 };
	for (size_t i = from; i < pack_count(s); i++) {
		const struct pack_rule *rule = pack_at(s, i);
		const json_t *list = json_object_get(rule->source, "examples");
		for (size_t k = 0; k < json_array_size(list); k++) {
			const json_t *o = json_array_get(list, k);
			if (!example_has_capture(o))
				continue;
			out->list = mem_more(out->list, out->count, sizeof *out->list);
			out->list[out->count] = (struct example_capture){ .of = rule, .source = o };
			read_one(&out->list[out->count++]);
		}
	}
}

void example_capture_free(struct example_captures *e)
{
	for (size_t i = 0; i < e->count; i++) {
		for (size_t k = 0; k < EXAMPLE_CAPTURE_FILES; k++)
			free(e->list[i].files[k]);
		free(e->list[i].keylog);
		free(e->list[i].inventory);
		free(e->list[i].why);
	}
	free(e->list);
	*e = (struct example_captures){ NULL, 0 };
}

/* ---- rows -------------------------------------------------------------------------------- */

void example_capture_row(struct example_capture *e, const struct judge *judge,
			 const struct judgement *j)
{
	const struct finding *f = NULL;

	for (uint32_t i = 0; !f && i < j->finding_count; i++)
		if (j->findings[i].rule == e->of->as)
			f = &j->findings[i];
	e->rows++;
	if (!e->why)
		e->why = example_compare(judge_outcome(judge, e->of->as), f, e->source);
}

void example_capture_close(struct example_capture *e, char *why, struct example_results *r)
{
	if (why || e->why) {
		free(why ? e->why : NULL);
		e->why = why ? why : e->why;
	} else if (!e->rows) {
		e->why = sentence("no row of the capture is one that it is about", NULL);
	}
	example_add(r, e->rule, e->name, e->why);
	e->why = NULL;
}
