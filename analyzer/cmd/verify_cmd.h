/* verify_cmd.h - `earshot verify`. */
#ifndef EARSHOT_VERIFY_CMD_H
#define EARSHOT_VERIFY_CMD_H

int verify_cmd_run(int argc, char **argv); /* the words after `verify`; the exit code */

#endif
