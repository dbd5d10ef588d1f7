/* sink.c - write beside, make durable, rename. */
#include "reports/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "analyzer/base/mem.h"
#include "analyzer/base/text.h"

enum { NAMES_TRIED = 100 };

static enum err opened(struct sink *s)
{
	return s->out ? ERR_OK : ERR_IO;
}

static size_t folder_length(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? (size_t)(slash - path) + 1 : 0;
}

/* Made as any new file is, so that the user's umask holds; a file that stood there gives its mode.
 */
static int make_beside(struct sink *s, const struct stat *before)
{
	size_t folder = folder_length(s->target);
	int fd = -1;

	errno = EEXIST;
	for (int i = 0; fd < 0 && errno == EEXIST && i < NAMES_TRIED; i++) {
		struct text name = { 0 };
		text_addf(&name, "%.*s.%.200s.%ld-%d.part", (int)folder, s->target,
			  s->target + folder, (long)getpid(), i);
		fd = open(name.p, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
		free(s->temporary);
		s->temporary = name.p;
	}
	if (fd >= 0 && before)
		(void)fchmod(fd, before->st_mode & 0777);
	return fd;
}

static void forget(struct sink *s)
{
	free(s->target);
	free(s->temporary);
	*s = (struct sink){ 0 };
}

static enum err open_beside(struct sink *s, const char *path, const struct stat *before)
{
	if (before && access(path, W_OK) != 0)
		return ERR_IO;
	s->target = before ? realpath(path, NULL) : mem_text(path);
	if (!s->target)
		return ERR_IO;
	int fd = make_beside(s, before);
	s->out = fd >= 0 ? fdopen(fd, "w") : NULL;
	if (!s->out) {
		int why = errno;
		if (fd >= 0) {
			(void)close(fd);
			(void)unlink(s->temporary);
		}
		forget(s);
		errno = why;
	}
	return opened(s);
}

enum err sink_open(struct sink *s, const char *path)
{
	struct stat st;

	*s = (struct sink){ .standard_output = strcmp(path, "-") == 0 };
	if (s->standard_output) {
		s->out = stdout;
		return ERR_OK;
	}
	if (stat(path, &st) != 0)
		return errno == ENOENT ? open_beside(s, path, NULL) : ERR_IO;
	if (S_ISREG(st.st_mode))
		return open_beside(s, path, &st);
	if (S_ISDIR(st.st_mode)) {
		errno = EISDIR;
		return ERR_IO;
	}
	s->out = fopen(path, "we");
	return opened(s);
}

/* The rename itself is lost in a crash unless the folder is written too. */
static void sync_folder(const char *target)
{
	size_t n = folder_length(target);
	char *folder = n ? strndup(target, n) : mem_text(".");
	int fd = folder ? open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC) : -1;

	if (fd >= 0) {
		(void)fsync(fd);
		(void)close(fd);
	}
	free(folder);
}

/* stdio remembers that a write failed, not why: one more byte, of a file that is given up, asks
 * again. */
static int why_not_written(FILE *out)
{
	return write(fileno(out), " ", 1) < 0 ? errno : EIO;
}

/* The errno of the first step that failed, 0 when all is written. */
static int finish(struct sink *s)
{
	int why = 0;

	if (fflush(s->out) != 0 || ferror(s->out))
		why = why_not_written(s->out);
	if (!why && s->temporary && fsync(fileno(s->out)) != 0)
		why = errno;
	if (!s->standard_output && fclose(s->out) != 0 && !why)
		why = errno;
	return why;
}

enum err sink_commit(struct sink *s)
{
	int why = finish(s);

	if (!why && s->temporary && rename(s->temporary, s->target) != 0)
		why = errno;
	if (s->temporary && why)
		(void)unlink(s->temporary);
	else if (s->temporary)
		sync_folder(s->target);
	forget(s);
	errno = why;
	return why ? ERR_IO : ERR_OK;
}

void sink_discard(struct sink *s)
{
	if (s->out && !s->standard_output)
		(void)fclose(s->out);
	if (s->temporary)
		(void)unlink(s->temporary);
	forget(s);
}
