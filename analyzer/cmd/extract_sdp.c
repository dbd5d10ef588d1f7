/* extract_sdp.c - line by line, by a list of what may stay. */
#include "analyzer/cmd/extract_sdp.h"

#include <string.h>

enum { LINES_MAX = 2000, WORD_MAX = 80 };

static bool digit(uint8_t c)
{
	return c >= '0' && c <= '9';
}

static bool letter(uint8_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool all(struct slice s, const char *more)
{
	for (size_t i = 0; i < s.n; i++)
		if (!digit(s.p[i]) && !letter(s.p[i]) && !(s.p[i] && strchr(more, s.p[i])))
			return false;
	return s.n > 0 && s.n <= WORD_MAX;
}

static bool number(struct slice s, size_t most)
{
	for (size_t i = 0; i < s.n; i++)
		if (!digit(s.p[i]))
			return false;
	return s.n > 0 && s.n <= most;
}

static struct slice word(struct slice *rest)
{
	struct slice w;

	do {
		if (!slice_cut(rest, ' ', &w))
			return (struct slice){ NULL, 0 };
	} while (!w.n);
	return w;
}

static void put(struct text *out, const char *before, struct slice s)
{
	text_add(out, before);
	text_add_slice(out, s);
}

static void end(struct text *out)
{
	text_add(out, "\r\n");
}

/* IN IP4 address[/ttl/count] */
static void put_where(struct alias *a, struct text *out, struct slice rest)
{
	(void)word(&rest);
	bool v6 = slice_ieq(word(&rest), SLICE("IP6"));
	struct slice address = word(&rest);
	struct addr parsed;
	char shown[ADDR_TEXT];

	address = slice_upto(address, slice_find(address, '/'));
	text_add(out, v6 ? "IN IP6 " : "IN IP4 ");
	if (addr_parse(address, &parsed)) {
		parsed = alias_addr(a, &parsed);
		text_add(out, addr_text(&parsed, shown));
	} else {
		alias_host(a, out, address.n ? address : SLICE("none"));
	}
	end(out);
}

/* o=user id version IN IP4 address: the version alone tells one offer from the next. */
static void origin(struct alias *a, struct text *out, struct slice rest)
{
	(void)word(&rest);
	(void)word(&rest);
	struct slice version = word(&rest);

	put(out, "o=- 1 ", number(version, 20) ? version : SLICE("1"));
	text_add(out, " ");
	put_where(a, out, rest);
}

static bool is_format(struct slice s)
{
	return number(s, 3) || slice_ieq(s, SLICE("t38")) || slice_eq(s, SLICE("*")) ||
	       slice_eq(s, SLICE("webrtc-datachannel"));
}

static void media(struct text *out, struct slice rest)
{
	struct slice kind = word(&rest), port = word(&rest), proto = word(&rest), format;

	if (!all(kind, "") || !number(slice_upto(port, slice_find(port, '/')), 5) ||
	    !all(proto, "/-"))
		return;
	put(out, "m=", kind);
	put(out, " ", slice_upto(port, slice_find(port, '/')));
	put(out, " ", proto);
	while ((format = word(&rest)).p)
		if (is_format(format))
			put(out, " ", format);
	end(out);
}

/* ---- keys -------------------------------------------------------------------------- */

static bool is_parameter(struct slice s)
{
	static const char *const names[] = { "UNENCRYPTED_SRTP",     "UNENCRYPTED_SRTCP",
					     "UNAUTHENTICATED_SRTP", "KDR=",
					     "FEC_ORDER=",	     "WSH=" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_istarts(s, slice_of(names[i])) && all(s, "_="))
			return true;
	return false;
}

/* inline:KEY|lifetime|MKI:length;inline:...: the keys, and what is a number beside them. */
static void put_keys(struct alias *a, struct text *out, struct slice keys)
{
	const char *before = " ";
	struct slice one, part;

	while (slice_cut(&keys, ';', &one)) {
		if (!slice_istarts(one, SLICE("inline:")))
			continue;
		one = slice_from(one, 7);
		if (!slice_cut(&one, '|', &part))
			continue;
		text_addf(out, "%sinline:", before);
		alias_key(a, out, part);
		while (slice_cut(&one, '|', &part))
			if (all(part, "^:") && !letter(part.p[0]))
				put(out, "|", part);
		before = ";";
	}
}

static void crypto(struct alias *a, struct text *out, struct slice value)
{
	struct slice rest = value, tag = word(&rest), suite = word(&rest), keys = word(&rest), more;

	if (!number(tag, 9) || !all(suite, "_"))
		return;
	put(out, "a=crypto:", tag);
	put(out, " ", suite);
	put_keys(a, out, keys);
	while ((more = word(&rest)).p)
		if (is_parameter(more))
			put(out, " ", more);
	end(out);
}

/* ---- attributes --------------------------------------------------------------------- */

static void two_words(struct text *out, const char *name, struct slice value, const char *more)
{
	struct slice rest = value, one = word(&rest), two = word(&rest);

	if (!all(one, "-.") || two.n > 200)
		return;
	for (size_t i = 0; i < two.n; i++)
		if (!digit(two.p[i]) && !letter(two.p[i]) && !(two.p[i] && strchr(more, two.p[i])))
			return;
	put(out, name, one);
	put(out, " ", two);
	end(out);
}

static bool is_flag(struct slice name)
{
	static const char *const names[] = { "sendrecv", "sendonly", "recvonly",   "inactive",
					     "rtcp-mux", "ice-lite", "bundle-only" };

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (slice_ieq(name, slice_of(names[i])))
			return true;
	return false;
}

static void attribute(struct alias *a, struct text *out, struct slice line)
{
	struct slice value = line, name;

	if (!slice_cut(&value, ':', &name))
		return;
	if (is_flag(name)) {
		put(out, "a=", name);
		end(out);
	} else if (slice_ieq(name, SLICE("crypto"))) {
		crypto(a, out, value);
	} else if (slice_ieq(name, SLICE("fingerprint"))) {
		two_words(out, "a=fingerprint:", value, ":");
	} else if (slice_ieq(name, SLICE("zrtp-hash"))) {
		two_words(out, "a=zrtp-hash:", value, "");
	} else if (slice_ieq(name, SLICE("rtpmap"))) {
		two_words(out, "a=rtpmap:", value, "/-_.");
	} else if (slice_ieq(name, SLICE("setup")) && all(slice_trim(value), "")) {
		put(out, "a=setup:", slice_trim(value));
		end(out);
	} else if (slice_ieq(name, SLICE("key-mgmt"))) {
		text_add(out, slice_istarts(slice_trim(value), SLICE("mikey"))
				      ? "a=key-mgmt:mikey AAAA\r\n"
				      : "");
	}
}

static void one_line(struct alias *a, struct text *out, struct slice line)
{
	struct slice value = slice_from(line, 2);

	if (line.n < 2 || line.p[1] != '=')
		return;
	switch (line.p[0]) {
	case 'v':
		text_add(out, "v=0\r\n");
		break;
	case 'o':
		origin(a, out, value);
		break;
	case 's':
		text_add(out, "s=-\r\n");
		break;
	case 't':
		text_add(out, "t=0 0\r\n");
		break;
	case 'c':
		text_add(out, "c=");
		put_where(a, out, value);
		break;
	case 'm':
		media(out, value);
		break;
	case 'a':
		attribute(a, out, value);
		break;
	default: /* i= e= p= u= k= b= r= z=: words of people, keys, or nothing that matters */
		break;
	}
}

void extract_sdp_write(struct alias *a, struct slice body, struct text *out)
{
	struct slice line;

	for (int n = 0; n < LINES_MAX && slice_cut(&body, '\n', &line); n++)
		one_line(a, out, slice_trim(line));
}
