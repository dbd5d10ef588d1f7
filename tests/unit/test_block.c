/* test_block.c - blocks of a file: packed or not, whole or cut, hashed beside or along. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/capture/block.h"
#include "tests/lib/making.h"

/* More than the ring of buffers holds, and not a whole number of blocks. */
enum { LARGE = 9 * HASHER_ROOM + 12345 };

static struct making plain;

static int make_bytes(void **state)
{
	uint32_t x = 1;

	(void)state;
	making_folder();
	for (size_t i = 0; i < LARGE / 4 + 1; i++) {
		x = x * 1664525 + 1013904223;
		making_u32(&plain, x & 0x0f0f0f0f);
	}
	plain.n = LARGE;
	return 0;
}

static int drop_bytes(void **state)
{
	(void)state;
	making_drop(&plain);
	making_tidy();
	return 0;
}

static struct block *opened(const char *path, struct hasher *h, bool hash)
{
	struct text why = { 0 };
	struct block *b;

	if (block_open(&b, path, h, hash, &why))
		fail_msg("%s: %s", path, text_of(&why));
	return b;
}

static void hex_of(const struct making *m, char out[DIGEST_HEX])
{
	struct digest *d = digest_new();

	digest_add(d, (struct slice){ m->p, m->n });
	digest_hex(d, out);
}

/* Reads all in steps and compares with `plain`; gives how many bytes came. */
static size_t read_all(struct block *b, size_t step)
{
	uint8_t *to = malloc(step);
	size_t n = 0, got;

	do {
		got = block_read(b, to, step);
		assert_true(n + got <= plain.n);
		assert_memory_equal(to, plain.p + n, got);
		n += got;
	} while (got == step);
	free(to);
	return n;
}

static void reads_the_same_in_steps_of_any_size(void **state)
{
	static const size_t steps[] = {
		1000, 4096, HASHER_ROOM, HASHER_ROOM + 1, LARGE, LARGE + 1
	};
	struct hasher *h = hasher_new(false);
	const char *path = making_file("plain", &plain);

	(void)state;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		struct block *b = opened(path, h, false);

		assert_int_equal(read_all(b, steps[i]), LARGE);
		assert_null(block_trouble(b));
		assert_false(block_packed(b));
		block_close(b);
	}
	hasher_free(h);
}

static void digests_the_file_as_given(void **state)
{
	struct making packed[3] = { { 0 }, { 0 }, { 0 } };

	(void)state;
	making_bytes(&packed[0], plain.p, plain.n);
	making_gzip(&packed[1], &plain);
	making_zstd(&packed[2], &plain);
	for (int i = 0; i < 6; i++) { /* each along with reading, and on a thread */
		struct hasher *h = hasher_new(i >= 3);
		struct block *b = opened(making_file("packed", &packed[i % 3]), h, true);
		char expect[DIGEST_HEX], got[DIGEST_HEX];
		uint64_t bytes;

		hex_of(&packed[i % 3], expect);
		assert_int_equal(read_all(b, 5000), LARGE);
		assert_int_equal(block_packed(b), i % 3 != 0);
		block_finish(b, &bytes, got);
		assert_string_equal(got, expect);
		assert_int_equal(bytes, packed[i % 3].n);
		block_close(b);
		hasher_free(h);
	}
	for (int i = 0; i < 3; i++)
		making_drop(&packed[i]);
}

static void digests_what_nobody_read(void **state)
{
	char expect[DIGEST_HEX], got[DIGEST_HEX];
	uint8_t some[100];

	(void)state;
	hex_of(&plain, expect);
	for (int threads = 0; threads < 2; threads++) {
		struct hasher *h = hasher_new(threads);
		struct block *b = opened(making_file("plain", &plain), h, true);
		uint64_t bytes;

		assert_int_equal(block_read(b, some, sizeof some), sizeof some);
		block_finish(b, &bytes, got);
		assert_string_equal(got, expect);
		assert_int_equal(bytes, LARGE);
		assert_int_equal(block_read(b, some, sizeof some), 0);
		block_close(b);
		hasher_free(h);
	}
}

static void two_files_share_one_hasher(void **state)
{
	struct making half = { .p = plain.p, .n = LARGE / 2 };
	struct hasher *h = hasher_new(true);
	struct block *a = opened(making_file("a", &plain), h, true);
	struct block *b = opened(making_file("b", &half), h, true);
	char expect[DIGEST_HEX], got[DIGEST_HEX];
	uint8_t some[70000];
	uint64_t bytes;

	(void)state;
	while (block_read(a, some, sizeof some) + block_read(b, some, sizeof some))
		;
	block_finish(a, &bytes, got);
	hex_of(&plain, expect);
	assert_string_equal(got, expect);
	block_finish(b, &bytes, got);
	hex_of(&half, expect);
	assert_string_equal(got, expect);
	block_close(a);
	block_close(b);
	hasher_free(h);
}

static void closing_early_leaves_nothing_behind(void **state)
{
	struct hasher *h = hasher_new(true);
	uint8_t byte;

	(void)state;
	for (int i = 0; i < 20; i++) {
		struct block *b = opened(making_file("plain", &plain), h, true);

		assert_int_equal(block_read(b, &byte, 1), 1);
		block_close(b);
	}
	hasher_free(h);
}

static void members_and_frames_join(void **state)
{
	struct making first = { .p = plain.p, .n = 300000 };
	struct making last = { .p = plain.p + first.n, .n = LARGE - first.n };
	struct hasher *h = hasher_new(false);

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct making m = { 0 }, nothing = { 0 };
		void (*pack)(struct making *, const struct making *) =
			i ? making_zstd : making_gzip;

		pack(&m, &first);
		pack(&m, &nothing);
		pack(&m, &last);
		if (!i)
			making_fill(&m, 0, 512); /* tapes pad, RFC 1952 tools allow it */
		struct block *b = opened(making_file("joined", &m), h, false);
		assert_int_equal(read_all(b, 65536), LARGE);
		assert_null(block_trouble(b));
		block_close(b);
		making_drop(&m);
	}
	hasher_free(h);
}

static void a_packed_stream_without_its_trailer_is_cut(void **state)
{
	static const size_t lost[] = { 1, 4, 8, 1000, 200000 };
	struct hasher *h = hasher_new(false);

	(void)state;
	for (int zstd = 0; zstd < 2; zstd++) {
		struct making m = { 0 };

		(zstd ? making_zstd : making_gzip)(&m, &plain);
		size_t whole = m.n;
		for (size_t i = 0; i < sizeof lost / sizeof lost[0]; i++) {
			m.n = whole - lost[i];
			struct block *b = opened(making_file("cut", &m), h, false);
			assert_in_range(read_all(b, 3000), LARGE / 2, LARGE);
			assert_non_null(block_trouble(b));
			assert_non_null(strstr(block_trouble(b), "ends before its"));
			block_close(b);
		}
		making_drop(&m);
	}
	hasher_free(h);
}

static void a_damaged_packed_stream_is_told(void **state)
{
	struct hasher *h = hasher_new(false);

	(void)state;
	for (int zstd = 0; zstd < 2; zstd++) {
		struct making m = { 0 };

		(zstd ? making_zstd : making_gzip)(&m, &plain);
		/* zstd sums nothing unless asked: damage shows where it hits a block header. */
		memset(m.p + m.n / 2, 0xff, 300000);
		struct block *b = opened(making_file("damaged", &m), h, false);
		/* gzip may notice only by the sum in its trailer, when all is out. */
		(void)block_skip(b, UINT64_MAX);
		assert_non_null(block_trouble(b));
		assert_non_null(strstr(block_trouble(b), "damaged"));
		block_close(b);
		making_drop(&m);
	}
	hasher_free(h);
}

static void bytes_behind_a_gzip_stream_are_told(void **state)
{
	struct making m = { 0 };
	struct hasher *h = hasher_new(false);

	(void)state;
	making_gzip(&m, &plain);
	making_bytes(&m, "junk", 4);
	struct block *b = opened(making_file("junk", &m), h, false);
	assert_int_equal(read_all(b, 3000), LARGE);
	assert_non_null(strstr(block_trouble(b), "other bytes follow"));
	block_close(b);
	making_drop(&m);
	hasher_free(h);
}

static void peeking_takes_nothing(void **state)
{
	struct hasher *h = hasher_new(false);
	struct block *b = opened(making_file("plain", &plain), h, false);

	(void)state;
	struct slice s = block_peek(b);
	assert_int_equal(s.n, BLOCK_PEEK);
	assert_memory_equal(s.p, plain.p, BLOCK_PEEK);
	assert_int_equal(read_all(b, 7), LARGE);
	block_close(b);
	hasher_free(h);
}

static void skipping_counts_what_was_there(void **state)
{
	struct hasher *h = hasher_new(false);
	struct block *b = opened(making_file("plain", &plain), h, false);
	uint8_t byte;

	(void)state;
	assert_int_equal(block_skip(b, LARGE - 1), LARGE - 1);
	assert_int_equal(block_read(b, &byte, 1), 1);
	assert_int_equal(byte, plain.p[LARGE - 1]);
	assert_int_equal(block_skip(b, 10), 0);
	block_close(b);
	hasher_free(h);
}

static void a_pipe_that_drips_reads_the_same(void **state)
{
	int ends[2], kept = dup(STDIN_FILENO);
	struct hasher *h = hasher_new(true);
	struct making m = { 0 };

	(void)state;
	making_gzip(&m, &plain);
	m.n = m.n > 40000 ? 40000 : m.n;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(dup2(ends[0], STDIN_FILENO), STDIN_FILENO);
	/* The magic arrives byte by byte; the rest fits a pipe. */
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(write(ends[1], m.p + i, 1), 1);
	assert_int_equal(write(ends[1], m.p + 4, m.n - 4), (ssize_t)(m.n - 4));
	close(ends[1]);
	struct block *b = opened("-", h, true);
	assert_true(block_packed(b));
	assert_true(read_all(b, 1000) > 40000);
	block_close(b);
	assert_int_equal(dup2(kept, STDIN_FILENO), STDIN_FILENO);
	close(kept);
	close(ends[0]);
	making_drop(&m);
	hasher_free(h);
}

static ssize_t read_pipe(void *ctx, void *to, size_t n)
{
	const int *fd = ctx;

	return read(*fd, to, n);
}

/* Bytes that come from elsewhere are had as they come: nobody waits for more than there are. */
static void gives_what_has_come_of_a_pipe(void **state)
{
	struct hasher *h = hasher_new(false);
	char got[64], sha256[DIGEST_HEX];
	uint64_t bytes;
	int ends[2];

	(void)state;
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "first", 5), 5);
	struct block *b = block_over((struct block_from){ read_pipe, &ends[0] }, h);
	assert_int_equal(block_some(b, got, 3), 3);
	assert_int_equal(block_some(b, got + 3, sizeof got - 3), 2);
	assert_memory_equal(got, "first", 5);
	assert_int_equal(write(ends[1], "second", 6), 6);
	assert_int_equal(block_some(b, got, sizeof got), 6);
	(void)close(ends[1]);
	assert_int_equal(block_some(b, got, sizeof got), 0);
	block_finish(b, &bytes, sha256);
	assert_int_equal(bytes, 11);
	assert_string_equal(sha256, "");
	block_close(b);
	(void)close(ends[0]);
	hasher_free(h);
}

/* Half of what is packed gives half of what was, without the rest. */
static void unpacks_what_has_come_of_a_pipe(void **state)
{
	struct hasher *h = hasher_new(false);
	struct making small = { 0 }, packed = { 0 };
	int ends[2];

	(void)state;
	making_bytes(&small, plain.p, 60000);
	making_gzip(&packed, &small);
	assert_true(packed.n < 60000);
	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], packed.p, packed.n / 2), packed.n / 2);
	struct block *b = block_over((struct block_from){ read_pipe, &ends[0] }, h);
	struct slice lent = block_lend(b);
	assert_in_range(lent.n, 1, 59999);
	assert_memory_equal(lent.p, plain.p, lent.n);
	(void)close(ends[1]);
	block_close(b);
	(void)close(ends[0]);
	hasher_free(h);
	making_drop(&small);
	making_drop(&packed);
}

static void says_why_it_cannot_open(void **state)
{
	static const struct {
		const char *path, *why;
	} cases[] = {
		{ "/nonexistent/file", "no such file" },
		{ "/tmp", "folder" },
		{ "/dev/null/x", "no such file" },
	};
	struct hasher *h = hasher_new(false);

	(void)state;
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		struct text why = { 0 };
		struct block *b;

		assert_int_equal(block_open(&b, cases[i].path, h, true, &why), ERR_IO);
		assert_non_null(strstr(text_of(&why), cases[i].why));
		assert_null(b);
		text_free(&why);
	}
	hasher_free(h);
}

static void a_device_may_never_end(void **state)
{
	struct hasher *h = hasher_new(false);
	struct block *device = opened("/dev/zero", h, false);
	struct block *file = opened(making_file("plain", &plain), h, false);

	(void)state;
	assert_true(block_endless(device));
	assert_false(block_endless(file));
	block_close(device);
	block_close(file);
	hasher_free(h);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_the_same_in_steps_of_any_size),
		cmocka_unit_test(digests_the_file_as_given),
		cmocka_unit_test(digests_what_nobody_read),
		cmocka_unit_test(two_files_share_one_hasher),
		cmocka_unit_test(closing_early_leaves_nothing_behind),
		cmocka_unit_test(members_and_frames_join),
		cmocka_unit_test(a_packed_stream_without_its_trailer_is_cut),
		cmocka_unit_test(a_damaged_packed_stream_is_told),
		cmocka_unit_test(bytes_behind_a_gzip_stream_are_told),
		cmocka_unit_test(peeking_takes_nothing),
		cmocka_unit_test(skipping_counts_what_was_there),
		cmocka_unit_test(a_pipe_that_drips_reads_the_same),
		cmocka_unit_test(gives_what_has_come_of_a_pipe),
		cmocka_unit_test(unpacks_what_has_come_of_a_pipe),
		cmocka_unit_test(says_why_it_cannot_open),
		cmocka_unit_test(a_device_may_never_end),
	};

	return cmocka_run_group_tests(tests, make_bytes, drop_bytes);
}
