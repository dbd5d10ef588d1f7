/* sdp_attr.c - one function per attribute, one table of names. */
#include "analyzer/proto/sdp/sdp_attr.h"

#include "analyzer/proto/sdp/sdp_codec.h"
#include "analyzer/proto/sdp/sdp_fingerprint.h"
#include "analyzer/proto/sdp/sdp_ice.h"

void *sdp_attr_take(struct sdp_attr_place *at, size_t n)
{
	void *p = arena_take(at->arena, n);

	if (!p)
		at->sdp->caps |= SDP_CAP_ARENA;
	return p;
}

void sdp_attr_enter(struct sdp_attr_place *at, struct sdp_media *m)
{
	at->media = m;
	at->section = m ? &m->section : &at->sdp->section;
	at->connections = &at->section->connections;
	at->bandwidths = &at->section->bandwidths;
	at->fingerprints = &at->section->fingerprints;
	at->zrtp_hashes = &at->section->zrtp_hashes;
	at->groups = m ? &m->ssrc_groups : &at->sdp->groups;
	at->codecs = m ? &m->codecs : NULL;
	at->candidates = m ? &m->candidates : NULL;
	at->crypto = m ? &m->crypto : NULL;
	at->ssrcs = m ? &m->ssrcs : NULL;
	at->connection_n = at->bandwidth_n = at->group_n = 0;
}

typedef void attribute_fn(struct sdp_attr_place *at, struct slice value);

static void bad(struct sdp_attr_place *at)
{
	at->sdp->lax |= SDP_LAX_BAD_ATTRIBUTE;
}

static void set_direction(struct sdp_attr_place *at, enum sdp_dir d)
{
	if (at->section->flags & SDP_HAS_DIRECTION)
		at->sdp->lax |= SDP_LAX_TWO_DIRECTIONS;
	at->section->flags |= SDP_HAS_DIRECTION;
	at->section->direction = d;
}

static void on_sendrecv(struct sdp_attr_place *at, struct slice value)
{
	(void)value;
	set_direction(at, SDP_DIR_SENDRECV);
}

static void on_sendonly(struct sdp_attr_place *at, struct slice value)
{
	(void)value;
	set_direction(at, SDP_DIR_SENDONLY);
}

static void on_recvonly(struct sdp_attr_place *at, struct slice value)
{
	(void)value;
	set_direction(at, SDP_DIR_RECVONLY);
}

static void on_inactive(struct sdp_attr_place *at, struct slice value)
{
	(void)value;
	set_direction(at, SDP_DIR_INACTIVE);
}

static void on_rtpmap(struct sdp_attr_place *at, struct slice value)
{
	if (sdp_codec_rtpmap(at, value))
		bad(at);
}

/* The format of an fmtp need not be a payload type: RTP m-lines only. */
static void on_fmtp(struct sdp_attr_place *at, struct slice value)
{
	if (at->media && sdp_proto_is_rtp(at->media->proto) && sdp_codec_fmtp(at, value))
		bad(at);
}

/* Some say 20.0 or 20ms: the whole milliseconds count. */
static void on_ptime(struct sdp_attr_place *at, struct slice value)
{
	size_t n = 0;
	uint64_t ms;

	while (n < value.n && value.p[n] >= '0' && value.p[n] <= '9')
		n++;
	if (!at->media || !slice_number(slice_upto(value, n), 60000, &ms))
		bad(at);
	else
		at->media->ptime = (uint32_t)ms;
}

/* RFC 3605 2.1: port, then perhaps "IN IP4 address". */
static void on_rtcp(struct sdp_attr_place *at, struct slice value)
{
	struct slice word;
	uint64_t port;

	if (!at->media || !sdp_word(&value, &word) || !slice_number(word, UINT16_MAX, &port)) {
		bad(at);
		return;
	}
	at->media->has_rtcp = true;
	at->media->rtcp_port = (uint16_t)port;
	if (!sdp_word(&value, &word))
		return;
	if (!sdp_word(&value, &word) || !sdp_word(&value, &word) ||
	    !addr_parse(word, &at->media->rtcp_addr))
		bad(at);
}

static void on_candidate(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_candidate one, *kept;

	at->sdp->candidate_lines++;
	if (sdp_ice_candidate(value, &one) || !at->media) {
		bad(at);
		if (!one.address.n || !at->media)
			return;
	}
	if (at->media->candidate_n == SDP_MAX_CANDIDATES) {
		at->sdp->caps |= SDP_CAP_CANDIDATES;
		return;
	}
	kept = sdp_attr_take(at, sizeof *kept);
	if (!kept)
		return;
	*kept = one;
	at->media->candidate_n++;
	*at->candidates = kept;
	at->candidates = &kept->next;
}

static void note_crypto(struct sdp_attr_place *at, struct sdp_crypto *c)
{
	for (const struct sdp_crypto *o = at->media->crypto; o; o = o->next)
		if (o->tag == c->tag && c->reason != SDP_CRYPTO_BAD_TAG)
			at->sdp->lax |= SDP_LAX_REPEATED_CRYPTO_TAG;
	at->media->crypto_n++;
	if (c->reason == SDP_CRYPTO_VALID)
		at->media->crypto_valid_n++;
	*at->crypto = c;
	at->crypto = &c->next;
}

static void on_crypto(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_crypto *c;

	at->sdp->crypto_lines++;
	/* RFC 4568 5: media level only. */
	if (!at->media) {
		at->sdp->lax |= SDP_LAX_SESSION_CRYPTO;
		return;
	}
	if (at->media->crypto_n == SDP_MAX_CRYPTO) {
		at->sdp->caps |= SDP_CAP_CRYPTO;
		return;
	}
	c = sdp_attr_take(at, sizeof *c);
	if (!c)
		return;
	if (sdp_crypto_parse(value, c) == ERR_MALFORMED)
		bad(at);
	note_crypto(at, c);
}

static void on_fingerprint(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_fingerprint *f;

	at->sdp->fingerprint_lines++;
	if (at->section->fingerprint_n == SDP_MAX_FINGERPRINTS) {
		at->sdp->caps |= SDP_CAP_FINGERPRINTS;
		return;
	}
	f = sdp_attr_take(at, sizeof *f);
	if (!f)
		return;
	sdp_fingerprint_parse(value, f);
	if (!f->valid)
		bad(at);
	at->section->fingerprint_n++;
	*at->fingerprints = f;
	at->fingerprints = &f->next;
}

static void on_zrtp_hash(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_zrtp_hash *z;

	at->sdp->zrtp_hash_lines++;
	if (at->section->zrtp_hash_n == SDP_MAX_FINGERPRINTS) {
		at->sdp->caps |= SDP_CAP_LISTS;
		return;
	}
	z = sdp_attr_take(at, sizeof *z);
	if (!z)
		return;
	sdp_fingerprint_zrtp(value, z);
	if (!z->valid)
		bad(at);
	at->section->zrtp_hash_n++;
	*at->zrtp_hashes = z;
	at->zrtp_hashes = &z->next;
}

static void on_setup(struct sdp_attr_place *at, struct slice value)
{
	static const char *const names[] = {
		[SDP_SETUP_ACTIVE] = "active",
		[SDP_SETUP_PASSIVE] = "passive",
		[SDP_SETUP_ACTPASS] = "actpass",
		[SDP_SETUP_HOLDCONN] = "holdconn",
	};

	at->section->setup = SDP_SETUP_BAD;
	for (unsigned i = SDP_SETUP_ACTIVE; i <= SDP_SETUP_HOLDCONN; i++)
		if (slice_ieq(value, slice_of(names[i])))
			at->section->setup = (enum sdp_setup_role)i;
	if (at->section->setup == SDP_SETUP_BAD)
		bad(at);
}

static void on_ice_ufrag(struct sdp_attr_place *at, struct slice value)
{
	at->section->ice_ufrag = value;
}

static void on_ice_options(struct sdp_attr_place *at, struct slice value)
{
	struct slice word;

	while (sdp_word(&value, &word))
		if (slice_ieq(word, SLICE("trickle")))
			at->section->flags |= SDP_ICE_TRICKLE;
}

static void on_tls_id(struct sdp_attr_place *at, struct slice value)
{
	at->section->tls_id = value;
}

/* RFC 4567 3: the payload is a secret when MIKEY runs without encryption. */
static void on_key_mgmt(struct sdp_attr_place *at, struct slice value)
{
	at->sdp->key_mgmt_lines++;
	if (!sdp_word(&value, &at->section->key_mgmt_prefix))
		bad(at);
	bool mikey = slice_ieq(at->section->key_mgmt_prefix, SLICE("mikey"));
	at->section->flags |= mikey ? SDP_KEY_MGMT_MIKEY : SDP_KEY_MGMT_OTHER;
	if (mikey)
		at->section->secret_mikey = slice_trim(value);
}

static void on_tcap(struct sdp_attr_place *at, struct slice value)
{
	if (!at->section->tcap.n)
		at->section->tcap = value;
}

static void on_pcfg(struct sdp_attr_place *at, struct slice value)
{
	if (!at->section->pcfg.n)
		at->section->pcfg = value;
}

static void on_acfg(struct sdp_attr_place *at, struct slice value)
{
	if (!at->section->acfg.n)
		at->section->acfg = value;
}

/* RFC 5939 3.4.1: "number attribute". A key offered this way is in the text like any other. */
static void on_acap(struct sdp_attr_place *at, struct slice value)
{
	struct slice word;

	if (!sdp_word(&value, &word) || !sdp_word(&value, &word)) {
		bad(at);
		return;
	}
	if (slice_istarts(word, SLICE("crypto:")) || slice_istarts(word, SLICE("key-mgmt:")))
		at->section->flags |= SDP_ACAP_CRYPTO;
}

static void add_group(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_group *g;

	if (at->group_n == SDP_MAX_GROUPS) {
		at->sdp->caps |= SDP_CAP_LISTS;
		return;
	}
	g = sdp_attr_take(at, sizeof *g);
	if (!g)
		return;
	(void)sdp_word(&value, &g->semantics);
	g->members = slice_trim(value);
	at->group_n++;
	*at->groups = g;
	at->groups = &g->next;
}

static void on_group(struct sdp_attr_place *at, struct slice value)
{
	if (at->media)
		bad(at);
	else
		add_group(at, value);
}

static void on_ssrc_group(struct sdp_attr_place *at, struct slice value)
{
	if (at->media)
		add_group(at, value);
	else
		bad(at);
}

static void on_ssrc(struct sdp_attr_place *at, struct slice value)
{
	struct slice word, rest = value;
	struct sdp_ssrc *s;
	uint64_t ssrc;

	if (!at->media || !sdp_word(&rest, &word) || !slice_number(word, UINT32_MAX, &ssrc)) {
		bad(at);
		return;
	}
	if (at->media->ssrc_n == SDP_MAX_SSRCS) {
		at->sdp->caps |= SDP_CAP_LISTS;
		return;
	}
	s = sdp_attr_take(at, sizeof *s);
	if (!s)
		return;
	s->ssrc = (uint32_t)ssrc;
	rest = slice_trim(rest);
	size_t colon = slice_find(rest, ':');
	s->attribute = slice_upto(rest, colon);
	s->value = slice_from(rest, colon + 1);
	at->media->ssrc_n++;
	*at->ssrcs = s;
	at->ssrcs = &s->next;
}

static void on_mid(struct sdp_attr_place *at, struct slice value)
{
	at->section->mid = value;
}

static void on_label(struct sdp_attr_place *at, struct slice value)
{
	at->section->label = value;
}

static void on_content(struct sdp_attr_place *at, struct slice value)
{
	at->section->content = value;
}

static void on_record(struct sdp_attr_place *at, struct slice value)
{
	if (slice_ieq(value, SLICE("on")))
		at->section->flags |= SDP_RECORD_ON;
	else if (slice_ieq(value, SLICE("off")))
		at->section->flags |= SDP_RECORD_OFF;
	else if (slice_ieq(value, SLICE("paused")))
		at->section->flags |= SDP_RECORD_PAUSED;
	else
		bad(at);
}

static void on_path(struct sdp_attr_place *at, struct slice value)
{
	if (at->media)
		at->media->path = value;
}

static void on_sctp_port(struct sdp_attr_place *at, struct slice value)
{
	uint64_t port;

	if (!at->media || !slice_number(value, UINT16_MAX, &port))
		bad(at);
	else
		at->media->sctp_port = (uint16_t)port;
}

/* Most frequent first. An entry has a flag to set, a function, or both. */
static const struct {
	const char *name;
	uint32_t flag;
	attribute_fn *read;
} attributes[] = {
	{ "rtpmap", 0, on_rtpmap },
	{ "fmtp", 0, on_fmtp },
	{ "sendrecv", 0, on_sendrecv },
	{ "candidate", 0, on_candidate },
	{ "ptime", 0, on_ptime },
	{ "crypto", 0, on_crypto },
	{ "rtcp", 0, on_rtcp },
	{ "ssrc", 0, on_ssrc },
	{ "fingerprint", 0, on_fingerprint },
	{ "setup", 0, on_setup },
	{ "ice-ufrag", 0, on_ice_ufrag },
	{ "ice-pwd", SDP_HAS_ICE_PWD, NULL },
	{ "rtcp-mux", SDP_RTCP_MUX, NULL },
	{ "rtcp-mux-only", SDP_RTCP_MUX_ONLY, NULL },
	{ "rtcp-rsize", SDP_RTCP_RSIZE, NULL },
	{ "mid", 0, on_mid },
	{ "sendonly", 0, on_sendonly },
	{ "recvonly", 0, on_recvonly },
	{ "inactive", 0, on_inactive },
	{ "group", 0, on_group },
	{ "ssrc-group", 0, on_ssrc_group },
	{ "ice-lite", SDP_ICE_LITE, NULL },
	{ "ice-options", 0, on_ice_options },
	{ "end-of-candidates", SDP_END_OF_CANDIDATES, NULL },
	{ "tls-id", 0, on_tls_id },
	{ "zrtp-hash", 0, on_zrtp_hash },
	{ "key-mgmt", 0, on_key_mgmt },
	{ "tcap", SDP_HAS_TCAP, on_tcap },
	{ "acap", SDP_HAS_ACAP, on_acap },
	{ "pcfg", SDP_HAS_PCFG, on_pcfg },
	{ "acfg", SDP_HAS_ACFG, on_acfg },
	{ "bundle-only", SDP_BUNDLE_ONLY, NULL },
	{ "record", 0, on_record },
	{ "recordpref", SDP_HAS_RECORDPREF, NULL },
	{ "identity", SDP_HAS_IDENTITY, NULL },
	{ "cryptex", SDP_CRYPTEX, NULL },
	{ "label", 0, on_label },
	{ "content", 0, on_content },
	{ "path", 0, on_path },
	{ "sctp-port", 0, on_sctp_port },
};

void sdp_attr_read(struct sdp_attr_place *at, struct slice body)
{
	size_t colon = slice_find(body, ':');
	struct slice name = slice_trim(slice_upto(body, colon));
	struct slice value = slice_trim(slice_from(body, colon + 1));

	if (!name.n)
		return;
	for (size_t i = 0; i < sizeof attributes / sizeof attributes[0]; i++) {
		const char *known = attributes[i].name;
		if (((uint8_t)known[0] ^ name.p[0]) & 0xdf || !slice_ieq(name, slice_of(known)))
			continue;
		at->section->flags |= attributes[i].flag;
		if (attributes[i].read)
			attributes[i].read(at, value);
		return;
	}
	if (slice_istarts(name, SLICE("T38")))
		at->section->flags |= SDP_HAS_T38;
}
