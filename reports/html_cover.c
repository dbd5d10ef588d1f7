/* html_cover.c - what people said about the run, marked as said and not seen. */
#include "reports/html_cover.h"

#include "reports/escape.h"
#include "reports/html_part.h"
#include "reports/jvalue.h"

static void line(FILE *out, const char *name, const char *text)
{
	if (text[0])
		html_part_put(out, "<dt>%s</dt><dd>%s</dd>\n", name, text);
}

static void dates(FILE *out, const json_t *e)
{
	const char *from = jvalue_str(e, "from"), *to = jvalue_str(e, "to");

	if (from[0] && to[0])
		html_part_put(out, "<dt>Dates</dt><dd>%s to %s</dd>\n", from, to);
	else if (from[0] || to[0])
		html_part_put(out, "<dt>Dates</dt><dd>%s %s</dd>\n", from[0] ? "from" : "until",
			      from[0] ? from : to);
}

static void population(FILE *out, const json_t *p)
{
	if (!json_object_size(p))
		return;
	html_part_put(out, "<dt>Sample</dt><dd>%s", jvalue_str(p, "of"));
	if (jvalue_has(p, "total")) {
		(void)fputs(", ", out);
		html_part_number(out, jvalue_int(p, "total"));
		(void)fputs(" in all", out);
	}
	if (jvalue_str(p, "sample")[0])
		html_part_put(out, "; %s", jvalue_str(p, "sample"));
	(void)fputs("</dd>\n", out);
}

static void clause(FILE *out, const char *before, const char *text)
{
	if (text[0])
		html_part_put(out, "%s%s", before, text);
}

static void captured(FILE *out, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *c = json_array_get(list, i);
		html_part_put(out, "<dt>Capture %s</dt><dd>", jvalue_str(c, "label"));
		clause(out, "by ", jvalue_str(c, "by"));
		clause(out, ", at ", jvalue_str(c, "where"));
		clause(out, ", ", jvalue_str(c, "when"));
		clause(out, ", under ", jvalue_str(c, "authority"));
		if (!jvalue_is(c, "used"))
			(void)fputs(" (no capture of this name was read)", out);
		(void)fputs("</dd>\n", out);
	}
}

static void gaps(FILE *out, const json_t *list)
{
	if (!json_array_size(list))
		return;
	(void)fputs("<dt>Not covered</dt><dd>", out);
	html_part_join(out, list, "; ");
	(void)fputs("</dd>\n", out);
}

void html_cover_put(FILE *out, const json_t *head)
{
	const json_t *e = jvalue_get(head, "engagement");

	if (!json_is_object(e))
		return;
	(void)fputs("<section aria-labelledby=\"engagement\"><h2 id=\"engagement\">The "
		    "engagement</h2>\n<dl class=\"cover\">\n",
		    out);
	line(out, "Organisation", jvalue_str(e, "organisation"));
	line(out, "Assessor", jvalue_str(e, "assessor"));
	line(out, "Reference", jvalue_str(e, "reference"));
	line(out, "Scope", jvalue_str(e, "scope"));
	line(out, "Authority", jvalue_str(e, "authority"));
	dates(out, e);
	captured(out, jvalue_get(e, "captured"));
	population(out, jvalue_get(e, "population"));
	gaps(out, jvalue_get(e, "not_covered"));
	html_part_put(out,
		      "</dl>\n<p class=\"fine\">Stated by people in %s (SHA-256 <code "
		      "class=\"digest\">%s</code>), not seen in any capture.</p></section>\n",
		      jvalue_str(e, "name"), jvalue_str(e, "sha256"));
}
