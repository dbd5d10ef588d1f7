/* report.c - the table of formats, and the way of a report to its place. */
#include "reports/report.h"

#include <errno.h>
#include <string.h>

#include "reports/format.h"
#include "reports/sink.h"

static const struct report_format formats[] = {
	{ "text", ".txt", "for a terminal: verdicts call by call, worst first, the summary last",
	  format_text_write },
	{ "json", ".json", "the whole document, earshot.report/1", format_json_write },
	{ "ndjson", ".ndjson", "one call object a line", format_ndjson_write },
	{ "html", ".html", "one self-contained page for people", format_html_write },
	{ "brief", ".brief.html", "one printed page in plain words, for who decides",
	  format_brief_write },
	{ "sarif", ".sarif", "SARIF 2.1.0 for code scanning: a result a problem",
	  format_sarif_write },
	{ "junit", ".xml", "JUnit XML: a test a call and condition, a requirement",
	  format_junit_write },
	{ "csv", ".csv", "a row a call", format_csv_write },
	{ "ecs", ".ecs.ndjson", "Elastic Common Schema, a document a line", format_ecs_write },
	{ "ocsf", ".ocsf.ndjson", "OCSF compliance findings, one a line", format_ocsf_write },
	{ "gitlab", ".gitlab.json", "GitLab code quality", format_gitlab_write },
	{ "markdown", ".md", "a comment for a merge request", format_markdown_write },
	{ "oscal", ".oscal.json", "OSCAL assessment results", format_oscal_write },
	{ "cef", ".cef", "Common Event Format, a line a call and a line a problem",
	  format_cef_write },
	{ "metrics", ".prom", "Prometheus text: the run in numbers", format_metrics_write },
};

const struct report_format *report_at(size_t i)
{
	return i < sizeof formats / sizeof *formats ? &formats[i] : NULL;
}

const struct report_format *report_find(const char *name)
{
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
		if (strcmp(formats[i].name, name) == 0)
			return &formats[i];
	return NULL;
}

enum err report_write_stream(const struct report_format *f, struct document *d, FILE *out,
			     const struct report_style *style)
{
	if (!document_error(d))
		f->write(d, out, style);
	errno = document_error(d) ? document_error(d) : errno;
	return document_error(d) || fflush(out) != 0 || ferror(out) ? ERR_IO : ERR_OK;
}

enum err report_write(const struct report_format *f, struct document *d, const char *path,
		      const struct report_style *style)
{
	struct sink s;

	if (document_error(d)) {
		errno = document_error(d);
		return ERR_IO;
	}
	if (sink_open(&s, path) != ERR_OK)
		return ERR_IO;
	f->write(d, s.out, style);
	if (document_error(d)) { /* the spool could not be read: the report is not whole */
		sink_discard(&s);
		errno = document_error(d);
		return ERR_IO;
	}
	return sink_commit(&s);
}
