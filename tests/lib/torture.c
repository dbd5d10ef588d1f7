/* torture.c - RFC texts to messages, with the tools of the system. */
#include "tests/lib/torture.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { ROOM = 64 * 1024 };

static uint8_t room[ROOM];

static const char *path_of(const char *rfc, char out[512])
{
	const char *shared = getenv("EARSHOT_SHARED");

	snprintf(out, 512, "%s/rfc/%s.txt", shared ? shared : "../shared", rfc);
	return out;
}

bool torture_available(void)
{
	char path[512];

	if (access(path_of("rfc4475", path), R_OK) == 0 &&
	    access(path_of("rfc5118", path), R_OK) == 0)
		return true;
	printf("[  SKIPPED ] no RFC texts: set EARSHOT_SHARED\n");
	return false;
}

/* Page ends stand between the lines of base64; those lines are the only ones without a space. */
struct slice torture_4475(const char *name)
{
	char path[512], command[1024];
	size_t n;

	snprintf(command, sizeof command,
		 "sed -n '/^ *-- BEGIN MESSAGE ARCHIVE --$/,/^ *-- END MESSAGE ARCHIVE --$/p' '%s' "
		 "| "
		 "grep -E '^   [A-Za-z0-9+/=]+$' | tr -d ' ' | base64 -d 2>/dev/null | "
		 "tar xzOf - %s.dat 2>/dev/null",
		 path_of("rfc4475", path), name);
	FILE *f = popen(command, "r");
	if (!f)
		return (struct slice){ room, 0 };
	n = fread(room, 1, sizeof room, f);
	pclose(f);
	return (struct slice){ room, n };
}

static void append(size_t *n, const char *line, size_t length)
{
	if (*n + length > sizeof room)
		return;
	memcpy(room + *n, line, length);
	*n += length;
}

static bool is_page_end(const char *line)
{
	return strstr(line, "[Page ") || strncmp(line, "RFC 5118", 8) == 0 || line[0] == '\f';
}

/* Lines of a message are set in by six; a paragraph of text, set in by three, ends it. */
static size_t copy_message(FILE *f)
{
	char line[512];
	size_t n = 0, blanks = 0;
	bool one_line = false;

	while (fgets(line, sizeof line, f)) {
		line[strcspn(line, "\r\n")] = 0;
		if (is_page_end(line))
			continue;
		if (!line[0]) {
			blanks++;
			continue;
		}
		if (strncmp(line, "      ", 6) != 0)
			break;
		/* Blank lines count only before a body, which begins with v=. */
		if (blanks && n && strncmp(line + 6, "v=", 2) == 0)
			append(&n, "\r\n", 2);
		blanks = 0;
		if (strstr(line, "allOneLine>")) {
			one_line = !strstr(line, "/allOneLine>");
			if (!one_line)
				append(&n, "\r\n", 2);
			continue;
		}
		append(&n, line + 6, strlen(line + 6));
		if (!one_line)
			append(&n, "\r\n", 2);
	}
	return n;
}

struct slice torture_5118(const char *name)
{
	char path[512], line[512], head[128];
	size_t n = 0;
	FILE *f = fopen(path_of("rfc5118", path), "r");

	if (!f)
		return (struct slice){ room, 0 };
	snprintf(head, sizeof head, "Message Details: %s\n", name);
	while (!n && fgets(line, sizeof line, f))
		if (strcmp(line + strspn(line, " "), head) == 0)
			n = copy_message(f);
	fclose(f);
	if (n && !memmem(room, n, "\r\n\r\n", 4))
		append(&n, "\r\n", 2);
	return (struct slice){ room, n };
}
