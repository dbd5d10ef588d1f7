/* fact.c - names and sentences of the kinds of fact. */
#include "analyzer/model/fact.h"

static const struct {
	const char *name, *text;
} kinds[FACT_KINDS] = {
#define FACT(name, text) [FACT_##name] = { #name, text },
#include "analyzer/model/fact.def"
#undef FACT
};

const char *fact_name(enum fact_kind k)
{
	return kinds[k].name;
}

const char *fact_text(enum fact_kind k)
{
	return kinds[k].text;
}
