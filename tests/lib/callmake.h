/* callmake.h - calls made by hand for the tests of rules. */
#ifndef EARSHOT_CALLMAKE_H
#define EARSHOT_CALLMAKE_H

#include "analyzer/model/call.h"
#include "rules/judge.h"

enum { CALLMAKE_LEGS = 8, CALLMAKE_MEDIA = 4, CALLMAKE_SEGMENTS = 8, CALLMAKE_FACTS = 64 };

/* Zero it with callmake_begin; the call points into it. */
struct callmake {
	struct call c;
	struct epoch epochs[2];
	struct leg legs[CALLMAKE_LEGS];
	struct media media[CALLMAKE_MEDIA];
	struct segment segments[CALLMAKE_MEDIA][CALLMAKE_SEGMENTS];
	struct fact facts[CALLMAKE_FACTS];
};

struct endpoint callmake_at(const char *addr, uint16_t port);
/* Caller 10.0.0.1, callee 10.0.0.2, one talk epoch, nothing else. */
void callmake_begin(struct callmake *m, enum call_kind kind);
/* A leg between caller and callee, and the fact for it (readable: clear on the wire, else opaque
 * TLS). */
struct leg *callmake_leg(struct callmake *m, bool readable);
/* An answered audio line between both ends, offer and answer seen. */
struct media *callmake_line(struct callmake *m, enum media_profile profile, enum keying keying);
/* 100 packets from one end (0 caller, 1 callee) of line `media` at capture point `point`. */
struct segment *callmake_segment(struct callmake *m, int media, int from, uint16_t point);
/* A fact of grade 3 about the call as a whole; its evidence is the next frame number. */
struct fact *callmake_fact(struct callmake *m, enum fact_kind kind);
struct fact *callmake_fact_on(struct callmake *m, enum fact_kind kind, int16_t media);

/* Judges with the baseline policy at `high`; good until the next callmake_judge. */
const struct judgement *callmake_judge(const struct callmake *m);
/* The same for any call, such as a scene's. */
const struct judgement *callmake_judge_call(const struct call *c);
void callmake_end(void); /* frees the judge of callmake_judge */
/* The first finding of a rule with an outcome, or NULL. */
const struct finding *callmake_finding(const struct judgement *j, const char *rule, enum outcome o);
const struct finding *callmake_violated(const struct judgement *j, const char *rule);

#endif
