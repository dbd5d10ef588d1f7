/* test_session_facts.c - TLS connections as they are seen, and the rules they set off. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "tests/lib/callmake.h"
#include "tests/lib/scene.h"

enum { DAY = 86400, NOW = 1700000000 };

static struct scene *s;
static struct tls_seen seen;
static struct handshake_seen *const shake = &seen.shake;

static int start(void **state)
{
	(void)state;
	s = scene_new();
	seen = (struct tls_seen){ .alpn = SLICE("sip") };
	*shake = (struct handshake_seen){ .client_hello = true,
					  .server_hello = true,
					  .client_done = true,
					  .server_done = true,
					  .version = 0x0303,
					  .suite_name = "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
					  .suite_grade = SUITE_AEAD,
					  .forward_secret = true,
					  .extended_master_secret = true,
					  .renegotiation_info = true,
					  .client_at = { 1, scene_ns(0), 0 },
					  .server_at = { 2, scene_ns(0), 0 } };
	return 0;
}

static int stop(void **state)
{
	(void)state;
	callmake_end();
	scene_free(s);
	return 0;
}

/* A certificate without fault: another day, another issuer, a strong key. */
static struct cert_seen certificate(void)
{
	return (struct cert_seen){ .sent = true,
				   .parsed = true,
				   .not_before_s = NOW - 100 * DAY,
				   .not_after_s = NOW + 100 * DAY,
				   .key = CERT_KEY_RSA,
				   .key_bits = 2048,
				   .trusted = CHECK_OK,
				   .at = { 3, scene_ns(0), 0 } };
}

static const struct judgement *judged(void)
{
	if (!s->row_count) {
		scene_connection(s, "10.0.0.1:33000", "10.0.0.9:5061", 0, &seen);
		scene_end(s, 10);
	}
	assert_int_equal(s->row_count, 1);
	return callmake_judge_call(&s->rows[0]);
}

static void fires(const char *rule, enum severity severity)
{
	const struct finding *f = callmake_violated(judged(), rule);

	assert_non_null(f);
	assert_int_equal(f->severity, severity);
	assert_in_range(f->at[0].frame, 1, 3);
}

static void is_silent(const char *rule)
{
	assert_null(callmake_violated(judged(), rule));
}

/* ---- version and suite ---------------------------------------------------------------- */

static void a_current_handshake_sets_nothing_off(void **state)
{
	static const char *const rules[] = { "TLS-001",	 "TLS-002",  "TLS-003",	 "TLS-004",
					     "TLS-005",	 "TLS-006",  "TLS-007",	 "TLS-008",
					     "CERT-001", "CERT-002", "CERT-003", "CERT-004",
					     "CERT-005", "CERT-006", "CERT-007", "CERT-008" };

	(void)state;
	shake->certs[1] = certificate();
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++)
		is_silent(rules[i]);
	assert_int_equal(call_fact(&s->rows[0], FACT_tls_session, NULL)->value, 1);
	assert_null(callmake_finding(judged(), "OBS-007", OUTCOME_NOTED));
}

static void an_old_version_chosen_is_told(void **state)
{
	(void)state;
	shake->version = 0x0301;
	fires("TLS-001", SEVERITY_HIGH);
	is_silent("TLS-006");
	assert_non_null(strstr(callmake_violated(judged(), "TLS-001")->detail, "TLS 1.0"));
}

static void a_choice_that_was_refused_was_not_made(void **state)
{
	(void)state;
	shake->version = 0x0301;
	shake->suite_grade = SUITE_BROKEN;
	shake->alert_fatal = true;
	shake->client_done = shake->server_done = false;
	is_silent("TLS-001");
	is_silent("TLS-002");
	assert_int_equal(judged()->conditions[CONDITION_SIGNALING].shown, SHOWN_NOT_OBSERVABLE);
}

static void an_alert_at_the_end_undoes_no_choice(void **state)
{
	(void)state;
	shake->version = 0x0302;
	shake->alert_fatal = true;
	fires("TLS-001", SEVERITY_HIGH);
}

static void a_handshake_cut_short_still_shows_what_was_chosen(void **state)
{
	(void)state;
	shake->suite_grade = SUITE_BROKEN;
	shake->suite_name = "TLS_RSA_WITH_NULL_SHA";
	shake->client_done = shake->server_done = false;
	fires("TLS-002", SEVERITY_CRITICAL);
	assert_int_equal(judged()->conditions[CONDITION_SIGNALING].shown, SHOWN_FAIL);
	is_silent("TLS-003");
	is_silent("TLS-004");
}

static void only_a_client_hello_says_nothing_of_a_choice(void **state)
{
	(void)state;
	*shake = (struct handshake_seen){ .client_hello = true, .weak_offered = true };
	is_silent("TLS-001");
	is_silent("TLS-006");
	is_silent("TLS-008");
	assert_false(scene_has(&s->rows[0], FACT_tls_session));
}

static void suites_without_aead_are_legacy(void **state)
{
	static const enum suite_grade grades[] = { SUITE_CBC, SUITE_CBC_SHA1, SUITE_3DES };

	for (size_t i = 0; i < 3; i++) {
		shake->suite_grade = (uint8_t)grades[i];
		fires("TLS-003", SEVERITY_MEDIUM);
		is_silent("TLS-002");
		stop(state);
		start(state);
	}
}

static void an_unknown_suite_is_not_judged(void **state)
{
	(void)state;
	shake->suite_grade = SUITE_UNSEEN;
	shake->suite_name = NULL;
	shake->forward_secret = false;
	is_silent("TLS-002");
	is_silent("TLS-003");
	is_silent("TLS-004");
	assert_int_equal(call_fact(&s->rows[0], FACT_tls_session, NULL)->value, 0);
}

static void a_key_exchange_without_shares_has_no_forward_secrecy(void **state)
{
	(void)state;
	shake->version = 0x0304; /* psk_ke */
	shake->psk = shake->psk_only = shake->resumed = true;
	shake->forward_secret = false;
	fires("TLS-004", SEVERITY_MEDIUM);
	is_silent("TLS-001");
}

/* ---- groups ------------------------------------------------------------------------------ */

static void small_groups_are_weak(void **state)
{
	static const struct {
		uint16_t field, curve, rsa;
		bool forward, weak;
	} rows[] = { { 1024, 0, 0, true, true },  { 2048, 0, 0, true, false },
		     { 0, 192, 0, true, true },	  { 0, 224, 0, true, false },
		     { 0, 255, 0, true, false },  { 0, 0, 0, true, false },
		     { 0, 0, 1024, false, true }, { 0, 0, 2048, false, false },
		     { 0, 0, 1024, true, false } /* the key only signs: CERT-005 */ };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		shake->kex_bits = rows[i].field;
		shake->group_bits = rows[i].curve;
		shake->forward_secret = rows[i].forward;
		shake->certs[1] = certificate();
		shake->certs[1].key_bits = rows[i].rsa ? rows[i].rsa : 2048;
		assert_int_equal(callmake_violated(judged(), "TLS-005") != NULL, rows[i].weak);
		assert_int_equal(callmake_violated(judged(), "CERT-005") != NULL,
				 rows[i].rsa == 1024);
		stop(state);
		start(state);
	}
}

static void two_connections_tell_of_two_groups(void **state)
{
	(void)state;
	shake->kex_bits = 1024;
	scene_connection(s, "10.0.0.1:33000", "10.0.0.9:5061", 0, &seen);
	shake->kex_bits = 512;
	scene_connection(s, "10.0.0.1:33000", "10.0.0.9:5061", 2, &seen);
	scene_connection(s, "10.0.0.1:33000", "10.0.0.9:5061", 4, &seen);
	scene_end(s, 10);
	assert_int_equal(scene_count(&s->rows[0], FACT_tls_weak_group), 2);
}

/* ---- offers and extensions ------------------------------------------------------------------ */

static void a_weak_offer_counts_where_better_was_chosen(void **state)
{
	(void)state;
	shake->weak_offered = true;
	fires("TLS-006", SEVERITY_LOW);
	stop(state);
	start(state);
	shake->weak_offered = true;
	shake->suite_grade = SUITE_BROKEN;
	is_silent("TLS-006");
	fires("TLS-002", SEVERITY_CRITICAL);
}

static void what_1_3_does_not_have_is_not_missed(void **state)
{
	(void)state;
	shake->extended_master_secret = shake->renegotiation_info = false;
	fires("TLS-008", SEVERITY_LOW);
	assert_int_equal(scene_count(&s->rows[0], FACT_tls_exception), 2);
	stop(state);
	start(state);
	shake->version = 0x0304;
	shake->extended_master_secret = shake->renegotiation_info = false;
	is_silent("TLS-008");
}

static void what_is_hidden_is_said_to_be(void **state)
{
	(void)state;
	shake->version = 0x0304;
	shake->hidden = true;
	assert_non_null(
		strstr(callmake_finding(judged(), "OBS-007", OUTCOME_NOTED)->detail, "TLS 1.3"));
	stop(state);
	start(state);
	shake->resumed = true;
	assert_non_null(
		strstr(callmake_finding(judged(), "OBS-007", OUTCOME_NOTED)->detail, "resumed"));
}

/* ---- certificates --------------------------------------------------------------------------- */

static void dates_are_those_of_the_capture(void **state)
{
	static const struct {
		int64_t from, to;
		const char *rule, *text;
	} rows[] = { { NOW - 2 * DAY, NOW - DAY, "CERT-001", "expired" },
		     { NOW + DAY, NOW + 300 * DAY, "CERT-001", "not valid yet" },
		     { NOW - DAY, NOW + 29 * DAY, "CERT-006", "expires" } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		shake->certs[1] = certificate();
		shake->certs[1].not_before_s = rows[i].from;
		shake->certs[1].not_after_s = rows[i].to;
		const struct finding *f = callmake_violated(judged(), rows[i].rule);
		assert_non_null(f);
		assert_non_null(strstr(f->detail, rows[i].text));
		assert_non_null(strstr(f->detail, "server"));
		stop(state);
		start(state);
	}
}

static void a_clock_that_was_never_set_judges_no_date(void **state)
{
	(void)state;
	shake->certs[1] = certificate();
	shake->certs[1].at.ts_ns = 86400 * UINT64_C(1000000000);
	is_silent("CERT-001");
	is_silent("CERT-006");
	assert_non_null(callmake_finding(judged(), "OBS-005", OUTCOME_NOTED));
}

static void both_sides_are_told_apart(void **state)
{
	(void)state;
	shake->certs[0] = shake->certs[1] = certificate();
	shake->certs[0].not_after_s = shake->certs[1].not_after_s = NOW - DAY;
	shake->certs[0].key_bits = shake->certs[1].key_bits = 1024;
	fires("CERT-001", SEVERITY_HIGH);
	assert_int_equal(scene_count(&s->rows[0], FACT_cert_dates), 2);
	assert_int_equal(scene_count(&s->rows[0], FACT_cert_weak), 2);
}

static void trust_needs_a_store(void **state)
{
	static const struct {
		enum check trusted;
		bool self;
		bool violated, open;
	} rows[] = { { CHECK_OK, true, false, false },
		     { CHECK_BAD, false, true, false },
		     { CHECK_NONE, true, true, false },
		     { CHECK_NONE, false, false, true } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		shake->certs[1] = certificate();
		shake->certs[1].trusted = rows[i].trusted;
		shake->certs[1].self_signed = rows[i].self;
		const struct judgement *j = judged();
		assert_int_equal(callmake_violated(j, "CERT-002") != NULL, rows[i].violated);
		assert_int_equal(callmake_finding(j, "CERT-002", OUTCOME_NOT_ASSESSABLE) != NULL,
				 rows[i].open);
		stop(state);
		start(state);
	}
}

static void the_usage_must_fit_the_part_played(void **state)
{
	static const struct {
		bool eku, server, client, sip;
		bool server_bad, client_bad;
	} rows[] = { { false, false, false, false, false, false },
		     { true, true, true, false, false, false },
		     { true, true, false, false, false, true },
		     { true, false, true, false, true, false },
		     { true, false, false, true, false, false } };

	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		struct cert_seen c = certificate();
		c.eku = rows[i].eku;
		c.eku_server = rows[i].server;
		c.eku_client = rows[i].client;
		c.eku_sip = rows[i].sip;
		shake->certs[0] = shake->certs[1] = c;
		const struct finding *f = callmake_violated(judged(), "CERT-006");
		assert_int_equal(f != NULL, rows[i].server_bad);
		assert_true(!f || f->severity == SEVERITY_INFO);
		assert_int_equal(callmake_violated(judged(), "CERT-008") != NULL,
				 rows[i].client_bad);
		stop(state);
		start(state);
	}
}

static void a_certificate_of_another_host_makes_the_hop_suspect(void **state)
{
	(void)state;
	seen.sni = SLICE("sip.example.com");
	shake->certs[1] = certificate();
	shake->certs[1].has_san = true;
	shake->certs[1].names[0] = SLICE("other.example");
	shake->certs[1].name_count = 1;
	fires("CERT-003", SEVERITY_HIGH);
	assert_int_equal(judged()->conditions[CONDITION_SIGNALING].shown, SHOWN_SUSPECT);
}

static void a_client_that_refused_it_was_not_deceived(void **state)
{
	(void)state;
	seen.sni = SLICE("sip.example.com");
	shake->certs[1] = certificate();
	shake->certs[1].cn = SLICE("other.example");
	shake->alert_fatal = true;
	shake->client_done = shake->server_done = false;
	is_silent("CERT-003");
}

static void without_a_name_asked_for_nothing_is_compared(void **state)
{
	(void)state;
	shake->certs[1] = certificate();
	shake->certs[1].cn = SLICE("other.example");
	is_silent("CERT-003");
	is_silent("CERT-004");
	assert_int_equal(judged()->conditions[CONDITION_SIGNALING].shown, SHOWN_NOT_OBSERVABLE);
}

static uint64_t named(const char *host, const char *name)
{
	void *none = NULL;

	seen.sni = slice_of(host);
	shake->certs[1] = certificate();
	shake->certs[1].has_san = true;
	shake->certs[1].names[0] = slice_of(name);
	shake->certs[1].name_count = 1;
	(void)judged();
	const struct fact *f = call_fact(&s->rows[0], FACT_cert_named, NULL);
	uint64_t value = f ? f->value : UINT64_MAX;
	stop(&none);
	start(&none);
	return value;
}

static void how_a_certificate_names_its_host_is_noted(void **state)
{
	(void)state;
	assert_int_equal(named("sip.example.com", "sip.example.com"), 2);
	assert_int_equal(named("sip.example.com", "*.example.com"), 1);
	assert_int_equal(named("", "sip.example.com"), 0); /* nothing was asked for */
	assert_int_equal(named("sip.example.com", "other.example"), UINT64_MAX);
}

static void a_certificate_of_a_client_fits_only_where_it_was_read(void **state)
{
	(void)state;
	shake->certs[0] = certificate();
	(void)judged();
	assert_int_equal(call_fact(&s->rows[0], FACT_cert_client_fits, NULL)->value, 1);
	stop(state);
	start(state);
	shake->certs[0].sent = true;
	(void)judged();
	assert_int_equal(call_fact(&s->rows[0], FACT_cert_client_fits, NULL)->value, 0);
	stop(state);
	start(state);
	shake->certs[0].none = true;
	(void)judged();
	assert_null(call_fact(&s->rows[0], FACT_cert_client_fits, NULL));
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_current_handshake_sets_nothing_off),
		STAGED(an_old_version_chosen_is_told),
		STAGED(a_choice_that_was_refused_was_not_made),
		STAGED(an_alert_at_the_end_undoes_no_choice),
		STAGED(a_handshake_cut_short_still_shows_what_was_chosen),
		STAGED(only_a_client_hello_says_nothing_of_a_choice),
		STAGED(suites_without_aead_are_legacy),
		STAGED(an_unknown_suite_is_not_judged),
		STAGED(a_key_exchange_without_shares_has_no_forward_secrecy),
		STAGED(small_groups_are_weak),
		STAGED(two_connections_tell_of_two_groups),
		STAGED(a_weak_offer_counts_where_better_was_chosen),
		STAGED(what_1_3_does_not_have_is_not_missed),
		STAGED(what_is_hidden_is_said_to_be),
		STAGED(dates_are_those_of_the_capture),
		STAGED(a_clock_that_was_never_set_judges_no_date),
		STAGED(both_sides_are_told_apart),
		STAGED(trust_needs_a_store),
		STAGED(how_a_certificate_names_its_host_is_noted),
		STAGED(a_certificate_of_a_client_fits_only_where_it_was_read),
		STAGED(the_usage_must_fit_the_part_played),
		STAGED(a_certificate_of_another_host_makes_the_hop_suspect),
		STAGED(a_client_that_refused_it_was_not_deceived),
		STAGED(without_a_name_asked_for_nothing_is_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
