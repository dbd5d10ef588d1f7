/* hidden.c - texts of users pass the redactor on their way into the document. */
#include "reports/hidden.h"

#include "reports/jvalue.h"

static json_t *taken(struct text *t)
{
	json_t *v = jvalue_text(text_of(t));

	text_free(t);
	return v;
}

json_t *hidden_text(struct redactor *hide, const char *s)
{
	struct text t = { 0 };

	if (!s)
		return json_null();
	redact_text(hide, &t, s);
	return taken(&t);
}

json_t *hidden_label(struct redactor *hide, const char *s)
{
	struct text t = { 0 };

	redact_label(hide, &t, s);
	return taken(&t);
}
