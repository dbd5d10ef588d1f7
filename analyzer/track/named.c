/* named.c - does a server's certificate name the host that was asked for? */
#include "analyzer/track/named.h"

bool named_alpn_sip(struct slice alpn)
{
	return slice_eq(alpn, SLICE("sip")) || slice_eq(alpn, SLICE("sips"));
}

/* RFC 6125 6.4.3: the star stands for one label, the leftmost. */
static bool star_fits(struct slice name, struct slice host)
{
	size_t dot = 0;

	if (name.n < 3 || name.p[0] != '*' || name.p[1] != '.')
		return false;
	while (dot < host.n && host.p[dot] != '.')
		dot++;
	return dot && slice_ieq(slice_from(name, 1), slice_from(host, dot));
}

/* The name is a domain that the host stands in. */
static bool holds(struct slice name, struct slice host)
{
	return slice_find(name, '.') < name.n && host.n > name.n + 1 &&
	       host.p[host.n - name.n - 1] == '.' &&
	       slice_ieq(name, slice_from(host, host.n - name.n));
}

struct fit {
	bool exact, star, below;
};

static struct fit fit_of(const struct slice *names, unsigned n, struct slice host)
{
	struct fit f = { false, false, false };

	for (unsigned i = 0; i < n; i++) {
		f.exact |= slice_ieq(names[i], host);
		f.star |= star_fits(names[i], host);
		f.below |= holds(names[i], host);
	}
	return f;
}

static struct fit fit_cn(const struct cert_seen *c, struct slice host)
{
	return fit_of(&c->cn, c->has_san ? 0 : 1, host);
}

static bool covers(struct fit f)
{
	return f.exact || f.star;
}

struct named named_judge(const struct tls_seen *t)
{
	const struct cert_seen *c = &t->shake.certs[1];
	struct slice host = t->sni;
	struct named n = { CHECK_NONE, false, false };

	if (!host.n || !c->parsed)
		return n;
	bool web = t->websocket || slice_istarts(t->alpn, SLICE("http/")) ||
		   slice_eq(t->alpn, SLICE("h2"));
	bool sip = !web && (t->sip_port || named_alpn_sip(t->alpn));
	struct fit by_sip = fit_of(c->names, c->name_count, host), by_cn = fit_cn(c, host);
	struct fit by_web = c->names_uri ? fit_of(c->dns, c->dns_count, host) : by_sip;
	struct fit f = web ? by_web : by_sip;
	if (covers(f) || covers(by_cn) || (!sip && covers(by_web))) {
		n.name = CHECK_OK;
		n.cn_only = covers(by_cn);
		n.wildcard = sip && !f.exact && !by_cn.exact;
	} else if (!c->names_more && (web || !(f.below || by_cn.below))) {
		/* A client may have named the target of an SRV lookup, which RFC 5922 7.3 does not
		 * want in the certificate: a host below a domain that is named says nothing. */
		n.name = CHECK_BAD;
	}
	return n;
}
