/* expr_literal.c - numbers, durations, networks, times, versions and names of enumerators. */
#include "rules/expr_literal.h"

#include "analyzer/base/nearest.h"
#include "analyzer/base/when.h"
#include "rules/expr_lex.h"

/* ---- numbers ---------------------------------------------------------------- */

#define UNIT_WORDS "ns, us, ms, s, min, h or d"
/* A double holds every whole number up to here. */
#define LARGEST UINT64_C(9007199254740992)
#define BILLION UINT64_C(1000000000)
enum { DECIMALS = 9 };

static const struct unit {
	const char *name;
	uint64_t ns;
} units[] = {
	{ "ns", 1 },
	{ "us", 1000 },
	{ "ms", WHEN_MS },
	{ "s", WHEN_SECOND },
	{ "min", 60 * WHEN_SECOND },
	{ "h", 3600 * WHEN_SECOND },
	{ "d", 86400 * WHEN_SECOND },
};

/* A number taken apart: fraction in billionths, so that durations are exact. */
struct decimal {
	uint64_t whole, fraction;
	struct slice unit;
};

static bool digit(struct slice s, uint8_t *d)
{
	*d = (uint8_t)(s.n ? s.p[0] - '0' : 10);
	return *d < 10;
}

static bool take_whole(struct slice *s, uint64_t *out)
{
	uint8_t d;

	for (*out = 0; digit(*s, &d); *s = slice_from(*s, 1)) {
		*out = *out * 10 + d;
		if (*out > LARGEST)
			return false;
	}
	return true;
}

static bool take_fraction(struct slice *s, uint64_t *out)
{
	uint64_t worth = BILLION;
	uint8_t d;

	for (*out = 0; digit(*s, &d); *s = slice_from(*s, 1)) {
		if (worth == 1)
			return false;
		worth /= 10;
		*out += d * worth;
	}
	return true;
}

static int hex_digit(uint8_t c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool take_hex(struct slice *s, uint64_t *out)
{
	*out = 0;
	for (*s = slice_from(*s, 2); s->n && hex_digit(s->p[0]) >= 0; *s = slice_from(*s, 1)) {
		*out = *out << 4 | (uint64_t)hex_digit(s->p[0]);
		if (*out > LARGEST)
			return false;
	}
	return true;
}

static bool take_apart(struct slice s, struct decimal *out, struct text *why)
{
	uint8_t d;

	*out = (struct decimal){ 0 };
	if (slice_istarts(s, SLICE("0x")) && s.n > 2 && hex_digit(s.p[2]) >= 0) {
		if (!take_hex(&s, &out->whole))
			return text_add(why, "the number is too large"), false;
	} else if (!take_whole(&s, &out->whole)) {
		return text_add(why, "the number is too large"), false;
	} else if (s.n && s.p[0] == '.' && digit(slice_from(s, 1), &d)) {
		s = slice_from(s, 1);
		if (!take_fraction(&s, &out->fraction))
			return text_addf(why, "a number has at most %d decimals", DECIMALS), false;
	}
	out->unit = s;
	return true;
}

static bool no_unit(struct slice wrong, struct text *why)
{
	const char *words[sizeof units / sizeof *units];

	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		words[i] = units[i].name;
	const char *near = nearest_word(wrong, words, sizeof units / sizeof *units);
	text_add(why, "there is no unit \"");
	text_printable(why, slice_upto(wrong, 40));
	text_add(why, near ? "\"; did you mean " : "\": a unit is one of " UNIT_WORDS);
	text_add(why, near);
	text_add(why, near ? "?" : NULL);
	return false;
}

static bool duration(const struct decimal *d, const struct unit *u, uint64_t *out, struct text *why)
{
	if (d->whole > (UINT64_MAX - u->ns) / u->ns)
		return text_add(why, "the duration is too long"), false;
	*out = d->whole * u->ns;
	*out += u->ns < BILLION ? d->fraction / (BILLION / u->ns) : d->fraction * (u->ns / BILLION);
	return true;
}

bool expr_literal_number(struct slice s, struct expr_value *out, enum expr_type *type,
			 struct text *why)
{
	struct decimal d;

	if (!take_apart(s, &d, why))
		return false;
	out->known = true;
	if (d.unit.n == 0 || slice_eq(d.unit, SLICE("%"))) {
		*type = EXPR_NUMBER;
		out->number = (double)d.whole + (double)d.fraction / (double)BILLION;
		return true;
	}
	*type = EXPR_DURATION;
	if (d.unit.p[0] == '.')
		return text_add(why, "this is neither a number nor an address"), false;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (slice_eq(d.unit, slice_of(units[i].name)))
			return duration(&d, &units[i], &out->ns, why);
	return no_unit(d.unit, why);
}

/* ---- networks and times ------------------------------------------------------ */

static bool clean(const struct expr_network *net)
{
	for (unsigned bit = net->prefix; bit < EXPR_WHOLE; bit++)
		if (net->addr.b[bit / 8] & (0x80u >> bit % 8))
			return false;
	return true;
}

bool expr_literal_network(struct slice s, struct expr_network *out, struct text *why)
{
	size_t slash = slice_find(s, '/');
	bool v4 = slice_find(s, ':') == s.n;
	uint64_t prefix, most = v4 ? 32 : EXPR_WHOLE;

	out->prefix = EXPR_WHOLE;
	if (!addr_parse(slice_upto(s, slash), &out->addr))
		return text_add(why, "this is not an address"), false;
	if (slash == s.n)
		return true;
	if (!slice_number(slice_from(s, slash + 1), most, &prefix))
		return text_addf(why, "a prefix of %s is 0 to %u", v4 ? "IPv4" : "IPv6",
				 (unsigned)most),
		       false;
	out->prefix = (uint8_t)(EXPR_WHOLE - most + prefix);
	if (!clean(out))
		return text_add(why, "this is an address inside a network, not a network"), false;
	return true;
}

/* Exactly n digits and the sign behind them, if it is not 0. */
static bool take_digits(struct slice *s, unsigned n, char behind, unsigned *out)
{
	uint64_t v;

	if (s->n < n || !slice_number(slice_upto(*s, n), UINT16_MAX, &v))
		return false;
	*out = (unsigned)v;
	*s = slice_from(*s, n);
	if (!behind)
		return true;
	if (s->n == 0 || s->p[0] != behind)
		return false;
	*s = slice_from(*s, 1);
	return true;
}

/* Days since 1970 of the proleptic Gregorian calendar; false: there is no such day, or it is
 * before. */
static bool days_until(unsigned year, unsigned month, unsigned day, uint64_t *out)
{
	static const unsigned before[] = { 0,	31,  59,  90,  120, 151, 181,
					   212, 243, 273, 304, 334, 365 };
	bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

	/* 64 bits of nanoseconds end in 2554. */
	if (year < 1970 || year > 2500 || month < 1 || month > 12 || day < 1)
		return false;
	if (day > before[month] - before[month - 1] + (leap && month == 2))
		return false;
	unsigned past = year - 1;
	*out = (year - 1970) * 365 + (past / 4 - past / 100 + past / 400) - 477 +
	       before[month - 1] + (leap && month > 2) + day - 1;
	return true;
}

bool expr_literal_time(struct slice s, uint64_t *ns)
{
	unsigned year, month, day, h, m, sec;
	uint64_t days, fraction = 0;

	if (!take_digits(&s, 4, '-', &year) || !take_digits(&s, 2, '-', &month) ||
	    !take_digits(&s, 2, 0, &day) || !days_until(year, month, day, &days))
		return false;
	*ns = days * 86400 * WHEN_SECOND;
	if (s.n == 0)
		return true;
	if (s.p[0] != 'T')
		return false;
	s = slice_from(s, 1);
	if (!take_digits(&s, 2, ':', &h) || !take_digits(&s, 2, ':', &m) ||
	    !take_digits(&s, 2, 0, &sec) || h > 23 || m > 59 || sec > 59)
		return false;
	if (s.n > 1 && s.p[0] == '.') {
		s = slice_from(s, 1);
		if (!take_fraction(&s, &fraction))
			return false;
	}
	*ns += ((uint64_t)h * 3600 + m * 60 + sec) * WHEN_SECOND + fraction;
	return slice_eq(s, SLICE("Z"));
}

/* ---- names ------------------------------------------------------------------- */

static bool is_gap(uint8_t c)
{
	return c == '-' || c == '_' || expr_lex_blank(c);
}

/* Octets of one gap: a hyphen, an underscore, or blanks. */
static size_t gap(struct slice s)
{
	size_t n = 0;

	if (s.n && !expr_lex_blank(s.p[0]))
		return is_gap(s.p[0]);
	while (n < s.n && expr_lex_blank(s.p[n]))
		n++;
	return n;
}

/* A word does not end before a letter or digit, nor before a hyphen or a full stop that joins one.
 */
static bool ends(struct slice s)
{
	if (s.n && (s.p[0] == '-' || s.p[0] == '.'))
		s = slice_from(s, 1);
	return s.n == 0 || !expr_lex_in_name(s.p[0]);
}

static size_t fits(struct slice s, const char *name)
{
	struct slice rest = s;

	for (; *name; name++) {
		size_t n =
			is_gap((uint8_t)*name)
				? gap(rest)
				: slice_istarts(rest, (struct slice){ (const uint8_t *)name, 1 });
		if (n == 0)
			return 0;
		rest = slice_from(rest, n);
	}
	return ends(rest) ? s.n - rest.n : 0;
}

size_t expr_literal_name(struct slice s, const char *const *names, int *index)
{
	size_t longest = 0;

	for (int i = 0; names[i]; i++) {
		size_t n = fits(s, names[i]);
		if (n > longest) {
			longest = n;
			*index = i;
		}
	}
	return longest;
}

const char *const expr_literal_versions[] = { "SSL2",	"SSL3",	   "TLS1.0",  "TLS1.1",	 "TLS1.2",
					      "TLS1.3", "DTLS1.0", "DTLS1.2", "DTLS1.3", NULL };
static const uint16_t versions[] = { 0x0002, 0x0300, 0x0301, 0x0302, 0x0303,
				     0x0304, 0xfeff, 0xfefd, 0xfefc };

size_t expr_literal_version(struct slice s, uint16_t *version)
{
	int i = 0;
	size_t n = expr_literal_name(s, expr_literal_versions, &i);

	*version = versions[i];
	return n;
}

const char *expr_literal_version_text(uint16_t version)
{
	for (size_t i = 0; expr_literal_versions[i]; i++)
		if (versions[i] == version)
			return expr_literal_versions[i];
	return NULL;
}
