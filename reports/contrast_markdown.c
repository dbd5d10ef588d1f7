/* contrast_markdown.c - a comparison for a change ticket. */
#include <string.h>

#include "reports/contrast_part.h"
#include "reports/escape.h"
#include "reports/wording.h"

static void put(FILE *out, const struct text *t)
{
	escape_markdown(out, text_of(t));
}

static void sides(FILE *out, const struct contrast *c)
{
	static const char *const names[] = { "Before", "After" };
	struct text t = { NULL, 0, 0 };

	for (int s = 0; s < 2; s++) {
		text_clear(&t);
		contrast_part_side(c, (enum contrast_side)s, &t);
		(void)fprintf(out, "- %s: ", names[s]);
		put(out, &t);
		(void)fputs("\n", out);
	}
	text_free(&t);
}

static void problems(FILE *out, const struct contrast *c, enum contrast_change change,
		     const char *title)
{
	struct text t = { NULL, 0, 0 };

	if (!c->changes[change])
		return;
	(void)fprintf(out, "\n### %s (%llu)\n\n", title, (unsigned long long)c->changes[change]);
	for (size_t i = 0; i < c->problem_count; i++) {
		const struct contrast_problem *p = c->problems[i];
		if (p->change != change)
			continue;
		text_clear(&t);
		contrast_part_problem(c, p, &t);
		(void)fputs("- ", out);
		put(out, &t);
		if (p->trunk) {
			(void)fputs("; trunk ", out);
			escape_markdown(out, p->trunk->name);
		}
		(void)fputs("\n", out);
	}
	text_free(&t);
}

static void cell(FILE *out, const struct contrast_aspect *a)
{
	(void)fputs(" ", out);
	put(out, &a->before);
	if (strcmp(text_of(&a->before), text_of(&a->after)) != 0) {
		(void)fputs(" \xe2\x86\x92 **", out);
		put(out, &a->after);
		(void)fputs("**", out);
	}
	(void)fputs(" |", out);
}

static void place(FILE *out, const struct contrast *c, const struct contrast_place *p,
		  struct contrast_aspect a[CONTRAST_ASPECTS])
{
	(void)fprintf(out, "| %s ", contrast_part_kind(p->kind));
	escape_markdown(out, p->name);
	(void)fputs(" |", out);
	contrast_part_aspects(c, p, a);
	for (int i = 0; i < CONTRAST_ASPECTS; i++)
		cell(out, &a[i]);
	(void)fprintf(out, " %llu / %llu |\n",
		      (unsigned long long)(p->problems[CONTRAST_NEW] + p->problems[CONTRAST_WORSE]),
		      (unsigned long long)p->problems[CONTRAST_GONE]);
}

static void places(FILE *out, const struct contrast *c)
{
	struct contrast_aspect a[CONTRAST_ASPECTS] = { { NULL, { NULL, 0, 0 }, { NULL, 0, 0 } } };
	size_t changed = 0;

	for (size_t i = 0; i < c->place_count; i++) {
		if (!contrast_part_changed(c->places[i]))
			continue;
		if (!changed++)
			(void)fputs("\n### What changed where\n\n| Place | Rows | Label | Keying | "
				    "Transport | TLS | New or worse / gone |\n"
				    "|---|---|---|---|---|---|---|\n",
				    out);
		place(out, c, c->places[i], a);
	}
	contrast_part_aspects_free(a);
	(void)fprintf(out, "\n%zu trunks and elements as before.", c->place_count - changed);
	if (c->grouped)
		(void)fputs(" Hosts that the reports hide count as one.", out);
	(void)fputs(" Gone means not seen again: mended, or not captured this time.\n", out);
}

bool contrast_markdown_write(const struct contrast *c, FILE *out)
{
	(void)fprintf(out, "## VoIP encryption, before and after\n\n**%s** (exit %d)\n\n", c->why,
		      c->exit);
	sides(out, c);
	problems(out, c, CONTRAST_NEW, "New problems");
	problems(out, c, CONTRAST_WORSE, "Worse");
	problems(out, c, CONTRAST_BETTER, "Better");
	problems(out, c, CONTRAST_GONE, "Gone");
	problems(out, c, CONTRAST_SHARE, "In another share of the rows");
	places(out, c);
	return !ferror(out);
}
