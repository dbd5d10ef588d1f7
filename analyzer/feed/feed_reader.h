/* feed_reader.h - what all kinds of sources share: a thread, a queue, an account of losses. */
#ifndef EARSHOT_FEED_READER_H
#define EARSHOT_FEED_READER_H

#include <pthread.h>

#include "analyzer/base/text.h"
#include "analyzer/feed/feed.h"
#include "analyzer/feed/feed_queue.h"
#include "analyzer/feed/feed_secret.h"

enum { FEED_WHY = sizeof((struct feed_input){ 0 }.why) };

/*
 * Losses and outages so far. It goes through the queue with the frames, so that the thread that
 * judges learns of a loss before the first frame that follows it, and not sooner.
 */
struct feed_report {
	uint64_t kernel_drops, interface_drops, queue_drops, outages;
	uint64_t lost_ns; /* the last of the drops was no later */
	char why[FEED_WHY];
};

/* How the readers wake the thread that judges. */
struct feed_waker {
	int fd;		     /* eventfd */
	_Atomic bool asleep; /* it waits on fd */
};

struct feed_reader;

/* One kind of source. */
struct feed_reader_kind {
	/* With all rights; *why says what is wrong, without the source's name. */
	enum err (*open)(struct feed_reader *r, struct text *why);
	void (*run)(struct feed_reader *r); /* on the reader's thread, until stopped or ended */
	void (*close)(struct feed_reader *r);
	const char *word; /* "interface" */
	bool lives;	  /* what is not taken in time is lost: a full queue drops */
};

struct feed_reader {
	const struct feed_reader_kind *kind;
	char *where;
	char *name; /* a kind's open may replace it */
	const struct feed_options *options;
	void *own;		     /* the kind's */
	int stop;		     /* eventfd, never read: readable once the feed was stopped */
	const _Atomic bool *stopped; /* the same, for a look without a system call */
	uint16_t input;
	bool certain; /* its next frame or its end will come: no frame need overtake it */
	struct feed_waker *waker;
	struct feed_secret *secrets;
	struct feed_queue queue;
	pthread_t thread;
	bool threaded;

	/* The thread's. */
	uint64_t number;
	struct feed_report report;
	bool unreported;

	/* Of both sides. */
	_Atomic bool up, ended;
	_Atomic uint64_t refused;
};

bool feed_reader_open(struct feed_reader *r);
void feed_reader_start(struct feed_reader *r);
void feed_reader_close(
	struct feed_reader *r); /* after the feed was stopped; waits for the thread */

/* The rest is for the kinds, on the reader's thread. */

static inline bool feed_reader_stopping(const struct feed_reader *r)
{
	return atomic_load_explicit(r->stopped, memory_order_relaxed);
}
/* Waits so long, or until the feed is stopped: true then. */
bool feed_reader_pause(const struct feed_reader *r, int ms);
/*
 * Waits until `fd` can be read, after what was given is handed on. False: the feed was stopped.
 * *events: what poll told, 0 after `ms` (-1: no limit).
 */
bool feed_reader_wait(struct feed_reader *r, int fd, int ms, short *events);

/* Queues a copy of bytes, time, lengths, interface and link type; numbers it. Lost frames have
 * numbers too. */
void feed_reader_give(struct feed_reader *r, const struct frame *f);
/*
 * For whoever can leave what comes where it waits, and need not lose it here. There is room for any
 * frame; feed_reader_room waits so long for it, or until the feed is stopped.
 */
static inline bool feed_reader_has_room(struct feed_reader *r)
{
	return feed_queue_room(&r->queue);
}
bool feed_reader_room(struct feed_reader *r, int ms);

/* What was given so far can be judged. Called before every wait. */
void feed_reader_flush(struct feed_reader *r);

/* More of them, until then by the clock of capture times; 0: before the next frame. */
void feed_reader_lost(struct feed_reader *r, uint64_t kernel, uint64_t interface,
		      uint64_t until_ns);
void feed_reader_outage(struct feed_reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
/* Other words for the outage that lasts. */
void feed_reader_still(struct feed_reader *r, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void feed_reader_up(struct feed_reader *r, bool up);
void feed_reader_refuse(struct feed_reader *r);
/* Secrets that open what is given from here on. */
void feed_reader_secret(struct feed_reader *r, const struct capture_secret *s);

#endif
