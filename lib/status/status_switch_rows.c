/* SPDX-License-Identifier: Apache-2.0 */
/* Switches: their ports and VLANs as last read. */
#include <string.h>

#include "status_private.h"

static int
put_port(struct status *s, const char *name, const struct status_port *p, struct err *e)
{
	return store_run(s->s, e,
	    "INSERT INTO switch_port(switch,base_port,if_index,name,pvid,egress,untagged,forbidden,at,every)"
	    " VALUES(?,?,?,?,?,?,?,?,?,?) ON CONFLICT DO NOTHING",
	    "siisisssii", name, p->base_port, p->if_index, p->name, p->pvid, p->egress, p->untagged, p->forbidden, p->at,
	    p->interval);
}

static int
put_all(struct status *s, const char *name, const struct status_port *ports, size_t n_ports,
    const struct status_vlan *vlans, size_t n_vlans, struct err *e)
{
	if (store_run(s->s, e, "DELETE FROM switch_port WHERE switch=?", "s", name) != 0 ||
	    store_run(s->s, e, "DELETE FROM switch_vlan WHERE switch=?", "s", name) != 0)
		return -1;
	for (size_t i = 0; i < n_ports; i++)
		if (put_port(s, name, &ports[i], e) != 0)
			return -1;
	for (size_t i = 0; i < n_vlans; i++)
		if (store_run(s->s, e, "INSERT INTO switch_vlan(switch,vlan,name) VALUES(?,?,?) ON CONFLICT DO NOTHING", "sis",
		        name, vlans[i].vlan, vlans[i].name) != 0)
			return -1;
	return status_turn(s, e);
}

int
status_put_switch(struct status *s, const char *name, const struct status_port *ports, size_t n_ports,
    const struct status_vlan *vlans, size_t n_vlans, struct err *e)
{
	if (store_begin(s->s, e) != 0)
		return -1;
	if (put_all(s, name, ports, n_ports, vlans, n_vlans, e) != 0) {
		store_rollback(s->s);
		return -1;
	}
	return store_commit(s->s, e);
}

int
status_switch_ports(struct status *s, const char *name, struct arena *a, struct status_port **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q = store_ask(s->s, e,
	    "SELECT name,base_port,if_index,pvid,egress,untagged,forbidden,at,every FROM switch_port WHERE switch=?"
	    " ORDER BY base_port", "s", name);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = (struct status_port){
		    .name = arena_strdup(a, store_text(q, 0)),
		    .base_port = store_int(q, 1),
		    .if_index = store_int(q, 2),
		    .pvid = store_int(q, 3),
		    .egress = arena_strdup(a, store_text(q, 4)),
		    .untagged = arena_strdup(a, store_text(q, 5)),
		    .forbidden = arena_strdup(a, store_text(q, 6)),
		    .at = store_int(q, 7),
		    .interval = store_int(q, 8),
		};
	}
	store_done(q);
	return more;
}

int
status_switch_vlans(struct status *s, const char *name, struct arena *a, struct status_vlan **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q =
	    store_ask(s->s, e, "SELECT vlan,name FROM switch_vlan WHERE switch=? ORDER BY vlan", "s", name);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = status_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] =
		    (struct status_vlan){.vlan = store_int(q, 0), .name = arena_strdup(a, store_text(q, 1))};
	}
	store_done(q);
	return more;
}
