/* problems.c - one entry a problem; its words and its example lie in the spool. */
#include "reports/problems.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/numbering.h"
#include "reports/json_out.h"
#include "reports/jvalue.h"
#include "rules/waiver.h"

enum {
	PROBLEMS_MAX = 100000,
	ID_BYTES = 16, /* a problem's id is twice as many hex digits */
	EXAMPLE_EVIDENCE = 3,
	TEXT_MAX = 400,
	PROBLEMS_TOLD = 250, /* of all, and of each rule at least: what reports for people need */
	PROBLEMS_A_RULE = 20,
	RULES_TOLD = 128,
	MOVES = 6, /* pairs of labels of one problem */
};

/* Calls that would have another label without a problem, or without all of its rule. */
struct move {
	uint32_t calls;
	uint8_t from, to; /* enum label */
};

/* Who answers for a problem, as the report shows it. */
struct excuse {
	const char *reason, *owner, *expires;
};

/*
 * Each end of each call may have its own, so of a long capture's memory most is these: what is
 * only written at the end waits in the spool.
 */
struct problem {
	uint8_t id[ID_BYTES];
	const struct rule *rule;
	uint64_t first_ns, last_ns;
	uint64_t at;		     /* of what it says: in the spool */
	const struct excuse *excuse; /* of the first waived one; NULL: none, or no room */
	struct move *moved;	     /* MOVES of them, when there is more than one */
	struct move move;
	uint32_t calls, occurrences, last_call;
	uint32_t waived;	  /* occurrences that a waiver holds for */
	uint32_t length;	  /* of what it says */
	uint8_t severity, change; /* the worst of its occurrences */
	uint8_t move_count;
	bool gates;
};

/* What it says, as it lies in the spool: this, then its texts, each NUL-ended. */
struct words {
	struct evidence at[EXAMPLE_EVIDENCE];
	uint8_t fingerprint[ID_BYTES]; /* of the example */
	char call[17];
	uint8_t at_count;
	bool filter, caused_by; /* there is one */
};
enum { WORD_TITLE, WORD_DETAIL, WORD_ELEMENT, WORD_FILTER, WORD_CAUSED_BY, WORDS };

/* Read back. */
struct told {
	struct words words;
	const char *texts[WORDS];
};

/* One rule's problems together: a call counts once, however many of them it has. */
struct together {
	const struct rule *rule;
	const char *title; /* all problems' own; the rule's when they differ */
	enum severity severity;
	uint64_t problems, calls, last_call;
	struct move moved[MOVES];
	uint8_t move_count;
};

struct problems {
	struct together rules[RULES_TOLD];
	size_t rule_count;
	struct problem **all; /* in order of appearance, then worst first */
	size_t count, room;
	struct numbering by_id; /* until they are sorted */
	struct arena *arena;
	struct spool *spool;
	struct text scratch, record;
	uint64_t calls, dropped;
	int error;
};

static const uint8_t *id_at(const void *problems, uint32_t number)
{
	return ((const struct problems *)problems)->all[number - 1]->id;
}

struct problems *problems_new(struct spool *spool)
{
	struct problems *p = mem_zero(1, sizeof *p);

	p->spool = spool;
	numbering_open(&p->by_id, ID_BYTES, id_at);
	p->arena = arena_new((size_t)PROBLEMS_MAX * (sizeof(struct problem) + TEXT_MAX));
	return p;
}

void problems_free(struct problems *p)
{
	if (!p)
		return;
	numbering_close(&p->by_id);
	arena_free(p->arena);
	text_free(&p->scratch);
	text_free(&p->record);
	free(p->all);
	free(p);
}

uint64_t problems_dropped(const struct problems *p)
{
	return p->dropped;
}

int problems_error(const struct problems *p)
{
	return p->error;
}

/* The newest of all. */
static void remember(struct problems *p, struct problem *n)
{
	if (p->count == p->room) {
		p->room = p->room ? p->room + p->room / 2 : 64;
		p->all = mem_grow(p->all, p->room, sizeof(struct problem *));
	}
	p->all[p->count++] = n;
	numbering_add(&p->by_id, p, (uint32_t)p->count);
}

/* ---- what they say ---------------------------------------------------------------- */

/* As shown, until the next one. */
static struct slice shown(struct problems *p, struct redactor *hide, const char *s)
{
	text_clear(&p->scratch);
	redact_text(hide, &p->scratch, s);
	return slice_of(text_of(&p->scratch));
}

static const char *copied(struct problems *p, struct slice s)
{
	const char *copy = arena_text(p->arena, slice_upto(s, TEXT_MAX));

	return copy ? copy : "";
}

static const char *kept(struct problems *p, struct redactor *hide, const char *s)
{
	return copied(p, shown(p, hide, s));
}

static unsigned digit(char c)
{
	return c >= '0' && c <= '9'   ? (unsigned)(c - '0')
	       : c >= 'a' && c <= 'f' ? (unsigned)(c - 'a') + 10
				      : 0;
}

/* The bytes that the hex digits of an id stand for. */
static void id_of(const char *hex, uint8_t id[ID_BYTES])
{
	memset(id, 0, ID_BYTES);
	for (size_t i = 0; i < 2 * (size_t)ID_BYTES && hex[i]; i++)
		id[i / 2] = (uint8_t)((unsigned)id[i / 2] << 4 | digit(hex[i]));
}

static struct together *together_of(struct problems *p, const struct rule *rule)
{
	size_t i = 0;

	while (i < p->rule_count && p->rules[i].rule != rule)
		i++;
	if (i == RULES_TOLD)
		return NULL;
	if (i == p->rule_count)
		p->rules[p->rule_count++] = (struct together){ .rule = rule };
	return &p->rules[i];
}

static void join(struct problems *p, const struct problem *n, bool fresh)
{
	struct together *t = together_of(p, n->rule);

	if (!t)
		return;
	if (n->severity > t->severity)
		t->severity = (enum severity)n->severity;
	t->problems += fresh;
	t->calls += t->last_call != p->calls;
	t->last_call = p->calls;
}

/* Most problems are called what their rule is called. */
static void call_rule(struct problems *p, const struct rule *rule, struct slice title)
{
	struct together *t = together_of(p, rule);
	bool same = slice_eq(title, slice_of(rule->title));

	if (t && !t->title)
		t->title = same ? rule->title : copied(p, title);
	else if (t && !slice_eq(title, slice_of(t->title)))
		t->title = rule->title;
}

static void say(struct problems *p, struct redactor *hide, const char *s, size_t most)
{
	text_add_slice(&p->record, slice_upto(shown(p, hide, s ? s : ""), most));
	text_add_slice(&p->record, SLICE("\0"));
}

static void say_title(struct problems *p, struct redactor *hide, const struct finding *f)
{
	struct slice title = shown(p, hide, f->title ? f->title : f->rule->title);

	if (!slice_eq(title, slice_of(f->rule->title)))
		title = slice_upto(title, TEXT_MAX);
	call_rule(p, f->rule, title);
	text_add_slice(&p->record, title);
	text_add_slice(&p->record, SLICE("\0"));
}

static void example(struct words *w, const struct call *c, const struct finding *f)
{
	memset(w, 0, sizeof *w); /* padding, too, goes to a file */
	if (c->id)
		(void)snprintf(w->call, sizeof w->call, "%s", c->id);
	id_of(f->fingerprint, w->fingerprint);
	for (; w->at_count < f->at_count && w->at_count < EXAMPLE_EVIDENCE; w->at_count++)
		w->at[w->at_count] = f->at[w->at_count];
	w->filter = f->filter != NULL;
	w->caused_by = f->caused_by != NULL;
}

static void put_away(struct problems *p, struct redactor *hide, struct problem *n,
		     const struct call *c, const struct finding *f)
{
	struct words w;

	example(&w, c, f);
	text_clear(&p->record);
	text_add_slice(&p->record, (struct slice){ (const uint8_t *)&w, sizeof w });
	say_title(p, hide, f);
	say(p, hide, f->detail, TEXT_MAX);
	say(p, hide, f->element, TEXT_MAX);
	say(p, hide, f->filter, TEXT_MAX);
	say(p, hide, f->caused_by, TEXT_MAX);
	n->length = (uint32_t)p->record.n;
	if (spool_put(p->spool, text_slice(&p->record), &n->at) != ERR_OK)
		p->error = errno;
}

static bool read_back(struct problems *p, const struct problem *n, struct told *t)
{
	text_clear(&p->record);
	if (spool_get(p->spool, n->at, n->length, &p->record) != ERR_OK) {
		p->error = errno;
		return false;
	}
	const char *next = p->record.p + sizeof t->words;

	memcpy(&t->words, p->record.p, sizeof t->words);
	for (unsigned i = 0; i < WORDS; i++) {
		t->texts[i] = next;
		next += strlen(next) + 1;
	}
	return true;
}

static struct problem *appear(struct problems *p, struct redactor *hide, const struct call *c,
			      const struct finding *f)
{
	struct problem *n = p->count < PROBLEMS_MAX ? arena_take(p->arena, sizeof *n) : NULL;

	if (!n) {
		p->dropped++;
		return NULL;
	}
	id_of(f->problem, n->id);
	n->rule = f->rule;
	n->severity = (uint8_t)f->severity;
	n->first_ns = c->start_ns;
	put_away(p, hide, n, c, f);
	remember(p, n);
	return n;
}

static const struct excuse *excuse_of(struct problems *p, struct redactor *hide,
				      const struct waiver *w)
{
	struct excuse *e = arena_take(p->arena, sizeof *e);

	if (e)
		*e = (struct excuse){ kept(p, hide, w->reason), kept(p, hide, w->owner),
				      kept(p, hide, w->expires) };
	return e;
}

static void count(struct problem *n, const struct call *c, const struct finding *f, uint32_t call)
{
	n->occurrences++;
	n->calls += n->last_call != call;
	n->last_call = call;
	n->gates = n->gates || f->gates;
	if (f->change && (!n->change || f->change < n->change))
		n->change = (uint8_t)f->change;
	if (f->severity > n->severity)
		n->severity = (uint8_t)f->severity;
	if (c->start_ns < n->first_ns)
		n->first_ns = c->start_ns;
	if (c->end_ns > n->last_ns)
		n->last_ns = c->end_ns;
}

/* Labels are ten and mostly stand in one order: pairs beyond the room are not counted. False: it
 * is a new pair, and there is no room. */
static bool move(struct move *list, uint8_t *count, unsigned room, enum label from, enum label to)
{
	unsigned i = 0;

	while (i < *count && (list[i].from != from || list[i].to != to))
		i++;
	if (i == room)
		return false;
	if (i == *count)
		list[(*count)++] = (struct move){ .from = (uint8_t)from, .to = (uint8_t)to };
	list[i].calls++;
	return true;
}

static const struct move *moves_of(const struct problem *n)
{
	return n->moved ? n->moved : &n->move;
}

/* Nearly all problems move one label to one other. */
static void move_one(struct problems *p, struct problem *n, enum label from, enum label to)
{
	if (n->moved) {
		(void)move(n->moved, &n->move_count, MOVES, from, to);
		return;
	}
	if (move(&n->move, &n->move_count, 1, from, to))
		return;
	n->moved = arena_take(p->arena, MOVES * sizeof *n->moved);
	if (!n->moved)
		return;
	n->moved[0] = n->move;
	(void)move(n->moved, &n->move_count, MOVES, from, to);
}

static struct problem *problem_of(const struct problems *p, const struct finding *f)
{
	uint8_t id[ID_BYTES];

	id_of(f->problem, id);
	uint32_t number = numbering_find(&p->by_id, p, id);
	return number ? p->all[number - 1] : NULL;
}

static void move_problem(struct problems *p, const struct judgement *j, const struct without *o)
{
	for (size_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];
		if (f->rule != o->rule || judge_problem(f) != o->problem)
			continue;
		struct problem *n = problem_of(p, f);
		if (!n)
			continue;
		move_one(p, n, j->label, o->label);
		return;
	}
}

static void move_all(struct problems *p, const struct judgement *j)
{
	for (uint16_t i = 0; i < j->without_count; i++) {
		const struct without *o = &j->without[i];
		struct together *t = o->problem ? NULL : together_of(p, o->rule);
		if (t)
			(void)move(t->moved, &t->move_count, MOVES, j->label, o->label);
		if (o->problem)
			move_problem(p, j, o);
	}
}

void problems_add(struct problems *p, struct redactor *hide, const struct call *c,
		  const struct judgement *j)
{
	p->calls++;
	for (size_t i = 0; i < j->finding_count; i++) {
		const struct finding *f = &j->findings[i];
		if (f->outcome != OUTCOME_VIOLATED || !f->problem[0])
			continue;
		struct problem *n = problem_of(p, f);
		if (!n)
			n = appear(p, hide, c, f);
		if (!n)
			continue;
		count(n, c, f, (uint32_t)p->calls);
		if (f->waived && !n->waived++)
			n->excuse = excuse_of(p, hide, f->waived);
		join(p, n, n->occurrences == 1);
	}
	move_all(p, j);
}

static int worst_first(const void *x, const void *y)
{
	const struct problem *a = *(const struct problem *const *)x;
	const struct problem *b = *(const struct problem *const *)y;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->calls != b->calls)
		return a->calls > b->calls ? -1 : 1;
	int by_rule = strcmp(a->rule->id, b->rule->id);
	return by_rule ? by_rule : memcmp(a->id, b->id, sizeof a->id);
}

static int worst_rule_first(const void *x, const void *y)
{
	const struct together *a = x, *b = y;

	if (a->severity != b->severity)
		return a->severity > b->severity ? -1 : 1;
	if (a->calls != b->calls)
		return a->calls > b->calls ? -1 : 1;
	return strcmp(a->rule->id, b->rule->id);
}

void problems_sort(struct problems *p)
{
	if (p->count)
		qsort(p->all, p->count, sizeof(struct problem *), worst_first);
	qsort(p->rules, p->rule_count, sizeof *p->rules, worst_rule_first);
}

uint64_t problems_changed(const struct problems *p, enum change c)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		n += p->all[i]->change == c;
	return n;
}

/* Most calls first, so that the order of calls does not show. */
static int more_calls_first(const struct move *x, const struct move *y)
{
	if (x->calls != y->calls)
		return x->calls > y->calls ? -1 : 1;
	return x->from != y->from ? (int)x->from - y->from : (int)x->to - y->to;
}

static void moves_write(const struct move *list, uint8_t count, struct text *out)
{
	const struct move *order[MOVES];

	for (uint8_t i = 0; i < count; i++) {
		uint8_t k = i;
		for (; k && more_calls_first(&list[i], order[k - 1]) < 0; k--)
			order[k] = order[k - 1];
		order[k] = &list[i];
	}
	json_out_open(out, '[');
	for (uint8_t i = 0; i < count; i++) {
		json_out_open(out, '{');
		json_out_key_text(out, "from", judge_label_text((enum label)order[i]->from));
		json_out_key_text(out, "to", judge_label_text((enum label)order[i]->to));
		json_out_key_number(out, "calls", order[i]->calls);
		json_out_close(out, '}');
	}
	json_out_close(out, ']');
}

/* Of one rule: those that an earlier report did not have, or not so bad. */
static uint64_t fresh(const struct problems *p, const struct rule *rule)
{
	uint64_t n = 0;

	for (size_t i = 0; i < p->count; i++)
		n += p->all[i]->rule == rule &&
		     (p->all[i]->change == CHANGE_NEW || p->all[i]->change == CHANGE_WORSE);
	return n;
}

static json_t *moves_json(const struct together *rule)
{
	struct text t = { 0 };

	moves_write(rule->moved, rule->move_count, &t);
	json_t *list = json_loads(text_of(&t), 0, NULL);
	text_free(&t);
	return list;
}

json_t *problems_rules(const struct problems *p, bool compared)
{
	json_t *list = json_array();

	for (size_t i = 0; i < p->rule_count; i++) {
		const struct together *t = &p->rules[i];
		json_t *o = json_object();
		jvalue_put(o, "rule", jvalue_text(t->rule->id));
		jvalue_put(o, "severity", jvalue_text(judge_severity_text(t->severity)));
		jvalue_put(o, "title", jvalue_text(t->title));
		jvalue_put(o, "problems", jvalue_number(t->problems));
		jvalue_put(o, "calls", jvalue_number(t->calls));
		jvalue_put(o, "without", moves_json(t));
		if (compared)
			jvalue_put(o, "new", jvalue_number(fresh(p, t->rule)));
		jvalue_push(list, o);
	}
	return list;
}

size_t problems_count(const struct problems *p)
{
	return p->count;
}

static void id_text(const uint8_t id[ID_BYTES], char out[2 * ID_BYTES + 1])
{
	static const char hex_digits[] = "0123456789abcdef";

	for (size_t i = 0; i < ID_BYTES; i++) {
		out[2 * i] = hex_digits[id[i] >> 4];
		out[2 * i + 1] = hex_digits[id[i] & 15];
	}
	out[2 * ID_BYTES] = '\0';
}

static void example_write(const struct told *t, const char *const *labels, size_t label_count,
			  struct text *out)
{
	const struct words *n = &t->words;

	json_out_key_open(out, "example", '{');
	json_out_key_text(out, "call", n->call);
	char fingerprint[2 * ID_BYTES + 1];
	id_text(n->fingerprint, fingerprint);
	json_out_key_text(out, "fingerprint", fingerprint);
	json_out_key_text(out, "detail", t->texts[WORD_DETAIL]);
	json_out_key_open(out, "evidence", '[');
	for (size_t i = 0; i < n->at_count; i++) {
		const struct evidence *e = &n->at[i];
		json_out_open(out, '{');
		json_out_key_text(out, "input",
				  e->input < label_count ? labels[e->input] : "unknown input");
		json_out_key_number(out, "frame", e->frame);
		json_out_key_when(out, "time", e->ts_ns);
		json_out_close(out, '}');
	}
	json_out_close(out, ']');
	json_out_key_text(out, "filter", n->filter ? t->texts[WORD_FILTER] : NULL);
	json_out_close(out, '}');
}

static void waived(const struct problem *n, struct text *out)
{
	if (!n->waived)
		return;
	json_out_key_number(out, "waived", n->waived);
	if (!n->excuse)
		return;
	json_out_key_open(out, "waived_by", '{');
	json_out_key_text(out, "reason", n->excuse->reason);
	json_out_key_text(out, "owner", n->excuse->owner);
	json_out_key_text(out, "expires", n->excuse->expires);
	json_out_close(out, '}');
}

bool problems_write(struct problems *p, size_t i, const char *const *labels, size_t label_count,
		    struct text *out)
{
	const struct problem *n = p->all[i];
	struct told t;

	if (!read_back(p, n, &t))
		return false;
	json_out_open(out, '{');
	char id[2 * ID_BYTES + 1];
	id_text(n->id, id);
	json_out_key_text(out, "problem", id);
	json_out_key_text(out, "rule", n->rule->id);
	json_out_key_text(out, "element", t.texts[WORD_ELEMENT]);
	json_out_key_number(out, "calls", n->calls);
	json_out_key_when(out, "first", n->first_ns);
	json_out_key_when(out, "last", n->last_ns);
	json_out_key_text(out, "fix", n->rule->remediation ? n->rule->remediation : "");
	json_out_key_text(out, "severity", judge_severity_text((enum severity)n->severity));
	json_out_key_text(out, "class", judge_class_text(n->rule->cls));
	json_out_key_text(out, "title", t.texts[WORD_TITLE]);
	json_out_key_number(out, "occurrences", n->occurrences);
	json_out_key_bool(out, "gates", n->gates);
	if (n->change)
		json_out_key_text(out, "change", judge_change_text((enum change)n->change));
	waived(n, out);
	json_out_key_text(out, "caused_by", t.words.caused_by ? t.texts[WORD_CAUSED_BY] : NULL);
	json_out_key(out, "without");
	moves_write(moves_of(n), n->move_count, out);
	json_out_key_open(out, "citations", '[');
	for (const char *const *c = n->rule->citations; c && *c; c++)
		json_out_text(out, *c);
	json_out_close(out, ']');
	example_write(&t, labels, label_count, out);
	json_out_close(out, '}');
	return true;
}

/* How many problems of the same rule stand before the i-th, as far as it matters here. */
struct quota {
	const struct rule *rules[RULES_TOLD];
	size_t taken[RULES_TOLD], count;
};

static bool worth_telling(struct quota *q, const struct rule *rule, size_t i)
{
	size_t k = 0;

	while (k < q->count && q->rules[k] != rule)
		k++;
	if (k == q->count) {
		if (k == RULES_TOLD)
			return i < PROBLEMS_TOLD;
		q->rules[q->count++] = rule;
	}
	return q->taken[k]++ < PROBLEMS_A_RULE || i < PROBLEMS_TOLD;
}

json_t *problems_json(struct problems *p, const char *const *labels, size_t label_count)
{
	json_t *list = json_array();
	struct quota q = { .count = 0 };
	struct text t = { 0 };

	for (size_t i = 0; i < p->count; i++) {
		if (!worth_telling(&q, p->all[i]->rule, i))
			continue;
		text_clear(&t);
		if (!problems_write(p, i, labels, label_count, &t))
			break;
		jvalue_push(list, json_loads(text_of(&t), 0, NULL));
	}
	text_free(&t);
	return list;
}
