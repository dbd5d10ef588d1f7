/* rights.h - a watch that was started as root goes on as somebody with no rights. */
#ifndef EARSHOT_RIGHTS_H
#define EARSHOT_RIGHTS_H

#include <stdbool.h>
#include <sys/types.h>

/* Who to become. `root`: this process has the rights of root now. */
struct rights {
	bool root, stay;
	uid_t uid;
	gid_t gid;
	const char *name;
};

/* `user` NULL: nobody. False: there is no such user, or only root can become one; a sentence has
 * been printed. */
bool rights_find(struct rights *r, const char *user, bool stay_root);
/* Makes a folder, file or its absence ours to write after rights were given up; errors show when
 * it is written. */
void rights_give(const struct rights *r, const char *path);
/* Gives up every right but those of the user, for good. False: a sentence has been printed. */
bool rights_drop(const struct rights *r);

#endif
