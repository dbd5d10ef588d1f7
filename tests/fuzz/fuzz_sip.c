/* fuzz_sip.c - one message, every header reader and every body part. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/addr.h"
#include "analyzer/proto/sip/sip.h"
#include "analyzer/proto/sip/sip_auth.h"
#include "analyzer/proto/sip/sip_body.h"
#include "analyzer/proto/sip/sip_field.h"
#include "analyzer/proto/sip/sip_text.h"

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

static void read_fields(struct slice v)
{
	struct sip_auth auth;
	struct sip_field_session_id id;
	struct sip_field_dialog dialog;
	struct sip_field_reason reason;
	struct sip_field_rack rack;
	struct sip_field_token token;
	struct sip_field_identity identity;
	struct sip_addr addr;
	struct slice one, rest = v;
	uint8_t room[64];
	uint64_t n;

	if (!sip_auth_parse(v, &auth))
		touch(auth.secret);
	if (!sip_field_session_id(v, &id))
		touch(id.remote);
	if (!sip_field_dialog(v, &dialog))
		touch(dialog.to_tag);
	if (!sip_field_reason(v, &reason))
		touch(reason.text);
	if (!sip_field_rack(v, &rack))
		touch(rack.method);
	if (!sip_field_token(v, &token))
		touch(token.params);
	if (!sip_field_identity(v, &identity))
		touch(identity.info);
	if (!sip_field_number(v, UINT32_MAX, &n) && n > UINT32_MAX)
		abort();
	while (sip_text_value(&rest, &one))
		if (!sip_addr_parse(one, &addr))
			touch_addr(&addr);
	if (sip_text_unfold(v, room, sizeof room) > sizeof room)
		abort();
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
		read_fields(message.headers[i].value);
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
