/* tally.c - loaded before a capture program: writes down what its handle received and dropped. */
#include <dlfcn.h>
#include <pcap/pcap.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

int pcap_activate(pcap_t *p);

static void *count(void *handle)
{
	static const struct timespec often = { .tv_nsec = 200 * 1000000 };
	const char *path = getenv("TALLY_FILE");
	struct pcap_stat s;

	while (path && pcap_stats(handle, &s) == 0) {
		FILE *f = fopen(path, "w");
		if (f) {
			fprintf(f, "%u %u\n", s.ps_recv, s.ps_drop);
			(void)fclose(f);
		}
		(void)nanosleep(&often, NULL);
	}
	return NULL;
}

/* The handle is not for two threads, but its numbers are read from the kernel and added up here
 * alone. */
int pcap_activate(pcap_t *p)
{
	int (*real)(pcap_t *);
	void *found = dlsym(RTLD_NEXT, "pcap_activate");
	memcpy(&real, &found, sizeof real); /* C knows no way from an object to a function */
	int done = real ? real(p) : PCAP_ERROR;
	pthread_t t;

	if (done >= 0 && pthread_create(&t, NULL, count, p) == 0)
		(void)pthread_detach(t);
	return done;
}
