/* jvalue.c - jansson with a forgiving reader. */
#include "reports/jvalue.h"

#include <math.h>

#include "analyzer/base/text.h"
#include "analyzer/base/when.h"

json_t *jvalue_text(const char *s)
{
	struct text t = { 0 };
	json_t *v;

	if (!s)
		return json_null();
	text_utf8(&t, slice_of(s));
	v = json_string(text_of(&t));
	text_free(&t);
	return v;
}

json_t *jvalue_when(uint64_t ns)
{
	char text[WHEN_TEXT];

	return ns ? json_string(when_text(ns, text)) : json_null();
}

json_t *jvalue_number(uint64_t n)
{
	return json_integer(n > INT64_MAX ? INT64_MAX : (json_int_t)n);
}

json_t *jvalue_fixed(double value)
{
	return json_real(isfinite(value) ? round(value * 1000.0) / 1000.0 : 0.0);
}

void jvalue_put(json_t *object, const char *key, json_t *value)
{
	(void)json_object_set_new(object, key, value);
}

void jvalue_push(json_t *array, json_t *value)
{
	(void)json_array_append_new(array, value);
}

const json_t *jvalue_get(const json_t *object, const char *key)
{
	return json_object_get(object, key);
}

const char *jvalue_str(const json_t *object, const char *key)
{
	const char *s = json_string_value(json_object_get(object, key));

	return s ? s : "";
}

const char *jvalue_at(const json_t *array, size_t i)
{
	const char *s = json_string_value(json_array_get(array, i));

	return s ? s : "";
}

uint64_t jvalue_int(const json_t *object, const char *key)
{
	json_int_t n = json_integer_value(json_object_get(object, key));

	return n > 0 ? (uint64_t)n : 0;
}

double jvalue_real(const json_t *object, const char *key)
{
	return json_number_value(json_object_get(object, key));
}

bool jvalue_is(const json_t *object, const char *key)
{
	return json_is_true(json_object_get(object, key));
}

bool jvalue_has(const json_t *object, const char *key)
{
	const json_t *v = json_object_get(object, key);

	return v && !json_is_null(v);
}
