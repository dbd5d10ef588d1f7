/* expr_eval.c - walks the nodes of an expression over items; unknown where nothing was observed. */
#include <math.h>

#include "rules/expr_node.h"

/* One walk. A definition is a walk of its own that spends the same steps. */
struct run {
	const struct expr *e;
	unsigned *left;
	struct expr_item items[EXPR_SCOPES]; /* by slot: outermost first */
};

/* Octets of a text that are searched for one step. */
enum { TEXT_STEP = 64 };

static const struct expr_value unknown;

static struct expr_value value_of(struct run *r, uint16_t at);

/* False: they are spent, and the walk ends. */
static bool spend(struct run *r, size_t steps)
{
	*r->left -= *r->left < steps ? *r->left : (unsigned)steps;
	return *r->left > 0;
}

static struct expr_value truth(bool yes)
{
	return (struct expr_value){ .known = true, .yes = yes };
}

/* ---- items and fields ------------------------------------------------------- */

static struct expr_item item_of(struct run *r, const struct expr_node *n)
{
	if (n->a == EXPR_NO_NODE)
		return r->items[n->slot];
	struct expr_value v = value_of(r, n->a);
	return v.known ? v.item : (struct expr_item){ 0 };
}

static struct expr_value walk_const(struct run *r, const struct expr_node *n)
{
	(void)r;
	return n->value;
}

static struct expr_value walk_at(struct run *r, const struct expr_node *n)
{
	const struct expr_item *it = &r->items[n->slot];

	return (struct expr_value){ .known = it->scope != NULL, .item = *it };
}

/* What a field gave, made to fit its type. */
static struct expr_value fitting(struct expr_value v, const struct expr_field *f,
				 const struct expr_item *from)
{
	if (!v.known || (f->type == EXPR_NUMBER && isnan(v.number)))
		return unknown;
	if (f->type == EXPR_ITEM) {
		v.item.scope = f->scope();
		if (!v.item.of)
			v.item.of = from->of;
	}
	return v;
}

static struct expr_value walk_read(struct run *r, const struct expr_node *n)
{
	struct expr_item it = item_of(r, n);
	struct expr_value v = { 0 };

	if (!it.scope)
		return unknown;
	n->field->get(&it, n->field->arg, &v);
	return fitting(v, n->field, &it);
}

static struct expr_value use(struct run *r, const struct expr_node *n, const struct expr_item *it)
{
	const struct expr *e = n->use.expr;
	struct run inner = { .e = e, .left = r->left };

	if (e->scope_count)
		inner.items[e->scope_count - 1] = *it;
	for (size_t i = 1; i < e->scope_count; i++)
		inner.items[e->scope_count - 1 - i] = r->items[n->use.slots[i]];
	return value_of(&inner, e->root);
}

/* An octet of what is kept: 0 not asked yet, 1 unknown, 2 false, 3 true. */
static struct expr_value use_kept(struct run *r, const struct expr_node *n,
				  const struct expr_item *it, uint8_t *at)
{
	if (!*at) {
		struct expr_value v = use(r, n, it);
		if (!*r->left)
			return v;
		*at = (uint8_t)(v.known ? 2 + v.yes : 1);
	}
	return *at == 1 ? unknown : truth(*at == 3);
}

static struct expr_value walk_use(struct run *r, const struct expr_node *n)
{
	const struct expr *e = n->use.expr;
	struct expr_item it = { 0 };

	if (e->scope_count)
		it = item_of(r, n);
	if (e->scope_count && !it.scope)
		return unknown;
	uint8_t *at = e->kept ? e->scopes[0]->answer(&it, e->place) : NULL;
	return at ? use_kept(r, n, &it, at) : use(r, n, &it);
}

/* ---- logic ------------------------------------------------------------------ */

/* Of a row, one `decides` decides; else one unknown leaves it unknown. */
static struct expr_value row(struct run *r, const struct expr_node *n, bool decides)
{
	bool all_known = true;

	for (uint16_t at = n->a; at != EXPR_NO_NODE; at = r->e->nodes[at].next) {
		struct expr_value v = value_of(r, at);
		if (v.known && v.yes == decides)
			return truth(decides);
		all_known = all_known && v.known;
	}
	return all_known ? truth(!decides) : unknown;
}

static struct expr_value walk_and(struct run *r, const struct expr_node *n)
{
	return row(r, n, false);
}

static struct expr_value walk_or(struct run *r, const struct expr_node *n)
{
	return row(r, n, true);
}

static struct expr_value walk_not(struct run *r, const struct expr_node *n)
{
	struct expr_value v = value_of(r, n->a);

	return v.known ? truth(!v.yes) : unknown;
}

static struct expr_value walk_known(struct run *r, const struct expr_node *n)
{
	return truth(value_of(r, n->a).known);
}

static struct expr_value walk_default(struct run *r, const struct expr_node *n)
{
	struct expr_value v = value_of(r, n->a);

	return v.known ? v : value_of(r, n->b);
}

static struct expr_value walk_if(struct run *r, const struct expr_node *n)
{
	struct expr_value v = value_of(r, n->a);

	return v.known ? value_of(r, v.yes ? n->b : n->c) : unknown;
}

/* ---- comparison ------------------------------------------------------------- */

/* APART: neither is more than the other, and they are not the same. */
enum relation { LESS, SAME, MORE, APART };

static enum relation of_numbers(double a, double b)
{
	return a < b ? LESS : a > b ? MORE : SAME;
}

static enum relation of_ns(uint64_t a, uint64_t b)
{
	return a < b ? LESS : a > b ? MORE : SAME;
}

enum family { NEITHER, TLS, DTLS };

static enum family family_of(uint16_t version)
{
	if (version >> 8 == 0xfe)
		return DTLS;
	return version == 0x0002 || version >> 8 == 3 ? TLS : NEITHER;
}

/* DTLS counts down: 1.2 is 0xfefd, 1.0 is 0xfeff (RFC 6347 4.1). */
static enum relation of_versions(uint16_t a, uint16_t b)
{
	enum family f = family_of(a);

	if (a == b)
		return SAME;
	if (f == NEITHER || f != family_of(b))
		return APART;
	return (f == DTLS) == (a > b) ? LESS : MORE;
}

static enum relation relate(enum expr_type type, const struct expr_value *a,
			    const struct expr_value *b)
{
	switch (type) {
	case EXPR_BOOL:
		return a->yes == b->yes ? SAME : APART;
	case EXPR_NUMBER:
		return of_numbers(a->number, b->number);
	case EXPR_DURATION:
	case EXPR_TIME:
		return of_ns(a->ns, b->ns);
	case EXPR_TEXT:
		return slice_eq(a->text, b->text) ? SAME : APART;
	case EXPR_ENUM:
		return a->name < b->name ? LESS : a->name > b->name ? MORE : SAME;
	case EXPR_VERSION:
		return of_versions(a->version, b->version);
	case EXPR_ADDRESS:
		return addr_eq(&a->addr, &b->addr) ? SAME : APART;
	case EXPR_ITEM:
	case EXPR_LIST:
		break;
	}
	return a->item.at == b->item.at ? SAME : APART;
}

static struct expr_value walk_compare(struct run *r, const struct expr_node *n)
{
	struct expr_value a = value_of(r, n->a);
	struct expr_value b = a.known ? value_of(r, n->b) : unknown;

	if (!a.known || !b.known)
		return unknown;
	enum relation is = relate((enum expr_type)n->type, &a, &b);
	if (n->op == OP_EQUAL || n->op == OP_UNEQUAL)
		return truth((is == SAME) == (n->op == OP_EQUAL));
	if (is == APART)
		return unknown;
	if (n->op == OP_LESS || n->op == OP_AT_MOST)
		return truth(is == LESS || (is == SAME && n->op == OP_AT_MOST));
	return truth(is == MORE || (is == SAME && n->op == OP_AT_LEAST));
}

static bool in_network(const struct addr *a, const struct expr_network *net)
{
	unsigned whole = net->prefix / 8, bits = net->prefix % 8;

	/* IPv4 stands inside ::/0 only as bytes. */
	if (addr_is_v4(a) != addr_is_v4(&net->addr) || memcmp(a->b, net->addr.b, whole) != 0)
		return false;
	return bits == 0 || (a->b[whole] ^ net->addr.b[whole]) >> (8 - bits) == 0;
}

static struct expr_value is_member(struct run *r, const struct expr_node *n,
				   const struct expr_value *v, uint16_t at)
{
	const struct expr_node *m = &r->e->nodes[at];

	if (m->what == NODE_NETWORK)
		return spend(r, 1) ? truth(in_network(&v->addr, &m->network)) : unknown;
	struct expr_value w = value_of(r, at);
	return w.known ? truth(relate((enum expr_type)n->type, v, &w) == SAME) : unknown;
}

static struct expr_value walk_among(struct run *r, const struct expr_node *n)
{
	struct expr_value v = value_of(r, n->a);
	bool all_known = true;

	if (!v.known)
		return unknown;
	for (uint16_t at = n->b; at != EXPR_NO_NODE; at = r->e->nodes[at].next) {
		struct expr_value is = is_member(r, n, &v, at);
		if (is.known && is.yes)
			return is;
		all_known = all_known && is.known;
	}
	return all_known ? truth(false) : unknown;
}

/* ---- sums ------------------------------------------------------------------- */

static struct expr_value sum_of_numbers(double a, double b, bool plus)
{
	double sum = plus ? a + b : a - b;

	if (isnan(sum))
		return unknown;
	return (struct expr_value){ .known = true, .number = sum };
}

/* Neither below zero nor past what fits. */
static struct expr_value sum_of_ns(uint64_t a, uint64_t b, bool plus)
{
	uint64_t sum = plus ? a + b : a - b;

	if (plus && sum < a)
		sum = UINT64_MAX;
	if (!plus && b > a)
		sum = 0;
	return (struct expr_value){ .known = true, .ns = sum };
}

static struct expr_value walk_sum(struct run *r, const struct expr_node *n)
{
	struct expr_value a = value_of(r, n->a);
	struct expr_value b = a.known ? value_of(r, n->b) : unknown;

	if (!a.known || !b.known)
		return unknown;
	if (n->type == EXPR_NUMBER)
		return sum_of_numbers(a.number, b.number, n->op == OP_PLUS);
	return sum_of_ns(a.ns, b.ns, n->op == OP_PLUS);
}

/* ---- texts ------------------------------------------------------------------ */

static struct slice name_of(const char *const *names, int name)
{
	for (int i = 0; names[i]; i++)
		if (i == name)
			return slice_of(names[i]);
	return (struct slice){ 0 };
}

static struct expr_value walk_lookup(struct run *r, const struct expr_node *n)
{
	const struct expr_words *words = n->lookup.in;
	struct expr_value v = value_of(r, n->a);

	if (!v.known)
		return unknown;
	if (n->lookup.names)
		v.text = name_of(n->lookup.names, v.name);
	for (size_t i = 0; i < words->count && spend(r, 1); i++)
		if (slice_eq(v.text, slice_of(words->from[i]))) {
			v.text = slice_of(words->to[i]);
			break;
		}
	return v;
}

static bool matches(enum expr_what what, struct slice in, struct slice part)
{
	if (part.n > in.n)
		return false;
	if (what == NODE_STARTS)
		return slice_starts(in, part);
	if (what == NODE_ENDS)
		return slice_eq(slice_from(in, in.n - part.n), part);
	return part.n == 0 || memmem(in.p, in.n, part.p, part.n) != NULL;
}

static struct expr_value walk_match(struct run *r, const struct expr_node *n)
{
	struct expr_value in = value_of(r, n->a);
	struct expr_value part = in.known ? value_of(r, n->b) : unknown;

	if (!in.known || !part.known || !spend(r, in.text.n / TEXT_STEP))
		return unknown;
	return truth(matches((enum expr_what)n->what, in.text, part.text));
}

/* ---- quantifiers ------------------------------------------------------------ */

/* A walk along the list that `n` asks about. */
struct walk {
	const struct expr_field *list;
	struct expr_item of, now;
};

static bool walk_begin(struct run *r, const struct expr_node *n, struct walk *w)
{
	const struct expr_node *list = &r->e->nodes[n->a];

	*w = (struct walk){ .list = list->field, .of = item_of(r, list) };
	return w->of.scope != NULL;
}

static bool walk_on(struct run *r, const struct expr_node *n, struct walk *w)
{
	const void *behind = w->now.at;

	if (!spend(r, 1))
		return false;
	w->now = (struct expr_item){ .of = w->of.of };
	if (!w->list->next(&w->of, w->list->arg, behind, &w->now))
		return false;
	w->now.scope = w->list->scope();
	if (n->b != EXPR_NO_NODE)
		r->items[n->slot] = w->now;
	return true;
}

static struct expr_value holds(struct run *r, const struct expr_node *n)
{
	return n->b == EXPR_NO_NODE ? truth(true) : value_of(r, n->b);
}

/* One item for which it is `decides` decides; else one unknown leaves it unknown. */
static struct expr_value along(struct run *r, const struct expr_node *n, bool decides)
{
	bool all_known = true;
	struct walk w;

	if (!walk_begin(r, n, &w))
		return unknown;
	while (walk_on(r, n, &w)) {
		struct expr_value v = holds(r, n);
		if (v.known && v.yes == decides)
			return truth(decides);
		all_known = all_known && v.known;
	}
	return all_known ? truth(!decides) : unknown;
}

static struct expr_value walk_any(struct run *r, const struct expr_node *n)
{
	return along(r, n, true);
}

static struct expr_value walk_all(struct run *r, const struct expr_node *n)
{
	return along(r, n, false);
}

static struct expr_value walk_none(struct run *r, const struct expr_node *n)
{
	struct expr_value v = along(r, n, true);

	return v.known ? truth(!v.yes) : unknown;
}

static struct expr_value walk_count(struct run *r, const struct expr_node *n)
{
	struct expr_value sum = { .known = true, .number = 0 };
	struct walk w;

	if (!walk_begin(r, n, &w))
		return unknown;
	while (walk_on(r, n, &w)) {
		struct expr_value v = holds(r, n);
		if (!v.known)
			return unknown;
		sum.number += v.yes;
	}
	return sum;
}

/* ---- all of them ------------------------------------------------------------ */

/* Only is_member asks a network. */
static struct expr_value (*const walks[])(struct run *, const struct expr_node *) = {
	[NODE_CONST] = walk_const, [NODE_AT] = walk_at,		  [NODE_READ] = walk_read,
	[NODE_USE] = walk_use,	   [NODE_AND] = walk_and,	  [NODE_OR] = walk_or,
	[NODE_NOT] = walk_not,	   [NODE_COMPARE] = walk_compare, [NODE_SUM] = walk_sum,
	[NODE_AMONG] = walk_among, [NODE_KNOWN] = walk_known,	  [NODE_DEFAULT] = walk_default,
	[NODE_IF] = walk_if,	   [NODE_LOOKUP] = walk_lookup,	  [NODE_STARTS] = walk_match,
	[NODE_ENDS] = walk_match,  [NODE_CONTAINS] = walk_match,  [NODE_ANY] = walk_any,
	[NODE_ALL] = walk_all,	   [NODE_NONE] = walk_none,	  [NODE_COUNT] = walk_count,
};

static struct expr_value value_of(struct run *r, uint16_t at)
{
	const struct expr_node *n = &r->e->nodes[at];

	if (!spend(r, 1))
		return unknown;
	return walks[n->what](r, n);
}

struct expr_value expr_eval_node(const struct expr *e, uint16_t at, const struct expr_item *items)
{
	unsigned left = EXPR_STEPS;
	struct run r = { .e = e, .left = &left };

	for (size_t i = 0; i < e->scope_count; i++)
		r.items[e->scope_count - 1 - i] = items[i];
	struct expr_value v = value_of(&r, at);
	/* A walk that was cut short may have found "is not known" of what it did not reach. */
	return left ? v : unknown;
}

struct expr_value expr_eval(const struct expr *e, const struct expr_item *items)
{
	return expr_eval_node(e, e->root, items);
}
