/* test_readers.c - who read the signaling, from messages to the rules (SIG-001, 002, 004, OBS-012).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/scene.h"

static const char A[] = "10.0.0.1:5060", B[] = "10.0.0.2:5060";

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

static void again(void **state)
{
	stop(state);
	start(state);
}

static const struct judgement *judged(void)
{
	if (!s->row_count)
		scene_end(s, 100);
	assert_int_equal(s->row_count, 1);
	return callmake_judge_call(&s->rows[0]);
}

static bool fires(const char *rule)
{
	return callmake_violated(judged(), rule) != NULL;
}

static unsigned count(const char *rule)
{
	const struct judgement *j = judged();
	unsigned n = 0;

	for (uint32_t i = 0; i < j->finding_count; i++)
		n += !strcmp(j->findings[i].rule->id, rule);
	return n;
}

/* A phone's request inside TLS that was opened: only what it says tells of others. */
static struct scene_sip opened(const char *top, const char *below)
{
	return (struct scene_sip){ .src = A,
				   .dst = B,
				   .method = "INVITE",
				   .carrier = SIP_TRANSPORT_TLS,
				   .opened = true,
				   .vias = { top, below } };
}

static void elements_are_counted_and_not_vias(void **state)
{
	static const struct {
		const char *top, *below;
		bool fires;
	} rows[] = { { "10.0.0.1", NULL, false },
		     { "10.0.0.1", "10.0.0.7", true },
		     { "10.0.0.1", "10.0.0.1", false },	   /* a spiral */
		     { "10.0.0.1", "127.0.0.8", false } }; /* masked */

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		scene_say(s, opened(rows[i].top, rows[i].below));
		assert_int_equal(fires("SIG-004"), rows[i].fires);
		assert_int_equal(judged()->conditions[CONDITION_SIGNALING].shown,
				 rows[i].fires ? SHOWN_FAIL : SHOWN_NOT_OBSERVABLE);
		again(state);
	}
}

static struct route_seen route(enum route_kind kind, const char *host)
{
	return (struct route_seen){ .kind = kind,
				    .host = slice_of(host),
				    .addr = scene_endpoint(host).addr };
}

static unsigned with_routes(const char *method, const struct route_seen *routes, unsigned n)
{
	struct scene_sip m = opened(NULL, NULL);

	m.method = method;
	m.routes = routes;
	m.route_count = (uint16_t)n;
	scene_say(s, m);
	return count("SIG-004");
}

static void routes_name_others_or_oneself(void **state)
{
	const struct route_seen own[] = { route(ROUTE_ROUTE, "10.0.0.9:0") };
	const struct route_seen far[] = { own[0], route(ROUTE_ROUTE, "10.0.0.8:0") };
	const struct route_seen twice[] = { route(ROUTE_RECORD, "10.0.0.9:0"),
					    route(ROUTE_RECORD, "10.0.0.9:0") };
	const struct route_seen path[] = { route(ROUTE_PATH, "10.0.0.9:0") };
	const struct route_seen home[] = { route(ROUTE_SERVICE, "10.0.0.2:0") };

	assert_int_equal(with_routes("INVITE", own, 1), 0); /* the phone's outbound proxy */
	again(state);
	assert_int_equal(with_routes("INVITE", far, 2), 1);
	again(state);
	assert_int_equal(with_routes("INVITE", twice, 2), 1); /* one host with two interfaces */
	again(state);
	assert_int_equal(with_routes("REGISTER", path, 1), 1);
	again(state);
	assert_int_equal(with_routes("REGISTER", home, 1), 0); /* the registrar itself */
}

static void hop(const char *dst, enum sip_transport carrier, bool is_opened)
{
	scene_say(s, (struct scene_sip){ .src = A,
					 .dst = dst,
					 .method = "INVITE",
					 .carrier = carrier,
					 .opened = is_opened });
}

static void one_clear_hop_spoils_the_others(void **state)
{
	hop("10.0.0.2:5061", SIP_TRANSPORT_TLS, true);
	hop("10.0.0.3:5060", SIP_TRANSPORT_UDP, false);
	assert_true(fires("SIG-002") && fires("SIG-001"));
	assert_int_equal(judged()->hop_protection, SHOWN_FAIL);
	again(state);
	hop("10.0.0.2:5061", SIP_TRANSPORT_TLS, true);
	hop("10.0.0.3:5061", SIP_TRANSPORT_TLS, true);
	assert_false(fires("SIG-002") || fires("SIG-001"));
	assert_int_equal(judged()->hop_protection, SHOWN_PASS);
	again(state);
	scene_say(s, (struct scene_sip){ .src = "127.0.0.1:5060",
					 .dst = "127.0.0.1:5080",
					 .method = "INVITE" });
	assert_int_equal(callmake_violated(judged(), "SIG-001")->severity, SEVERITY_INFO);
	assert_false(fires("SIG-002"));
}

/* OBS-012: text that was decrypted before it was written, and text that only says so. */
static void a_via_against_its_carrier_is_weighed(void **state)
{
	static const struct {
		enum sip_transport carrier;
		bool handshake;
		enum sip_transport other; /* Via of a request the other way; NONE: no such */
		bool conflict;
	} rows[] = { { SIP_TRANSPORT_UDP, false, SIP_TRANSPORT_NONE, true },
		     { SIP_TRANSPORT_UDP, false, SIP_TRANSPORT_TLS, true },
		     { SIP_TRANSPORT_UDP, false, SIP_TRANSPORT_UDP, false },
		     { SIP_TRANSPORT_TCP, false, SIP_TRANSPORT_NONE, true },
		     { SIP_TRANSPORT_TCP, true, SIP_TRANSPORT_NONE, false } /* an offloader */ };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct scene_sip m = { .src = A, .dst = B, .method = "INVITE" };
		m.carrier = rows[i].carrier;
		m.handshake = rows[i].handshake;
		m.via = SIP_TRANSPORT_TLS;
		scene_say(s, m);
		m = (struct scene_sip){ .at = 1, .src = B, .dst = A, .method = "BYE", .cseq = 2 };
		m.carrier = rows[i].carrier;
		m.via = rows[i].other;
		if (rows[i].other)
			scene_say(s, m);
		assert_int_equal(fires("SIG-001"), !rows[i].conflict);
		assert_int_equal(callmake_finding(judged(), "OBS-012", OUTCOME_NOTED) != NULL,
				 rows[i].conflict);
		again(state);
	}
}

static void a_clear_websocket_is_told_by_its_carrier(void **state)
{
	hop("10.0.0.2:8088", SIP_TRANSPORT_WS, false);
	assert_true(fires("SIG-005"));
	again(state);
	hop("10.0.0.2:443", SIP_TRANSPORT_WSS, true);
	assert_false(fires("SIG-005") || fires("SIG-001"));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(elements_are_counted_and_not_vias),
		STAGED(routes_name_others_or_oneself),
		STAGED(one_clear_hop_spoils_the_others),
		STAGED(a_via_against_its_carrier_is_weighed),
		STAGED(a_clear_websocket_is_told_by_its_carrier),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
