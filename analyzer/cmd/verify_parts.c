/* verify_parts.c - what can be written again is, and octets are compared. */
#include "analyzer/cmd/verify_parts.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/when.h"
#include "reports/extract_file.h"
#include "reports/jvalue.h"
#include "reports/sign.h"

/* False: it is not there or too large, and a line says so. */
static bool read_part(struct checking *c, struct archive *a, const char *name, struct text *out)
{
	struct archive_part *p = archive_find(a, name);
	enum err e = p ? archive_text(p, VERIFY_PART_MAX, out) : ERR_OK;

	if (!p)
		checking_bad(c, "%s is missing", name);
	else if (e != ERR_OK)
		checking_lost(c, "%s is larger than can be looked at", name);
	return p && e == ERR_OK;
}

static bool compare(struct checking *c, struct archive *a, const char *name,
		    const struct text *want)
{
	struct text said = { 0 };
	bool there = read_part(c, a, name, &said);
	bool same = there && slice_eq(text_slice(&said), text_slice(want));

	if (there && !same)
		checking_bad(c, "%s does not fit the other parts", name);
	text_free(&said);
	return same;
}

/* Where one digest is wrong, the sums and the manifest name the part. */
static void name_changed(struct checking *c, struct archive *a)
{
	struct text sums = { 0 };

	if (read_part(c, a, BUNDLE_SUMS, &sums)) {
		for (size_t i = 0; i < a->count; i++) {
			const struct archive_part *p = &a->parts[i];
			if (strcmp(p->name, BUNDLE_SUMS) != 0 && !strstr(text_of(&sums), p->sha256))
				checking_bad(c, "%s has changed since %s was written", p->name,
					     BUNDLE_SUMS);
		}
	}
	text_free(&sums);
}

static void signature(struct checking *c, struct archive *a, const struct bundle_said *said,
		      struct slice manifest, struct slice ca)
{
	struct text der = { 0 };
	struct sign_seen seen;

	if (!archive_find(a, BUNDLE_SIGNATURE)) {
		if (said->signer[0])
			checking_bad(c,
				     "the manifest names a signer, and the signature is missing");
		else if (ca.n)
			checking_bad(c, "--ca was given, and the bundle is not signed");
		else
			checking_note(
				c,
				"not signed: whoever wrote the bundle could have written another");
		return;
	}
	if (!read_part(c, a, BUNDLE_SIGNATURE, &der))
		return;
	if (sign_check(text_slice(&der), manifest, ca, &seen) != ERR_OK)
		checking_lost(c, "--ca holds no certificate in PEM");
	else if (!seen.holds || (ca.n && !seen.trusted))
		checking_bad(c, "signature: %s", seen.why);
	else if (strcmp(seen.sha256, said->signer) != 0)
		checking_bad(c, "signature: by another certificate than the manifest names");
	else
		checking_good(c, "signature: by %s, certificate %s, valid %s to %s", seen.who,
			      seen.sha256, seen.from, seen.until);
	if (seen.holds && !ca.n)
		checking_note(c, "whose certificate that is was not checked: give --ca FILE");
	text_free(&der);
}

void verify_parts_seal(struct checking *c, struct archive *a, const json_t *head, struct slice ca)
{
	struct text manifest = { 0 }, want = { 0 }, sums = { 0 };
	struct bundle_said said;

	bundle_parts_sums(a, &sums);
	if (compare(c, a, BUNDLE_SUMS, &sums))
		checking_good(c, "digests: %zu parts as they were written", a->count);
	else
		name_changed(c, a);
	if (read_part(c, a, BUNDLE_MANIFEST, &manifest)) {
		if (!bundle_parts_read(text_slice(&manifest), &said)) {
			checking_bad(c, "%s is no manifest of a bundle", BUNDLE_MANIFEST);
		} else {
			bundle_parts_manifest(a, head, &said, &want);
			if (compare(c, a, BUNDLE_MANIFEST, &want))
				checking_good(c, "manifest: fits the report and every part");
			signature(c, a, &said, text_slice(&manifest), ca);
		}
	}
	text_free(&manifest);
	text_free(&want);
	text_free(&sums);
}

/* ---- frames -------------------------------------------------------------------------- */

struct frames {
	struct checking *c;
	const struct cited *cited;
	uint32_t input;
	uint64_t kinds[EXTRACT_KINDS];
};

static bool is_cited(struct frames *f, const struct extract_frame *one)
{
	const struct cited_frame *said = cited_find(f->cited, f->input, one->frame);
	char time[WHEN_TEXT];

	if (!said)
		checking_bad(f->c, "extract of input %u: frame %llu is cited by nothing", f->input,
			     (unsigned long long)one->frame);
	else if (said->ts_ns != one->ts_ns)
		checking_bad(f->c,
			     "extract of input %u: frame %llu is of %s, the report says otherwise",
			     f->input, (unsigned long long)one->frame, when_text(one->ts_ns, time));
	return said && said->ts_ns == one->ts_ns;
}

static void read_extract(struct frames *f, struct slice whole, const char *label,
			 struct verify_extract *out)
{
	struct extract_file file;
	struct extract_frame one;
	uint64_t before = 0;
	enum err e = extract_file_open(&file, whole);
	bool good = e == ERR_OK && strcmp(text_of(&file.label), label) == 0;

	while (good && (e = extract_file_next(&file, &one)) == ERR_OK) {
		good = one.frame > before && is_cited(f, &one);
		before = one.frame;
		f->kinds[one.kept]++;
		out->frames = mem_more(out->frames, out->count, sizeof *out->frames);
		out->frames[out->count++] = one.frame;
	}
	if (!good || e != ERR_TRUNCATED)
		checking_bad(f->c, "the extract of %s is not as earshot writes it", label);
	extract_file_close(&file);
}

static size_t cited_of(const struct cited *cited, uint32_t input)
{
	size_t n = 0;

	for (size_t i = 0; i < cited->count; i++)
		n += cited->all[i].input == input;
	return n;
}

static void tell_kinds(struct frames *f, size_t all)
{
	struct text t = { 0 };

	for (int k = 0; k < EXTRACT_KINDS; k++)
		if (f->kinds[k])
			text_addf(&t, "%s%llu %s", t.n ? "; " : "", (unsigned long long)f->kinds[k],
				  extract_file_words((enum extract_kept)k));
	checking_good(f->c, "extracts: %zu cited frames, each at its time (%s)", all, text_of(&t));
	text_free(&t);
}

void verify_parts_frames(struct checking *c, struct archive *a, const json_t *head,
			 const struct cited *cited, struct verify_extract *out)
{
	const json_t *inputs = jvalue_get(head, "inputs");
	struct frames f = { .c = c, .cited = cited };
	bool whole = !cited->strangers && !cited->apart && !cited->more;

	if (!whole)
		checking_bad(c, "the report cites frames of no input, or one frame with two times");
	for (uint32_t i = 0; i < json_array_size(inputs); i++) {
		const char *label = jvalue_str(json_array_get(inputs, i), "label");
		char name[BUNDLE_EXTRACT_NAME];
		struct text t = { 0 };
		f.input = i;
		bundle_parts_extract(i, name);
		if (read_part(c, a, name, &t))
			read_extract(&f, text_slice(&t), label, &out[i]);
		text_free(&t);
		if (out[i].count != cited_of(cited, i)) {
			checking_bad(c, "%zu frames of %s are cited, %zu stand in its extract",
				     cited_of(cited, i), label, out[i].count);
			whole = false;
		}
	}
	if (whole && !c->bad)
		tell_kinds(&f, cited->count);
}
