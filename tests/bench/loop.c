/* loop.c - the reference: a bare pcap_loop with libpcap's own buffer, over one file. */
#include <pcap/pcap.h>
#include <stdio.h>

static void count(u_char *user, const struct pcap_pkthdr *header, const u_char *bytes)
{
	unsigned long long *n = (unsigned long long *)(void *)user;

	(void)bytes;
	n[0]++;
	n[1] += header->caplen;
}

int main(int argc, char **argv)
{
	char why[PCAP_ERRBUF_SIZE];
	unsigned long long n[2] = { 0, 0 };
	pcap_t *p = argc == 2 ? pcap_open_offline(argv[1], why) : NULL;

	if (!p)
		return fputs("usage: loop FILE\n", stderr), 2;
	int end = pcap_loop(p, -1, count, (u_char *)n);
	printf("%llu packets, %llu bytes\n", n[0], n[1]);
	pcap_close(p);
	return end ? 1 : 0;
}
