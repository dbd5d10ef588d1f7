/* sound.c - digests, agreements, bodies and addressees that a rule may find in order. */
#include "analyzer/track/sound.h"

#include "analyzer/track/side.h"

/* Credentials count, not challenges: what was offered is not what was used (RFC 8760 2.4). */
static bool shows_sound_digest(const struct sip_seen *m)
{
	for (unsigned i = 0; i < m->auth_count; i++) {
		const struct auth_seen *a = &m->auths[i];
		if (a->scheme == AUTH_DIGEST && !a->challenge && a->has_response &&
		    (!a->md5 || a->aka))
			return true;
	}
	return false;
}

void sound_facts(struct live *l, struct leg_live *leg, const struct observation *o)
{
	const struct sip_seen *m = &o->as.sip;

	if (shows_sound_digest(m))
		live_note(l, leg, FACT_digest_sound, 3, NULL, &o->evidence);
	if (m->ipsec_null == IPSEC_ENCRYPTING)
		live_note(l, leg, FACT_ipsec_encrypting, 3, NULL, &o->evidence);
	if (m->body_signed)
		live_note(l, leg, FACT_body_signed, 3, NULL, &o->evidence);
	if (side_is_outside(&o->flow.dst))
		live_note(l, leg, FACT_sip_outside, 3, NULL, &o->evidence);
}
