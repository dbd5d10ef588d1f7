/* test_hop.c - messages as they are seen on one hop, and the rules they set off. */
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
static struct scene_sip say; /* what the next message is like */

static int start(void **state)
{
	(void)state;
	s = scene_new();
	say = (struct scene_sip){ .src = A, .dst = B, .method = "INVITE" };
	return 0;
}

static int stop(void **state)
{
	(void)state;
	callmake_end();
	scene_free(s);
	return 0;
}

static const struct judgement *judged(void)
{
	if (!s->row_count)
		scene_end(s, 100);
	assert_int_equal(s->row_count, 1);
	return callmake_judge_call(&s->rows[0]);
}

/* One request; what the rule makes of it, -1: nothing. The stage is empty again afterwards. */
static int severity_of(const char *rule)
{
	void *state = NULL;

	scene_say(s, say);
	const struct finding *f = callmake_violated(judged(), rule);
	int got = f ? (int)f->severity : -1;
	assert_true(!f || f->at[0].frame >= 1);
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

/* ---- sips: (SIG-003) ----------------------------------------------------------------------- */

static void to_sips(struct sip_seen *m)
{
	m->to.sips = true;
}

static void ask_sips(struct sip_seen *m)
{
	m->ruri_sips = true;
}

static void contact_sips(struct sip_seen *m)
{
	m->contact = (struct party_seen){ .present = true, .sips = true };
}

static void from_sips(struct sip_seen *m)
{
	m->from.sips = true;
}

static void a_promise_is_what_others_rely_on(void **state)
{
	(void)state;
	assert_int_equal(with("SIG-003", "INVITE", ask_sips), SEVERITY_HIGH);
	assert_int_equal(with("SIG-003", "INVITE", to_sips), SEVERITY_HIGH);
	assert_int_equal(with("SIG-003", "INVITE", contact_sips), SEVERITY_HIGH);
	assert_int_equal(with("SIG-003", "INVITE", from_sips), -1);
	assert_int_equal(with("SIG-003", "INVITE", NULL), -1);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	assert_int_equal(with("SIG-003", "INVITE", ask_sips), -1);
}

static void a_contact_that_leads_elsewhere_promises_nothing_here(void **state)
{
	(void)state;
	say.status = 302;
	assert_int_equal(with("SIG-003", "INVITE", contact_sips), -1);
	say.status = 200; /* other phones of the same user */
	assert_int_equal(with("SIG-003", "REGISTER", contact_sips), -1);
	say.status = 200;
	assert_int_equal(with("SIG-003", "INVITE", contact_sips), SEVERITY_HIGH);
}

/* ---- registrations (SIG-007, AUTH-004) ---------------------------------------------------------
 */

static void binding(struct sip_seen *m)
{
	m->contact = (struct party_seen){ .present = true, .user = SLICE("alice") };
}

static void no_binding(struct sip_seen *m)
{
	m->contact.present = false;
}

static void goodbye(struct sip_seen *m)
{
	binding(m);
	m->expires = 0;
}

static void a_keepalive_without_bindings_shows_none(void **state)
{
	(void)state;
	assert_int_equal(with("SIG-007", "REGISTER", binding), SEVERITY_HIGH);
	assert_int_equal(with("SIG-007", "REGISTER", no_binding), -1);
	assert_int_equal(with("SIG-001", "REGISTER", no_binding), SEVERITY_LOW);
}

/* A REGISTER and its 200; `say` tells the rest. */
static int let_in(void (*also)(struct sip_seen *))
{
	const char *dst = say.dst;

	say.method = "REGISTER";
	say.also = also;
	scene_say(s, say);
	say.at = 1;
	say.dst = say.src;
	say.src = dst;
	say.status = 200;
	return severity_of("AUTH-004");
}

static void credentials(struct sip_seen *m)
{
	static const struct auth_seen digest = { .scheme = AUTH_DIGEST, .has_response = true };

	binding(m);
	m->auths = &digest;
	m->auth_count = m->request;
}

static void who_is_let_in_without_a_question_is_told(void **state)
{
	(void)state;
	say.at = 0;
	scene_say(s,
		  (struct scene_sip){ .src = A, .dst = B, .method = "REGISTER", .also = binding });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = B,
					 .dst = A,
					 .method = "REGISTER",
					 .status = 200,
					 .also = binding });
	const struct finding *f = callmake_violated(judged(), "AUTH-004");
	assert_int_equal(f->severity, SEVERITY_MEDIUM);
	assert_int_equal(f->at[0].frame, 2);
}

static void who_was_known_or_may_be_is_not(void **state)
{
	(void)state;
	assert_int_equal(let_in(credentials), -1); /* without being asked: a cached nonce */
	assert_int_equal(let_in(no_binding), -1);
	assert_int_equal(let_in(goodbye), -1);
	say.carrier = SIP_TRANSPORT_WS; /* a cookie of the upgrade */
	say.handshake = true;
	assert_int_equal(let_in(binding), -1);
	say.carrier = SIP_TRANSPORT_TCP;
	say.handshake = true;
	assert_int_equal(let_in(binding), SEVERITY_MEDIUM);
	say.carrier = SIP_TRANSPORT_TCP; /* the connection is older than the capture */
	assert_int_equal(let_in(binding), -1);
	say.vias[0] = "10.0.0.1"; /* a proxy let it in */
	say.vias[1] = "10.0.0.7";
	assert_int_equal(let_in(binding), -1);
	say.via = SIP_TRANSPORT_TLS; /* decrypted before it was written: its TLS was not seen */
	assert_int_equal(let_in(binding), -1);
}

static void a_challenge_on_the_hop_is_a_question(void **state)
{
	static const struct auth_seen ask = { .scheme = AUTH_DIGEST, .challenge = true };

	(void)state;
	scene_say(s,
		  (struct scene_sip){ .src = A, .dst = B, .method = "REGISTER", .also = binding });
	scene_say(s, (struct scene_sip){ .at = 0.1,
					 .src = B,
					 .dst = A,
					 .method = "REGISTER",
					 .status = 401,
					 .auths = &ask,
					 .auth_count = 1 });
	say.at = 1;
	assert_int_equal(let_in(binding), -1);
}

/* ---- passwords and digests (AUTH-001, AUTH-002)
 * --------------------------------------------------- */

static int digest(struct auth_seen a)
{
	static struct auth_seen kept;

	kept = a;
	say.auths = &kept;
	say.auth_count = 1;
	return severity_of("AUTH-002");
}

static void md5_is_judged_by_its_response(void **state)
{
	(void)state;
	struct auth_seen response = { .scheme = AUTH_DIGEST, .md5 = true, .has_response = true };
	struct auth_seen challenge = { .scheme = AUTH_DIGEST, .md5 = true, .challenge = true };
	struct auth_seen aka = { .scheme = AUTH_DIGEST, .aka = true, .has_response = true };

	assert_int_equal(digest(response), SEVERITY_MEDIUM); /* it repeats realm and nonce */
	assert_int_equal(digest(challenge), -1);
	assert_int_equal(digest(aka), -1);
	assert_int_equal(digest((struct auth_seen){ .scheme = AUTH_DIGEST, .has_response = true }),
			 -1);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	assert_int_equal(digest(response), SEVERITY_LOW);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true; /* offered beside SHA-256 (RFC 8760) */
	assert_int_equal(digest(challenge), -1);
}

static void ruri_password(struct sip_seen *m)
{
	m->ruri_password = true;
}

static void contact_password(struct sip_seen *m)
{
	m->contact.has_password = true;
}

static void a_password_in_any_uri_is_a_credential(void **state)
{
	(void)state;
	assert_int_equal(with("AUTH-001", "INVITE", ruri_password), SEVERITY_CRITICAL);
	assert_int_equal(with("AUTH-001", "INVITE", contact_password), SEVERITY_CRITICAL);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	assert_int_equal(with("AUTH-001", "INVITE", ruri_password), SEVERITY_MEDIUM);
	assert_int_equal(with("AUTH-001", "INVITE", NULL), -1);
}

static void a_challenge_for_basic_shows_no_credential(void **state)
{
	(void)state;
	static const struct auth_seen ask = { .scheme = AUTH_BASIC, .challenge = true };
	static const struct auth_seen given = { .scheme = AUTH_BASIC };

	say.auths = &ask;
	say.auth_count = 1;
	assert_int_equal(severity_of("AUTH-001"), -1);
	say.auths = &given;
	say.auth_count = 1;
	assert_int_equal(severity_of("AUTH-001"), SEVERITY_CRITICAL);
}

/* ---- signed identities (AUTH-005)
 * ------------------------------------------------------------------ */

static struct passport_seen token;

static void carry_token(struct sip_seen *m)
{
	m->passport = token;
}

static int judged_token(struct passport_seen t)
{
	token = t;
	token.present = true;
	return with("AUTH-005", "INVITE", carry_token);
}

static void a_token_is_wrong_by_what_it_covers(void **state)
{
	(void)state;
	assert_int_equal(judged_token((struct passport_seen){ .has_mky = true, .mky = CHECK_BAD }),
			 SEVERITY_HIGH);
	assert_int_equal(judged_token((struct passport_seen){ .broken = true }), SEVERITY_LOW);
	assert_int_equal(judged_token((struct passport_seen){ .stale = true }), SEVERITY_LOW);
	assert_int_equal(judged_token((struct passport_seen){ .signature = CHECK_BAD }),
			 SEVERITY_LOW);
	assert_int_equal(judged_token((struct passport_seen){ .has_mky = true, .mky = CHECK_OK }),
			 -1);
	assert_int_equal(judged_token((struct passport_seen){ .attest = 'A' }), -1);
	assert_int_equal(with("AUTH-005", "INVITE", NULL), -1);
}

/* ---- IPsec and S/MIME (SIG-010, SIG-011), ports (SIG-006) --------------------------------------
 */

static void settle_null(struct sip_seen *m)
{
	m->ipsec_null = IPSEC_NULL_SETTLED;
}

static void offer_null(struct sip_seen *m)
{
	m->ipsec_null = IPSEC_NULL_OFFERED;
}

static void settle_other(struct sip_seen *m)
{
	m->ipsec_null = IPSEC_SETTLED;
}

static void an_offer_counts_until_something_is_settled(void **state)
{
	(void)state;
	assert_int_equal(with("SIG-011", "REGISTER", settle_null), SEVERITY_HIGH);
	assert_int_equal(with("SIG-011", "REGISTER", offer_null), SEVERITY_LOW);
	assert_int_equal(with("SIG-011", "REGISTER", NULL), -1);
	scene_say(s, (struct scene_sip){
			     .src = A, .dst = B, .method = "REGISTER", .also = offer_null });
	say.at = 1;
	say.cseq = 2;
	assert_int_equal(with("SIG-011", "REGISTER", settle_other), -1);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	assert_int_equal(with("SIG-011", "REGISTER", settle_null), -1);
}

static void settle_encrypting(struct sip_seen *m)
{
	m->ipsec_null = IPSEC_ENCRYPTING;
}

static void sha256(struct sip_seen *m)
{
	static const struct auth_seen auth = { .scheme = AUTH_DIGEST, .has_response = true };

	m->auths = &auth;
	m->auth_count = 1;
}

static void asked_with_sha256(struct sip_seen *m)
{
	static const struct auth_seen auth = { .scheme = AUTH_DIGEST, .challenge = true };

	m->auths = &auth;
	m->auth_count = 1;
}

static void signature(struct sip_seen *m)
{
	m->body_signed = true;
}

static bool noted(void (*also)(struct sip_seen *), const char *dst, bool tls, enum fact_kind kind)
{
	void *none = NULL;

	say.also = also;
	say.dst = dst;
	say.carrier = tls ? SIP_TRANSPORT_TLS : SIP_TRANSPORT_UDP;
	say.opened = tls;
	scene_say(s, say);
	(void)judged();
	bool has = call_fact(&s->rows[0], kind, NULL) != NULL;
	stop(&none);
	start(&none);
	return has;
}

/* What a rule may find in order was seen so; what was only asked for, or not readable, was not. */
static void what_passed_in_order_is_noted(void **state)
{
	(void)state;
	assert_true(noted(sha256, B, false, FACT_digest_sound));
	assert_true(noted(sha256, B, true, FACT_digest_sound));
	assert_false(noted(asked_with_sha256, B, false, FACT_digest_sound));
	assert_false(noted(NULL, B, false, FACT_digest_sound));
	assert_true(noted(settle_encrypting, B, false, FACT_ipsec_encrypting));
	assert_false(noted(settle_encrypting, B, true, FACT_ipsec_encrypting));
	assert_false(noted(settle_other, B, false, FACT_ipsec_encrypting));
	assert_false(noted(offer_null, B, false, FACT_ipsec_encrypting));
	assert_true(noted(signature, B, false, FACT_body_signed));
	assert_true(noted(NULL, "198.51.100.7:5060", false, FACT_sip_outside));
	assert_false(noted(NULL, "198.51.100.7:5060", true, FACT_sip_outside));
	assert_false(noted(NULL, B, false, FACT_sip_outside));
}

static void envelope(struct sip_seen *m)
{
	m->enveloped = true;
	m->body_bytes = 200;
}

static void an_envelope_is_noted_on_any_hop(void **state)
{
	for (int tls = 0; tls < 2; tls++) {
		say.also = envelope;
		say.carrier = tls ? SIP_TRANSPORT_TLS : SIP_TRANSPORT_UDP;
		say.opened = tls;
		scene_say(s, say);
		const struct judgement *j = judged();
		assert_non_null(callmake_finding(j, "SIG-010", OUTCOME_SATISFIED));
		assert_int_equal(call_fact(&s->rows[0], FACT_body_enveloped, NULL)->value, 200);
		stop(state);
		start(state);
	}
}

static void a_tls_port_is_judged_by_what_it_carries(void **state)
{
	(void)state;
	say.carrier = SIP_TRANSPORT_TCP;
	say.dst = "10.0.0.2:5061";
	assert_int_equal(severity_of("SIG-006"), SEVERITY_LOW); /* never answered: a probe */
	say.carrier = SIP_TRANSPORT_TCP;
	say.dst = "10.0.0.2:5061";
	assert_int_equal(with("SIG-006", "REGISTER", binding), SEVERITY_HIGH);
	say.carrier = SIP_TRANSPORT_TLS;
	say.opened = true;
	say.dst = "10.0.0.2:5061";
	assert_int_equal(severity_of("SIG-006"), -1);
	say.carrier = SIP_TRANSPORT_TCP; /* the writer decrypted it */
	say.via = SIP_TRANSPORT_TLS;
	say.dst = "10.0.0.2:5061";
	assert_int_equal(severity_of("SIG-006"), -1);
}

#define STAGED(test) cmocka_unit_test_setup_teardown(test, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAGED(a_promise_is_what_others_rely_on),
		STAGED(a_contact_that_leads_elsewhere_promises_nothing_here),
		STAGED(a_keepalive_without_bindings_shows_none),
		STAGED(who_is_let_in_without_a_question_is_told),
		STAGED(who_was_known_or_may_be_is_not),
		STAGED(a_challenge_on_the_hop_is_a_question),
		STAGED(md5_is_judged_by_its_response),
		STAGED(a_password_in_any_uri_is_a_credential),
		STAGED(a_challenge_for_basic_shows_no_credential),
		STAGED(a_token_is_wrong_by_what_it_covers),
		STAGED(an_offer_counts_until_something_is_settled),
		STAGED(what_passed_in_order_is_noted),
		STAGED(an_envelope_is_noted_on_any_hop),
		STAGED(a_tls_port_is_judged_by_what_it_carries),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
