/* test_source.c - media that another sender takes over: what sets MED-008 off, and what must not.
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/keyscene.h"

#define ALICE	 KEYSCENE_ALICE
#define BOB	 KEYSCENE_BOB
#define STRANGER "10.0.0.66:7000"

/* Who sends to Bob, until when, and to whom he sends from 20 s on. */
struct play {
	const char *newcomer;
	double alice_until;
	uint32_t ssrc; /* of the newcomer; Alice has 1, Bob 2 */
	struct proof_seen proof;
	bool follows;
};

static void from_to(struct scene *s, const char *src, const char *dst, double from, double to,
		    uint32_t ssrc, struct proof_seen proof)
{
	keyscene_srtp(s, (struct keyscene_stream){ .from = from,
						   .to = to,
						   .src = src,
						   .dst = dst,
						   .ssrc = ssrc,
						   .proof = proof });
}

static void begin(struct scene *s)
{
	scene_call(s, keyscene_sdes(s, ALICE, 77), keyscene_sdes(s, BOB, 78));
}

static void media(struct scene *s, struct play p)
{
	static const struct proof_seen none;

	from_to(s, ALICE, BOB, 1.5, p.alice_until, 1, none);
	from_to(s, BOB, ALICE, 1.5, p.follows ? 20 : 41, 2, none);
	from_to(s, p.newcomer, BOB, 20, 41, p.ssrc, p.proof);
	if (p.follows)
		from_to(s, BOB, p.newcomer, 20.1, 41, 2, none);
	scene_bye(s, 42);
}

static const struct play taken = { STRANGER, 41, 9, { 0 }, true };

static void a_stranger(struct scene *s)
{
	begin(s);
	media(s, taken);
}

/* The NAT gave another port, or another address: the one before is silent. */
static void another_port(struct scene *s)
{
	struct play p = taken;

	p.newcomer = "10.0.0.1:4444";
	begin(s);
	media(s, p);
}

static void another_network(struct scene *s)
{
	struct play p = taken;

	p.alice_until = 20;
	p.ssrc = 1;
	begin(s);
	media(s, p);
}

/* One sender on two ways. */
static void two_ways(struct scene *s)
{
	struct play p = taken;

	p.ssrc = 1;
	begin(s);
	media(s, p);
}

static void nobody_follows(struct scene *s)
{
	struct play p = taken;

	p.follows = false;
	begin(s);
	media(s, p);
}

static void a_tag_that_verifies(struct scene *s)
{
	struct play p = taken;

	p.proof = (struct proof_seen){ .key_name = 77, .tried = 40, .verified = 40 };
	begin(s);
	media(s, p);
}

static void by_ice(struct scene *s)
{
	begin(s);
	scene_stun(s, STRANGER, BOB, 19.9, "bob:alice");
	media(s, taken);
}

static void say(struct scene *s, double at, unsigned status, const struct sdp_seen *sdp)
{
	scene_say(s, (struct scene_sip){ .at = at,
					 .src = status ? "10.0.0.2:5060" : "10.0.0.1:5060",
					 .dst = status ? "10.0.0.1:5060" : "10.0.0.2:5060",
					 .method = "INVITE",
					 .cseq = 2,
					 .status = status,
					 .to_tag = "b",
					 .sdp = sdp });
}

static void by_an_offer(struct scene *s)
{
	begin(s);
	say(s, 19, 0, keyscene_sdes(s, STRANGER, 79));
	say(s, 19.5, 200, keyscene_sdes(s, BOB, 78));
	media(s, taken);
}

/* What was announced is private; the first packets show where it really comes from. */
static void the_first_latch(struct scene *s)
{
	static const struct proof_seen none;

	begin(s);
	from_to(s, BOB, ALICE, 1.1, 1.6, 2, none);
	from_to(s, STRANGER, BOB, 1.5, 41, 1, none);
	from_to(s, BOB, STRANGER, 1.7, 41, 2, none);
	scene_bye(s, 42);
}

/* An INFO of CSeq 4 after the INVITE of 1: an offer may be missing. */
static void with_a_gap(struct scene *s)
{
	begin(s);
	scene_say(s, (struct scene_sip){ .at = 15,
					 .src = "10.0.0.1:5060",
					 .dst = "10.0.0.2:5060",
					 .method = "INFO",
					 .cseq = 4,
					 .to_tag = "b" });
	media(s, taken);
}

static bool told(void (*play)(struct scene *s))
{
	struct scene *s = scene_new();

	play(s);
	const struct judgement *j = keyscene_judge(s, CALL_CALL);
	assert_non_null(j);
	const struct finding *f = callmake_violated(j, "MED-008");
	bool got = f != NULL;
	assert_true(!f || (f->severity == SEVERITY_MEDIUM && f->at_count == 2));
	scene_free(s);
	callmake_end();
	return got;
}

static void who_turns_media_to_himself_is_told(void **state)
{
	(void)state;
	assert_true(told(a_stranger));
}

static void who_moves_or_is_announced_is_not(void **state)
{
	(void)state;
	assert_false(told(another_port));
	assert_false(told(another_network));
	assert_false(told(two_ways));
	assert_false(told(nobody_follows));
	assert_false(told(a_tag_that_verifies));
	assert_false(told(by_ice));
	assert_false(told(by_an_offer));
	assert_false(told(the_first_latch));
	assert_false(told(with_a_gap));
}

static struct callmake m;

static void it_is_a_suspicion_that_better_evidence_answers(void **state)
{
	(void)state;
	callmake_begin(&m, CALL_CALL);
	callmake_leg(&m, false);
	callmake_line(&m, PROFILE_RTP_SAVP, KEYING_SDES);
	callmake_fact_on(&m, FACT_media_taken_over, 0)->grade = 1;
	const struct judgement *j = callmake_judge(&m);
	assert_int_equal(j->conditions[CONDITION_MEDIA].shown, SHOWN_SUSPECT);
	callmake_fact_on(&m, FACT_media_verified, 0)->grade = 4;
	j = callmake_judge(&m);
	assert_int_equal(j->conditions[CONDITION_MEDIA].shown, SHOWN_PARTIAL);
	assert_non_null(callmake_violated(j, "MED-008"));
	callmake_end();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_turns_media_to_himself_is_told),
		cmocka_unit_test(who_moves_or_is_announced_is_not),
		cmocka_unit_test(it_is_a_suspicion_that_better_evidence_answers),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
