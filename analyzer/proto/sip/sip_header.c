/* sip_header.c - header names by length, compared whole. */
#include "analyzer/proto/sip/sip_header.h"

struct entry {
	const char *lower; /* the name in lower case */
	enum sip_header_id id;
};

/* Most frequent first within a length. */
static const struct entry length_2[] = {
	{ "to", SIP_HEADER_TO },
};
static const struct entry length_3[] = {
	{ "via", SIP_HEADER_VIA },
};
static const struct entry length_4[] = {
	{ "from", SIP_HEADER_FROM }, { "cseq", SIP_HEADER_CSEQ }, { "path", SIP_HEADER_PATH },
	{ "join", SIP_HEADER_JOIN }, { "rseq", SIP_HEADER_RSEQ }, { "rack", SIP_HEADER_RACK },
	{ "date", SIP_HEADER_DATE },
};
static const struct entry length_5[] = {
	{ "route", SIP_HEADER_ROUTE },
	{ "allow", SIP_HEADER_ALLOW },
	{ "event", SIP_HEADER_EVENT },
};
static const struct entry length_6[] = {
	{ "accept", SIP_HEADER_ACCEPT },
	{ "reason", SIP_HEADER_REASON },
	{ "server", SIP_HEADER_SERVER },
};
static const struct entry length_7[] = {
	{ "contact", SIP_HEADER_CONTACT }, { "call-id", SIP_HEADER_CALL_ID },
	{ "expires", SIP_HEADER_EXPIRES }, { "require", SIP_HEADER_REQUIRE },
	{ "privacy", SIP_HEADER_PRIVACY }, { "subject", SIP_HEADER_SUBJECT },
	{ "warning", SIP_HEADER_WARNING },
};
static const struct entry length_8[] = {
	{ "identity", SIP_HEADER_IDENTITY },
	{ "refer-to", SIP_HEADER_REFER_TO },
	{ "replaces", SIP_HEADER_REPLACES },
};
static const struct entry length_9[] = {
	{ "supported", SIP_HEADER_SUPPORTED },
	{ "refer-sub", SIP_HEADER_REFER_SUB },
	{ "diversion", SIP_HEADER_DIVERSION },
	{ "call-info", SIP_HEADER_CALL_INFO },
};
static const struct entry length_10[] = {
	{ "content-id", SIP_HEADER_CONTENT_ID },
	{ "session-id", SIP_HEADER_SESSION_ID },
	{ "user-agent", SIP_HEADER_USER_AGENT },
};
static const struct entry length_11[] = {
	{ "min-expires", SIP_HEADER_MIN_EXPIRES },
	{ "unsupported", SIP_HEADER_UNSUPPORTED },
	{ "referred-by", SIP_HEADER_REFERRED_BY },
	{ "geolocation", SIP_HEADER_GEOLOCATION },
};
static const struct entry length_12[] = {
	{ "max-forwards", SIP_HEADER_MAX_FORWARDS }, { "record-route", SIP_HEADER_RECORD_ROUTE },
	{ "content-type", SIP_HEADER_CONTENT_TYPE }, { "history-info", SIP_HEADER_HISTORY_INFO },
	{ "user-to-user", SIP_HEADER_USER_TO_USER },
};
static const struct entry length_13[] = {
	{ "service-route", SIP_HEADER_SERVICE_ROUTE },
	{ "proxy-require", SIP_HEADER_PROXY_REQUIRE },
	{ "authorization", SIP_HEADER_AUTHORIZATION },
	{ "target-dialog", SIP_HEADER_TARGET_DIALOG },
};
static const struct entry length_14[] = {
	{ "content-length", SIP_HEADER_CONTENT_LENGTH },
};
static const struct entry length_15[] = {
	{ "session-expires", SIP_HEADER_SESSION_EXPIRES },
	{ "remote-party-id", SIP_HEADER_REMOTE_PARTY_ID },
	{ "security-client", SIP_HEADER_SECURITY_CLIENT },
	{ "security-server", SIP_HEADER_SECURITY_SERVER },
	{ "security-verify", SIP_HEADER_SECURITY_VERIFY },
};
static const struct entry length_16[] = {
	{ "content-encoding", SIP_HEADER_CONTENT_ENCODING },
	{ "www-authenticate", SIP_HEADER_WWW_AUTHENTICATE },
};
static const struct entry length_17[] = {
	{ "p-charging-vector", SIP_HEADER_P_CHARGING_VECTOR },
	{ "p-called-party-id", SIP_HEADER_P_CALLED_PARTY_ID },
};
static const struct entry length_18[] = {
	{ "proxy-authenticate", SIP_HEADER_PROXY_AUTHENTICATE },
	{ "subscription-state", SIP_HEADER_SUBSCRIPTION_STATE },
};
static const struct entry length_19[] = {
	{ "content-disposition", SIP_HEADER_CONTENT_DISPOSITION },
	{ "proxy-authorization", SIP_HEADER_PROXY_AUTHORIZATION },
	{ "authentication-info", SIP_HEADER_AUTHENTICATION_INFO },
	{ "p-asserted-identity", SIP_HEADER_P_ASSERTED_IDENTITY },
};
static const struct entry length_20[] = {
	{ "p-preferred-identity", SIP_HEADER_P_PREFERRED_IDENTITY },
};
static const struct entry length_21[] = {
	{ "p-access-network-info", SIP_HEADER_P_ACCESS_NETWORK_INFO },
};

enum { LONGEST = 21 };

#define ROW(n)                                                                                     \
	{                                                                                          \
		length_##n, sizeof length_##n / sizeof length_##n[0]                               \
	}
static const struct {
	const struct entry *entries;
	size_t n;
} lengths[LONGEST + 1] = {
	[2] = ROW(2),	[3] = ROW(3),	[4] = ROW(4),	[5] = ROW(5),	[6] = ROW(6),
	[7] = ROW(7),	[8] = ROW(8),	[9] = ROW(9),	[10] = ROW(10), [11] = ROW(11),
	[12] = ROW(12), [13] = ROW(13), [14] = ROW(14), [15] = ROW(15), [16] = ROW(16),
	[17] = ROW(17), [18] = ROW(18), [19] = ROW(19), [20] = ROW(20), [21] = ROW(21),
};
#undef ROW

/* Compact forms: RFC 3261 7.3.3, RFC 3515, 3892, 4028, 6665, 8224. */
static const uint8_t compact[26] = {
	['b' - 'a'] = SIP_HEADER_REFERRED_BY,
	['c' - 'a'] = SIP_HEADER_CONTENT_TYPE,
	['e' - 'a'] = SIP_HEADER_CONTENT_ENCODING,
	['f' - 'a'] = SIP_HEADER_FROM,
	['i' - 'a'] = SIP_HEADER_CALL_ID,
	['k' - 'a'] = SIP_HEADER_SUPPORTED,
	['l' - 'a'] = SIP_HEADER_CONTENT_LENGTH,
	['m' - 'a'] = SIP_HEADER_CONTACT,
	['o' - 'a'] = SIP_HEADER_EVENT,
	['r' - 'a'] = SIP_HEADER_REFER_TO,
	['s' - 'a'] = SIP_HEADER_SUBJECT,
	['t' - 'a'] = SIP_HEADER_TO,
	['v' - 'a'] = SIP_HEADER_VIA,
	['x' - 'a'] = SIP_HEADER_SESSION_EXPIRES,
	['y' - 'a'] = SIP_HEADER_IDENTITY,
};

static const char *const spelt[SIP_HEADER_COUNT] = {
	[SIP_HEADER_OTHER] = "",
	[SIP_HEADER_VIA] = "Via",
	[SIP_HEADER_FROM] = "From",
	[SIP_HEADER_TO] = "To",
	[SIP_HEADER_CONTACT] = "Contact",
	[SIP_HEADER_CALL_ID] = "Call-ID",
	[SIP_HEADER_CSEQ] = "CSeq",
	[SIP_HEADER_MAX_FORWARDS] = "Max-Forwards",
	[SIP_HEADER_ROUTE] = "Route",
	[SIP_HEADER_RECORD_ROUTE] = "Record-Route",
	[SIP_HEADER_PATH] = "Path",
	[SIP_HEADER_SERVICE_ROUTE] = "Service-Route",
	[SIP_HEADER_CONTENT_TYPE] = "Content-Type",
	[SIP_HEADER_CONTENT_LENGTH] = "Content-Length",
	[SIP_HEADER_CONTENT_ENCODING] = "Content-Encoding",
	[SIP_HEADER_CONTENT_DISPOSITION] = "Content-Disposition",
	[SIP_HEADER_CONTENT_ID] = "Content-ID",
	[SIP_HEADER_EXPIRES] = "Expires",
	[SIP_HEADER_MIN_EXPIRES] = "Min-Expires",
	[SIP_HEADER_SESSION_EXPIRES] = "Session-Expires",
	[SIP_HEADER_REQUIRE] = "Require",
	[SIP_HEADER_SUPPORTED] = "Supported",
	[SIP_HEADER_PROXY_REQUIRE] = "Proxy-Require",
	[SIP_HEADER_UNSUPPORTED] = "Unsupported",
	[SIP_HEADER_ALLOW] = "Allow",
	[SIP_HEADER_ACCEPT] = "Accept",
	[SIP_HEADER_AUTHORIZATION] = "Authorization",
	[SIP_HEADER_PROXY_AUTHORIZATION] = "Proxy-Authorization",
	[SIP_HEADER_WWW_AUTHENTICATE] = "WWW-Authenticate",
	[SIP_HEADER_PROXY_AUTHENTICATE] = "Proxy-Authenticate",
	[SIP_HEADER_AUTHENTICATION_INFO] = "Authentication-Info",
	[SIP_HEADER_IDENTITY] = "Identity",
	[SIP_HEADER_REFER_TO] = "Refer-To",
	[SIP_HEADER_REFERRED_BY] = "Referred-By",
	[SIP_HEADER_REFER_SUB] = "Refer-Sub",
	[SIP_HEADER_REPLACES] = "Replaces",
	[SIP_HEADER_JOIN] = "Join",
	[SIP_HEADER_TARGET_DIALOG] = "Target-Dialog",
	[SIP_HEADER_SESSION_ID] = "Session-ID",
	[SIP_HEADER_REASON] = "Reason",
	[SIP_HEADER_P_ASSERTED_IDENTITY] = "P-Asserted-Identity",
	[SIP_HEADER_P_PREFERRED_IDENTITY] = "P-Preferred-Identity",
	[SIP_HEADER_REMOTE_PARTY_ID] = "Remote-Party-ID",
	[SIP_HEADER_PRIVACY] = "Privacy",
	[SIP_HEADER_HISTORY_INFO] = "History-Info",
	[SIP_HEADER_DIVERSION] = "Diversion",
	[SIP_HEADER_USER_AGENT] = "User-Agent",
	[SIP_HEADER_SERVER] = "Server",
	[SIP_HEADER_EVENT] = "Event",
	[SIP_HEADER_SUBSCRIPTION_STATE] = "Subscription-State",
	[SIP_HEADER_SECURITY_CLIENT] = "Security-Client",
	[SIP_HEADER_SECURITY_SERVER] = "Security-Server",
	[SIP_HEADER_SECURITY_VERIFY] = "Security-Verify",
	[SIP_HEADER_RSEQ] = "RSeq",
	[SIP_HEADER_RACK] = "RAck",
	[SIP_HEADER_GEOLOCATION] = "Geolocation",
	[SIP_HEADER_USER_TO_USER] = "User-to-User",
	[SIP_HEADER_CALL_INFO] = "Call-Info",
	[SIP_HEADER_SUBJECT] = "Subject",
	[SIP_HEADER_P_ACCESS_NETWORK_INFO] = "P-Access-Network-Info",
	[SIP_HEADER_P_CHARGING_VECTOR] = "P-Charging-Vector",
	[SIP_HEADER_P_CALLED_PARTY_ID] = "P-Called-Party-ID",
	[SIP_HEADER_WARNING] = "Warning",
	[SIP_HEADER_DATE] = "Date",
};

static uint8_t lower(uint8_t c)
{
	return c >= 'A' && c <= 'Z' ? (uint8_t)(c + 32) : c;
}

/* Last octet first: names of one length share their beginnings (P-, Content-) more than their ends.
 */
static bool same(struct slice name, const char *known)
{
	for (size_t i = name.n; i-- > 0;)
		if (lower(name.p[i]) != (uint8_t)known[i])
			return false;
	return true;
}

enum sip_header_id sip_header_find(struct slice name)
{
	if (name.n == 1) {
		uint8_t c = lower(name.p[0]);
		return c >= 'a' && c <= 'z' ? (enum sip_header_id)compact[c - 'a']
					    : SIP_HEADER_OTHER;
	}
	if (name.n > LONGEST)
		return SIP_HEADER_OTHER;
	for (size_t i = 0; i < lengths[name.n].n; i++)
		if (same(name, lengths[name.n].entries[i].lower))
			return lengths[name.n].entries[i].id;
	return SIP_HEADER_OTHER;
}

const char *sip_header_name(enum sip_header_id id)
{
	return (unsigned)id < SIP_HEADER_COUNT ? spelt[id] : "";
}
