/* record_verdict.c - conditions, label, who is within earshot, findings. */
#include "reports/record_verdict.h"

#include "rules/waiver.h"

static void evidence_list(struct record *r, const struct evidence *at, const char *const *texts,
			  size_t count)
{
	json_out_key_open(r->out, "evidence", '[');
	for (size_t i = 0; i < count; i++)
		record_evidence(r, &at[i], texts ? texts[i] : NULL);
	json_out_close(r->out, ']');
}

static void conditions(struct record *r, const struct judgement *j)
{
	json_out_key_open(r->out, "conditions", '{');
	for (int i = 0; i < CONDITIONS; i++) {
		const struct condition_verdict *v = &j->conditions[i];
		json_out_key_open(r->out, judge_condition_text((enum condition)i), '{');
		json_out_key_text(r->out, "verdict", lattice_shown_text(v->shown));
		json_out_key_text(r->out, "known", lattice_known_text(v->v.known));
		json_out_key_bool(r->out, "complete", v->v.complete);
		json_out_key_number(r->out, "grade", v->v.grade);
		record_key_hidden(r, "why", v->why ? v->why : "");
		evidence_list(r, v->at, v->at_text, v->at_count);
		json_out_close(r->out, '}');
	}
	json_out_close(r->out, '}');
	json_out_key_open(r->out, "hop_protection", '{');
	json_out_key_text(r->out, "verdict", lattice_shown_text(j->hop_protection));
	json_out_key_number(r->out, "encrypted", j->hops_encrypted);
	json_out_key_number(r->out, "clear", j->hops_clear);
	json_out_close(r->out, '}');
}

/* Rule-catalog B.9: a role that is only inferred makes the suffix "possibly"; recording is never
 * guessed. */
static void suffixes(struct record *r, unsigned suffix)
{
	static const struct {
		unsigned bit;
		const char *sure, *possibly;
	} words[] = {
		{ SUFFIX_TO_GATEWAY, "TO GATEWAY", "POSSIBLY TO GATEWAY" },
		{ SUFFIX_TO_CONFERENCE, "TO CONFERENCE", "POSSIBLY TO CONFERENCE" },
		{ SUFFIX_TO_IVR, "TO IVR", "POSSIBLY TO IVR" },
		{ SUFFIX_RECORDED, "RECORDED", "RECORDED" },
	};

	json_out_key_open(r->out, "label_suffix", '[');
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (suffix & words[i].bit)
			json_out_text(r->out,
				      suffix & SUFFIX_POSSIBLY ? words[i].possibly : words[i].sure);
	json_out_close(r->out, ']');
}

static void sentences(struct record *r, const char *key, const char *const *list, size_t count)
{
	json_out_key_open(r->out, key, '[');
	for (size_t i = 0; i < count; i++)
		record_hidden(r, list[i]);
	json_out_close(r->out, ']');
}

static void score(struct record *r, const struct judgement *j)
{
	bool labelled = j->label != LABEL_NONE;

	json_out_key_text(r->out, "label", labelled ? judge_label_text(j->label) : NULL);
	suffixes(r, j->suffix);
	json_out_key(r->out, "score");
	if (j->has_score)
		json_out_number(r->out, j->score);
	else
		json_out_null(r->out);
	json_out_key(r->out, "score_range");
	if (labelled && j->scored) {
		json_out_open(r->out, '[');
		json_out_number(r->out, j->low);
		json_out_number(r->out, j->high);
		json_out_close(r->out, ']');
	} else {
		json_out_null(r->out);
	}
	json_out_key(r->out, "coverage");
	if (j->coverage_required)
		json_out_fixed(r->out, j->coverage, 4);
	else
		json_out_null(r->out);
	json_out_key_number(r->out, "coverage_made", j->coverage_made);
	json_out_key_number(r->out, "coverage_required", j->coverage_required);
	sentences(r, "missing", j->missing, j->missing_count);
	json_out_key_text(r->out, "letter", j->letter[0] ? j->letter : NULL);
	sentences(r, "caps", j->caps, j->cap_count);
	json_out_key_text(r->out, "policy_result", judge_policy_text(j->policy));
	sentences(r, "unmet", j->unmet, j->unmet_count);
	sentences(r, "unknown", j->unknown, j->unknown_count);
	json_out_key_fixed(r->out, "exposed_media_seconds", j->exposed_seconds, 3);
}

static void could(struct record *r, const struct element *e)
{
	const bool does[CONDITIONS] = { e->signaling, e->keys, e->media };

	json_out_key_open(r->out, "could", '[');
	for (int i = 0; i < CONDITIONS; i++)
		if (does[i])
			json_out_text(r->out, judge_condition_text((enum condition)i));
	json_out_close(r->out, ']');
}

static void within_earshot(struct record *r, const struct call *c)
{
	json_out_key_open(r->out, "within_earshot", '[');
	for (size_t i = 0; i < c->element_count; i++) {
		const struct element *e = &c->elements[i];
		if (!e->signaling && !e->keys && !e->media)
			continue;
		json_out_open(r->out, '{');
		if (e->name || addr_is_none(&e->at.addr))
			record_key_hidden(r, "who", e->name ? e->name : "unknown host");
		else
			record_key_endpoint(r, "who", &e->at);
		if (!e->name)
			record_key_name(r, &e->at.addr);
		json_out_key_text(r->out, "role", call_role_text(e->role));
		json_out_key_text(r->out, "role_from", call_role_from_text(e->role_from));
		could(r, e);
		json_out_key_number(r->out, "grade", e->grade);
		record_key_hidden(r, "why", e->why ? e->why : "");
		evidence_list(r, &e->at_evidence, NULL, e->at_evidence.frame ? 1 : 0);
		json_out_close(r->out, '}');
	}
	json_out_close(r->out, ']');
}

static void waived(struct record *r, const struct waiver *w)
{
	if (!w) {
		json_out_key(r->out, "waived");
		json_out_null(r->out);
		return;
	}
	json_out_key_open(r->out, "waived", '{');
	record_key_hidden(r, "reason", w->reason);
	json_out_key_text(r->out, "owner", w->owner);
	json_out_key_text(r->out, "expires", w->expires);
	json_out_close(r->out, '}');
}

static void finding(struct record *r, const struct finding *f)
{
	json_out_open(r->out, '{');
	json_out_key_text(r->out, "rule", f->rule->id);
	json_out_key_text(r->out, "severity", judge_severity_text(f->severity));
	json_out_key_text(r->out, "outcome", judge_outcome_text(f->outcome));
	json_out_key_text(r->out, "title", f->title ? f->title : f->rule->title);
	json_out_key_text(r->out, "scope", f->scope ? f->scope : "call");
	record_key_hidden(r, "detail", f->detail ? f->detail : "");
	record_key_hidden(r, "element", f->element ? f->element : "");
	evidence_list(r, f->at, NULL, f->at_count);
	standing_add(r->standing, r->out, f->rule);
	waived(r, f->waived);
	json_out_key_text(r->out, "caused_by", f->caused_by);
	record_key_hidden(r, "filter", f->filter);
	json_out_key_text(r->out, "fingerprint", f->fingerprint);
	json_out_key_text(r->out, "problem", f->problem);
	json_out_key_bool(r->out, "gates", f->gates);
	if (f->weakens)
		json_out_key_bool(r->out, "weakens", true);
	if (f->change)
		json_out_key_text(r->out, "change", judge_change_text(f->change));
	json_out_close(r->out, '}');
}

/* Rule-catalog B.3: none of them can be observed. */
static void assumptions(struct record *r, const struct judgement *j)
{
	static const char *const all[] = {
		"the captures are authentic",
		"the two outermost systems that were seen are the endpoints",
		"the endpoints do not disclose keys or plaintext themselves",
		"nobody in between holds a copy of an endpoint's private key",
		"the cryptographic algorithms hold",
	};
	bool any = false;

	for (int i = 0; i < CONDITIONS; i++)
		any |= j->conditions[i].shown == SHOWN_PASS;
	if (any)
		sentences(r, "assumptions", all, sizeof all / sizeof *all);
}

void record_verdict_write(struct record *r, const struct call *c, const struct judgement *j)
{
	conditions(r, j);
	assumptions(r, j);
	score(r, j);
	within_earshot(r, c);
	json_out_key_open(r->out, "findings", '[');
	for (size_t i = 0; i < j->finding_count; i++)
		finding(r, &j->findings[i]);
	json_out_close(r->out, ']');
}
