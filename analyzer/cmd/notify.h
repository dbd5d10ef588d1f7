/* notify.h - tells a service manager that the program is ready, and alive (sd_notify(3)). */
#ifndef EARSHOT_NOTIFY_H
#define EARSHOT_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

struct notify {
	int fd;		   /* -1: nobody wants to know */
	uint64_t every_ns; /* between signs of life; 0: none are wanted */
	uint64_t next_ns;
};

/* By $NOTIFY_SOCKET and $WATCHDOG_USEC; before the process is confined. */
void notify_open(struct notify *n);
void notify_say(const struct notify *n, const char *what); /* "READY=1" */
void notify_alive(struct notify *n, uint64_t clock_ns);	   /* as often as it is wanted */
void notify_close(struct notify *n);

#endif
