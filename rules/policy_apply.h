/* policy_apply.h - a policy over one judged call: severities and parameters, never a verdict. */
#ifndef EARSHOT_POLICY_APPLY_H
#define EARSHOT_POLICY_APPLY_H

#include "rules/policy.h"

/*
 * A finding takes the severity that the policy gives its rule. What the rule itself found milder
 * than usual is not made graver than that, what it found graver is not made milder. Gives whether
 * any changed: then the findings are no longer in order.
 */
bool policy_apply_severities(const struct policy *p, const struct call *c, struct judgement *j);

/* Whether the policy gates on this finding, at the severity it has now. */
bool policy_apply_gates(const struct policy *p, enum severity fail_on, const struct finding *f);

/* The parameters that ask something of every call. */
enum policy_apply_demand { DEMAND_MINIMUM_TLS, DEMAND_ALLOWED_SUITES, POLICY_APPLY_DEMANDS };
/* As a requirement reads: "minimum_tls=TLS 1.2"; NULL: the policy does not ask for it. */
const char *policy_apply_demand_text(const struct policy *p, enum policy_apply_demand d);
enum policy_result policy_apply_ask(const struct policy *p, enum policy_apply_demand d,
				    const struct call *c);

#endif
