/* contrast_part.c - the words a comparison is told in. */
#include "reports/contrast_part.h"

#include <stdio.h>
#include <string.h>

#include "analyzer/model/call.h"
#include "reports/wording.h"

enum { WORDS = 16 };

/* The last word of a set is for what is not among the others. */
static const char *const set_words[][WORDS] = {
	{ "none", "sdes", "dtls-srtp", "zrtp", "mikey", "unknown", "other" },
	{ "none", "udp", "tcp", "tls", "ws", "wss", "sctp", "tls-sctp", "other" },
	{ "SSL 3.0", "TLS 1.0", "TLS 1.1", "TLS 1.2", "TLS 1.3", "version not seen" },
};

/* A version stands in front of its suite: "TLS 1.2, TLS_RSA_...". */
uint32_t contrast_part_bit(enum contrast_set of, const char *word)
{
	const char *const *words = set_words[of];
	size_t n = strcspn(word, ","), i = 0;

	while (words[i + 1] && (strlen(words[i]) != n || strncmp(words[i], word, n) != 0))
		i++;
	return UINT32_C(1) << i;
}

const char *contrast_part_change(enum contrast_change c)
{
	static const char *const text[CONTRAST_CHANGES] = { "new",  "worse", "better",
							    "gone", "share", "same" };

	return text[c];
}

const char *contrast_part_kind(enum contrast_kind k)
{
	return k == CONTRAST_TRUNK ? "trunk" : "element";
}

static bool same_labels(const struct contrast_seen *a, const struct contrast_seen *b)
{
	for (int l = 0; l < LABELS; l++)
		if (!a->labels[l] != !b->labels[l])
			return false;
	return true;
}

bool contrast_part_changed(const struct contrast_place *p)
{
	const struct contrast_seen *a = &p->seen[0], *b = &p->seen[1];

	for (int c = 0; c < CONTRAST_SAME; c++)
		if (p->problems[c])
			return true;
	return !a->rows != !b->rows || a->keyings != b->keyings || a->transports != b->transports ||
	       a->versions != b->versions || !same_labels(a, b);
}

static uint32_t set_of(enum contrast_set of, const struct contrast_seen *s)
{
	const uint32_t sets[] = { s->keyings, s->transports, s->versions };

	return sets[of];
}

void contrast_part_set(struct text *t, enum contrast_set of, const struct contrast_seen *s)
{
	uint32_t set = set_of(of, s);
	size_t n = 0;

	for (size_t i = 0; i < WORDS && set_words[of][i]; i++)
		if (set >> i & 1)
			text_addf(t, "%s%s", n++ ? ", " : "", set_words[of][i]);
	text_add(t, n ? "" : "-");
}

void contrast_part_labels(struct text *t, const struct contrast_seen *s)
{
	size_t n = 0;

	for (int l = 0; l < LABEL_NONE; l++) {
		if (!s->labels[l])
			continue;
		text_addf(t, "%s%s ", n++ ? ", " : "", judge_label_text((enum label)l));
		wording_number(t, s->labels[l]);
	}
	text_add(t, n ? "" : "-");
}

void contrast_part_share(struct text *t, uint64_t rows, uint64_t all)
{
	wording_number(t, rows);
	text_add(t, " of ");
	wording_count(t, all, "row");
}

static void aspect_of(const struct contrast *c, const struct contrast_place *p, int which, int side,
		      struct text *t)
{
	const struct contrast_seen *s = &p->seen[side];

	if (which == 0)
		contrast_part_share(t, s->rows, c->side[side].rows);
	else if (which == 1)
		contrast_part_labels(t, s);
	else
		contrast_part_set(t, (enum contrast_set)(which - 2), s);
}

void contrast_part_aspects(const struct contrast *c, const struct contrast_place *p,
			   struct contrast_aspect out[CONTRAST_ASPECTS])
{
	static const char *const names[CONTRAST_ASPECTS] = { "rows", "label", "keying", "transport",
							     "TLS" };

	for (int i = 0; i < CONTRAST_ASPECTS; i++) {
		out[i].name = names[i];
		text_clear(&out[i].before);
		text_clear(&out[i].after);
		aspect_of(c, p, i, CONTRAST_BEFORE, &out[i].before);
		aspect_of(c, p, i, CONTRAST_AFTER, &out[i].after);
	}
}

void contrast_part_aspects_free(struct contrast_aspect out[CONTRAST_ASPECTS])
{
	for (int i = 0; i < CONTRAST_ASPECTS; i++) {
		text_free(&out[i].before);
		text_free(&out[i].after);
	}
}

static void severities(struct text *t, const struct contrast_problem *p)
{
	const char *before = judge_severity_text(p->side[CONTRAST_BEFORE].severity);
	const char *after = judge_severity_text(p->side[CONTRAST_AFTER].severity);

	if (p->change == CONTRAST_WORSE || p->change == CONTRAST_BETTER)
		text_addf(t, "%s, was %s: ", after, before);
	else
		text_addf(t, "%s: ", p->change == CONTRAST_GONE ? before : after);
}

void contrast_part_problem(const struct contrast *c, const struct contrast_problem *p,
			   struct text *t)
{
	severities(t, p);
	text_addf(t, "%s %s", p->rule, p->title);
	if (p->element[0])
		text_addf(t, " at %s", p->element);
	text_add(t, ", ");
	if (p->change != CONTRAST_NEW)
		contrast_part_share(t, p->side[0].rows, c->side[0].rows);
	if (p->change != CONTRAST_NEW && p->change != CONTRAST_GONE)
		text_add(t, " \xe2\x86\x92 ");
	if (p->change != CONTRAST_GONE)
		contrast_part_share(t, p->side[1].rows, c->side[1].rows);
	if (p->side[1].findings && p->side[1].waived == p->side[1].findings)
		text_add(t, " (waived)");
}

void contrast_part_side(const struct contrast *c, enum contrast_side side, struct text *t)
{
	const struct contrast_about *a = &c->side[side];

	text_addf(t, "%s: ", a->name);
	wording_count(t, a->rows, "row");
	if (a->label[0])
		text_addf(t, ", worst %s", a->label);
	if (a->needed)
		text_addf(t, ", coverage %d %%", (int)(100 * a->coverage + 0.5));
	text_add(t, a->damaged ? ", of a damaged capture" : "");
}
