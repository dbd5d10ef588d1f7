/* expr_lex.h - the signs an expression is written in. */
#ifndef EARSHOT_EXPR_LEX_H
#define EARSHOT_EXPR_LEX_H

#include "analyzer/base/slice.h"

enum expr_sign {
	EXPR_SIGN_END,
	EXPR_SIGN_NAME,
	EXPR_SIGN_NUMBER,  /* with its unit, not yet looked at */
	EXPR_SIGN_ADDRESS, /* with its prefix, if one stands behind it */
	EXPR_SIGN_TEXT,	   /* with its quotes */
	EXPR_SIGN_OTHER,   /* operators, brackets, comma, colon, full stop */
	EXPR_SIGN_WRONG,   /* what is none of these, or a text without its end */
};

struct expr_token {
	enum expr_sign sign;
	struct slice text;
};

/* The sign at the front of `rest`, behind blanks and line ends. */
struct expr_token expr_lex(struct slice rest);
bool expr_lex_blank(uint8_t c);
bool expr_lex_in_name(uint8_t c);
bool expr_lex_keyword(struct slice word); /* joins parts: never a name */

#endif
