/* sdp_seen.c - a session description becomes part of an observation, keys named and wiped. */
#include "analyzer/observe/sdp_seen.h"

#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/hash.h"
#include "analyzer/proto/mikey/mikey.h"
#include "analyzer/proto/sdp/sdp.h"

enum {
	KEY_BYTES = 512,
	MIKEY_TEXT = 16, /* base64 of the header, whole groups */
	MIKEY_HEADER_ROOM = 12,
};

static enum media_kind kind_of(enum sdp_kind k)
{
	switch (k) {
	case SDP_AUDIO:
		return MEDIA_AUDIO;
	case SDP_VIDEO:
		return MEDIA_VIDEO;
	case SDP_TEXT:
		return MEDIA_TEXT;
	case SDP_IMAGE:
		return MEDIA_IMAGE;
	case SDP_MESSAGE:
		return MEDIA_MESSAGE;
	default:
		return MEDIA_APPLICATION;
	}
}

static enum media_profile profile_of(enum sdp_proto p)
{
	static const enum media_profile profile[SDP_PROTO_COUNT] = {
		[SDP_RTP_AVP] = PROFILE_RTP_AVP,
		[SDP_RTP_AVPF] = PROFILE_RTP_AVPF,
		[SDP_RTP_SAVP] = PROFILE_RTP_SAVP,
		[SDP_RTP_SAVPF] = PROFILE_RTP_SAVPF,
		[SDP_UDP_TLS_RTP_SAVP] = PROFILE_DTLS_SAVP,
		[SDP_UDP_TLS_RTP_SAVPF] = PROFILE_DTLS_SAVPF,
		[SDP_TCP_RTP_AVP] = PROFILE_RTP_AVP,
		[SDP_TCP_RTP_AVPF] = PROFILE_RTP_AVPF,
		[SDP_TCP_RTP_SAVP] = PROFILE_RTP_SAVP,
		[SDP_TCP_RTP_SAVPF] = PROFILE_RTP_SAVPF,
		[SDP_TCP_DTLS_RTP_SAVP] = PROFILE_DTLS_SAVP,
		[SDP_TCP_DTLS_RTP_SAVPF] = PROFILE_DTLS_SAVPF,
		[SDP_UDPTL] = PROFILE_UDPTL,
		[SDP_TCP_UDPTL] = PROFILE_UDPTL,
		[SDP_UDP_TLS_UDPTL] = PROFILE_DTLS_UDPTL,
		[SDP_TCP_MSRP] = PROFILE_MSRP,
		[SDP_TCP_TLS_MSRP] = PROFILE_TLS_MSRP,
		[SDP_UDP_DTLS_SCTP] = PROFILE_SCTP_DTLS,
		[SDP_TCP_DTLS_SCTP] = PROFILE_SCTP_DTLS,
		[SDP_DTLS_SCTP] = PROFILE_SCTP_DTLS,
		[SDP_TCP_BFCP] = PROFILE_BFCP,
		[SDP_TCP_TLS_BFCP] = PROFILE_TLS_BFCP,
		[SDP_UDP_BFCP] = PROFILE_BFCP,
		[SDP_UDP_TLS_BFCP] = PROFILE_TLS_BFCP,
	};
	return p < SDP_PROTO_COUNT ? profile[p] : PROFILE_OTHER;
}

static enum sdp_direction direction_of(enum sdp_dir d)
{
	switch (d) {
	case SDP_DIR_SENDONLY:
		return SDP_SENDONLY;
	case SDP_DIR_RECVONLY:
		return SDP_RECVONLY;
	case SDP_DIR_INACTIVE:
		return SDP_INACTIVE;
	default:
		return SDP_SENDRECV;
	}
}

static enum sdp_setup setup_of(enum sdp_setup_role s)
{
	switch (s) {
	case SDP_SETUP_ACTIVE:
		return SETUP_ACTIVE;
	case SDP_SETUP_PASSIVE:
		return SETUP_PASSIVE;
	case SDP_SETUP_ACTPASS:
		return SETUP_ACTPASS;
	case SDP_SETUP_HOLDCONN:
		return SETUP_HOLDCONN;
	default:
		return SETUP_NONE;
	}
}

/* What no random generator gives (KEY-006); a chance of one in 2^80 at most for 30 octets. */
static enum key_pattern pattern_of(const uint8_t *key, size_t n)
{
	size_t same = 0, steps = 0, letters = 0;

	for (size_t i = 1; i < n; i++) {
		same += key[i] == key[0];
		steps += key[i] == (uint8_t)(key[i - 1] + 1);
	}
	for (size_t i = 0; i < n; i++)
		letters += key[i] >= ' ' && key[i] <= '~';
	if (n < 16)
		return KEY_RANDOM;
	if (same == n - 1)
		return key[0] ? KEY_CONSTANT : KEY_ZERO;
	if (steps == n - 1)
		return KEY_SEQUENTIAL;
	/* Each octet of a random key is printable with odds 95 in 256: 10^-13 for 30. */
	return letters == n && n >= 30 ? KEY_TEXT : KEY_RANDOM;
}

/* Where keys go while a line is read. */
struct key_room {
	struct sdp_keys *keys;
	unsigned line;
};

static void hand_over(const struct sdp_crypto *c, unsigned at, struct slice octets, uint64_t name,
		      struct key_room *room)
{
	const struct sdp_crypto_suite_info *s = sdp_crypto_info(c->suite);

	/* Without tags, or with keys derived anew (RFC 4568 6.3), a key that does not fit says
	 * nothing. */
	if (c->flags & (SDP_CRYPTO_UNAUTHENTICATED_SRTP | SDP_CRYPTO_KDR))
		return;
	if (room->keys->count == SDP_SEEN_KEYS || octets.n != (size_t)s->key + s->salt ||
	    octets.n > VAULT_KEY_OCTETS)
		return;
	struct vault_key *to = &room->keys->of[room->keys->count].key;
	room->keys->of[room->keys->count++].line = room->line;
	*to = (struct vault_key){ .name = name,
				  .suite = c->suite,
				  .n = (uint8_t)octets.n,
				  .mki_octets = c->keys[at].has_mki ? c->keys[at].mki_length : 0,
				  .source = KEY_FROM_SDES };
	memcpy(to->octets, octets.p, octets.n);
}

/* The key is decoded, named, looked at and wiped before anything else happens. */
static void read_key(const struct sdp_crypto *c, unsigned at, struct crypto_seen *to,
		     struct key_room *room)
{
	const struct sdp_crypto_key *k = &c->keys[at];
	uint8_t key[KEY_BYTES];
	int n = sdp_crypto_decode(k->secret_base64, key, sizeof key);

	to->lifetimes[at] = k->lifetime;
	if (n > 0) {
		enum key_pattern p = pattern_of(key, (size_t)n);
		to->key_names[at] = digest_name((struct slice){ key, (size_t)n });
		if (p != KEY_RANDOM)
			to->pattern = (uint8_t)p;
		hand_over(c, at, (struct slice){ key, (size_t)n }, to->key_names[at], room);
	}
	explicit_bzero(key, sizeof key);
}

/* Keys of 128 and 192 bits; f8 and what is not AES. No encryption at all is another matter. */
static uint8_t cipher_short(enum sdp_crypto_suite s)
{
	bool aes = s != SDP_F8_128_HMAC_SHA1_80 &&
		   (s < SDP_SEED_CTR_128_HMAC_SHA1_80 || s > SDP_AEAD_ARIA_256_GCM);

	if (s == SDP_SUITE_OTHER || s == SDP_NULL_HMAC_SHA1_80 || s == SDP_NULL_HMAC_SHA1_32)
		return 0;
	return (uint8_t)((sdp_crypto_info(s)->key < 32 ? SHORT_OF_CNSA : 0) |
			 (aes ? 0 : SHORT_OF_FIPS));
}

static void read_one_crypto(const struct sdp_crypto *c, struct crypto_seen *to,
			    struct key_room *room)
{
	*to = (struct crypto_seen){
		.tag = c->tag,
		.suite = c->suite_text,
		.wrong = c->reason == SDP_CRYPTO_VALID ? NULL : sdp_crypto_reason_text(c->reason),
		.key_octets = c->key_n ? c->keys[0].octets : 0,
		.tag_bits = sdp_crypto_info(c->suite)->srtp_tag_bits,
		.keys = c->key_n,
		.cipher_short = cipher_short(c->suite),
		.valid = c->reason == SDP_CRYPTO_VALID,
		.unknown_suite = c->reason == SDP_CRYPTO_UNKNOWN_SUITE,
		.alias = (c->flags & SDP_CRYPTO_ALIAS) != 0,
		.unpadded = (c->flags & SDP_CRYPTO_UNPADDED) != 0,
		.null_cipher =
			c->suite == SDP_NULL_HMAC_SHA1_80 || c->suite == SDP_NULL_HMAC_SHA1_32,
		.unencrypted_srtp = (c->flags & SDP_CRYPTO_UNENCRYPTED_SRTP) != 0,
		.unencrypted_srtcp = (c->flags & SDP_CRYPTO_UNENCRYPTED_SRTCP) != 0,
		.unauthenticated_srtp = (c->flags & SDP_CRYPTO_UNAUTHENTICATED_SRTP) != 0,
		.fec_key = (c->flags & SDP_CRYPTO_FEC_KEY) != 0,
	};
	for (unsigned i = 0; i < c->key_n && i < CRYPTO_KEYS; i++)
		read_key(c, i, to, room);
}

static void read_crypto(const struct sdp_media *m, struct arena *a, struct line_seen *l,
			struct key_room *room)
{
	struct crypto_seen *to = arena_take(a, sizeof *to * m->crypto_n);

	l->cryptos = to;
	for (const struct sdp_crypto *c = m->crypto; to && c && l->crypto_count < m->crypto_n;
	     c = c->next)
		read_one_crypto(c, &to[l->crypto_count++], room);
}

static void read_zrtp_hashes(const struct sdp_media *m, struct arena *a, struct line_seen *l)
{
	uint16_t n = 0;

	for (const struct sdp_zrtp_hash *z = m->section.zrtp_hashes; z && n < UINT16_MAX;
	     z = z->next)
		n++;
	struct zrtp_hash_seen *to = arena_take(a, sizeof *to * n);
	l->zrtp_hashes = to;
	for (const struct sdp_zrtp_hash *z = m->section.zrtp_hashes;
	     to && z && l->zrtp_hash_count < n; z = z->next)
		to[l->zrtp_hash_count++] =
			(struct zrtp_hash_seen){ .version = z->version, .hash = z->hex };
}

static void read_codecs(const struct sdp_media *m, struct arena *a, struct line_seen *l)
{
	struct codec_seen *to = arena_take(a, sizeof *to * m->codec_n);

	l->codecs = to;
	for (const struct sdp_codec *c = m->codecs; to && c && l->codec_count < m->codec_n;
	     c = c->next)
		to[l->codec_count++] = (struct codec_seen){ .name = c->name,
							    .rate = c->clock,
							    .pt = c->payload_type,
							    .channels = c->channels };
}

static void read_fingerprints(const struct sdp_media *m, struct arena *a, struct line_seen *l)
{
	uint16_t n = m->section.fingerprint_n;
	struct fingerprint_seen *to = arena_take(a, sizeof *to * n);

	l->fingerprints = to;
	for (const struct sdp_fingerprint *f = m->section.fingerprints;
	     to && f && l->fingerprint_count < n; f = f->next)
		to[l->fingerprint_count++] =
			(struct fingerprint_seen){ .hash = f->hash_text, .value = f->hex };
}

static uint8_t candidate_type(enum sdp_candidate_type t)
{
	switch (t) {
	case SDP_CANDIDATE_SRFLX:
		return 1;
	case SDP_CANDIDATE_PRFLX:
		return 2;
	case SDP_CANDIDATE_RELAY:
		return 3;
	default:
		return 0;
	}
}

static void read_candidates(const struct sdp_media *m, struct arena *a, struct line_seen *l)
{
	struct candidate_seen *to = arena_take(a, sizeof *to * m->candidate_n);

	l->candidates = to;
	for (const struct sdp_candidate *c = m->candidates;
	     to && c && l->candidate_count < m->candidate_n; c = c->next) {
		struct candidate_seen *one = &to[l->candidate_count++];
		if (c->has_addr)
			one->at.addr = c->addr;
		one->at.port = c->port;
		one->component = (uint8_t)(c->component > UINT8_MAX ? 0 : c->component);
		one->type = candidate_type(c->type);
	}
}

static bool word_in(struct slice words, struct slice word)
{
	struct slice one;

	while (sdp_word(&words, &one))
		if (slice_eq(one, word))
			return true;
	return false;
}

static bool is_bundled(const struct sdp *s, struct slice mid)
{
	for (const struct sdp_group *g = s->groups; mid.n && g; g = g->next)
		if (slice_ieq(g->semantics, SLICE("BUNDLE")) && word_in(g->members, mid))
			return true;
	return false;
}

static void read_places(const struct sdp_media *m, struct line_seen *l)
{
	struct addr a;

	l->at.port = m->port;
	if (!m->hold && sdp_address(m, &a))
		l->at.addr = a;
	l->rtcp = l->at;
	l->rtcp_mux = (m->section.flags & (SDP_RTCP_MUX | SDP_RTCP_MUX_ONLY)) != 0;
	if (l->rtcp_mux || m->port == 0)
		return;
	l->rtcp.port = m->has_rtcp ? m->rtcp_port : (uint16_t)(m->port + 1);
	if (m->has_rtcp && !addr_is_none(&m->rtcp_addr))
		l->rtcp.addr = m->rtcp_addr;
}

static void read_flags(const struct sdp *s, const struct sdp_media *m, struct line_seen *l)
{
	uint32_t flags = m->section.flags;

	l->bundle_only = (flags & SDP_BUNDLE_ONLY) != 0;
	l->bundled = is_bundled(s, m->section.mid);
	l->key_mgmt = (flags & (SDP_KEY_MGMT_MIKEY | SDP_KEY_MGMT_OTHER)) != 0;
	l->k_line = m->section.key != SDP_KEY_NONE;
	l->k_has_key = m->section.key == SDP_KEY_CLEAR || m->section.key == SDP_KEY_BASE64;
	l->capneg = (flags & (SDP_HAS_TCAP | SDP_HAS_ACAP | SDP_HAS_PCFG)) != 0;
	/* An answer writes the chosen transport into its m-line (RFC 5939 3.6.2). */
	l->acfg_secure = (flags & SDP_HAS_ACFG) && sdp_proto_is_secure(m->proto);
	l->ice_lite = (flags & SDP_ICE_LITE) != 0;
	l->record_on = (flags & (SDP_RECORD_ON | SDP_RECORD_PAUSED)) != 0;
}

/* Its header says how it carries keys; the keys behind that are not decoded. */
static uint8_t mikey_type(const struct sdp_section *section)
{
	uint8_t head[MIKEY_HEADER_ROOM];
	struct mikey m;

	if (!(section->flags & SDP_KEY_MGMT_MIKEY))
		return MIKEY_NONE;
	int n = sdp_crypto_decode(slice_upto(section->secret_mikey, MIKEY_TEXT), head, sizeof head);
	if (n < 0 || mikey_read((struct slice){ head, (size_t)n }, &m) != ERR_OK ||
	    m.type >= MIKEY_BROKEN)
		return MIKEY_BROKEN;
	return m.type;
}

static void read_line(const struct sdp *s, const struct sdp_media *m, struct arena *a,
		      struct line_seen *l, struct key_room *room)
{
	l->kind = kind_of(m->kind);
	l->profile = profile_of(m->proto);
	l->proto = m->proto_text;
	l->direction = direction_of(m->section.direction);
	l->setup = setup_of(m->section.setup);
	l->ufrag = m->section.ice_ufrag;
	l->mid = m->section.mid;
	l->tls_id = m->section.tls_id;
	l->mikey = mikey_type(&m->section);
	read_places(m, l);
	read_flags(s, m, l);
	read_codecs(m, a, l);
	read_crypto(m, a, l, room);
	read_zrtp_hashes(m, a, l);
	read_fingerprints(m, a, l);
	read_candidates(m, a, l);
}

static uint16_t saturate16(uint32_t n)
{
	return (uint16_t)(n > UINT16_MAX ? UINT16_MAX : n);
}

bool sdp_seen_read(struct slice body, struct arena *a, struct sdp_seen *out,
		   struct sip_seen *message, struct sdp_keys *keys)
{
	struct sdp *s;
	struct addr origin;

	if (sdp_parse(body, a, &s) != ERR_OK)
		return false;
	*out = (struct sdp_seen){
		.session_id = s->session_id,
		.session_version = s->session_version,
		.origin_user = s->user,
		.body_hash = hash_fixed(body),
		.truncated = s->caps != 0,
	};
	if (addr_parse(s->origin_address, &origin))
		out->origin_addr = origin;
	message->crypto_lines = saturate16(s->crypto_lines);
	message->fingerprint_lines = saturate16(s->fingerprint_lines);
	struct line_seen *lines = arena_take(a, sizeof *lines * s->media_n);
	out->lines = lines;
	for (const struct sdp_media *m = s->media; lines && m && out->line_count < s->media_n;
	     m = m->next) {
		struct key_room room = { keys, out->line_count };
		read_line(s, m, a, &lines[out->line_count++], &room);
	}
	out->truncated |= arena_spent(a);
	return true;
}
