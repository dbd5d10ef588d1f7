/* reporting.h - judged calls and documents made by hand, for the tests of reports. */
#ifndef EARSHOT_REPORTING_H
#define EARSHOT_REPORTING_H

#include "reports/document.h"
#include "reports/report.h"

/* One call through a proxy at 10.0.9.10: SIP readable before it, TLS behind it, audio in clear. */
struct reporting {
	struct call call;
	struct judgement judgement;
	char id[17], from[32], to[32];
	struct epoch epochs[1];
	struct leg legs[2];
	struct media media[1];
	struct segment segments[2];
	struct element elements[2];
	struct finding findings[2];
	struct step steps[4];
	struct without without[1];
	const char *missing[1], *caps[1], *unmet[1];
};

/* The n-th of them: other parties, an hour later each. Made in place; points into itself. */
void reporting_call(struct reporting *m, unsigned n);
/* The same with `s` in every field that holds text, ours or from the wire. */
void reporting_fill(struct reporting *m, const char *s);

/* Two inputs, "alice" and "bob". NULL ends the test. */
struct document *reporting_begin(enum redact redact, bool redact_addresses);
void reporting_add(struct document *d, const struct reporting *m); /* also counted in the tally */
void reporting_finish(struct document *d);
/* All three with calls 0 to n-1. */
struct document *reporting_document(enum redact redact, unsigned n);

/* The document in a format; free() it. */
char *reporting_text(struct document *d, const char *format, int width);
/* Strings that do harm where they are not escaped; NULL past the end. */
const char *reporting_hostile(size_t i);

#endif
