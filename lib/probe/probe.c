/* SPDX-License-Identifier: Apache-2.0 */
/* The front of probe: its life, and one device or one ping for others. */
#include <stdlib.h>
#include <string.h>

#include "groups.h"
#include "inner.h"
#include "login.h"
#include "probe_slurm.h"

int
probe_gate_of(struct probe *p, const char *name, const char *type, const char *address, const char *family,
    struct gate_device **out, struct err *e)
{
	struct gate_spec spec = {.name = name, .address = address};

	if (strcmp(type, "pdu") == 0) {
		spec.type = family == NULL ? NULL : devtype_find(p->room.types, family);
		if (spec.type == NULL)
			return err_set(e, ERR_INPUT, "%s: its family is %s, which no file in mib/ describes", name,
			    family == NULL ? "not recorded" : family);
	} else if (strcmp(type, "switch") == 0) {
		spec.is_switch = true;
	} else if (strcmp(type, "bmc") != 0) {
		return err_set(e, ERR_INPUT, "%s is a %s; only PDUs, switches and BMCs are asked", name, type);
	}
	return gate_device(p->room.gate, &spec, out, e);
}

int
probe_ping_thing(struct probe *p, const char *thing, struct arena *a, probe_ping_fn *done, void *ctx, struct err *e)
{
	struct sockaddr_storage to;
	struct inv_thing t;
	const char *address;

	if (*p->room.inv == NULL)
		return err_set(e, ERR_UNAVAILABLE, "there is no inventory");
	if (inv_get(*p->room.inv, thing, a, &t, e) != 0)
		return -1;
	address = inv_attr(&t, "address");
	if (address == NULL)
		return err_set(e, ERR_INPUT, "%s has no attribute 'address'", thing);
	if (addr_parse(str_of(address), 0, &to, e) != 0)
		return err_prefix(e, "%s", thing);
	probe_ping_send(p->ping, &to, PING_MS, done, ctx);
	return 0;
}

int
probe_device(struct probe *p, const char *thing, struct arena *a, struct gate_device **out, struct err *e)
{
	struct inv_thing t;

	if (*p->room.inv == NULL)
		return err_set(e, ERR_UNAVAILABLE, "there is no inventory");
	if (inv_get(*p->room.inv, thing, a, &t, e) != 0)
		return -1;
	return probe_gate_of(p, t.name, t.type, inv_attr(&t, "address"), inv_attr(&t, "family"), out, e);
}

/* ---- its life ------------------------------------------------------------------------------ */

static void
add_notice(struct probe *p, const char *text)
{
	size_t n = strlen(p->notice);

	if (text != NULL && *text != '\0')
		snprintf(p->notice + n, sizeof(p->notice) - n, "%s%s", n == 0 ? "" : "; ", text);
}

static void
add_slurm(struct probe *p)
{
	struct arena *a = arena_create();

	add_notice(p, probe_slurm_notice(p->slurm, a));
	arena_destroy(a);
}

static struct status_lane
lane_pulse(const struct sweep_lane *l)
{
	return (struct status_lane){
	    .name = l->row->name,
	    .interval = l->interval,
	    .began = l->began,
	    .ended = l->ended,
	    .rounds = l->rounds,
	    .asked = l->asked,
	    .answered = l->answered,
	    .rested = l->rested,
	    .late = l->late,
	};
}

/* Through is who has been through with every check that has rounds: the earliest of their last ones says since when. */
void
probe_pulse(struct probe *p, struct probe_pulse *out)
{
	bool through = true;

	*out = (struct probe_pulse){.things = p->list == NULL ? 0 : (int64_t)p->list->n, .lanes = p->lanes};
	p->notice[0] = '\0';
	add_notice(p, probe_ping_refused(p->ping));
	add_notice(p, p->groups_notice);
	add_notice(p, probe_groups_notice(p->groups));
	add_slurm(p);
	for (size_t i = 0; i < p->n_lanes; i++) {
		const struct sweep_lane *l = &p->lane[i];

		if (!l->on && l->rounds == 0)
			continue;
		add_notice(p, l->notice);
		p->lanes[out->n_lanes++] = lane_pulse(l);
		if (!l->on || l->row->spread)
			continue;
		through &= l->ended != 0;
		if (out->began == 0 || l->began < out->began)
			out->began = l->began;
		if (out->ended == 0 || l->ended < out->ended)
			out->ended = l->ended;
	}
	if (!through)
		out->began = out->ended = 0;
	out->notice = p->notice;
}

#define COMPLAIN_MS 60000 /* between two lines that say the same */

void
sweep_complain(struct probe *p, const char *what, const char *why)
{
	int64_t now = times_boot();

	if (p->complained != 0 && now - p->complained < COMPLAIN_MS)
		return;
	p->complained = now;
	log_error("what %s says cannot be kept: %s", what, why);
}

/* What is asked, for all who show it; a room without Slurm has no columns of it. */
void
probe_publish(struct probe *p)
{
	bool slurm = p->slurm != NULL && probe_slurm_is_there(p->slurm);
	struct arena *a = arena_create();
	struct status_column *columns;
	size_t n, k = 0;
	struct err e;

	probe_columns(p->room.conf, a, &columns, &n);
	for (size_t i = 0; i < n; i++)
		if (slurm || strcmp(columns[i].probe, "slurm") != 0)
			columns[k++] = columns[i];
	if (status_put_columns(p->room.status, columns, k, &e) != 0)
		log_error("what is checked cannot be published: %s", e.text);
	arena_destroy(a);
}

/* Devices are found anew: their families may be others. */
void
probe_set_conf(struct probe *p, const struct conf *conf, const struct devtype_set *types)
{
	p->room.conf = conf;
	p->room.types = types;
	login_set_conf(p->login, conf);
	probe_slurm_set_conf(p->slurm, conf);
	probe_groups_set_conf(p->groups, conf);
	for (struct sweep_node *n = p->nodes; n != NULL; n = n->hh.next)
		n->device = n->bmc_device = NULL;
	probe_ping_set_rate(p->ping, conf->status.packets);
	probe_ssh_set_sockets(p->ssh, conf->status.sockets);
	probe_publish(p);
	sweep_lanes_conf(p);
}

int
probe_create(const struct probe_room *room, struct probe **out, struct err *e)
{
	struct probe *p = calloc(1, sizeof(*p));

	if (p == NULL)
		log_die("out of memory: no probe");
	p->room = *room;
	if (probe_ping_create(room->loop, &p->ping) != 0 ||
	    probe_ssh_create(room->loop, room->conf->status.sockets, &p->ssh) != 0) {
		probe_ping_destroy(p->ping);
		free(p);
		return err_set(e, ERR_INTERNAL, "no sockets for ping and ssh");
	}
	if (probe_ping_refused(p->ping) != NULL)
		log_warn("%s", probe_ping_refused(p->ping));
	probe_ping_set_rate(p->ping, p->room.conf->status.packets);
	sweep_lanes_create(p);
	login_create(room->loop, room->conf, &p->login);
	p->groups = probe_groups_create(room->loop, room->conf, room->status);
	ask_slurm_start(p);
	probe_publish(p);
	*out = p;
	return 0;
}

void
probe_start(struct probe *p)
{
	sweep_lanes_start(p);
}

void
probe_look(struct probe *p)
{
	p->list_old = true;
	sweep_fresh(p);
}

void
probe_stop(struct probe *p)
{
	if (p == NULL || p->stopping)
		return;
	sweep_lanes_stop(p);
	probe_find_stop(p);
	sweep_lookup_stop(p);
	probe_slurm_destroy(p->slurm);
	probe_groups_destroy(p->groups);
	login_destroy(p->login);
}

void
probe_destroy(struct probe *p)
{
	if (p == NULL)
		return;
	probe_stop(p);
	probe_ping_destroy(p->ping);
	probe_ssh_destroy(p->ssh);
	sweep_list_drop(p, p->list);
	arena_destroy(p->names_arena);
	free(p);
}
