/* watch_cmd.h - `earshot watch`: live mirrors in, records out as calls end. */
#ifndef EARSHOT_WATCH_CMD_H
#define EARSHOT_WATCH_CMD_H

/* The words after the subcommand; gives the exit code. */
int watch_cmd_run(int argc, char **argv);

#endif
