/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "bmc_sim.h"
#include "sim_room.h"

#define LISTENERS 1024
#define RETRY_MS 20

static struct listener {
	char *pdu, *path;
	bool behind; /* a datagram did not fit: everything is said again */
} *listeners;
static int n_listeners;
static bool retrying;

static void tell_all(struct sim *sim, struct listener *l);

static void
retry(struct bmc *b, unsigned generation, void *data)
{
	(void)generation;
	(void)data;
	retrying = false;
	for (int i = 0; i < n_listeners; i++)
		if (listeners[i].behind) {
			listeners[i].behind = false;
			tell_all(b->sim, &listeners[i]);
		}
}

/* A pdu-sim that is gone or full hears it later; it hears the newest then. */
static void
tell(struct bmc *b, const struct bmc_feed *f, struct listener *l)
{
	if (l->behind || strcmp(f->pdu, l->pdu) != 0)
		return;
	if (room_send_load(l->path, f->pdu, f->outlet, chassis_draw(b, f)) == 0)
		return;
	l->behind = true;
	if (!retrying) {
		retrying = true;
		timer_add(RETRY_MS, retry, b, 0, NULL);
	}
}

static void
tell_all(struct sim *sim, struct listener *l)
{
	for (int i = 0; i < sim->n; i++)
		for (int f = 0; f < sim->bmcs[i].n_feeds; f++)
			tell(&sim->bmcs[i], &sim->bmcs[i].feeds[f], l);
}

void
room_tell(struct bmc *b)
{
	for (int f = 0; f < b->n_feeds; f++)
		for (int i = 0; i < n_listeners; i++)
			tell(b, &b->feeds[f], &listeners[i]);
}

int
room_add_loads(struct sim *sim, const char *pdu, const char *path)
{
	struct listener *l = NULL;

	for (int i = 0; i < n_listeners; i++)
		if (strcmp(listeners[i].pdu, pdu) == 0 && strcmp(listeners[i].path, path) == 0)
			l = &listeners[i];
	if (l == NULL) {
		if (n_listeners == LISTENERS)
			return -1;
		if (listeners == NULL && (listeners = calloc(LISTENERS, sizeof(*listeners))) == NULL)
			abort();
		l = &listeners[n_listeners++];
		l->pdu = strdup(pdu);
		l->path = strdup(path);
		if (l->pdu == NULL || l->path == NULL)
			abort();
	}
	l->behind = false;
	tell_all(sim, l);
	return 0;
}

static void
outlet(struct sim *sim, const struct room_msg *m)
{
	for (int i = 0; i < sim->n; i++) {
		struct bmc *b = &sim->bmcs[i];

		for (int f = 0; f < b->n_feeds; f++)
			if (b->feeds[f].on != m->on && strcmp(b->feeds[f].pdu, m->pdu) == 0 &&
			    strcmp(b->feeds[f].outlet, m->outlet) == 0) {
				b->feeds[f].on = m->on;
				chassis_voltage(b);
			}
	}
}

void
room_work(struct sim *sim)
{
	struct room_msg m;

	while (room_receive(sim->room_fd, &m) == 1) {
		if (m.kind == ROOM_OUTLET)
			outlet(sim, &m);
		else if (m.kind == ROOM_LOADS)
			(void)room_add_loads(sim, m.pdu, m.path);
	}
}
