/* test_trunk.c - TLS between servers and to phones: who should know whom. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/scene.h"

#define PHONE  "10.0.0.1:33000"
#define P1     "10.0.0.8:5061"
#define P1_OUT "10.0.0.8:41000"
#define P2     "10.0.0.9:5061"
#define P2_OUT "10.0.0.9:41001"
#define OTHER  "10.0.0.2:5061"

static struct scene *s;
static struct tls_seen seen;
static struct handshake_seen *const shake = &seen.shake;

static int start(void **state)
{
	(void)state;
	s = scene_new();
	memset(&seen, 0, sizeof seen);
	shake->client_hello = shake->server_hello = shake->client_done = shake->server_done = true;
	shake->version = 0x0303;
	shake->server_at = (struct evidence){ 2, scene_ns(0), 0 };
	return 0;
}

static int stop(void **state)
{
	(void)state;
	callmake_end();
	scene_free(s);
	return 0;
}

static void hop(double at, const char *src, const char *dst, const char *branch)
{
	scene_say(s, (struct scene_sip){ .at = at,
					 .src = src,
					 .dst = dst,
					 .method = "INVITE",
					 .branch = branch,
					 .carrier = SIP_TRANSPORT_TLS,
					 .opened = true });
}

/* A phone, two proxies, another phone; the handshake is that of one hop. */
static const struct finding *judged(const char *client, const char *server)
{
	scene_connection(s, client, server, 0, &seen);
	hop(1, PHONE, P1, "z9hG4bK-1");
	hop(1.1, P1_OUT, P2, "z9hG4bK-2");
	hop(1.2, P2_OUT, OTHER, "z9hG4bK-3");
	scene_end(s, 100);
	assert_int_equal(s->row_count, 1);
	return callmake_violated(callmake_judge_call(&s->rows[0]), "TLS-007");
}

static void servers_that_do_not_ask_each_other_are_told(void **state)
{
	(void)state;
	const struct finding *f = judged(P1_OUT, P2);
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_MEDIUM);
	assert_int_equal(f->at[0].frame, 2);
}

static void a_server_that_shows_nothing_when_asked_is_told(void **state)
{
	(void)state;
	shake->client_cert_asked = true;
	shake->certs[0].none = true;
	assert_non_null(judged(P1_OUT, P2));
}

static void a_server_that_shows_its_certificate_is_fine(void **state)
{
	(void)state;
	shake->client_cert_asked = true;
	shake->certs[0].sent = shake->certs[0].parsed = true;
	shake->certs[0].not_after_s = INT64_MAX;
	assert_null(judged(P1_OUT, P2));
	assert_int_equal(call_fact(&s->rows[0], FACT_tls_trunk, NULL)->value, 1);
}

static void access_links_need_no_certificate_of_the_phone(void **state)
{
	(void)state;
	assert_null(judged(PHONE, P1));
	assert_null(call_fact(&s->rows[0], FACT_tls_trunk, NULL));
	stop(state);
	start(state);
	assert_null(judged(P2_OUT, OTHER)); /* the phone accepts TLS of its proxy */
}

static void what_a_handshake_hides_is_not_missed(void **state)
{
	bool *const hides[] = { &shake->hidden, &shake->resumed, &shake->incomplete };

	for (size_t i = 0; i < 3; i++) {
		*hides[i] = true;
		assert_null(judged(P1_OUT, P2));
		assert_int_equal(call_fact(&s->rows[0], FACT_tls_trunk, NULL)->value, 0);
		stop(state);
		start(state);
	}
}

/* ---- registrations over TLS (AUTH-004) ------------------------------------------------------- */

static void binding(struct sip_seen *m)
{
	m->contact = (struct party_seen){ .present = true, .user = SLICE("alice") };
}

static const struct finding *registered(void)
{
	scene_connection(s, PHONE, P1, 0, &seen);
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = PHONE,
					 .dst = P1,
					 .method = "REGISTER",
					 .carrier = SIP_TRANSPORT_TLS,
					 .opened = true,
					 .also = binding });
	scene_say(s, (struct scene_sip){ .at = 2,
					 .src = P1,
					 .dst = PHONE,
					 .method = "REGISTER",
					 .status = 200,
					 .carrier = SIP_TRANSPORT_TLS,
					 .opened = true });
	scene_end(s, 400);
	assert_int_equal(s->row_count, 1);
	return callmake_violated(callmake_judge_call(&s->rows[0]), "AUTH-004");
}

static void nobody_asked_is_told_inside_tls_too(void **state)
{
	(void)state;
	assert_non_null(registered());
}

static void a_certificate_of_the_phone_is_an_answer(void **state)
{
	(void)state;
	shake->client_cert_asked = true;
	shake->certs[0].sent = shake->certs[0].parsed = true;
	shake->certs[0].not_after_s = INT64_MAX;
	assert_null(registered());
}

static void a_certificate_that_may_have_been_shown_is_not_observed(void **state)
{
	bool *const hides[] = { &shake->hidden, &shake->resumed, &shake->incomplete };

	for (size_t i = 0; i < 3; i++) {
		*hides[i] = true;
		assert_null(registered());
		stop(state);
		start(state);
	}
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(servers_that_do_not_ask_each_other_are_told),
		STAGED(a_server_that_shows_nothing_when_asked_is_told),
		STAGED(a_server_that_shows_its_certificate_is_fine),
		STAGED(access_links_need_no_certificate_of_the_phone),
		STAGED(what_a_handshake_hides_is_not_missed),
		STAGED(nobody_asked_is_told_inside_tls_too),
		STAGED(a_certificate_of_the_phone_is_an_answer),
		STAGED(a_certificate_that_may_have_been_shown_is_not_observed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
