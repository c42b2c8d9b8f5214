/* SPDX-License-Identifier: Apache-2.0 */
/* The first policy of a room that has none. */
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "inner.h"

#define THERE_IS_ONE "There is a policy already. It is changed on the server, in its file."

/* Beside the name it shall have; whole and on disk, or not at all. The descriptor is closed. */
static int
write_whole(int fd, struct str text)
{
	bool good = fchmod(fd, 0640) == 0;

	while (good && text.n > 0) {
		ssize_t n = write(fd, text.p, text.n);

		if (n < 0 && errno == EINTR)
			continue;
		good = n > 0;
		text.p += good ? n : 0;
		text.n -= good ? (size_t)n : 0;
	}
	good = good && fsync(fd) == 0;
	return close(fd) == 0 && good ? 0 : -1;
}

/* The name is on disk too. */
static void
flush_folder(const char *path, struct arena *a)
{
	const char *slash = strrchr(path, '/');
	int fd = open(slash == NULL ? "." : arena_strndup(a, path, (size_t)(slash - path) + 1), O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (fd >= 0) {
		(void)fsync(fd);
		close(fd);
	}
}

/* What stands in the file now, as every program will read it. */
static int
check(const char *file, struct yang *y, char revision[17], struct err *e)
{
	struct auth_policy *p;

	if (auth_policy_load(file, y, &p, e) != 0)
		return -1;
	memcpy(revision, auth_policy_revision(p), 17);
	auth_policy_destroy(p);
	return 0;
}

static int
publish(const char *from, const char *path, struct err *e)
{
	if (link(from, path) == 0) /* not rename: what has the name keeps it */
		return 0;
	if (errno == EEXIST)
		return err_set(e, ERR_CONFLICT, THERE_IS_ONE);
	return err_set(e, ERR_UNAVAILABLE, "The policy cannot be put at %s: %s", path, strerror(errno));
}

int
auth_policy_first(const char *path, struct yang *y, struct str text, char revision[17], struct err *e)
{
	struct arena *a = arena_create();
	char *beside = arena_printf(a, "%s.XXXXXX", path);
	json_t *o = NULL;
	int rc = -1, fd;

	if (text.n > LIMIT_CONFIG_FILE) {
		err_set(e, ERR_LIMIT, "The policy is longer than %u bytes.", LIMIT_CONFIG_FILE);
		goto out;
	}
	if (yang_check(y, "larch-policy", text, "the policy", &o, e) != 0)
		goto out;
	if (json_array_size(jsn_array(o, "roles")) == 0) {
		err_set(e, ERR_INPUT, "the policy: it has no role, so nobody could do anything");
		goto out;
	}
	if (access(path, F_OK) == 0) {
		err_set(e, ERR_CONFLICT, THERE_IS_ONE);
	} else if ((fd = mkostemp(beside, O_CLOEXEC)) < 0) {
		err_set(e, ERR_UNAVAILABLE, "login may not write beside %s (%s): put the file there on the server.", path, strerror(errno));
	} else {
		if (write_whole(fd, text) != 0)
			err_set(e, ERR_UNAVAILABLE, "The policy cannot be written beside %s: %s", path, strerror(errno));
		else if (check(beside, y, revision, e) == 0)
			rc = publish(beside, path, e);
		(void)unlink(beside);
		flush_folder(path, a);
	}
out:
	json_decref(o);
	arena_destroy(a);
	return rc;
}
