/* fuzz_expr.c - any text as an expression: refused in words, or answered, shown, and read again. */
#include <stdlib.h>
#include <string.h>

#include "tests/lib/asking.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { SCOPES = 3 };

static struct expr *must(const char *text, const struct expr_names *names)
{
	struct expr *e = NULL;
	char *why = NULL;

	if (expr_compile(slice_of(text), names, &e, &why) != ERR_OK)
		abort();
	return e;
}

/* Of a leg alone, of a leg and its call, and one that uses the other. */
static const struct expr_define *defines(size_t *count)
{
	static struct expr_define all[3];
	const struct expr_scope *const scopes[] = { asking_leg(), asking_call() };
	struct expr_names names = { .scopes = scopes, .scope_count = 2, .defines = all };

	*count = 3;
	if (all[0].expr)
		return all;
	all[0] = (struct expr_define){ "by", scopes[0], must("carrier", &names) };
	all[1] = (struct expr_define){ "fine", scopes[0], must("score > 3", &names) };
	names.define_count = 2;
	all[2] = (struct expr_define){ "best", scopes[0], must("fine and by.trusted", &names) };
	return all;
}

static void answer(const struct expr *e, const struct expr_item *items)
{
	struct text shown = { 0 };
	struct expr_value v = expr_eval(e, items);

	expr_show(e, &v, &shown);
	if (!v.known && shown.n)
		abort();
	text_free(&shown);
}

static void read_again(const struct expr *e, const struct expr_names *names)
{
	struct expr *again = must(expr_source(e), names);

	if (expr_type(again) != expr_type(e))
		abort();
	expr_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const struct asking_thing *call = asking_example();
	const struct expr_scope *const scopes[SCOPES] = { asking_medium(), asking_leg(),
							  asking_call() };
	struct expr_item items[SCOPES] = { asking_item(scopes[0], call->list[0].list),
					   asking_item(scopes[1], call->list),
					   asking_item(scopes[2], call) };
	struct expr_names names = asking_names;
	struct expr *e = NULL;
	char *why = NULL;

	names.scopes = scopes;
	names.scope_count = SCOPES;
	names.defines = defines(&names.define_count);
	if (expr_compile((struct slice){ data, size }, &names, &e, &why) != ERR_OK) {
		if (!why || e || strncmp(why, "column ", 7) != 0)
			abort();
		free(why);
		return 0;
	}
	answer(e, items);
	items[1].scope = NULL;
	answer(e, items);
	read_again(e, &names);
	expr_free(e);
	return 0;
}
