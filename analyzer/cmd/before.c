/* before.c - the files of --baseline, --waivers and --engagement. */
#include "analyzer/cmd/before.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/text.h"
#include "analyzer/base/when.h"
#include "analyzer/cmd/given.h"
#include "analyzer/cmd/keys.h"
#include "rules/baseline.h"
#include "rules/waiver.h"

static enum err wrong(const char *path, const char *what)
{
	fprintf(stderr, "earshot: %s: %s\n", path, what);
	return ERR_USAGE;
}

static enum err open_baseline(const char *path, struct before *k)
{
	FILE *in = path ? fopen(path, "re") : NULL;
	struct digest *d;
	char *why;

	if (!path)
		return ERR_OK;
	if (!in)
		return wrong(path, strerror(errno));
	d = digest_new();
	enum err e = baseline_read(in, d, &k->baseline, &why);
	fclose(in);
	digest_hex(d, k->baseline_sha256);
	k->baseline_name = given_name(path);
	if (e == ERR_OK)
		return e;
	e = wrong(path, why);
	free(why);
	return e;
}

static enum err open_waivers(const char *path, struct before *k)
{
	char *text, *why;
	size_t n;

	if (!path)
		return ERR_OK;
	if (!keys_read_file(path, &text, &n))
		return wrong(path, strerror(errno));
	struct slice whole = { (uint8_t *)text, n };
	enum err e = waiver_parse(whole, &k->waivers, &why);
	given_digest(whole, k->waivers_sha256);
	k->waivers_name = given_name(path);
	free(text);
	if (e == ERR_OK)
		return e;
	e = wrong(path, why);
	free(why);
	return e;
}

static enum err open_engagement(const char *path, struct before *k)
{
	char *text, *why;
	size_t n;

	if (!path)
		return ERR_OK;
	if (!keys_read_file(path, &text, &n))
		return wrong(path, strerror(errno));
	struct slice whole = { (uint8_t *)text, n };
	enum err e = engagement_parse(whole, &k->engagement, &why);
	given_digest(whole, k->engagement_sha256);
	k->engagement_name = given_name(path);
	free(text);
	if (e == ERR_OK)
		return e;
	e = wrong(path, why);
	free(why);
	return e;
}

/* The wall clock is asked only where the user says so: reports of the same packets stay the same.
 */
static enum err set_date(const char *word, struct before *k)
{
	struct timespec now;
	char date[WHEN_TEXT];

	if (!word || !k->waivers || strcmp(word, "capture") == 0)
		return ERR_OK;
	if (strcmp(word, "today") == 0) {
		(void)clock_gettime(CLOCK_REALTIME, &now);
		(void)when_text((uint64_t)now.tv_sec * WHEN_SECOND, date);
		date[sizeof "2027-01-31" - 1] = '\0';
		word = date;
	}
	if (waiver_as_of(k->waivers, word))
		return ERR_OK;
	fprintf(stderr,
		"earshot: --waivers-as-of: '%.40s' is not capture, today or a date like "
		"2027-01-31\n",
		word);
	return ERR_USAGE;
}

enum err before_open(const struct args *a, struct before *out)
{
	*out = (struct before){ .baseline = NULL };
	if (a->waivers_as_of && !a->waivers) {
		fputs("earshot: --waivers-as-of does nothing without --waivers FILE\n", stderr);
		return ERR_USAGE;
	}
	if (open_baseline(a->baseline, out) != ERR_OK || open_waivers(a->waivers, out) != ERR_OK ||
	    open_engagement(a->engagement, out) != ERR_OK)
		return ERR_USAGE;
	return set_date(a->waivers_as_of, out);
}

static void tell(const struct before *k, size_t i)
{
	const struct waiver *w = waiver_at(k->waivers, i);
	enum waiver_state state = waiver_state(k->waivers, w);
	struct text owner = { NULL, 0, 0 };

	if (state == WAIVER_USED)
		return;
	text_printable(&owner, slice_of(w->owner));
	fprintf(stderr, "earshot: %s: waivers[%zu] (%s, %s) ", k->waivers_name, i, w->rule->id,
		text_of(&owner));
	if (state == WAIVER_UNUSED)
		fputs("matched nothing\n", stderr);
	else
		fprintf(stderr, "expired after %s; %llu findings it would have waived count\n",
			w->expires, (unsigned long long)w->late);
	text_free(&owner);
}

void before_tell(const struct before *k, int verbose)
{
	for (size_t i = 0; k->waivers && verbose >= 0 && i < waiver_count(k->waivers); i++)
		tell(k, i);
}

void before_close(struct before *k)
{
	baseline_free(k->baseline);
	waiver_free(k->waivers);
	engagement_free(k->engagement);
	*k = (struct before){ .baseline = NULL };
}
