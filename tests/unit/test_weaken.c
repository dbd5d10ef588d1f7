/* test_weaken.c - SIP that left TLS, and what only looks so. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/scene.h"

#define PHONE	"10.0.0.1:5060"
#define PHONE_S "10.0.0.1:33000"
#define S_TLS	"10.0.0.9:5061"
#define S_CLEAR "10.0.0.9:5060"
#define S2	"10.0.0.8:5060"
#define S2_TLS	"10.0.0.8:5061"

static struct scene *s;
static struct tls_seen seen;

static int start(void **state)
{
	(void)state;
	s = scene_new();
	memset(&seen, 0, sizeof seen);
	seen.alpn = SLICE("sip");
	seen.shake.client_hello = seen.shake.alert_fatal = true;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	callmake_end();
	scene_free(s);
	return 0;
}

static void handshake(double at, const char *client, const char *server)
{
	scene_connection(s, client, server, at, &seen);
}

static void request(double at, const char *src, const char *dst, const char *method,
		    const char *call_id, bool tls)
{
	scene_say(s, (struct scene_sip){ .at = at,
					 .src = src,
					 .dst = dst,
					 .method = method,
					 .call_id = call_id,
					 .carrier = tls ? SIP_TRANSPORT_TLS : SIP_TRANSPORT_UDP,
					 .opened = tls });
}

static void response(double at, unsigned status, const char *call_id)
{
	scene_say(s, (struct scene_sip){ .at = at,
					 .src = S_TLS,
					 .dst = PHONE_S,
					 .method = "INVITE",
					 .status = status,
					 .to_tag = "b",
					 .call_id = call_id,
					 .carrier = SIP_TRANSPORT_TLS,
					 .opened = true });
}

/* The first finding of the rule in any row. */
static const struct finding *found(const char *rule)
{
	scene_end(s, 1000);
	for (unsigned i = 0; i < s->row_count; i++) {
		const struct judgement *j = callmake_judge_call(&s->rows[i]);
		const struct finding *f = callmake_violated(j, rule);
		if (!f)
			continue;
		assert_int_equal(j->conditions[CONDITION_SIGNALING].shown, SHOWN_FAIL);
		return f;
	}
	return NULL;
}

static void again(void **state)
{
	stop(state);
	start(state);
}

/* ---- SIG-008: handshakes ------------------------------------------------------------------- */

static void a_handshake_that_failed_and_a_call_in_clear_is_a_fallback(void **state)
{
	(void)state;
	handshake(0, PHONE_S, S_TLS);
	request(3, PHONE, S_CLEAR, "INVITE", "one", false);
	const struct finding *f = found("SIG-008");
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_int_equal(f->rule->cls, CLASS_ATTACK);
	assert_int_equal(f->at[0].frame, 1);
	assert_int_equal(f->at[1].frame, 2);
}

static void no_answer_at_all_is_a_failure_too(void **state)
{
	(void)state;
	seen.shake.alert_fatal = false;
	handshake(0, PHONE_S, S_TLS);
	request(31, PHONE, S_CLEAR, "REGISTER", "one", false);
	assert_non_null(found("SIG-008"));
}

static void what_was_not_seen_whole_is_no_failure(void **state)
{
	bool *const marks[] = { &seen.shake.incomplete, &seen.gap, &seen.shake.client_done,
				&seen.shake.server_done };

	for (size_t i = 0; i < sizeof marks / sizeof marks[0]; i++) {
		*marks[i] = true;
		handshake(0, PHONE_S, S_TLS);
		request(3, PHONE, S_CLEAR, "INVITE", "one", false);
		assert_null(found("SIG-008"));
		again(state);
	}
}

static void later_calls_are_calls_of_their_own(void **state)
{
	(void)state;
	handshake(0, PHONE_S, S_TLS);
	request(33, PHONE, S_CLEAR, "INVITE", "one", false);
	assert_null(found("SIG-008"));
}

static void who_spoke_in_clear_before_did_not_fall_back(void **state)
{
	(void)state;
	request(0, PHONE, S_CLEAR, "OPTIONS", "ping", false);
	handshake(1, PHONE_S, S_TLS);
	request(3, PHONE, S_CLEAR, "INVITE", "one", false);
	assert_null(found("SIG-008"));
	again(state);
	request(0, S_CLEAR, PHONE, "OPTIONS", "ping", false);
	handshake(1, PHONE_S, S_TLS);
	request(3, PHONE, S_CLEAR, "INVITE", "one", false);
	assert_null(found("SIG-008"));
}

static void another_server_is_no_fallback(void **state)
{
	(void)state;
	handshake(0, PHONE_S, S_TLS);
	request(3, PHONE, S2, "INVITE", "one", false);
	assert_null(found("SIG-008"));
	again(state);
	handshake(0, PHONE_S, S_TLS);
	request(3, PHONE_S, S2_TLS, "INVITE", "one", true);
	assert_null(found("SIG-008"));
}

static void a_second_attempt_over_tls_that_worked_excuses_the_first(void **state)
{
	(void)state;
	handshake(0, PHONE_S, S_TLS);
	memset(&seen.shake, 0, sizeof seen.shake);
	seen.shake.client_hello = seen.shake.server_hello = seen.shake.client_done =
		seen.shake.server_done = true;
	handshake(1, "10.0.0.1:33001", S_TLS);
	request(3, PHONE, S_CLEAR, "INVITE", "one", false);
	assert_null(found("SIG-008"));
}

static void the_other_way_round_is_no_fallback(void **state)
{
	(void)state;
	handshake(0, "10.0.0.9:33000", "10.0.0.1:5061");
	request(3, PHONE, S_CLEAR, "INVITE", "one", false);
	assert_null(found("SIG-008"));
	again(state);
	request(0, PHONE, S_CLEAR, "INVITE", "one", false);
	handshake(3, PHONE_S, S_TLS);
	assert_null(found("SIG-008"));
}

static void a_web_page_that_failed_is_none_of_ours(void **state)
{
	(void)state;
	seen.alpn = SLICE("http/1.1");
	handshake(0, PHONE_S, "10.0.0.9:443");
	request(3, PHONE, S_CLEAR, "INVITE", "one", false);
	assert_null(found("SIG-008"));
}

static void emergency(struct sip_seen *m)
{
	m->ruri_emergency = true;
}

static void an_emergency_call_must_go_on(void **state)
{
	(void)state;
	handshake(0, PHONE_S, S_TLS);
	scene_say(s, (struct scene_sip){ .at = 3,
					 .src = PHONE,
					 .dst = S_CLEAR,
					 .method = "INVITE",
					 .also = emergency });
	const struct finding *f = found("SIG-008");
	assert_int_equal(f->severity, SEVERITY_INFO);
	assert_false(f->gates);
}

/* ---- SIG-008: calls that were read
 * --------------------------------------------------------------- */

static void a_call_refused_over_tls_and_made_in_clear_is_a_fallback(void **state)
{
	static const struct {
		unsigned status;
		const char *second;
		double at;
		bool fires;
	} rows[] = { { 503, "one", 2, true },	{ 503, "two", 2, true },  { 408, "one", 32, true },
		     { 503, "one", 34, false }, { 486, "two", 2, false }, { 200, "two", 2, false },
		     { 180, "two", 20, false }, { 100, "two", 20, false } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		request(0, PHONE_S, S_TLS, "INVITE", "one", true);
		response(1, rows[i].status, "one");
		request(rows[i].at, PHONE, S_CLEAR, "INVITE", rows[i].second, false);
		assert_int_equal(found("SIG-008") != NULL, rows[i].fires);
		again(state);
	}
}

static void silence_over_tls_counts_when_it_lasted(void **state)
{
	(void)state;
	request(0, PHONE_S, S_TLS, "INVITE", "one", true);
	request(0.2, PHONE, S_CLEAR, "INVITE", "one", false); /* a fork */
	assert_null(found("SIG-008"));
	again(state);
	request(0, PHONE_S, S_TLS, "INVITE", "one", true);
	request(8, PHONE, S_CLEAR, "INVITE", "one", false);
	assert_non_null(found("SIG-008"));
}

static void an_unrelated_call_is_no_fallback(void **state)
{
	(void)state;
	request(0, PHONE_S, S_TLS, "INVITE", "one", true);
	response(1, 503, "one");
	scene_say(s, (struct scene_sip){ .at = 2,
					 .src = PHONE,
					 .dst = S_CLEAR,
					 .method = "INVITE",
					 .call_id = "two",
					 .to_user = "carol" });
	assert_null(found("SIG-008"));
}

/* ---- SIG-009
 * --------------------------------------------------------------------------------------- */

static void inside(double at, const char *src, const char *dst, bool tls)
{
	scene_say(s, (struct scene_sip){ .at = at,
					 .src = src,
					 .dst = dst,
					 .method = "BYE",
					 .cseq = 2,
					 .to_tag = "b",
					 .call_id = "one",
					 .carrier = tls ? SIP_TRANSPORT_TLS : SIP_TRANSPORT_UDP,
					 .opened = tls });
}

static void a_dialog_that_leaves_tls_is_weakened(void **state)
{
	(void)state;
	request(0, PHONE_S, S_TLS, "INVITE", "one", true);
	response(1, 200, "one");
	inside(5, PHONE, S_CLEAR, false);
	const struct finding *f = found("SIG-009");
	assert_non_null(f);
	assert_int_equal(f->severity, SEVERITY_HIGH);
	assert_int_equal(f->at[0].frame, 1);
	assert_int_equal(f->at[1].frame, 3);
	assert_string_equal(f->scope, "leg 1");
}

static void a_dialog_that_goes_past_its_proxy_in_clear_is_weakened(void **state)
{
	(void)state;
	request(0, PHONE_S, S_TLS, "INVITE", "one", true);
	response(1, 200, "one");
	inside(5, PHONE, "10.0.0.2:5060", false);
	assert_non_null(found("SIG-009"));
}

static void udp_contact(struct sip_seen *m)
{
	m->contact = (struct party_seen){ .present = true, .transport = SIP_TRANSPORT_UDP };
}

static void a_contact_that_says_udp_is_not_believed_against_the_packet(void **state)
{
	(void)state;
	scene_say(s, (struct scene_sip){ .src = PHONE_S,
					 .dst = S_TLS,
					 .method = "INVITE",
					 .call_id = "one",
					 .carrier = SIP_TRANSPORT_TLS,
					 .opened = true,
					 .also = udp_contact });
	response(1, 200, "one");
	inside(5, PHONE_S, S_TLS, true);
	inside(6, S_TLS, PHONE_S, true); /* over the connection that the phone opened */
	assert_null(found("SIG-009"));
}

static void a_hop_that_always_was_clear_is_not_weakened(void **state)
{
	(void)state;
	request(0, PHONE_S, S_TLS, "INVITE", "one", true);
	scene_say(s, (struct scene_sip){ .at = 0.1,
					 .src = S_CLEAR,
					 .dst = S2,
					 .method = "INVITE",
					 .call_id = "one",
					 .branch = "z9hG4bK-2",
					 .vias = { "10.0.0.9", "10.0.0.1" } });
	inside(5, PHONE_S, S_TLS, true);
	inside(5.1, S_CLEAR, S2, false);
	assert_null(found("SIG-009"));
}

/* The INVITE of its other side was not captured. */
static void a_proxy_whose_other_side_was_missed_is_not_blamed(void **state)
{
	(void)state;
	request(0, PHONE_S, S_TLS, "INVITE", "one", true);
	inside(5.1, S_CLEAR, S2, false);
	assert_null(found("SIG-009"));
	again(state);
	scene_say(s, (struct scene_sip){ .src = PHONE_S,
					 .dst = S_TLS,
					 .method = "INVITE",
					 .call_id = "one",
					 .carrier = SIP_TRANSPORT_TLS,
					 .opened = true,
					 .vias = { "10.0.0.1", "10.0.0.7" } });
	inside(5, "10.0.0.7:5060", PHONE, false);
	assert_null(found("SIG-009"));
}

static void without_the_start_nothing_is_weakened(void **state)
{
	(void)state;
	inside(5, PHONE, S_CLEAR, false);
	assert_null(found("SIG-009"));
	assert_null(found("SIG-008"));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_handshake_that_failed_and_a_call_in_clear_is_a_fallback),
		STAGED(no_answer_at_all_is_a_failure_too),
		STAGED(what_was_not_seen_whole_is_no_failure),
		STAGED(later_calls_are_calls_of_their_own),
		STAGED(who_spoke_in_clear_before_did_not_fall_back),
		STAGED(another_server_is_no_fallback),
		STAGED(a_second_attempt_over_tls_that_worked_excuses_the_first),
		STAGED(the_other_way_round_is_no_fallback),
		STAGED(a_web_page_that_failed_is_none_of_ours),
		STAGED(an_emergency_call_must_go_on),
		STAGED(a_call_refused_over_tls_and_made_in_clear_is_a_fallback),
		STAGED(silence_over_tls_counts_when_it_lasted),
		STAGED(an_unrelated_call_is_no_fallback),
		STAGED(a_dialog_that_leaves_tls_is_weakened),
		STAGED(a_dialog_that_goes_past_its_proxy_in_clear_is_weakened),
		STAGED(a_contact_that_says_udp_is_not_believed_against_the_packet),
		STAGED(a_hop_that_always_was_clear_is_not_weakened),
		STAGED(a_proxy_whose_other_side_was_missed_is_not_blamed),
		STAGED(without_the_start_nothing_is_weakened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
