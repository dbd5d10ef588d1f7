/* html_part.c - pieces that every section uses. */
#include "reports/html_part.h"

#include <stdarg.h>
#include <string.h>

#include "reports/escape.h"
#include "reports/jvalue.h"
#include "reports/svg_ladder.h"
#include "reports/wording.h"

void html_part_put(FILE *out, const char *markup, ...)
{
	va_list args;

	va_start(args, markup);
	for (const char *at; (at = strchr(markup, '%')); markup = at + 2) {
		(void)fwrite(markup, 1, (size_t)(at - markup), out);
		if (at[1] == 's')
			escape_markup(out, va_arg(args, const char *));
		else if (at[1] == 'd')
			(void)fprintf(out, "%d", va_arg(args, int));
		else
			(void)fputc('%', out);
	}
	va_end(args);
	(void)fputs(markup, out);
}

void html_part_badge(FILE *out, const char *tone, const char *word)
{
	html_part_put(out, "<span class=\"badge %s\">%s</span>", tone, word);
}

void html_part_number(FILE *out, uint64_t n)
{
	struct text t = { 0 };

	wording_number(&t, n);
	(void)fputs(text_of(&t), out);
	text_free(&t);
}

void html_part_count(FILE *out, uint64_t n, const char *one)
{
	struct text t = { 0 };

	wording_count(&t, n, one);
	escape_markup(out, text_of(&t));
	text_free(&t);
}

static void frame(FILE *out, const json_t *e, const json_t *call)
{
	unsigned long long number = jvalue_int(e, "frame");
	int rung = call ? svg_ladder_rung(call, jvalue_str(e, "input"), number) : -1;

	if (rung >= 0)
		html_part_put(out, "<a href=\"#l-%s-%d\">", jvalue_str(call, "id"), rung);
	(void)fprintf(out, rung < 0 ? "#%llu" : "#%llu</a>", number);
}

void html_part_frames(FILE *out, const json_t *evidence, const json_t *call)
{
	const char *before = NULL;

	for (size_t i = 0; i < json_array_size(evidence); i++) {
		const json_t *e = json_array_get(evidence, i);
		const char *input = jvalue_str(e, "input");
		if (!jvalue_int(e, "frame"))
			continue;
		(void)fputs(before ? ", " : " <span class=\"frames\">", out);
		if (!before || strcmp(before, input) != 0)
			html_part_put(out, "%s ", input);
		frame(out, e, call);
		before = input;
	}
	(void)fputs(before ? "</span>" : "", out);
}

void html_part_join(FILE *out, const json_t *texts, const char *between)
{
	for (size_t i = 0; i < json_array_size(texts); i++) {
		(void)fputs(i ? between : "", out);
		escape_markup(out, jvalue_at(texts, i));
	}
}

void html_part_table_open(FILE *out, const char *caption, const char *columns)
{
	struct slice rest = slice_of(columns), name;

	html_part_put(
		out,
		"<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"%s\"><table>"
		"<caption class=\"hidden\">%s</caption><thead><tr>",
		caption, caption);
	while (slice_cut(&rest, '|', &name)) {
		bool number = name.n && name.p[0] == '#';
		name = slice_from(name, number);
		(void)fprintf(out, "<th scope=\"col\"%s>%.*s</th>", number ? " class=\"n\"" : "",
			      (int)name.n, (const char *)name.p);
	}
	(void)fputs("</tr></thead>\n<tbody>\n", out);
}

void html_part_table_close(FILE *out)
{
	(void)fputs("</tbody></table></div>\n", out);
}
