/* replay.h - payloads of captures that lie beside the project, for tests that can do without. */
#ifndef EARSHOT_REPLAY_H
#define EARSHOT_REPLAY_H

#include "analyzer/wire/wire.h"

/* Path of a file under EARSHOT_SHARED (default ../shared); good until the next call. */
const char *replay_path(const char *name);
/* Whether it is there; says so when it is not. */
bool replay_there(const char *name);
/* Every payload of a capture, in order; gives how many frames it had. */
uint64_t replay_capture(const char *name, wire_payload_fn *fn, void *ctx);
/* The whole text, to be freed; with a NUL behind it. NULL: not there. */
char *replay_text(const char *name);

#endif
