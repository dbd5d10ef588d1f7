/* watch_state.c - what a watch remembers from one run to the next: --state. */
#include "analyzer/base/when.h"
#include "analyzer/cmd/watch_parts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"
#include "reports/jvalue.h"
#include "reports/sink.h"

enum { KEY = 32, EVERY_S = 60 };

static char *path_of(const struct watch *w, const char *name)
{
	struct text t = { 0 };

	text_addf(&t, "%s/%s", w->args.watch.state, name);
	return t.p;
}

static bool say(const char *path, const char *why)
{
	fprintf(stderr, "earshot: %s: %s\n", path, why);
	return false;
}

/* ---- the key of names -------------------------------------------------------------------------
 */

/* Under mask audit numbers names in order of appearance. A watch forgets, and judges in copies of
 * itself: its names are keyed digests, under a key that nobody else has. */
static bool make_key(uint8_t key[KEY])
{
	return getrandom(key, KEY, 0) == KEY;
}

static bool read_key(const char *path, uint8_t key[KEY])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, key, KEY);

	if (fd >= 0)
		(void)close(fd);
	return n == KEY;
}

static bool write_key(const struct watch *w, const char *path, const uint8_t key[KEY])
{
	int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	bool ok = fd >= 0 && write(fd, key, KEY) == KEY;

	if (fd >= 0 && w->rights.root && !w->rights.stay)
		(void)!fchown(fd, w->rights.uid, w->rights.gid);
	if (fd >= 0)
		(void)close(fd);
	return ok || say(path, strerror(errno));
}

static bool open_key(const struct watch *w)
{
	char *path = w->args.watch.state ? path_of(w, "names.key") : NULL;
	uint8_t key[KEY];
	bool ok = true;

	if (!path || !read_key(path, key)) {
		ok = make_key(key) || say("random numbers", strerror(errno));
		if (ok && path)
			ok = write_key(w, path, key);
	}
	if (ok)
		digest_set_key((struct slice){ key, sizeof key });
	explicit_bzero(key, sizeof key);
	free(path);
	return ok;
}

/* ---- what is remembered ---------------------------------------------------------------------- */

static bool load(struct watch *w, const char *path)
{
	json_error_t e;
	json_t *all;

	if (access(path, F_OK) != 0)
		return true;
	all = json_load_file(path, 0, &e);
	bool ok = json_is_object(all) && alerts_load(w->bus.alerts, jvalue_get(all, "alerts")) &&
		  memory_load(w->bus.memory, jvalue_get(all, "memory"));
	json_decref(all);
	return ok || say(path, "is no state of a watch; move it away to begin anew");
}

bool watch_state_open(struct watch *w)
{
	if (w->args.redact == REDACT_MASK) {
		if (!open_key(w))
			return false;
		w->args.redact = REDACT_HMAC;
	}
	return true;
}

bool watch_state_load(struct watch *w)
{
	char *path = w->args.watch.state ? path_of(w, "state.json") : NULL;
	bool ok = !path || load(w, path);

	free(path);
	w->saved_ns = clock_steady();
	return ok;
}

static int save(void *ctx, int to)
{
	struct watch *w = ctx;
	char *path = path_of(w, "state.json");
	json_t *all = json_object();
	struct text t = { 0 };
	struct sink s;

	(void)to;
	jvalue_put(all, "schema", jvalue_text("earshot.state/1"));
	jvalue_put(all, "alerts", alerts_save(w->bus.alerts));
	jvalue_put(all, "memory", memory_save(w->bus.memory));
	jvalue_write(&t, all);
	json_decref(all);
	bool ok = sink_open(&s, path) == ERR_OK;
	if (ok) {
		(void)fwrite(text_of(&t), 1, t.n, s.out);
		ok = sink_commit(&s) == ERR_OK;
	}
	if (!ok)
		(void)say(path, strerror(errno));
	text_free(&t);
	free(path);
	return ok ? 0 : 5;
}

void watch_state_tick(struct watch *w)
{
	int status;

	if (!w->args.watch.state)
		return;
	if (copy_busy(&w->saving)) {
		(void)copy_look(&w->saving, &status);
		return;
	}
	if (clock_steady() < w->saved_ns + EVERY_S * WHEN_SECOND)
		return;
	w->saved_ns = clock_steady();
	(void)copy_begin(&w->saving, save, w);
}

void watch_state_end(struct watch *w)
{
	if (w->args.watch.state && save(w, -1) != 0)
		w->exit = 5;
}
