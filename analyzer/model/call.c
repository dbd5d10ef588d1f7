/* call.c - the words for what a call is made of. */
#include "analyzer/model/call.h"

const char *call_kind_text(enum call_kind k)
{
	static const char *const text[] = { "call",    "opaque",  "registration",
					    "message", "attempt", "page" };
	return text[k];
}

const char *call_role_text(enum role r)
{
	static const char *const text[] = { "unknown",	     "endpoint", "proxy",	 "sbc",
					    "b2bua",	     "relay",	 "turn",	 "recorder",
					    "conference",    "ivr",	 "pstn-gateway", "monitor",
					    "load-balancer", "network" };
	return text[r];
}

const char *call_role_from_text(enum role_from f)
{
	static const char *const text[] = { "inferred", "declared", "asserted" };
	return text[f];
}

const char *call_keying_text(enum keying k)
{
	static const char *const text[] = {
		"none", "sdes", "dtls-srtp", "zrtp", "mikey", "unknown"
	};
	return text[k];
}

const char *call_protection_text(enum protection p)
{
	static const char *const text[] = { "insufficient", "clear", "no-plaintext-found",
					    "srtp-verified" };
	return text[p];
}

const char *call_epoch_text(enum epoch_type t)
{
	static const char *const text[] = { "early", "talk", "hold" };
	return text[t];
}

const char *call_carriage_text(enum carriage c)
{
	static const char *const text[] = { NULL, "clear", "tunnel", "decrypted", "tls" };
	return text[c];
}

bool call_is_conversation(const struct call *c)
{
	return c->kind == CALL_CALL || c->kind == CALL_OPAQUE || c->kind == CALL_PAGE;
}

const struct fact *call_fact(const struct call *c, enum fact_kind k, const struct fact *after)
{
	for (uint32_t i = after ? (uint32_t)(after - c->facts) + 1 : 0; i < c->fact_count; i++)
		if (c->facts[i].kind == k)
			return &c->facts[i];
	return NULL;
}
