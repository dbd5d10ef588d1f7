/* asking.h - a small made-up world to ask expressions about: calls, legs, media, carriers. */
#ifndef EARSHOT_TESTS_ASKING_H
#define EARSHOT_TESTS_ASKING_H

#include "rules/expr.h"

enum { ASKING_VALUES = 8 };

/* Values by the `arg` of their fields; the things of its list. */
struct asking_thing {
	struct expr_value v[ASKING_VALUES];
	const struct asking_thing *list;
	size_t count;
};

enum { /* of a call */
       ASKING_LENGTH,
       ASKING_START,
       ASKING_ANSWER,
       ASKING_LABEL,
       ASKING_SECURE,
       ASKING_SCORE,
       ASKING_FROM,
       ASKING_FIRST,
};
enum { /* of a leg */
       ASKING_TRANSPORT,
       ASKING_AT,
       ASKING_CARRIER,
       ASKING_OTHER,
       ASKING_VERSION,
};
enum { /* of a medium */
       ASKING_KEYING,
       ASKING_PACKETS,
       ASKING_CODEC,
       ASKING_LOST,
};
enum { /* of a carrier */
       ASKING_NAME,
       ASKING_TRUSTED,
};

enum { ASKING_CLEAR, ASKING_SDES, ASKING_DTLS, ASKING_ZRTP };

const struct expr_scope *asking_call(void); /* legs; echo: a list without an end */
const struct expr_scope *asking_leg(void);  /* media */
const struct expr_scope *asking_medium(void);
const struct expr_scope *asking_carrier(void);

/* scopes: call. words: one list, "media", from sdes and G711. No definitions. */
extern const struct expr_names asking_names;

struct expr_item asking_item(const struct expr_scope *scope, const struct asking_thing *of);

/* Two legs: over TLS 1.2 from 10.1.2.3 with carrier acme, one SDES and one DTLS medium; over UDP
 * from 2001:db8::7 without carrier, one medium of unknown keying. 90.5 s, score 80. */
const struct asking_thing *asking_example(void);

#endif
