/* rules_cmd.h - `earshot rules check`, `test` and `fields`: for those who write packs. */
#ifndef EARSHOT_RULES_CMD_H
#define EARSHOT_RULES_CMD_H

/* What stands behind the verb; the exit code. */
int rules_cmd_check(int argc, char **argv);
int rules_cmd_test(int argc, char **argv);
int rules_cmd_fields(int argc, char **argv);

#endif
