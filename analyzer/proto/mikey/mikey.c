/* mikey.c - the common header of a MIKEY message (RFC 3830 6.1). */
#include "analyzer/proto/mikey/mikey.h"

#include "analyzer/base/cursor.h"

enum { VERSION = 1 };

enum err mikey_read(struct slice message, struct mikey *out)
{
	struct cursor c = cursor_over(message);

	*out = (struct mikey){ .version = cursor_u8(&c) };
	out->type = cursor_u8(&c);
	out->next_payload = cursor_u8(&c);
	cursor_skip(&c, 5); /* V and PRF, CSB ID */
	out->sessions = cursor_u8(&c);
	cursor_skip(&c, 1); /* CS ID map type */
	if (c.short_read)
		return ERR_TRUNCATED;
	return out->version == VERSION ? ERR_OK : ERR_MALFORMED;
}
