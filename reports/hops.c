/* hops.c - paths of calls laid over each other. */
#include "reports/hops.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

/* From harmless to harmful, so that the worst of several calls stays. */
static const char *const carriages[] = { "", "tunnel", "tls", "decrypted", "clear" };
static const char *const protections[] = { "", "srtp-verified", "no-plaintext-found",
					   "insufficient", "clear" };

static int rank(const char *word, const char *const *words, size_t count)
{
	for (size_t i = 1; i < count; i++)
		if (strcmp(word, words[i]) == 0)
			return (int)i;
	return 0;
}

static const char *role_word(const json_t *host)
{
	static const char *const words[][2] = {
		{ "proxy", "a proxy" },
		{ "sbc", "a session border controller" },
		{ "b2bua", "a telephone system" },
		{ "relay", "a relay" },
		{ "turn", "a relay" },
		{ "recorder", "a recorder" },
		{ "conference", "a conference server" },
		{ "ivr", "a voice menu" },
		{ "pstn-gateway", "the gateway to the telephone network" },
		{ "endpoint", "a telephone" },
		{ "load-balancer", "a load balancer" },
	};
	const char *role = jvalue_str(host, "role");

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (strcmp(role, words[i][0]) == 0)
			return words[i][1];
	return "";
}

static void name_of(const json_t *host, char out[HOPS_NAME])
{
	const char *name = jvalue_str(host, "name");

	(void)snprintf(out, HOPS_NAME, "%.119s", name[0] ? name : jvalue_str(host, "at"));
}

static struct hop_told *find(struct hops *h, const char *a, const char *b)
{
	for (size_t i = 0; i < h->count; i++) {
		struct hop_told *one = &h->all[i];
		if ((strcmp(one->a, a) == 0 && strcmp(one->b, b) == 0) ||
		    (strcmp(one->a, b) == 0 && strcmp(one->b, a) == 0))
			return one;
	}
	if (h->count == HOPS_MAX) {
		h->more = true;
		return NULL;
	}
	struct hop_told *one = &h->all[h->count++];
	(void)snprintf(one->a, sizeof one->a, "%s", a);
	(void)snprintf(one->b, sizeof one->b, "%s", b);
	return one;
}

static void take(struct hops *h, const json_t *hosts, const json_t *between)
{
	const json_t *a = json_array_get(hosts, (size_t)jvalue_int(between, "a"));
	const json_t *b = json_array_get(hosts, (size_t)jvalue_int(between, "b"));
	char one[HOPS_NAME], two[HOPS_NAME];

	name_of(a, one);
	name_of(b, two);
	if (!one[0] || !two[0])
		return;
	struct hop_told *hop = find(h, one, two);
	if (!hop)
		return;
	bool turned = strcmp(hop->a, one) != 0;
	int s = rank(jvalue_str(between, "signaling"), carriages,
		     sizeof carriages / sizeof *carriages);
	int m = rank(jvalue_str(between, "media"), protections,
		     sizeof protections / sizeof *protections);
	hop->role_a = role_word(turned ? b : a);
	hop->role_b = role_word(turned ? a : b);
	hop->signaling = s > hop->signaling ? s : hop->signaling;
	hop->media = m > hop->media ? m : hop->media;
	hop->calls++;
}

/* Most harm first, then most calls; names last, so that the order is the same in every run. */
static int by_harm(const void *x, const void *y)
{
	const struct hop_told *a = x, *b = y;
	int harm_a = 5 * a->media + a->signaling, harm_b = 5 * b->media + b->signaling;

	if (harm_a != harm_b)
		return harm_b - harm_a;
	if (a->calls != b->calls)
		return a->calls > b->calls ? -1 : 1;
	int by_name = strcmp(a->a, b->a);
	return by_name ? by_name : strcmp(a->b, b->b);
}

struct hops *hops_of(struct document *d)
{
	static const char *const keys[] = { "path", NULL };
	struct hops *h = mem_zero(1, sizeof *h);
	size_t n = document_calls(d);

	h->looked_at = n < HOPS_CALLS ? n : HOPS_CALLS;
	for (size_t i = 0; i < h->looked_at; i++) {
		json_t *call = document_worst_brief(d, i, keys);
		const json_t *path = jvalue_get(call, "path");
		const json_t *between = jvalue_get(path, "between");
		for (size_t k = 0; k < json_array_size(between); k++)
			take(h, jvalue_get(path, "hosts"), json_array_get(between, k));
		json_decref(call);
	}
	qsort(h->all, h->count, sizeof h->all[0], by_harm);
	return h;
}

static void host(struct text *out, const char *name, const char *role)
{
	text_add(out, name);
	if (role && role[0])
		text_addf(out, " (%s)", role);
}

void hops_sentence(const struct hop_told *h, struct text *out)
{
	static const char *const signaling[] = {
		"no call details were seen",
		"call details went through an encrypted tunnel",
		"call details were encrypted",
		"call details were encrypted, and opened for this report",
		"anybody on the line could read the call details",
	};
	static const char *const media[] = {
		"no sound or picture was seen",
		"sound and picture were encrypted, which was checked",
		"nothing readable was found in sound and picture",
		"there was too little sound or picture to tell",
		"anybody on the line could hear the call",
	};

	text_add(out, "Between ");
	host(out, h->a, h->role_a);
	text_add(out, " and ");
	host(out, h->b, h->role_b);
	text_addf(out, " %s, and %s (", signaling[h->signaling], media[h->media]);
	wording_count(out, h->calls, "call");
	text_add(out, ").");
}
