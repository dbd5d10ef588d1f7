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

/* What is not known is left all zero. Values are written where they are wanted: a copy of what was
 * just written in parts is waited for. */
static void value_of(struct run *r, uint16_t at, struct expr_value *out);
/* The same where the value is true or false: most of what rules ask is, and this is the short way.
 */
static enum expr_truth truth_of(struct run *r, uint16_t at);

/* False: they are spent, and the walk ends. */
static bool spend(struct run *r, size_t steps)
{
	*r->left -= *r->left < steps ? *r->left : (unsigned)steps;
	return *r->left > 0;
}

static enum expr_truth truth(bool yes)
{
	return yes ? EXPR_TRUE : EXPR_FALSE;
}

static enum expr_truth opposite(enum expr_truth t)
{
	return t == EXPR_UNKNOWN ? t : truth(t == EXPR_FALSE);
}

static enum expr_truth truth_in(const struct expr_value *v)
{
	return v->known ? truth(v->yes) : EXPR_UNKNOWN;
}

static struct expr_value value_from(enum expr_truth t)
{
	return (struct expr_value){ .known = t != EXPR_UNKNOWN, .yes = t == EXPR_TRUE };
}

/* ---- items and fields ------------------------------------------------------- */

/* Its scope is NULL where it is unknown; `room` takes what has to be worked out. */
static const struct expr_item *item_of(struct run *r, const struct expr_node *n,
				       struct expr_value *room)
{
	if (n->a == EXPR_NO_NODE)
		return &r->items[n->slot];
	value_of(r, n->a, room);
	return &room->item;
}

static void walk_const(struct run *r, const struct expr_node *n, struct expr_value *out)
{
	(void)r;
	*out = n->value;
}

static enum expr_truth ask_const(struct run *r, const struct expr_node *n)
{
	(void)r;
	return truth_in(&n->value);
}

static void walk_at(struct run *r, const struct expr_node *n, struct expr_value *out)
{
	const struct expr_item *it = &r->items[n->slot];

	*out = (struct expr_value){ .known = it->scope != NULL, .item = *it };
}

/* What a field gave is made to fit its type. */
static void fit(struct expr_value *v, const struct expr_field *f, const struct expr_item *from)
{
	if (!v->known || (f->type == EXPR_NUMBER && isnan(v->number))) {
		*v = unknown;
	} else if (f->type == EXPR_ITEM) {
		v->item.scope = f->scope();
		if (!v->item.of)
			v->item.of = from->of;
	}
}

static void walk_read(struct run *r, const struct expr_node *n, struct expr_value *out)
{
	struct expr_value room;
	const struct expr_item *it = item_of(r, n, &room);

	*out = unknown;
	if (!it->scope)
		return;
	n->field->get(it, n->field->arg, out);
	fit(out, n->field, it);
}

static enum expr_truth ask_read(struct run *r, const struct expr_node *n)
{
	struct expr_value room, v = { 0 };
	const struct expr_item *it = item_of(r, n, &room);

	if (!it->scope)
		return EXPR_UNKNOWN;
	n->field->get(it, n->field->arg, &v);
	return truth_in(&v);
}

/* ---- definitions ------------------------------------------------------------ */

/* The walk of a definition about an item; only the slots of its own scopes are filled. */
static void enter(struct run *inner, const struct run *r, const struct expr_node *n,
		  const struct expr_item *it)
{
	const struct expr *e = n->use.expr;

	inner->e = e;
	inner->left = r->left;
	if (e->scope_count)
		inner->items[e->scope_count - 1] = *it;
	for (size_t i = 1; i < e->scope_count; i++)
		inner->items[e->scope_count - 1 - i] = r->items[n->use.slots[i]];
}

/* The item that a definition is used of; NULL: it is unknown, and so is what it says. */
static const struct expr_item *used_of(struct run *r, const struct expr_node *n,
				       struct expr_value *room)
{
	if (!n->use.expr->scope_count)
		return &room->item;
	const struct expr_item *it = item_of(r, n, room);
	return it->scope ? it : NULL;
}

static enum expr_truth use(const struct run *r, const struct expr_node *n,
			   const struct expr_item *it)
{
	struct run inner;

	enter(&inner, r, n, it);
	return truth_of(&inner, inner.e->root);
}

/* An octet of what is kept: 0 not asked yet, 1 unknown, 2 false, 3 true. */
static enum expr_truth use_kept(const struct run *r, const struct expr_node *n,
				const struct expr_item *it, uint8_t *at)
{
	if (!*at) {
		enum expr_truth t = use(r, n, it);
		if (!*r->left)
			return t;
		*at = t == EXPR_UNKNOWN ? 1 : t == EXPR_FALSE ? 2 : 3;
	}
	return *at == 1 ? EXPR_UNKNOWN : truth(*at == 3);
}

static enum expr_truth ask_use(struct run *r, const struct expr_node *n)
{
	const struct expr *e = n->use.expr;
	struct expr_value room;
	const struct expr_item *it = used_of(r, n, &room);

	if (!it)
		return EXPR_UNKNOWN;
	uint8_t *at = e->kept ? e->scopes[0]->answer(it, e->place) : NULL;
	return at ? use_kept(r, n, it, at) : use(r, n, it);
}

static void walk_use(struct run *r, const struct expr_node *n, struct expr_value *out)
{
	struct expr_value room;
	struct run inner;

	if (n->use.expr->kind.type == EXPR_BOOL) {
		*out = value_from(ask_use(r, n));
		return;
	}
	*out = unknown;
	const struct expr_item *it = used_of(r, n, &room);
	if (!it)
		return;
	enter(&inner, r, n, it);
	value_of(&inner, inner.e->root, out);
}

/* ---- logic ------------------------------------------------------------------ */

/* Of a row, one `decides` decides; else one unknown leaves it unknown. */
static enum expr_truth row(struct run *r, const struct expr_node *n, enum expr_truth decides)
{
	enum expr_truth so_far = opposite(decides);

	for (uint16_t at = n->a; at != EXPR_NO_NODE; at = r->e->nodes[at].next) {
		enum expr_truth t = truth_of(r, at);
		if (t == decides)
			return t;
		if (t == EXPR_UNKNOWN)
			so_far = t;
	}
	return so_far;
}

static enum expr_truth ask_and(struct run *r, const struct expr_node *n)
{
	return row(r, n, EXPR_FALSE);
}

static enum expr_truth ask_or(struct run *r, const struct expr_node *n)
{
	return row(r, n, EXPR_TRUE);
}

static enum expr_truth ask_not(struct run *r, const struct expr_node *n)
{
	return opposite(truth_of(r, n->a));
}

static enum expr_truth ask_known(struct run *r, const struct expr_node *n)
{
	struct expr_value v;

	value_of(r, n->a, &v);
	return truth(v.known);
}

static void walk_default(struct run *r, const struct expr_node *n, struct expr_value *out)
{
	value_of(r, n->a, out);
	if (!out->known)
		value_of(r, n->b, out);
}

static enum expr_truth ask_default(struct run *r, const struct expr_node *n)
{
	enum expr_truth t = truth_of(r, n->a);

	return t == EXPR_UNKNOWN ? truth_of(r, n->b) : t;
}

static void walk_if(struct run *r, const struct expr_node *n, struct expr_value *out)
{
	enum expr_truth t = truth_of(r, n->a);

	if (t == EXPR_UNKNOWN)
		*out = unknown;
	else
		value_of(r, t == EXPR_TRUE ? n->b : n->c, out);
}

static enum expr_truth ask_if(struct run *r, const struct expr_node *n)
{
	enum expr_truth t = truth_of(r, n->a);

	return t == EXPR_UNKNOWN ? t : truth_of(r, t == EXPR_TRUE ? n->b : n->c);
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

/* A side of a comparison: mostly one of them stands in the expression. */
static const struct expr_value *side(struct run *r, uint16_t at, struct expr_value *room)
{
	const struct expr_node *n = &r->e->nodes[at];

	if (n->what == NODE_CONST)
		return spend(r, 1) ? &n->value : &unknown;
	value_of(r, at, room);
	return room;
}

static enum expr_truth ordered(enum relation is, enum expr_op op)
{
	if (op == OP_EQUAL || op == OP_UNEQUAL)
		return truth((is == SAME) == (op == OP_EQUAL));
	if (is == APART)
		return EXPR_UNKNOWN;
	if (op == OP_LESS || op == OP_AT_MOST)
		return truth(is == LESS || (is == SAME && op == OP_AT_MOST));
	return truth(is == MORE || (is == SAME && op == OP_AT_LEAST));
}

static enum expr_truth ask_compare(struct run *r, const struct expr_node *n)
{
	struct expr_value rooms[2];
	const struct expr_value *a = side(r, n->a, &rooms[0]);
	const struct expr_value *b = a->known ? side(r, n->b, &rooms[1]) : &unknown;

	if (!a->known || !b->known)
		return EXPR_UNKNOWN;
	return ordered(relate((enum expr_type)n->type, a, b), (enum expr_op)n->op);
}

static bool in_network(const struct addr *a, const struct expr_network *net)
{
	unsigned whole = net->prefix / 8, bits = net->prefix % 8;

	/* IPv4 stands inside ::/0 only as bytes. */
	if (addr_is_v4(a) != addr_is_v4(&net->addr) || memcmp(a->b, net->addr.b, whole) != 0)
		return false;
	return bits == 0 || (a->b[whole] ^ net->addr.b[whole]) >> (8 - bits) == 0;
}

static enum expr_truth is_member(struct run *r, const struct expr_node *n,
				 const struct expr_value *v, uint16_t at)
{
	const struct expr_node *m = &r->e->nodes[at];
	struct expr_value room;

	if (m->what == NODE_NETWORK)
		return spend(r, 1) ? truth(in_network(&v->addr, &m->network)) : EXPR_UNKNOWN;
	const struct expr_value *w = side(r, at, &room);
	return w->known ? truth(relate((enum expr_type)n->type, v, w) == SAME) : EXPR_UNKNOWN;
}

static enum expr_truth ask_among(struct run *r, const struct expr_node *n)
{
	enum expr_truth so_far = EXPR_FALSE;
	struct expr_value v;

	value_of(r, n->a, &v);
	if (!v.known)
		return EXPR_UNKNOWN;
	for (uint16_t at = n->b; at != EXPR_NO_NODE; at = r->e->nodes[at].next) {
		enum expr_truth is = is_member(r, n, &v, at);
		if (is == EXPR_TRUE)
			return is;
		if (is == EXPR_UNKNOWN)
			so_far = is;
	}
	return so_far;
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

static void walk_sum(struct run *r, const struct expr_node *n, struct expr_value *out)
{
	struct expr_value rooms[2];
	const struct expr_value *a = side(r, n->a, &rooms[0]);
	const struct expr_value *b = a->known ? side(r, n->b, &rooms[1]) : &unknown;

	if (!a->known || !b->known)
		*out = unknown;
	else if (n->type == EXPR_NUMBER)
		*out = sum_of_numbers(a->number, b->number, n->op == OP_PLUS);
	else
		*out = sum_of_ns(a->ns, b->ns, n->op == OP_PLUS);
}

/* ---- texts ------------------------------------------------------------------ */

static struct slice name_of(const char *const *names, int name)
{
	for (int i = 0; names[i]; i++)
		if (i == name)
			return slice_of(names[i]);
	return (struct slice){ 0 };
}

static void walk_lookup(struct run *r, const struct expr_node *n, struct expr_value *out)
{
	const struct expr_words *words = n->lookup.in;

	value_of(r, n->a, out);
	if (!out->known)
		return;
	if (n->lookup.names)
		out->text = name_of(n->lookup.names, out->name);
	for (size_t i = 0; i < words->count && spend(r, 1); i++)
		if (slice_eq(out->text, slice_of(words->from[i]))) {
			out->text = slice_of(words->to[i]);
			break;
		}
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

static enum expr_truth ask_match(struct run *r, const struct expr_node *n)
{
	struct expr_value rooms[2];
	const struct expr_value *in = side(r, n->a, &rooms[0]);
	const struct expr_value *part = in->known ? side(r, n->b, &rooms[1]) : &unknown;

	if (!in->known || !part->known || !spend(r, in->text.n / TEXT_STEP))
		return EXPR_UNKNOWN;
	return truth(matches((enum expr_what)n->what, in->text, part->text));
}

/* ---- quantifiers ------------------------------------------------------------ */

/* A walk along the list that `n` asks about. */
struct walk {
	const struct expr_field *list;
	const struct expr_scope *scope; /* of its items */
	const struct expr_item *of;	/* what it hangs on */
	struct expr_item *now; /* the one at hand: in its slot where the condition reads it */
	struct expr_value room;
	struct expr_item unread;
};

/* Nothing is on such a list, whatever it hangs on: told at once. What the walk to the end of the
 * list would have spent is spent. */
static bool none_there(struct run *r, const struct expr_node *n)
{
	const struct expr_node *list = &r->e->nodes[n->a];

	if (!n->sure)
		return false;
	const struct expr_item *base = &r->items[r->e->nodes[list->a].slot];
	if (!base->scope || !list->field->lacks(base->of, list->field->arg))
		return false;
	return spend(r, 2);
}

static bool walk_begin(struct run *r, const struct expr_node *n, struct walk *w)
{
	const struct expr_node *list = &r->e->nodes[n->a];

	w->list = list->field;
	w->of = item_of(r, list, &w->room);
	w->scope = list->field->scope();
	w->now = n->b == EXPR_NO_NODE ? &w->unread : &r->items[n->slot];
	w->now->at = NULL;
	return w->of->scope != NULL;
}

static bool walk_on(struct run *r, struct walk *w)
{
	const void *behind = w->now->at;

	if (!spend(r, 1))
		return false;
	*w->now = (struct expr_item){ .of = w->of->of };
	if (!w->list->next(w->of, w->list->arg, behind, w->now))
		return false;
	w->now->scope = w->scope;
	return true;
}

static enum expr_truth holds(struct run *r, const struct expr_node *n)
{
	return n->b == EXPR_NO_NODE ? EXPR_TRUE : truth_of(r, n->b);
}

/* One item for which it is `decides` decides; else one unknown leaves it unknown. */
static enum expr_truth along(struct run *r, const struct expr_node *n, enum expr_truth decides)
{
	enum expr_truth so_far = opposite(decides);
	struct walk w;

	if (none_there(r, n))
		return so_far;
	if (!walk_begin(r, n, &w))
		return EXPR_UNKNOWN;
	while (walk_on(r, &w)) {
		enum expr_truth t = holds(r, n);
		if (t == decides)
			return t;
		if (t == EXPR_UNKNOWN)
			so_far = t;
	}
	return so_far;
}

static enum expr_truth ask_any(struct run *r, const struct expr_node *n)
{
	return along(r, n, EXPR_TRUE);
}

static enum expr_truth ask_all(struct run *r, const struct expr_node *n)
{
	return along(r, n, EXPR_FALSE);
}

static enum expr_truth ask_none(struct run *r, const struct expr_node *n)
{
	return opposite(along(r, n, EXPR_TRUE));
}

static void walk_count(struct run *r, const struct expr_node *n, struct expr_value *out)
{
	double sum = 0;
	struct walk w;

	*out = unknown;
	if (!walk_begin(r, n, &w))
		return;
	while (walk_on(r, &w)) {
		enum expr_truth t = holds(r, n);
		if (t == EXPR_UNKNOWN)
			return;
		sum += t == EXPR_TRUE;
	}
	*out = (struct expr_value){ .known = true, .number = sum };
}

/* ---- all of them ------------------------------------------------------------ */

/* What is always true or false is asked below; only is_member asks a network. */
static void (*const walks[])(struct run *, const struct expr_node *, struct expr_value *) = {
	[NODE_CONST] = walk_const, [NODE_AT] = walk_at,		[NODE_READ] = walk_read,
	[NODE_USE] = walk_use,	   [NODE_SUM] = walk_sum,	[NODE_DEFAULT] = walk_default,
	[NODE_IF] = walk_if,	   [NODE_LOOKUP] = walk_lookup, [NODE_COUNT] = walk_count,
};

static enum expr_truth (*const asks[])(struct run *, const struct expr_node *) = {
	[NODE_CONST] = ask_const,     [NODE_READ] = ask_read,	   [NODE_USE] = ask_use,
	[NODE_AND] = ask_and,	      [NODE_OR] = ask_or,	   [NODE_NOT] = ask_not,
	[NODE_COMPARE] = ask_compare, [NODE_AMONG] = ask_among,	   [NODE_KNOWN] = ask_known,
	[NODE_DEFAULT] = ask_default, [NODE_IF] = ask_if,	   [NODE_STARTS] = ask_match,
	[NODE_ENDS] = ask_match,      [NODE_CONTAINS] = ask_match, [NODE_ANY] = ask_any,
	[NODE_ALL] = ask_all,	      [NODE_NONE] = ask_none,	   [NODE_COUNT] = NULL,
};
_Static_assert(sizeof walks == sizeof asks, "one of the two has an answer for every node");

static enum expr_truth truth_of(struct run *r, uint16_t at)
{
	const struct expr_node *n = &r->e->nodes[at];

	if (!spend(r, 1))
		return EXPR_UNKNOWN;
	return asks[n->what](r, n);
}

static void value_of(struct run *r, uint16_t at, struct expr_value *out)
{
	const struct expr_node *n = &r->e->nodes[at];

	if (!spend(r, 1))
		*out = unknown;
	else if (walks[n->what])
		walks[n->what](r, n, out);
	else
		*out = value_from(asks[n->what](r, n));
}

static void begin(struct run *r, const struct expr *e, unsigned *left,
		  const struct expr_item *items)
{
	r->e = e;
	r->left = left;
	for (size_t i = 0; i < e->scope_count; i++)
		r->items[e->scope_count - 1 - i] = items[i];
}

struct expr_value expr_eval_node(const struct expr *e, uint16_t at, const struct expr_item *items)
{
	unsigned left = EXPR_STEPS;
	struct expr_value v;
	struct run r;

	begin(&r, e, &left, items);
	value_of(&r, at, &v);
	/* A walk that was cut short may have found "is not known" of what it did not reach. */
	return left ? v : unknown;
}

enum expr_truth expr_eval_truth(const struct expr *e, uint16_t at, const struct expr_item *items)
{
	unsigned left = EXPR_STEPS;
	struct run r;

	begin(&r, e, &left, items);
	enum expr_truth t = truth_of(&r, at);
	return left ? t : EXPR_UNKNOWN;
}

struct expr_value expr_eval(const struct expr *e, const struct expr_item *items)
{
	return expr_eval_node(e, e->root, items);
}
