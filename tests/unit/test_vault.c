/* test_vault.c - keys kept by call and line, found by where they are used. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "analyzer/base/when.h"
#include "analyzer/observe/vault.h"

enum { ROOM = 32 };
#define NOW (1000 * WHEN_SECOND)

static struct vault *v;
static struct vault_found found[ROOM];

static int start(void **state)
{
	(void)state;
	v = vault_new();
	return 0;
}

static int stop(void **state)
{
	(void)state;
	vault_free(v);
	return 0;
}

static struct endpoint at(unsigned host, unsigned port)
{
	const uint8_t v4[4] = { 10, 0, (uint8_t)(host >> 8), (uint8_t)host };

	return (struct endpoint){ addr_v4(v4), (uint16_t)port };
}

static struct vault_key key(uint64_t name, uint8_t side)
{
	struct vault_key k = {
		.name = name, .suite = SDP_AES_CM_128_HMAC_SHA1_80, .n = 30, .side = side
	};

	memset(k.octets, (int)name, 30);
	return k;
}

static void add(struct vault_ring *r, uint64_t name, uint8_t side)
{
	struct vault_key k = key(name, side);

	vault_add(v, r, &k);
}

/* A call as its offer and answer describe it: each side with one key and one address. */
static struct vault_ring *call(uint64_t id, uint64_t first_key, unsigned host)
{
	struct vault_ring *r = vault_ring(v, id, 0, NOW);

	add(r, first_key, vault_side(r, 100));
	vault_place(v, r, at(host, 4000), vault_side(r, 100));
	add(r, first_key + 1, vault_side(r, 200));
	vault_place(v, r, at(host + 1, 5000), vault_side(r, 200));
	return r;
}

static size_t find(struct endpoint src, struct endpoint dst)
{
	return vault_find(v, src, dst, NOW, found, ROOM);
}

static void gives_the_senders_key_first(void **state)
{
	(void)state;
	call(1, 10, 1);
	assert_int_equal(find(at(1, 4000), at(2, 5000)), 2);
	assert_int_equal(found[0].key->name, 10);
	assert_true(found[0].sender);
	assert_int_equal(found[1].key->name, 11);
	assert_false(found[1].sender);
	assert_int_equal(find(at(2, 5000), at(1, 4000)), 2);
	assert_int_equal(found[0].key->name, 11);
	assert_true(found[0].sender);
	assert_false(found[1].sender);
}

static void knows_a_path_by_either_end(void **state)
{
	(void)state;
	call(1, 10, 1);
	assert_int_equal(find(at(1, 4000), at(9, 9)), 2);
	assert_int_equal(found[0].key->name, 10);
	assert_int_equal(find(at(9, 9), at(1, 4000)), 2);
	assert_int_equal(found[0].key->name, 11);
	assert_true(found[0].sender);
	assert_int_equal(find(at(1, 4001), at(2, 5001)), 0);
}

static void keeps_a_key_once_however_often_it_comes(void **state)
{
	(void)state;
	struct vault_ring *r = call(1, 10, 1);
	uint32_t round = vault_round(v, at(1, 4000), at(2, 5000));

	add(r, 10, 0);
	vault_place(v, r, at(1, 4000), 0);
	assert_int_equal(vault_round(v, at(1, 4000), at(2, 5000)), round);
	assert_int_equal(vault_added(v), 2);
	assert_ptr_equal(vault_ring(v, 1, 0, NOW), r);
	assert_ptr_not_equal(vault_ring(v, 1, 1, NOW), r);
}

static void calls_a_key_of_both_sides_the_senders(void **state)
{
	(void)state;
	struct vault_ring *r = call(1, 10, 1);

	add(r, 10, 1);
	assert_int_equal(find(at(2, 5000), at(1, 4000)), 2);
	assert_true(found[0].sender && found[1].sender);
}

static void prefers_the_newest_keys_and_calls(void **state)
{
	(void)state;
	struct vault_ring *r = call(1, 10, 1);

	add(r, 20, 0);
	call(2, 30, 1);
	assert_int_equal(find(at(1, 4000), at(2, 5000)), 5);
	assert_int_equal(found[0].key->name, 30);
	assert_int_equal(found[1].key->name, 20);
	assert_int_equal(found[2].key->name, 10);
	assert_true(found[2].sender && !found[3].sender);
}

static void lets_the_oldest_key_of_a_ring_go(void **state)
{
	(void)state;
	struct vault_ring *r = call(1, 10, 1);

	for (unsigned i = 0; i < VAULT_KEYS; i++)
		add(r, 100 + i, 0);
	assert_int_equal(vault_evicted(v), 2);
	assert_int_equal(find(at(1, 4000), at(2, 5000)), VAULT_KEYS);
	assert_int_equal(found[0].key->name, 100 + VAULT_KEYS - 1);
	assert_int_equal(found[VAULT_KEYS - 1].key->name, 100);
}

static void lets_the_longest_unused_ring_go(void **state)
{
	(void)state;
	for (unsigned i = 0; i < VAULT_RINGS; i++)
		call(i, 10 + 2 * i, 2 * i);
	assert_int_equal(vault_evicted(v), 0);
	assert_int_equal(find(at(0, 4000), at(1, 5000)), 2); /* used: the second goes */
	call(VAULT_RINGS, 1, 50000);
	assert_int_equal(vault_evicted(v), 1);
	assert_int_equal(find(at(0, 4000), at(1, 5000)), 2);
	assert_int_equal(find(at(2, 4000), at(3, 5000)), 0);
}

static void bounds_the_places_of_a_ring(void **state)
{
	(void)state;
	struct vault_ring *r = vault_ring(v, 1, 0, NOW);

	add(r, 10, 0);
	for (unsigned i = 0; i <= VAULT_PLACES; i++)
		vault_place(v, r, at(1, 4000 + i), 0);
	assert_int_equal(vault_evicted(v), 1);
	assert_int_equal(find(at(1, 4000 + VAULT_PLACES - 1), at(9, 9)), 1);
	assert_int_equal(find(at(1, 4000 + VAULT_PLACES), at(9, 9)), 0);
}

static void bounds_the_rings_of_a_place(void **state)
{
	(void)state;
	for (unsigned i = 0; i <= VAULT_SHARED; i++) {
		struct vault_ring *r = vault_ring(v, i, 0, NOW);
		add(r, 10 + i, 0);
		vault_place(v, r, at(1, 4000), 0);
		vault_place(v, r, at(2, 4000 + i), 0);
	}
	assert_int_equal(vault_evicted(v), 1);
	struct vault_found all[VAULT_SHARED + 1];
	assert_int_equal(vault_find(v, at(1, 4000), at(9, 9), NOW, all, VAULT_SHARED + 1),
			 VAULT_SHARED);
	assert_int_equal(all[0].key->name, 10 + VAULT_SHARED);
	/* The first left that place alone. */
	assert_int_equal(find(at(2, 4000), at(9, 9)), 1);
	assert_int_equal(found[0].key->name, 10);
}

static void ignores_what_is_no_endpoint(void **state)
{
	(void)state;
	struct vault_ring *r = vault_ring(v, 1, 0, NOW);

	add(r, 10, 0);
	vault_place(v, r, at(1, 0), 0);
	vault_place(v, r, (struct endpoint){ .port = 7 }, 0);
	assert_int_equal(find(at(1, 0), (struct endpoint){ .port = 7 }), 0);
}

/* Whoever waits for keys of a path is told, and nobody else. */
static void tells_whom_a_change_concerns(void **state)
{
	(void)state;
	assert_true(vault_bare(v));
	struct vault_ring *r = call(1, 10, 1);
	assert_false(vault_bare(v));
	uint32_t here = vault_round(v, at(1, 4000), at(9, 9)),
		 there = vault_round(v, at(3, 4000), at(9, 9));
	add(r, 12, 0);
	assert_int_not_equal(vault_round(v, at(1, 4000), at(9, 9)), here);
	assert_int_equal(vault_round(v, at(3, 4000), at(9, 9)), there);
	vault_place(v, r, at(3, 4000), 1);
	assert_int_not_equal(vault_round(v, at(3, 4000), at(9, 9)), there);
}

static void gives_no_more_than_there_is_room_for(void **state)
{
	(void)state;
	call(1, 10, 1);
	assert_int_equal(vault_find(v, at(1, 4000), at(2, 5000), NOW, found, 1), 1);
	assert_int_equal(found[0].key->name, 10);
}

static void forgets_what_nobody_used_for_ten_minutes(void **state)
{
	(void)state;
	call(1, 10, 1);
	call(2, 20, 3);
	vault_find(v, at(1, 4000), at(9, 9), NOW + 500 * WHEN_SECOND, found, ROOM);
	uint32_t kept = vault_round(v, at(1, 4000), at(2, 5000));
	uint32_t round = vault_round(v, at(3, 4000), at(9, 9));
	vault_expire(v, NOW + 601 * WHEN_SECOND);
	assert_int_not_equal(vault_round(v, at(3, 4000), at(9, 9)), round);
	assert_int_equal(vault_round(v, at(1, 4000), at(2, 5000)), kept);
	assert_int_equal(find(at(3, 4000), at(4, 5000)), 0);
	assert_int_equal(find(at(1, 4000), at(2, 5000)), 2);
	vault_expire(v, NOW + 5000 * WHEN_SECOND);
	assert_int_equal(find(at(1, 4000), at(2, 5000)), 0);
	assert_int_equal(vault_evicted(v), 0);
}

static void knows_when_the_call_of_a_key_began_if_that_was_seen(void **state)
{
	(void)state;
	struct vault_ring *seen = vault_ring(v, 1, 0, NOW), *again = vault_ring(v, 2, 0, NOW),
			  *never = vault_ring(v, 3, 0, NOW);

	vault_place(v, seen, at(1, 4000), 0);
	vault_begin(seen, NOW);
	add(seen, 10, 0);
	vault_begin(seen, NOW + WHEN_SECOND); /* sent again, or a later offer */
	assert_int_equal(find(at(1, 4000), at(9, 9)), 1);
	assert_true(found[0].begun_ns == NOW);

	/* The same key in a call that began earlier, and in one that nobody saw begin. */
	vault_place(v, again, at(1, 4000), 0);
	vault_begin(again, NOW - WHEN_SECOND);
	add(again, 10, 0);
	assert_int_equal(find(at(1, 4000), at(9, 9)), 1);
	assert_true(found[0].begun_ns == NOW - WHEN_SECOND);
	vault_place(v, never, at(1, 4000), 0);
	add(never, 10, 0);
	vault_begin(never, NOW); /* too late: it had a key by then */
	assert_int_equal(find(at(1, 4000), at(9, 9)), 1);
	assert_true(found[0].begun_ns == 0);
}

int main(void)
{
#define T(f) cmocka_unit_test_setup_teardown(f, start, stop)
	const struct CMUnitTest tests[] = {
		T(gives_the_senders_key_first),
		T(knows_a_path_by_either_end),
		T(keeps_a_key_once_however_often_it_comes),
		T(calls_a_key_of_both_sides_the_senders),
		T(prefers_the_newest_keys_and_calls),
		T(lets_the_oldest_key_of_a_ring_go),
		T(lets_the_longest_unused_ring_go),
		T(bounds_the_places_of_a_ring),
		T(bounds_the_rings_of_a_place),
		T(ignores_what_is_no_endpoint),
		T(tells_whom_a_change_concerns),
		T(gives_no_more_than_there_is_room_for),
		T(forgets_what_nobody_used_for_ten_minutes),
		T(knows_when_the_call_of_a_key_began_if_that_was_seen),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
