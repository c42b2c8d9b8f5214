/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "file.h"
#include "limits.h"
#include "logs.h"

static int
read_all(int fd, const char *path, struct buf *out, struct err *e)
{
	char tmp[16384];
	ssize_t n;

	for (;;) {
		n = read(fd, tmp, sizeof(tmp));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return err_set(e, ERR_INPUT, "%s: cannot read: %s", path, strerror(errno));
		if (n == 0)
			break;
		buf_add(out, tmp, (size_t)n);
		explicit_bzero(tmp, (size_t)n);
		if (out->over)
			return err_set(e, ERR_LIMIT, "%s: larger than %zu bytes", path, out->max);
	}
	return 0;
}

/* What makes a file of secrets one that others may have read, or written. */
static int
check_secret(const char *path, const struct stat *st, mode_t forbidden, struct err *e)
{
	if ((st->st_mode & forbidden) != 0)
		return err_set(e, ERR_INPUT, "%s: holds a secret, but its mode %04o lets others at it; use 'chmod 640'", path,
		    (unsigned)(st->st_mode & 07777));
	if ((forbidden & 020) != 0 && st->st_uid != 0 && st->st_uid != geteuid())
		return err_set(e, ERR_INPUT, "%s: belongs to user %u, who could write another; use 'chown root'", path, (unsigned)st->st_uid);
	return 0;
}

static int
read_open(const char *path, size_t max, mode_t forbidden, struct buf *out, struct err *e)
{
	struct stat st;
	int fd, rc = -1;

	*out = BUF(max);
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	if (fd < 0)
		return err_set(e, errno == ENOENT ? ERR_NOT_FOUND : ERR_INPUT, "%s: %s", path,
		    strerror(errno));
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode)) {
		err_set(e, ERR_INPUT, "%s: not a regular file", path);
		goto out;
	}
	if (check_secret(path, &st, forbidden, e) != 0)
		goto out;
	rc = read_all(fd, path, out, e);
out:
	close(fd);
	if (rc != 0)
		buf_wipe(out);
	return rc;
}

int
file_read(const char *path, size_t max, struct buf *out, struct err *e)
{
	return read_open(path, max, 0, out, e);
}

/* The first line alone. */
static int
first_line(const char *path, struct buf *out, struct err *e)
{
	char *end = out->n > 0 ? memchr(out->p, '\n', out->n) : NULL;

	if (end != NULL) {
		*end = '\0';
		out->n = (size_t)(end - out->p);
	}
	if (out->n == 0) {
		buf_wipe(out);
		return err_set(e, ERR_INPUT, "%s: holds no secret: its first line is empty", path);
	}
	return 0;
}

int
file_read_secret(const char *path, struct buf *out, struct err *e)
{
	return read_open(path, LIMIT_SECRET_FILE, 07, out, e) != 0 ? -1 : first_line(path, out, e);
}

int
file_read_sealed(const char *path, struct buf *out, struct err *e)
{
	return read_open(path, LIMIT_SECRET_FILE, 027, out, e) != 0 ? -1 : first_line(path, out, e);
}

static int
write_all(int fd, struct str data)
{
	while (data.n > 0) {
		ssize_t n = write(fd, data.p, data.n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -1;
		data.p += n;
		data.n -= (size_t)n;
	}
	return 0;
}

int
file_publish(const char *path, struct str data, unsigned mode, struct err *e)
{
	char tmp[4096];
	int fd, n;

	n = snprintf(tmp, sizeof(tmp), "%s.XXXXXX", path);
	if (n < 0 || n >= (int)sizeof(tmp))
		return err_set(e, ERR_INPUT, "%s: path too long", path);
	fd = mkostemp(tmp, O_CLOEXEC);
	if (fd < 0)
		return err_set(e, ERR_INTERNAL, "%s: cannot create: %s", path, strerror(errno));
	if (write_all(fd, data) != 0 || fchmod(fd, (mode_t)mode) != 0 || fsync(fd) != 0) {
		err_set(e, ERR_INTERNAL, "%s: cannot write: %s", path, strerror(errno));
		close(fd);
		unlink(tmp);
		return -1;
	}
	close(fd);
	if (rename(tmp, path) != 0) {
		err_set(e, ERR_INTERNAL, "%s: cannot rename into place: %s", path, strerror(errno));
		unlink(tmp);
		return -1;
	}
	return 0;
}

void
file_random(void *out, size_t n)
{
	unsigned char *p = out;

	while (n > 0) {
		ssize_t got = getrandom(p, n, 0);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			log_die("the kernel gives no random numbers: %s", strerror(errno));
		p += got;
		n -= (size_t)got;
	}
}
