/* render_cmd.h - `earshot render`. */
#ifndef EARSHOT_RENDER_CMD_H
#define EARSHOT_RENDER_CMD_H

int render_cmd_run(int argc, char **argv); /* the words after `render`; the exit code */

#endif
