/* test_stun.c - STUN messages, ChannelData and their framing. */
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#include "analyzer/proto/stun/stun.h"

#define COOKIE "\x21\x12\xa4\x42"
#define TID    "\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae"

/* RFC 5769 2.2 and 2.3, without their integrity and fingerprint. */
#define ANSWER_V4 "\x01\x01\x00\x0c" COOKIE TID "\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
#define ANSWER_V6                                                                                  \
	"\x01\x01\x00\x18" COOKIE TID "\x00\x20\x00\x14\x00\x02\xa1\x47"                           \
	"\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9"

static void unmasks_addresses(void **state)
{
	(void)state;
	const struct {
		struct slice bytes;
		const char *text;
	} rows[] = {
		{ SLICE(ANSWER_V4), "192.0.2.1:32853" },
		{ SLICE(ANSWER_V6), "[2001:db8:1234:5678:11:2233:4455:6677]:32853" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stun_message m;
		char text[ENDPOINT_TEXT];
		assert_int_equal(stun_parse(rows[i].bytes, &m), ERR_OK);
		assert_int_equal(m.kind, STUN_SUCCESS);
		assert_int_equal(m.method, STUN_BINDING);
		assert_true(m.has & STUN_HAS_MAPPED);
		assert_true(slice_eq(m.transaction, SLICE(TID)));
		assert_string_equal(addr_endpoint_text(&m.mapped, text), rows[i].text);
	}
}

static void reads_a_connectivity_check(void **state)
{
	(void)state;
	struct stun_message m;

	assert_int_equal(stun_parse(SLICE("\x00\x01\x00\x30" COOKIE TID "\x00\x06\x00\x07"
					  "him:me1\0"
					  "\x00\x24\x00\x04\x6e\0\1\xff"
					  "\x80\x2a\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36"
					  "\x00\x25\x00\x00"
					  "\x80\x28\x00\x08\xe5\x7a\x3b\xcf\0\0\0\0"),
				    &m),
			 ERR_OK);
	assert_int_equal(m.kind, STUN_REQUEST);
	assert_true(slice_eq(m.ufrag_to, SLICE("him")) && slice_eq(m.ufrag_from, SLICE("me1")));
	assert_int_equal(m.priority, 0x6e0001ff);
	assert_true(m.has & STUN_HAS_CONTROLLING && m.has & STUN_HAS_USE_CANDIDATE);
	/* A fingerprint has four octets, this one has eight. */
	assert_false(m.has & STUN_HAS_FINGERPRINT);
}

static void reads_what_turn_adds(void **state)
{
	(void)state;
	struct stun_message m;
	char text[ENDPOINT_TEXT];

	assert_int_equal(stun_parse(SLICE("\x00\x17\x00\x14" COOKIE TID
					  "\x00\x12\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43"
					  "\x00\x13\x00\x02"
					  "hi\0\0"),
				    &m),
			 ERR_OK);
	assert_int_equal(m.kind, STUN_INDICATION);
	assert_int_equal(m.method, STUN_DATA);
	assert_int_equal(m.peer_count, 1);
	assert_string_equal(addr_endpoint_text(&m.peers[0], text), "192.0.2.1:32853");
	assert_true(m.has & STUN_HAS_DATA && slice_eq(m.data, SLICE("hi")));
	assert_int_equal(
		stun_parse(SLICE("\x00\x09\x00\x10" COOKIE TID "\x00\x0c\x00\x04\x40\x01\0\0"
				 "\x00\x0d\x00\x04\0\0\2\x58"),
			   &m),
		ERR_OK);
	assert_int_equal(m.method, STUN_CHANNEL_BIND);
	assert_int_equal(m.channel, 0x4001);
	assert_int_equal(m.lifetime, 600);
}

static void refuses_what_is_no_message(void **state)
{
	(void)state;
	const struct {
		struct slice bytes;
		enum err err;
	} rows[] = {
		{ SLICE(""), ERR_TRUNCATED },
		{ SLICE("\x00\x01\x00\x08" COOKIE TID), ERR_TRUNCATED },
		{ SLICE("\x80\x01\x00\x00" COOKIE TID), ERR_MALFORMED },
		{ SLICE("\x00\x01\x00\x00" COOKIE TID "\0"), ERR_MALFORMED },
		{ SLICE("\x00\x01\x00\x04" COOKIE TID "\x00\x06\x00\x01"), ERR_MALFORMED },
		/* without the cookie only the types of RFC 3489 */
		{ SLICE("\x00\x01\x00\x00"
			"\1\2\3\4" TID),
		  ERR_OK },
		{ SLICE("\x00\x03\x00\x00"
			"\1\2\3\4" TID),
		  ERR_MALFORMED },
		{ SLICE("\x00\x11\x00\x00"
			"\1\2\3\4" TID),
		  ERR_MALFORMED },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct stun_message m;
		assert_int_equal(stun_parse(rows[i].bytes, &m), rows[i].err);
	}
}

static void counts_peers_it_does_not_keep(void **state)
{
	(void)state;
	uint8_t bytes[20 + 12 * (STUN_PEERS_MAX + 2)] = "\x00\x08\x00\x48" COOKIE TID;
	struct stun_message m;

	for (size_t at = 20; at < sizeof(bytes); at += 12)
		memcpy(bytes + at, "\x00\x12\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43", 12);
	assert_int_equal(stun_parse((struct slice){ bytes, sizeof(bytes) }, &m), ERR_OK);
	assert_int_equal(m.peer_count, STUN_PEERS_MAX);
	assert_int_equal(m.peers_dropped, 2);
}

static void unwraps_channel_data(void **state)
{
	(void)state;
	struct stun_channel_data d;

	assert_int_equal(stun_channel_parse(SLICE("\x40\x01\x00\x03"
						  "abc\0"),
					    &d),
			 ERR_OK);
	assert_int_equal(d.channel, 0x4001);
	assert_true(slice_eq(d.data, SLICE("abc")));
	assert_int_equal(stun_channel_parse(SLICE("\x40\x01\x00\x05"
						  "abc"),
					    &d),
			 ERR_TRUNCATED);
	assert_int_equal(stun_channel_parse(SLICE("\x50\x01\x00\x01"
						  "a"),
					    &d),
			 ERR_MALFORMED);
	assert_int_equal(stun_channel_parse(SLICE("\x40\x01\x00\x01"
						  "abcdef"),
					    &d),
			 ERR_MALFORMED);
}

static void cuts_a_stream_into_messages(void **state)
{
	(void)state;
	struct slice stream = SLICE(ANSWER_V4 "\x40\x01\x00\x03"
					      "abc\0"
					      "\x01\x01\x00");
	struct stun_frame f;

	assert_int_equal(stun_frame(&stream, &f), ERR_OK);
	assert_false(f.is_channel);
	assert_int_equal(f.bytes.n, 32);
	assert_int_equal(stun_frame(&stream, &f), ERR_OK);
	assert_true(f.is_channel);
	assert_int_equal(f.bytes.n, 7);
	assert_int_equal(stun_frame(&stream, &f), ERR_TRUNCATED);
	assert_int_equal(stream.n, 3);
	stream = SLICE("POST / HTTP/1.1\r\n\r\n....");
	assert_int_equal(stun_frame(&stream, &f), ERR_MALFORMED);
	stream = SLICE("\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03");
	assert_int_equal(stun_frame(&stream, &f), ERR_MALFORMED);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(unmasks_addresses),
		cmocka_unit_test(reads_a_connectivity_check),
		cmocka_unit_test(reads_what_turn_adds),
		cmocka_unit_test(refuses_what_is_no_message),
		cmocka_unit_test(counts_peers_it_does_not_keep),
		cmocka_unit_test(unwraps_channel_data),
		cmocka_unit_test(cuts_a_stream_into_messages),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
