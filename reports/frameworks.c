/* frameworks.c - controls held against findings (rule-catalog C): counted apart by scope. */
#include "reports/frameworks.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "reports/asserted.h"
#include "reports/jvalue.h"
#include "rules/shipped.h"

/* How a call stands to the scope of a framework, by the tags of the inventory. */
enum standing { IN_SCOPE, OUT_OF_SCOPE, WITHOUT_TAG, STANDINGS };

struct tried {
	const struct framework_control *control;
	bool *maps, *named; /* by rule: bears on it; was found violated */
	uint64_t against[STANDINGS], looked_at[STANDINGS];
};

struct held {
	const struct framework *framework;
	struct tried *controls;
	int tag; /* its scope's number in the inventory; -1: nothing carries it */
	uint64_t calls[STANDINGS];
};

enum { KNOWN_MOST = 256, NO_RULE = -1 };

struct frameworks {
	struct framework *own; /* the program's choice */
	struct held *list;
	size_t count, rule_count;
	const struct rule *rules;
	bool chosen;
	const struct inventory *inventory;
	struct {
		const struct rule *rule;
		int at;
	} known[KNOWN_MOST]; /* places of rules, looked up once */
	size_t known_count;
};

/* ---- life -------------------------------------------------------------------------- */

static int tag_of(const struct inventory *v, const char *scope)
{
	for (int i = 0; v && scope && i < INVENTORY_SCOPES; i++) {
		const char *text = inventory_scope_text(v, i);
		if (text && strcmp(text, scope) == 0)
			return i;
	}
	return -1;
}

static void prepare(const struct frameworks *f, struct held *h, const struct framework *framework)
{
	h->framework = framework;
	h->tag = tag_of(f->inventory, framework->scope);
	h->controls = mem_zero(framework->control_count, sizeof *h->controls);
	for (size_t i = 0; i < framework->control_count; i++) {
		const struct framework_control *c = &framework->controls[i];
		h->controls[i] = (struct tried){ .control = c,
						 .maps = mem_zero(f->rule_count, sizeof(bool)),
						 .named = mem_zero(f->rule_count, sizeof(bool)) };
		for (size_t k = 0; k < c->rule_count; k++)
			h->controls[i].maps[c->rules[k] - f->rules] = true;
	}
}

/* Without it the reports would say nothing on frameworks: the file is the program's, and tested. */
static struct framework *usual(void)
{
	struct framework *f;
	char *why;

	if (framework_parse(shipped_find(SHIPPED_FRAMEWORK, "hipaa"), &f, &why) == ERR_OK)
		return f;
	free(why);
	return NULL;
}

struct frameworks *frameworks_new(const struct framework *const *list, size_t count, bool chosen,
				  const struct inventory *inventory)
{
	struct frameworks *f = mem_zero(1, sizeof *f);
	const struct framework *own = count ? NULL : (f->own = usual());

	f->rules = judge_rules(&f->rule_count);
	f->chosen = chosen;
	f->inventory = inventory;
	f->count = count ? count : own != NULL;
	f->list = mem_zero(f->count, sizeof *f->list);
	for (size_t i = 0; i < f->count; i++)
		prepare(f, &f->list[i], own ? own : list[i]);
	return f;
}

void frameworks_free(struct frameworks *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++) {
		for (size_t k = 0; k < f->list[i].framework->control_count; k++) {
			free(f->list[i].controls[k].maps);
			free(f->list[i].controls[k].named);
		}
		free(f->list[i].controls);
	}
	free(f->list);
	framework_free(f->own);
	free(f);
}

/* ---- calls --------------------------------------------------------------------------- */

static int place_of(struct frameworks *f, const struct rule *r)
{
	for (size_t i = 0; i < f->known_count; i++)
		if (f->known[i].rule == r)
			return f->known[i].at;
	const struct rule *listed = judge_rule(r->id);
	int at = listed ? (int)(listed - f->rules) : NO_RULE;
	if (f->known_count < KNOWN_MOST) {
		f->known[f->known_count].rule = r;
		f->known[f->known_count++].at = at;
	}
	return at;
}

static bool seen(enum shown s)
{
	return s != SHOWN_NOT_OBSERVABLE && s != SHOWN_NOT_APPLICABLE;
}

/* What was seen of this call, as framework_look bits. */
static unsigned looks_of(const struct call *c, const struct judgement *j)
{
	return (seen(j->hop_protection) ? LOOK_SIGNALING : 0u) |
	       (seen(j->conditions[CONDITION_MEDIA].shown) ? LOOK_MEDIA : 0u) |
	       (seen(j->conditions[CONDITION_KEYS].shown) ? LOOK_KEYS : 0u) |
	       (call_fact(c, FACT_tls_session, NULL) ? LOOK_TLS : 0u);
}

/* Findings of one call, by the place of their rules. */
struct found {
	struct {
		int at;
		bool violated;
	} list[KNOWN_MOST];
	size_t count;
	unsigned looks;
};

static bool has(const struct found *all, int at, bool violated)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->list[i].at == at && all->list[i].violated == violated)
			return true;
	return false;
}

/* Each rule once, however often it was violated. */
static void gather(struct frameworks *f, const struct call *c, const struct judgement *j,
		   struct found *all)
{
	all->count = 0;
	all->looks = looks_of(c, j);
	for (size_t i = 0; i < j->finding_count && all->count < KNOWN_MOST; i++) {
		enum outcome o = j->findings[i].outcome;
		int at = place_of(f, j->findings[i].rule);
		if (at == NO_RULE || (o != OUTCOME_VIOLATED && o != OUTCOME_SATISFIED) ||
		    has(all, at, o == OUTCOME_VIOLATED))
			continue;
		all->list[all->count].at = at;
		all->list[all->count++].violated = o == OUTCOME_VIOLATED;
	}
}

static void try_control(struct tried *t, const struct found *all, enum standing s)
{
	const struct framework_control *c = t->control;
	bool against = false, satisfied = false;

	for (size_t i = 0; i < all->count; i++) {
		int at = all->list[i].at;
		if (!t->maps[at])
			continue;
		against |= all->list[i].violated;
		satisfied |= !all->list[i].violated;
		t->named[at] |= all->list[i].violated && s != OUT_OF_SCOPE;
	}
	t->against[s] += against;
	if (c->says_looks)
		t->looked_at[s] += c->looks && (all->looks & c->looks) == c->looks;
	else
		t->looked_at[s] += satisfied;
}

static enum standing standing_of(const struct held *h, uint16_t tags)
{
	if (h->tag >= 0 && (tags >> h->tag & 1))
		return IN_SCOPE;
	return tags && h->framework->scope ? OUT_OF_SCOPE : WITHOUT_TAG;
}

void frameworks_add(struct frameworks *f, const struct call *c, const struct judgement *j)
{
	uint16_t tags = f->inventory ? asserted_scopes(f->inventory, c) : 0;
	struct found all;

	gather(f, c, j, &all);
	for (size_t i = 0; i < f->count; i++) {
		struct held *h = &f->list[i];
		enum standing s = standing_of(h, tags);
		h->calls[s]++;
		for (size_t k = 0; k < h->framework->control_count; k++)
			try_control(&h->controls[k], &all, s);
	}
}

/* ---- the document ----------------------------------------------------------------------- */

/* What is tagged for something else alone is counted apart, and decides nothing. */
static uint64_t that_count(const uint64_t n[STANDINGS])
{
	return n[IN_SCOPE] + n[WITHOUT_TAG];
}

enum status { EVIDENCE_AGAINST, NO_ADVERSE_EVIDENCE, NOT_ASSESSABLE };

static enum status status_of(const struct tried *t)
{
	if (!t->control->informs_only && that_count(t->against))
		return EVIDENCE_AGAINST;
	return !t->control->informs_only && that_count(t->looked_at) ? NO_ADVERSE_EVIDENCE
								     : NOT_ASSESSABLE;
}

/* Rule-catalog C, "Wording rule": conditional, and never a verdict on the whole. */
static json_t *wording(const struct framework *f, const struct tried *t)
{
	static const char *const against[] = { "evidence against", "evidence against the proposal",
					       "evidence against the guidance" };
	struct text w = { 0 };

	switch (status_of(t)) {
	case EVIDENCE_AGAINST:
		text_addf(&w, "%s, %s",
			  t->control->addressable ? "gap to fix or document (addressable)"
						  : against[f->status],
			  f->condition);
		break;
	case NO_ADVERSE_EVIDENCE:
		text_add(&w, "no adverse evidence in this capture, as far as it could be seen");
		break;
	case NOT_ASSESSABLE:
		text_add(&w, "not assessable from traffic");
		text_add(&w, that_count(t->against) ? "; what was found is input to it" : "");
		break;
	}
	json_t *v = jvalue_text(text_of(&w));
	text_free(&w);
	return v;
}

static json_t *by_scope(const uint64_t n[STANDINGS])
{
	json_t *o = json_object();

	jvalue_put(o, "in_scope", jvalue_number(n[IN_SCOPE]));
	jvalue_put(o, "out_of_scope", jvalue_number(n[OUT_OF_SCOPE]));
	jvalue_put(o, "without_tag", jvalue_number(n[WITHOUT_TAG]));
	return o;
}

static json_t *rules_json(const struct frameworks *f, const struct tried *t)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->rule_count; i++)
		if (t->named[i])
			jvalue_push(list, jvalue_text(f->rules[i].id));
	return list;
}

static json_t *control_json(const struct frameworks *f, const struct framework *of,
			    const struct tried *t)
{
	static const char *const words[] = { "evidence-against", "no-adverse-evidence",
					     "not-assessable" };
	const struct framework_control *c = t->control;
	json_t *o = json_object();

	jvalue_put(o, "id", jvalue_text(c->id));
	jvalue_put(o, "status", jvalue_text(words[status_of(t)]));
	jvalue_put(o, "calls", jvalue_number(that_count(t->against)));
	jvalue_put(o, "rules", rules_json(f, t));
	jvalue_put(o, "says", jvalue_text(c->title));
	jvalue_put(o, "addressable", json_boolean(c->addressable));
	jvalue_put(o, "wording", wording(of, t));
	jvalue_put(o, "calls_looked_at", jvalue_number(that_count(t->looked_at)));
	jvalue_put(o, "shown", jvalue_text(c->shows));
	jvalue_put(o, "not_shown", jvalue_text(c->not_shown));
	jvalue_put(o, "citation", jvalue_text(c->citation));
	jvalue_put(o, "basis", jvalue_text(c->basis));
	if (of->scope)
		jvalue_put(o, "calls_by_scope", by_scope(t->against));
	return o;
}

static json_t *framework_json(const struct frameworks *f, const struct held *h)
{
	const struct framework *of = h->framework;
	json_t *o = json_object(), *list = json_array();

	for (size_t i = 0; i < of->control_count; i++)
		jvalue_push(list, control_json(f, of, &h->controls[i]));
	jvalue_put(o, "id", jvalue_text(of->id));
	jvalue_put(o, "title", jvalue_text(of->title));
	jvalue_put(o, "edition", jvalue_text(of->edition));
	jvalue_put(o, "status", jvalue_text(framework_status_text(of->status)));
	jvalue_put(o, "checked_on", jvalue_text(of->checked_on));
	jvalue_put(o, "condition", jvalue_text(of->notice));
	jvalue_put(o, "scope", of->scope ? jvalue_text(of->scope) : json_null());
	jvalue_put(o, "chosen", json_boolean(f->chosen));
	jvalue_put(o, "calls", jvalue_number(that_count(h->calls) + h->calls[OUT_OF_SCOPE]));
	if (of->scope)
		jvalue_put(o, "calls_by_scope", by_scope(h->calls));
	jvalue_put(o, "controls", list);
	return o;
}

json_t *frameworks_json(const struct frameworks *f)
{
	json_t *list = json_array();

	for (size_t i = 0; i < f->count; i++)
		jvalue_push(list, framework_json(f, &f->list[i]));
	return list;
}
