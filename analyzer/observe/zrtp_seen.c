/* zrtp_seen.c - a ZRTP exchange on a flow: which messages passed. */
#include "analyzer/observe/zrtp_seen.h"

#include "analyzer/base/mem.h"
#include "analyzer/proto/zrtp/zrtp.h"

static void note_hello(struct zrtp_flow *z, unsigned direction, const struct zrtp_packet *m,
		       struct evidence at)
{
	struct zrtp_hello hello;

	if (!z->seen.hello_src && !z->seen.hello_dst)
		z->seen.first_hello = at;
	if (direction == z->span.direction)
		z->seen.hello_src = true;
	else
		z->seen.hello_dst = true;
	if (m->crc_ok && zrtp_hello(m->message, &hello) == ERR_OK)
		z->seen.mitm_flag |= hello.mitm;
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
	if (m.type == ZRTP_HELLO)
		note_hello(z, direction, &m, at);
	z->seen.go_clear |= m.type == ZRTP_GO_CLEAR;
	z->seen.sas_relay |= m.type == ZRTP_SAS_RELAY;
	bool confirmed = note_confirm(z, m.type, at);
	z->seen.messages |= UINT32_C(1) << m.type;
	return confirmed;
}

void zrtp_seen_tell(struct tell *t, struct flow *f)
{
	struct zrtp_flow *z = f->cold->zrtp;
	struct observation o;

	if (!z || !z->span.unsent)
		return;
	tell_prepare(&o, OBSERVATION_ZRTP, f, z->span.direction);
	o.as.zrtp = z->seen;
	cold_send(t, &o, &z->span);
}
