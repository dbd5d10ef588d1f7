/* clock.c - the machine's clocks, in nanoseconds. */
#include "analyzer/base/clock.h"

#include "analyzer/base/when.h"

uint64_t clock_ns(struct timespec t)
{
	return (uint64_t)t.tv_sec * WHEN_SECOND + (uint64_t)t.tv_nsec;
}

static uint64_t read_clock(clockid_t which)
{
	struct timespec t;

	(void)clock_gettime(which, &t);
	return clock_ns(t);
}

uint64_t clock_day(void)
{
	return read_clock(CLOCK_REALTIME);
}

uint64_t clock_steady(void)
{
	return read_clock(CLOCK_MONOTONIC);
}

uint64_t clock_coarse(void)
{
	return read_clock(CLOCK_MONOTONIC_COARSE);
}
