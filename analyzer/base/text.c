/* text.c - growing strings and printable wire text. */
#include "analyzer/base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "analyzer/base/mem.h"

void text_grow(struct text *t, size_t more)
{
	size_t room = t->room ? t->room * 2 : 64;

	if (t->n + more + 1 <= t->room)
		return;
	while (room < t->n + more + 1)
		room *= 2;
	t->p = mem_grow(t->p, room, 1);
	t->room = room;
}

void text_add_padded(struct text *t, uint64_t n, unsigned digits)
{
	uint8_t out[20];
	size_t at = sizeof out;

	for (; at && (n || digits); n /= 10, digits -= digits > 0)
		out[--at] = (uint8_t)('0' + n % 10);
	text_add_slice(t, (struct slice){ out + at, sizeof out - at });
}

void text_add_number(struct text *t, uint64_t n)
{
	text_add_padded(t, n, 1);
}

void text_add_hex(struct text *t, uint64_t n, unsigned digits)
{
	uint8_t out[16];
	size_t at = sizeof out;

	for (; at && digits; digits--, n >>= 4)
		out[--at] = (uint8_t) "0123456789abcdef"[n & 15];
	text_add_slice(t, (struct slice){ out + at, sizeof out - at });
}

void text_addf(struct text *t, const char *format, ...)
{
	va_list args, again;

	va_start(args, format);
	va_copy(again, args);
	int n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (n > 0) {
		text_grow(t, (size_t)n);
		(void)vsnprintf(t->p + t->n, (size_t)n + 1, format, again);
		t->n += (size_t)n;
	}
	va_end(again);
}

void text_clear(struct text *t)
{
	t->n = 0;
	if (t->p)
		t->p[0] = '\0';
}

void text_free(struct text *t)
{
	free(t->p);
	*t = (struct text){ NULL, 0, 0 };
}

const char *text_of(const struct text *t)
{
	return t->p ? t->p : "";
}

static size_t rune_length(uint8_t lead)
{
	if (lead < 0x80)
		return 1;
	if (lead >= 0xc2 && lead <= 0xdf)
		return 2;
	if ((lead & 0xf0) == 0xe0)
		return 3;
	return lead >= 0xf0 && lead <= 0xf4 ? 4 : 0;
}

size_t text_rune(struct slice s, uint32_t *rune)
{
	static const uint8_t lead_bits[] = { 0, 0x7f, 0x1f, 0x0f, 0x07 };
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	size_t n = s.n ? rune_length(s.p[0]) : 0;

	if (n == 0 || n > s.n)
		return 0;
	uint32_t v = s.p[0] & lead_bits[n];
	for (size_t i = 1; i < n; i++) {
		if ((s.p[i] & 0xc0) != 0x80)
			return 0;
		v = v << 6 | (s.p[i] & 0x3f);
	}
	if (v < least[n] || v > 0x10ffff || (v >= 0xd800 && v <= 0xdfff))
		return 0;
	*rune = v;
	return n;
}

/* Controls (C0, DEL, C1), characters that reorder or hide text, and those that are none (XML has no
 * place for U+FFFE and U+FFFF, however written). */
static bool unsafe(uint32_t rune)
{
	return rune < 0x20 || (rune >= 0x7f && rune < 0xa0) || rune == 0x200b || rune == 0x200e ||
	       rune == 0x200f || (rune >= 0x202a && rune <= 0x202e) ||
	       (rune >= 0x2066 && rune <= 0x2069) || rune == 0x2028 || rune == 0x2029 ||
	       rune == 0xfeff || rune == 0x061c || (rune & 0xfffe) == 0xfffe ||
	       (rune >= 0xfdd0 && rune <= 0xfdef);
}

void text_printable(struct text *t, struct slice wire)
{
	while (wire.n) {
		uint32_t rune;
		size_t n = text_rune(wire, &rune);
		if (n && !unsafe(rune)) {
			text_add_slice(t, slice_upto(wire, n));
		} else {
			n = n ? n : 1;
			for (size_t i = 0; i < n; i++)
				text_addf(t, "\\x%02x", wire.p[i]);
		}
		wire = slice_from(wire, n);
	}
}

void text_utf8(struct text *t, struct slice wire)
{
	while (wire.n) {
		uint32_t rune;
		size_t n = text_rune(wire, &rune);
		if (n && rune != 0)
			text_add_slice(t, slice_upto(wire, n));
		else
			text_add(t, "\xef\xbf\xbd");
		wire = slice_from(wire, n ? n : 1);
	}
}
