/* test_path.c - who could read, hold or hear, and the hosts of a call in order. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "tests/lib/scene.h"

static const char *const alice = "10.0.0.1:5060", *const bob = "10.0.0.2:5060",
			 *const box = "10.0.0.9:5060";

static struct addr host(const char *text)
{
	struct addr a;

	assert_true(addr_parse(slice_of(text), &a));
	return a;
}

static const struct element *element_at(const struct call *c, const char *text)
{
	struct addr a = host(text);

	for (unsigned i = 0; i < c->element_count; i++)
		if (!c->elements[i].name && addr_eq(&c->elements[i].at.addr, &a))
			return &c->elements[i];
	return NULL;
}

static const struct element *named(const struct call *c, const char *part)
{
	for (unsigned i = 0; i < c->element_count; i++)
		if (c->elements[i].name && strstr(c->elements[i].name, part))
			return &c->elements[i];
	return NULL;
}

/* One message on both hops: from alice, and on to bob. */
static void both_hops(struct scene *s, struct scene_sip m, const struct sdp_seen *near,
		      const struct sdp_seen *far)
{
	bool back = m.status != 0;
	struct scene_sip first = m, second = m;

	first.src = back ? box : alice;
	first.dst = back ? alice : box;
	first.sdp = near;
	second.at += 0.01;
	second.src = back ? bob : box;
	second.dst = back ? box : bob;
	second.sdp = far;
	second.branch = strcmp(m.method, "ACK") ? "z9hG4bK-far" : "z9hG4bK-far-ack";
	second.vias[0] = "10.0.0.9";
	second.vias[1] = "10.0.0.1";
	scene_say(s, first);
	scene_say(s, second);
}

enum medium { DIRECT, ANCHORED };

/* SDES through the box. Anchored: the box announces itself to both, under keys of its own. */
static void sdes_call(struct scene *s, enum medium how, bool clear)
{
	const char *to_bob = how == ANCHORED ? "10.0.0.9:6000" : "10.0.0.1:4000";
	const char *to_alice = how == ANCHORED ? "10.0.0.9:7000" : "10.0.0.2:5000";
	struct sdp_seen *sdp[] = { scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_SAVP),
				   scene_sdp(s, to_bob, PROFILE_RTP_SAVP),
				   scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_SAVP),
				   scene_sdp(s, to_alice, PROFILE_RTP_SAVP) };

	for (unsigned i = 0; i < 4 && !clear; i++)
		scene_crypto(s, scene_line(sdp[i], 0));
	if (how == DIRECT && !clear) {
		*scene_line(sdp[1], 0) = *scene_line(sdp[0], 0);
		*scene_line(sdp[3], 0) = *scene_line(sdp[2], 0);
	}
	both_hops(s, (struct scene_sip){ .at = 0, .method = "INVITE" }, sdp[0], sdp[1]);
	both_hops(s,
		  (struct scene_sip){ .at = 1, .method = "INVITE", .status = 200, .to_tag = "b" },
		  sdp[3], sdp[2]);
	both_hops(s, (struct scene_sip){ .at = 1.1, .method = "ACK", .to_tag = "b" }, NULL, NULL);
}

static void talk(struct scene *s, const char *a, const char *b, uint32_t ssrc)
{
	scene_talk(s, (struct scene_media){ 1.2, 6, a, b, ssrc, 0, false, 0, 0 });
	scene_talk(s, (struct scene_media){ 1.2, 6, b, a, ssrc + 1, 0, false, 0, 0 });
}

static const struct call *after(struct scene *s)
{
	scene_end(s, 400);
	return scene_row(s, CALL_CALL, 0);
}

static void a_box_that_keys_both_sides_apart_holds_keys_and_hears(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	sdes_call(s, ANCHORED, false);
	talk(s, "10.0.0.1:4000", "10.0.0.9:7000", 1);
	talk(s, "10.0.0.9:6000", "10.0.0.2:5000", 11);
	const struct call *c = after(s);
	const struct element *e = element_at(c, "10.0.0.9");
	assert_true(scene_has(c, FACT_keys_rewritten));
	assert_true(e->signaling && e->keys && e->media);
	assert_int_equal(e->grade, 3);
	assert_ptr_equal(e, &c->elements[0]);
	scene_free(s);
}

static void a_proxy_beside_direct_media_holds_the_key_but_gets_no_media(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	sdes_call(s, DIRECT, false);
	talk(s, "10.0.0.1:4000", "10.0.0.2:5000", 1);
	const struct call *c = after(s);
	const struct element *e = element_at(c, "10.0.0.9");
	assert_true(e->signaling && e->keys);
	assert_false(e->media);
	assert_int_equal(e->role, ROLE_PROXY);
	scene_free(s);
}

static void who_reads_the_key_and_gets_the_packets_could_hear_them(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *offer = scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_SAVP);
	struct sdp_seen *answer = scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_SAVP);

	scene_crypto(s, scene_line(offer, 0));
	scene_crypto(s, scene_line(answer, 0));
	scene_call(s, offer, answer);
	scene_voices(s, 1.2, 6, false);
	const struct element *e = named(after(s), "anyone on the link");
	assert_true(e->signaling && e->keys && e->media);
	scene_free(s);
}

static void the_ends_are_no_listeners(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	sdes_call(s, DIRECT, false);
	talk(s, "10.0.0.1:4000", "10.0.0.2:5000", 1);
	const struct call *c = after(s);
	assert_null(element_at(c, "10.0.0.1"));
	assert_null(element_at(c, "10.0.0.2"));
	scene_free(s);
}

/* ---- roles ------------------------------------------------------------------------ */

static struct scene *asserting(struct inventory *v, const char *at, role_set roles)
{
	struct track_options o = track_defaults();
	struct inventory_entry e = { .at = host(at), .prefix = 128, .roles = roles };

	assert_int_equal(inventory_add(v, &e), ERR_OK);
	o.inventory = v;
	return scene_with(o);
}

static const struct call *clear_call(struct scene *s)
{
	sdes_call(s, DIRECT, true);
	return after(s);
}

static void an_asserted_role_stands_over_what_was_inferred(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct scene *s = asserting(v, "10.0.0.9", INVENTORY_ROLE(ROLE_SBC));
	const struct element *e = element_at(clear_call(s), "10.0.0.9");

	assert_int_equal(e->role, ROLE_SBC);
	assert_int_equal(e->role_from, ROLE_ASSERTED);
	scene_free(s);
	inventory_free(v);
}

static void an_end_that_is_a_gateway_too_is_named_by_where_the_call_goes_on(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	role_set both = INVENTORY_ROLE(ROLE_ENDPOINT) | INVENTORY_ROLE(ROLE_GATEWAY);
	struct scene *s = asserting(v, "10.0.0.2", both);
	const struct call *c = clear_call(s);

	assert_int_equal(c->ends[1].role, ROLE_GATEWAY);
	assert_int_equal(c->ends[1].role_from, ROLE_ASSERTED);
	assert_int_equal(c->ends[1].roles, both);
	assert_int_equal(c->ends[0].role_from, ROLE_INFERRED);
	scene_free(s);
	inventory_free(v);
}

static void an_end_that_is_asserted_to_stand_between_is_listed(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct scene *s = asserting(v, "10.0.0.2", INVENTORY_ROLE(ROLE_SBC));
	const struct element *e = element_at(clear_call(s), "10.0.0.2");

	assert_non_null(e);
	assert_true(e->signaling);
	scene_free(s);
	inventory_free(v);
}

static void an_asserted_conference_holds_the_keys_of_its_callers(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct scene *s = asserting(v, "10.0.0.2", INVENTORY_ROLE(ROLE_CONFERENCE));
	const struct element *e = element_at(clear_call(s), "10.0.0.2");

	assert_true(e->keys && e->media);
	assert_int_equal(e->grade, 3);
	scene_free(s);
	inventory_free(v);
}

/* ---- the path ------------------------------------------------------------------------- */

static const struct stretch *stretch_of(const struct call *c, unsigned a, unsigned b)
{
	for (unsigned i = 0; i < c->stretch_count; i++)
		if (c->stretches[i].a == a && c->stretches[i].b == b)
			return &c->stretches[i];
	return NULL;
}

static void expect_hosts(const struct call *c, const char *const *want)
{
	unsigned n = 0;

	for (; want[n]; n++) {
		struct addr a = host(want[n]);
		assert_true(n < c->station_count && addr_eq(&c->stations[n].at, &a));
	}
	assert_int_equal(c->station_count, n);
}

static void hosts_stand_in_order_and_media_may_go_past_them(void **state)
{
	(void)state;
	static const char *const want[] = { "10.0.0.1", "10.0.0.9", "10.0.0.2", NULL };
	struct scene *s = scene_new();

	sdes_call(s, DIRECT, true);
	scene_voices(s, 1.2, 6, true);
	const struct call *c = after(s);
	expect_hosts(c, want);
	assert_int_equal(stretch_of(c, 0, 1)->signaling, CARRIAGE_CLEAR);
	assert_false(stretch_of(c, 0, 1)->media);
	assert_int_equal(stretch_of(c, 0, 2)->protection, PROTECTION_CLEAR);
	assert_int_equal(stretch_of(c, 0, 2)->signaling, CARRIAGE_UNSEEN);
	assert_false(c->stations[1].anchors_media);
	scene_free(s);
}

static void a_box_that_announces_itself_anchors_media(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	sdes_call(s, ANCHORED, false);
	const struct call *c = after(s);
	assert_int_equal(c->station_count, 3);
	assert_true(c->stations[1].anchors_media);
	assert_false(c->stations[0].anchors_media || c->stations[2].anchors_media);
	scene_free(s);
}

static void a_media_relay_stands_behind_who_reaches_it(void **state)
{
	(void)state;
	static const char *const want[] = { "10.0.0.1", "10.0.0.7", "10.0.0.2", NULL };
	struct scene *s = scene_new();

	scene_call(s, scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP),
		   scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP));
	scene_talk(s, (struct scene_media){ 1.2, 6, "10.0.0.1:4000", "10.0.0.7:9000", 1, 0, true, 0,
					    0 });
	scene_talk(s, (struct scene_media){ 1.2, 6, "10.0.0.7:9000", "10.0.0.2:5000", 1, 0, true, 0,
					    0 });
	expect_hosts(after(s), want);
	scene_free(s);
}

static void a_registration_has_no_path(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){
			     .src = alice, .dst = box, .method = "REGISTER", .contact = true });
	scene_end(s, 400);
	assert_int_equal(scene_row(s, CALL_REGISTRATION, 0)->station_count, 0);
	scene_free(s);
}

/* ---- links, recording, transfers ---------------------------------------------------------- */

static void clear_sip_inside_an_asserted_tunnel_is_not_called_readable(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct track_options o = track_defaults();
	struct inventory_link k = { .a = host("10.0.0.1"),
				    .b = host("10.0.0.9"),
				    .a_prefix = 128,
				    .b_prefix = 128,
				    .protection = LINK_IPSEC };

	assert_int_equal(inventory_add_link(v, &k), ERR_OK);
	o.inventory = v;
	struct scene *s = scene_with(o);
	const struct call *c = clear_call(s);
	assert_int_equal(call_fact(c, FACT_sip_tunnelled, NULL)->grade, 2);
	assert_true(c->legs[0].tunnelled && !c->legs[0].readable && c->legs[1].readable);
	assert_int_equal(scene_count(c, FACT_sip_readable), 1);
	assert_int_equal(stretch_of(c, 0, 1)->signaling, CARRIAGE_TUNNEL);
	assert_null(named(c, "10.0.0.1"));
	assert_null(named(c, "whoever wrote"));
	scene_free(s);
	inventory_free(v);
}

static void a_party_that_says_it_is_recorded_is_noted(void **state)
{
	(void)state;
	struct scene *s = scene_new();
	struct sdp_seen *answer = scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_AVP);

	scene_line(answer, 0)->record_on = true;
	scene_call(s, scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_AVP), answer);
	const struct call *c = after(s);
	assert_int_equal(call_fact(c, FACT_record_on, NULL)->value, 0);
	assert_false(c->recorded_by_endpoint);
	scene_free(s);
}

/* Alice goes on with another host, with or without a referral before it. */
static const struct call *transferred(struct scene *s, bool referred, struct sdp_seen *const sdp[4])
{
	struct scene_sip m = {
		.at = 3, .src = alice, .dst = bob, .method = "REFER", .cseq = 2, .to_tag = "b"
	};

	scene_call(s, sdp[0], sdp[1]);
	if (referred)
		scene_say(s, m);
	m = (struct scene_sip){ .at = 4,
				.src = alice,
				.dst = bob,
				.method = "INVITE",
				.cseq = 3,
				.to_tag = "b",
				.sdp = sdp[2] };
	scene_say(s, m);
	m = (struct scene_sip){ .at = 5,
				.src = bob,
				.dst = alice,
				.method = "INVITE",
				.cseq = 3,
				.to_tag = "b",
				.status = 200,
				.sdp = sdp[3] };
	scene_say(s, m);
	return after(s);
}

static bool changed_party(bool referred, bool new_key, enum fact_kind kind)
{
	struct scene *s = scene_new();
	struct sdp_seen *sdp[4] = { scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_SAVP),
				    scene_sdp(s, "10.0.0.2:5000", PROFILE_RTP_SAVP),
				    scene_sdp(s, "10.0.0.1:4000", PROFILE_RTP_SAVP),
				    scene_sdp(s, "10.0.0.3:5000", PROFILE_RTP_SAVP) };

	for (unsigned i = 0; i < 4; i++)
		scene_key(s, scene_line(sdp[i], 0), i == 2 && !new_key ? 100 : 100 + i);
	bool noted = scene_has(transferred(s, referred, sdp), kind);
	scene_free(s);
	return noted;
}

static void a_transfer_under_the_same_key_is_noted(void **state)
{
	(void)state;
	assert_true(changed_party(true, false, FACT_party_changed));
	assert_false(changed_party(false, false, FACT_party_changed));
	assert_false(changed_party(true, true, FACT_party_changed));
	assert_true(changed_party(true, true, FACT_party_rekeyed));
	assert_false(changed_party(true, false, FACT_party_rekeyed));
	assert_false(changed_party(false, true, FACT_party_rekeyed));
}

/* Who comes after a transfer with the certificate of whom he takes over from. */
static bool shown_by_another(const char *print, enum fact_kind kind)
{
	struct scene *s = scene_new();
	static const char *const at[] = { "10.0.0.1:4000", "10.0.0.2:5000", "10.0.0.1:4000",
					  "10.0.0.3:5000" };
	const char *const prints[] = { "AA:AA", "BB:BB", "AA:AA", print };
	struct fingerprint_seen list[4];
	struct sdp_seen *sdp[4];

	for (unsigned i = 0; i < 4; i++) {
		list[i] = (struct fingerprint_seen){ SLICE("sha-256"), slice_of(prints[i]) };
		sdp[i] = scene_sdp(s, at[i], PROFILE_DTLS_SAVP);
		scene_line(sdp[i], 0)->fingerprints = &list[i];
		scene_line(sdp[i], 0)->fingerprint_count = 1;
	}
	bool noted = scene_has(transferred(s, true, sdp), kind);
	scene_free(s);
	return noted;
}

static void a_certificate_that_two_parties_show_is_noted(void **state)
{
	(void)state;
	assert_true(shown_by_another("bb:bb", FACT_party_changed));
	assert_false(shown_by_another("bb:bb", FACT_party_rekeyed));
	assert_true(shown_by_another("CC:CC", FACT_party_rekeyed));
	assert_false(shown_by_another("CC:CC", FACT_party_changed));
}

static void answers_by_itself(struct sip_seen *m)
{
	m->contact.present = m->contact.automaton = true;
}

static void a_machine_that_says_so_is_an_end_of_its_own_kind(void **state)
{
	(void)state;
	struct scene *s = scene_new();

	scene_say(s, (struct scene_sip){ .src = alice, .dst = bob, .method = "INVITE" });
	scene_say(s, (struct scene_sip){ .at = 1,
					 .src = bob,
					 .dst = alice,
					 .method = "INVITE",
					 .status = 200,
					 .to_tag = "b",
					 .also = answers_by_itself });
	const struct call *c = after(s);
	assert_int_equal(c->ends[1].role, ROLE_IVR);
	assert_int_equal(c->ends[1].role_from, ROLE_DECLARED);
	assert_int_not_equal(c->ends[0].role, ROLE_IVR);
	scene_free(s);
}

static void says_when_nobody_asserted_where_the_path_ends(void **state)
{
	(void)state;
	struct inventory *v = inventory_new();
	struct scene *s = scene_new(), *t = asserting(v, "10.0.0.1", INVENTORY_ROLE(ROLE_ENDPOINT));

	assert_true(scene_has(clear_call(s), FACT_roles_unasserted));
	assert_false(scene_has(clear_call(t), FACT_roles_unasserted));
	scene_free(s);
	scene_free(t);
	inventory_free(v);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(clear_sip_inside_an_asserted_tunnel_is_not_called_readable),
		cmocka_unit_test(a_party_that_says_it_is_recorded_is_noted),
		cmocka_unit_test(a_transfer_under_the_same_key_is_noted),
		cmocka_unit_test(a_certificate_that_two_parties_show_is_noted),
		cmocka_unit_test(a_machine_that_says_so_is_an_end_of_its_own_kind),
		cmocka_unit_test(says_when_nobody_asserted_where_the_path_ends),
		cmocka_unit_test(a_box_that_keys_both_sides_apart_holds_keys_and_hears),
		cmocka_unit_test(a_proxy_beside_direct_media_holds_the_key_but_gets_no_media),
		cmocka_unit_test(who_reads_the_key_and_gets_the_packets_could_hear_them),
		cmocka_unit_test(the_ends_are_no_listeners),
		cmocka_unit_test(an_asserted_role_stands_over_what_was_inferred),
		cmocka_unit_test(an_end_that_is_a_gateway_too_is_named_by_where_the_call_goes_on),
		cmocka_unit_test(an_end_that_is_asserted_to_stand_between_is_listed),
		cmocka_unit_test(an_asserted_conference_holds_the_keys_of_its_callers),
		cmocka_unit_test(hosts_stand_in_order_and_media_may_go_past_them),
		cmocka_unit_test(a_box_that_announces_itself_anchors_media),
		cmocka_unit_test(a_media_relay_stands_behind_who_reaches_it),
		cmocka_unit_test(a_registration_has_no_path),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
