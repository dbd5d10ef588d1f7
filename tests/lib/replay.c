/* replay.c - payloads of captures that lie beside the project, for tests that can do without. */
#include "tests/lib/replay.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "analyzer/capture/capture.h"

const char *replay_path(const char *name)
{
	static char path[1024];
	const char *shared = getenv("EARSHOT_SHARED");

	snprintf(path, sizeof path, "%s/%s", shared && *shared ? shared : "../shared", name);
	return path;
}

bool replay_there(const char *name)
{
	if (access(replay_path(name), R_OK) == 0)
		return true;
	printf("[  SKIPPED ] no %s: set EARSHOT_SHARED\n", name);
	return false;
}

uint64_t replay_capture(const char *name, wire_payload_fn *fn, void *ctx)
{
	struct capture_source source = { NULL, replay_path(name) };
	struct wire *w = wire_new((struct wire_hooks){ ctx, fn, NULL }, (struct wire_limits){ 0 });
	struct capture *c = NULL;
	struct frame frame;
	const char *why;
	uint64_t frames = 0;

	if (capture_open(&c, &source, 1, (struct capture_options){ .hash = false }, &why) == ERR_OK)
		for (; capture_next(c, &frame); frames++)
			wire_feed(w, &frame);
	wire_end(w);
	wire_free(w);
	if (c)
		capture_close(c);
	return frames;
}

char *replay_text(const char *name)
{
	FILE *f = fopen(replay_path(name), "r");
	char *text = NULL;
	long n;

	if (!f)
		return NULL;
	if (fseek(f, 0, SEEK_END) == 0 && (n = ftell(f)) >= 0 && fseek(f, 0, SEEK_SET) == 0) {
		text = calloc(1, (size_t)n + 1);
		if (text && fread(text, 1, (size_t)n, f) != (size_t)n)
			text[0] = 0;
	}
	fclose(f);
	return text;
}
