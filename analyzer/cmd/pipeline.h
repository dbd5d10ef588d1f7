/* pipeline.h - the whole machine: captures in at the top, judged calls out at the bottom. */
#ifndef EARSHOT_PIPELINE_H
#define EARSHOT_PIPELINE_H

#include "analyzer/capture/capture.h"
#include "analyzer/crypto/cert.h"
#include "analyzer/crypto/keyring.h"
#include "analyzer/observe/observe.h"
#include "analyzer/track/track.h"
#include "analyzer/wire/wire.h"
#include "rules/judge.h"

/* Gets each call with its judgement (NULL: no judge) as it ends. False: it cannot take more, stop.
 */
typedef bool pipeline_call_fn(void *ctx, const struct call *c, const struct judgement *j);

/* Is this call worth judging? */
typedef bool pipeline_wanted_fn(const struct call *c);

/* Told of every batch of frames that was worked on; for whoever shows how far it is. */
typedef void pipeline_beat_fn(void *ctx);

struct pipeline {
	struct capture *capture;
	struct wire *wire;
	struct observe *observe;
	struct track *track;
	struct judge *judge;
	struct keyring *ring;
	observation_fn *watch;
	void *watch_ctx;
	size_t secrets; /* blocks of the captures that the ring has */
	pipeline_call_fn *give;
	pipeline_wanted_fn *wanted; /* NULL: all are */
	void *ctx;
	uint64_t now_ns;  /* newest capture time seen */
	uint64_t tick_ns; /* when calls and flows are looked over next */
	bool stopped;	  /* give() said so */
	pipeline_beat_fn *beat;
	void *beat_ctx;
};

/* What the user gave; borrowed. The ring grows by what secrets blocks hold. */
struct pipeline_given {
	size_t points;	  /* without a capture: how many capture points there are, */
	point_set access; /* and which of them are asserted to be access links */
	struct keyring *ring;
	const struct cert_store *trust;
	const struct passport_store *signers;
	const struct inventory *inventory; /* NULL: nothing is asserted */
	bool verify_all;
	uint64_t skew_ns;	/* 0: as track_defaults has it */
	pipeline_beat_fn *beat; /* NULL: nobody */
	void *beat_ctx;
	observation_fn *watch; /* sees each observation before track does; NULL: nobody */
	void *watch_ctx;
};

/* What the rooms hold at most. */
struct pipeline_limits {
	struct wire_limits wire;
	struct observe_limits observe; /* its keys are pipeline_given's */
	struct track_options track;
};
struct pipeline_limits pipeline_limits(void); /* every room's own */

/* Takes the opened capture and the judge (both stay the caller's) and builds the rooms between
 * them. Without a judge calls are given as they are; without a capture frames are for the caller
 * to bring. */
void pipeline_open(struct pipeline *p, struct capture *capture, struct judge *judge,
		   struct pipeline_given given, struct pipeline_limits limits,
		   pipeline_call_fn *give, void *ctx);
void pipeline_run(struct pipeline *p); /* to the last frame, and everything settled */

/* The same in steps. Secrets blocks stand before the packets they open
 * (draft-ietf-opsawg-pcapng 4.7). At most CAPTURE_BATCH frames. */
void pipeline_secrets(struct pipeline *p, const struct capture_secret *all, size_t n);
void pipeline_take(struct pipeline *p, const struct frame *frames, size_t n);
void pipeline_tick(struct pipeline *p, uint64_t now_ns); /* nothing came; time went on */
void pipeline_end(struct pipeline *p);			 /* everything settled */
/*
 * What would be said if all ended now. The machine is not fit for anything after it: for a copy of
 * the process. Datagrams and segments that wait for others are left waiting.
 */
void pipeline_glimpse(struct pipeline *p);
void pipeline_close(struct pipeline *p);

#endif
