/* sdp_codec.c - which payload type is which codec. */
#include "analyzer/proto/sdp/sdp_codec.h"

enum { HIGHEST_TYPE = 127 };

/* Static payload types (RFC 3551 6). */
static const struct {
	const char *name;
	uint32_t clock;
	uint8_t type, channels;
} statics[] = {
	{ "PCMU", 8000, 0, 1 },	  { "GSM", 8000, 3, 1 },    { "G723", 8000, 4, 1 },
	{ "DVI4", 8000, 5, 1 },	  { "DVI4", 16000, 6, 1 },  { "LPC", 8000, 7, 1 },
	{ "PCMA", 8000, 8, 1 },	  { "G722", 8000, 9, 1 },   { "L16", 44100, 10, 2 },
	{ "L16", 44100, 11, 1 },  { "QCELP", 8000, 12, 1 }, { "CN", 8000, 13, 1 },
	{ "MPA", 90000, 14, 1 },  { "G728", 8000, 15, 1 },  { "DVI4", 11025, 16, 1 },
	{ "DVI4", 22050, 17, 1 }, { "G729", 8000, 18, 1 },  { "CelB", 90000, 25, 1 },
	{ "JPEG", 90000, 26, 1 }, { "nv", 90000, 28, 1 },   { "H261", 90000, 31, 1 },
	{ "MPV", 90000, 32, 1 },  { "MP2T", 90000, 33, 1 }, { "H263", 90000, 34, 1 },
};

static void set_static(struct sdp_codec *c)
{
	c->channels = 1;
	for (size_t i = 0; i < sizeof statics / sizeof statics[0]; i++) {
		if (statics[i].type != c->payload_type)
			continue;
		c->name = slice_of(statics[i].name);
		c->clock = statics[i].clock;
		c->channels = statics[i].channels;
	}
}

const struct sdp_codec *sdp_codec_of(const struct sdp_media *m, uint8_t payload_type)
{
	for (const struct sdp_codec *c = m->codecs; c; c = c->next)
		if (c->payload_type == payload_type)
			return c;
	return NULL;
}

/* The entry of that type, made when there is none; NULL when there is no room. */
static struct sdp_codec *entry(struct sdp_attr_place *at, uint8_t type)
{
	for (struct sdp_codec *c = at->media->codecs; c; c = c->next)
		if (c->payload_type == type)
			return c;
	if (at->media->codec_n == SDP_MAX_CODECS) {
		at->sdp->caps |= SDP_CAP_CODECS;
		return NULL;
	}
	struct sdp_codec *c = sdp_attr_take(at, sizeof *c);
	if (!c)
		return NULL;
	c->payload_type = type;
	set_static(c);
	at->media->codec_n++;
	*at->codecs = c;
	at->codecs = &c->next;
	return c;
}

void sdp_codec_formats(struct sdp_attr_place *at)
{
	struct slice rest = at->media->formats, word;
	uint64_t type;

	while (sdp_word(&rest, &word)) {
		if (!slice_number(word, HIGHEST_TYPE, &type)) {
			at->sdp->lax |= SDP_LAX_BAD_MEDIA;
			continue;
		}
		struct sdp_codec *c = entry(at, (uint8_t)type);
		if (!c)
			return;
		c->in_formats = true;
	}
}

/* Cuts the payload type off the front; NULL when it is none, or there is no room. */
static struct sdp_codec *take_type(struct sdp_attr_place *at, struct slice *rest)
{
	struct slice word;
	uint64_t type;

	if (!at->media || !sdp_word(rest, &word) || !slice_number(word, HIGHEST_TYPE, &type))
		return NULL;
	return entry(at, (uint8_t)type);
}

enum err sdp_codec_rtpmap(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_codec *c = take_type(at, &value);
	struct slice encoding, name, clock;
	uint64_t number;

	if (!c || !sdp_word(&value, &encoding) || !slice_cut(&encoding, '/', &name))
		return ERR_MALFORMED;
	c->has_rtpmap = true;
	c->name = name;
	c->channels = 1;
	c->clock = 0;
	if (!slice_cut(&encoding, '/', &clock) || !slice_number(clock, UINT32_MAX, &number))
		return ERR_MALFORMED;
	c->clock = (uint32_t)number;
	if (encoding.n && slice_number(encoding, UINT8_MAX, &number) && number)
		c->channels = (uint8_t)number;
	return ERR_OK;
}

enum err sdp_codec_fmtp(struct sdp_attr_place *at, struct slice value)
{
	struct sdp_codec *c = take_type(at, &value);

	if (!c)
		return ERR_MALFORMED;
	c->fmtp = slice_trim(value);
	return ERR_OK;
}
