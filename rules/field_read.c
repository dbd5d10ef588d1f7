/* field_read.c - members of plain structures as values of the rule language. */
#include "rules/field_read.h"

void field_read_flag(const struct expr_item *it, int arg, struct expr_value *out)
{
	out->known = true;
	out->yes = *(const bool *)field_read_at(it, arg);
}

static void number(struct expr_value *out, double n)
{
	out->known = true;
	out->number = n;
}

void field_read_u8(const struct expr_item *it, int arg, struct expr_value *out)
{
	number(out, *(const uint8_t *)field_read_at(it, arg));
}

void field_read_u16(const struct expr_item *it, int arg, struct expr_value *out)
{
	number(out, *(const uint16_t *)field_read_at(it, arg));
}

void field_read_u32(const struct expr_item *it, int arg, struct expr_value *out)
{
	number(out, *(const uint32_t *)field_read_at(it, arg));
}

void field_read_u64(const struct expr_item *it, int arg, struct expr_value *out)
{
	number(out, (double)*(const uint64_t *)field_read_at(it, arg));
}

void field_read_duration(const struct expr_item *it, int arg, struct expr_value *out)
{
	out->known = true;
	out->ns = *(const uint64_t *)field_read_at(it, arg);
}

void field_read_time(const struct expr_item *it, int arg, struct expr_value *out)
{
	out->ns = *(const uint64_t *)field_read_at(it, arg);
	out->known = out->ns != 0;
}

void field_read_name(const struct expr_item *it, int arg, struct expr_value *out)
{
	out->known = true;
	out->name = *(const int *)field_read_at(it, arg);
}

void field_read_text(const struct expr_item *it, int arg, struct expr_value *out)
{
	const char *text = *(const char *const *)field_read_at(it, arg);

	out->known = text != NULL;
	out->text = slice_of(text);
}

void field_read_endpoint(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct endpoint *e = field_read_at(it, arg);

	out->known = !addr_is_none(&e->addr);
	out->item = (struct expr_item){ field_endpoint(), it->of, e };
}
