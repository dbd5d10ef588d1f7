/* notify.c - tells a service manager that the program is ready, and alive (sd_notify(3)). */
#include "analyzer/cmd/notify.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "analyzer/base/slice.h"

/* A name that begins with @ is one of the abstract kind. */
static int connect_to(const char *path)
{
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	size_t n = strlen(path);
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || n >= sizeof to.sun_path) {
		if (fd >= 0)
			(void)close(fd);
		return -1;
	}
	memcpy(to.sun_path, path, n);
	if (to.sun_path[0] == '@')
		to.sun_path[0] = '\0';
	socklen_t length = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + n);
	if (connect(fd, (const struct sockaddr *)&to, length) == 0)
		return fd;
	(void)close(fd);
	return -1;
}

void notify_open(struct notify *n)
{
	const char *path = getenv("NOTIFY_SOCKET"), *usec = getenv("WATCHDOG_USEC");
	uint64_t every;

	*n = (struct notify){ .fd = path && *path ? connect_to(path) : -1 };
	/* Twice as often as it must be: sd_watchdog_enabled(3). */
	if (n->fd >= 0 && usec && slice_number(slice_of(usec), UINT64_C(86400000000), &every))
		n->every_ns = every * 1000 / 2;
}

void notify_say(const struct notify *n, const char *what)
{
	if (n->fd >= 0)
		(void)send(n->fd, what, strlen(what), MSG_NOSIGNAL | MSG_DONTWAIT);
}

void notify_alive(struct notify *n, uint64_t clock_ns)
{
	if (!n->every_ns || clock_ns < n->next_ns)
		return;
	notify_say(n, "WATCHDOG=1");
	n->next_ns = clock_ns + n->every_ns;
}

void notify_close(struct notify *n)
{
	if (n->fd >= 0)
		(void)close(n->fd);
	n->fd = -1;
}
