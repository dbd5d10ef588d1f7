/* label.c - what an input is called when the user did not say. */
#include "analyzer/capture/label.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#include "analyzer/base/mem.h"

const char *label_base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static bool drop_ending(char *name, const char *ending)
{
	size_t n = strlen(name), e = strlen(ending);

	if (n <= e || strcasecmp(name + n - e, ending) != 0)
		return false;
	name[n - e] = '\0';
	return true;
}

char *label_default(const char *path)
{
	if (strcmp(path, "-") == 0)
		return mem_text("stdin");
	char *name = mem_text(label_base_name(path));
	if (!drop_ending(name, ".gz"))
		(void)drop_ending(name, ".zst");
	if (!drop_ending(name, ".pcapng") && !drop_ending(name, ".pcap"))
		(void)drop_ending(name, ".cap");
	return name;
}
