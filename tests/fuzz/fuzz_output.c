/* fuzz_output.c - events of any members, as syslog messages and as ECS documents: the grammar
 * holds, and nothing in them ends a line. */
#include <stdlib.h>

#include "analyzer/watch/ecs_event.h"
#include "analyzer/watch/syslog_message.h"
#include "tests/lib/read5424.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void as_message(const struct event *e, size_t limit)
{
	static struct read5424 got;
	struct syslog_message_as as = { .hostname = e->message,
					.process = 1,
					.enterprise = 32473,
					.facility = 10,
					.limit = limit };
	struct text t = { 0 };

	syslog_message_add(&t, &as, e);
	if (t.n > limit || !read5424(text_slice(&t), &got))
		__builtin_trap();
	for (size_t i = 0; i < t.n; i++)
		if ((uint8_t)t.p[i] < 0x20 || t.p[i] == 0x7f)
			__builtin_trap();
	text_free(&t);
}

static void as_document(const struct event *e)
{
	struct text t = { 0 };

	ecs_event_line(&t, e->object, e);
	json_t *whole = json_loadb(t.p, t.n, JSON_REJECT_DUPLICATES, NULL);
	if (!json_is_object(whole) || strchr(t.p, '\n') != t.p + t.n - 1)
		__builtin_trap();
	json_decref(whole);
	text_free(&t);
}

static void look(void *ctx, const struct event *e)
{
	(void)ctx;
	as_message(e, SYSLOG_MESSAGE_DATAGRAM);
	as_message(e, SYSLOG_MESSAGE_STREAM);
	as_document(e);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (!size)
		return 0;
	(void)event_give_line((enum event_kind)(data[0] % EVENT_KINDS),
			      (struct slice){ data + 1, size - 1 }, look, NULL);
	return 0;
}
