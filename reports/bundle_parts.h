/* bundle_parts.h - what stands in an evidence bundle, and the texts that hold it together. */
#ifndef EARSHOT_BUNDLE_PARTS_H
#define EARSHOT_BUNDLE_PARTS_H

#include <jansson.h>

#include "reports/archive.h"

#define BUNDLE_README	 "README.txt"
#define BUNDLE_REPORT	 "report.json"
#define BUNDLE_PAGE	 "report.html"
#define BUNDLE_NAMES	 "pseudonyms.json"
#define BUNDLE_MANIFEST	 "manifest.json"
#define BUNDLE_SIGNATURE "manifest.json.p7s"
#define BUNDLE_SUMS	 "SHA256SUMS"

enum { BUNDLE_INPUTS = 64, BUNDLE_EXTRACT_NAME = 32 };

/* "extract/001.pcapng" for input 0. */
void bundle_parts_extract(size_t input, char out[BUNDLE_EXTRACT_NAME]);

/* What a manifest says that neither parts nor report say. */
struct bundle_said {
	char redact[8];			/* mask, hmac or none */
	char signer[DIGEST_HEX];	/* the certificate it is signed under; empty: not signed */
	uint64_t frames[BUNDLE_INPUTS]; /* in each extract */
};

/*
 * The manifest of all parts but itself, its signature and the sums, as text; `head` is the
 * report's. A function of its arguments alone: who verifies makes it again and compares octets.
 */
void bundle_parts_manifest(const struct archive *a, const json_t *head,
			   const struct bundle_said *said, struct text *out);
/* Takes what a manifest says; false: it does not say it as it should. */
bool bundle_parts_read(struct slice manifest, struct bundle_said *said);
/* A line a part, as sha256sum -c reads it, of all parts but the sums themselves. */
void bundle_parts_sums(const struct archive *a, struct text *out);
const char *bundle_parts_readme(void);

#endif
