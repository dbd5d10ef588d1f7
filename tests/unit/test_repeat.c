/* test_repeat.c - a 2xx that is told again and names another address (RFC 3261 13.2.1). */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/lib/scene.h"

/* The relay between Alice and Bob is R; the repeat says where Bob himself listens. */
static const char ALICE[] = "10.0.0.1:5060", PROXY[] = "10.0.0.9:5060", A[] = "10.0.0.1:4000",
		  R[] = "10.0.0.9:6000", B[] = "10.0.0.2:5000";

struct repeat {
	unsigned first_status; /* of the first answer: 200, or 183 */
	const char *tag;       /* To tag of the repeat */
	double talk_until;
	bool followed; /* media comes to where the repeat says */
};

static void answer(struct scene *s, double at, unsigned status, const char *tag, const char *to)
{
	scene_say(s, (struct scene_sip){ .at = at,
					 .src = PROXY,
					 .dst = ALICE,
					 .method = "INVITE",
					 .status = status,
					 .to_tag = tag,
					 .sdp = scene_sdp(s, to, PROFILE_RTP_SAVP) });
}

static struct scene *told_again(struct repeat r)
{
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = ALICE,
					 .dst = PROXY,
					 .method = "INVITE",
					 .sdp = scene_sdp(s, A, PROFILE_RTP_SAVP) });
	answer(s, 1, r.first_status, "b", R);
	scene_speech(s, A, R, 1.1, 5, 10);
	answer(s, 5, 200, r.tag, B);
	if (r.talk_until > 5)
		scene_speech(s, A, R, 5.01, r.talk_until, 10);
	if (r.followed)
		scene_speech(s, A, B, 6, 10, 20);
	scene_say(s, (struct scene_sip){ .at = 12,
					 .src = ALICE,
					 .dst = PROXY,
					 .method = "BYE",
					 .cseq = 2,
					 .to_tag = "b" });
	scene_end(s, 400);
	return s;
}

/* -1: no line has this answerer */
static int ignored(const struct scene *s, const char *answerer)
{
	const struct call *c = scene_row(s, CALL_CALL, 0);
	struct endpoint e = scene_endpoint(answerer);

	for (unsigned i = 0; c && i < c->media_count; i++)
		if (addr_endpoint_eq(&c->media[i].answerer, &e))
			return c->media[i].ignored;
	return -1;
}

static void an_answer_told_again_is_ignored_where_media_went_on(void **state)
{
	(void)state;
	struct scene *s = told_again((struct repeat){ 200, "b", 12, false });

	assert_int_equal(ignored(s, B), true);
	assert_int_equal(ignored(s, R), false);
	assert_int_equal(scene_count(scene_row(s, CALL_CALL, 0), FACT_media_unseen), 0);
	scene_free(s);
}

static void it_counts_when_media_stopped_or_came_to_it(void **state)
{
	static const struct repeat rows[] = {
		{ 200, "b", 0, false },
		{ 200, "b", 5.3, false },
		{ 200, "b", 12, true },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scene *s = told_again(rows[i]);
		assert_int_equal(ignored(s, B), false);
		scene_free(s);
	}
}

static void a_fork_or_a_final_answer_after_an_early_one_is_no_repeat(void **state)
{
	static const struct repeat rows[] = {
		{ 200, "c", 12, false },
		{ 183, "b", 12, false },
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct scene *s = told_again(rows[i]);
		assert_int_equal(ignored(s, B), false);
		assert_int_equal(scene_count(scene_row(s, CALL_CALL, 0), FACT_media_unseen), 1);
		scene_free(s);
	}
}

/* Media of one capture point says nothing of when a message passed another with its own clock. */
static void media_of_another_capture_point_does_not_tell(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = ALICE,
					 .dst = PROXY,
					 .method = "INVITE",
					 .sdp = scene_sdp(s, A, PROFILE_RTP_SAVP) });
	answer(s, 1, 200, "b", R);
	s->point = 1;
	scene_speech(s, A, R, 1.1, 4.9, 10);
	s->point = 0;
	answer(s, 5, 200, "b", B);
	s->point = 1;
	scene_speech(s, A, R, 5.01, 12, 10);
	scene_end(s, 400);
	assert_int_equal(ignored(s, B), false);
	scene_free(s);
}

int main(void)
{
#define T(name) cmocka_unit_test(name)
	const struct CMUnitTest tests[] = {
		T(an_answer_told_again_is_ignored_where_media_went_on),
		T(it_counts_when_media_stopped_or_came_to_it),
		T(a_fork_or_a_final_answer_after_an_early_one_is_no_repeat),
		T(media_of_another_capture_point_does_not_tell),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
