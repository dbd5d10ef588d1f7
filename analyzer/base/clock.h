/* clock.h - the machine's clocks, in nanoseconds. Capture time is another thing: when.h. */
#ifndef EARSHOT_CLOCK_H
#define EARSHOT_CLOCK_H

#include <stdint.h>
#include <time.h>

uint64_t clock_day(void);    /* since 1970; may be set back */
uint64_t clock_steady(void); /* only goes on: how long something lasts */
uint64_t clock_coarse(void); /* as clock_steady, some milliseconds behind and nearly free */
uint64_t clock_ns(struct timespec t);

#endif
