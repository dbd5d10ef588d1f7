/* reporting.c - a small judged call, and documents of many. */
#include "tests/lib/reporting.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/when.h"

static struct tally tally;

static const char *const citations[] = { "45 CFR 164.312(e)(1)", "45 CFR 164.312(e)(2)(ii)",
					 "SP 800-53r5 SC-8", NULL };
static const struct rule rules[] = {
	{ "MED-001", "Media readable", SEVERITY_CRITICAL, CLASS_EXPOSURE, "is media in clear",
	  "Require SRTP with keys agreed end to end.", citations, "", true },
	{ "SIG-001", "Plaintext SIP", SEVERITY_HIGH, CLASS_EXPOSURE, "is SIP readable",
	  "TLS on every hop.", citations, "", true },
};

static struct endpoint at(const char *addr, uint16_t port)
{
	struct endpoint e;

	memset(&e, 0, sizeof e);
	(void)addr_parse(slice_of(addr), &e.addr);
	e.port = port;
	return e;
}

static void who_and_when(struct reporting *m, unsigned n)
{
	struct call *c = &m->call;
	uint64_t start = UINT64_C(1767323045000000006) + n * 3600 * WHEN_SECOND;

	(void)snprintf(m->id, sizeof m->id, "%016x", 0x4f2a0000U + n);
	(void)snprintf(m->from, sizeof m->from, "alice%u", n);
	(void)snprintf(m->to, sizeof m->to, "+1555000%04u", n);
	c->id = m->id;
	c->start_ns = c->answered_ns = start;
	c->end_ns = start + 41 * WHEN_SECOND;
	c->from_user = slice_of(m->from);
	c->to_user = slice_of(m->to);
	c->from_host = c->to_host = SLICE("a.example");
	c->from_display = SLICE("Alice Liddell");
	c->ends[0] = (struct end){ at("10.0.0.1", 5060), ROLE_ENDPOINT, ROLE_INFERRED, 0 };
	c->ends[1] = (struct end){ at("10.0.0.2", 5060), ROLE_UNKNOWN, ROLE_INFERRED, 0 };
	c->inputs = 3;
	c->messages = 14;
	c->complete_start = c->complete_end = true;
	m->epochs[0] = (struct epoch){ start, c->end_ns, EPOCH_TALK, "answer", { 3, start, 0 } };
	c->epochs = m->epochs;
	c->epoch_count = 1;
}

static void legs(struct reporting *m)
{
	m->legs[0] = (struct leg){ .call_id = SLICE("a84b4c76e66710@10.0.0.1"),
				   .carrier = SIP_TRANSPORT_UDP,
				   .a = at("10.0.0.1", 5060),
				   .b = at("10.0.9.10", 5060),
				   .inputs = 1,
				   .readable = true,
				   .messages = 7,
				   .first = { 12, m->call.start_ns, 0 } };
	m->legs[1] = (struct leg){ .call_id = SLICE("kxQr-zz"),
				   .carrier = SIP_TRANSPORT_TLS,
				   .a = at("10.0.9.10", 34567),
				   .b = at("10.0.0.2", 5061),
				   .inputs = 2,
				   .encrypted = true,
				   .first = { 2, m->call.start_ns, 1 } };
	m->call.legs = m->legs;
	m->call.leg_count = 2;
}

static void media(struct reporting *m)
{
	uint64_t from = m->call.start_ns + WHEN_SECOND;

	m->segments[0] = (struct segment){ .a = at("10.0.0.1", 4000),
					   .b = at("10.0.9.10", 20000),
					   .inputs = 1,
					   .ssrcs = { 0xdeadbeef },
					   .ssrc_count = 1,
					   .packets = 2000,
					   .bytes = 320000,
					   .clear = 2000,
					   .tested = 2000,
					   .first_ns = from,
					   .last_ns = from + 39 * WHEN_SECOND,
					   .clear_ns = 39 * WHEN_SECOND,
					   .protection = PROTECTION_CLEAR,
					   .codec = "PCMU",
					   .first = { 19, from, 0 } };
	m->segments[1] = m->segments[0];
	m->segments[1].a = at("10.0.9.10", 20002);
	m->segments[1].b = at("10.0.0.2", 5000);
	m->segments[1].inputs = 2;
	m->segments[1].point = 1;
	m->segments[1].clear = m->segments[1].clear_ns = 0;
	m->segments[1].protection = PROTECTION_NONE_FOUND;
	m->media[0] = (struct media){ .profile = PROFILE_RTP_AVP,
				      .codec = "PCMU",
				      .offerer = at("10.0.0.1", 4000),
				      .answerer = at("10.0.9.10", 20000),
				      .answered = true,
				      .segments = m->segments,
				      .segment_count = 2 };
	m->call.media = m->media;
	m->call.media_count = 1;
}

/* An INVITE on either hop, the handshake under the second, voice on the first. */
static void steps(struct reporting *m)
{
	uint64_t start = m->call.start_ns;

	for (int i = 0; i < 4; i++)
		m->steps[i] = (struct step){ .ts_ns = start + (uint64_t)i * WHEN_SECOND,
					     .at = { 12, start, 0 },
					     .from = m->legs[0].a,
					     .to = m->legs[0].b,
					     .verb = SIP_VERB_INVITE,
					     .sdp = STEP_SDP_OFFER,
					     .profile = PROFILE_RTP_AVP,
					     .media = -1 };
	m->steps[1].kind = STEP_TLS;
	m->steps[1].from = m->legs[1].a;
	m->steps[1].to = m->legs[1].b;
	m->steps[1].leg = m->steps[2].leg = 1;
	m->steps[1].at = (struct evidence){ 2, start, 1 };
	m->steps[2].kind = STEP_RESPONSE;
	m->steps[2].status = 200;
	m->steps[2].from = m->legs[1].b;
	m->steps[2].to = m->legs[1].a;
	m->steps[3].kind = STEP_MEDIA;
	m->steps[3].both = true;
	m->steps[3].media = 0;
	m->steps[3].leg = -1;
	m->steps[3].until_ns = start + 40 * WHEN_SECOND;
	m->steps[3].at = m->segments[0].first;
	m->steps[3].protection = PROTECTION_CLEAR;
	m->call.steps = m->steps;
	m->call.step_count = 4;
	m->call.steps_left_out = 5;
}

static void elements(struct reporting *m)
{
	m->elements[0] = (struct element){ .at = at("10.0.9.10", 5060),
					   .role = ROLE_PROXY,
					   .role_from = ROLE_DECLARED,
					   .signaling = true,
					   .keys = true,
					   .media = true,
					   .grade = 3,
					   .why = "forwarded readable SIP and readable media",
					   .at_evidence = { 12, m->call.start_ns, 0 } };
	m->elements[1] =
		(struct element){ .name = "anyone on the link 10.0.0.1 \xe2\x80\x93 10.0.9.10",
				  .role = ROLE_NETWORK,
				  .signaling = true,
				  .media = true,
				  .grade = 3,
				  .why = "nothing on it was encrypted" };
	m->call.elements = m->elements;
	m->call.element_count = 2;
}

static void findings(struct reporting *m)
{
	for (int i = 0; i < 2; i++) {
		struct finding *f = &m->findings[i];
		*f = (struct finding){ .rule = &rules[i],
				       .severity = rules[i].severity,
				       .outcome = OUTCOME_VIOLATED,
				       .title = rules[i].title,
				       .detail = "seen on the way from 10.0.0.1 to 10.0.9.10",
				       .scope = i ? "leg 0" : "media 0",
				       .caused_by = i ? NULL : "SIG-001",
				       .filter = "frame.number in {12}",
				       .at = { { 12, m->call.start_ns, 0 } },
				       .at_count = 1,
				       .gates = true,
				       .element = "10.0.9.10" };
		(void)snprintf(f->fingerprint, sizeof f->fingerprint, "%016x%016x",
			       (unsigned)m->call.start_ns, (unsigned)i);
		(void)snprintf(f->problem, sizeof f->problem, "%032x", 0xabc0U + (unsigned)i);
	}
	m->judgement.findings = m->findings;
	m->judgement.finding_count = 2;
}

static void verdicts(struct reporting *m)
{
	struct judgement *j = &m->judgement;

	for (int i = 0; i < CONDITIONS; i++)
		j->conditions[i] = (struct condition_verdict){
			.v = { KNOWN_FAIL, false, 3 },
			.shown = SHOWN_FAIL,
			.why = "SIP was readable on 10.0.0.1 to 10.0.9.10",
			.at = { { 12, m->call.start_ns, 0 } },
			.at_text = { "an INVITE in clear" },
			.at_count = 1,
		};
	j->hop_protection = SHOWN_FAIL;
	j->hops_encrypted = j->hops_clear = 1;
	j->label = LABEL_EXPOSED;
	j->suffix = SUFFIX_TO_GATEWAY | SUFFIX_POSSIBLY;
	j->scored = j->has_score = true;
	j->score = j->high = 5;
	j->coverage = 0.8;
	j->coverage_made = 4;
	j->coverage_required = 5;
	(void)strcpy(j->letter, "F");
	m->missing[0] = "media at side B, towards 10.0.0.2";
	m->caps[0] = "clear media: at most 19";
	m->unmet[0] = "media=pass";
	j->missing = m->missing;
	j->caps = m->caps;
	j->unmet = m->unmet;
	j->missing_count = j->cap_count = j->unmet_count = 1;
	j->policy = POLICY_NOT_MET;
	j->exposed_seconds = 39;
}

void reporting_call(struct reporting *m, unsigned n)
{
	memset(m, 0, sizeof *m);
	who_and_when(m, n);
	legs(m);
	media(m);
	steps(m);
	elements(m);
	findings(m);
	verdicts(m);
	m->without[0] = (struct without){ &rules[1], 0, LABEL_HOP_BY_HOP };
	m->judgement.without = m->without;
	m->judgement.without_count = 1;
}

void reporting_fill(struct reporting *m, const char *s)
{
	struct slice wire = slice_of(s);

	m->call.from_user = m->call.to_user = m->call.from_host = m->call.to_host = wire;
	m->call.from_display = m->call.to_display = wire;
	m->call.what = m->epochs[0].why = s;
	m->legs[0].call_id = m->legs[1].call_id = wire;
	m->media[0].codec = m->segments[0].codec = m->segments[1].codec = m->segments[0].test = s;
	m->elements[1].name = m->elements[0].why = m->elements[1].why = s;
	for (int i = 0; i < 2; i++) {
		struct finding *f = &m->findings[i];
		f->title = f->detail = f->scope = f->caused_by = f->filter = f->element = s;
	}
	for (int i = 0; i < CONDITIONS; i++)
		m->judgement.conditions[i].why = m->judgement.conditions[i].at_text[0] = s;
	m->missing[0] = m->caps[0] = m->unmet[0] = s;
}

struct document *reporting_begin(enum redact redact, bool redact_addresses)
{
	static const char *const labels[] = { "alice", "bob" };
	static const char *const names[] = { "alice.pcap", "bob.pcap" };
	static const uint64_t first[] = { 1, 2 };

	memset(&tally, 0, sizeof tally);
	tally.worst_label = LABEL_NONE;
	for (int i = 0; i < CONDITIONS; i++)
		tally.combined[i] = lattice_identity();
	struct document *d =
		document_new((struct document_options){ .redact = redact,
							.redact_addresses = redact_addresses,
							.input_labels = labels,
							.input_names = names,
							.input_first_ns = first,
							.input_count = 2,
							.point_labels = labels,
							.point_count = 2 });
	if (!d)
		abort();
	return d;
}

static void tally_add(const struct reporting *m)
{
	const struct judgement *j = &m->judgement;

	tally.any_row = tally.any_score = tally.any_letter = true;
	tally.rows[m->call.kind]++;
	tally.labels[j->label]++;
	tally.worst_label = j->label < tally.worst_label ? j->label : tally.worst_label;
	(void)strcpy(tally.worst_letter, "F");
	tally.worst_score = j->score;
	for (int i = 0; i < CONDITIONS; i++) {
		tally.shown[i][j->conditions[i].shown]++;
		tally.combined[i] = lattice_join(tally.combined[i], j->conditions[i].v);
	}
	tally.findings[SEVERITY_CRITICAL]++;
	tally.findings[SEVERITY_HIGH]++;
	tally.not_met++;
	tally.gating += 2;
	tally.coverage_made += j->coverage_made;
	tally.coverage_required += j->coverage_required;
	tally.exposed_seconds += j->exposed_seconds;
}

void reporting_add(struct document *d, const struct reporting *m)
{
	if (!document_add(d, &m->call, &m->judgement))
		abort();
	tally_add(m);
}

void reporting_finish(struct document *d)
{
	static const char *const problems[] = { "cut short in frame 99, after 10.0.0.1 spoke" };
	static const char *const requires[] = { "media=pass" };
	static const enum policy_result results[] = { POLICY_NOT_MET };
	static const struct document_input inputs[] = {
		{ "alice", "/home/alice/alice.pcap", "00ff", 24000, 100, 1, 2, true, NULL, 0 },
		{ "bob", "bob.pcap", "ff00", 24, 0, 0, 0, false, problems, 1 },
	};
	struct document_unexplained odd = { .ssrc = 7, .packets = 12, .first_ns = 5, .last_ns = 6 };
	struct document_run run = { .version = "0.1.0",
				    .rules_sha256 = "abcd",
				    .policy = "baseline",
				    .inputs = inputs,
				    .input_count = 2,
				    .seen = { { "packets", 100 }, { "sip_messages", 14 } },
				    .losses = { { "tcp_gaps", 3 } },
				    .undecoded = { { "arp", 2 } },
				    .limits = { { "flows", 9 }, { "streams", 0 } },
				    .tally = &tally,
				    .fail_on = SEVERITY_HIGH,
				    .unexplained = &odd,
				    .unexplained_count = 1,
				    .requires = requires,
				    .requires_result = results,
				    .requires_count = 1 };

	odd.a = at("10.0.0.7", 4000);
	odd.b = at("10.0.0.8", 4002);
	run.gate = (struct gate){ 1, POLICY_NOT_MET, "2 findings at or above high" };
	if (!tally.any_row)
		run.gate = (struct gate){ 4, POLICY_CANNOT_TELL, "nothing to judge" };
	document_finish(d, &run);
}

struct document *reporting_document(enum redact redact, unsigned n)
{
	struct document *d = reporting_begin(redact, false);

	for (unsigned i = 0; i < n; i++) {
		struct reporting m;
		reporting_call(&m, i);
		reporting_add(d, &m);
	}
	reporting_finish(d);
	return d;
}

char *reporting_text(struct document *d, const char *format, int width)
{
	const struct report_style style = { false, width, 1 };
	char *text = NULL;
	size_t n = 0;
	FILE *out = open_memstream(&text, &n);

	report_find(format)->write(d, out, &style);
	(void)fclose(out);
	return text;
}

const char *reporting_hostile(size_t i)
{
	static char long_one[65536];
	static const char *const strings[] = {
		"<script>alert(1)</script>",
		"\"><img src=x onerror=alert(1)>",
		"' onmouseover='alert(1)",
		"&lt;b&gt;&amp;&#60;",
		"]]><!--<style>*{display:none}</style>-->",
		"</style></script></title>",
		"\x1b[2J\x1b]0;owned\x07",
		"\x9b"
		"31m",
		"\xc2\x9b"
		"31m",
		"\xe2\x80\xae"
		"gnp.exe",
		"\xe2\x81\xa6\xe2\x80\x8b\xef\xbb\xbf",
		"\xff\xfe\xc0\xaf\xed\xa0\x80\xf5\x80\x80\x80",
		"cut short \xe2\x82",
		"back\\slash \"quote\" \b\f\n\r\t",
		"%s%n%d{{x}}${y}",
		"javascript:alert(1)",
		"\xf0\x9f\x93\x9e \xe9\x9b\xbb\xe8\xa9\xb1",
		"",
		long_one,
	};

	memset(long_one, '<', sizeof long_one - 1);
	return i < sizeof strings / sizeof *strings ? strings[i] : NULL;
}
