/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "sim_room.h"
#include "sim_text.h"

static int
address(const char *path, struct sockaddr_un *out)
{
	if (strlen(path) >= sizeof(out->sun_path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	*out = (struct sockaddr_un){.sun_family = AF_UNIX};
	memcpy(out->sun_path, path, strlen(path) + 1);
	return 0;
}

int
room_listen(const char *path)
{
	struct sockaddr_un at;
	int fd;

	if (address(path, &at) != 0)
		return -1;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -1;
	(void)unlink(path);
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) != 0) {
		close(fd);
		return -1;
	}
	return fd;
}

static int
word(char *out, size_t size, const char *in)
{
	size_t n = strlen(in);

	if (n >= size)
		return -1;
	memcpy(out, in, n + 1);
	return 0;
}

static int
parse(char *text, struct room_msg *out)
{
	char *w[4];
	int n = sim_words(text, w, 4);
	long ma;

	if (n < 3 || word(out->pdu, sizeof(out->pdu), w[1]) != 0)
		return -1;
	if (n == 3) {
		out->kind = ROOM_LOADS;
		return strcmp(w[0], "loads") == 0 ? word(out->path, sizeof(out->path), w[2]) : -1;
	}
	if (word(out->outlet, sizeof(out->outlet), w[2]) != 0)
		return -1;
	if (strcmp(w[0], "outlet") == 0) {
		out->kind = ROOM_OUTLET;
		out->on = strcmp(w[3], "on") == 0;
		return out->on || strcmp(w[3], "off") == 0 ? 0 : -1;
	}
	if (strcmp(w[0], "load") != 0 || sim_int(w[3], 0, 1000000, &ma) != 0)
		return -1;
	out->kind = ROOM_LOAD;
	out->milliamps = (int)ma;
	return 0;
}

int
room_receive(int fd, struct room_msg *out)
{
	char text[ROOM_TEXT + 1];
	ssize_t n;

	for (;;) {
		n = recv(fd, text, sizeof(text) - 1, 0);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return 0;
		text[n] = '\0';
		*out = (struct room_msg){0};
		if (parse(text, out) == 0)
			return 1;
	}
}

int
room_send(const char *path, const struct room_msg *m)
{
	static int fd = -1; /* one unnamed socket sends to everybody */
	struct sockaddr_un at;
	char text[ROOM_TEXT];
	int n;

	if (address(path, &at) != 0)
		return -1;
	if (fd < 0 && (fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) < 0)
		return -1;
	if (m->kind == ROOM_OUTLET)
		n = snprintf(text, sizeof(text), "outlet %s %s %s", m->pdu, m->outlet, m->on ? "on" : "off");
	else if (m->kind == ROOM_LOADS)
		n = snprintf(text, sizeof(text), "loads %s %s", m->pdu, m->path);
	else
		n = snprintf(text, sizeof(text), "load %s %s %d", m->pdu, m->outlet, m->milliamps);
	return sendto(fd, text, (size_t)n, MSG_NOSIGNAL, (struct sockaddr *)&at, sizeof(at)) == n ? 0 : -1;
}

static int
send_named(const char *path, struct room_msg *m, const char *pdu, const char *outlet)
{
	if (word(m->pdu, sizeof(m->pdu), pdu) != 0 || word(m->outlet, sizeof(m->outlet), outlet) != 0) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return room_send(path, m);
}

int
room_send_outlet(const char *path, const char *pdu, const char *outlet, bool on)
{
	struct room_msg m = {.kind = ROOM_OUTLET, .on = on};

	return send_named(path, &m, pdu, outlet);
}

int
room_send_loads(const char *path, const char *pdu, const char *my_path)
{
	struct room_msg m = {.kind = ROOM_LOADS};

	if (word(m.path, sizeof(m.path), my_path) != 0) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return send_named(path, &m, pdu, "");
}

int
room_send_load(const char *path, const char *pdu, const char *outlet, int milliamps)
{
	struct room_msg m = {.kind = ROOM_LOAD, .milliamps = milliamps};

	return send_named(path, &m, pdu, outlet);
}
