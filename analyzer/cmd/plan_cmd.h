/* plan_cmd.h - `earshot plan`. */
#ifndef EARSHOT_PLAN_CMD_H
#define EARSHOT_PLAN_CMD_H

int plan_cmd_run(int argc, char **argv); /* the words after `plan`; the exit code */

#endif
