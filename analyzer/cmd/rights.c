/* rights.c - a watch that was started as root goes on as somebody with no rights. */
#include "analyzer/cmd/rights.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static bool say(const char *what, const char *why)
{
	fprintf(stderr, "earshot: %s: %s\n", what, why);
	return false;
}

bool rights_find(struct rights *r, const char *user, bool stay_root)
{
	*r = (struct rights){ .root = geteuid() == 0, .stay = stay_root };
	if (!r->root || stay_root)
		return !user || stay_root ||
		       say(user, "only root can become somebody else (--user)");
	r->name = user ? user : "nobody";
	errno = 0;
	const struct passwd *p = getpwnam(r->name);
	if (!p)
		return say(r->name, errno ? strerror(errno) : "no such user (--user)");
	r->uid = p->pw_uid;
	r->gid = p->pw_gid;
	return r->uid != 0 || say(r->name, "is root; --stay-root says so in the records");
}

/* What is somebody's own stays theirs: a folder of root's is not handed over. */
void rights_give(const struct rights *r, const char *path)
{
	int fd;

	if (!path || strcmp(path, "-") == 0 || !r->root || r->stay)
		return;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0640);
	if (fd >= 0) {
		(void)!fchown(fd, r->uid, r->gid);
		(void)close(fd);
	}
}

/* Those that a service manager gave beside a plain user, too: what they open is open by now. */
static bool drop_capabilities(void)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct none[2] = { { 0 }, { 0 } };

	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	return syscall(SYS_capset, &head, none) == 0;
}

bool rights_drop(const struct rights *r)
{
	if (r->root && r->stay)
		return true;
	if (r->root && (setgroups(0, NULL) != 0 || setresgid(r->gid, r->gid, r->gid) != 0 ||
			setresuid(r->uid, r->uid, r->uid) != 0))
		return say("rights cannot be given up", strerror(errno));
	if (!drop_capabilities())
		return say("capabilities cannot be given up", strerror(errno));
	if (r->root && setuid(0) == 0)
		return say("rights cannot be given up", "they can be had again");
	return true;
}
