/* memory.c - what calls show, against what was shown before. */
#include "analyzer/watch/memory.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "analyzer/watch/memory_inner.h"
#include "analyzer/watch/memory_save.h"
#include "analyzer/watch/memory_tell.h"
#include "analyzer/watch/numbered.h"
#include "analyzer/watch/short.h"
#include "reports/jvalue.h"
#include "reports/wording.h"

enum { ROOM = 200000, WHO = 200, MEMBERS = 256, LASTING_CALLS = 3, QUIET_MOST = 10000 };
#define LASTING_NS (3600 * WHEN_SECOND)
#define LEARN_NS   (86400 * WHEN_SECOND)

struct memory *memory_new(struct memory_options options)
{
	struct memory *m = mem_zero(1, sizeof *m);

	m->options = options;
	if (!m->options.room)
		m->options.room = ROOM;
	if (!m->options.learn_ns)
		m->options.learn_ns = LEARN_NS;
	memory_table_begin(&m->table, m->options.room);
	return m;
}

void memory_free(struct memory *m)
{
	if (!m)
		return;
	memory_table_end(&m->table);
	free(m);
}

/* ---- certificates and ZIDs --------------------------------------------------------------------
 */

/* Whether the next other one is a change. A browser makes a certificate for each call; of what
 * serves signaling even the first is meant to stay. */
static bool lasts(enum memory_kind k, const struct memory_mark *mark)
{
	if (k == MEMORY_TLS)
		return mark->calls >= 1;
	if (k == MEMORY_ZID)
		return mark->calls >= 2;
	return mark->calls >= LASTING_CALLS && mark->last_ns - mark->first_ns >= LASTING_NS;
}

static struct memory_mark *mark_of(struct memory_entry *e, const char *digest)
{
	for (int i = 0; i < MEMORY_TABLE_MARKS; i++)
		if (strcmp(e->marks[i].digest, digest) == 0)
			return &e->marks[i];
	return NULL;
}

/* The one that was shown last of those that last; NULL: there is none. */
static struct memory_mark *lasting(struct memory_entry *e)
{
	struct memory_mark *out = NULL;

	for (int i = 0; i < MEMORY_TABLE_MARKS; i++) {
		struct memory_mark *one = &e->marks[i];
		if (*one->digest && lasts(e->kind, one) && (!out || one->last_ns > out->last_ns))
			out = one;
	}
	return out;
}

static bool goes_first(enum memory_kind k, const struct memory_mark *a, const struct memory_mark *b)
{
	if (!*a->digest || !*b->digest)
		return !*a->digest && *b->digest;
	if (lasts(k, a) != lasts(k, b))
		return !lasts(k, a);
	return a->last_ns < b->last_ns;
}

static struct memory_mark *place_for(struct memory_entry *e)
{
	struct memory_mark *out = &e->marks[0];

	for (int i = 1; i < MEMORY_TABLE_MARKS; i++)
		if (goes_first(e->kind, &e->marks[i], out))
			out = &e->marks[i];
	return out;
}

/*
 * Behind one address may be both what lasts and what is made anew: each change that was told asks
 * for more sightings of what lasts before the next, so that it does not become an event a call.
 */
static void mark_new(struct memory *m, struct memory_entry *e, const char *digest, uint64_t ns)
{
	struct memory_mark *old = lasting(e), *place = place_for(e);

	if (old && !e->quiet) {
		e->told++;
		e->quiet = e->told < QUIET_MOST / e->told ? e->told * e->told : QUIET_MOST;
		memory_tell_mark(m, e, old, digest, ns);
	}
	m->fresh += *place->digest && !lasts(e->kind, place);
	*place = (struct memory_mark){ .first_ns = ns, .last_ns = ns, .calls = 1 };
	short_into(place->digest, sizeof place->digest, digest);
}

static void shown(struct memory *m, enum memory_kind k, const char *who, const char *digest,
		  uint64_t ns)
{
	struct memory_entry *e = memory_table_find(&m->table, k, who);

	e = e ? e : memory_table_add(&m->table, k, who);
	memory_table_seen(&m->table, e, ns);
	struct memory_mark *mark = mark_of(e, digest);
	if (!mark) {
		mark_new(m, e, digest, ns);
		return;
	}
	mark->calls++;
	mark->last_ns = ns > mark->last_ns ? ns : mark->last_ns;
	if (e->quiet && lasts(k, mark))
		e->quiet--;
}

static bool is_digest(const char *s)
{
	return *s && strlen(s) < MEMORY_TABLE_DIGEST && strspn(s, "0123456789abcdef") == strlen(s);
}

/* One host's name, and no other's too. */
static bool is_name(const char *s)
{
	return *s && strlen(s) < WHO && !strchr(s, ' ') && !numbered_shared(s);
}

static void look_at_shown(struct memory *m, const json_t *call, uint64_t ns)
{
	json_t *one;
	size_t i;

	json_array_foreach(jvalue_get(call, "shown"), i, one)
	{
		const char *who = jvalue_str(one, "who"), *digest = jvalue_str(one, "digest");
		enum memory_kind k;
		if (i < MEMBERS && memory_table_kind(jvalue_str(one, "kind"), &k) &&
		    k <= MEMORY_ZID && is_name(who) && is_digest(digest))
			shown(m, k, who, digest, ns);
	}
}

/* ---- hosts ------------------------------------------------------------------------------------
 */

/* Numbers of names begin anew with each run, and so does learning them. */
static bool learned(const struct memory *m, const char *who, uint64_t ns)
{
	uint64_t since = numbered_is(who) ? m->began_ns : m->since_ns;

	return ns > since && ns - since >= m->options.learn_ns;
}

static const char *host_at(const json_t *hosts, size_t i)
{
	return jvalue_str(json_array_get(hosts, i), "at");
}

static bool is_known(const struct memory *m, const json_t *hosts, size_t i)
{
	const char *who = host_at(hosts, i);

	return is_name(who) && memory_table_find(&m->table, MEMORY_HOST, who);
}

static void remember(struct memory *m, enum memory_kind k, const char *who, uint64_t ns)
{
	struct memory_entry *e;

	if (!is_name(who))
		return;
	e = memory_table_find(&m->table, k, who);
	e = e ? e : memory_table_add(&m->table, k, who);
	memory_table_seen(&m->table, e, ns);
}

/* A box that was not there, beside one that was: not a new site, whose hosts are all new. */
static void look_at_path(struct memory *m, const json_t *call, uint64_t ns)
{
	const json_t *hosts = jvalue_get(jvalue_get(call, "path"), "hosts");
	size_t n = json_array_size(hosts) < MEMBERS ? json_array_size(hosts) : MEMBERS;

	for (size_t i = 1; i + 1 < n; i++) {
		const char *who = host_at(hosts, i);
		if (is_name(who) && !is_known(m, hosts, i) && learned(m, who, ns) &&
		    (is_known(m, hosts, i - 1) || is_known(m, hosts, i + 1)))
			memory_tell_host(m, who, host_at(hosts, i - 1), host_at(hosts, i + 1), ns);
	}
	for (size_t i = 0; i < n; i++)
		remember(m, MEMORY_HOST, host_at(hosts, i), ns);
}

static bool is_on_path(const json_t *call, const char *host)
{
	const json_t *hosts = jvalue_get(jvalue_get(call, "path"), "hosts");
	const json_t *ends = jvalue_get(call, "ends");
	char end[WHO];

	for (size_t i = 0; i < json_array_size(hosts) && i < MEMBERS; i++)
		if (strcmp(host_at(hosts, i), host) == 0)
			return true;
	for (size_t i = 0; i < json_array_size(ends) && i < 2; i++) {
		wording_host(jvalue_str(json_array_get(ends, i), "address"), end, sizeof end);
		if (strcmp(end, host) == 0)
			return true;
	}
	return false;
}

static void listener(struct memory *m, const json_t *call, const json_t *one, uint64_t ns)
{
	const char *role = jvalue_str(one, "role"), *who = jvalue_str(one, "who");
	bool copies = strcmp(role, "monitor") == 0 || strcmp(role, "recorder") == 0;
	char host[WHO];

	wording_host(who, host, sizeof host);
	if (!is_name(host) || (!copies && is_on_path(call, host)))
		return;
	if (learned(m, host, ns) && !memory_table_find(&m->table, MEMORY_LISTENER, host))
		memory_tell_listener(m, host, one, ns);
	remember(m, MEMORY_LISTENER, host, ns);
}

static void look_at_listeners(struct memory *m, const json_t *call, uint64_t ns)
{
	json_t *one;
	size_t i;

	json_array_foreach(jvalue_get(call, "within_earshot"), i, one)
	{
		if (i < MEMBERS)
			listener(m, call, one, ns);
	}
}

void memory_call(struct memory *m, const struct event *call)
{
	if (!recent_counts(&m->recent, call->object))
		return;
	m->since_ns = m->since_ns ? m->since_ns : call->time_ns;
	m->began_ns = m->began_ns ? m->began_ns : call->time_ns;
	m->call = jvalue_str(call->object, "id");
	look_at_shown(m, call->object, call->time_ns);
	look_at_path(m, call->object, call->time_ns);
	look_at_listeners(m, call->object, call->time_ns);
	m->call = "";
}

struct memory_counters memory_counters(const struct memory *m)
{
	return (struct memory_counters){ .entries = map_count(m->table.entries),
					 .changes = m->changes,
					 .evicted = m->table.evicted,
					 .fresh = m->fresh };
}

bool memory_load(struct memory *m, const json_t *saved)
{
	return memory_save_read(m, saved);
}
