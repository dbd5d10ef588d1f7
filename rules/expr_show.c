/* expr_show.c - a value in words. */
#include <inttypes.h>

#include "analyzer/base/when.h"
#include "rules/expr_literal.h"

/* Counts of packets and octets are written in full: a double holds every whole number up to 2^53.
 */
static void show_number(double number, struct text *out)
{
	const double most = 9007199254740992.0;

	if (number >= -most && number <= most && number == (double)(int64_t)number)
		text_addf(out, "%" PRId64, (int64_t)number);
	else
		text_addf(out, "%.10g", number);
}

/* Cut, not rounded: no more time is claimed than was seen. */
static void show_duration(uint64_t ns, struct text *out)
{
	text_addf(out, "%" PRIu64 ".%u s", ns / WHEN_SECOND,
		  (unsigned)(ns / (WHEN_SECOND / 10) % 10));
}

static void show_time(uint64_t ns, struct text *out)
{
	char words[WHEN_TEXT];

	text_add(out, when_text(ns, words));
}

static void show_version(uint16_t version, struct text *out)
{
	const char *name = expr_literal_version_text(version);

	if (name)
		text_add(out, name);
	else
		text_addf(out, "0x%04x", version);
}

static void show_name(const struct expr_kind *k, int name, struct text *out)
{
	for (int i = 0; k->names[i]; i++)
		if (i == name)
			text_add(out, k->names[i]);
}

static void show_address(const struct addr *a, struct text *out)
{
	char words[ADDR_TEXT];

	text_add(out, addr_text(a, words));
}

void expr_show(const struct expr *e, const struct expr_value *v, struct text *out)
{
	if (!v->known)
		return;
	switch (e->kind.type) {
	case EXPR_BOOL:
		text_add(out, v->yes ? "yes" : "no");
		break;
	case EXPR_NUMBER:
		show_number(v->number, out);
		break;
	case EXPR_DURATION:
		show_duration(v->ns, out);
		break;
	case EXPR_TIME:
		show_time(v->ns, out);
		break;
	case EXPR_TEXT:
		text_utf8(out, v->text);
		break;
	case EXPR_ENUM:
		show_name(&e->kind, v->name, out);
		break;
	case EXPR_VERSION:
		show_version(v->version, out);
		break;
	case EXPR_ADDRESS:
		show_address(&v->addr, out);
		break;
	case EXPR_ITEM:
	case EXPR_LIST:
		text_add(out, e->kind.scope->name);
		break;
	}
}
