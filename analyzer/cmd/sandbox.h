/* sandbox.h - what a run may still do once it reads packets: its own files, and little else. */
#ifndef EARSHOT_SANDBOX_H
#define EARSHOT_SANDBOX_H

#include "analyzer/base/text.h"

/*
 * Captures are written by strangers: whoever finds a fault in a parser should find nothing
 * to do with it. Landlock narrows the files to those that were named, seccomp the system
 * calls to those that reading and writing files takes: no program is started, no socket
 * opened, no other process touched. A refused call fails with EPERM or EACCES.
 */
struct sandbox;

struct sandbox *sandbox_new(void);
/* A file to read; one that is not there is none to read. */
void sandbox_read(struct sandbox *s, const char *path);
/* Where a report goes ("-" and NULL: nothing to allow): its folder, or the device it is. */
void sandbox_write(struct sandbox *s, const char *path);
/* A folder in which files may be made, written, renamed and removed. */
void sandbox_folder(struct sandbox *s, const char *path);
void sandbox_read_folder(struct sandbox *s, const char *path); /* and all that is in it */
/*
 * What a run that goes on for months takes beside: sockets that are open already, connections to
 * the receivers it was told of, copies of itself (which stay behind the same door). Still no
 * other program, and no other process.
 */
enum sandbox_more {
	SANDBOX_SOCKETS = 1,
	SANDBOX_CONNECT = 2,
	SANDBOX_COPIES = 4,
	SANDBOX_CAPTURE = 8
};
void sandbox_also(struct sandbox *s, unsigned more);
/*
 * Shuts the door, for this thread and those it will start, and frees `s`. What could
 * not be had of this system (an old kernel, a container that forbids it) is added to
 * `missing` as a clause; nothing is added when all of it holds.
 */
void sandbox_enter(struct sandbox *s, struct text *missing);

#endif
