/* test_keyed_signed.c - fingerprints and signed identities: what sets KEY-012 off, and what must
 * not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/keyscene.h"

#define ALICE KEYSCENE_ALICE
#define BOB   KEYSCENE_BOB
#define PHONE "10.0.0.1:5060"
#define PEER  "10.0.0.2:5060"
#define PROXY "10.0.0.9:5060"

enum { A = 1, B = 2 }; /* certificates */

static const struct proof_seen unproved;

typedef void also_fn(struct sip_seen *m);

struct hop {
	const char *from, *to;
	also_fn *invite, *answer;
};

static void over(struct scene *s, struct hop h)
{
	const struct sdp_seen *offer = keyscene_sdp(s, ALICE, A, SETUP_ACTPASS);
	const struct sdp_seen *answer = keyscene_sdp(s, BOB, B, SETUP_ACTIVE);
	const char *branch = strcmp(h.from, PHONE) ? "z9hG4bK-proxy" : "z9hG4bK-phone";

	scene_say(s, (struct scene_sip){ .src = h.from,
					 .dst = h.to,
					 .method = "INVITE",
					 .branch = branch,
					 .sdp = offer,
					 .also = h.invite });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = h.to,
					 .dst = h.from,
					 .method = "INVITE",
					 .branch = branch,
					 .status = 200,
					 .to_tag = "b",
					 .sdp = answer,
					 .also = h.answer });
	scene_say(s,
		  (struct scene_sip){
			  .at = 1.1, .src = h.from, .dst = h.to, .method = "ACK", .to_tag = "b" });
}

static void talk(struct scene *s)
{
	struct dtls_seen shake = keyscene_shake(B, A);

	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void signed_right(struct sip_seen *m)
{
	m->passport = (struct passport_seen){ .present = true, .has_mky = true, .mky = CHECK_OK };
}

static void signed_long_ago(struct sip_seen *m)
{
	signed_right(m);
	m->passport.stale = true;
}

static void signed_otherwise(struct sip_seen *m)
{
	signed_right(m);
	m->passport.mky = CHECK_BAD;
}

/* SHAKEN (RFC 8588) says who calls, and nothing of fingerprints. */
static void signed_without_them(struct sip_seen *m)
{
	m->passport = (struct passport_seen){ .present = true, .attest = 'A' };
}

static void contact_of_another(struct sip_seen *m)
{
	addr_parse(SLICE("10.0.0.7"), &m->contact.addr);
}

static void arrives(struct scene *s, also_fn *invite)
{
	over(s, (struct hop){ PHONE, PEER, invite, NULL });
	talk(s);
}

static void nobody_signed(struct scene *s)
{
	arrives(s, NULL);
}

static void somebody_signed(struct scene *s)
{
	arrives(s, signed_right);
}

static void somebody_signed_long_ago(struct scene *s)
{
	arrives(s, signed_long_ago);
}

static void somebody_signed_others(struct scene *s)
{
	arrives(s, signed_otherwise);
}

static void only_the_caller_was_signed(struct scene *s)
{
	arrives(s, signed_without_them);
}

/* The proxy may sign what it sends on. */
static void before_the_signer(struct scene *s)
{
	over(s, (struct hop){ PHONE, PROXY, NULL, NULL });
	talk(s);
}

/* It answers for the media because it relays it; the answer is somebody else's. */
static void before_a_signer_that_relays(struct scene *s)
{
	over(s, (struct hop){ PHONE, PEER, NULL, contact_of_another });
	talk(s);
}

/* The hop of the phone has no signature, the next one has. */
static void signed_on_the_way(struct scene *s)
{
	over(s, (struct hop){ PHONE, PROXY, NULL, NULL });
	over(s, (struct hop){ PROXY, PEER, signed_right, NULL });
	talk(s);
}

static void signed_nowhere_on_the_way(struct scene *s)
{
	over(s, (struct hop){ PHONE, PROXY, NULL, NULL });
	over(s, (struct hop){ PROXY, PEER, NULL, NULL });
	talk(s);
}

static void no_fingerprints(struct scene *s)
{
	scene_call(s, keyscene_sdes(s, ALICE, 7), keyscene_sdes(s, BOB, 8));
	keyscene_both(s, 1.5, 21, unproved);
	scene_bye(s, 22);
}

static void fingerprints_are_bound_by_a_signature_on_the_last_hop(void **state)
{
	(void)state;
#define SILENT KEYSCENE_SILENT, 0, SHOWN_PARTIAL, SHOWN_PARTIAL
#define TOLD   KEYSCENE_VIOLATED, SEVERITY_LOW, SHOWN_PARTIAL, SHOWN_PARTIAL
	static const struct keyscene_case list[] = {
		{ "nobody", nobody_signed, "KEY-012", TOLD },
		{ "signed", somebody_signed, "KEY-012", SILENT },
		{ "long ago", somebody_signed_long_ago, "KEY-012", TOLD },
		{ "others", somebody_signed_others, "KEY-012", KEYSCENE_SILENT, 0, SHOWN_SUSPECT,
		  SHOWN_PARTIAL },
		{ "the caller only", only_the_caller_was_signed, "KEY-012", TOLD },
		{ "before the signer", before_the_signer, "KEY-012", SILENT },
		{ "before a signer that relays", before_a_signer_that_relays, "KEY-012", SILENT },
		{ "signed on the way", signed_on_the_way, "KEY-012", SILENT },
		{ "signed nowhere", signed_nowhere_on_the_way, "KEY-012", TOLD },
		{ "no fingerprints", no_fingerprints, "KEY-012", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

/* ---- one line, and no points off ---------------------------------------------------------------
 */

static struct callmake m;

static const struct judgement *with_lines(unsigned lines)
{
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, true);
	for (unsigned i = 0; i < 2; i++)
		callmake_line(&m, PROFILE_DTLS_SAVP, KEYING_DTLS);
	for (unsigned i = 0; i < lines; i++)
		callmake_fact_on(&m, FACT_dtls_unsigned, (int16_t)i);
	return callmake_judge(&m);
}

static void it_is_one_line_and_costs_nothing(void **state)
{
	(void)state;
	uint8_t score = with_lines(0)->score, high = with_lines(0)->high;
	const struct judgement *j = with_lines(2);
	unsigned said = 0;

	for (uint32_t i = 0; i < j->finding_count; i++)
		said += !strcmp(j->findings[i].rule->id, "KEY-012");
	assert_int_equal(said, 1);
	assert_string_equal(callmake_violated(j, "KEY-012")->scope, "call");
	assert_int_equal(callmake_violated(j, "KEY-012")->at_count, 2);
	assert_int_equal(j->score, score);
	assert_int_equal(j->high, high);
	callmake_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(fingerprints_are_bound_by_a_signature_on_the_last_hop),
		cmocka_unit_test(it_is_one_line_and_costs_nothing),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
