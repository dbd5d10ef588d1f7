/* sip_field.c - small headers read on demand. */
#include "analyzer/proto/sip/sip_field.h"

#include "analyzer/proto/sip/sip_text.h"

static bool hex32(struct slice s, bool *nil)
{
	*nil = true;
	for (size_t i = 0; i < s.n; i++) {
		uint8_t c = s.p[i];
		if (!((c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F')))
			return false;
		*nil = *nil && c == '0';
	}
	return s.n == 32;
}

enum err sip_field_session_id(struct slice value, struct sip_field_session_id *out)
{
	struct slice params, remote;

	*out = (struct sip_field_session_id){ .local = { NULL, 0 } };
	value = sip_text_trim(value);
	size_t semicolon = slice_find(value, ';');
	out->local = sip_text_trim(slice_upto(value, semicolon));
	params = slice_from(value, semicolon + 1);
	if (!hex32(out->local, &out->local_nil))
		return ERR_MALFORMED;
	if (!sip_text_find_param(params, SLICE("remote"), &remote))
		return ERR_OK;
	if (!hex32(remote, &out->remote_nil))
		return ERR_MALFORMED;
	out->remote = remote;
	return ERR_OK;
}

enum err sip_field_dialog(struct slice value, struct sip_field_dialog *out)
{
	struct slice rest, name, v;

	*out = (struct sip_field_dialog){ .early_only = false };
	value = sip_text_trim(value);
	size_t semicolon = slice_find(value, ';');
	out->call_id = sip_text_trim(slice_upto(value, semicolon));
	rest = slice_from(value, semicolon + 1);
	while (sip_text_param(&rest, &name, &v)) {
		if (slice_ieq(name, SLICE("to-tag")) || slice_ieq(name, SLICE("remote-tag")))
			out->to_tag = v;
		else if (slice_ieq(name, SLICE("from-tag")) || slice_ieq(name, SLICE("local-tag")))
			out->from_tag = v;
		else if (slice_ieq(name, SLICE("early-only")))
			out->early_only = true;
	}
	return out->call_id.n && out->to_tag.n && out->from_tag.n ? ERR_OK : ERR_MALFORMED;
}

enum err sip_field_reason(struct slice value, struct sip_field_reason *out)
{
	struct slice rest, name, v;
	uint64_t cause;

	*out = (struct sip_field_reason){ .has_cause = false };
	rest = sip_text_trim(value);
	out->protocol = sip_text_token(&rest);
	rest = slice_from(rest, slice_find(rest, ';') + 1);
	while (sip_text_param(&rest, &name, &v)) {
		if (slice_ieq(name, SLICE("text")))
			out->text = sip_text_unquote(v);
		else if (slice_ieq(name, SLICE("cause")) && slice_number(v, UINT32_MAX, &cause)) {
			out->cause = (uint32_t)cause;
			out->has_cause = true;
		}
	}
	return out->protocol.n ? ERR_OK : ERR_MALFORMED;
}

/* Cuts the next word that ends in white space. */
static struct slice take_word(struct slice *rest)
{
	size_t n = 0;

	*rest = sip_text_trim(*rest);
	while (n < rest->n && !sip_text_is(rest->p[n], SIP_TEXT_SPACE))
		n++;
	struct slice word = slice_upto(*rest, n);
	*rest = slice_from(*rest, n);
	return word;
}

enum err sip_field_rack(struct slice value, struct sip_field_rack *out)
{
	uint64_t rseq, cseq;

	*out = (struct sip_field_rack){ .rseq = 0 };
	struct slice first = take_word(&value), second = take_word(&value);
	out->method = take_word(&value);
	if (!slice_number(first, UINT32_MAX, &rseq) || !slice_number(second, UINT32_MAX, &cseq))
		return ERR_MALFORMED;
	out->rseq = (uint32_t)rseq;
	out->cseq = (uint32_t)cseq;
	return sip_text_is_token(out->method) ? ERR_OK : ERR_MALFORMED;
}

enum err sip_field_token(struct slice value, struct sip_field_token *out)
{
	struct slice rest = sip_text_trim(value);

	out->token = sip_text_token(&rest);
	out->params = slice_from(rest, slice_find(rest, ';') + 1);
	return out->token.n ? ERR_OK : ERR_MALFORMED;
}

enum err sip_field_number(struct slice value, uint64_t max, uint64_t *out)
{
	size_t n = 0;

	value = sip_text_trim(value);
	while (n < value.n && value.p[n] >= '0' && value.p[n] <= '9')
		n++;
	if (n < value.n && value.p[n] != ';' && !sip_text_is(value.p[n], SIP_TEXT_SPACE))
		return ERR_MALFORMED;
	return slice_number(slice_upto(value, n), max, out) ? ERR_OK : ERR_MALFORMED;
}

enum err sip_field_identity(struct slice value, struct sip_field_identity *out)
{
	struct slice rest, name, v;

	*out = (struct sip_field_identity){ .compact = false };
	value = sip_text_trim(value);
	if (value.n && value.p[0] == '"') {
		out->legacy = true;
		out->secret_token = sip_text_unquote(value);
		return out->secret_token.n ? ERR_OK : ERR_MALFORMED;
	}
	size_t semicolon = slice_find(value, ';');
	out->secret_token = sip_text_trim(slice_upto(value, semicolon));
	out->compact = slice_starts(out->secret_token, SLICE(".."));
	rest = slice_from(value, semicolon + 1);
	while (sip_text_param(&rest, &name, &v)) {
		if (slice_ieq(name, SLICE("info")))
			out->info = v;
		else if (slice_ieq(name, SLICE("alg")))
			out->alg = sip_text_unquote(v);
		else if (slice_ieq(name, SLICE("ppt")))
			out->ppt = sip_text_unquote(v);
	}
	return out->secret_token.n ? ERR_OK : ERR_MALFORMED;
}
