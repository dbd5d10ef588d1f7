/*
 * traffic.c - makes SIP calls with RTP as a classic pcap on standard output.
 *
 * usage: traffic CALLS CONCURRENT TALK_SECONDS [SEED [FALSE]]
 *
 * Calls begin at an even pace so that about CONCURRENT are alive at any time.
 * With TALK_SECONDS 0 they carry signaling alone and are held for 60 s. FALSE of a hundred
 * calls agree SDES keys that fit nothing: their packets are cut from one pool of noise, so
 * that strangers' are often equal. The same words give the same bytes.
 */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
	STEPS_BEFORE_TALK = 5,
	PAYLOAD = 160,
	TAG = 10,
	TABLE = 8000,
	POOL = 1 << 20,
	FRAME_MS = 20,
	KEY_TEXT = 40 /* 30 octets in base64 */
};

struct call {
	uint64_t begin_us, talk_us;
	uint32_t number, ssrc[2];
	uint16_t seq[2], port[2];
	uint32_t sent[2];
};

struct event {
	uint64_t at_us;
	uint32_t call;
	uint8_t step; /* 0..4 setting up, 5 media from caller, 6 media from callee, 7 BYE, 8 its 200
		       */
};

static struct call *calls;
static struct event *heap;
static size_t heap_count;
static uint8_t speech[TABLE], noise[POOL + PAYLOAD + TAG];
static unsigned false_share;
static uint64_t random_state;

static uint32_t rnd(void)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(random_state >> 33);
}

static int earlier(const struct event *a, const struct event *b)
{
	return a->at_us != b->at_us ? a->at_us < b->at_us
	       : a->call != b->call ? a->call < b->call
				    : a->step < b->step;
}

static void push(struct event e)
{
	size_t i = heap_count++;

	for (; i > 0 && earlier(&e, &heap[(i - 1) / 2]); i = (i - 1) / 2)
		heap[i] = heap[(i - 1) / 2];
	heap[i] = e;
}

static struct event pop(void)
{
	struct event top = heap[0], last = heap[--heap_count];
	size_t i = 0;

	for (size_t kid; (kid = 2 * i + 1) < heap_count; i = kid) {
		if (kid + 1 < heap_count && earlier(&heap[kid + 1], &heap[kid]))
			kid++;
		if (!earlier(&heap[kid], &last))
			break;
		heap[i] = heap[kid];
	}
	heap[i] = last;
	return top;
}

static void put16(uint8_t *p, unsigned v)
{
	p[0] = (uint8_t)(v >> 8);
	p[1] = (uint8_t)v;
}

static void put32(uint8_t *p, uint32_t v)
{
	put16(p, v >> 16);
	put16(p + 2, v & 0xffff);
}

/* Side 0 calls, side 1 is called; hosts repeat so that ports matter. */
static uint32_t host(const struct call *c, int side)
{
	return (side ? 0x0a140000u : 0x0a0a0000u) + c->number % 4000 + 1;
}

static void packet(const struct call *c, int side, uint64_t at_us, unsigned sport, unsigned dport,
		   const uint8_t *body, unsigned n)
{
	static uint16_t ip_id;
	uint8_t b[2048] = { 2, 0, 0, 0, 0, 1, 2, 0, 0, 0, 0, 2, 8, 0, 0x45 };
	uint32_t record[4] = { (uint32_t)(at_us / 1000000), (uint32_t)(at_us % 1000000), n + 42,
			       n + 42 };

	put16(b + 16, n + 28);
	put16(b + 18, ++ip_id);
	b[22] = 64;
	b[23] = 17;
	put32(b + 26, host(c, side));
	put32(b + 30, host(c, !side));
	put16(b + 34, sport);
	put16(b + 36, dport);
	put16(b + 38, n + 8);
	memcpy(b + 42, body, n);
	if (fwrite(record, 1, sizeof record, stdout) != sizeof record ||
	    fwrite(b, 1, n + 42, stdout) != n + 42)
		exit(1);
}

static void address(char out[20], const struct call *c, int side)
{
	uint32_t h = host(c, side);

	(void)snprintf(out, 20, "%u.%u.%u.%u", h >> 24, h >> 16 & 255, h >> 8 & 255, h & 255);
}

static int is_false(const struct call *c)
{
	return c->number % 100 < false_share;
}

/* A number of a packet or a letter, the same in every run. */
static uint64_t mixed(const struct call *c, int side, uint32_t at)
{
	uint64_t x = ((uint64_t)c->ssrc[side] << 32 | at) * 0x9e3779b97f4a7c15u;

	x = (x ^ x >> 32) * 0xd6e8feb86659fd93u;
	return x ^ x >> 32;
}

static void key_line(char *out, size_t room, const struct call *c, int side)
{
	static const char letters[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	char key[KEY_TEXT + 1] = "";

	for (uint32_t i = 0; i < KEY_TEXT; i++)
		key[i] = letters[mixed(c, side, i) % 64];
	(void)snprintf(out, room, "a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:%s\r\n", key);
}

static unsigned sdp(char *out, size_t room, const struct call *c, int side)
{
	char ip[20], key[128] = "";

	address(ip, c, side);
	if (is_false(c))
		key_line(key, sizeof key, c, side);
	return (unsigned)snprintf(out, room,
				  "v=0\r\no=- %u 1 IN IP4 %s\r\ns=-\r\nc=IN IP4 %s\r\nt=0 0\r\n"
				  "m=audio %u RTP/%s 0 101\r\na=rtpmap:0 PCMU/8000\r\n"
				  "a=rtpmap:101 telephone-event/8000\r\n%sa=sendrecv\r\n",
				  c->number, ip, ip, c->port[side], *key ? "SAVP" : "AVP", key);
}

static void sip(const struct call *c, int side, uint64_t at_us, const char *line, const char *cseq,
		int with_sdp)
{
	char body[512] = "", text[1600], a[20], b[20], to_tag[20] = "";
	unsigned n = with_sdp ? sdp(body, sizeof body, c, side) : 0;

	address(a, c, 0);
	address(b, c, 1);
	if (strncmp(line, "INVITE", 6) != 0 && !strstr(line, "Trying"))
		(void)snprintf(to_tag, sizeof to_tag, ";tag=b%08x", c->ssrc[1]);
	int length = snprintf(
		text, sizeof text,
		"%s\r\nVia: SIP/2.0/UDP %s:5060;branch=z9hG4bK%08x%s;rport\r\nMax-Forwards: 70\r\n"
		"From: \"Caller %u\" <sip:u%u@a.example>;tag=a%08x\r\n"
		"To: <sip:v%u@b.example>%s\r\nCall-ID: %08x-%u@a.example\r\n"
		"CSeq: %s\r\nContact: <sip:x@%s:5060>\r\nUser-Agent: bench\r\n%s"
		"Content-Length: %u\r\n\r\n%s",
		line, a, c->ssrc[0], *cseq == '2' ? "b" : "a", c->number, c->number, c->ssrc[0],
		c->number, to_tag, c->ssrc[0], c->number, cseq, side ? b : a,
		with_sdp ? "Content-Type: application/sdp\r\n" : "", n, body);
	packet(c, side, at_us, 5060, 5060, (uint8_t *)text, (unsigned)length);
}

static void rtp(struct call *c, int side, uint64_t at_us)
{
	uint8_t b[12 + PAYLOAD + TAG] = { 0x80, 0 };
	unsigned at = (c->number * 977u + c->sent[side] * PAYLOAD) % (TABLE - PAYLOAD);
	const uint8_t *octets = speech + at;
	unsigned n = PAYLOAD;

	if (is_false(c)) {
		octets = noise + mixed(c, side, c->sent[side]) % POOL;
		n += TAG;
	}
	put16(b + 2, c->seq[side]++);
	put32(b + 4, c->sent[side]++ * PAYLOAD);
	put32(b + 8, c->ssrc[side]);
	memcpy(b + 12, octets, n);
	packet(c, side, at_us, c->port[side], c->port[!side], b, 12 + n);
}

static void step(struct event e)
{
	struct call *c = &calls[e.call];
	static const struct {
		int side, sdp;
		const char *line, *cseq;
	} setup[STEPS_BEFORE_TALK] = {
		{ 0, 1, "INVITE sip:v@b.example SIP/2.0", "1 INVITE" },
		{ 1, 0, "SIP/2.0 100 Trying", "1 INVITE" },
		{ 1, 0, "SIP/2.0 180 Ringing", "1 INVITE" },
		{ 1, 1, "SIP/2.0 200 OK", "1 INVITE" },
		{ 0, 0, "ACK sip:v@b.example SIP/2.0", "1 ACK" },
	};
	uint64_t until = c->begin_us + 2000000 + (c->talk_us ? c->talk_us : 60000000);

	if (e.step < STEPS_BEFORE_TALK) {
		sip(c, setup[e.step].side, e.at_us, setup[e.step].line, setup[e.step].cseq,
		    setup[e.step].sdp);
		if (e.step + 1 < STEPS_BEFORE_TALK) {
			push((struct event){ e.at_us + (e.step == 2 ? 1500000 : 40000), e.call,
					     (uint8_t)(e.step + 1) });
			return;
		}
		push((struct event){ until, e.call, 7 });
		for (uint8_t side = 0; c->talk_us && side < 2; side++)
			push((struct event){ e.at_us + 10000 + rnd() % 20000, e.call,
					     (uint8_t)(5 + side) });
	} else if (e.step < 7) {
		rtp(c, e.step - 5, e.at_us);
		uint64_t next = e.at_us + FRAME_MS * 1000 - 300 + rnd() % 600;
		if (next < until)
			push((struct event){ next, e.call, e.step });
	} else if (e.step == 7) {
		sip(c, 0, e.at_us, "BYE sip:v@b.example SIP/2.0", "2 BYE", 0);
		push((struct event){ e.at_us + 30000, e.call, 8 });
	} else {
		sip(c, 1, e.at_us, "SIP/2.0 200 OK", "2 BYE", 0);
	}
}

/* Mu-law of two tones under a slow envelope with some noise: repeats like speech, never like a
 * cipher. */
static void make_speech(void)
{
	for (int i = 0; i < TABLE; i++) {
		double t = i / 8000.0, e = 0.55 + 0.45 * sin(2 * 3.14159265 * 3 * t);
		double v = e * (0.5 * sin(2 * 3.14159265 * 440 * t) +
				0.3 * sin(2 * 3.14159265 * 950 * t)) +
			   (rnd() % 1000) / 40000.0;
		int sign = v < 0 ? 0x80 : 0, m = (int)(fabs(v) * 8158) + 33, exponent = 7;
		while (exponent > 0 && !(m & (0x20 << exponent)))
			exponent--;
		speech[i] = (uint8_t) ~(sign | exponent << 4 | ((m >> (exponent + 1)) & 15));
	}
}

static void make_noise(void)
{
	uint64_t x = 1;

	for (size_t i = 0; i < sizeof noise; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		noise[i] = (uint8_t)(x >> 32);
	}
}

int main(int argc, char **argv)
{
	static char buffer[1 << 20];
	uint32_t header[6] = { 0xa1b2c3d4, 2 | 4 << 16, 0, 0, 65535, 1 };
	long count = argc > 3 ? atol(argv[1]) : 0, alive = argc > 3 ? atol(argv[2]) : 0;
	double talk = argc > 3 ? atof(argv[3]) : 0;

	if (count < 1 || alive < 1 || talk < 0)
		return fputs("usage: traffic CALLS CONCURRENT TALK_SECONDS [SEED [FALSE]]\n",
			     stderr),
		       2;
	random_state = argc > 4 ? strtoull(argv[4], NULL, 10) : 1;
	setvbuf(stdout, buffer, _IOFBF, sizeof buffer);
	false_share = argc > 5 ? (unsigned)atoi(argv[5]) : 0;
	make_speech();
	make_noise();
	calls = calloc((size_t)count, sizeof *calls);
	heap = calloc((size_t)count * 3 + 16, sizeof *heap);
	if (!calls || !heap)
		return 1;
	double pace_us = ((talk > 0 ? talk : 60) + 2) * 1e6 / (double)alive;
	for (long i = 0; i < count; i++) {
		struct call *c = &calls[i];
		c->number = (uint32_t)i;
		c->begin_us = 1700000000000000u + (uint64_t)((double)i * pace_us);
		c->talk_us = (uint64_t)(talk * 1e6 * (0.5 + rnd() % 1000 / 1000.0));
		for (int side = 0; side < 2; side++) {
			c->ssrc[side] = rnd() | 1;
			c->seq[side] = (uint16_t)rnd();
			c->port[side] = (uint16_t)(10000 + 2 * ((uint32_t)i / 4000 % 20000 +
								(uint32_t)side * 3));
		}
		push((struct event){ c->begin_us, (uint32_t)i, 0 });
	}
	fwrite(header, 1, sizeof header, stdout);
	while (heap_count)
		step(pop());
	return fflush(stdout) ? 1 : 0;
}
