/* field_fact.c - facts, lines and marks as the rule language reads them. */
#include "rules/expr_need.h"
#include "rules/field_read.h"
#include "rules/verdict.h"

static void put(struct expr_value *out, const struct expr_scope *scope, const struct expr_item *it,
		const void *at)
{
	out->known = at != NULL;
	out->item = (struct expr_item){ scope, it->of, at };
}

/* ---- facts ------------------------------------------------------------------------------ */

static const struct line *line_of(const struct work *w, const struct fact *f)
{
	bool has = f->media >= 0 && f->media < w->c->media_count;

	return &w->lines[has ? f->media : w->c->media_count];
}

static void fact_line(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	put(out, field_fact_line(), it, line_of(field_read_work(it), it->at));
}

static void fact_media(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	put(out, field_media(), it, rule_media(field_read_work(it), it->at));
}

static void fact_leg(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	put(out, field_leg(), it, rule_leg(field_read_work(it), it->at));
}

static void fact_segment(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct fact *f = it->at;
	const struct media *m = rule_media(field_read_work(it), f);
	bool has = m && f->segment >= 0 && f->segment < m->segment_count;

	(void)arg;
	put(out, field_segment(), it, has ? &m->segments[f->segment] : NULL);
}

static void fact_epoch(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct fact *f = it->at;
	const struct call *c = field_read_work(it)->c;
	bool has = f->epoch >= 0 && f->epoch < c->epoch_count;

	(void)arg;
	put(out, field_epoch(), it, has ? &c->epochs[f->epoch] : NULL);
}

static void fact_in_clear(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->yes = rule_in_clear(field_read_work(it), it->at);
}

static void fact_bit(const struct expr_item *it, int arg, struct expr_value *out)
{
	out->known = true;
	out->yes = ((const struct fact *)it->at)->value >> arg & 1;
}

/* The codes of versions are ordered: SSL 2 is 0x0002, TLS 1.3 0x0304. */
static void fact_version(const struct expr_item *it, int arg, struct expr_value *out)
{
	uint64_t value = ((const struct fact *)it->at)->value;

	(void)arg;
	out->version = (uint16_t)value;
	out->known = value && value <= UINT16_MAX;
}

static void fact_duration(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->ns = ((const struct fact *)it->at)->duration_ns;
	out->known = out->ns != 0;
}

static void fact_ends(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->yes = rule_ends_asserted(field_read_work(it), it->at);
}

#define BIT(n)                                                                                     \
	{                                                                                          \
		"bit" #n, "Bit " #n " of its value.", EXPR_BOOL, .arg = n, .get = fact_bit         \
	}

const struct expr_scope *field_fact(void)
{
	static const struct expr_field fields[] = {
		{ "value", "A count or a code; what it means depends on the kind.", EXPR_NUMBER,
		  .get = field_read_u64, FIELD_READ_AT(fact, value) },
		{ "text", "What is special about this one.", EXPR_TEXT, .get = field_read_text,
		  FIELD_READ_AT(fact, text) },
		{ "version", "Its value as a version of TLS or DTLS; unknown where it is none.",
		  EXPR_VERSION, .get = fact_version },
		{ "duration", "Of readable media; unknown where none is counted.", EXPR_DURATION,
		  .get = fact_duration },
		{ "grade",
		  "How strong the evidence is: 1 inferred, 2 declared, 3 observed, 4 "
		  "computed.",
		  EXPR_NUMBER, .get = field_read_u8, FIELD_READ_AT(fact, grade) },
		{ "spans", "Seen at both asserted ends of the path: nothing can lie beyond.",
		  EXPR_BOOL, .get = field_read_flag, FIELD_READ_AT(fact, spans) },
		{ "in_clear", "Its hop could be read on the wire, not only behind a key.",
		  EXPR_BOOL, .get = fact_in_clear },
		{ "ends_asserted",
		  "Both ends of the call are asserted endpoints, and media of its line left each.",
		  EXPR_BOOL, .get = fact_ends },
		{ "line", "The line it is about, or what belongs to none.", EXPR_ITEM,
		  .scope = field_fact_line, .get = fact_line },
		{ "media", "The m-line it is about.", EXPR_ITEM, .scope = field_media,
		  .get = fact_media },
		{ "leg", "The hop it is about.", EXPR_ITEM, .scope = field_leg, .get = fact_leg },
		{ "segment", "The direction it is about.", EXPR_ITEM, .scope = field_segment,
		  .get = fact_segment },
		{ "epoch", "The stretch it is about.", EXPR_ITEM, .scope = field_epoch,
		  .get = fact_epoch },
		BIT(0),
		BIT(1),
		BIT(2),
		BIT(3),
		BIT(4),
		BIT(5),
		BIT(6),
		BIT(7),
	};
	FIELD_READ_SCOPE("fact", "One thing known, with the packets to see it again.", fields);
}

/* The group is that of the call, of one of its hops, or of one of its lines. */
static bool is_of(const struct work *w, const struct fact *f, const void *group)
{
	bool on_leg = f->leg >= 0 && f->leg < w->c->leg_count;

	return group == w->c || group == line_of(w, f) || (on_leg && group == &w->c->legs[f->leg]);
}

static bool fact_next(const struct expr_item *it, int arg, const void *after, struct expr_item *out)
{
	const struct work *w = field_read_work(it);
	const struct fact *f = rule_has(w, (enum fact_kind)arg)
				       ? call_fact(w->c, (enum fact_kind)arg, after)
				       : NULL;

	while (f && !is_of(w, f, it->at))
		f = call_fact(w->c, (enum fact_kind)arg, f);
	*out = (struct expr_item){ field_fact(), it->of, f };
	return f != NULL;
}

static bool fact_lacks(const void *of, int arg)
{
	return !rule_has(of, (enum fact_kind)arg);
}

_Static_assert((int)FACT_KINDS <= (int)EXPR_NEED_MOST, "every kind of fact has a number");

/* Marks, and the lines that carry them: what rules change while they run. */
bool field_fact_moves(const struct expr_field *f)
{
	return f->scope == field_fact_marks || f->scope == field_fact_line;
}

int field_fact_kind(const struct expr_field *list)
{
	return list->next == fact_next ? list->arg : -1;
}

const struct expr_scope *field_fact_group(void)
{
	static const struct expr_field fields[] = {
#define FACT(name, text)                                                                           \
	{ #name,                                                                                   \
	  text,                                                                                    \
	  EXPR_LIST,                                                                               \
	  .scope = field_fact,                                                                     \
	  .arg = FACT_##name,                                                                      \
	  .next = fact_next,                                                                       \
	  .lacks = fact_lacks },
#include "analyzer/model/fact.def"
#undef FACT
	};
	FIELD_READ_SCOPE("facts", "What was noted, one list for each kind.", fields);
}

/* ---- lines -------------------------------------------------------------------------------- */

static void line_media(const struct expr_item *it, int arg, struct expr_value *out)
{
	const struct work *w = field_read_work(it);
	ptrdiff_t at = (const struct line *)it->at - w->lines;

	(void)arg;
	put(out, field_media(), it, at < w->c->media_count ? &w->c->media[at] : NULL);
}

static void line_group(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	put(out, field_fact_group(), it, it->at);
}

static void line_refuted(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->number = ((const struct line *)it->at)->keys.fail;
}

#define MARK(name, words)                                                                          \
	{                                                                                          \
#name, words, EXPR_BOOL, .get = field_read_flag, FIELD_READ_AT(line, name)         \
	}

const struct expr_scope *field_fact_line(void)
{
	static const struct expr_field fields[] = {
		{ "media", "Its m-line; unknown for what belongs to none.", EXPR_ITEM,
		  .scope = field_media, .get = line_media },
		{ "facts", "What was noted about it, by kind.", EXPR_ITEM,
		  .scope = field_fact_group, .get = line_group, .always = true },
		{ "keys_refuted",
		  "Grade of the best evidence so far that its keys are out; 0: none.", EXPR_NUMBER,
		  .get = line_refuted },
		MARK(live, "Answered and not refused, or packets were seen."),
		MARK(clear, "Readable beyond a tolerated start."),
		MARK(downgraded, "Protection was offered for it and given up."),
		MARK(declined, "Optional protection was offered for it and not taken."),
		MARK(key_shown, "A key for it stood in SDP."),
		MARK(null_cipher, "SRTP that does not encrypt was agreed for it."),
		MARK(weak_key, "Its key can be guessed."),
		MARK(tampered, "What keys it contradicts what SDP announced."),
		MARK(keys_whole, "What is known of its keys reaches from end to end."),
		MARK(media_whole, "What is known of its media reaches from end to end."),
	};
	FIELD_READ_SCOPE(
		"line",
		"A media line, or what belongs to none, as rules that ran before marked it.",
		fields);
}

/* ---- marks --------------------------------------------------------------------------------- */

#define OF_CALL(name, words)                                                                       \
	{                                                                                          \
#name, words, EXPR_BOOL, .get = field_read_flag, FIELD_READ_AT(work, name)         \
	}

static void marks_partial(const struct expr_item *it, int arg, struct expr_value *out)
{
	(void)arg;
	out->known = true;
	out->yes = verdict_partial(field_read_work(it));
}

const struct expr_scope *field_fact_marks(void)
{
	static const struct expr_field fields[] = {
		OF_CALL(exposed, "Content, a key in use or a reusable credential was readable."),
		OF_CALL(readable, "SIP was in clear on a hop."),
		OF_CALL(disclosed, "A key or a credential was in readable SIP."),
		OF_CALL(key_unused, "A key was disclosed though no line was ever answered."),
		OF_CALL(digest_clear, "A digest that allows guessing was readable."),
		OF_CALL(basic_clear, "A reusable credential was readable."),
		OF_CALL(key_clear, "A key in use was readable."),
		OF_CALL(tampering, "A check contradicts what was announced."),
		OF_CALL(weak, "Broken or deprecated protection is in use."),
		OF_CALL(inner_asserted, "Encryption inside the media is asserted."),
		OF_CALL(kept, "Recorded on its way, or mixed."),
		OF_CALL(signaling_whole, "What is known of signaling reaches from end to end."),
		OF_CALL(broken_tls, "A TLS suite that does not protect."),
		OF_CALL(old_tls, "A deprecated version of TLS or DTLS."),
		OF_CALL(bad_certificate, "A certificate that does not hold."),
		OF_CALL(weak_tls, "Legacy or weak TLS parameters."),
		{ "partial",
		  "By what rules that ran before said, a condition holds wherever it was seen and "
		  "is not known to hold for the whole.",
		  EXPR_BOOL, .get = marks_partial },
	};
	FIELD_READ_SCOPE("marks", "What rules that ran before have set on the call.", fields);
}

/* Marks are the flags of the two scopes above, as their own fields name them. */
static const struct expr_field *mark_field(const char *name)
{
	const char *dot = strchr(name, '.');
	const struct expr_scope *s = dot ? field_fact_line() : field_fact_marks();

	if (dot && strncmp(name, "line.", 5) != 0)
		return NULL;
	for (size_t i = 0; i < s->count; i++)
		if (s->fields[i].get == field_read_flag &&
		    strcmp(s->fields[i].name, dot ? dot + 1 : name) == 0)
			return &s->fields[i];
	return NULL;
}

bool field_fact_mark_known(const char *name)
{
	return mark_field(name) != NULL;
}

bool *field_fact_mark(struct work *w, const struct fact *f, const char *name)
{
	static const struct fact nowhere = { .leg = FACT_NOWHERE, .media = FACT_NOWHERE };
	const struct expr_field *field = mark_field(name);
	char *at = strchr(name, '.') ? (char *)rule_line(w, f ? f : &nowhere) : (char *)w;

	return field ? (bool *)(void *)(at + field->arg) : NULL;
}
