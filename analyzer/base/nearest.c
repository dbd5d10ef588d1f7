/* nearest.c - edit distance with swaps over short words. */
#include "analyzer/base/nearest.h"

enum { LONGEST = 40 };

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Optimal string alignment: insert, delete, replace, swap neighbours. */
static size_t distance(struct slice a, struct slice b)
{
	size_t rows[3][LONGEST + 1];
	size_t *before = rows[0], *above = rows[1], *row = rows[2];

	for (size_t j = 0; j <= b.n; j++)
		above[j] = j;
	for (size_t i = 1; i <= a.n; i++) {
		row[0] = i;
		for (size_t j = 1; j <= b.n; j++) {
			size_t change = above[j - 1] + (a.p[i - 1] != b.p[j - 1]);
			row[j] = least(change, least(above[j], row[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				row[j] = least(row[j], before[j - 2] + 1);
		}
		size_t *spare = before;
		before = above;
		above = row;
		row = spare;
	}
	return above[b.n];
}

const char *nearest_word(struct slice wrong, const char *const *words, size_t count)
{
	const char *best = NULL;
	size_t best_distance = 4;

	if (wrong.n > LONGEST)
		return NULL;
	for (size_t i = 0; i < count; i++) {
		struct slice word = slice_of(words[i]);
		if (word.n > LONGEST)
			continue;
		size_t d = distance(wrong, word);
		if (d < best_distance && d * 3 <= word.n + 2) {
			best = words[i];
			best_distance = d;
		}
	}
	return best;
}
