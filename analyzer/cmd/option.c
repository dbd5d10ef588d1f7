/* option.c - what each option does with its value. */
#include "analyzer/cmd/option.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"
#include "analyzer/cmd/option_watch.h"
#include "reports/report.h"

static const char *add(const char **list, size_t *count, size_t most, const char *value)
{
	if (*count == most)
		return "was given too often";
	list[(*count)++] = value;
	return NULL;
}

/* Out of the table, so that it never falls behind. */
static const char *no_such_format(void)
{
	static char said[512];
	size_t n = (size_t)snprintf(said, sizeof said, "is not a format of this version (");

	for (size_t i = 0; report_at(i) && n < sizeof said; i++)
		n += (size_t)snprintf(said + n, sizeof said - n, "%s%s", i ? ", " : "",
				      report_at(i)->name);
	if (n < sizeof said)
		(void)snprintf(said + n, sizeof said - n, ")");
	return said;
}

static const char *take_format(struct args *a, const char *value)
{
	return report_find(value) ? add(a->formats, &a->format_count, ARGS_FORMATS, value)
				  : no_such_format();
}

static const char *take_output(struct args *a, const char *value)
{
	a->output = value;
	return *value ? NULL : "is empty";
}

static const char *take_all_as(struct args *a, const char *value)
{
	a->all_as = value;
	return *value ? NULL : "is empty";
}

const char *option_take_source(struct args *a, const char *value)
{
	if (a->source_count == ARGS_SOURCES)
		return "was given too often";
	a->sources = mem_grow(a->sources, a->source_count + 1, sizeof *a->sources);
	a->sources[a->source_count++] = (struct capture_source){ NULL, value };
	return NULL;
}

static const char *take_bpf(struct args *a, const char *value)
{
	a->bpf = value;
	return NULL;
}

static const char *take_fail_on(struct args *a, const char *value)
{
	a->fail_on_given = true;
	return judge_severity_parse(value, &a->fail_on)
		       ? NULL
		       : "is not a severity (critical, high, medium, low, info)";
}

static const char *take_require(struct args *a, const char *value)
{
	return add(a->requires, &a->require_count, ARGS_REQUIRES, value);
}

static const char *take_coverage(struct args *a, const char *value)
{
	char *end;
	double v = strtod(value, &end);

	if (end == value || (*end && strcmp(end, "%") != 0) || !(v >= 0 && v <= 100))
		return "is not a percentage from 0 to 100";
	a->min_coverage = v / 100;
	a->min_coverage_given = true;
	return NULL;
}

/* LABEL=SECONDS, with a fraction and either sign; within ten years. */
static const char *take_offset(struct args *a, const char *value)
{
	static const double most = 315360000;
	const char *sign = strrchr(value, '=');
	char *end;

	if (!sign || sign == value || a->offset_count == ARGS_KEYS)
		return sign && sign != value ? "is one too many" : "is not LABEL=SECONDS";
	double s = strtod(sign + 1, &end);
	if (end == sign + 1 || *end || !(s >= -most && s <= most))
		return "is not LABEL=SECONDS";
	a->offsets[a->offset_count++] =
		(struct capture_offset){ { (const uint8_t *)value, (size_t)(sign - value) },
					 (int64_t)(s * 1e9) };
	return NULL;
}

/* Rows wait for each other a minute; clocks apart by half of it are a case for --offset. */
static const char *take_skew(struct args *a, const char *value)
{
	static const double least = 0.1, most = 30;
	char *end;
	double s = strtod(value, &end);

	if (end == value || *end || !(s >= least && s <= most))
		return "is not a number of seconds from 0.1 to 30 (--offset moves a clock)";
	a->skew_ns = (uint64_t)(s * 1e9);
	return NULL;
}

static const char *take_keylog(struct args *a, const char *value)
{
	return add(a->keylogs, &a->keylog_count, ARGS_KEYS, value);
}

static const char *take_tls_key(struct args *a, const char *value)
{
	return add(a->tls_keys, &a->tls_key_count, ARGS_KEYS, value);
}

static const char *take_ca(struct args *a, const char *value)
{
	a->ca = value;
	return NULL;
}

static const char *take_stir_certs(struct args *a, const char *value)
{
	a->stir_certs = value;
	return NULL;
}

static const char *take_inventory(struct args *a, const char *value)
{
	a->inventory = value;
	return *value ? NULL : "is empty";
}

static const char *take_where(struct args *a, const char *value)
{
	a->where = value;
	return *value ? NULL : "is empty";
}

static const char *take_rules(struct args *a, const char *value)
{
	return *value ? add(a->rules, &a->rule_count, ARGS_RULES, value) : "is empty";
}

static const char *take_policy(struct args *a, const char *value)
{
	a->policy = value;
	return *value ? NULL : "is empty";
}

static const char *take_framework(struct args *a, const char *value)
{
	return *value ? add(a->frameworks, &a->framework_count, ARGS_FRAMEWORKS, value)
		      : "is empty";
}

static const char *take_baseline(struct args *a, const char *value)
{
	a->baseline = value;
	return *value ? NULL : "is empty";
}

static const char *take_waivers(struct args *a, const char *value)
{
	a->waivers = value;
	return *value ? NULL : "is empty";
}

static const char *take_waivers_as_of(struct args *a, const char *value)
{
	a->waivers_as_of = value;
	return NULL;
}

static const char *take_verify_all(struct args *a, const char *value)
{
	(void)value;
	a->verify_all = true;
	return NULL;
}

static const char *take_redact(struct args *a, const char *value)
{
	static const char *const names[] = { "mask", "hmac", "none" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(value, names[i]) == 0) {
			a->redact = (enum redact)i;
			return NULL;
		}
	}
	return "is not mask, hmac or none";
}

static const char *take_redact_key(struct args *a, const char *value)
{
	a->redact_key = value;
	return NULL;
}

static const char *take_engagement(struct args *a, const char *value)
{
	a->engagement = value;
	return NULL;
}

static const char *take_bundle(struct args *a, const char *value)
{
	a->bundle = value;
	return *value && strcmp(value, "-") != 0 ? NULL : "is no file name";
}

static const char *take_sign(struct args *a, const char *value)
{
	a->sign = value;
	return NULL;
}

static const char *take_cert(struct args *a, const char *value)
{
	a->cert = value;
	return NULL;
}

static const char *take_redact_addresses(struct args *a, const char *value)
{
	(void)value;
	a->redact_addresses = true;
	return NULL;
}

static const char *take_threads(struct args *a, const char *value)
{
	uint64_t n;

	if (!slice_number(slice_of(value), 256, &n) || n == 0)
		return "is not a number of threads from 1 to 256";
	a->threads = (unsigned)n;
	return NULL;
}

static const char *take_no_hash(struct args *a, const char *value)
{
	(void)value;
	a->no_hash = true;
	return NULL;
}

static const char *take_no_sandbox(struct args *a, const char *value)
{
	(void)value;
	a->no_sandbox = true;
	return NULL;
}

static const char *take_stamp(struct args *a, const char *value)
{
	(void)value;
	a->stamp = true;
	return NULL;
}

static const char *take_verbose(struct args *a, const char *value)
{
	(void)value;
	a->verbose = 1;
	return NULL;
}

static const char *take_quiet(struct args *a, const char *value)
{
	(void)value;
	a->verbose = -1;
	return NULL;
}

static const char *take_color(struct args *a, const char *value)
{
	static const char *const names[] = { "auto", "always", "never" };

	for (int i = 0; i < 3; i++) {
		if (strcmp(value, names[i]) == 0) {
			a->color = (enum color_when)i;
			return NULL;
		}
	}
	return "is not auto, always or never";
}

static const char *take_config(struct args *a, const char *value)
{
	(void)a;
	(void)value; /* read before all others, in args_read */
	return NULL;
}

static const char *take_help(struct args *a, const char *value)
{
	(void)value;
	a->help = true;
	return NULL;
}

static const struct option options[] = {
	{ "format", 'f', true, true, OPTION_AUDIT | OPTION_RENDER | OPTION_WATCH, take_format,
	  "NAME     text (default), json, html, ... (below); may be repeated" },
	{ "output", 'o', true, false, OPTION_AUDIT | OPTION_DRAFT | OPTION_RENDER | OPTION_WATCH,
	  take_output, "FILE     where to write; DIR/ for several formats" },
	{ "all-as", 0, true, false, OPTION_AUDIT | OPTION_RENDER | OPTION_WATCH, take_all_as,
	  "BASE     BASE.json, BASE.html, ... for all formats named" },
	{ "where", 'Y', true, true, OPTION_AUDIT | OPTION_WATCH, take_where,
	  "EXPR     only rows of which it is true, e.g. label<=WEAK" },
	{ "rules", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_rules,
	  "FILE     a pack of rules of your own, beside the catalogue" },
	{ "policy", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_policy,
	  "NAME     what must hold: baseline (default), e2ee, ... or a file" },
	{ "framework", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_framework,
	  "NAME,... what to hold it against: hipaa (default), pci, ... or files" },
	{ "fail-on", 0, true, true, OPTION_AUDIT, take_fail_on,
	  "SEVERITY gate on findings from here up (default: the policy's)" },
	{ "require", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_require,
	  "EXPR     what must be seen to hold, e.g. media=pass" },
	{ "min-coverage", 0, true, true, OPTION_AUDIT, take_coverage,
	  "PCT      exit 4 when less of what is needed was seen" },
	{ "redact", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_redact,
	  "MODE     mask (default), hmac, none" },
	{ "redact-key", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_redact_key,
	  "FILE     the key of --redact hmac" },
	{ "redact-addresses", 0, false, true, OPTION_AUDIT | OPTION_WATCH, take_redact_addresses,
	  "         hide addresses of infrastructure too" },
	{ "offset", 0, true, false, OPTION_AUDIT | OPTION_DRAFT, take_offset,
	  "LABEL=S  seconds to add to the times of a capture" },
	{ "skew", 0, true, true, OPTION_AUDIT | OPTION_DRAFT | OPTION_WATCH, take_skew,
	  "SECONDS  how far clocks of capture points may differ (2)" },
	{ "bpf", 0, true, true, OPTION_AUDIT | OPTION_DRAFT | OPTION_WATCH, take_bpf,
	  "EXPR     capture filter; only matching packets are judged" },
	{ "keylog", 0, true, false, OPTION_AUDIT | OPTION_DRAFT | OPTION_WATCH, take_keylog,
	  "FILE     TLS key log: opens TLS and DTLS it fits" },
	{ "tls-key", 0, true, false, OPTION_AUDIT | OPTION_DRAFT | OPTION_WATCH, take_tls_key,
	  "FILE     TLS private key: opens TLS with RSA key transport" },
	{ "ca", 0, true, false, OPTION_AUDIT | OPTION_WATCH, take_ca,
	  "FILE     certificates to trust, in PEM" },
	{ "stir-certs", 0, true, false, OPTION_AUDIT | OPTION_WATCH, take_stir_certs,
	  "DIR      certificates of identity signers, in PEM" },
	{ "inventory", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_inventory,
	  "FILE     what you assert: addresses and roles, access links" },
	{ "baseline", 0, true, true, OPTION_AUDIT, take_baseline,
	  "FILE     an earlier JSON report: gate on what is new or worse" },
	{ "waivers", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_waivers,
	  "FILE     findings somebody answers for; see --waivers-as-of" },
	{ "waivers-as-of", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_waivers_as_of, NULL },
	{ "engagement", 0, true, true, OPTION_AUDIT | OPTION_WATCH, take_engagement,
	  "FILE     scope, custody and authority, for the cover" },
	{ "bundle", 0, true, false, OPTION_AUDIT, take_bundle,
	  "FILE     evidence to hand over; --sign KEY --cert FILE sign it" },
	{ "sign", 0, true, false, OPTION_AUDIT, take_sign, NULL },
	{ "cert", 0, true, false, OPTION_AUDIT, take_cert, NULL },
	{ "verify-all", 0, false, true, OPTION_AUDIT | OPTION_WATCH, take_verify_all,
	  "         try every SRTP packet, not a sample" },
	{ "read", 'r', true, false, OPTION_AUDIT | OPTION_DRAFT | OPTION_WATCH, option_take_source,
	  "FILE     a capture, as a plain argument would be" },
	{ "input", 'I', true, false, OPTION_AUDIT | OPTION_DRAFT | OPTION_WATCH, option_take_source,
	  NULL },
	{ "threads", 'j', true, true, OPTION_AUDIT | OPTION_DRAFT, take_threads,
	  "N        threads: 1 hashes inputs in line, 2 and more beside" },
	{ "no-hash", 0, false, true, OPTION_AUDIT, take_no_hash, NULL }, /* for measuring */
	{ "stamp", 0, false, true, OPTION_AUDIT, take_stamp, NULL },
	{ "no-sandbox", 0, false, true, OPTION_AUDIT | OPTION_WATCH, take_no_sandbox,
	  "         read without giving up other files and system calls" },
	{ "color", 0, true, true, OPTION_AUDIT | OPTION_RENDER, take_color,
	  "WHEN     auto (default), always, never" },
	{ "config", 0, true, false, OPTION_AUDIT | OPTION_DRAFT | OPTION_RENDER | OPTION_WATCH,
	  take_config, "FILE     lines of `option = value`" },
	{ "verbose", 'v', false, true, OPTION_AUDIT | OPTION_RENDER | OPTION_WATCH, take_verbose,
	  "         every call; rarely: --stamp --no-hash, see earshot(1)" },
	{ "quiet", 'q', false, true, OPTION_AUDIT | OPTION_DRAFT | OPTION_RENDER | OPTION_WATCH,
	  take_quiet, "         only the last lines of the text report" },
	{ "help", 'h', false, false, OPTION_AUDIT | OPTION_DRAFT | OPTION_RENDER | OPTION_WATCH,
	  take_help, "         this page" },
};
enum { OPTIONS = sizeof options / sizeof *options };

size_t option_count(void)
{
	return OPTIONS + option_watch_count();
}

const struct option *option_at(size_t i)
{
	return i < OPTIONS ? &options[i] : option_watch_at(i - OPTIONS);
}

const struct option *option_by_name(struct slice name)
{
	for (size_t i = 0; i < option_count(); i++)
		if (slice_eq(name, slice_of(option_at(i)->name)))
			return option_at(i);
	return NULL;
}

const struct option *option_by_letter(char c)
{
	for (size_t i = 0; i < option_count(); i++)
		if (option_at(i)->letter == c)
			return option_at(i);
	return NULL;
}
