/* track.h - the door of the track room: observations in, calls with facts out. */
#ifndef EARSHOT_TRACK_H
#define EARSHOT_TRACK_H

#include "analyzer/model/inventory.h"

/*
 * What `value`, `duration_ns`, `text` and the scope of a fact mean, where it
 * is more than its evidence. Unlisted kinds leave them empty.
 *
 * leg    sip_readable, sip_decrypted  value: messages; text: why it counts as decrypted
 *        sip_tunnelled                value: messages; text: what protects the link; grade 2
 *        via_elements                 value: distinct elements named in one request (at least 2)
 *        hop_declared_*               text: the transport the lower Via names; grade 2
 *        route_other                  value: routing headers of one message that name others
 *        body_readable                value: octets, repeats not counted
 *        body_enveloped               value: octets, repeats not counted; grade 2: for whom it is
 *                                     encrypted was not seen
 *        credential_readable, _hop    text: "Basic", "Bearer", "password in a URI"
 *        digest_md5                   value: 1 when a response to guess against was readable
 *        digest_sound, body_signed, ipsec_encrypting, sip_outside, ice_same (media): seen in
 *                                     order, for rules that ask the opposite
 *        tls_trunk                    value: 1 both sides showed certificates, 0 it could not be
 * seen cert_named                   value: 2 the host asked for by name, 1 by a wildcard or the
 *                                     common name, 0 nothing to compare
 *        cert_client_fits             value: 1 made for clients or any use, 0 it could not be read
 *        digest_weak                  text: what is weak; evidence: what it repeats, too
 *        tls_abandoned                text: how TLS failed; evidence: the failure, then SIP in
 * clear transport_weakened           text: the weaker transport; evidence: what began the dialog,
 *                                     the request inside it
 *        loss (leg)                   value: holes in what carried signaling
 * call   capture_dropped              value: packets lost at capture points that saw the call
 *        tls_elsewhere                value: 1 the host's role is asserted, or SIP is known on its
 *                                     other side; text: the host, in an asserted role
 *        b2bua                        text: what it changes (RFC 7092)
 * media  key_readable, key_unused     value: octets of key and salt; text: the suite; also the leg
 *        k_readable, keys_doubled     also the leg
 *        no_keys, sibling_clear       grade 2 from SDP, 3 when its media was readable
 *        downgrade                    text: set when refused and tried again; evidence: both steps
 *        dtls_seen, zrtp_seen         value: records, messages
 *        media_one_way                value: packets of the direction that was seen
 *        fax_, text_, floor_readable  value: packets or messages parsed
 *        fax_proposed                 evidence: the offer of T.38
 *        media_unseen, media_unowned, keying_unseen, optional_declined
 * segment (with media and epoch)
 *        media_clear, media_early_clear, media_microphone_early
 *                                     value: packets; duration; text: the test that showed it
 *        media_clear_start            value: packets; duration: from its first to its last packet
 *        media_no_plaintext, media_insufficient   value: packets tested; grade 1
 *        media_doubtful               text: the test that fired in too few packets; grade 1
 *        loss                         value: packets missing in the sequence
 * leg    signaling_opened             value: messages
 *        tls_session                  value: 1 clean (at least 1.2, AEAD, forward secret), 0 with a
 *                                     weakness; text: "TLS 1.3, TLS_AES_128_GCM_SHA256"; grade 3
 *        tls_old, _broken, _legacy, _static, _weak_group, _weak_offer, _exception
 *                                     text: version, suite, group or extension; tls_old value: the
 *                                     version as on the wire; tls_legacy value: 1 3DES or RC2, 2
 * CBC with SHA-1 cert_*                       value: 1 when the certificate is the client's; text:
 * what is wrong, no names; cert_untrusted value: 1 self-signed, 0 unknown issuer, 2 no store given
 * (grade 1); cert_usage value: days left digits_signaled              value: messages; text:
 * "INFO", "KPML" sensitive_readable           value: enum sensitive_kind bits topology_readable,
 * feed_readable   value: messages; text: the event package unauthenticated              text:
 * "REGISTER", "INVITE" identity_*                   text: what; identity_wrong value: 1 it covers
 * the fingerprints, and only its time is off; identity_signed value: 1 signature verified media
 * key_proved, _dtls, key_wrong_way, media_verified value: packets verified; grade 4; text: suite or
 * profile; segment key_unproved                 value: packets tried (at least 20); grade 3;
 * segment tags_failing                 value: packets failed; segment key_forked value: branches;
 * key_reused text: where ("both directions", "two lines", "two calls", "a re-offer") key_weak,
 * key_malformed      text: the pattern, the reason mikey_key value: data type; grade 3 srtp_*
 * value: 1 accepted, 0 offered only; srtp_null text: where srtp_lifetime                value:
 * packets; text: "SRTP", "SRTCP"; grade 4 srtp_again                   value: packets srtp_cipher
 * value: enum cipher_short; text: suite, profile or cipher keystream_reused             text: "both
 * directions", "two lines"; grade 3 key_weak                     value: 1 in use, 0 offered and not
 * taken dtls_matched                 value: bits 1 client, 2 server certificate matches; 4, 8 its
 *                                     signature holds; 16: full (EC)DHE or EMS resumption; grade 4
 *        dtls_mismatch                value: 1 an offer or answer is missing, or only a weaker hash
 *                                     matches: suspicion; text: which side; grade 4
 *        dtls_changed                 evidence: the certificates before and after
 *        dtls_unsigned                value: 1 a signed identity covers them, and is out of date
 *        dtls_weak_fingerprint        text: "MD5", "SHA-1"; dtls_weak_suite, dtls_profile text:
 * name; value: 3 NULL or broken, 2 legacy or none chosen, 1 short tag or no forward secrecy
 *        dtls_shared                  value: different parties
 *        media_relayed                value: equal packets among the prints; text "in part": fewer
 *                                     than 50, or not nearly all that both places hold
 *        media_routed                 value: packets seen on both sides of a router, 50 or more and 95 %
 *        media_rekeyed, media_decrypted, media_transcoded  the line on either side of the box
 *        key_by_signaling             of rows without readable signaling; grade as tls_direct
 *        media_taken_over             evidence: the sender before, the sender after; grade 1
 *        dtls_same, zrtp_same         value: capture points; grade 4
 *        zrtp_mismatch                value: 1 an offer or answer is missing; grade 4
 *        zrtp_complete                value: 1 preshared; 2 multistream; grade 4
 *        zrtp_cleared                 value: 2 agreed, 1 asked, 0 asked and media stayed as it was
 *        zrtp_chosen                  value: 1 none is weak; 0 not all of them were shown
 *        party_rekeyed                text: what is new
 *        zrtp_middle                  value: 1 M flag only, 2 SASrelay; zrtp_broken, zrtp_weak
 * text: which digits_clear                 value: packets; rtcp_clear value: packets; segment none
 * call   siprec, record_on            value: 1 an asserted endpoint records, 2 an element in
 * between does, 0 not known; siprec text: the sign of it conference, gateway          value: enum
 * role_from; conference: + 4 clients are asserted to encrypt inside; text: the sign, or NULL media
 * media_copied                 the segment that is the copy; value: 1 who gets it holds keys
 *        party_changed                text: what stayed; ice_changed, ice_lite: grade 1
 * call   truncated                    value: packets or messages cut short
 *        one_side, clock, start_missing, end_missing, signaling_opaque, signaling_cut
 *        page_clear, budget_spent
 */

/* Call life by capture time (contract 3); all are policy parameters. Nanoseconds. */
struct track_options {
	uint64_t linger_ns;	 /* after BYE: 32 s */
	uint64_t unanswered_ns;	 /* after the last message of an INVITE never answered: 180 s */
	uint64_t answered_ns;	 /* answered without BYE, after the last SIP or media: 300 s */
	uint64_t opaque_ns;	 /* media silence that ends an opaque row: 30 s */
	uint64_t hold_ns;	 /* after its end a row waits for others of its call: 60 s */
	uint64_t clear_start_ns; /* clear media tolerated before ZRTP completes: fixed 1.0 s */
	uint64_t skew_ns; /* clocks of capture points may differ by this: 2 s; below hold_ns */
	uint32_t calls; /* calls held at once; beyond it the oldest unanswered, then the oldest, are
			   closed early */
	/* Those and closed rows that wait for others: whom nobody replied to goes first, then the
	 * row that waited longest, then as above. 0: only the two caps apart. */
	size_t held;
	bool forget_silent; /* what nobody replied to is let go without a row when there is no room:
			       a row each would be the flood again. Of rows that are given at once,
			       calls come before attempts. */
	size_t call_budget; /* bytes of one call's arena */
	size_t flow_bytes;  /* of all that is kept of flows: 512 MiB */
	const struct inventory *inventory; /* what the operator asserts; NULL: nothing */
	point_set access;		   /* capture points asserted to be access links */
	size_t points;			   /* capture points of the run; by default more than one */
};

struct track_counters {
	uint64_t calls, calls_evicted, budget_spent, media_unowned, stints_dropped;
	uint64_t legs_crowded; /* values too common to tell calls apart by, passed over */
	uint64_t drops_merged; /* times of lost packets made one for want of room: they concern more
				  calls then */
	uint64_t attempts_forgotten; /* of calls_evicted: nobody had replied, and no row was made */
	uint64_t rows_early; /* closed, and given before others of their call could have come */
	uint64_t nonces_displaced; /* forgotten for newer ones, with how they were used */
	uint64_t keys_unpaged; /* keys and certificates not compared between calls, for want of room
				*/
};

/* Media that no call owned and that did not become a row of its own: fewer than 20 packets. */
struct unexplained {
	struct flow_key flow;
	uint16_t point, input;
	uint32_t ssrc;
	uint64_t packets;
	uint64_t first_ns, last_ns;
	struct evidence at;
	const char *hint; /* or NULL */
};

/* Clocks of two capture points, from packets that both saw: b's minus a's. */
struct clock_difference {
	uint16_t a, b;
	int64_t ns;
	uint32_t packets; /* compared */
};

struct track;

struct track_options track_defaults(void);
struct track *track_new(call_fn *give, void *ctx, struct track_options options);
void track_observe(struct track *t, const struct observation *o);
/* A capture point lost so many packets in this time: whatever of a call it saw then is not all. */
void track_lost(struct track *t, uint16_t point, uint64_t from_ns, uint64_t to_ns,
		uint64_t packets);
/* Lets so many calls go early, open ones and rows that wait, as when there are too many: memory is
 * short. */
void track_shed(struct track *t, size_t calls);
size_t track_open(const struct track *t); /* calls with signaling that are alive */
size_t track_held(const struct track *t); /* and rows that wait for others of their call */
/* Closes calls whose time has come, in order of their end; give() is called for each. */
void track_tick(struct track *t, uint64_t now_ns);
/* The capture is over: everything left is closed, marked cut_off where it was alive. */
void track_end(struct track *t, uint64_t now_ns);
/* The end, when it comes, must be quick: where tries that nobody replied to are many, they get no
 * rows. */
void track_hurry(struct track *t);
/* The same in a copy of the process, for what lasts: whom nobody replied to is passed over. */
void track_peek(struct track *t, uint64_t now_ns);
const struct track_counters *track_counters(const struct track *t);
size_t track_unexplained(const struct track *t,
			 const struct unexplained **out); /* sorted, capped at 1000 */
/* More than 250 ms (OBS-005); for rows too far apart in time to be joined as well. */
size_t track_clocks(const struct track *t, const struct clock_difference **out);
void track_free(struct track *t);

#endif
