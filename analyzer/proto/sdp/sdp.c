/* sdp.c - lines into sections, and what an m-line inherits. */
#include "analyzer/proto/sdp/sdp.h"

#include "analyzer/proto/sdp/sdp_attr.h"
#include "analyzer/proto/sdp/sdp_codec.h"
#include "analyzer/proto/sdp/sdp_proto.h"

/* What the session level hands down as flags; rtcp-mux and T38 belong to one m-line. */
enum {
	INHERITED = SDP_ICE_LITE | SDP_HAS_ICE_PWD | SDP_KEY_MGMT_MIKEY | SDP_KEY_MGMT_OTHER |
		    SDP_HAS_IDENTITY | SDP_CRYPTEX | SDP_ICE_TRICKLE | SDP_HAS_RECORDPREF |
		    SDP_HAS_TCAP | SDP_HAS_ACAP | SDP_ACAP_CRYPTO,
	RECORD = SDP_RECORD_ON | SDP_RECORD_OFF | SDP_RECORD_PAUSED,
};

bool sdp_word(struct slice *rest, struct slice *word)
{
	struct slice s = *rest;
	size_t n = 0;

	while (s.n && (s.p[0] == ' ' || s.p[0] == '\t'))
		s = slice_from(s, 1);
	while (n < s.n && s.p[n] != ' ' && s.p[n] != '\t')
		n++;
	*word = slice_upto(s, n);
	*rest = slice_from(s, n);
	return n > 0;
}

static enum sdp_kind kind_of(struct slice s)
{
	for (unsigned i = SDP_AUDIO; i <= SDP_APPLICATION; i++)
		if (slice_ieq(s, slice_of(sdp_kind_name((enum sdp_kind)i))))
			return (enum sdp_kind)i;
	return SDP_KIND_OTHER;
}

/* "49170" or "49170/2" */
static bool read_port(struct slice s, struct sdp_media *m)
{
	struct slice port;
	uint64_t n;

	m->port_count = 1;
	if (!slice_cut(&s, '/', &port) || !slice_number(port, UINT16_MAX, &n))
		return false;
	m->port = (uint16_t)n;
	if (!s.n)
		return true;
	if (!slice_number(s, UINT16_MAX, &n))
		return false;
	m->port_count = (uint16_t)n;
	return true;
}

static void on_media(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_media *m = at->media;
	struct slice rest = value, port = { NULL, 0 };

	m->line = value;
	m->port_count = 1;
	if (!sdp_word(&rest, &m->kind_text) || !sdp_word(&rest, &port) ||
	    !sdp_word(&rest, &m->proto_text) || !read_port(port, m))
		at->sdp->lax |= SDP_LAX_BAD_MEDIA;
	m->formats = slice_trim(rest);
	m->kind = kind_of(m->kind_text);
	m->proto = sdp_proto_of(m->proto_text);
	if (sdp_proto_is_rtp(m->proto))
		sdp_codec_formats(at);
}

static void on_origin(struct sdp_attr_place *at, struct slice value)
{
	struct sdp *d = at->sdp;
	struct slice rest = value;

	d->has_origin = sdp_word(&rest, &d->user) && sdp_word(&rest, &d->session_id) &&
			sdp_word(&rest, &d->session_version) &&
			sdp_word(&rest, &d->origin_network) && sdp_word(&rest, &d->origin_type) &&
			sdp_word(&rest, &d->origin_address);
}

/* RFC 8866 5.7: address, "/ttl" for IPv4 multicast, "/count" for ranges. */
static void read_address(struct sdp_connection *c, struct slice text)
{
	struct slice part;
	uint64_t n;

	c->count = 1;
	(void)slice_cut(&text, '/', &c->address);
	c->has_addr = addr_parse(c->address, &c->addr);
	c->hold = c->has_addr && addr_is_none(&c->addr);
	if (slice_ieq(c->type, SLICE("IP4")) && slice_cut(&text, '/', &part) &&
	    slice_number(part, UINT8_MAX, &n))
		c->ttl = (uint8_t)n;
	if (slice_number(text, UINT16_MAX, &n))
		c->count = (uint16_t)n;
}

static void on_connection(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_connection *c;
	struct slice address;

	if (at->connection_n == SDP_MAX_CONNECTIONS) {
		at->sdp->caps |= SDP_CAP_LISTS;
		return;
	}
	c = sdp_attr_take(at, sizeof *c);
	if (!c)
		return;
	if (!sdp_word(&value, &c->network) || !sdp_word(&value, &c->type) ||
	    !sdp_word(&value, &address)) {
		at->sdp->lax |= SDP_LAX_BAD_ATTRIBUTE;
		return;
	}
	read_address(c, address);
	at->connection_n++;
	*at->connections = c;
	at->connections = &c->next;
}

static void on_bandwidth(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_bandwidth *b;

	if (at->bandwidth_n == SDP_MAX_BANDWIDTHS) {
		at->sdp->caps |= SDP_CAP_LISTS;
		return;
	}
	b = sdp_attr_take(at, sizeof *b);
	if (!b)
		return;
	if (!slice_cut(&value, ':', &b->type) ||
	    !slice_number(slice_trim(value), UINT64_MAX, &b->value)) {
		at->sdp->lax |= SDP_LAX_BAD_ATTRIBUTE;
		return;
	}
	at->bandwidth_n++;
	*at->bandwidths = b;
	at->bandwidths = &b->next;
}

/* Only the method: what follows the colon is a key, or tells where one is. */
static void on_key(struct sdp_attr_place *at, struct slice value)
{
	static const char *const methods[] = {
		[SDP_KEY_CLEAR] = "clear",
		[SDP_KEY_BASE64] = "base64",
		[SDP_KEY_URI] = "uri",
		[SDP_KEY_PROMPT] = "prompt",
	};
	struct slice method = slice_upto(value, slice_find(value, ':'));

	at->sdp->key_lines++;
	at->section->key = SDP_KEY_OTHER;
	for (unsigned i = SDP_KEY_CLEAR; i <= SDP_KEY_PROMPT; i++)
		if (slice_ieq(method, slice_of(methods[i])))
			at->section->key = (enum sdp_key)i;
}

static void on_line(struct sdp_attr_place *at, uint8_t type, struct slice value)
{
	switch (type) {
	case 'a':
		sdp_attr_read(at, value);
		break;
	case 'c':
		on_connection(at, value);
		break;
	case 'b':
		on_bandwidth(at, value);
		break;
	case 'k':
		on_key(at, value);
		break;
	case 'o':
		on_origin(at, value);
		break;
	case 's':
		at->sdp->name = value;
		break;
	case 't':
		at->sdp->time_n++;
		break;
	default:
		break;
	}
}

/* Media level overrides session level, list by list. */
static void inherit(const struct sdp_section *from, struct sdp_media *m)
{
	struct sdp_section *to = &m->section;

	m->own_connection = to->connections != NULL;
	m->own_fingerprint = to->fingerprints != NULL;
	if (!m->own_connection)
		to->connections = from->connections;
	if (!m->own_fingerprint) {
		to->fingerprints = from->fingerprints;
		to->fingerprint_n = from->fingerprint_n;
	}
	if (!(to->flags & SDP_HAS_DIRECTION))
		to->direction = from->direction;
	if (!to->ice_ufrag.n)
		to->ice_ufrag = from->ice_ufrag;
	if (!to->tls_id.n)
		to->tls_id = from->tls_id;
	if (!to->key_mgmt_prefix.n) {
		to->key_mgmt_prefix = from->key_mgmt_prefix;
		to->secret_mikey = from->secret_mikey;
	}
	if (!to->tcap.n)
		to->tcap = from->tcap;
	if (to->setup == SDP_SETUP_NONE)
		to->setup = from->setup;
	if (to->key == SDP_KEY_NONE)
		to->key = from->key;
	if (!(to->flags & RECORD))
		to->flags |= from->flags & RECORD;
	to->flags |= from->flags & INHERITED;
	m->hold = to->connections && to->connections->hold;
}

static void close_section(struct sdp_attr_place *at, const uint8_t *end)
{
	at->section->text.n = (size_t)(end - at->section->text.p);
}

/* False when the m-line cannot be held: it and what follows it are not read. */
static bool open_media(struct sdp_attr_place *at, struct slice line, struct sdp_media **last)
{
	struct sdp_media *m;

	close_section(at, line.p);
	if (at->sdp->media_n == SDP_MAX_MEDIA) {
		at->sdp->caps |= SDP_CAP_MEDIA;
		return false;
	}
	m = sdp_attr_take(at, sizeof *m);
	if (!m)
		return false;
	m->index = at->sdp->media_n++;
	m->section.text = line;
	if (*last)
		(*last)->next = m;
	else
		at->sdp->media = m;
	*last = m;
	sdp_attr_enter(at, m);
	return true;
}

static bool take_line(struct sdp *d, struct slice *rest, struct slice *line)
{
	size_t lf = slice_find(*rest, '\n');

	if (!rest->n)
		return false;
	bool ended = lf < rest->n;
	*line = slice_upto(*rest, lf);
	*rest = slice_from(*rest, lf + 1);
	if (line->n && line->p[line->n - 1] == '\r')
		line->n--;
	else if (ended)
		d->lax |= SDP_LAX_BARE_LF;
	return true;
}

/*
 * Past the limit of m-lines we stop building, but go on counting key lines: what
 * is disclosed does not become less by being too much.
 */
static void count_only(struct sdp *d, struct slice line)
{
	d->crypto_lines += slice_istarts(line, SLICE("a=crypto:"));
	d->fingerprint_lines += slice_istarts(line, SLICE("a=fingerprint:"));
	d->zrtp_hash_lines += slice_istarts(line, SLICE("a=zrtp-hash:"));
	d->key_mgmt_lines += slice_istarts(line, SLICE("a=key-mgmt:"));
	d->key_lines += slice_istarts(line, SLICE("k="));
}

static void read_lines(struct sdp_attr_place *at, struct slice rest)
{
	struct sdp_media *last = NULL;
	struct slice line;
	bool building = true;

	at->section->text = rest;
	for (unsigned lines = 0; take_line(at->sdp, &rest, &line); lines++) {
		if (lines == SDP_MAX_LINES) {
			at->sdp->caps |= SDP_CAP_LINES;
			building = false;
		}
		if (line.n < 2 || line.p[1] != '=') {
			if (line.n)
				at->sdp->lax |= SDP_LAX_BAD_LINE;
			continue;
		}
		struct slice value = slice_trim(slice_from(line, 2));
		if (building && line.p[0] == 'm')
			building = open_media(at, line, &last);
		if (!building)
			count_only(at->sdp, line);
		else if (line.p[0] == 'm')
			on_media(at, value);
		else
			on_line(at, line.p[0], value);
	}
	if (building)
		close_section(at, rest.p);
}

static void finish(struct sdp *d)
{
	if (!d->has_origin)
		d->lax |= SDP_LAX_BAD_ORIGIN;
	if (!d->time_n)
		d->lax |= SDP_LAX_NO_TIMING;
	for (struct sdp_media *m = d->media; m; m = m->next) {
		inherit(&d->section, m);
		if (!m->section.connections)
			d->lax |= SDP_LAX_NO_CONNECTION;
	}
}

/* What a body may carry around the description: blank lines before, a NUL and more behind. */
static struct slice bare(struct sdp *d, struct slice body)
{
	size_t nul = slice_find(body, 0);

	if (nul < body.n)
		d->lax |= SDP_LAX_TRAILING | SDP_LAX_CONTROL;
	body = slice_upto(body, nul);
	while (body.n && (body.p[0] == '\r' || body.p[0] == '\n' || body.p[0] == ' ')) {
		d->lax |= SDP_LAX_TRAILING;
		body = slice_from(body, 1);
	}
	return body;
}

enum err sdp_parse(struct slice body, struct arena *a, struct sdp **out)
{
	struct sdp *d = arena_take(a, sizeof *d);
	struct sdp_attr_place at = { .sdp = d, .arena = a };

	*out = d;
	if (!d)
		return ERR_LIMIT;
	body = bare(d, body);
	bool version = slice_starts(body, SLICE("v=0")) &&
		       (body.n == 3 || body.p[3] == '\r' || body.p[3] == '\n' || body.p[3] == ' ');
	if (!version)
		d->lax |= SDP_LAX_NO_VERSION;
	sdp_attr_enter(&at, NULL);
	read_lines(&at, body);
	finish(d);
	return version || d->media ? ERR_OK : ERR_MALFORMED;
}

bool sdp_attribute(struct slice section, struct slice name, size_t *at, struct slice *value)
{
	while (*at < section.n) {
		struct slice rest = slice_from(section, *at);
		struct slice line = slice_upto(rest, slice_find(rest, '\n'));
		*at += line.n + 1;
		if (!slice_starts(line, SLICE("a=")))
			continue;
		line = slice_from(line, 2);
		size_t colon = slice_find(line, ':');
		if (!slice_ieq(slice_trim(slice_upto(line, colon)), name))
			continue;
		*value = slice_trim(slice_from(line, colon + 1));
		return true;
	}
	return false;
}

bool sdp_address(const struct sdp_media *m, struct addr *out)
{
	for (const struct sdp_connection *c = m->section.connections; c; c = c->next) {
		if (c->has_addr) {
			*out = c->addr;
			return true;
		}
	}
	return false;
}

const char *sdp_kind_name(enum sdp_kind k)
{
	static const char *const names[] = {
		[SDP_KIND_OTHER] = "",
		[SDP_AUDIO] = "audio",
		[SDP_VIDEO] = "video",
		[SDP_TEXT] = "text",
		[SDP_IMAGE] = "image",
		[SDP_MESSAGE] = "message",
		[SDP_APPLICATION] = "application",
	};

	return (unsigned)k < sizeof names / sizeof names[0] ? names[k] : "";
}
