/* waiver_field.h - what the scope of a waiver may ask of a finding. */
#ifndef EARSHOT_WAIVER_FIELD_H
#define EARSHOT_WAIVER_FIELD_H

#include "rules/expr.h"

/* Its items: `of` the struct work of the call, `at` the struct finding. */
const struct expr_scope *waiver_field_finding(void);

#endif
