/* compare_cmd.h - `earshot compare`. */
#ifndef EARSHOT_COMPARE_CMD_H
#define EARSHOT_COMPARE_CMD_H

int compare_cmd_run(int argc, char **argv); /* the words after `compare`; the exit code */

#endif
