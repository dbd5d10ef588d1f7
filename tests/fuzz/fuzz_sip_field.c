/* fuzz_sip_field.c - one header value before every reader of values. */
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/addr.h"
#include "analyzer/proto/sip/sip_addr.h"
#include "analyzer/proto/sip/sip_auth.h"
#include "analyzer/proto/sip/sip_field.h"
#include "analyzer/proto/sip/sip_text.h"
#include "analyzer/proto/sip/sip_via.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Every slice must lie inside the input: reading its ends tells the sanitizer. */
static volatile uint8_t sink;

static void touch(struct slice s)
{
	if (s.n)
		sink = (uint8_t)(s.p[0] + s.p[s.n - 1]);
}

static void read_uri(const struct sip_uri *u)
{
	struct addr numeric;
	struct slice v;

	touch(u->user);
	touch(u->host);
	touch(u->params);
	touch(u->headers);
	touch(u->gr);
	(void)sip_uri_addr(u, &numeric);
	if (sip_uri_param(u, SLICE("maddr"), &v))
		touch(v);
}

static void read_addr(struct slice value)
{
	struct sip_addr a;
	struct sip_uri u;
	struct slice v;

	if (!sip_addr_parse(value, &a)) {
		touch(a.display);
		touch(a.tag);
		touch(a.instance);
		read_uri(&a.uri);
		if (sip_addr_param(&a, SLICE("expires"), &v))
			touch(v);
	}
	if (!sip_uri_parse(value, &u))
		read_uri(&u);
}

static void read_via(struct slice value)
{
	struct sip_via v;

	(void)!sip_via_parse(value, &v);
	touch(v.host);
	touch(v.branch);
	touch(v.received);
	touch(v.params);
}

static void read_fields(struct slice v)
{
	struct sip_field_session_id id;
	struct sip_field_dialog dialog;
	struct sip_field_reason reason;
	struct sip_field_rack rack;
	struct sip_field_token token;
	struct sip_field_identity identity;
	uint64_t n;

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
}

static void read_lists(struct slice v)
{
	struct slice one, rest = v, name, value;
	struct sip_auth auth;
	uint8_t room[64];

	if (!sip_auth_parse(v, &auth)) {
		touch(auth.secret);
		touch(auth.realm);
		touch(auth.qop);
	}
	while (sip_text_value(&rest, &one)) {
		read_addr(one);
		read_via(one);
	}
	rest = v;
	for (size_t before = rest.n + 1; sip_text_param(&rest, &name, &value); before = rest.n)
		if (rest.n >= before)
			abort();
	if (sip_text_unfold(v, room, sizeof room) > sizeof room)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	uint8_t *own = malloc(size ? size : 1);
	struct slice v = { own, size };

	memcpy(own, data, size);
	read_addr(v);
	read_via(v);
	read_fields(v);
	read_lists(v);
	free(own);
	return 0;
}
