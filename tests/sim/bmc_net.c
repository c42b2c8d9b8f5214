/* SPDX-License-Identifier: Apache-2.0 */
/* A socket a BMC, and the faults that are about packets. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bmc_sim.h"
#include "sim_text.h"

/* ---- sockets -------------------------------------------------------------------- */

static int
bind_port(struct bmc *b, uint16_t port)
{
	struct sockaddr_in at = b->s.address;
	socklen_t n = sizeof(at);

	at.sin_port = htons(port);
	b->fd = socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (b->fd < 0 || bind(b->fd, (struct sockaddr *)&at, sizeof(at)) != 0 ||
	    getsockname(b->fd, (struct sockaddr *)&at, &n) != 0 ||
	    epoll_ctl(b->sim->epoll, EPOLL_CTL_ADD, b->fd, &(struct epoll_event){.events = EPOLLIN, .data.ptr = b}) != 0) {
		int saved = errno;

		if (b->fd >= 0)
			close(b->fd);
		b->fd = -1;
		errno = saved;
		return -1;
	}
	b->port = ntohs(at.sin_port);
	return 0;
}

/* BMCs that ask for port 0 share the port the first of them got, where it is free. */
static int
open_one(struct sim *sim, struct bmc *b)
{
	uint16_t asked = ntohs(b->s.address.sin_port);

	if (asked == 0 && sim->port != 0 && bind_port(b, sim->port) == 0)
		return 0;
	if (bind_port(b, asked) != 0) {
		char text[INET_ADDRSTRLEN];

		inet_ntop(AF_INET, &b->s.address.sin_addr, text, sizeof(text));
		fprintf(stderr, "bmc-sim: %s: %s port %d: %s\n", b->name, text, asked, strerror(errno));
		return -1;
	}
	if (sim->port == 0)
		sim->port = b->port;
	return 0;
}

int
net_open(struct sim *sim)
{
	struct rlimit files;

	if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
		files.rlim_cur = files.rlim_max;
		(void)setrlimit(RLIMIT_NOFILE, &files);
	}
	for (int i = 0; i < sim->n; i++)
		if (sim->bmcs[i].fault != FAULT_CLOSED && open_one(sim, &sim->bmcs[i]) != 0)
			return -1;
	return 0;
}

/* ---- faults ------------------------------------------------------------------------ */

static const struct fault_row {
	const char *name;
	bool has_value;
	int min, max, fallback;
} faults[FAULT_COUNT] = {
    [FAULT_NONE] = {.name = "none"},
    [FAULT_SLOW] = {"slow", true, 1, 600000, 1000},
    [FAULT_SILENT] = {.name = "silent"},
    [FAULT_CLOSED] = {.name = "closed"},
    [FAULT_ONE_SLOT] = {.name = "one-slot"},
    [FAULT_NO_SLOT] = {.name = "no-slot"},
    [FAULT_GARBAGE] = {.name = "garbage"},
    [FAULT_LIE] = {.name = "lie"},
    [FAULT_REFUSE] = {"refuse", true, 1, 255, 0xd5},
    [FAULT_MUTE_CONTROL] = {.name = "mute-control"},
    [FAULT_FLAP] = {.name = "flap"},
    [FAULT_RESET] = {.name = "reset"},
    [FAULT_LOSS] = {"loss", true, 1, 100, 10},
    [FAULT_LOSE_RAKP4] = {.name = "lose-rakp4"},
    [FAULT_DUPLICATE] = {.name = "duplicate"},
    [FAULT_TRUNCATE] = {.name = "truncate"},
    [FAULT_OTHER_PORT] = {.name = "other-port"},
    [FAULT_FORGE_RAKP2] = {.name = "forge-rakp2"},
    [FAULT_FORGE_RAKP4] = {.name = "forge-rakp4"},
    [FAULT_FLIP] = {.name = "flip"},
    [FAULT_PLAIN] = {.name = "plain"},
    [FAULT_SUITE_0] = {.name = "suite-0"},
    [FAULT_REPLAY] = {.name = "replay"},
    [FAULT_BOOT_REFUSE] = {"boot-refuse", true, 1, 255, 0xc1},
    [FAULT_BOOT_LIE] = {.name = "boot-lie"},
    [FAULT_SICK] = {"sick", true, 1, 127, 8},
    [FAULT_OTHER_BMC] = {.name = "other-bmc"},
    [FAULT_SDR_NONE] = {.name = "sdr-none"},
    [FAULT_SDR_LOOP] = {.name = "sdr-loop"},
    [FAULT_SDR_ENDLESS] = {.name = "sdr-endless"},
    [FAULT_SDR_LOST] = {"sdr-lost", true, 1, 1000, 1},
    [FAULT_SDR_SMALL] = {"sdr-small", true, 1, 255, 16},
    [FAULT_SDR_SHORT] = {.name = "sdr-short"},
    [FAULT_SEL_LOOP] = {.name = "sel-loop"},
    [FAULT_SEL_SHORT] = {"sel-short", true, 1, 10000, 1},
    [FAULT_SEL_NONE] = {.name = "sel-none"},
    [FAULT_NO_DCMI] = {.name = "no-dcmi"},
    [FAULT_FEW_BYTES] = {"few-bytes", true, 0, 64, 1},
};

const char *
net_fault_name(enum bmc_fault fault)
{
	return faults[fault].name;
}

int
net_fault_parse(const char *name, const char *argument, enum bmc_fault *fault, int *value)
{
	long v;

	for (int i = 0; i < FAULT_COUNT; i++) {
		const struct fault_row *f = &faults[i];

		if (strcmp(f->name, name) != 0)
			continue;
		v = f->fallback;
		if (argument != NULL && (!f->has_value || sim_int(argument, f->min, f->max, &v) != 0))
			return -1;
		*fault = (enum bmc_fault)i;
		*value = (int)v;
		return 0;
	}
	return -1;
}

int
net_set_fault(struct bmc *b, enum bmc_fault fault, int value)
{
	b->fault = fault;
	b->fault_value = value;
	b->turn = 0;
	free(b->replay);
	b->replay = NULL;
	if (fault == FAULT_CLOSED && b->fd >= 0) {
		close(b->fd);
		b->fd = -1;
	} else if (fault != FAULT_CLOSED && b->fd < 0) {
		return b->port != 0 ? bind_port(b, b->port) : open_one(b->sim, b);
	}
	return 0;
}

static bool
lost(struct bmc *b)
{
	uint32_t dice;

	if (b->fault != FAULT_LOSS)
		return false;
	crypto_random(&dice, sizeof(dice));
	return (int)(dice % 100) < b->fault_value;
}

/* Nonsense of seven kinds, in turn. */
static void
garble(struct bmc *b, struct packet *out)
{
	switch (b->turn++ % 7) {
	case 0: crypto_random(out->p, out->n); break;
	case 1: out->n = out->n > 20 ? 20 : out->n / 2; break;
	case 2: out->p[14] = out->p[15] = 0xff; break;
	case 3: crypto_random(out->p + 4, out->n - 4); break;
	case 4: out->n = 0; break;
	case 5: crypto_random(out->p + 16, out->n > 16 ? out->n - 16 : 0); break;
	default:
		crypto_random(out->p + out->n, sizeof(out->p) - out->n);
		out->n = sizeof(out->p);
	}
}

/* ---- sending ------------------------------------------------------------------------ */

void
net_send(struct bmc *b, const struct sockaddr_in *to, const uint8_t *p, size_t n)
{
	if (b->fd < 0 || !b->alive)
		return;
	b->answers++;
	(void)sendto(b->fd, p, n, 0, (const struct sockaddr *)to, sizeof(*to));
}

struct late {
	struct sockaddr_in to;
	size_t n;
	uint8_t p[];
};

static void
send_late(struct bmc *b, unsigned generation, void *data)
{
	struct late *l = data;

	if (generation == b->boot_generation) /* what waited in a BMC that lost power is gone */
		net_send(b, &l->to, l->p, l->n);
	free(l);
}

static void
send_slowly(struct bmc *b, const struct sockaddr_in *to, const struct packet *out)
{
	struct late *l = malloc(sizeof(*l) + out->n);

	if (l == NULL)
		abort();
	l->to = *to;
	l->n = out->n;
	memcpy(l->p, out->p, out->n);
	timer_add(b->fault_value, send_late, b, b->boot_generation, l);
}

static void
send_from_elsewhere(struct bmc *b, const struct sockaddr_in *to, const struct packet *out)
{
	struct sockaddr_in at = b->s.address;
	int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	at.sin_port = 0;
	if (fd >= 0 && bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0)
		(void)sendto(fd, out->p, out->n, 0, (const struct sockaddr *)to, sizeof(*to));
	if (fd >= 0)
		close(fd);
}

/* The first answer within a session comes again for each later one. */
static void
replay(struct bmc *b, struct packet *out)
{
	if (out->n < 16 || out->p[4] != 6 || (out->p[5] & 0xc0) == 0)
		return;
	if (b->replay == NULL) {
		b->replay = malloc(out->n);
		if (b->replay == NULL)
			abort();
		memcpy(b->replay, out->p, out->n);
		b->replay_n = out->n;
	}
	memcpy(out->p, b->replay, b->replay_n);
	out->n = b->replay_n;
}

static void
reply(struct bmc *b, const struct sockaddr_in *to, struct packet *out)
{
	if (lost(b))
		return;
	if (b->fault == FAULT_GARBAGE)
		garble(b, out);
	else if (b->fault == FAULT_REPLAY)
		replay(b, out);
	else if (b->fault == FAULT_TRUNCATE)
		out->n--;
	if (b->fault == FAULT_SLOW)
		send_slowly(b, to, out);
	else if (b->fault == FAULT_OTHER_PORT)
		send_from_elsewhere(b, to, out);
	else if (b->fault == FAULT_OTHER_BMC)
		net_send(b > b->sim->bmcs ? b - 1 : b + b->sim->n - 1, to, out->p, out->n);
	else if (out->n > 0)
		net_send(b, to, out->p, out->n);
	if (b->fault == FAULT_DUPLICATE)
		net_send(b, to, out->p, out->n);
}

void
net_readable(struct bmc *b)
{
	struct sockaddr_in from;
	socklen_t from_n = sizeof(from);
	uint8_t in[BMC_PACKET];
	struct packet out;
	ssize_t n = recvfrom(b->fd, in, sizeof(in), 0, (struct sockaddr *)&from, &from_n);

	if (n <= 0 || !b->alive)
		return;
	b->packets++;
	if (b->fault == FAULT_SILENT || lost(b))
		return;
	rmcp_handle(b, &from, in, (size_t)n, &out);
	if (out.n > 0)
		reply(b, &from, &out);
}
