/* test_nonce.c - how nonces were used: what sets AUTH-003 off, and what must not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/scene.h"

#define PHONE  "10.0.0.1:5060"
#define OTHER  "10.0.0.3:5060"
#define SERVER "10.0.0.9:5060"

static const double DAY = 24 * 3600;

static struct scene *s;

static int start(void **state)
{
	(void)state;
	s = scene_new();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	callmake_end();
	scene_free(s);
	return 0;
}

static struct auth_seen digest(const char *nonce, uint32_t nc)
{
	return (struct auth_seen){ .scheme = AUTH_DIGEST,
				   .has_response = true,
				   .has_qop = nc != 0,
				   .realm = SLICE("example.com"),
				   .nonce = slice_of(nonce),
				   .username = SLICE("alice"),
				   .nc = nc };
}

/* A message of one registration; the response too names the phone's hop. */
static void say(double at, const char *phone, unsigned status, uint32_t cseq,
		const struct auth_seen *a)
{
	scene_say(s, (struct scene_sip){ .at = at,
					 .src = status ? SERVER : phone,
					 .dst = status ? phone : SERVER,
					 .method = "REGISTER",
					 .status = status,
					 .cseq = cseq,
					 .call_id = phone,
					 .auths = a,
					 .auth_count = a != NULL });
}

static void challenge(double at, const char *phone, uint32_t cseq, const char *nonce)
{
	struct auth_seen a = digest(nonce, 1);

	a.challenge = true;
	a.has_response = false;
	say(at, phone, 0, cseq, NULL);
	say(at + 0.1, phone, 401, cseq, &a);
}

static void answered(double at, const char *phone, uint32_t cseq, struct auth_seen a,
		     unsigned status)
{
	say(at, phone, 0, cseq, &a);
	say(at + 0.1, phone, status, cseq, NULL);
}

static void use(double at, uint32_t cseq, const char *nonce, uint32_t nc)
{
	answered(at, PHONE, cseq, digest(nonce, nc), 200);
}

/* The first finding of any row. */
static const struct finding *found(void)
{
	scene_end(s, 3 * DAY);
	for (unsigned i = 0; i < s->row_count; i++) {
		const struct finding *f =
			callmake_violated(callmake_judge_call(&s->rows[i]), "AUTH-003");
		if (f)
			return f;
	}
	return NULL;
}

static void credentials_without_qop_are_told_when_they_were_accepted(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	use(1, 2, "n", 0);
	const struct finding *f = found();
	assert_int_equal(f->severity, SEVERITY_LOW);
	assert_non_null(strstr(f->detail, "no qop"));
	assert_int_equal(f->at_count, 1);
	assert_int_equal(f->at[0].frame, 3);
}

static void refused_credentials_are_no_fault_of_the_server(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	answered(1, PHONE, 2, digest("n", 0), 403);
	assert_null(found());
}

static void one_count_in_two_requests_is_told_with_both(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	use(1, 2, "n", 1);
	use(60, 3, "n", 1);
	const struct finding *f = found();
	assert_non_null(strstr(f->detail, "one count"));
	assert_int_equal(f->at_count, 2);
	assert_int_equal(f->at[0].frame, 3);
	assert_int_equal(f->at[1].frame, 5);
}

static void a_count_that_goes_on_is_as_it_should_be(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	use(1, 2, "n", 1);
	use(60, 3, "n", 2);
	assert_null(found());
}

static void a_retransmission_is_one_use(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	use(1, 2, "n", 1);
	use(1.5, 2, "n", 1);
	assert_null(found());
}

/* nextnonce, or a challenge with stale=true: the count begins anew with the nonce. */
static void another_nonce_has_its_own_count(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	use(1, 2, "n", 1);
	use(60, 3, "m", 1);
	assert_null(found());
}

/* Made of the second it was made in, a nonce may be given twice; then so may be its count. */
static void a_nonce_given_twice_may_be_counted_twice(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	use(1, 2, "n", 1);
	challenge(2, PHONE, 3, "n");
	use(3, 4, "n", 1);
	assert_null(found());
}

static void another_client_counts_for_itself(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	challenge(0.2, OTHER, 1, "n");
	use(1, 2, "n", 1);
	answered(1.2, OTHER, 2, digest("n", 1), 200);
	assert_null(found());
}

static void a_nonce_of_yesterday_is_told(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	use(1, 2, "n", 1);
	use(DAY + 60, 3, "n", 2);
	const struct finding *f = found();
	assert_non_null(strstr(f->detail, "a day old"));
	assert_int_equal(f->at[0].frame, 2);
}

static void a_nonce_within_the_day_is_not(void **state)
{
	(void)state;
	challenge(0, PHONE, 1, "n");
	use(1, 2, "n", 1);
	use(DAY - 60, 3, "n", 2);
	assert_null(found());
}

static void passwords_that_serve_once_are_left_out(void **state)
{
	struct auth_seen aka = digest("n", 0);

	(void)state;
	aka.aka = true;
	answered(1, PHONE, 2, aka, 200);
	assert_null(found());
}

static void what_is_forgotten_is_counted(void **state)
{
	char nonce[16];

	(void)state;
	for (unsigned i = 0; i < 20000; i++) {
		snprintf(nonce, sizeof nonce, "n%u", i);
		use(i * 0.2, i + 1, nonce, 1);
	}
	scene_end(s, DAY);
	assert_true(track_counters(s->track)->nonces_displaced >= 20000 - 16384);
}

int main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, start, stop)
	const struct CMUnitTest tests[] = {
		T(credentials_without_qop_are_told_when_they_were_accepted),
		T(refused_credentials_are_no_fault_of_the_server),
		T(one_count_in_two_requests_is_told_with_both),
		T(a_count_that_goes_on_is_as_it_should_be),
		T(a_retransmission_is_one_use),
		T(another_nonce_has_its_own_count),
		T(a_nonce_given_twice_may_be_counted_twice),
		T(another_client_counts_for_itself),
		T(a_nonce_of_yesterday_is_told),
		T(a_nonce_within_the_day_is_not),
		T(passwords_that_serve_once_are_left_out),
		T(what_is_forgotten_is_counted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
