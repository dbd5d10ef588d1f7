/* feed_filter.c - the wide expression where a link type has it, the given one elsewhere. */
#include "analyzer/feed/feed_filter.h"

#include <pcap/dlt.h>
#include <stdlib.h>

#include "analyzer/base/mem.h"
#include "analyzer/capture/filter.h"

struct feed_filter {
	struct filter *wide, *given;
};

void feed_filter_widened(struct text *to, const char *expression)
{
	text_addf(to, "(ip[6:2] & 0x1fff != 0) or (ip6 proto 44) or (%s)", expression);
}

struct feed_filter *feed_filter_new(const char *expression)
{
	struct text wide = { 0 };

	if (!expression)
		return NULL;
	struct feed_filter *f = mem_zero(1, sizeof *f);
	feed_filter_widened(&wide, expression);
	f->wide = filter_new(text_of(&wide));
	f->given = filter_new(expression);
	text_free(&wide);
	return f;
}

void feed_filter_free(struct feed_filter *f)
{
	if (!f)
		return;
	filter_free(f->wide);
	filter_free(f->given);
	free(f);
}

bool feed_filter_passes(struct feed_filter *f, const struct frame *frame)
{
	if (!f)
		return true;
	enum filter_answer a = filter_match(f->wide, frame);
	if (a == FILTER_UNABLE)
		a = filter_match(f->given, frame);
	return a == FILTER_PASS;
}

char *feed_filter_wrong(const char *expression)
{
	static const int common[] = { DLT_EN10MB, DLT_LINUX_SLL, DLT_LINUX_SLL2, DLT_RAW,
				      DLT_NULL };
	struct filter *f = filter_new(expression);

	for (size_t i = 0; i < sizeof common / sizeof common[0]; i++)
		filter_prepare(f, common[i]);
	char *why = mem_text(filter_error(f));
	filter_free(f);
	return why;
}
