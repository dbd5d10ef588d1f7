/*
 * flood.c - a classic pcap from standard input, with INVITEs that nobody answers spread through it.
 *
 * usage: traffic ... | flood COUNT [SEED]
 *
 * Each has a Call-ID, a branch and a tag of its own and comes from one of many hosts and ports, as
 * scanners' do. They come at an even pace from the first packet to the last. The same words give
 * the same bytes.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { HEADERS = 42, RECORD = 16, LARGEST = 65536 };

struct packet {
	uint64_t at_us;
	uint32_t n;
	uint8_t *bytes;
};

static struct packet *packets;
static size_t packet_count;
static uint64_t random_state;

static uint32_t rnd(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33);
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put(uint64_t at_us, const uint8_t *bytes, uint32_t n)
{
	uint32_t record[4] = { (uint32_t)(at_us / 1000000), (uint32_t)(at_us % 1000000), n, n };

	if (fwrite(record, 1, sizeof record, stdout) != sizeof record ||
	    fwrite(bytes, 1, n, stdout) != n)
		exit(1);
}

static unsigned sip(char *text, size_t room, unsigned number, const char *from, unsigned port)
{
	char body[256];
	int n = snprintf(body, sizeof body,
			 "v=0\r\no=- %u 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
			 "m=audio %u RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n",
			 number, from, from, port + 1);

	return (unsigned)snprintf(
		text, room,
		"INVITE sip:%u@10.20.255.1 SIP/2.0\r\nVia: SIP/2.0/UDP "
		"%s:%u;branch=z9hG4bK%08x%08x;rport\r\nMax-Forwards: 70\r\n"
		"From: <sip:%u@10.20.255.1>;tag=%08x\r\nTo: <sip:%u@10.20.255.1>\r\n"
		"Call-ID: %u-%08x%08x\r\nCSeq: 1 INVITE\r\nContact: <sip:x@%s:%u>\r\n"
		"User-Agent: flood\r\nContent-Type: application/sdp\r\n"
		"Content-Length: %d\r\n\r\n%s",
		number, from, port, number, rnd(), number % 10000, rnd(), number, number, rnd(),
		rnd(), from, port, n, body);
}

static void invite(uint64_t at_us, unsigned number)
{
	uint8_t b[2048] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45 };
	uint32_t host = rnd() % 65000;
	unsigned port = 1024 + rnd() % 60000;
	char from[20];

	(void)snprintf(from, sizeof from, "172.16.%u.%u", host >> 8, host & 255);
	unsigned n = sip((char *)b + HEADERS, sizeof b - HEADERS, number, from, port);
	put16(b + 16, n + 28);
	put16(b + 18, number & 0xffff);
	b[22] = 64;
	b[23] = 17;
	memcpy(b + 26, (const uint8_t[]){ 172, 16, (uint8_t)(host >> 8), (uint8_t)host }, 4);
	memcpy(b + 30, (const uint8_t[]){ 10, 20, 255, 1 }, 4);
	put16(b + 34, port);
	put16(b + 36, 5060);
	put16(b + 38, n + 8);
	put(at_us, b, n + HEADERS);
}

static int take_packet(void)
{
	uint32_t record[4];
	size_t room = packet_count;

	if (fread(record, 1, RECORD, stdin) != RECORD || record[2] > LARGEST)
		return 0;
	if ((room & (room - 1)) == 0)
		packets = realloc(packets, (room ? room * 2 : 1) * sizeof *packets);
	uint8_t *bytes = malloc(record[2]);
	if (!packets || !bytes || fread(bytes, 1, record[2], stdin) != record[2])
		return 0;
	packets[packet_count++] =
		(struct packet){ record[0] * UINT64_C(1000000) + record[1], record[2], bytes };
	return 1;
}

int main(int argc, char **argv)
{
	static char buffer[1 << 20];
	uint32_t header[6];
	long count = argc > 1 ? atol(argv[1]) : -1, sent = 0;

	if (count < 0)
		return fputs("usage: traffic ... | flood COUNT [SEED]\n", stderr), 2;
	random_state = argc > 2 ? strtoull(argv[2], NULL, 10) : 1;
	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	if (fread(header, 1, sizeof header, stdin) != sizeof header)
		return 1;
	fwrite(header, 1, sizeof header, stdout);
	while (take_packet())
		;
	if (!packet_count)
		return 1;
	uint64_t first = packets[0].at_us, last = packets[packet_count - 1].at_us;
	double pace = count ? (double)(last - first) / (double)count : 0;
	for (size_t i = 0; i < packet_count; i++) {
		for (; sent < count && first + (uint64_t)((double)sent * pace) < packets[i].at_us;
		     sent++)
			invite(first + (uint64_t)((double)sent * pace), (unsigned)sent);
		put(packets[i].at_us, packets[i].bytes, packets[i].n);
	}
	for (; sent < count; sent++)
		invite(last, (unsigned)sent);
	return fflush(stdout) ? 1 : 0;
}
