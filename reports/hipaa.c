/* hipaa.c - controls of the Security Rule, held against findings (rule-catalog C.1). */
#include "reports/hipaa.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "reports/jvalue.h"

enum { CONTROLS = 6, RULES_MAX = 128 };

/* What must have been seen before "no adverse evidence" may be said: with nothing looked at,
 * silence is no answer. */
enum looks { LOOKS_NEVER, LOOKS_TRANSMISSION, LOOKS_MEDIA };

static const struct control {
	const char *id, *says;
	bool addressable;
	enum looks looks;
	const char *beyond; /* what no capture shows */
} controls[CONTROLS] = {
	{ "164.312(e)(1)", "guard against unauthorized access to ePHI in transmission", false,
	  LOOKS_TRANSMISSION, "traffic outside the capture" },
	{ "164.312(e)(2)(i)", "integrity controls in transmission", true, LOOKS_MEDIA,
	  "whether receivers check what they could check" },
	{ "164.312(e)(2)(ii)", "encrypt ePHI whenever deemed appropriate", true, LOOKS_TRANSMISSION,
	  "the decision what is appropriate, and its documentation" },
	{ "164.312(c)(1)", "protect ePHI from improper alteration or destruction", false,
	  LOOKS_MEDIA, "stored data" },
	{ "164.312(d)", "verify that a person or entity is the one claimed", false, LOOKS_NEVER,
	  "who spoke" },
	{ "164.312(b)", "record and examine activity", false, LOOKS_NEVER,
	  "that systems log; this report itself is one record of activity" },
};

/* Which controls a rule's citations name, as bits: looked up once a rule. */
struct cited {
	const struct rule *rule;
	unsigned controls;
};

struct hipaa {
	struct cited cited[RULES_MAX];
	size_t cited_count;
	uint64_t calls, against[CONTROLS], looked_at[CONTROLS];
	const struct rule *rules[CONTROLS][RULES_MAX];
	size_t rule_count[CONTROLS];
};

struct hipaa *hipaa_new(void)
{
	return mem_zero(1, sizeof(struct hipaa));
}

void hipaa_free(struct hipaa *h)
{
	free(h);
}

/* The citation as a whole: 164.312(e)(2)(i) is not in 164.312(e)(2)(ii). */
static bool cites(const struct rule *r, const char *id)
{
	for (const char *const *c = r->citations; c && *c; c++) {
		const char *at = strstr(*c, id);
		if (at && at[strlen(id)] != '(')
			return true;
	}
	return false;
}

static unsigned controls_of(struct hipaa *h, const struct rule *r)
{
	struct cited c = { r, 0 };

	for (size_t i = 0; i < h->cited_count; i++)
		if (h->cited[i].rule == r)
			return h->cited[i].controls;
	for (unsigned i = 0; i < CONTROLS; i++)
		if (cites(r, controls[i].id))
			c.controls |= 1u << i;
	if (h->cited_count < RULES_MAX)
		h->cited[h->cited_count++] = c;
	return c.controls;
}

static void note_rule(struct hipaa *h, int control, const struct rule *r)
{
	size_t n = h->rule_count[control];

	for (size_t i = 0; i < n; i++)
		if (h->rules[control][i] == r)
			return;
	if (n < RULES_MAX)
		h->rules[control][h->rule_count[control]++] = r;
}

static bool seen(enum shown s)
{
	return s != SHOWN_NOT_OBSERVABLE && s != SHOWN_NOT_APPLICABLE;
}

static bool looked(const struct judgement *j, enum looks what)
{
	bool media = seen(j->conditions[CONDITION_MEDIA].shown);

	if (what == LOOKS_NEVER)
		return false;
	return what == LOOKS_MEDIA ? media : media && seen(j->hop_protection);
}

void hipaa_add(struct hipaa *h, const struct call *c, const struct judgement *j)
{
	unsigned against = 0;

	(void)c;
	h->calls++;
	for (size_t k = 0; k < j->finding_count; k++) {
		const struct finding *f = &j->findings[k];
		unsigned bits = f->outcome == OUTCOME_VIOLATED ? controls_of(h, f->rule) : 0;
		for (int i = 0; i < CONTROLS; i++)
			if (bits >> i & 1)
				note_rule(h, i, f->rule);
		against |= bits;
	}
	for (int i = 0; i < CONTROLS; i++) {
		h->against[i] += against >> i & 1;
		h->looked_at[i] += looked(j, controls[i].looks);
	}
}

static int by_id(const void *x, const void *y)
{
	const struct rule *a = *(const struct rule *const *)x;
	const struct rule *b = *(const struct rule *const *)y;

	return strcmp(a->id, b->id);
}

static json_t *rules_json(const struct hipaa *h, int control)
{
	const struct rule *sorted[RULES_MAX];
	size_t n = h->rule_count[control];
	json_t *list = json_array();

	memcpy(sorted, h->rules[control], n * sizeof *sorted);
	qsort(sorted, n, sizeof *sorted, by_id);
	for (size_t i = 0; i < n; i++)
		jvalue_push(list, jvalue_text(sorted[i]->id));
	return list;
}

/* Rule-catalog C, "Wording rule": conditional, and never that word. */
static const char *wording(const struct control *c, bool against, bool looked_at)
{
	if (against)
		return c->addressable
			       ? "gap to fix or document (addressable), if these calls carried ePHI"
			       : "evidence against, if these calls carried ePHI";
	return looked_at ? "no adverse evidence in this capture, as far as it could be seen"
			 : "not assessable from this traffic";
}

static json_t *control_json(const struct hipaa *h, int i)
{
	const struct control *c = &controls[i];
	bool against = h->against[i] > 0, looked_at = h->looked_at[i] > 0;
	json_t *o = json_object();

	jvalue_put(o, "id", jvalue_text(c->id));
	jvalue_put(o, "status",
		   jvalue_text(against	   ? "evidence-against"
			       : looked_at ? "no-adverse-evidence"
					   : "not-assessable"));
	jvalue_put(o, "calls", jvalue_number(h->against[i]));
	jvalue_put(o, "rules", rules_json(h, i));
	jvalue_put(o, "says", jvalue_text(c->says));
	jvalue_put(o, "addressable", json_boolean(c->addressable));
	jvalue_put(o, "wording", jvalue_text(wording(c, against, looked_at)));
	jvalue_put(o, "calls_looked_at", jvalue_number(h->looked_at[i]));
	jvalue_put(o, "not_shown", jvalue_text(c->beyond));
	return o;
}

json_t *hipaa_json(const struct hipaa *h)
{
	json_t *o = json_object(), *list = json_array();

	for (int i = 0; i < CONTROLS; i++)
		jvalue_push(list, control_json(h, i));
	jvalue_put(o, "id", jvalue_text("hipaa-security-rule"));
	jvalue_put(o, "title",
		   jvalue_text("HIPAA Security Rule, technical safeguards (45 CFR 164.312)"));
	jvalue_put(o, "status", jvalue_text("in force"));
	jvalue_put(o, "condition",
		   jvalue_text("Every line holds only if these calls carried electronic protected "
			       "health information. A pointer for an assessor, not legal advice."));
	jvalue_put(o, "calls", jvalue_number(h->calls));
	jvalue_put(o, "controls", list);
	return o;
}
