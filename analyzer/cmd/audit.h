/* audit.h - `earshot audit`: captures in, report out. */
#ifndef EARSHOT_AUDIT_H
#define EARSHOT_AUDIT_H

/* The words after `audit`; the exit code of contract 2. */
int audit_run(int argc, char **argv);

#endif
