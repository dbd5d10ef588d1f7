/* often.c - `earshot audit` many times over in one process: for tests of ten thousand runs. */
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "analyzer/cmd/audit.h"

/*
 * usage: often
 *
 * Of a small capture most of the time goes into starting a program, reading the rules, and first
 * touch of memory. Here all of it is done once; and nothing that one run leaves behind may show in
 * the next. A request is a line of standard input, its words parted by octets of zero: a folder to
 * be in, a file for standard output, one for standard error, then what follows `earshot audit`.
 * The answer on standard output is the exit status in a line.
 */
enum { FOLDER, OUT, ERR, OPTIONS, WORDS = 256, LONGEST_SECONDS = 120 };

static int onto(const char *path, int fd)
{
	int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	return to < 0 || dup2(to, fd) < 0 || close(to);
}

static int performed(int count, char **words)
{
	if (chdir(words[FOLDER]) || onto(words[OUT], STDOUT_FILENO) ||
	    onto(words[ERR], STDERR_FILENO))
		return -1;
	(void)alarm(LONGEST_SECONDS);
	int code = audit_run(count - OPTIONS, words + OPTIONS);
	(void)alarm(0);
	return fflush(stdout) || fflush(stderr) ? -1 : code;
}

int main(void)
{
	char *line = NULL, *words[WORDS + 1];
	size_t room = 0;
	ssize_t got;
	int answers = dup(STDOUT_FILENO);

	while ((got = getline(&line, &room, stdin)) > 0) {
		int count = 0;
		line[got - 1] = 0;
		for (char *at = line; at < line + got - 1 && count < WORDS; at += strlen(at) + 1)
			words[count++] = at;
		words[count] = NULL;
		if (count < OPTIONS || dprintf(answers, "%d\n", performed(count, words)) < 0)
			return 2;
	}
	free(line);
	return 0;
}
