/* test_keyed_worn.c - lifetimes of keys and packets that come again (SRTP-008), from scenes. */
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

enum { OF_ALICE = 77, OF_BOB = 78 }; /* keys */

static const struct proof_seen by_alice = { .key_name = OF_ALICE, .tried = 40, .verified = 40 };

/* Twenty seconds, of which Alice sends a thousand packets under her key. */
static void call_of(struct scene *s, uint64_t lifetime, struct proof_seen proof)
{
	struct sdp_seen *o = scene_sdp(s, ALICE, PROFILE_RTP_SAVP);

	keyscene_crypto(s, scene_line(o, 0), OF_ALICE)->lifetimes[0] = lifetime;
	scene_call(s, o, keyscene_sdes(s, BOB, OF_BOB));
	keyscene_srtp(s, (struct keyscene_stream){ .from = 1.5,
						   .to = 21.5,
						   .src = ALICE,
						   .dst = BOB,
						   .ssrc = 1,
						   .proof = proof });
	scene_bye(s, 22);
}

static void beyond(struct scene *s)
{
	call_of(s, 512, by_alice);
}

static void within(struct scene *s)
{
	call_of(s, 1024, by_alice);
}

static void not_declared(struct scene *s)
{
	call_of(s, 0, by_alice);
}

static void another_key_took_over(struct scene *s)
{
	struct proof_seen proof = by_alice;

	proof.rekeyed = true;
	call_of(s, 512, proof);
}

static void not_proved(struct scene *s)
{
	call_of(s, 512, (struct proof_seen){ .tried = 2 });
}

static void repeats(struct scene *s, uint16_t of_alice, uint16_t of_bob)
{
	struct dtls_seen shake = keyscene_shake(2, 1);

	scene_call(s, keyscene_sdp(s, ALICE, 1, SETUP_ACTPASS),
		   keyscene_sdp(s, BOB, 2, SETUP_ACTIVE));
	keyscene_dtls(s, BOB, ALICE, 1.2, &shake);
	for (unsigned i = 0; i < 2; i++)
		keyscene_srtp(s, (struct keyscene_stream){ .from = 1.5,
							   .to = 21,
							   .src = i ? BOB : ALICE,
							   .dst = i ? ALICE : BOB,
							   .ssrc = i + 1,
							   .again = i ? of_bob : of_alice });
	scene_bye(s, 22);
}

static void a_burst(struct scene *s)
{
	repeats(s, 40, 0);
}

static void a_few(struct scene *s)
{
	repeats(s, 3, 0);
}

static void a_capture_that_holds_all_twice(struct scene *s)
{
	repeats(s, 400, 400);
}

static void keys_wear_out_and_packets_come_once(void **state)
{
	(void)state;
#define SDES  SHOWN_FAIL, SHOWN_PARTIAL
#define CLEAN SHOWN_PARTIAL, SHOWN_PARTIAL
	static const struct keyscene_case list[] = {
		{ "beyond", beyond, "SRTP-008", KEYSCENE_VIOLATED, SEVERITY_LOW, SDES },
		{ "within", within, "SRTP-008", KEYSCENE_SILENT, 0, SDES },
		{ "not declared", not_declared, "SRTP-008", KEYSCENE_SILENT, 0, SDES },
		{ "rekeyed", another_key_took_over, "SRTP-008", KEYSCENE_SILENT, 0, SDES },
		{ "not proved", not_proved, "SRTP-008", KEYSCENE_SILENT, 0, SHOWN_FAIL,
		  SHOWN_NOT_OBSERVABLE },
		{ "a burst", a_burst, "SRTP-008", KEYSCENE_VIOLATED, SEVERITY_LOW, CLEAN },
		{ "a few", a_few, "SRTP-008", KEYSCENE_SILENT, 0, CLEAN },
		{ "all twice", a_capture_that_holds_all_twice, "SRTP-008", KEYSCENE_SILENT, 0,
		  CLEAN },
	};

	keyscene_table(list, sizeof list / sizeof *list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(keys_wear_out_and_packets_come_once),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
