/* draft_cmd.h - `earshot inventory draft`. */
#ifndef EARSHOT_DRAFT_CMD_H
#define EARSHOT_DRAFT_CMD_H

int draft_cmd_run(int argc, char **argv); /* the words after `inventory`; the exit code */

#endif
