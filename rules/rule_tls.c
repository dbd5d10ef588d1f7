/* rule_tls.c - TLS under signaling, and its certificates (rule-catalog D.2, D.3). */
#include "rules/rule.h"

#include <stddef.h>
#include <string.h>

enum { SSL_3 = 0x0300, NO_STORE = 2 };

static void versions(struct work *w)
{
	RULE_EACH (w, f, FACT_tls_old) {
		w->weak = w->old_tls = true;
		rule_note(w, f,
			  (struct note){ .id = RULE_TLS_001,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = f->value <= SSL_3 ? SEVERITY_CRITICAL
								       : SEVERITY_HIGH,
					 .detail = rule_detail(w, f, "The version negotiated") });
	}
}

/* A suite without encryption is no encryption: the hop is as good as clear (RFC 9325 4.1). */
static void broken(struct work *w)
{
	RULE_EACH (w, f, FACT_tls_broken) {
		w->weak = w->broken_tls = true;
		rule_say(w, CONDITION_SIGNALING, KNOWN_FAIL, f,
			 "the TLS cipher suite of this hop does not protect it");
		rule_note(w, f,
			  (struct note){ .id = RULE_TLS_002,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_CRITICAL,
					 .detail = rule_detail(w, f, "The suite chosen") });
	}
}

/* SDES rides in it: who records today and gets the server's key later has the call (TLS-004). */
static bool carries_keys(const struct work *w, const struct fact *at)
{
	RULE_EACH (w, f, FACT_key_readable)
		if (f->leg == at->leg)
			return true;
	return false;
}

static void suites(struct work *w)
{
	RULE_EACH (w, f, FACT_tls_legacy) {
		w->weak_tls = true;
		rule_note(w, f,
			  (struct note){ .id = RULE_TLS_003,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_MEDIUM,
					 .detail = rule_detail(w, f, "The suite chosen") });
	}
	RULE_EACH (w, f, FACT_tls_static) {
		w->weak_tls = true;
		rule_note(w, f,
			  (struct note){ .id = RULE_TLS_004,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = carries_keys(w, f) ? SEVERITY_HIGH
									: SEVERITY_MEDIUM,
					 .detail = rule_detail(w, f, "The suite chosen") });
	}
	RULE_EACH (w, f, FACT_tls_weak_group) {
		w->weak_tls = true;
		rule_note(w, f,
			  (struct note){ .id = RULE_TLS_005,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_text(w, "%.40s of %llu bits.",
							     f->text ? f->text : "A group",
							     (unsigned long long)f->value) });
	}
}

static void handshakes(struct work *w)
{
	static const struct rule_plain plain[] = {
		{ FACT_tls_weak_offer, RULE_TLS_006, SEVERITY_LOW,
		  "The client offers broken versions or suites, though better was chosen" },
		{ FACT_tls_one_sided, RULE_TLS_007, SEVERITY_MEDIUM,
		  "Two servers are connected and only one showed a certificate" },
		{ FACT_tls_exception, RULE_TLS_008, SEVERITY_LOW,
		  "The handshake lacks a protection" },
	};

	rule_plain(w, plain, sizeof plain / sizeof *plain);
}

/* ---- certificates ---------------------------------------------------------------- */

static void validity(struct work *w)
{
	RULE_EACH (w, f, FACT_cert_dates) {
		w->bad_certificate = true;
		rule_note(w, f,
			  (struct note){
				  .id = RULE_CERT_001,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = SEVERITY_HIGH,
				  .detail = rule_detail(
					  w, f,
					  f->value ? "The client's certificate, at the time of "
						     "capture"
						   : "The server's certificate, at the time of "
						     "capture") });
	}
	RULE_EACH (w, f, FACT_cert_untrusted) {
		bool open = f->value == NO_STORE;
		rule_note(
			w, f,
			(struct note){ .id = RULE_CERT_002,
				       .outcome = open ? OUTCOME_NOT_ASSESSABLE : OUTCOME_VIOLATED,
				       .severity = open ? SEVERITY_INFO : SEVERITY_MEDIUM,
				       .detail = rule_detail(w, f, "The server's certificate") });
	}
}

/* RFC 5922 7: whoever answered is not shown to be the domain asked for. */
static void names(struct work *w)
{
	static const struct rule_plain plain[] = {
		{ FACT_cert_wildcard, RULE_CERT_004, SEVERITY_LOW,
		  "The domain is covered by a form that RFC 5922 does not allow" },
	};

	RULE_EACH (w, f, FACT_cert_name) {
		struct fact sign = *f;
		sign.grade = 1;
		w->bad_certificate = true;
		rule_say(w, CONDITION_SIGNALING, KNOWN_SUSPECT, &sign,
			 "the certificate of this hop does not name the host that was asked for");
		rule_note(w, f,
			  (struct note){ .id = RULE_CERT_003,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail =
						 "The certificate does not name the host that the "
						 "client asked for." });
	}
	rule_plain(w, plain, sizeof plain / sizeof *plain);
}

static void strength(struct work *w)
{
	static const struct rule_plain plain[] = {
		{ FACT_cert_weak, RULE_CERT_005, SEVERITY_HIGH, "A certificate is weak" },
		{ FACT_cert_client_usage, RULE_CERT_008, SEVERITY_MEDIUM,
		  "A client showed a certificate that is made for servers only" },
	};

	w->bad_certificate |= rule_has(w, FACT_cert_weak);
	rule_plain(w, plain, sizeof plain / sizeof *plain);
}

/* An end that comes is worth a date in a calendar; a usage that does not fit is a fact (CERT-006).
 */
static void usage(struct work *w)
{
	RULE_EACH (w, f, FACT_cert_usage) {
		bool soon = f->text && strstr(f->text, "expires");
		rule_note(w, f,
			  (struct note){
				  .id = RULE_CERT_006,
				  .outcome = OUTCOME_VIOLATED,
				  .severity = soon ? SEVERITY_LOW : SEVERITY_INFO,
				  .detail = rule_detail(w, f,
							f->value ? "The client's certificate"
								 : "The server's certificate") });
	}
}

/* Who has one of these hosts has the key of the other (CERT-007). */
static void shared(struct work *w)
{
	RULE_EACH (w, f, FACT_cert_shared) {
		rule_say(w, CONDITION_SIGNALING, KNOWN_SUSPECT, f,
			 "several hosts that are unrelated here show one key: each of them could "
			 "answer for the other");
		rule_note(w, f,
			  (struct note){ .id = RULE_CERT_007,
					 .outcome = OUTCOME_VIOLATED,
					 .severity = SEVERITY_HIGH,
					 .detail = rule_text(w, "One key is shown by %llu hosts.",
							     (unsigned long long)f->value) });
	}
}

/* Why the rules on certificates are silent about this hop. */
static void hidden(struct work *w)
{
	RULE_EACH (w, f, FACT_tls_hidden)
		rule_note(w, f,
			  (struct note){ .id = RULE_OBS_007,
					 .outcome = OUTCOME_NOTED,
					 .severity = SEVERITY_INFO,
					 .detail = rule_detail(w, f,
							       "The certificates of this hop are "
							       "not visible") });
}

rule_run *const rule_tls_run[] = { versions, broken, suites, handshakes, validity, names,
				   strength, usage,  shared, hidden,	 NULL };
