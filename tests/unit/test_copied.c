/* test_copied.c - the same encrypted stream at a third address, and what only looks like it. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/lib/scene.h"

static const char *const alice = "10.0.0.1:4000", *const bob = "10.0.0.2:5000",
			 *const third = "10.0.0.9:7000";

/* Five seconds of ciphertext, the same octets for the same `octets`, from second 1.5 on. */
static void stream(struct scene *s, const char *src, const char *dst, uint64_t octets)
{
	struct print_seen prints[MEDIA_PRINTS];
	struct window_seen w = { .first_ns = scene_ns(1.5),
				 .last_ns = scene_ns(6.5),
				 .packets = 250,
				 .bytes = 250 * 170,
				 .halves = 2,
				 .tested = 40 };
	struct observation o = { .kind = OBSERVATION_MEDIA,
				 .point = s->point,
				 .input = s->point,
				 .first_ns = w.first_ns,
				 .last_ns = w.last_ns };

	for (unsigned i = 0; i < MEDIA_PRINTS; i++)
		prints[i] = (struct print_seen){ .choice = octets * 1000 + i,
						 .payload = octets * 1000 + i,
						 .ts_ns = scene_ns(1.6 + 0.07 * i),
						 .rtp_ts = i * 560,
						 .seq = (uint16_t)i,
						 .len = 170 };
	o.flow = addr_flow_key(scene_endpoint(src), scene_endpoint(dst), 17);
	o.evidence = (struct evidence){ ++s->frames, o.first_ns, s->point };
	o.as.media = (struct media_seen){ .ssrc = (uint32_t)octets,
					  .windows = &w,
					  .window_count = 1,
					  .prints = prints,
					  .print_count = MEDIA_PRINTS,
					  .packets = 250 };
	track_observe(s->track, &o);
}

/* Alice and Bob talk; `expected`: an ICE candidate of Bob, or NULL. */
static struct scene *talking(const char *expected)
{
	struct scene *s = scene_new();
	struct sdp_seen *answer = scene_sdp(s, bob, PROFILE_DTLS_SAVP);
	struct candidate_seen *c = arena_take(s->arena, sizeof *c);

	if (expected) {
		*c = (struct candidate_seen){ .at = scene_endpoint(expected), .component = 1 };
		scene_line(answer, 0)->candidates = c;
		scene_line(answer, 0)->candidate_count = 1;
	}
	scene_call(s, scene_sdp(s, alice, PROFILE_DTLS_SAVP), answer);
	stream(s, alice, bob, 1);
	stream(s, bob, alice, 2);
	return s;
}

static unsigned copies(struct scene *s)
{
	scene_end(s, 500);
	const struct call *c = scene_row(s, CALL_CALL, 0);
	unsigned n = scene_count(c, FACT_media_copied);
	bool listed = false;

	for (unsigned i = 0; i < c->element_count; i++)
		listed |= c->elements[i].media && c->elements[i].grade == 1;
	assert_int_equal(listed, n > 0);
	scene_free(s);
	return n;
}

static void finds_the_same_packets_at_a_third_address(void **state)
{
	(void)state;
	struct scene *s = talking(NULL);

	stream(s, alice, third, 1);
	assert_int_equal(copies(s), 1);
}

static void a_relay_sends_on_what_it_gets(void **state)
{
	(void)state;
	struct scene *s = talking(NULL);

	stream(s, alice, third, 1);
	stream(s, third, alice, 2);
	assert_int_equal(copies(s), 0);
}

static void a_candidate_of_either_side_is_no_third(void **state)
{
	(void)state;
	struct scene *s = talking(third);

	stream(s, alice, third, 1);
	assert_int_equal(copies(s), 0);
}

static void a_translated_address_at_another_point_is_no_third(void **state)
{
	(void)state;
	struct scene *s = talking(NULL);

	s->point = 1;
	stream(s, alice, third, 1);
	assert_int_equal(copies(s), 0);
}

static void multicast_is_no_third(void **state)
{
	(void)state;
	struct scene *s = talking(NULL);

	stream(s, alice, "239.1.2.3:7000", 1);
	assert_int_equal(copies(s), 0);
}

static void other_packets_are_no_copy(void **state)
{
	(void)state;
	struct scene *s = talking(NULL);

	stream(s, alice, third, 3);
	assert_int_equal(copies(s), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_same_packets_at_a_third_address),
		cmocka_unit_test(a_relay_sends_on_what_it_gets),
		cmocka_unit_test(a_candidate_of_either_side_is_no_third),
		cmocka_unit_test(a_translated_address_at_another_point_is_no_third),
		cmocka_unit_test(multicast_is_no_third),
		cmocka_unit_test(other_packets_are_no_copy),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
