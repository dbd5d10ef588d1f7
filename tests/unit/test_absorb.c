/* test_absorb.c - one row takes in another: what was numbered for itself is numbered behind. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

#include "analyzer/track/absorb.h"
#include "tests/lib/callmake.h"

/* A row with one leg and one line, and what is said of them; frames begin at `from`. */
struct row {
	struct live l;
	struct leg legs[2];
	struct leg_live leg;
	struct agreed lines[2];
	struct segment segment;
	struct epoch epochs[3];
	struct note leg_note, note;
	struct sight sight;
	struct sdp_seen sdp;
	struct pact pact;
	int16_t media[1];
};

static struct row outer, inner;

static void row_make(struct row *r, uint64_t from, size_t budget)
{
	memset(r, 0, sizeof *r);
	r->l.arena = arena_new(budget);
	r->legs[0] = (struct leg){ .a = callmake_at("10.0.0.1", 5060),
				   .b = callmake_at("10.0.0.9", 5060),
				   .readable = true,
				   .first = { from, from, 0 } };
	r->leg = (struct leg_live){ .leg = r->legs[0], .notes = &r->leg_note };
	r->leg_note.fact = (struct fact){ .kind = FACT_sip_readable, .at = { { from, from, 0 } } };
	r->lines[0].m = (struct media){ .segments = &r->segment, .segment_count = 1 };
	r->segment = (struct segment){ .epoch = 0, .first_ns = from };
	r->note.fact = (struct fact){ .kind = FACT_media_clear, .at = { { from + 1, from, 0 } } };
	r->sdp.line_count = 1;
	r->pact = (struct pact){ .leg = &r->leg, .offer = &r->sdp, .media = r->media };
	r->l.call.legs = r->legs;
	r->l.call.leg_count = 1;
	r->l.call.epochs = r->epochs;
	r->l.call.epoch_count = 1;
	r->l.call.start_ns = from;
	r->l.call.end_ns = from + 100;
	r->l.list = (struct agreed_list){ r->lines, 1 };
	r->l.legs = &r->leg;
	r->l.legs_end = &r->leg.next;
	r->l.leg_count = r->l.pact_count = 1;
	r->l.pacts = &r->pact;
	r->l.pacts_end = &r->pact.next;
	r->l.facts = &r->note;
	r->l.fact_count = 1;
	r->l.sights = &r->sight;
}

static void rows_make(size_t budget)
{
	row_make(&outer, 10, budget);
	row_make(&inner, 20, 1 << 20);
	outer.l.points = 1;
	inner.l.points = 4;
	inner.l.call.inputs = 2;
	outer.epochs[0] = (struct epoch){ 10, 15, EPOCH_EARLY, "183", { 1, 1, 0 } };
	outer.epochs[1] = (struct epoch){ 15, 110, EPOCH_TALK, "answer", { 1, 1, 0 } };
	outer.l.call.epoch_count = 2;
}

static void rows_free(void)
{
	arena_free(outer.l.arena);
	arena_free(inner.l.arena);
}

static void legs_lines_facts_and_sights_are_numbered_behind_its_own(void **state)
{
	(void)state;
	rows_make(1 << 20);
	absorb(&outer.l, &inner.l);
	assert_int_equal(outer.l.call.leg_count, 2);
	assert_int_equal(outer.l.list.count, 2);
	assert_int_equal(outer.l.list.all[1].number, 1);
	assert_int_equal(outer.l.list.all[1].part, 1);
	assert_int_equal(outer.l.list.all[1].m.leg, 1);
	assert_int_equal(inner.leg.number, 1);
	assert_int_equal(inner.leg.part, 1);
	assert_int_equal(inner.media[0], 1);
	assert_int_equal(inner.note.fact.leg, 1);
	assert_int_equal(inner.note.fact.media, 1);
	assert_int_equal(inner.sight.media, 1);
	assert_int_equal(inner.sight.part, 1);
	assert_int_equal(outer.note.fact.media, 0);
	assert_int_equal(outer.l.fact_count, 2);
	assert_int_equal(outer.l.leg_count, 2);
	assert_int_equal(outer.l.parts, 2);
	rows_free();
}

static void what_is_nowhere_stays_nowhere(void **state)
{
	(void)state;
	rows_make(1 << 20);
	inner.note.fact.leg = inner.note.fact.media = inner.note.fact.epoch = FACT_NOWHERE;
	inner.sight.media = inner.sight.leg = FACT_NOWHERE;
	inner.media[0] = -1;
	absorb(&outer.l, &inner.l);
	assert_int_equal(inner.note.fact.leg, FACT_NOWHERE);
	assert_int_equal(inner.note.fact.media, FACT_NOWHERE);
	assert_int_equal(inner.note.fact.epoch, FACT_NOWHERE);
	assert_int_equal(inner.sight.media, FACT_NOWHERE);
	assert_int_equal(inner.sight.leg, FACT_NOWHERE);
	assert_int_equal(inner.media[0], -1);
	rows_free();
}

static void its_moments_fall_into_the_epochs_of_the_call(void **state)
{
	(void)state;
	rows_make(1 << 20);
	absorb(&outer.l, &inner.l);
	assert_int_equal(outer.l.call.epoch_count, 2);
	assert_int_equal(inner.segment.epoch, 1);
	assert_int_equal(inner.note.fact.epoch, 1);
	assert_int_equal(outer.segment.epoch, 0);
	rows_free();
}

static void the_call_reaches_from_the_first_to_the_last_of_both(void **state)
{
	(void)state;
	rows_make(1 << 20);
	outer.l.first = outer.l.last = (struct evidence){ 10, 10, 0 };
	inner.l.first = (struct evidence){ 5, 5, 1 };
	inner.l.last = (struct evidence){ 99, 99, 1 };
	inner.l.call.messages = 3;
	outer.l.call.cut_off = true;
	absorb(&outer.l, &inner.l);
	assert_int_equal(outer.l.call.start_ns, 10);
	assert_int_equal(outer.l.call.end_ns, 120);
	assert_int_equal(outer.l.points, 5);
	assert_int_equal(outer.l.call.inputs, 2);
	assert_int_equal(outer.l.first.frame, 5);
	assert_int_equal(outer.l.last.frame, 99);
	assert_int_equal(outer.l.call.messages, 3);
	assert_false(outer.l.call.cut_off);
	assert_ptr_equal(outer.l.absorbed, &inner.l);
	rows_free();
}

static void a_connection_that_both_rows_took_stays_one_leg(void **state)
{
	(void)state;
	rows_make(1 << 20);
	outer.legs[0].readable = inner.legs[0].readable = false;
	outer.legs[0].encrypted = inner.legs[0].encrypted = true;
	outer.legs[0].first = inner.legs[0].first = (struct evidence){ 3, 3, 0 };
	absorb(&outer.l, &inner.l);
	assert_int_equal(outer.l.call.leg_count, 1);
	assert_int_equal(inner.note.fact.leg, 0);
	assert_int_equal(inner.leg.number, 0);
	rows_free();
}

static void a_third_row_is_numbered_behind_both(void **state)
{
	(void)state;
	static struct row third;

	rows_make(1 << 20);
	row_make(&third, 30, 1 << 20);
	absorb(&outer.l, &inner.l);
	absorb(&outer.l, &third.l);
	assert_int_equal(outer.l.parts, 3);
	assert_int_equal(third.note.fact.media, 2);
	assert_int_equal(third.note.fact.leg, 2);
	assert_int_equal(third.lines[0].part, 0);
	assert_int_equal(outer.l.list.all[2].part, 2);
	assert_ptr_equal(inner.l.absorbed, &third.l);
	arena_free(third.l.arena);
	rows_free();
}

/* A fail may not get lost for want of room. */
static void without_room_its_facts_hold_for_the_call_as_a_whole(void **state)
{
	(void)state;
	for (size_t budget = 1; budget < 4096; budget *= 2) {
		unsigned n = 0;
		rows_make(budget);
		absorb(&outer.l, &inner.l);
		for (const struct note *k = outer.l.facts; k; k = k->next)
			n += k->fact.kind == FACT_media_clear;
		assert_int_equal(n, 2);
		if (outer.l.list.count < 2) {
			assert_true(outer.l.spent);
			assert_int_equal(inner.note.fact.media, FACT_NOWHERE);
			assert_int_equal(inner.leg_note.fact.leg, FACT_NOWHERE);
			assert_int_equal(outer.l.fact_count, 3);
		}
		rows_free();
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(legs_lines_facts_and_sights_are_numbered_behind_its_own),
		cmocka_unit_test(what_is_nowhere_stays_nowhere),
		cmocka_unit_test(its_moments_fall_into_the_epochs_of_the_call),
		cmocka_unit_test(the_call_reaches_from_the_first_to_the_last_of_both),
		cmocka_unit_test(a_connection_that_both_rows_took_stays_one_leg),
		cmocka_unit_test(a_third_row_is_numbered_behind_both),
		cmocka_unit_test(without_room_its_facts_hold_for_the_call_as_a_whole),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
