/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How larchd learns of a request: an empty datagram on its socket says "look
 * at power.db". Lost or forged it costs nothing: the file is looked at every
 * half second anyway, and what is in it counts.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "larchd.h"

static void
woken(uv_poll_t *handle, int status, int events)
{
	struct larchd *l = handle->data;
	char byte[16];

	(void)events;
	if (status < 0) /* libuv has stopped it */
		(void)uv_poll_start(handle, UV_READABLE, woken);
	for (int i = 0; i < 64; i++)
		if (recv(l->wake_fd, byte, sizeof(byte), MSG_DONTWAIT) < 0)
			break;
	larchd_look(l);
}

int
larchd_wake_open(struct larchd *l, struct err *e)
{
	struct sockaddr_un at = {.sun_family = AF_UNIX};
	const char *path = conf_socket(l->conf, "larchd", l->a);

	l->wake_fd = -1;
	if (strlen(path) >= sizeof(at.sun_path))
		return err_set(e, ERR_INPUT, "%s: longer than a socket's path may be (%zu bytes)", path,
		    sizeof(at.sun_path) - 1);
	memcpy(at.sun_path, path, strlen(path) + 1);
	l->wake_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (l->wake_fd < 0)
		return err_set(e, ERR_INTERNAL, "no socket: %s", strerror(errno));
	(void)unlink(path); /* of a larchd that died: journal.db's lock says there is no other */
	if (bind(l->wake_fd, (struct sockaddr *)&at, sizeof(at)) != 0)
		return err_set(e, ERR_UNAVAILABLE, "%s: %s", path, strerror(errno));
	(void)chmod(path, 0660);
	l->wake_path = strdup(path);
	l->wake.data = l;
	if (uv_poll_init(&l->loop, &l->wake, l->wake_fd) != 0 ||
	    uv_poll_start(&l->wake, UV_READABLE, woken) != 0)
		return err_set(e, ERR_INTERNAL, "%s cannot be watched", path);
	return 0;
}

void
larchd_wake_close(struct larchd *l)
{
	if (l->wake_path == NULL)
		return;
	uv_poll_stop(&l->wake);
	uv_close((uv_handle_t *)&l->wake, NULL);
	close(l->wake_fd);
	(void)unlink(l->wake_path);
	free(l->wake_path);
	l->wake_path = NULL;
}
