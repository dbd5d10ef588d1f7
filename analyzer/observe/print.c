/* print.c - packets chosen by their content: sorted choices beside their bodies. */
#include "analyzer/observe/print.h"

#include <string.h>

#include "analyzer/base/hash.h"

uint64_t print_choice_short(struct slice payload)
{
	return hash_fixed(payload);
}

void print_reset(struct print_box *b)
{
	b->count = 0;
	b->limit = UINT32_MAX;
}

void print_put(struct print_box *b, uint8_t at, const struct print_packet *p)
{
	b->kept[at] = (struct print_seen){
		.choice = p->choice,
		.payload = hash_payload(p->payload),
		.ts_ns = p->ts_ns,
		.rtp_ts = p->rtp_ts,
		.seq = p->seq,
		.len = (uint16_t)(p->payload.n > UINT16_MAX ? UINT16_MAX : p->payload.n),
	};
}

void print_offer(struct print_box *b, const struct print_packet *p)
{
	if (!print_fits(b->limit, p->choice))
		return;
	print_put(b, b->count++, p);
	if (b->count == PRINT_ROOM)
		print_thin(b);
}

/*
 * Choices are evenly spread up to the limit, but where payloads repeat: this many
 * steps of it hold about one each.
 */
enum { STEPS = 64 };

struct steps {
	uint64_t scale;
	uint8_t of[PRINT_ROOM];
	uint8_t held[STEPS];
};

static void count_steps(const struct print_box *b, struct steps *s)
{
	s->scale = ((uint64_t)STEPS << 32) / ((uint64_t)b->limit + 1);
	memset(s->held, 0, sizeof s->held);
	for (unsigned i = 0; i < b->count; i++) {
		s->of[i] = (uint8_t)((b->kept[i].choice >> 32) * s->scale >> 32);
		s->held[s->of[i]]++;
	}
}

/* Of packets that are alike in all the capture point's neighbours see, the last comes first. */
static bool comes_before(const struct print_seen *a, const struct print_seen *b)
{
	if (a->choice != b->choice)
		return a->choice < b->choice;
	if (a->payload != b->payload)
		return a->payload < b->payload;
	if (a->rtp_ts != b->rtp_ts)
		return a->rtp_ts < b->rtp_ts;
	if (a->seq != b->seq)
		return a->seq < b->seq;
	return a->ts_ns > b->ts_ns;
}

/* Step by step, then by insertion, which has little left to do. */
static void sort(const struct print_box *b, uint8_t order[PRINT_ROOM])
{
	uint8_t next[STEPS], sum = 0;
	struct steps s;

	count_steps(b, &s);
	for (unsigned i = 0; i < STEPS; i++) {
		next[i] = sum;
		sum = (uint8_t)(sum + s.held[i]);
	}
	for (unsigned i = 0; i < b->count; i++)
		order[next[s.of[i]]++] = (uint8_t)i;
	for (unsigned i = 1; i < b->count; i++) {
		uint8_t one = order[i];
		unsigned at = i;
		for (; at && comes_before(&b->kept[one], &b->kept[order[at - 1]]); at--)
			order[at] = order[at - 1];
		order[at] = one;
	}
}

uint16_t print_list(const struct print_box *b, struct print_seen out[MEDIA_PRINTS])
{
	uint8_t order[PRINT_ROOM];
	uint16_t n = 0;

	sort(b, order);
	for (unsigned i = 0; i < b->count && n < MEDIA_PRINTS; i++) {
		const struct print_seen *one = &b->kept[order[i]];
		if (n < PRINT_ALIKE || out[n - PRINT_ALIKE].choice != one->choice)
			out[n++] = *one;
	}
	return n;
}

static void thin_alike(struct print_box *b)
{
	struct print_seen list[MEDIA_PRINTS];

	b->count = (uint8_t)print_list(b, list);
	memcpy(b->kept, list, b->count * sizeof list[0]);
	if (b->count == MEDIA_PRINTS)
		b->limit = (uint32_t)(list[MEDIA_PRINTS - 1].choice >> 32);
}

static void keep_below(struct print_box *b, const struct steps *s, uint8_t end)
{
	uint32_t limit = 0;
	uint8_t n = 0;

	for (unsigned i = 0; i < b->count; i++) {
		struct print_seen one = b->kept[i];
		uint32_t high = (uint32_t)(one.choice >> 32);
		bool stays = s->of[i] < end;
		b->kept[n] = one;
		n = (uint8_t)(n + stays);
		limit = stays && high > limit ? high : limit;
	}
	b->count = n;
	b->limit = limit;
}

/*
 * What has MEDIA_PRINTS below it can go; a step or two more than those may stay,
 * for print_list sorts them out. More than PRINT_ALIKE in one step are perhaps of one
 * choice: then all is sorted.
 */
void print_thin(struct print_box *b)
{
	unsigned held = 0;
	struct steps s;
	uint8_t end = 0;

	count_steps(b, &s);
	while (held < MEDIA_PRINTS && s.held[end] <= PRINT_ALIKE)
		held += s.held[end++];
	if (held < MEDIA_PRINTS)
		thin_alike(b);
	else
		keep_below(b, &s, end);
}
