/* waiver_field.c - the fields of a finding. */
#include "rules/waiver_field.h"

#include "rules/field_read.h"

#define AT(member) .arg = (int)offsetof(struct finding, member)

static void rule_text_of(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct rule *r = ((const struct finding *)it->at)->rule;

	out->text = slice_of(arg ? r->title : r->id);
	out->known = true;
}

static void rule_class(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->name = (int)((const struct finding *)it->at)->rule->cls;
	out->known = true;
}

static void problem_text(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->text = slice_of(((const struct finding *)it->at)->problem);
	out->known = out->text.n > 0;
}

const struct expr_scope *waiver_field_finding(void)
{
	static const char *const severities[] = {
		"info", "low", "medium", "high", "critical", NULL
	};
	static const char *const classes[] = { "attack",  "exposure",	"posture",
					       "hygiene", "visibility", NULL };
	static const struct expr_field fields[] = {
		{ "rule", "Id of its rule.", EXPR_TEXT, .get = rule_text_of, .arg = 0 },
		{ "severity", "Its severity here.", EXPR_ENUM, severities, .ordered = true,
		  .get = field_read_name, AT(severity) },
		{ "class", "The class of its rule.", EXPR_ENUM, classes, .get = rule_class },
		{ "title", "Its title.", EXPR_TEXT, .get = field_read_text, AT(title) },
		{ "where", "\"call\", \"leg 0\", \"media 1\", \"media 1 segment 0\".", EXPR_TEXT,
		  .get = field_read_text, AT(scope) },
		{ "element", "The box or link it is about, as an address with its port.", EXPR_TEXT,
		  .get = field_read_text, AT(element) },
		{ "problem", "The name of its problem.", EXPR_TEXT, .get = problem_text },
	};
	static const struct expr_scope scope = { "finding", "What a rule says of a call.", fields,
						 sizeof fields / sizeof *fields };

	return &scope;
}
