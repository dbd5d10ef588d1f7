/* ecs_line.c - Elastic Common Schema: the document of a call, of a problem, one a line. */
#include "reports/ecs_line.h"

#include <string.h>

#include "analyzer/base/addr.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"
#include "reports/mapping.h"
#include "reports/wording.h"

#define ECS_VERSION "8.11.0"

void ecs_line_open(struct text *t, const json_t *head, const char *when)
{
	const json_t *tool = jvalue_get(head, "tool");

	json_out_open(t, '{');
	json_out_key_text(t, "@timestamp", *when ? when : "1970-01-01T00:00:00Z");
	json_out_key_open(t, "ecs", '{');
	json_out_key_text(t, "version", ECS_VERSION);
	json_out_close(t, '}');
	json_out_key_open(t, "observer", '{');
	json_out_key_text(t, "vendor", "earshot");
	json_out_key_text(t, "product", "earshot");
	json_out_key_text(t, "type", "analyzer");
	json_out_key_text(t, "version", jvalue_str(tool, "version"));
	json_out_close(t, '}');
}

static void list(struct text *t, const char *key, const char *const *words)
{
	json_out_key_open(t, key, '[');
	for (; *words; words++)
		json_out_text(t, *words);
	json_out_close(t, ']');
}

void ecs_line_event(struct text *t, struct ecs_line_event event)
{
	static const char *const category[] = { "network", NULL };
	static const char *const type[] = { "protocol", "info", NULL };

	json_out_key_open(t, "event", '{');
	json_out_key_text(t, "id", event.id);
	json_out_key_text(t, "kind", event.kind);
	list(t, "category", category);
	list(t, "type", type);
	json_out_key_text(t, "module", "earshot");
	json_out_key_text(t, "dataset", event.dataset);
	json_out_key_text(t, "outcome", event.outcome);
}

void ecs_line_when(struct text *t, const char *key, const char *s)
{
	if (*s)
		json_out_key_text(t, key, s);
}

/* ---- a problem -------------------------------------------------------------------------- */

/* Attack and exposure wake somebody up, unless somebody answers for them already. */
static const char *kind_of(const json_t *problem)
{
	const char *class = jvalue_str(problem, "class");
	bool alerts = strcmp(class, "attack") == 0 || strcmp(class, "exposure") == 0;

	return alerts && !mapping_waived(problem) ? "alert" : "event";
}

/* opened: there is no earlier report to compare with, or it did not have it. */
static const char *state_of(const json_t *problem)
{
	const char *change = jvalue_str(problem, "change");

	return !*change || strcmp(change, "new") == 0 ? "opened" : change;
}

/* Rules about keys and identity. */
static bool is_of_keys(const char *rule)
{
	static const char *const families[] = { "KEY-", "AUTH-", "DTLS-", "ZRTP-" };

	for (size_t i = 0; i < sizeof families / sizeof *families; i++)
		if (strncmp(rule, families[i], strlen(families[i])) == 0)
			return true;
	return false;
}

/* Network sniffing, and an adversary in the middle; no technique is claimed for anything else. */
void ecs_line_threat(struct text *t, const json_t *problem)
{
	const char *class = jvalue_str(problem, "class");
	bool sniff = strcmp(class, "exposure") == 0;
	bool attack = strcmp(class, "attack") == 0;

	if (!sniff && !(attack && is_of_keys(jvalue_str(problem, "rule"))))
		return;
	json_out_key_open(t, "threat", '{');
	json_out_key_text(t, "framework", "MITRE ATT&CK");
	json_out_key_open(t, "technique", '{');
	json_out_key_text(t, "id", sniff ? "T1040" : "T1557");
	json_out_close(t, '}');
	json_out_close(t, '}');
}

void ecs_line_rule(struct text *t, const json_t *head, const json_t *problem)
{
	json_out_key_open(t, "rule", '{');
	json_out_key_text(t, "id", jvalue_str(problem, "rule"));
	json_out_key_text(t, "name", jvalue_str(problem, "title"));
	json_out_key_text(t, "category", jvalue_str(problem, "class"));
	json_out_key_text(t, "ruleset", jvalue_str(jvalue_get(head, "tool"), "policy"));
	json_out_key_text(t, "version", jvalue_str(jvalue_get(head, "tool"), "version"));
	json_out_close(t, '}');
}

void ecs_line_severity(struct text *t, const json_t *problem)
{
	const struct mapping_severity *s = mapping_severity(jvalue_str(problem, "severity"));

	json_out_key_text(t, "code", jvalue_str(problem, "rule"));
	json_out_key_number(t, "severity", (uint64_t)s->risk);
	json_out_key_number(t, "risk_score", (uint64_t)s->risk);
}

static void problem_event(struct text *t, const json_t *problem)
{
	const char *const words[] = { "problem", jvalue_str(problem, "problem"), state_of(problem),
				      NULL };
	char id[MAPPING_ID];

	ecs_line_event(t, (struct ecs_line_event){ .id = mapping_id(id, words),
						   .kind = kind_of(problem),
						   .dataset = "earshot.problem",
						   .outcome = "failure" });
	json_out_key_text(t, "action", state_of(problem));
	ecs_line_severity(t, problem);
	json_out_key_text(t, "reason", jvalue_str(jvalue_get(problem, "example"), "detail"));
	ecs_line_when(t, "start", jvalue_str(problem, "first"));
	ecs_line_when(t, "end", jvalue_str(problem, "last"));
	json_out_close(t, '}');
}

void ecs_line_problem(struct text *t, const json_t *head, const json_t *problem)
{
	static const char *const copied[] = { "problem", "class",    "severity",    "element",
					      "calls",	 "fix",	     "occurrences", "gates",
					      "waived",	 "waived_by" };
	struct text words = { NULL, 0, 0 };

	mapping_sentence(&words, problem);
	ecs_line_open(t, head, jvalue_str(problem, "last"));
	problem_event(t, problem);
	json_out_key_text(t, "message", text_of(&words));
	ecs_line_rule(t, head, problem);
	ecs_line_threat(t, problem);
	json_out_key_open(t, "earshot", '{');
	json_out_key_text(t, "run", jvalue_str(head, "run"));
	jvalue_copy(t, problem, copied, sizeof copied / sizeof *copied);
	json_out_close(t, '}');
	json_out_close(t, '}');
	text_add(t, "\n");
	text_free(&words);
}

/* ---- a call ----------------------------------------------------------------------------- */

/* A pseudonym is an address, and no "ip": an index would refuse the document. */
static void end(struct text *t, const char *key, const char *endpoint, const char *user)
{
	const char *colon = strrchr(endpoint, ':');
	char host[128];
	struct addr a;
	uint64_t port;

	wording_host(endpoint, host, sizeof host);
	if (!*host && !*user)
		return;
	json_out_key_open(t, key, '{');
	if (*host) {
		bool bracket = host[0] == '[';
		if (bracket)
			host[strlen(host) - 1] = '\0';
		json_out_key_text(t, "address", host + bracket);
		if (addr_parse(slice_of(host + bracket), &a))
			json_out_key_text(t, "ip", host + bracket);
		if (colon && slice_number(slice_of(colon + 1), 65535, &port))
			json_out_key_number(t, "port", port);
	}
	if (*user) {
		json_out_key_open(t, "user", '{');
		json_out_key_text(t, "name", user);
		json_out_close(t, '}');
	}
	json_out_close(t, '}');
}

static void ends(struct text *t, const json_t *call)
{
	const json_t *list = jvalue_get(call, "ends");

	end(t, "source", jvalue_str(json_array_get(list, 0), "address"), jvalue_str(call, "from"));
	end(t, "destination", jvalue_str(json_array_get(list, 1), "address"),
	    jvalue_str(call, "to"));
}

static void network(struct text *t, const json_t *call)
{
	const json_t *leg = json_array_get(jvalue_get(call, "legs"), 0);
	const char *carrier = jvalue_str(leg, "transport");

	if (!leg)
		return;
	json_out_key_open(t, "network", '{');
	json_out_key_text(t, "protocol", "sip");
	if (strcmp(carrier, "udp") == 0)
		json_out_key_text(t, "transport", "udp");
	else if (strstr(carrier, "sctp"))
		json_out_key_text(t, "transport", "sctp");
	else
		json_out_key_text(t, "transport", "tcp");
	json_out_close(t, '}');
}

static void call_ids(struct text *t, const json_t *call)
{
	size_t i, n = 0;
	json_t *leg;

	json_array_foreach(jvalue_get(call, "legs"), i, leg)
	{
		if (!*jvalue_str(leg, "call_id"))
			continue;
		if (!n++) {
			json_out_key_open(t, "sip", '{');
			json_out_key_open(t, "call_id", '[');
		}
		json_out_text(t, jvalue_str(leg, "call_id"));
	}
	if (n) {
		json_out_close(t, ']');
		json_out_close(t, '}');
	}
}

/* Success only when all three hold or need not; failure when one does not hold. */
static const char *outcome_of(const json_t *call)
{
	bool pass = false, open = false;
	const char *c;

	for (size_t i = 0; (c = mapping_condition(i)); i++) {
		const struct mapping_verdict *v = mapping_verdict(
			jvalue_str(jvalue_get(jvalue_get(call, "conditions"), c), "verdict"));
		if (strcmp(v->ecs, "failure") == 0)
			return "failure";
		pass |= strcmp(v->ecs, "success") == 0;
		open |= strcmp(v->verdict, "pass") != 0 &&
			strcmp(v->verdict, "not_applicable") != 0;
	}
	return pass && !open ? "success" : "unknown";
}

static void verdicts(struct text *t, const json_t *call)
{
	const char *c;

	for (size_t i = 0; (c = mapping_condition(i)); i++) {
		const json_t *one = jvalue_get(jvalue_get(call, "conditions"), c);
		json_out_key_open(t, c, '{');
		json_out_key_text(t, "verdict",
				  mapping_verdict(jvalue_str(one, "verdict"))->verdict);
		json_out_key_text(t, "outcome", mapping_verdict(jvalue_str(one, "verdict"))->ecs);
		json_out_key_number(t, "grade", jvalue_int(one, "grade"));
		json_out_key_text(t, "why", jvalue_str(one, "why"));
		json_out_close(t, '}');
	}
}

/* Of what is violated: each once, waived ones under a name of their own. */
static void findings(struct text *t, const json_t *call, const char *key, const char *member,
		     bool waived)
{
	json_t *seen = json_object(), *f;
	const char *id;
	size_t i;
	json_t *unused;

	json_array_foreach(jvalue_get(call, "findings"), i, f)
	{
		if (strcmp(jvalue_str(f, "outcome"), "violated") == 0 &&
		    json_is_object(jvalue_get(f, "waived")) == waived)
			jvalue_put(seen, jvalue_str(f, member), json_null());
	}
	json_out_key_open(t, key, '[');
	json_object_foreach(seen, id, unused)
	{
		(void)unused;
		json_out_text(t, id);
	}
	json_out_close(t, ']');
	json_decref(seen);
}

static void earshot(struct text *t, const json_t *head, const json_t *call)
{
	static const char *const copied[] = {
		"id",	    "kind",	    "from_name",      "to_name",
		"label",    "label_suffix", "letter",	      "score",
		"coverage", "missing",	    "inputs",	      "policy_result",
		"unmet",    "unknown",	    "hop_protection", "exposed_media_seconds",
		"state",    "revision"
	};

	json_out_key_open(t, "earshot", '{');
	json_out_key_text(t, "run", jvalue_str(head, "run"));
	verdicts(t, call);
	jvalue_copy(t, call, copied, sizeof copied / sizeof *copied);
	findings(t, call, "rules", "rule", false);
	findings(t, call, "problems", "problem", false);
	findings(t, call, "waived_rules", "rule", true);
	findings(t, call, "waived_problems", "problem", true);
	json_out_close(t, '}');
}

static void call_event(struct text *t, const json_t *head, const json_t *call)
{
	const char *const words[] = { "call", jvalue_str(head, "run"), jvalue_str(call, "id"),
				      jvalue_str(call, "start"), NULL };
	const char *told = jvalue_str(call, "event_id");
	double seconds = jvalue_real(call, "duration_s");
	char id[MAPPING_ID];

	ecs_line_event(t, (struct ecs_line_event){ .id = *told ? told : mapping_id(id, words),
						   .kind = "state",
						   .dataset = "earshot.call",
						   .outcome = outcome_of(call) });
	ecs_line_when(t, "start", jvalue_str(call, "start"));
	ecs_line_when(t, "end", jvalue_str(call, "end"));
	json_out_key_number(t, "duration", seconds > 0 ? (uint64_t)(seconds * 1e9) : 0);
	json_out_close(t, '}');
}

void ecs_line_call(struct text *t, const json_t *head, const json_t *call)
{
	ecs_line_open(t, head, jvalue_str(call, "end"));
	call_event(t, head, call);
	network(t, call);
	ends(t, call);
	call_ids(t, call);
	earshot(t, head, call);
	json_out_close(t, '}');
	text_add(t, "\n");
}
