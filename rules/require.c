/* require.c - parser and evaluator of requirements. */
#include "rules/require.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"

enum field {
	FIELD_SIGNALING,
	FIELD_KEYS,
	FIELD_MEDIA,
	FIELD_HOP,
	FIELD_LABEL,
	FIELD_SCORE,
	FIELD_COVERAGE,
	FIELDS
};
static const char *const field_names[FIELDS] = { "signaling", "keys",  "media",	  "hop_protection",
						 "label",     "score", "coverage" };

enum what { NODE_COMPARE, NODE_NOT, NODE_AND, NODE_OR };
enum op { OP_EQUAL, OP_UNEQUAL, OP_LEAST };

struct node {
	enum what what;
	enum field field;
	enum op op;
	int value;
	uint8_t left, right; /* of and, or; left of not */
};

struct require {
	char *text;
	struct node nodes[REQUIRE_NODES];
	uint8_t count, root;
};

struct parser {
	struct require *out;
	const char *at;
	unsigned depth;
	struct text why;
	bool failed;
};

/* ---- words ------------------------------------------------------------------ */

static size_t least(size_t a, size_t b, size_t c)
{
	size_t ab = a < b ? a : b;

	return ab < c ? ab : c;
}

static char folded(char c)
{
	if (c == '-' || c == '_')
		return ' ';
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static bool same_word(struct slice w, const char *name)
{
	if (w.n != strlen(name))
		return false;
	for (size_t i = 0; i < w.n; i++)
		if (folded((char)w.p[i]) != folded(name[i]))
			return false;
	return true;
}

/* Levenshtein over the first 31 octets: names are short. */
static size_t distance(struct slice w, const char *name)
{
	size_t row[32], n = strnlen(name, 31);

	w = slice_upto(w, 31);
	for (size_t i = 0; i <= n; i++)
		row[i] = i;
	for (size_t j = 0; j < w.n; j++) {
		size_t corner = row[0]++;
		for (size_t i = 0; i < n; i++) {
			size_t up = row[i + 1], cost = folded((char)w.p[j]) != folded(name[i]);
			row[i + 1] = least(up + 1, row[i] + 1, corner + cost);
			corner = up;
		}
	}
	return row[n];
}

/* Names of one kind, from 0 to count; text gives the words. */
struct names {
	const char *kind;
	const char *(*text)(int i);
	int count;
};

static const char *field_text(int i)
{
	return field_names[i];
}

static const char *verdict_text(int i)
{
	return lattice_shown_text((enum shown)i);
}

static const char *label_text(int i)
{
	return judge_label_text((enum label)i);
}

static const struct names fields = { "field", field_text, FIELDS };
static const struct names verdicts = { "verdict", verdict_text, SHOWN_COUNT };
static const struct names labels = { "label", label_text, LABEL_NONE };

/* ---- errors ----------------------------------------------------------------- */

static void fail(struct parser *p, const char *at, const char *what)
{
	if (p->failed)
		return;
	p->failed = true;
	text_add(&p->why, "requirement \"");
	text_printable(&p->why, slice_of(p->out->text));
	text_addf(&p->why, "\", column %zu: %s", (size_t)(at - p->out->text) + 1, what);
}

static void fail_name(struct parser *p, struct slice word, const struct names *names)
{
	size_t best = SIZE_MAX;
	const char *nearest = "";

	if (p->failed)
		return;
	for (int i = 0; i < names->count; i++) {
		size_t d = distance(word, names->text(i));
		if (d < best) {
			best = d;
			nearest = names->text(i);
		}
	}
	fail(p, (const char *)word.p, word.n ? "there is no " : "expected a ");
	text_add(&p->why, names->kind);
	if (word.n) {
		text_add(&p->why, " \"");
		text_printable(&p->why, slice_upto(word, 40));
		text_add(&p->why, "\"");
	}
	text_addf(&p->why, word.n ? "; the nearest is \"%s\"" : ", such as \"%s\"", nearest);
}

static int find_name(struct parser *p, struct slice word, const struct names *names)
{
	for (int i = 0; i < names->count; i++)
		if (same_word(word, names->text(i)))
			return i;
	fail_name(p, word, names);
	return 0;
}

/* ---- reading ---------------------------------------------------------------- */

static void skip_blank(struct parser *p)
{
	while (*p->at == ' ' || *p->at == '\t')
		p->at++;
}

static bool in_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '_' || c == '-' || c == '.' || c == '%';
}

static struct slice peek_word(struct parser *p)
{
	skip_blank(p);
	const char *end = p->at;
	while (in_word(*end))
		end++;
	return (struct slice){ (const uint8_t *)p->at, (size_t)(end - p->at) };
}

static bool is_keyword(struct slice w)
{
	return slice_ieq(w, SLICE("and")) || slice_ieq(w, SLICE("or")) ||
	       slice_ieq(w, SLICE("not"));
}

static bool take_keyword(struct parser *p, struct slice keyword)
{
	struct slice w = peek_word(p);

	if (!slice_ieq(w, keyword))
		return false;
	p->at += w.n;
	return true;
}

/* A value may be of several words: "END-TO-END MEDIA". It ends before and, or, not, a bracket, the
 * end. */
static struct slice take_value(struct parser *p)
{
	struct slice first = peek_word(p), all = { first.p, 0 };

	for (struct slice w = first; w.n && !is_keyword(w); w = peek_word(p)) {
		p->at += w.n;
		all.n = (size_t)(w.p + w.n - all.p);
	}
	return all;
}

static uint8_t add_node(struct parser *p, struct node n)
{
	if (p->out->count == REQUIRE_NODES) {
		fail(p, p->at, "the requirement is too long");
		return 0;
	}
	p->out->nodes[p->out->count] = n;
	return p->out->count++;
}

static enum op take_op(struct parser *p)
{
	static const struct {
		const char *text;
		enum op op;
	} ops[] = {
		{ "==", OP_EQUAL }, { "=", OP_EQUAL }, { "!=", OP_UNEQUAL }, { ">=", OP_LEAST }
	};

	skip_blank(p);
	for (size_t i = 0; i < sizeof ops / sizeof *ops; i++)
		if (strncmp(p->at, ops[i].text, strlen(ops[i].text)) == 0) {
			p->at += strlen(ops[i].text);
			return ops[i].op;
		}
	fail(p, p->at, "expected one of = == != >=");
	return OP_EQUAL;
}

static int take_number(struct parser *p, struct slice w)
{
	uint64_t n = 0;

	if (w.n > 1 && w.p[w.n - 1] == '%')
		w.n--;
	if (!slice_number(w, 100, &n))
		fail(p, (const char *)w.p, "expected a number from 0 to 100");
	return (int)n;
}

static int take_operand(struct parser *p, enum field field, enum op op, const char *op_at)
{
	struct slice w = take_value(p);

	if (field >= FIELD_SCORE) {
		if (op != OP_LEAST)
			fail(p, op_at, "score and coverage can be compared with >= only");
		return take_number(p, w);
	}
	int v = find_name(p, w, field == FIELD_LABEL ? &labels : &verdicts);
	if (field < FIELD_LABEL && op == OP_LEAST && v == SHOWN_NOT_APPLICABLE)
		fail(p, (const char *)w.p,
		     "not_applicable is neither better nor worse than another verdict");
	return v;
}

static uint8_t parse_compare(struct parser *p)
{
	struct slice w = peek_word(p);
	struct node n = { .what = NODE_COMPARE };

	n.field = (enum field)find_name(p, is_keyword(w) ? slice_upto(w, 0) : w, &fields);
	if (p->failed)
		return 0;
	p->at += w.n;
	skip_blank(p);
	const char *op_at = p->at;
	n.op = take_op(p);
	if (!p->failed)
		n.value = take_operand(p, n.field, n.op, op_at);
	return add_node(p, n);
}

static uint8_t parse_or(struct parser *p);

static uint8_t parse_atom(struct parser *p)
{
	skip_blank(p);
	if (*p->at != '(')
		return parse_compare(p);
	const char *open = p->at++;
	if (++p->depth > REQUIRE_DEPTH) {
		fail(p, open, "brackets are nested too deeply");
		return 0;
	}
	uint8_t inner = parse_or(p);
	p->depth--;
	skip_blank(p);
	if (*p->at == ')')
		p->at++;
	else
		fail(p, p->at, "expected )");
	return inner;
}

static uint8_t parse_not(struct parser *p)
{
	bool negated = false;

	while (take_keyword(p, SLICE("not")))
		negated = !negated;
	uint8_t atom = parse_atom(p);
	return negated && !p->failed ? add_node(p, (struct node){ .what = NODE_NOT, .left = atom })
				     : atom;
}

static uint8_t parse_and(struct parser *p)
{
	uint8_t left = parse_not(p);

	while (!p->failed && take_keyword(p, SLICE("and"))) {
		uint8_t right = parse_not(p);
		left = add_node(p, (struct node){ .what = NODE_AND, .left = left, .right = right });
	}
	return left;
}

static uint8_t parse_or(struct parser *p)
{
	uint8_t left = parse_and(p);

	while (!p->failed && take_keyword(p, SLICE("or"))) {
		uint8_t right = parse_and(p);
		left = add_node(p, (struct node){ .what = NODE_OR, .left = left, .right = right });
	}
	return left;
}

enum err require_parse(const char *text, struct require **out, char **why)
{
	struct require *r = mem_zero(1, sizeof *r);
	struct parser p = { .out = r };

	*out = NULL;
	r->text = mem_text(text);
	p.at = r->text;
	if (strlen(text) > REQUIRE_TEXT) {
		r->text[REQUIRE_TEXT] = '\0';
		fail(&p, r->text + REQUIRE_TEXT, "the requirement is too long");
	} else {
		r->root = parse_or(&p);
		skip_blank(&p);
		if (*p.at)
			fail(&p, p.at, "expected and, or, or the end");
	}
	if (!p.failed) {
		text_free(&p.why);
		*out = r;
		return ERR_OK;
	}
	*why = mem_text(text_of(&p.why));
	text_free(&p.why);
	require_free(r);
	return ERR_USAGE;
}

void require_free(struct require *r)
{
	if (!r)
		return;
	free(r->text);
	free(r);
}

const char *require_text(const struct require *r)
{
	return r->text;
}

/* ---- asking ----------------------------------------------------------------- */

/* HOLDS: so as seen, but more could be seen; ALWAYS: whatever else is seen. The order makes and,
 * or. */
enum truth { NEVER, UNKNOWN, HOLDS, ALWAYS };

static enum truth as_seen(bool holds, bool final)
{
	if (holds)
		return final ? ALWAYS : HOLDS;
	return final ? NEVER : UNKNOWN;
}

static int rank(enum shown s)
{
	static const int ranks[SHOWN_COUNT] = { 4, 3, 2, 1, 0, 4 };

	return ranks[s];
}

static enum truth ask_verdict(const struct node *n, enum shown s, bool final)
{
	enum shown want = (enum shown)n->value;

	if (n->op == OP_LEAST)
		return as_seen(rank(s) >= rank(want), final || want == SHOWN_FAIL);
	/* NOT APPLICABLE is neutral: where nothing was to protect, nothing failed to pass. */
	return as_seen(s == want || (want == SHOWN_PASS && s == SHOWN_NOT_APPLICABLE), final);
}

/* Refuted stays refuted, and what is complete stays as it is; all else may still change (B.3). */
static bool is_final(const struct condition_verdict *c)
{
	return c->v.known == KNOWN_FAIL || c->v.complete;
}

/* It says that too little was seen: whatever is below it could still come out. */
static bool open_label(enum label is, enum label want)
{
	return is == LABEL_UNDETERMINED && want > LABEL_EXPOSED && want < LABEL_UNDETERMINED;
}

static enum truth ask_label(const struct node *n, const struct require_row *row)
{
	enum label want = (enum label)n->value, is = row->j->label;
	bool final = is == LABEL_EXPOSED;

	if (is == LABEL_NONE)
		return UNKNOWN;
	if (is_final(&row->j->conditions[CONDITION_SIGNALING]) &&
	    is_final(&row->j->conditions[CONDITION_KEYS]) &&
	    is_final(&row->j->conditions[CONDITION_MEDIA]))
		final = true;
	if (n->op == OP_LEAST && open_label(is, want))
		return UNKNOWN;
	if (n->op == OP_LEAST)
		return as_seen(is >= want, is >= want ? final : row->best < want);
	return as_seen(is == want, final || (is != want && row->best < want));
}

static enum truth ask_compare(const struct node *n, const struct require_row *row)
{
	const struct judgement *j = row->j;

	switch (n->field) {
	case FIELD_SIGNALING:
	case FIELD_KEYS:
	case FIELD_MEDIA:
		return ask_verdict(n, j->conditions[n->field].shown,
				   is_final(&j->conditions[n->field]));
	case FIELD_HOP:
		return ask_verdict(n, j->hop_protection, j->hop_protection == SHOWN_FAIL);
	case FIELD_LABEL:
		return ask_label(n, row);
	case FIELD_SCORE:
		if (j->label == LABEL_NONE)
			return UNKNOWN;
		if (j->has_score && j->score >= n->value)
			return j->low >= n->value ? ALWAYS : HOLDS;
		return j->high < n->value ? NEVER : UNKNOWN;
	case FIELD_COVERAGE:
	case FIELDS:
		break;
	}
	return as_seen(j->coverage * 100 >= n->value, false);
}

static enum truth ask(const struct require *r, uint8_t at, const struct require_row *row)
{
	const struct node *n = &r->nodes[at];
	enum truth a, b;

	if (n->what == NODE_COMPARE) {
		a = ask_compare(n, row);
	} else {
		a = ask(r, n->left, row);
	}
	if (n->what == NODE_NOT || (n->what == NODE_COMPARE && n->op == OP_UNEQUAL))
		return a == ALWAYS ? NEVER : a == NEVER ? ALWAYS : UNKNOWN;
	if (n->what == NODE_COMPARE)
		return a;
	b = ask(r, n->right, row);
	return (n->what == NODE_AND) == (a < b) ? a : b;
}

enum policy_result require_ask(const struct require *r, const struct require_row *row)
{
	switch (ask(r, r->root, row)) {
	case NEVER:
		return POLICY_NOT_MET;
	case UNKNOWN:
		break;
	case HOLDS:
	case ALWAYS:
		return POLICY_MET;
	}
	return POLICY_CANNOT_TELL;
}
