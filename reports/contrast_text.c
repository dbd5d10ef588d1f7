/* contrast_text.c - a comparison for a terminal: the problems, then places that changed. */
#include <string.h>

#include "reports/contrast_part.h"
#include "reports/layout.h"
#include "reports/wording.h"

enum { TAB = 9, PROBLEMS_SHOWN = 40, PLACES_SHOWN = 40, ASPECT = 14 };

static void side_line(struct layout *l, const struct contrast *c, enum contrast_side side)
{
	struct text t = { NULL, 0, 0 };

	layout_put(l, side == CONTRAST_BEFORE ? "before" : "after");
	layout_pad(l, TAB);
	contrast_part_side(c, side, &t);
	layout_wrap(l, text_of(&t), TAB);
	layout_line(l);
	text_free(&t);
}

static void put_problems(struct layout *l, const struct contrast *c)
{
	size_t shown = 0, left = 0;
	struct text t = { NULL, 0, 0 };

	for (size_t i = 0; i < c->problem_count; i++) {
		const struct contrast_problem *p = c->problems[i];
		if (p->change == CONTRAST_SAME)
			continue;
		if (shown == PROBLEMS_SHOWN) {
			left++;
			continue;
		}
		shown++;
		text_clear(&t);
		contrast_part_problem(c, p, &t);
		layout_put(l, contrast_part_change(p->change));
		layout_pad(l, TAB);
		layout_wrap(l, text_of(&t), TAB);
		layout_line(l);
	}
	text_clear(&t);
	if (left) {
		wording_number(&t, left);
		text_add(&t, " more problems that changed are in the JSON (-f json)");
		layout_wrap(l, text_of(&t), 0);
		layout_line(l);
	}
	if (shown)
		layout_line(l);
	text_free(&t);
}

static void put_place(struct layout *l, const struct contrast *c, const struct contrast_place *p)
{
	struct contrast_aspect a[CONTRAST_ASPECTS] = { { NULL, { NULL, 0, 0 }, { NULL, 0, 0 } } };
	struct text t = { NULL, 0, 0 };

	text_addf(&t, "%s %s", contrast_part_kind(p->kind), p->name);
	for (int k = 0; k < CONTRAST_SAME; k++)
		if (p->problems[k] && k != CONTRAST_SHARE)
			text_addf(&t, ", %llu %s", (unsigned long long)p->problems[k],
				  contrast_part_change((enum contrast_change)k));
	layout_wrap(l, text_of(&t), 4);
	layout_line(l);
	contrast_part_aspects(c, p, a);
	for (int i = 0; i < CONTRAST_ASPECTS; i++) {
		bool same = strcmp(text_of(&a[i].before), text_of(&a[i].after)) == 0;
		text_clear(&t);
		text_addf(&t, "%s", text_of(&a[i].before));
		if (!same)
			text_addf(&t, " \xe2\x86\x92 %s", text_of(&a[i].after));
		layout_put(l, "  ");
		layout_put(l, a[i].name);
		layout_pad(l, ASPECT);
		layout_wrap(l, text_of(&t), ASPECT);
		layout_line(l);
	}
	contrast_part_aspects_free(a);
	text_free(&t);
}

static void put_places(struct layout *l, const struct contrast *c)
{
	size_t changed = 0;
	struct text t = { NULL, 0, 0 };

	for (size_t i = 0; i < c->place_count; i++) {
		if (!contrast_part_changed(c->places[i]))
			continue;
		if (changed++ < PLACES_SHOWN)
			put_place(l, c, c->places[i]);
	}
	if (changed > PLACES_SHOWN) {
		wording_number(&t, changed - PLACES_SHOWN);
		text_add(&t, " more that changed; ");
	}
	wording_number(&t, c->place_count - changed);
	text_add(&t, " trunks and elements as before");
	if (c->grouped)
		text_add(&t, "; hosts that the reports hide count as one (--redact none tells them "
			     "apart)");
	layout_wrap(l, text_of(&t), 0);
	layout_line(l);
	text_free(&t);
}

static void last_line(struct layout *l, const struct contrast *c)
{
	struct text t = { NULL, 0, 0 };

	for (int k = 0; k < CONTRAST_CHANGES; k++) {
		if (k == CONTRAST_SHARE)
			continue;
		text_addf(
			&t, "%s%llu %s", k ? ", " : "problems: ",
			(unsigned long long)(c->changes[k] +
					     (k == CONTRAST_SAME ? c->changes[CONTRAST_SHARE] : 0)),
			k == CONTRAST_GONE ? "gone or not seen again"
					   : contrast_part_change((enum contrast_change)k));
	}
	layout_wrap(l, text_of(&t), 2);
	layout_line(l);
	text_clear(&t);
	text_addf(&t, "exit %d: %s", c->exit, c->why);
	layout_put(l, text_of(&t));
	layout_line(l);
	text_free(&t);
}

bool contrast_text_write(const struct contrast *c, FILE *out, int width)
{
	struct layout l = { out, width, 0, false };

	side_line(&l, c, CONTRAST_BEFORE);
	side_line(&l, c, CONTRAST_AFTER);
	layout_line(&l);
	put_problems(&l, c);
	put_places(&l, c);
	last_line(&l, c);
	return !ferror(out);
}
