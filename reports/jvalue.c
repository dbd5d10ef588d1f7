/* jvalue.c - jansson with a forgiving reader. */
#include "reports/jvalue.h"

#include <math.h>

#include "analyzer/base/when.h"
#include "reports/json_out.h"

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

/* Enough digits for every number that was rounded when it was made, and no more. */
static void write_real(struct text *t, double value)
{
	enum { DECIMALS = 6 };
	int zeros = 0;

	json_out_fixed(t, value, DECIMALS);
	while (zeros < DECIMALS - 1 && t->p[t->n - 1 - (size_t)zeros] == '0')
		zeros++;
	t->n -= (size_t)zeros;
	t->p[t->n] = '\0';
}

static void write_integer(struct text *t, json_int_t n)
{
	if (n < 0)
		json_out_fixed(t, (double)n, 0);
	else
		json_out_number(t, (uint64_t)n);
}

static void write_members(struct text *t, const json_t *value)
{
	const char *key;
	json_t *one;
	size_t i;

	json_object_foreach((json_t *)value, key, one)
	{
		json_out_text(t, key);
		text_add(t, ":");
		jvalue_write(t, one);
	}
	json_array_foreach(value, i, one)
	{
		jvalue_write(t, one);
	}
}

void jvalue_write(struct text *t, const json_t *value)
{
	if (json_is_object(value) || json_is_array(value)) {
		bool object = json_is_object(value);
		json_out_open(t, object ? '{' : '[');
		write_members(t, value);
		json_out_close(t, object ? '}' : ']');
	} else if (json_is_string(value)) {
		json_out_text(t, json_string_value(value));
	} else if (json_is_integer(value)) {
		write_integer(t, json_integer_value(value));
	} else if (json_is_real(value)) {
		write_real(t, json_real_value(value));
	} else if (json_is_boolean(value)) {
		json_out_bool(t, json_is_true(value));
	} else {
		json_out_null(t);
	}
}

void jvalue_copy(struct text *t, const json_t *from, const char *const *keys, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (!jvalue_has(from, keys[i]))
			continue;
		json_out_key(t, keys[i]);
		jvalue_write(t, jvalue_get(from, keys[i]));
	}
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
