/* plan_item.c - words and commands of a capture to make. */
#include "reports/plan_item.h"

#include <ctype.h>

#include "analyzer/base/addr.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

enum { TAB = 12 };

static const char *kind_text(enum plan_kind k)
{
	static const char *const text[] = { "both-access-links", "access-link", "inside-tls",
					    "both-sides" };

	return text[k];
}

static void place(struct text *t, const struct plan_item *i)
{
	switch (i->kind) {
	case PLAN_BOTH:
		text_addf(t, "the access links of %s and of %s, at the same time", i->a, i->b);
		break;
	case PLAN_ACCESS:
		text_addf(t, "the access link of %s", i->a);
		break;
	case PLAN_TLS:
		text_addf(t, "between %s and %s, inside TLS", i->a, i->b);
		break;
	case PLAN_SIDES:
		text_addf(t, "both sides of %s, at the same time", i->a);
		break;
	}
}

static bool is_address(const char *host)
{
	struct addr a;

	return addr_parse(slice_of(host), &a);
}

bool plan_item_hidden(const struct plan_item *i)
{
	return !is_address(i->a) || (i->b[0] && !is_address(i->b));
}

/* What stands in a command line: an address, or a word to be replaced that no shell reads. */
static void put_host(struct text *t, const char *host)
{
	if (is_address(host)) {
		text_add(t, host);
		return;
	}
	text_add(t, "ADDRESS-OF-");
	for (const char *c = host; *c; c++)
		text_addf(t, "%c", isalnum((unsigned char)*c) ? *c : '-');
}

static unsigned machine_count(const struct plan_item *i)
{
	return i->kind == PLAN_BOTH ? 2 : 1;
}

static const char *machine_host(const struct plan_item *i, unsigned machine)
{
	return machine ? i->b : i->a;
}

/* Fragments behind the first have no ports, and in IPv6 no protocol: they are asked for by name. */
static void packets_of(struct text *t, const struct plan_item *i, unsigned machine)
{
	text_add(t, "host ");
	put_host(t, machine_host(i, machine));
	if (i->kind == PLAN_TLS) {
		text_add(t, " and host ");
		put_host(t, i->b);
	}
	text_addf(t, " and (%s or (ip[6:2] & 0x1fff != 0) or (ip6 proto 44))",
		  i->kind == PLAN_TLS ? "tcp" : "udp or tcp or sctp");
}

static void filter(struct text *t, const struct plan_item *i, unsigned machine)
{
	text_add(t, "(");
	packets_of(t, i, machine);
	text_add(t, ") or (vlan and ");
	packets_of(t, i, machine);
	text_add(t, ")");
}

static void file_name(struct text *t, const struct plan_item *i, unsigned machine)
{
	static const char *const before[] = { "access-", "access-", "tls-", "sides-" };
	size_t from;

	text_add(t, before[i->kind]);
	from = t->n;
	put_host(t, machine_host(i, machine));
	for (char *c = t->p + from; *c; c++)
		if (*c == ':' || *c == '[' || *c == ']')
			*c = '-';
	text_add(t, ".pcap");
}

static void tcpdump(struct text *t, const struct plan_item *i, unsigned machine)
{
	text_add(t, "tcpdump -i INTERFACE -s 262144 -w ");
	file_name(t, i, machine);
	text_add(t, " '");
	filter(t, i, machine);
	text_add(t, "'");
}

static void dumpcap(struct text *t, const struct plan_item *i, unsigned machine)
{
	text_add(t, "dumpcap -i INTERFACE -s 262144 -w ");
	file_name(t, i, machine);
	text_add(t, " -f '");
	filter(t, i, machine);
	text_add(t, "'");
}

static void audit(struct text *t, const struct plan_item *i)
{
	text_add(t, "earshot audit");
	if (i->kind == PLAN_BOTH || i->kind == PLAN_ACCESS)
		text_add(t, " --inventory network.json");
	if (i->kind == PLAN_TLS)
		text_add(t, " --keylog keys.log");
	for (unsigned m = 0; m < machine_count(i); m++) {
		text_add(t, " ");
		file_name(t, i, m);
	}
	text_add(t, i->kind == PLAN_BOTH ? "" : " EARLIER-CAPTURES...");
}

/* "signaling, keys, media" */
static void conditions(struct text *t, const struct plan_item *i)
{
	const char *before = "";

	for (int c = 0; c < CONDITIONS; c++) {
		if (!i->short_of[c])
			continue;
		text_addf(t, "%s%s", before, judge_condition_text((enum condition)c));
		before = ", ";
	}
	text_add(t, before[0] ? "" : "nothing that is open, but more would be covered");
}

static void verdict(struct text *t, const struct plan_item *i)
{
	static const char *const then[] = {
		"fail where it is readable, exchanged or ended in between; pass only if the "
		"inventory calls both ends endpoints and both captures access links",
		"fail where it is readable there; pass only together with the other end's access "
		"link",
		"fail where an element in between could read the SIP or held its keys; else what "
		"both ends announced can be compared",
		"fail if that element decrypts or exchanges keys; else it is seen to forward them",
	};

	conditions(t, i);
	text_addf(t, ": %s", then[i->kind]);
}

static const char *note(const struct plan_item *i)
{
	static const char *const notes[] = {
		"Two machines: synchronise their clocks by NTP before, as calls are joined by time "
		"and 2 s apart is tolerated. `earshot inventory draft` makes network.json.",
		"Where it runs beside other captures, synchronise the clocks by NTP.",
		"Have one side log its TLS secrets from before the connection begins (browsers and "
		"many libraries: SSLKEYLOGFILE) and capture from there on; keys.log is secret.",
		"One machine that sees both interfaces (-i any) keeps one clock; else synchronise "
		"by NTP.",
	};

	return notes[i->kind];
}

/* ---- as JSON and as text ---- */

typedef void part_fn(struct text *t, const struct plan_item *i, unsigned machine);

static json_t *part(const struct plan_item *i, part_fn *write, unsigned machine)
{
	struct text t = { NULL, 0, 0 };

	write(&t, i, machine);
	json_t *v = jvalue_text(text_of(&t));
	text_free(&t);
	return v;
}

static void put_whole(json_t *o, const char *key, const struct plan_item *i,
		      void (*write)(struct text *t, const struct plan_item *i))
{
	struct text t = { NULL, 0, 0 };

	write(&t, i);
	jvalue_put(o, key, jvalue_text(text_of(&t)));
	text_free(&t);
}

static json_t *machine_json(const struct plan_item *i, unsigned machine)
{
	json_t *o = json_object();

	jvalue_put(o, "filter", part(i, filter, machine));
	jvalue_put(o, "file", part(i, file_name, machine));
	jvalue_put(o, "tcpdump", part(i, tcpdump, machine));
	jvalue_put(o, "dumpcap", part(i, dumpcap, machine));
	return o;
}

json_t *plan_item_json(const struct plan_item *i)
{
	json_t *o = json_object(), *machines = json_array(), *wants = json_array(),
	       *settles = json_array();

	for (unsigned m = 0; m < machine_count(i); m++)
		jvalue_push(machines, machine_json(i, m));
	for (unsigned k = 0; k < i->want_count; k++)
		jvalue_push(wants, jvalue_text(i->wants[k]));
	for (int c = 0; c < CONDITIONS; c++)
		if (i->short_of[c])
			jvalue_push(settles, jvalue_text(judge_condition_text((enum condition)c)));
	jvalue_put(o, "kind", jvalue_text(kind_text(i->kind)));
	put_whole(o, "where", i, place);
	jvalue_put(o, "calls", jvalue_number(i->calls));
	jvalue_put(o, "sees", wants);
	jvalue_put(o, "captures", machines);
	put_whole(o, "audit", i, audit);
	jvalue_put(o, "settles", settles);
	put_whole(o, "verdict", i, verdict);
	jvalue_put(o, "note", jvalue_text(note(i)));
	jvalue_put(o, "addresses_hidden", json_boolean(plan_item_hidden(i)));
	return o;
}

static void named_line(struct layout *l, const char *name, const char *text)
{
	layout_put(l, "   ");
	layout_put(l, name);
	layout_pad(l, TAB);
	layout_wrap(l, text, TAB);
	layout_line(l);
}

/* Commands are to be copied: one line each, whatever the width. */
static void command_line(struct layout *l, const char *name, const struct text *t)
{
	layout_put(l, "   ");
	layout_put(l, name);
	layout_pad(l, TAB);
	layout_put(l, text_of(t));
	layout_line(l);
}

static void wants_text(struct text *t, const struct plan_item *i)
{
	for (unsigned k = 0; k < i->want_count; k++)
		text_addf(t, "%s%s", k ? "; " : "", i->wants[k]);
	if (i->more_wants)
		text_addf(t, "; and more");
}

void plan_item_text(struct layout *l, const struct plan_item *i, size_t number)
{
	struct text t = { NULL, 0, 0 };

	text_addf(&t, "%zu  ", number);
	place(&t, i);
	text_add(&t, "  (");
	wording_count(&t, i->calls, "call");
	text_add(&t, ")");
	layout_bold(l);
	layout_wrap(l, text_of(&t), 3);
	layout_plain(l);
	layout_line(l);
	text_clear(&t);
	wants_text(&t, i);
	if (t.n)
		named_line(l, "sees", text_of(&t));
	for (unsigned m = 0; m < machine_count(i); m++) {
		text_clear(&t);
		tcpdump(&t, i, m);
		command_line(l, m ? "and" : "run", &t);
	}
	text_clear(&t);
	audit(&t, i);
	command_line(l, "then", &t);
	text_clear(&t);
	verdict(&t, i);
	named_line(l, "settles", text_of(&t));
	named_line(l, "note", note(i));
	layout_line(l);
	text_free(&t);
}
