/* draft_guess.c - signs of a role, the surest first. */
#include "reports/draft_guess.h"

#include "analyzer/base/text.h"

static void say(struct text *why, const char *sentence)
{
	text_addf(why, "%s%s", why->n ? "; " : "", sentence);
}

static void say_count(struct text *why, const char *before, uint64_t n, const char *one)
{
	text_addf(why, "%s%s%llu %s%s", why->n ? "; " : "", before, (unsigned long long)n, one,
		  n == 1 ? "" : "s");
}

static bool turn(const struct draft_host *h, struct text *why)
{
	if (!h->turn)
		return false;
	say(why, "TURN allocations or channels end there");
	return true;
}

static bool focus(const struct draft_host *h, struct text *why)
{
	if (!h->focus)
		return false;
	say(why, "its Contact says isfocus (RFC 4579)");
	return true;
}

static bool recorder(const struct draft_host *h, struct text *why)
{
	if (!h->recorder)
		return false;
	say(why, "its Contact says +sip.srs (RFC 7866)");
	return true;
}

static void say_routing(const struct draft_host *h, struct text *why)
{
	if (h->passed)
		say(why, "sent on requests that others had begun");
	if (h->record_routes)
		say(why, "named in Record-Route");
	if (h->registrar)
		say(why, "answered REGISTER");
}

static bool passes_both(const struct draft_host *h, struct text *why)
{
	if (!h->passed || !h->media_between)
		return false;
	say_routing(h, why);
	say_count(why, "media of two hosts met there in ", h->media_between, "row");
	return true;
}

static bool routes(const struct draft_host *h, struct text *why)
{
	if (!h->passed || !(h->record_routes || h->registrar))
		return false;
	say_routing(h, why);
	return true;
}

static bool passes(const struct draft_host *h, struct text *why)
{
	if (!h->passed && !h->record_routes)
		return false;
	say_routing(h, why);
	return true;
}

static bool both_ways(const struct draft_host *h, struct text *why)
{
	if (!h->both_ways)
		return false;
	say_count(why, "got a call and began one to somebody else within 2 s, ", h->both_ways,
		  "time");
	return true;
}

static bool registrar(const struct draft_host *h, struct text *why)
{
	if (!h->registrar || h->registers)
		return false;
	say_routing(h, why);
	return true;
}

static bool box_by_name(const struct draft_host *h, struct text *why)
{
	if (!h->product || h->product_role == ROLE_ENDPOINT)
		return false;
	text_addf(why, "its User-Agent names %s", h->product);
	return true;
}

static bool registered_phone(const struct draft_host *h, struct text *why)
{
	if (!h->registers || !h->media || h->media_between)
		return false;
	say(why, "registers itself");
	say_count(why, "its media was seen in ", h->media, "row");
	return true;
}

static bool phone(const struct draft_host *h, struct text *why)
{
	bool named = h->product && h->product_role == ROLE_ENDPOINT;

	if (!h->registers && !named && !(h->began && h->own_contact && h->media))
		return false;
	if (h->registers)
		say(why, "registers itself");
	if (named)
		text_addf(why, "%sits User-Agent names %s", why->n ? "; " : "", h->product);
	if (h->own_contact)
		say(why, "its Contact is its own address");
	if (h->media)
		say_count(why, "its media was seen in ", h->media, "row");
	return true;
}

static bool media_only(const struct draft_host *h, struct text *why)
{
	if (h->speaks || !h->media_between)
		return false;
	say_count(why, "no SIP of its own; media of two hosts met there in ", h->media_between,
		  "row");
	return true;
}

static bool tls_server(const struct draft_host *h, struct text *why)
{
	/* One client may be a telephone calling another; whose media is elsewhere is none. */
	if (h->client_count < (h->media ? 2 : 1))
		return false;
	text_addf(why, "TLS of %s%u %s there",
		  h->client_count == DRAFT_HOST_CLIENTS ? "at least " : "",
		  (unsigned)h->client_count, h->client_count == 1 ? "host ends" : "hosts ends");
	return true;
}

static bool in_between(const struct draft_host *h, struct text *why)
{
	if (!h->between || h->media)
		return false;
	say_count(why, "stood between the ends of ", h->between, "row");
	return true;
}

static bool end(const struct draft_host *h, struct text *why)
{
	if (!h->ended)
		return false;
	say_count(why, "an end of ", h->ended, "row");
	return true;
}

static const struct sign {
	bool (*fits)(const struct draft_host *h, struct text *why);
	enum role role;
	const char *confidence;
} signs[] = {
	{ turn, ROLE_TURN, "high" },
	{ focus, ROLE_CONFERENCE, "high" },
	{ recorder, ROLE_RECORDER, "high" },
	{ passes_both, ROLE_SBC, "medium" },
	{ routes, ROLE_PROXY, "high" },
	{ passes, ROLE_PROXY, "medium" },
	{ both_ways, ROLE_B2BUA, "medium" },
	{ registrar, ROLE_PROXY, "medium" },
	{ registered_phone, ROLE_ENDPOINT, "high" },
	{ box_by_name, ROLE_UNKNOWN, "low" }, /* the product says which */
	{ phone, ROLE_ENDPOINT, "medium" },
	{ media_only, ROLE_RELAY, "medium" },
	{ tls_server, ROLE_PROXY, "low" },
	{ in_between, ROLE_PROXY, "low" },
	{ end, ROLE_ENDPOINT, "low" },
};

struct draft_guess draft_guess_of(const struct draft_host *h, struct text *why)
{
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		const struct sign *s = &signs[i];
		if (s->fits(h, why))
			return (struct draft_guess){ s->fits == box_by_name ? h->product_role
									    : s->role,
						     s->confidence };
	}
	text_add(why, "nothing that was seen says what it is");
	return (struct draft_guess){ ROLE_UNKNOWN, "low" };
}

const char *draft_guess_product(struct slice user_agent, enum role *role)
{
	static const struct {
		const char *name;
		enum role role;
	} products[] = {
		{ "Asterisk", ROLE_B2BUA },    { "FreeSWITCH", ROLE_B2BUA },
		{ "FPBX", ROLE_B2BUA },	       { "3CXPhoneSystem", ROLE_B2BUA },
		{ "Cisco-CUCM", ROLE_B2BUA },  { "Kamailio", ROLE_PROXY },
		{ "OpenSIPS", ROLE_PROXY },    { "Oracle SBC", ROLE_SBC },
		{ "Sonus", ROLE_SBC },	       { "Cisco-SIPGateway", ROLE_GATEWAY },
		{ "Mediant", ROLE_GATEWAY },   { "Linphone", ROLE_ENDPOINT },
		{ "baresip", ROLE_ENDPOINT },  { "Zoiper", ROLE_ENDPOINT },
		{ "Yealink", ROLE_ENDPOINT },  { "Polycom", ROLE_ENDPOINT },
		{ "snom", ROLE_ENDPOINT },     { "Grandstream", ROLE_ENDPOINT },
		{ "MicroSIP", ROLE_ENDPOINT }, { "PJSUA", ROLE_ENDPOINT },
		{ "Bria", ROLE_ENDPOINT },     { "JsSIP", ROLE_ENDPOINT },
		{ "SIP.js", ROLE_ENDPOINT },
	};

	for (size_t i = 0; i < sizeof products / sizeof *products; i++) {
		if (!slice_istarts(user_agent, slice_of(products[i].name)))
			continue;
		*role = products[i].role;
		return products[i].name;
	}
	return NULL;
}
