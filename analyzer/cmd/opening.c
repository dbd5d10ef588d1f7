/* opening.c - what every run opens before it reads a packet. */
#include "analyzer/cmd/opening.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/cmd/keys.h"
#include "rules/field_row.h"
#include "rules/pack.h"

bool opening_redaction(const struct args *a)
{
	char *key;
	size_t n;

	if (!a->redact_key)
		return true;
	if (!keys_read_file(a->redact_key, &key, &n) || n < 16) {
		fprintf(stderr, "earshot: %s: %s\n", a->redact_key,
			key ? "a key of less than 16 octets" : strerror(errno));
		free(key);
		return false;
	}
	digest_set_key((struct slice){ (uint8_t *)key, n });
	explicit_bzero(key, n);
	free(key);
	return true;
}

bool opening_judge(const struct args *a, const struct chosen *chosen, const struct before *before,
		   struct judge **out)
{
	char *why = NULL;
	struct judge_options options = {
		.rules = chosen->policy,
		.fail_on = a->fail_on_given ? a->fail_on : chosen->policy->fail_on,
		.requires = a->requires,
		.min_coverage =
			a->min_coverage_given ? a->min_coverage : chosen->policy->min_coverage,
		.baseline = before->baseline,
		.waivers = before->waivers,
		.where = a->where,
	};

	if (judge_new(out, options, &why) == ERR_OK)
		return true;
	fprintf(stderr, "earshot: --require: %s\n", why ? why : "cannot be read");
	free(why);
	return false;
}

bool opening_where(const struct args *a)
{
	struct expr *e = NULL;
	char *why = NULL;

	if (!a->where || field_row_compile(slice_of(a->where), &e, &why) == ERR_OK) {
		expr_free(e);
		return true;
	}
	fprintf(stderr, "earshot: --where: %s\n", why);
	free(why);
	return false;
}

bool opening_rules(const struct args *a)
{
	char *why = NULL;

	for (size_t i = 0; i < a->rule_count; i++)
		if (pack_add_file(pack_builtin(), a->rules[i], &why) != ERR_OK) {
			fprintf(stderr, "earshot: %s\n", why);
			free(why);
			return false;
		}
	return true;
}

struct document_options opening_document(const struct args *a, const struct network *network,
					 const struct chosen *chosen, const struct before *before)
{
	return (struct document_options){
		.redact = a->redact,
		.redact_addresses = a->redact_addresses,
		.inventory = network->inventory,
		.inventory_name = network->name,
		.inventory_sha256 = network->sha256,
		.frameworks = (const struct framework *const *)chosen->frameworks,
		.framework_count = chosen->framework_count,
		.frameworks_chosen = chosen->framework_count > 0,
		.baseline = before->baseline,
		.baseline_name = before->baseline_name,
		.baseline_sha256 = before->baseline_sha256,
		.waivers = before->waivers,
		.waivers_name = before->waivers_name,
		.waivers_sha256 = before->waivers_sha256,
		.engagement = before->engagement,
		.engagement_name = before->engagement_name,
		.engagement_sha256 = before->engagement_sha256,
	};
}
