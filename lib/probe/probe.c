/* SPDX-License-Identifier: Apache-2.0 */
/* The front of probe: its life, and one device or one ping for others. */
#include <stdlib.h>
#include <string.h>

#include "inner.h"

int
probe_device_of(struct probe *p, const struct inv_thing *t, struct gate_device **out, struct err *e)
{
	struct gate_spec spec = {.name = t->name, .address = inv_attr(t, "address")};
	const char *family = inv_attr(t, "family");

	if (strcmp(t->type, "pdu") == 0) {
		spec.type = family == NULL ? NULL : devtype_find(p->room.types, family);
		if (spec.type == NULL)
			return err_set(e, ERR_INPUT, "%s: its family is %s, which no file in mib/ describes", t->name,
			    family == NULL ? "not recorded" : family);
	} else if (strcmp(t->type, "switch") == 0) {
		spec.is_switch = true;
	} else if (strcmp(t->type, "bmc") != 0) {
		return err_set(e, ERR_INPUT, "%s is a %s; only PDUs, switches and BMCs are asked", t->name, t->type);
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
	return probe_device_of(p, &t, out, e);
}

void
probe_pulse(const struct probe *p, struct probe_pulse *out)
{
	const char *refused = probe_ping_refused(p->ping);

	*out = (struct probe_pulse){
	    .began = p->began,
	    .ended = p->ended,
	    .things = p->things,
	    .notice = refused == NULL ? "" : refused,
	};
}

/* What is asked, for all who show it. */
static void
publish_columns(struct probe *p)
{
	struct arena *a = arena_create();
	struct status_column *columns;
	size_t n;
	struct err e;

	probe_columns(p->room.conf, a, &columns, &n);
	if (status_put_columns(p->room.status, columns, n, &e) != 0)
		log_error("what is checked cannot be published: %s", e.text);
	arena_destroy(a);
}

void
probe_set_conf(struct probe *p, const struct conf *conf, const struct devtype_set *types)
{
	p->room.conf = conf;
	p->room.types = types;
	publish_columns(p);
}

int
probe_create(const struct probe_room *room, struct probe **out, struct err *e)
{
	struct probe *p = calloc(1, sizeof(*p));

	if (p == NULL)
		log_die("out of memory: no probe");
	p->room = *room;
	if (probe_ping_create(room->loop, &p->ping) != 0) {
		free(p);
		return err_set(e, ERR_INTERNAL, "no ping");
	}
	if (probe_ping_refused(p->ping) != NULL)
		log_warn("%s", probe_ping_refused(p->ping));
	publish_columns(p);
	*out = p;
	return 0;
}

void
probe_destroy(struct probe *p)
{
	if (p == NULL)
		return;
	probe_ping_destroy(p->ping);
	free(p);
}
