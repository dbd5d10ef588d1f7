/* test_side.c - what messages tell beside the call, and the rules it sets off (rule-catalog D.11).
 */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/scene.h"

#define PRIVATE "10.0.0.1:5060"
#define INNER	"10.0.0.2:5060"
#define PUBLIC	"198.51.100.9:5060"
#define PUBLIC2 "203.0.113.4:5060"

static struct scene *s;
static struct scene_sip say;

static int start(void **state)
{
	(void)state;
	s = scene_new();
	say = (struct scene_sip){ .src = PRIVATE, .dst = INNER, .method = "INVITE" };
	return 0;
}

static int stop(void **state)
{
	(void)state;
	callmake_end();
	scene_free(s);
	return 0;
}

static int severity_of(const char *rule)
{
	void *state = NULL;

	scene_say(s, say);
	scene_end(s, 100);
	assert_int_equal(s->row_count, 1);
	const struct finding *f = callmake_violated(callmake_judge_call(&s->rows[0]), rule);
	int got = f ? (int)f->severity : -1;
	stop(&state);
	start(&state);
	return got;
}

static int with(const char *rule, const char *method, void (*also)(struct sip_seen *))
{
	say.method = method;
	say.also = also;
	return severity_of(rule);
}

static int with_body(const char *rule, const char *method, enum body_kind kind)
{
	say.method = method;
	say.body = kind;
	say.body_bytes = 20;
	return severity_of(rule);
}

/* ---- names (PRIV-001) ---------------------------------------------------------------------- */

static void hide_caller(struct sip_seen *m)
{
	m->from.user = SLICE("anonymous");
	m->from.host = SLICE("anonymous.invalid");
}

static void hide_all(struct sip_seen *m)
{
	hide_caller(m);
	m->to.user = SLICE("*97");
}

static void call_emergency(struct sip_seen *m)
{
	hide_caller(m);
	m->to.user = SLICE("112");
}

static void hide_but_assert(struct sip_seen *m)
{
	hide_all(m);
	m->asserted = (struct party_seen){ .present = true, .user = SLICE("+12025550100") };
}

static void extension(struct sip_seen *m)
{
	hide_caller(m);
	m->to.user = SLICE("113");
}

static void names_that_name_nobody_are_no_names(void **state)
{
	(void)state;
	assert_int_equal(with("PRIV-001", "INVITE", NULL), SEVERITY_MEDIUM);
	assert_int_equal(with("PRIV-001", "INVITE", hide_caller), SEVERITY_MEDIUM);
	assert_int_equal(with("PRIV-001", "INVITE", hide_all), -1);
	assert_int_equal(with("PRIV-001", "INVITE", call_emergency), -1);
	assert_int_equal(with("PRIV-001", "INVITE", hide_but_assert), SEVERITY_MEDIUM);
	assert_int_equal(with("PRIV-001", "INVITE", extension), SEVERITY_MEDIUM);
}

/* ---- bodies (PRIV-002, PRIV-004) --------------------------------------------------------------
 */

static void what_people_wrote_is_told_from_receipts(void **state)
{
	(void)state;
	assert_int_equal(with_body("PRIV-002", "MESSAGE", BODY_TEXT), SEVERITY_HIGH);
	assert_int_equal(with_body("PRIV-002", "MESSAGE", BODY_COMPOSING), SEVERITY_LOW);
	assert_int_equal(with_body("PRIV-002", "MESSAGE", BODY_PKCS7), -1);
	assert_int_equal(with_body("PRIV-002", "NOTIFY", BODY_SIPFRAG), -1);
	assert_int_equal(with_body("PRIV-002", "NOTIFY", BODY_TEXT), SEVERITY_HIGH);
	say.method = "MESSAGE";
	say.body = BODY_TEXT; /* and nothing in it */
	assert_int_equal(severity_of("PRIV-002"), -1);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	assert_int_equal(with_body("PRIV-002", "MESSAGE", BODY_TEXT), -1);
}

static void digits_are_told_from_other_uses_of_info(void **state)
{
	(void)state;
	assert_int_equal(with_body("PRIV-004", "INFO", BODY_DTMF), SEVERITY_HIGH);
	assert_int_equal(with_body("PRIV-004", "NOTIFY", BODY_DTMF), SEVERITY_HIGH);
	assert_int_equal(with_body("PRIV-004", "INFO", BODY_OTHER), -1); /* ISUP, picture update */
	assert_int_equal(with_body("PRIV-004", "INFO", BODY_NONE), -1);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	assert_int_equal(with_body("PRIV-004", "INFO", BODY_DTMF), -1);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	say.vias[0] = "10.0.0.1";
	say.vias[1] = "10.0.0.7";
	assert_int_equal(with_body("PRIV-004", "INFO", BODY_DTMF), SEVERITY_MEDIUM);
}

/* ---- digits in media (PRIV-003)
 * ------------------------------------------------------------------ */

static const struct finding *with_events(uint16_t events, uint16_t digits)
{
	scene_call(s, scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP),
		   scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP));
	scene_events(s, 2, events, digits);
	scene_bye(s, 20);
	scene_end(s, 200);
	return callmake_violated(callmake_judge_call(&s->rows[0]), "PRIV-003");
}

static void digits_in_media_are_told_from_flashes(void **state)
{
	static const struct {
		uint16_t events, digits;
		bool fires;
	} rows[] = { { 12, 12, true }, { 12, 0, false }, { 40, 6, true },
		     { 12, 2, false }, { 6, 6, false },	 { 0, 0, false } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		const struct finding *f = with_events(rows[i].events, rows[i].digits);
		assert_int_equal(f != NULL, rows[i].fires);
		assert_true(!f || f->severity == SEVERITY_HIGH);
		stop(state);
		start(state);
	}
}

/* ---- places, topology, feeds (PRIV-005, 006, 007)
 * ------------------------------------------------- */

static void locate(struct sip_seen *m)
{
	m->sensitive = SENSITIVE_LOCATION;
}

static void locate_in_need(struct sip_seen *m)
{
	locate(m);
	m->ruri_emergency = true;
}

static void subject(struct sip_seen *m)
{
	m->sensitive = SENSITIVE_SUBJECT;
}

static void a_place_is_told_unless_it_is_owed(void **state)
{
	(void)state;
	assert_int_equal(with("PRIV-005", "INVITE", locate), SEVERITY_HIGH);
	assert_int_equal(with("PRIV-005", "INVITE", locate_in_need), -1);
	assert_int_equal(with("PRIV-005", "INVITE", subject), SEVERITY_MEDIUM);
	assert_int_equal(with("PRIV-005", "INVITE", NULL), -1);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	assert_int_equal(with("PRIV-005", "INVITE", locate), -1);
}

static void private_addresses_are_told_to_outsiders_only(void **state)
{
	(void)state;
	assert_int_equal(severity_of("PRIV-006"), -1);
	say.dst = PUBLIC;
	assert_int_equal(severity_of("PRIV-006"), SEVERITY_LOW);
	say.src = PUBLIC2;
	say.dst = PUBLIC;
	assert_int_equal(severity_of("PRIV-006"), -1);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	say.dst = PUBLIC;
	assert_int_equal(severity_of("PRIV-006"), -1);
}

static void candidates_show_the_inside_and_their_names_do_not(void **state)
{
	static const struct {
		const char *at;
		int want;
	} rows[] = { { "10.0.0.1:9", SEVERITY_LOW }, { "0.0.0.0:9", -1 } };

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct sdp_seen *sdp = scene_sdp(s, "203.0.113.4:4000", PROFILE_RTP_AVP);
		struct candidate_seen c = { .at = scene_endpoint(rows[i].at) };
		scene_line(sdp, 0)->candidates = &c;
		scene_line(sdp, 0)->candidate_count = 1;
		say.src = PUBLIC2;
		say.dst = PUBLIC;
		say.sdp = sdp;
		assert_int_equal(severity_of("PRIV-006"), rows[i].want);
	}
}

static void dialogs(struct sip_seen *m)
{
	m->body = BODY_DIALOG_INFO;
	m->event = SLICE("dialog;id=1");
}

static void unheard(struct sip_seen *m)
{
	m->body = BODY_DIALOG_INFO;
	m->event = SLICE("x-unheard");
}

static void empty_feed(struct sip_seen *m)
{
	m->event = SLICE("dialog");
}

static void feeds_are_told_where_they_say_something(void **state)
{
	(void)state;
	assert_int_equal(with("PRIV-007", "NOTIFY", dialogs), SEVERITY_MEDIUM);
	assert_int_equal(with("PRIV-007", "PUBLISH", dialogs), SEVERITY_MEDIUM);
	assert_int_equal(with("PRIV-007", "SUBSCRIBE", dialogs), -1);
	assert_int_equal(with("PRIV-007", "NOTIFY", unheard), -1);
	assert_int_equal(with("PRIV-007", "NOTIFY", empty_feed), -1);
	say.carrier = SIP_TRANSPORT_WSS;
	say.opened = true;
	assert_int_equal(with("PRIV-007", "NOTIFY", dialogs), -1);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(names_that_name_nobody_are_no_names),
		STAGED(what_people_wrote_is_told_from_receipts),
		STAGED(digits_are_told_from_other_uses_of_info),
		STAGED(digits_in_media_are_told_from_flashes),
		STAGED(a_place_is_told_unless_it_is_owed),
		STAGED(private_addresses_are_told_to_outsiders_only),
		STAGED(candidates_show_the_inside_and_their_names_do_not),
		STAGED(feeds_are_told_where_they_say_something),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
