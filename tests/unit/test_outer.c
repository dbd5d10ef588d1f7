/* test_outer.c - where signaling ended that nobody could read: at the ends of the media, or not. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/lib/scene.h"

static struct inventory *book;
static struct track_options options;

static int start(void **state)
{
	(void)state;
	book = inventory_new();
	options = track_defaults();
	options.inventory = book;
	return 0;
}

static int stop(void **state)
{
	(void)state;
	inventory_free(book);
	return 0;
}

static void assert_role(const char *text, enum role role)
{
	struct inventory_entry e = { .prefix = INVENTORY_WHOLE, .roles = INVENTORY_ROLE(role) };

	assert_true(addr_parse(slice_of(text), &e.at));
	assert_int_equal(inventory_add(book, &e), ERR_OK);
}

static const char A[] = "10.0.0.1:4000", B[] = "10.0.0.2:5000", A_TLS[] = "10.0.0.1:50001",
		  B_TLS[] = "10.0.0.2:5061", B_OUT[] = "10.0.0.2:50002", P[] = "10.0.0.9:5061";

static void talk(struct scene *s, uint16_t point)
{
	s->point = point;
	s->prints.cipher = 1;
	scene_speech(s, A, B, 2, 12, 10);
	scene_speech(s, A, B, 12, 22, 10);
}

static const struct call *ended(struct scene *s)
{
	scene_end(s, 400);
	const struct call *c = scene_row(s, CALL_OPAQUE, 0);
	assert_non_null(c);
	return c;
}

/* ---- directly ----------------------------------------------------------------------------- */

static const struct call *one_connection(struct scene *s, unsigned points, uint8_t there)
{
	for (uint16_t p = 0; p < points; p++) {
		s->point = p;
		scene_tls_named(s, A_TLS, B_TLS, 0, 25, p ? there : 3);
		talk(s, p);
	}
	return ended(s);
}

static void one_connection_at_both_points_is_direct_but_not_whole(void **state)
{
	(void)state;
	struct scene *s = scene_with(options);
	const struct call *c = one_connection(s, 2, 3);

	assert_int_equal(scene_count(c, FACT_tls_direct), 1);
	assert_false(call_fact(c, FACT_tls_direct, NULL)->spans);
	assert_true(scene_has(c, FACT_key_by_signaling));
	assert_false(call_fact(c, FACT_key_by_signaling, NULL)->spans);
	assert_false(scene_has(c, FACT_tls_elsewhere));
	scene_free(s);
}

static void seen_at_one_point_or_unlike_at_two_it_is_no_claim(void **state)
{
	(void)state;
	struct scene *s = scene_with(options);

	assert_false(scene_has(one_connection(s, 1, 3), FACT_tls_direct));
	scene_free(s);
	s = scene_with(options);
	assert_false(scene_has(one_connection(s, 2, 4), FACT_tls_direct));
	scene_free(s);
}

static void on_both_sides_of_a_router_it_is_direct_and_not_whole(void **state)
{
	(void)state;
	struct scene *s = scene_with(options);

	s->routed = 100;
	const struct call *c = one_connection(s, 1, 3);
	assert_int_equal(scene_count(c, FACT_tls_direct), 1);
	assert_false(call_fact(c, FACT_tls_direct, NULL)->spans);
	assert_true(scene_has(c, FACT_key_by_signaling));
	assert_false(call_fact(c, FACT_key_by_signaling, NULL)->spans);
	scene_free(s);
}

static void a_router_on_the_way_to_somebody_else_makes_nothing_direct(void **state)
{
	(void)state;
	struct scene *s = scene_with(options);

	s->routed = 100;
	scene_tls_named(s, A_TLS, P, 0, 25, 3);
	scene_tls_named(s, B_OUT, P, 0, 25, 4);
	talk(s, 0);
	const struct call *c = ended(s);
	assert_false(scene_has(c, FACT_tls_direct));
	assert_true(scene_has(c, FACT_tls_elsewhere));
	assert_true(scene_has(c, FACT_media_routed));
	scene_free(s);
}

static void between_asserted_ends_it_is_direct_and_whole(void **state)
{
	(void)state;
	assert_role("10.0.0.1", ROLE_ENDPOINT);
	for (int both = 0; both < 2; both++) {
		if (both)
			assert_role("10.0.0.2", ROLE_ENDPOINT);
		struct scene *s = scene_with(options);
		const struct call *c = one_connection(s, 1, 3);
		assert_int_equal(scene_has(c, FACT_tls_direct), both);
		if (both) {
			assert_true(call_fact(c, FACT_tls_direct, NULL)->spans);
			assert_true(call_fact(c, FACT_key_by_signaling, NULL)->spans);
		}
		scene_free(s);
	}
}

static void another_connection_of_an_end_leaves_it_open_which_one_was_signaling(void **state)
{
	(void)state;
	assert_role("10.0.0.1", ROLE_ENDPOINT);
	assert_role("10.0.0.2", ROLE_ENDPOINT);
	struct scene *s = scene_with(options);

	scene_tls_named(s, "10.0.0.1:50009", P, 0, 25, 9);
	const struct call *c = one_connection(s, 1, 3);
	assert_false(scene_has(c, FACT_tls_direct) || scene_has(c, FACT_key_by_signaling));
	scene_free(s);
}

static void keys_agreed_on_the_path_did_not_come_with_signaling(void **state)
{
	(void)state;
	assert_role("10.0.0.1", ROLE_ENDPOINT);
	assert_role("10.0.0.2", ROLE_ENDPOINT);
	struct scene *s = scene_with(options);

	scene_dtls(s, A, B, 1.5, 7);
	const struct call *c = one_connection(s, 1, 3);
	assert_true(scene_has(c, FACT_tls_direct));
	assert_false(scene_has(c, FACT_key_by_signaling));
	scene_free(s);
}

/* ---- elsewhere ------------------------------------------------------------------------------ */

static const struct call *two_connections(struct scene *s, bool both)
{
	scene_tls_named(s, A_TLS, P, 0, 25, 3);
	if (both)
		scene_tls_named(s, B_OUT, P, 0, 25, 4);
	talk(s, 0);
	return ended(s);
}

static void both_ends_connected_to_somebody_else_is_a_suspicion(void **state)
{
	(void)state;
	struct scene *s = scene_with(options);
	const struct call *c = two_connections(s, true);

	assert_true(scene_has(c, FACT_tls_elsewhere));
	assert_int_equal(call_fact(c, FACT_tls_elsewhere, NULL)->value, 0);
	assert_int_equal(call_fact(c, FACT_tls_elsewhere, NULL)->grade, 1);
	assert_false(scene_has(c, FACT_tls_direct));
	scene_free(s);
	s = scene_with(options);
	assert_false(scene_has(two_connections(s, false), FACT_tls_elsewhere));
	scene_free(s);
}

static void who_ends_tls_by_its_role_is_sure_and_who_does_not_is_no_more_than_before(void **state)
{
	static const struct {
		enum role role;
		bool sure;
	} roles[] = { { ROLE_PROXY, true },	 { ROLE_SBC, true },	  { ROLE_B2BUA, true },
		      { ROLE_CONFERENCE, true }, { ROLE_RELAY, false },	  { ROLE_TURN, false },
		      { ROLE_MONITOR, false },	 { ROLE_ENDPOINT, false } };

	(void)state;
	for (unsigned i = 0; i < sizeof roles / sizeof *roles; i++) {
		assert_role("10.0.0.9", roles[i].role);
		for (int both = 0; both < 2; both++) {
			struct scene *s = scene_with(options);
			const struct call *c = two_connections(s, both);
			const struct fact *f = call_fact(c, FACT_tls_elsewhere, NULL);
			assert_int_equal(f != NULL, both || roles[i].sure);
			assert_true(!f || (f->value == roles[i].sure &&
					   f->grade == (roles[i].sure ? 3 : 1)));
			scene_free(s);
		}
		stop(NULL);
		start(NULL);
	}
}

static void a_turn_server_is_no_end_of_the_media(void **state)
{
	(void)state;
	assert_role("10.0.0.1", ROLE_ENDPOINT);
	assert_role("10.0.0.2", ROLE_ENDPOINT);
	struct scene *s = scene_with(options);

	scene_tls_named(s, A_TLS, B_TLS, 0, 25, 3);
	s->turn = true;
	talk(s, 0);
	const struct call *c = ended(s);
	const struct endpoint a = scene_endpoint("10.0.0.1:1"), b = scene_endpoint("10.0.0.2:1");
	assert_true(scene_has(c, FACT_tls_direct));
	assert_true(addr_eq(&c->ends[0].at.addr, &a.addr));
	assert_true(addr_eq(&c->ends[1].at.addr, &b.addr));
	scene_free(s);
}

static void a_relay_between_the_ends_of_the_media_is_no_end(void **state)
{
	(void)state;
	struct scene *s = scene_with(options);

	scene_tls_named(s, A_TLS, P, 0, 25, 3);
	s->prints.cipher = 1;
	scene_speech(s, A, "10.0.0.9:6000", 2, 22, 10);
	s->point = 1;
	scene_tls_named(s, B_OUT, P, 0, 25, 4);
	scene_speech(s, "10.0.0.9:7000", B, 2, 22, 10);
	const struct call *c = ended(s);
	const struct endpoint a = scene_endpoint("10.0.0.1:1"), b = scene_endpoint("10.0.0.2:1");
	assert_int_equal(s->row_count, 1);
	assert_true(addr_eq(&c->ends[0].at.addr, &a.addr));
	assert_true(addr_eq(&c->ends[1].at.addr, &b.addr));
	assert_int_equal(call_fact(c, FACT_tls_elsewhere, NULL)->value, 0);
	scene_free(s);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(one_connection_at_both_points_is_direct_but_not_whole),
		T(on_both_sides_of_a_router_it_is_direct_and_not_whole),
		T(a_router_on_the_way_to_somebody_else_makes_nothing_direct),
		T(seen_at_one_point_or_unlike_at_two_it_is_no_claim),
		T(between_asserted_ends_it_is_direct_and_whole),
		T(another_connection_of_an_end_leaves_it_open_which_one_was_signaling),
		T(keys_agreed_on_the_path_did_not_come_with_signaling),
		T(both_ends_connected_to_somebody_else_is_a_suspicion),
		T(who_ends_tls_by_its_role_is_sure_and_who_does_not_is_no_more_than_before),
		T(a_turn_server_is_no_end_of_the_media),
		T(a_relay_between_the_ends_of_the_media_is_no_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
