/* bundle_cmd.c - parts gathered, sealed, signed and written. */
#include "analyzer/cmd/bundle_cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "analyzer/cmd/extract.h"
#include "analyzer/cmd/keys.h"
#include "analyzer/cmd/written.h"
#include "reports/bundle_parts.h"
#include "reports/jvalue.h"
#include "reports/sink.h"

enum { EXIT_DAMAGED = 3 };

struct making {
	const struct bundle_cmd *with;
	const struct args *args;
	struct document *document;
	struct archive archive;
	struct bundle_said said;
	const char *why; /* static: an input cannot be read again; NULL: errno says it */
};

/* ---- before the run ------------------------------------------------------------------ */

static enum err wrong(const char *path, const char *why)
{
	fprintf(stderr, "earshot: %s: %s\n", path, why);
	return ERR_USAGE;
}

static enum err check_inputs(const struct args *a)
{
	struct stat st;

	for (size_t i = 0; i < a->source_count; i++) {
		const char *path = a->sources[i].path;
		bool there = strcmp(path, "-") != 0 && stat(path, &st) == 0;
		if (strcmp(path, "-") == 0 || (there && !S_ISREG(st.st_mode)))
			return wrong(path,
				     "a bundle reads captures twice: give a file, not a pipe");
	}
	return ERR_OK;
}

static enum err open_sign(const struct args *a, struct bundle_cmd *out)
{
	char *key = NULL, *cert = NULL;
	size_t key_n = 0, cert_n = 0;
	const char *why;
	enum err e;

	if (!a->sign)
		return ERR_OK;
	if (!keys_read_file(a->sign, &key, &key_n)) {
		e = wrong(a->sign, strerror(errno));
	} else if (!keys_read_file(a->cert, &cert, &cert_n)) {
		e = wrong(a->cert, strerror(errno));
	} else {
		e = sign_open((struct slice){ (uint8_t *)key, key_n },
			      (struct slice){ (uint8_t *)cert, cert_n }, &out->sign, &why);
		if (e != ERR_OK)
			e = wrong(a->sign, why);
	}
	if (key)
		explicit_bzero(key, key_n);
	free(key);
	free(cert);
	return e;
}

enum err bundle_cmd_open(const struct args *a, struct bundle_cmd *out)
{
	*out = (struct bundle_cmd){ NULL };
	if (!a->bundle)
		return ERR_OK;
	if (a->no_hash)
		return wrong("--bundle", "it holds the captures' digests: leave --no-hash away");
	return check_inputs(a) == ERR_OK && open_sign(a, out) == ERR_OK ? ERR_OK : ERR_USAGE;
}

void bundle_cmd_close(struct bundle_cmd *b)
{
	sign_close(b->sign);
	*b = (struct bundle_cmd){ NULL };
}

/* ---- parts ---------------------------------------------------------------------------- */

static enum err add_report(struct making *m, const char *format, const char *name)
{
	const struct report_style style = { false, 80, 0 };
	FILE *f = archive_add(&m->archive, name);

	if (!f || report_write_stream(report_find(format), m->document, f, &style) != ERR_OK)
		return ERR_IO;
	return archive_seal(&m->archive, m->archive.count - 1);
}

static enum err add_text(struct making *m, const char *name, struct text *t)
{
	enum err e = archive_add_text(&m->archive, name, (struct slice){ (uint8_t *)t->p, t->n });

	text_free(t);
	return e;
}

static enum err add_extract(struct making *m, const struct extract *x, size_t input)
{
	const json_t *inputs = jvalue_get(document_head(m->document), "inputs");
	const char *label = jvalue_str(json_array_get(inputs, input), "label");
	char name[BUNDLE_EXTRACT_NAME];

	bundle_parts_extract(input, name);
	FILE *f = archive_add(&m->archive, name);
	if (!f || !extract_write(x, (uint32_t)input, label, f))
		return ERR_IO;
	m->said.frames[input] = extract_frames(x, (uint32_t)input);
	return archive_seal(&m->archive, m->archive.count - 1);
}

static enum err add_extracts(struct making *m)
{
	const json_t *head = document_head(m->document);
	size_t inputs = json_array_size(jvalue_get(head, "inputs"));
	struct alias *names = alias_new(document_redactor(m->document), m->args->redact,
					m->args->redact_addresses);
	struct cited cited = { 0 };
	struct text shown = { 0 };
	struct extract *x = NULL;
	enum err e = cited_read(m->document, &cited) ? ERR_OK : ERR_IO;

	if (e == ERR_OK && cited.more) {
		m->why = "the report cites more frames than a bundle holds";
		e = ERR_IO;
	}
	if (e == ERR_OK)
		e = extract_read(m->args, &cited, head, names, &x, &m->why);
	for (size_t i = 0; i < inputs && e == ERR_OK; i++)
		e = add_extract(m, x, i);
	if (e == ERR_OK) {
		alias_json(names, &shown);
		e = add_text(m, BUNDLE_NAMES, &shown);
	}
	extract_free(x);
	cited_free(&cited);
	alias_free(names);
	return e;
}

static enum err add_manifest(struct making *m)
{
	struct text manifest = { 0 }, signature = { 0 }, sums = { 0 };
	const struct sign *sign = m->with->sign;
	enum err e;

	if (sign)
		(void)snprintf(m->said.signer, sizeof m->said.signer, "%s", sign_certificate(sign));
	bundle_parts_manifest(&m->archive, document_head(m->document), &m->said, &manifest);
	struct slice signed_text = { (uint8_t *)manifest.p, manifest.n };
	e = archive_add_text(&m->archive, BUNDLE_MANIFEST, signed_text);
	if (e == ERR_OK && sign) {
		e = sign_make(sign, signed_text, &signature);
		m->why = e == ERR_OK ? m->why : "the key cannot sign";
		e = e == ERR_OK ? add_text(m, BUNDLE_SIGNATURE, &signature) : ERR_IO;
	}
	text_free(&manifest);
	if (e != ERR_OK)
		return e;
	bundle_parts_sums(&m->archive, &sums);
	return add_text(m, BUNDLE_SUMS, &sums);
}

static enum err gather(struct making *m)
{
	static const char *const modes[] = { "mask", "hmac", "none" };
	enum err e = archive_add_text(&m->archive, BUNDLE_README, slice_of(bundle_parts_readme()));

	(void)snprintf(m->said.redact, sizeof m->said.redact, "%s", modes[m->args->redact]);
	if (e == ERR_OK)
		e = add_report(m, "json", BUNDLE_REPORT);
	if (e == ERR_OK)
		e = add_report(m, "html", BUNDLE_PAGE);
	if (e == ERR_OK)
		e = add_extracts(m);
	return e == ERR_OK ? add_manifest(m) : e;
}

static enum err write_archive(struct making *m)
{
	struct sink out;

	if (sink_open(&out, m->args->bundle) != ERR_OK)
		return ERR_IO;
	if (archive_write(&m->archive, out.out) == ERR_OK)
		return sink_commit(&out);
	int why = errno;
	sink_discard(&out);
	errno = why;
	return ERR_IO;
}

int bundle_cmd_write(const struct bundle_cmd *b, const struct args *a, struct document *d)
{
	struct making m = { .with = b, .args = a, .document = d };
	int code = 0;

	errno = 0;
	enum err e = gather(&m);
	if (e == ERR_OK)
		e = write_archive(&m);
	if (e != ERR_OK && m.why) {
		fprintf(stderr, "earshot: %s: not written: %s\n", a->bundle, m.why);
		code = EXIT_DAMAGED;
	} else if (e != ERR_OK) {
		code = written_failed(a->bundle);
	}
	archive_free(&m.archive);
	return code;
}
