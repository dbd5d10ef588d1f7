/* bundle_parts.c - manifest, sums and README of a bundle. */
#include "reports/bundle_parts.h"

#include <stdio.h>
#include <string.h>

#include "reports/json_out.h"
#include "reports/jvalue.h"

#define SCHEMA "earshot.bundle/1"

void bundle_parts_extract(size_t input, char out[BUNDLE_EXTRACT_NAME])
{
	(void)snprintf(out, BUNDLE_EXTRACT_NAME, "extract/%03u.pcapng", (unsigned)input % 1000 + 1);
}

const char *bundle_parts_readme(void)
{
	return "An evidence bundle of earshot\n"
	       "\n"
	       "report.json          the report, schema earshot.report/1\n"
	       "report.html          the same for people\n"
	       "extract/NNN.pcapng   of each capture the frames that the report cites: SIP "
	       "written\n"
	       "                     anew without what the report hides, media, keys and bodies "
	       "taken\n"
	       "                     out, handshakes as they were; a comment on each packet gives "
	       "the\n"
	       "                     number of the frame in the capture and what was done to it\n"
	       "pseudonyms.json      addresses that stand for others in the extracts\n"
	       "manifest.json        digests of the captures and of all parts above\n"
	       "manifest.json.p7s    a detached signature of it (CMS, DER), where one was made\n"
	       "SHA256SUMS           digests of all parts, for sha256sum\n"
	       "\n"
	       "To check it:\n"
	       "\n"
	       "  earshot verify BUNDLE.tar --ca CA.pem\n"
	       "\n"
	       "or without earshot, in this folder:\n"
	       "\n"
	       "  sha256sum -c SHA256SUMS\n"
	       "  openssl cms -verify -binary -inform DER -in manifest.json.p7s -content "
	       "manifest.json \\\n"
	       "    -purpose any -CAfile CA.pem -out /dev/null\n"
	       "\n"
	       "The extracts are not the captures: they show what the findings rest on and let it "
	       "be\n"
	       "looked at. Media was taken out, so packets of media cannot be tested again.\n";
}

/* ---- manifest --------------------------------------------------------------------- */

static void key_number(struct text *t, const char *key, uint64_t n)
{
	text_addf(t, ", \"%s\": %llu", key, (unsigned long long)n);
}

static void key_text(struct text *t, const char *before, const char *key, const char *s)
{
	struct text value = { 0 };

	json_out_text(&value, s);
	text_addf(t, "%s\"%s\": %s", before, key, text_of(&value));
	text_free(&value);
}

static void input(struct text *t, const struct bundle_said *said, const json_t *in, size_t i)
{
	char extract[BUNDLE_EXTRACT_NAME];

	bundle_parts_extract(i, extract);
	key_text(t, i ? ",\n    {" : "\n    {", "label", jvalue_str(in, "label"));
	key_text(t, ", ", "name", jvalue_str(in, "name"));
	key_text(t, ", ", "sha256", jvalue_str(in, "sha256"));
	key_number(t, "bytes", jvalue_int(in, "bytes"));
	key_text(t, ", ", "extract", extract);
	key_number(t, "frames", i < BUNDLE_INPUTS ? said->frames[i] : 0);
	text_add(t, "}");
}

static void part(struct text *t, const struct archive_part *p, bool first)
{
	key_text(t, first ? "\n    {" : ",\n    {", "name", p->name);
	key_number(t, "bytes", p->bytes);
	key_text(t, ", ", "sha256", p->sha256);
	text_add(t, "}");
}

static bool is_sealing(const struct archive_part *p)
{
	return strcmp(p->name, BUNDLE_MANIFEST) == 0 || strcmp(p->name, BUNDLE_SIGNATURE) == 0 ||
	       strcmp(p->name, BUNDLE_SUMS) == 0;
}

void bundle_parts_manifest(const struct archive *a, const json_t *head,
			   const struct bundle_said *said, struct text *out)
{
	const json_t *inputs = jvalue_get(head, "inputs"), *tool = jvalue_get(head, "tool");
	const json_t *engagement = jvalue_get(head, "engagement");
	bool first = true;

	key_text(out, "{\n  ", "schema", SCHEMA);
	key_text(out, ",\n  ", "version", jvalue_str(tool, "version"));
	key_text(out, ",\n  ", "run", jvalue_str(head, "run"));
	key_text(out, ",\n  ", "redact", said->redact);
	if (said->signer[0])
		key_text(out, ",\n  ", "signer_sha256", said->signer);
	if (json_is_object(engagement))
		key_text(out, ",\n  ", "engagement_sha256", jvalue_str(engagement, "sha256"));
	text_add(out, ",\n  \"inputs\": [");
	for (size_t i = 0; i < json_array_size(inputs); i++)
		input(out, said, json_array_get(inputs, i), i);
	text_add(out, "\n  ],\n  \"parts\": [");
	for (size_t i = 0; i < a->count; i++) {
		if (is_sealing(&a->parts[i]))
			continue;
		part(out, &a->parts[i], first);
		first = false;
	}
	text_add(out, "\n  ]\n}\n");
}

static bool is_digest(const char *s)
{
	return strlen(s) == DIGEST_HEX - 1 && strspn(s, "0123456789abcdef") == DIGEST_HEX - 1;
}

static bool take(const json_t *root, struct bundle_said *said)
{
	const char *redact = jvalue_str(root, "redact"),
		   *signer = jvalue_str(root, "signer_sha256");
	const json_t *inputs = jvalue_get(root, "inputs");

	if (strcmp(jvalue_str(root, "schema"), SCHEMA) != 0 ||
	    json_array_size(inputs) > BUNDLE_INPUTS || (signer[0] && !is_digest(signer)))
		return false;
	if (strcmp(redact, "mask") != 0 && strcmp(redact, "hmac") != 0 &&
	    strcmp(redact, "none") != 0)
		return false;
	(void)snprintf(said->redact, sizeof said->redact, "%.7s", redact);
	(void)snprintf(said->signer, sizeof said->signer, "%.64s", signer);
	for (size_t i = 0; i < json_array_size(inputs); i++)
		said->frames[i] = jvalue_int(json_array_get(inputs, i), "frames");
	return true;
}

bool bundle_parts_read(struct slice manifest, struct bundle_said *said)
{
	json_t *root =
		json_loadb((const char *)manifest.p, manifest.n, JSON_REJECT_DUPLICATES, NULL);
	bool good;

	*said = (struct bundle_said){ .redact = "" };
	good = take(root, said);
	json_decref(root);
	return good;
}

void bundle_parts_sums(const struct archive *a, struct text *out)
{
	for (size_t i = 0; i < a->count; i++)
		if (strcmp(a->parts[i].name, BUNDLE_SUMS) != 0)
			text_addf(out, "%s  %s\n", a->parts[i].sha256, a->parts[i].name);
}
