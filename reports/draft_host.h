/* draft_host.h - what was seen of one host, as far as it tells what the host may be. */
#ifndef EARSHOT_DRAFT_HOST_H
#define EARSHOT_DRAFT_HOST_H

#include "analyzer/model/call.h"

enum { DRAFT_HOST_CLIENTS = 8, DRAFT_HOST_POINTS = 64 };

struct draft_sight {
	uint16_t point;
	uint64_t flows; /* SIP messages and stints of media that it sent or got there */
};

struct draft_host {
	struct addr at;
	bool listed; /* it belongs to calls, registrations or what carries them */

	/* As the rows tell. */
	uint32_t ended, between;	 /* rows that it was an end of, that it stood between */
	uint32_t media, media_between;	 /* rows with its media; with media of two peers */
	uint64_t media_row, between_row; /* the last one of each */
	struct addr media_peer;

	/* As its messages tell. */
	bool speaks;		   /* it sent SIP itself */
	bool began, passed;	   /* requests with its own Via alone; with others below */
	bool registers, registrar; /* sent REGISTER first; answered one */
	bool record_routes, own_contact, focus, recorder, turn;
	uint32_t both_ways; /* calls begun to somebody within 2 s of getting one */
	struct addr invited_by;
	uint64_t invited_ns;
	const char *product; /* static: a product's name found in its User-Agent; or NULL */
	enum role product_role;
	struct addr clients[DRAFT_HOST_CLIENTS]; /* of its TLS */
	uint8_t client_count;

	struct draft_sight *sights;
	uint16_t sight_count;
};

struct draft_hosts;

struct draft_hosts *draft_host_table(void);
void draft_host_free(struct draft_hosts *t);
/* The record of an address, made when missing; NULL: no address, or no room (counted). */
struct draft_host *draft_host_of(struct draft_hosts *t, const struct addr *at);
void draft_host_seen(struct draft_host *h, uint16_t point); /* one flow at a capture point */
uint64_t draft_host_flows(const struct draft_host *h, uint16_t point);
uint64_t draft_host_dropped(const struct draft_hosts *t);
/* Those listed, by address; free() it. */
const struct draft_host **draft_host_listed(const struct draft_hosts *t, size_t *count);

#endif
