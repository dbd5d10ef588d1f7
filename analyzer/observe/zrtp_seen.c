/* zrtp_seen.c - a ZRTP exchange on a flow: which messages passed, and what can be recomputed. */
#include "analyzer/observe/zrtp_seen.h"

#include <stdlib.h>
#include <string.h>

#include "analyzer/base/digest.h"
#include "analyzer/base/mem.h"
#include "analyzer/crypto/zrtp_chain.h"
#include "analyzer/proto/zrtp/zrtp.h"

enum { LONGEST = 1024, KINDS = 3 };
enum kind { HELLO, COMMIT, DHPART };

/* One message kept for the checks of RFC 6189 9, which need what comes later. */
struct kept {
	uint8_t *bytes;
	size_t n;
};

struct zrtp_flow {
	struct cold_span span;
	struct zrtp_seen seen;
	struct kept kept[2][KINDS]; /* by packet direction */
	bool first_part[2];	    /* that side's DHPart was DHPart1: it is the responder */
	bool settled;		    /* checked when it was confirmed */
	uint32_t ssrc[2];	    /* of the Hello that is kept */
};

static struct slice of(const struct zrtp_flow *z, unsigned direction, enum kind k)
{
	return (struct slice){ z->kept[direction][k].bytes, z->kept[direction][k].n };
}

/* False: the same as before. The newest stays: an exchange may start over (RFC 6189 4.2). */
static bool keep(struct zrtp_flow *z, unsigned direction, enum kind k, struct slice message)
{
	struct kept *to = &z->kept[direction][k];

	if (message.n > LONGEST || slice_eq(of(z, direction, k), message))
		return false;
	to->bytes = mem_grow(to->bytes, message.n, 1);
	memcpy(to->bytes, message.p, message.n);
	to->n = message.n;
	return true;
}

static void let_go(struct kept *k)
{
	free(k->bytes);
	*k = (struct kept){ NULL, 0 };
}

/* Another Hello: what that side sent under the chain of the last one has no part in it. */
static void start_over(struct zrtp_flow *z, unsigned direction)
{
	if (z->settled) {
		let_go(&z->kept[!direction][HELLO]);
		z->settled = false;
	}
	for (unsigned d = 0; d < 2; d++) {
		let_go(&z->kept[d][COMMIT]);
		let_go(&z->kept[d][DHPART]);
	}
}

/* Messages under another SSRC than the Hello's are of another stream's exchange. */
static void keep_later(struct zrtp_flow *z, unsigned direction, enum kind k,
		       const struct zrtp_packet *m)
{
	if (z->settled || (of(z, direction, HELLO).n && z->ssrc[direction] != m->ssrc))
		return;
	if (keep(z, direction, k, m->message) && k == DHPART)
		z->first_part[direction] = m->type == ZRTP_DHPART1;
}

static struct zrtp_side_seen *side(struct zrtp_flow *z, unsigned direction)
{
	return &z->seen.side[direction == z->span.direction ? 0 : 1];
}

static void note_hello(struct zrtp_flow *z, unsigned direction, const struct zrtp_packet *m,
		       struct evidence at)
{
	struct zrtp_side_seen *s = side(z, direction);
	struct zrtp_hello hello;

	bool again = of(z, direction, HELLO).n > 0;
	if (zrtp_hello(m->message, &hello) != ERR_OK || !keep(z, direction, HELLO, m->message))
		return;
	if (again)
		start_over(z, direction);
	z->ssrc[direction] = m->ssrc;
	if (z->seen.first_hello.frame == 0)
		z->seen.first_hello = at;
	if (!s->hello)
		s->hello_at = at;
	s->hello = true;
	if (s->hellos < UINT8_MAX)
		s->hellos++;
	zrtp_chain_hash(m->message, s->hello_hash);
	memcpy(s->h3, hello.h3.p, sizeof s->h3);
	uint64_t name = digest_name(hello.zid);
	memcpy(s->zid_name, &name, sizeof s->zid_name);
	memcpy(s->version, hello.version.p, ZRTP_NAME);
	s->mitm |= hello.mitm;
	s->passive = hello.passive;
	s->signs = hello.signature_capable;
	z->seen.ssrc[s == &z->seen.side[0] ? 0 : 1] = m->ssrc;
}

/*
 * The responder may protect its media from Confirm2 on, the initiator from
 * Conf2ACK on (RFC 6189 4.6): each of them, when first seen, opens windows.
 */
static bool note_confirm(struct zrtp_flow *z, enum zrtp_type type, struct evidence at)
{
	bool seen_before = (z->seen.messages >> type) & 1;

	if ((type != ZRTP_CONFIRM2 && type != ZRTP_CONF2_ACK) || seen_before)
		return false;
	if (type == ZRTP_CONF2_ACK || z->seen.done.frame == 0)
		z->seen.done = at;
	z->seen.completed |= type == ZRTP_CONF2_ACK && ((z->seen.messages >> ZRTP_CONFIRM2) & 1);
	return true;
}

static void first(struct evidence *keep_at, struct evidence at)
{
	if (keep_at->frame == 0)
		*keep_at = at;
}

static void take(struct zrtp_flow *z, unsigned direction, const struct zrtp_packet *m,
		 struct evidence at)
{
	struct zrtp_side_seen *s = side(z, direction);

	switch (m->type) {
	case ZRTP_HELLO:
		note_hello(z, direction, m, at);
		break;
	case ZRTP_COMMIT:
		s->commit = true;
		keep_later(z, direction, COMMIT, m);
		break;
	case ZRTP_DHPART1:
	case ZRTP_DHPART2:
		s->dhpart = true;
		keep_later(z, direction, DHPART, m);
		break;
	case ZRTP_CONFIRM1:
	case ZRTP_CONFIRM2:
		s->confirm = true;
		break;
	case ZRTP_CLEAR_ACK:
		z->seen.clear_ack = true;
		z->seen.go_clear = true;
		first(&z->seen.go_clear_at, at);
		break;
	case ZRTP_GO_CLEAR:
		z->seen.go_clear = true;
		first(&z->seen.go_clear_at, at);
		break;
	case ZRTP_SAS_RELAY:
	case ZRTP_RELAY_ACK:
		z->seen.sas_relay = true;
		first(&z->seen.sas_relay_at, at);
		break;
	case ZRTP_ERROR:
		first(&z->seen.error_at, at);
		break;
	default:
		break;
	}
}

/* ---- checks, over what there is when it is told ------------------------------------------ */

static enum check checked(bool fine)
{
	return fine ? CHECK_OK : CHECK_BAD;
}

static void name_of(uint8_t *to, struct slice name)
{
	memcpy(to, name.p, ZRTP_NAME);
	to[ZRTP_NAME] = 0;
}

/*
 * Who commits: the sender of DHPart2, or of the only Commit. Two: nothing says. Where
 * both sent one, the sender of the one that lost answers with DHPart1 (RFC 6189 4.2),
 * and the one that won may not have been captured.
 */
static unsigned initiator(const struct zrtp_flow *z)
{
	for (unsigned d = 0; d < 2; d++) {
		if (of(z, d, DHPART).n && !z->first_part[d] && of(z, d, COMMIT).n)
			return d;
		if (of(z, !d, DHPART).n && z->first_part[!d] && of(z, d, COMMIT).n)
			return d;
	}
	bool both = of(z, 0, COMMIT).n && of(z, 1, COMMIT).n;
	if (both || (!of(z, 0, COMMIT).n && !of(z, 1, COMMIT).n))
		return 2;
	unsigned only = of(z, 0, COMMIT).n ? 0 : 1;
	bool lost = (of(z, only, DHPART).n && z->first_part[only]) ||
		    (of(z, !only, DHPART).n && !z->first_part[!only]);
	return lost ? 2 : only;
}

static void check_initiator(struct zrtp_flow *z, unsigned d, const struct zrtp_commit *c)
{
	struct zrtp_side_seen *s = side(z, d);
	struct slice hello = of(z, d, HELLO), commit = of(z, d, COMMIT), part = of(z, d, DHPART);
	struct zrtp_dhpart dh;

	if (hello.n) {
		s->chain = checked(
			zrtp_chain_follows(c->h2, 1, (struct slice){ s->h3, sizeof s->h3 }));
		s->hello_mac = checked(zrtp_chain_mac(c->h2, hello));
	}
	if (!part.n || zrtp_dhpart(part, &dh) != ERR_OK)
		return;
	zrtp_chain_hash(dh.public, s->public_name);
	if (!zrtp_chain_follows(dh.h1, 1, c->h2))
		s->chain = CHECK_BAD;
	s->commit_mac = checked(zrtp_chain_mac(dh.h1, commit));
	/* Other hashes than these two are not libcrypto's (RFC 6189 5.1.2). */
	bool wide = slice_eq(c->hash, SLICE("S384"));
	if (of(z, !d, HELLO).n && (wide || slice_eq(c->hash, SLICE("S256"))))
		s->hvi = checked(zrtp_chain_hvi(c->hvi, wide, part, of(z, !d, HELLO)));
}

/* The responder sends no Commit: its chain is two steps long. */
static void check_responder(struct zrtp_flow *z, unsigned d)
{
	struct zrtp_side_seen *s = side(z, d);
	struct slice hello = of(z, d, HELLO), part = of(z, d, DHPART);
	uint8_t h2[ZRTP_CHAIN_IMAGE];
	struct zrtp_dhpart dh;

	if (!hello.n || !part.n || zrtp_dhpart(part, &dh) != ERR_OK)
		return;
	zrtp_chain_hash(dh.public, s->public_name);
	s->chain = checked(zrtp_chain_follows(dh.h1, 2, (struct slice){ s->h3, sizeof s->h3 }));
	zrtp_chain_hash(dh.h1, h2);
	s->hello_mac = checked(zrtp_chain_mac((struct slice){ h2, sizeof h2 }, hello));
}

static void check_all(struct zrtp_flow *z)
{
	unsigned d = initiator(z);
	struct zrtp_commit c;

	if (z->settled || d == 2 || zrtp_commit(of(z, d, COMMIT), &c) != ERR_OK)
		return;
	z->seen.initiator_src = d == z->span.direction;
	z->seen.multistream = c.multistream;
	z->seen.preshared = c.preshared;
	name_of(z->seen.hash, c.hash);
	name_of(z->seen.cipher, c.cipher);
	name_of(z->seen.tag, c.tag);
	name_of(z->seen.agreement, c.agreement);
	name_of(z->seen.sas, c.sas);
	check_initiator(z, d, &c);
	check_responder(z, !d);
}

/* ---- the door ------------------------------------------------------------ */

bool zrtp_seen_packet(struct tell *t, struct flow *f, unsigned direction, const struct payload *p)
{
	struct cold *c = cold_of(f);
	struct evidence at = tell_evidence(p);
	struct zrtp_packet m;

	if (zrtp_parse(p->bytes, &m) != ERR_OK)
		return false;
	if (!c->zrtp)
		c->zrtp = mem_zero(1, sizeof *c->zrtp);
	struct zrtp_flow *z = c->zrtp;
	cold_pass(&z->span, direction, at);
	f->unsent = true;
	t->count.zrtp_messages++;
	z->seen.count++;
	if (!m.crc_ok) {
		z->seen.bad_crc++;
		return false;
	}
	take(z, direction, &m, at);
	bool confirmed = note_confirm(z, m.type, at);
	z->seen.messages |= UINT32_C(1) << m.type;
	/* After this a Commit may come that has another chain and no Hello (RFC 6189 4.7.2). */
	if (m.type == ZRTP_CONF2_ACK && z->seen.completed && !z->settled) {
		check_all(z);
		z->settled = true;
	}
	return confirmed;
}

void zrtp_seen_tell(struct tell *t, struct flow *f)
{
	struct zrtp_flow *z = f->cold->zrtp;
	struct observation o;

	if (!z || !z->span.unsent)
		return;
	check_all(z);
	tell_prepare(&o, OBSERVATION_ZRTP, f, z->span.direction);
	o.as.zrtp = z->seen;
	cold_send(t, &o, &z->span);
}

void zrtp_seen_free(struct zrtp_flow *z)
{
	if (!z)
		return;
	for (unsigned d = 0; d < 2; d++)
		for (int k = 0; k < KINDS; k++)
			free(z->kept[d][k].bytes);
	free(z);
}
