/* sound.h - what a message shows in order, where a rule asks for the opposite. */
#ifndef EARSHOT_SOUND_H
#define EARSHOT_SOUND_H

#include "analyzer/track/live.h"

/* Leg facts that let a rule say "seen, and in order"; nothing is noted of what was not seen. */
void sound_facts(struct live *l, struct leg_live *leg, const struct observation *o);

#endif
