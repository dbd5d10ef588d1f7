/* filter.c - libpcap compiles; each frame is asked of the program of its own link type. */
#include "analyzer/capture/filter.h"

#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>

#include "analyzer/base/mem.h"

/* A pcapng can name thousands of link types; no honest one names many. */
enum { PROGRAMS_MAX = 64, SNAPLEN = 262144 };

struct program {
	int link_type;
	bool compiled;
	struct bpf_program code;
};

struct filter {
	char *expression;
	struct program programs[PROGRAMS_MAX];
	size_t count, last;
	bool compiled; /* for one at least */
	char error[PCAP_ERRBUF_SIZE];
};

struct filter *filter_new(const char *expression)
{
	struct filter *f = mem_zero(1, sizeof *f);

	f->expression = mem_text(expression);
	return f;
}

void filter_free(struct filter *f)
{
	if (!f)
		return;
	for (size_t i = 0; i < f->count; i++)
		if (f->programs[i].compiled)
			pcap_freecode(&f->programs[i].code);
	free(f->expression);
	free(f);
}

static void compile(struct filter *f, struct program *p)
{
	pcap_t *dead = pcap_open_dead(p->link_type, SNAPLEN);

	if (!dead)
		return;
	p->compiled = pcap_compile(dead, &p->code, f->expression, 1, PCAP_NETMASK_UNKNOWN) == 0;
	if (p->compiled)
		f->compiled = true;
	else if (!f->error[0])
		(void)snprintf(f->error, sizeof f->error, "%s", pcap_geterr(dead));
	pcap_close(dead);
}

static const struct program *program_for(struct filter *f, int link_type)
{
	if (f->count && f->programs[f->last].link_type == link_type)
		return &f->programs[f->last];
	for (size_t i = 0; i < f->count; i++)
		if (f->programs[i].link_type == link_type) {
			f->last = i;
			return &f->programs[i];
		}
	if (f->count == PROGRAMS_MAX)
		return NULL;
	struct program *p = &f->programs[f->count++];
	p->link_type = link_type;
	compile(f, p);
	return p;
}

enum filter_answer filter_match(struct filter *f, const struct frame *frame)
{
	const struct program *p = program_for(f, frame->link_type);

	if (!p || !p->compiled)
		return FILTER_UNABLE;
	return bpf_filter(p->code.bf_insns, frame->bytes.p, frame->wire_len, (u_int)frame->bytes.n)
		       ? FILTER_PASS
		       : FILTER_DROP;
}

void filter_prepare(struct filter *f, int link_type)
{
	(void)program_for(f, link_type);
}

const char *filter_error(const struct filter *f)
{
	return f->compiled || !f->error[0] ? NULL : f->error;
}
