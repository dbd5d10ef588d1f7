/* explain_cmd.h - `earshot explain` and `earshot rules`. */
#ifndef EARSHOT_EXPLAIN_CMD_H
#define EARSHOT_EXPLAIN_CMD_H

/* The words after the subcommand; the exit code. */
int explain_cmd_run(int argc, char **argv);
int explain_cmd_rules(int argc, char **argv);

#endif
