/* test_start.c - was the beginning of a line's media seen? */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "tests/lib/scene.h"

static const char A[] = "10.0.0.1:4000", B[] = "10.0.0.2:5000";
static struct inventory *book;
static struct track_options options;

static void assert_endpoint(const char *text)
{
	struct inventory_entry e = { .prefix = INVENTORY_WHOLE,
				     .roles = INVENTORY_ROLE(ROLE_ENDPOINT) };

	assert_true(addr_parse(slice_of(text), &e.at));
	assert_int_equal(inventory_add(book, &e), ERR_OK);
}

static int start(void **state)
{
	(void)state;
	book = inventory_new();
	options = track_defaults();
	options.inventory = book;
	assert_endpoint("10.0.0.1");
	assert_endpoint("10.0.0.2");
	return 0;
}

static int stop(void **state)
{
	(void)state;
	inventory_free(book);
	return 0;
}

/* Answered at 1; the last Finished 0.1 s after `handshake`. */
struct course {
	enum media_profile profile;
	double handshake, there, back; /* media from; handshake 0: none */
	bool spans;
};

static void expect(const struct course *c)
{
	struct scene *s = scene_with(options);

	scene_call(s, scene_sdp(s, A, c->profile), scene_sdp(s, B, c->profile));
	if (c->handshake > 0)
		scene_dtls(s, A, B, c->handshake, 7);
	s->prints.cipher = 1;
	scene_talk(s, (struct scene_media){
			      .from = c->there, .to = 31, .src = A, .dst = B, .ssrc = 1 });
	scene_talk(s, (struct scene_media){
			      .from = c->back, .to = 31, .src = B, .dst = A, .ssrc = 2 });
	scene_bye(s, 32);
	scene_end(s, 400);
	const struct fact *f = call_fact(scene_row(s, CALL_CALL, 0), FACT_media_spanned, NULL);
	assert_non_null(f);
	assert_int_equal(f->spans, c->spans);
	scene_free(s);
}

static void media_is_whole_where_it_follows_on_the_handshake_or_the_answer(void **state)
{
	static const struct course rows[] = {
		{ PROFILE_DTLS_SAVP, 1.1, 1.3, 1.2, true },
		{ PROFILE_DTLS_SAVP, 1.1, 1.3, 2.4, false }, /* one way begins late */
		{ PROFILE_DTLS_SAVP, 1.1, 2.4, 2.4, false },
		{ PROFILE_DTLS_SAVP, 0.2, 1.1, 1.2, true },	/* keys before the answer */
		{ PROFILE_DTLS_SAVP, 30, 1.2, 1.2, false },	/* only the end told of keys */
		{ PROFILE_DTLS_SAVP, 1.1, 1.195, 1.195, true }, /* as it was done */
	};

	(void)state;
	for (unsigned i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(&rows[i]);
}

static void without_a_handshake_nothing_says_when_it_could_begin(void **state)
{
	(void)state;
	expect(&(struct course){ PROFILE_RTP_SAVP, 0, 9, 9, true });
}

int main(void)
{
#define T(name) cmocka_unit_test_setup_teardown(name, start, stop)
	const struct CMUnitTest tests[] = {
		T(media_is_whole_where_it_follows_on_the_handshake_or_the_answer),
		T(without_a_handshake_nothing_says_when_it_could_begin),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
