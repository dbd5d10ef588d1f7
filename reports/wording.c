/* wording.c - one place for wording, so that formats agree. */
#include "reports/wording.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "analyzer/base/addr.h"
#include "reports/jvalue.h"

struct verdict_words {
	const char *verdict, *shown, *meaning, *tone;
};

static const struct verdict_words verdicts[] = {
	{ "pass", "PASS", "holds on the whole path that was asserted", "good" },
	{ "partial", "PARTIAL", "holds where seen; the path is not fully covered", "part" },
	{ "not_observable", "NOT OBSERVABLE", "could not be seen; nothing speaks for or against",
	  "none" },
	{ "suspect", "SUSPECT", "signs that it does not hold, none conclusive", "doubt" },
	{ "fail", "FAIL", "does not hold", "bad" },
	{ "not_applicable", "NOT APPLICABLE", "nothing to judge here", "none" },
};

static const struct verdict_words *find(const char *verdict)
{
	static const struct verdict_words unknown = { "", "UNKNOWN", "", "none" };

	for (size_t i = 0; i < sizeof verdicts / sizeof *verdicts; i++)
		if (strcmp(verdicts[i].verdict, verdict) == 0)
			return &verdicts[i];
	return &unknown;
}

const char *wording_verdict(const char *verdict)
{
	return find(verdict)->shown;
}

const char *wording_meaning(const char *verdict)
{
	return find(verdict)->meaning;
}

const char *wording_tone(const char *verdict)
{
	return find(verdict)->tone;
}

static const char *by_condition(const char *condition, const char *const words[3])
{
	static const char *const names[] = { "signaling", "keys", "media" };

	for (int i = 0; i < 3; i++)
		if (strcmp(names[i], condition) == 0)
			return words[i];
	return "";
}

const char *wording_power(const char *condition)
{
	static const char *const powers[] = { "read call details", "hold the media keys",
					      "hear or see the media" };

	return by_condition(condition, powers);
}

const char *wording_question(const char *condition)
{
	static const char *const questions[] = {
		"Could only the two ends read who calls whom, and how?",
		"Did the two ends agree the media keys with nobody in between holding them?",
		"Did everything that forwarded the media forward it unread?",
	};

	return by_condition(condition, questions);
}

static const char *look_up(const char *key, const char *const pairs[][2], size_t n,
			   const char *otherwise)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(pairs[i][0], key) == 0)
			return pairs[i][1];
	return otherwise;
}

const char *wording_label_meaning(const char *label)
{
	static const char *const meanings[][2] = {
		{ "EXPOSED", "Somebody on the way could have heard at least one call, or read the "
			     "keys, messages or credentials that belong to it." },
		{ "TAMPERING INDICATED", "What arrived contradicts what was sent: somebody may "
					 "have put themselves in between." },
		{ "WEAK", "Protection was used that is known to be breakable." },
		{ "SIGNALING EXPOSED", "Who called whom, and how, was readable on the way. No "
				       "readable media was seen." },
		{ "HOP BY HOP", "The links that were seen are encrypted, but a box in between "
				"held the keys and could have heard." },
		{ "UNDETERMINED", "It could not be seen whether the calls were end to end." },
		{ "NO BREAK SEEN", "Everything that was seen holds; the whole path was not seen." },
		{ "END-TO-END MEDIA", "Only the two ends could hear the media; boxes in between "
				      "could read the call details." },
		{ "END-TO-END", "Only the two ends could hear the media and read the call "
				"details, under the assumptions below." },
	};

	return look_up(label, meanings, sizeof meanings / sizeof *meanings,
		       "Nothing here gives a verdict.");
}

const char *wording_protection(const char *protection)
{
	static const char *const words[][2] = {
		{ "clear", "readable, no keys were used" },
		{ "srtp-verified", "SRTP, verified" },
		{ "no-plaintext-found", "no plaintext found" },
		{ "insufficient", "too little to tell" },
	};

	return look_up(protection, words, sizeof words / sizeof *words, "");
}

const char *wording_protection_tone(const char *protection)
{
	static const char *const tones[][2] = {
		{ "clear", "bad" },
		{ "srtp-verified", "good" },
		{ "no-plaintext-found", "part" },
	};

	return look_up(protection, tones, sizeof tones / sizeof *tones, "none");
}

const char *wording_label_tone(const char *label)
{
	static const char *const tones[][2] = {
		{ "EXPOSED", "bad" },	     { "TAMPERING INDICATED", "bad" },
		{ "WEAK", "bad" },	     { "SIGNALING EXPOSED", "bad" },
		{ "HOP BY HOP", "doubt" },   { "UNDETERMINED", "none" },
		{ "NO BREAK SEEN", "part" }, { "END-TO-END MEDIA", "good" },
		{ "END-TO-END", "good" },
	};

	return look_up(label, tones, sizeof tones / sizeof *tones, "none");
}

const char *wording_severity_tone(const char *severity)
{
	static const char *const tones[][2] = {
		{ "critical", "bad" },
		{ "high", "bad" },
		{ "medium", "doubt" },
		{ "low", "part" },
	};

	return look_up(severity, tones, sizeof tones / sizeof *tones, "none");
}

void wording_number(struct text *t, uint64_t n)
{
	char digits[32];
	int len = snprintf(digits, sizeof digits, "%" PRIu64, n);

	for (int i = 0; i < len; i++)
		text_addf(t, "%s%c", i && (len - i) % 3 == 0 ? "," : "", digits[i]);
}

void wording_count(struct text *t, uint64_t n, const char *one)
{
	wording_number(t, n);
	text_addf(t, " %s%s", one, n == 1 ? "" : "s");
}

void wording_duration(struct text *t, double seconds)
{
	uint64_t s = seconds > 0 && seconds < 1e9 ? (uint64_t)(seconds + 0.5) : 0;

	if (s >= 3600)
		text_addf(t, "%" PRIu64 ":%02" PRIu64 ":%02" PRIu64, s / 3600, s / 60 % 60, s % 60);
	else
		text_addf(t, "%02" PRIu64 ":%02" PRIu64, s / 60, s % 60);
}

void wording_time(struct text *t, const char *when)
{
	if (strlen(when) < 19)
		return;
	text_addf(t, "%.10s %.8s", when, when + 11);
}

/* Of a second: digits alone, as an exponent behind them could make it anything. */
static double fraction(const char *point)
{
	char digits[16] = ".";
	size_t n = strspn(point + 1, "0123456789");

	if (n > sizeof digits - 2)
		n = sizeof digits - 2;
	memcpy(digits + 1, point + 1, n);
	return strtod(digits, NULL);
}

double wording_seconds(const char *when)
{
	struct tm tm = { 0 };
	const char *rest = strptime(when, "%Y-%m-%dT%H:%M:%S", &tm);
	time_t whole = rest ? timegm(&tm) : 0;

	if (!rest || whole <= 0)
		return 0;
	return (double)whole + (*rest == '.' ? fraction(rest) : 0.0);
}

void wording_bytes(struct text *t, uint64_t n)
{
	static const char *const units[] = { "bytes", "kB", "MB", "GB", "TB" };
	double v = (double)n;
	size_t u = 0;

	while (v >= 1000 && u < 4) {
		v /= 1000;
		u++;
	}
	text_addf(t, u ? "%.1f %s" : "%.0f %s", v, units[u]);
}

const char *wording_policy(const json_t *summary)
{
	static const char *const words[][2] = { { "met", "met" },
						{ "not_met", "not met" },
						{ "cannot_tell", "cannot tell" } };
	const char *result = jvalue_str(jvalue_get(summary, "policy"), "result");

	return look_up(result, words, sizeof words / sizeof *words, "cannot tell");
}

const char *wording_party(const json_t *call, int end)
{
	const char *who = jvalue_str(call, end ? "to" : "from");
	const json_t *at = json_array_get(jvalue_get(call, "ends"), (size_t)end);

	if (!who[0])
		who = jvalue_str(at, "address");
	return who[0] ? who : "unknown";
}

void wording_host(const char *endpoint, char *out, size_t room)
{
	struct slice s = slice_of(endpoint);
	struct addr a;
	size_t n = s.n;

	if (s.n && s.p[0] == '[') {
		s = slice_from(s, 1);
		n = slice_find(s, ']');
	} else if (!addr_parse(s, &a)) {
		n = slice_find(s, ':');
	}
	n = n < room - 1 ? n : room - 1;
	if (n)
		memcpy(out, s.p, n);
	out[n] = '\0';
}

bool wording_alone(const json_t *call)
{
	const char *from = jvalue_str(call, "from"), *to = jvalue_str(call, "to");

	return strcmp(jvalue_str(call, "kind"), "registration") == 0 &&
	       (!to[0] || strcmp(from, to) == 0);
}

bool wording_keys_given(const json_t *head, struct text *t)
{
	const json_t *given = jvalue_get(head, "key_material");

	if (!given)
		return false;
	if (jvalue_int(given, "tls_secrets"))
		wording_count(t, jvalue_int(given, "tls_secrets"), "TLS secret");
	if (jvalue_int(given, "private_keys")) {
		text_add(t, t->n ? " and " : "");
		wording_count(t, jvalue_int(given, "private_keys"), "private key");
	}
	uint64_t used = jvalue_int(given, "used");
	if (used == 0) {
		text_add(t, " given, which fitted no connection here");
		return true;
	}
	text_add(t, " given, which opened ");
	wording_count(t, used, "connection");
	return true;
}

enum { ASSERTED_NAMED = 4 };

static void asserted_roles(struct text *t, const json_t *list)
{
	size_t n = json_array_size(list);

	for (size_t i = 0; i < n && i < ASSERTED_NAMED; i++) {
		const json_t *one = json_array_get(list, i);
		const char *name = jvalue_str(one, "name");
		text_addf(t, "%s%s is %s", i ? ", " : ": ", jvalue_str(one, "address"),
			  jvalue_str(one, "role"));
		if (name[0])
			text_addf(t, " (%s)", name);
	}
	if (n > ASSERTED_NAMED) {
		text_add(t, ", and ");
		wording_number(t, n - ASSERTED_NAMED);
		text_add(t, " more");
	}
	text_add(t, n ? "" : ": no role of an address seen here");
}

/* Access links of this run, and labels that none of its captures has. */
static void asserted_taps(struct text *t, const json_t *taps)
{
	const char *before = "; access links: ";

	for (size_t i = 0; i < json_array_size(taps); i++) {
		const json_t *tap = json_array_get(taps, i);
		if (!jvalue_is(tap, "access") || !jvalue_is(tap, "used"))
			continue;
		text_addf(t, "%s%s", before, jvalue_str(tap, "label"));
		before = ", ";
	}
	before = "; no capture here is called ";
	for (size_t i = 0; i < json_array_size(taps); i++) {
		const json_t *tap = json_array_get(taps, i);
		if (jvalue_is(tap, "used"))
			continue;
		text_addf(t, "%s%s", before, jvalue_str(tap, "label"));
		before = ", ";
	}
}

bool wording_asserted(const json_t *head, struct text *t)
{
	const json_t *given = jvalue_get(head, "inventory");
	uint64_t unmatched = jvalue_int(given, "unmatched");

	if (!given)
		return false;
	text_add(t, jvalue_str(given, "name"));
	asserted_roles(t, jvalue_get(given, "asserted"));
	asserted_taps(t, jvalue_get(given, "taps"));
	if (unmatched) {
		text_add(t, "; ");
		wording_number(t, unmatched);
		text_add(t, unmatched == 1 ? " entry matched nothing" : " entries matched nothing");
	}
	return true;
}

bool wording_clocks(const json_t *head, struct text *t)
{
	const json_t *clocks = jvalue_get(head, "clocks");

	for (size_t i = 0; i < json_array_size(clocks); i++) {
		const json_t *c = json_array_get(clocks, i);
		double s = json_number_value(jvalue_get(c, "offset_s"));
		text_addf(t, "%s%s is %.1f s %s %s (give --offset %s=%.1f)", i ? "; " : "",
			  jvalue_str(c, "b"), s < 0 ? -s : s, s < 0 ? "behind" : "ahead of",
			  jvalue_str(c, "a"), jvalue_str(c, "b"), -s);
	}
	return json_array_size(clocks) != 0;
}

uint64_t wording_sip_cut(const json_t *head)
{
	return jvalue_int(jvalue_get(jvalue_get(head, "losses"), "undecoded"), "sip_cut");
}

/* A hole in a connection cuts a message as the snap length does, and asks for something else. */
bool wording_cut(const json_t *head, struct text *t)
{
	uint64_t packets = jvalue_int(jvalue_get(head, "losses"), "snaplen_cut");
	uint64_t sip = wording_sip_cut(head);

	if (packets) {
		wording_count(t, packets, "packet");
		text_add(t, packets == 1 ? " was" : " were");
		text_add(t, " cut short: capture with the full snap length (tcpdump -s 0)");
	}
	if (sip) {
		text_add(t, packets ? "; " : "");
		wording_count(t, sip, "SIP message");
		text_add(t, sip == 1 ? " ends before it says which call it is of"
				     : " end before they say which call they are of");
	}
	return packets || sip;
}

void wording_rows(struct text *t, const json_t *rows)
{
	static const char *const kinds[][2] = {
		{ "call", "call" },
		{ "opaque", "call without readable signaling" },
		{ "attempt", "unanswered attempt" },
		{ "registration", "registration" },
		{ "message", "message exchange" },
		{ "page", "multicast page" },
	};
	bool any = false;

	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		uint64_t n = jvalue_int(rows, kinds[i][0]);
		if (!n)
			continue;
		text_add(t, any ? ", " : "");
		if (i == 1 && n != 1) {
			wording_number(t, n);
			text_add(t, " calls without readable signaling");
		} else {
			wording_count(t, n, kinds[i][1]);
		}
		any = true;
	}
	text_add(t, any ? "" : "no calls");
}

bool wording_scope(const json_t *framework, struct text *t)
{
	const json_t *calls = jvalue_get(framework, "calls_by_scope");

	if (!calls)
		return false;
	wording_count(t, jvalue_int(calls, "in_scope"), "call");
	text_addf(t, " in scope (%s), ", jvalue_str(framework, "scope"));
	wording_count(t, jvalue_int(calls, "out_of_scope"), "call");
	text_add(t, " out of scope, ");
	wording_count(t, jvalue_int(calls, "without_tag"), "call");
	text_add(t, " without a tag. What is out of scope is counted apart and decides nothing.");
	return true;
}
