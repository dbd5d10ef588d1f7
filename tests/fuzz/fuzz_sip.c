/* fuzz_sip.c - one message and every body part; fuzz_sip_field.c has the readers of headers. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/addr.h"
#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/sip/sip_body.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct sip_message message;
static struct sip_body body;

/* Every slice must lie inside the input: reading its ends tells the sanitizer. */
static volatile uint8_t sink;

static void touch(struct slice s)
{
	if (s.n)
		sink = (uint8_t)(s.p[0] + s.p[s.n - 1]);
}

static void touch_addr(const struct sip_addr *a)
{
	struct addr numeric;
	struct slice v;

	touch(a->display);
	touch(a->tag);
	touch(a->instance);
	touch(a->uri.user);
	touch(a->uri.host);
	touch(a->uri.params);
	touch(a->uri.headers);
	touch(a->uri.gr);
	(void)sip_uri_addr(&a->uri, &numeric);
	(void)sip_addr_param(a, SLICE("expires"), &v);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *own = malloc(size ? size : 1);
	struct slice bytes = { own, size };

	memcpy(own, data, size);
	(void)sip_looks_like(bytes);
	enum err e = sip_parse(bytes, &message);
	if ((e == ERR_MALFORMED) !=
	    (message.broken > SIP_BROKEN_VERSION || message.broken == SIP_BROKEN_START_LINE))
		abort();
	for (unsigned i = 0; i < message.header_n; i++)
		touch(message.headers[i].value);
	for (unsigned i = 0; i < message.via_n; i++)
		touch(message.via[i].branch);
	for (unsigned i = 0; i < message.contact.n; i++)
		touch_addr(&message.contact.v[i]);
	touch_addr(&message.from);
	touch(message.body);
	sip_body_split(&message, &body);
	for (unsigned i = 0; i < body.n; i++)
		touch(body.parts[i].bytes);
	free(own);
	return 0;
}
