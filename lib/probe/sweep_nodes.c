/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who is asked: what the inventory has, what Slurm knows, and what the setting status/nodes names, in one list by name.
 * It is made anew when one of these changes; what was found out about a node that stays is kept.
 */
#include <stdlib.h>
#include <string.h>

#include "groups.h"
#include "inner.h"

#define HOST_NAME 253 /* RFC 1035 section 2.3.4 */

bool
probe_is_host(const char *name)
{
	size_t n = strlen(name);

	if (n == 0 || n > HOST_NAME || name[0] == '-' || name[0] == '.')
		return false;
	for (size_t i = 0; i < n; i++)
		if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') ||
		        (name[i] >= '0' && name[i] <= '9') || strchr("-._", name[i]) != NULL))
			return false;
	return true;
}

/* ---- nodes -------------------------------------------------------------------------------- */

static char *
copy(const char *s)
{
	char *c = s == NULL ? NULL : strdup(s);

	if (s != NULL && c == NULL)
		log_die("out of memory: no node %s", s);
	return c;
}

static void
node_free(struct probe *p, struct sweep_node *n)
{
	HASH_DEL(p->nodes, n); /* NOLINT(clang-analyzer-*): it loses track of uthash's links */
	free(n->name);
	free(n->address);
	free(n->family);
	free(n->bmc);
	free(n->bmc_address);
	free(n->looked);
	free(n);
}

void
sweep_node_drop(struct probe *p, struct sweep_node *n)
{
	if (--n->refs == 0)
		node_free(p, n);
}

struct sweep_node *
sweep_find(struct probe *p, const char *name)
{
	struct sweep_node *n;

	HASH_FIND_STR(p->nodes, name, n);
	return n;
}

static struct sweep_node *
node_of(struct probe *p, const char *name)
{
	struct sweep_node *n = sweep_find(p, name);

	if (n != NULL)
		return n;
	n = calloc(1, sizeof(*n));
	if (n == NULL)
		log_die("out of memory: no node %s", name);
	n->name = copy(name);
	n->is_host = probe_is_host(name);
	HASH_ADD_KEYPTR(hh, p->nodes, n->name, strlen(n->name), n);
	return n;
}

/* Another text is another place: what was found out at the old one says nothing about the new one. */
static bool
set(char **old, const char *now)
{
	if (*old == NULL ? now == NULL : now != NULL && strcmp(*old, now) == 0)
		return false;
	free(*old);
	*old = copy(now);
	return true;
}

/* Both are set, whether the first one changed or not. */
static bool
set_place(struct sweep_node *n, const char *address, const char *family)
{
	bool moved = set(&n->address, address), other = set(&n->family, family);

	return moved || other;
}

static bool
set_bmc(struct sweep_node *n, const char *bmc, const char *address)
{
	bool other = set(&n->bmc, bmc), moved = set(&n->bmc_address, address);

	return other || moved;
}

static void
ask_anew(struct sweep_node *n)
{
	for (size_t i = 0; i < SWEEP_LANES; i++) {
		n->seen[i].asked = n->seen[i].known = false;
		n->seen[i].due = n->seen[i].rest_until = 0;
		n->seen[i].silent = 0;
	}
}

static void
put(struct sweep_list *l, struct sweep_node *n, unsigned turn, unsigned char what)
{
	if (n->turn == turn) {
		n->what |= what;
		return;
	}
	n->turn = turn;
	n->what = what;
	n->refs++;
	l->node[l->n++] = n;
}

/* ---- the inventory ---------------------------------------------------------------------------- */

static unsigned char
what_of(const struct inv_watched *w)
{
	unsigned char what = 0;

	if (strcmp(w->type, "pdu") == 0)
		return SWEEP_PDU;
	if (strcmp(w->type, "server") == 0)
		what |= SWEEP_SERVER | SWEEP_ADDRESS;
	if (strcmp(w->type, "switch") == 0)
		what |= SWEEP_SWITCH;
	if (w->address != NULL)
		what |= SWEEP_ADDRESS;
	if (w->bmc != NULL)
		what |= SWEEP_BMC;
	return what;
}

static void
put_watched(struct probe *p, struct sweep_list *l, const struct inv_watched *w)
{
	struct sweep_node *n = node_of(p, w->name);
	bool other = set_place(n, w->address, w->family);

	if (other)
		n->device = NULL;
	if (set_bmc(n, w->bmc, w->bmc_address)) {
		n->bmc_device = NULL;
		other = true;
	}
	if (other)
		ask_anew(n);
	put(l, n, p->turn, what_of(w));
}

static void
put_name(struct probe *p, struct sweep_list *l, const char *name)
{
	struct sweep_node *n;

	if (l->n >= LIMIT_SWEEP_NODES) {
		snprintf(p->groups_notice, sizeof(p->groups_notice), "more than %d nodes: the rest is not asked", LIMIT_SWEEP_NODES);
		return;
	}
	n = node_of(p, name);
	if (n->turn != p->turn) { /* not of the inventory: what it had there is no longer so */
		bool place = set_place(n, NULL, NULL), bmc = set_bmc(n, NULL, NULL);

		if (place || bmc) {
			n->device = n->bmc_device = NULL;
			ask_anew(n);
		}
	}
	put(l, n, p->turn, SWEEP_ADDRESS | SWEEP_SERVER);
}

static int
by_machine(const void *x, const void *y)
{
	const struct sweep_cord *a = x, *b = y;

	return strcmp(a->machine->name, b->machine->name);
}

/* Cords of passive things, which nobody asks, are left out. */
static void
put_cords(struct probe *p, struct sweep_list *l, const struct inv_cord *cords, size_t n)
{
	l->cord = arena_array(l->a, n + 1, sizeof(*l->cord));
	for (size_t i = 0; i < n; i++) {
		struct sweep_node *m = sweep_find(p, cords[i].machine), *pdu = sweep_find(p, cords[i].pdu);

		if (m == NULL || m->turn != p->turn || m->what == SWEEP_PDU)
			continue;
		l->cord[l->n_cords++] = (struct sweep_cord){
		    .machine = m,
		    .pdu = pdu != NULL && pdu->turn == p->turn ? pdu->name : arena_strdup(l->a, cords[i].pdu),
		    .outlet = arena_strdup(l->a, cords[i].outlet),
		};
	}
	if (l->n_cords > 1)
		qsort(l->cord, l->n_cords, sizeof(*l->cord), by_machine);
}

/* ---- groups ------------------------------------------------------------------------------------ */

struct published {
	struct status_group *row;
	size_t n;
	struct inv *inv;
};

/* "@GROUP" is that group of any source, "@SOURCE:GROUP" of one, "@*" all of them. */
/* A pool is no group of names: all of it are things, which are asked anyway. */
static bool
is_thing(struct published *g, struct str name, struct arena *a)
{
	struct inv_thing t;
	struct err e;

	return inv_get(g->inv, arena_strndup(a, name.p, name.n), a, &t, &e) == 0;
}

static const char *
members(void *ctx, struct str source, struct str group, struct arena *a, struct err *e)
{
	struct published *g = ctx;
	struct buf text = BUF(LIMIT_HOSTS_TEXT);
	bool all = str_is(group, "*"), found = all;
	const char *out;

	for (size_t i = 0; i < g->n; i++) {
		if ((source.p != NULL && !str_is(source, g->row[i].source)) || (!all && !str_is(group, g->row[i].name)))
			continue;
		found = true;
		buf_puts(&text, text.n > 0 ? "," : "");
		buf_puts(&text, g->row[i].members);
	}
	if (!found && !is_thing(g, group, a)) {
		err_set(e, ERR_NOT_FOUND, "no group of nodes is named '%.*s'", (int)group.n, group.p);
		return NULL;
	}
	out = arena_strndup(a, text.n > 0 ? text.p : "", text.n);
	buf_free(&text);
	return out;
}

/* What one line of the setting names; one that cannot be read is said, and the others count. */
static void
read_line(struct probe *p, struct published *g, const char *line, struct arena *a, struct hosts *out)
{
	struct hosts_rules rules = {.group = members, .ctx = g, .empty_ok = true};
	struct err e;

	if (hosts_parse(str_of(line), &rules, a, out, &e) != 0)
		snprintf(p->groups_notice, sizeof(p->groups_notice), "status/nodes: %s", e.text);
}

static void
read_groups(struct probe *p, struct arena *a, struct hosts **out, size_t *n_out)
{
	const struct conf_status *s = &p->room.conf->status;
	struct published g = {.inv = *p->room.inv};
	struct err e;

	p->groups_notice[0] = '\0';
	*n_out = 0;
	*out = arena_array(a, s->n_nodes + 1, sizeof(**out));
	if (s->n_nodes > 0 && status_groups(p->room.status, a, &g.row, &g.n, &e) != 0)
		snprintf(p->groups_notice, sizeof(p->groups_notice), "groups of nodes: %s", e.text);
	for (size_t i = 0; i < s->n_nodes; i++)
		read_line(p, &g, s->nodes[i], a, &(*out)[(*n_out)++]);
}

/* ---- the list ----------------------------------------------------------------------------------- */

void
sweep_list_drop(struct probe *p, struct sweep_list *l)
{
	if (l == NULL || --l->refs > 0)
		return;
	for (size_t i = 0; i < l->n; i++)
		sweep_node_drop(p, l->node[i]);
	arena_destroy(l->a);
	free(l);
}

static struct sweep_list *
list_create(size_t max)
{
	struct sweep_list *l = calloc(1, sizeof(*l));

	if (l == NULL)
		log_die("out of memory: no list of nodes");
	l->refs = 1;
	l->a = arena_create();
	l->node = arena_array(l->a, max + 1, sizeof(struct sweep_node *));
	return l;
}

static struct sweep_list *
list_make(struct probe *p, struct arena *a, struct err *e)
{
	struct inv_watched *watched;
	struct inv_cord *cords;
	struct hosts *lines;
	struct sweep_list *l;
	size_t n, n_cords, n_lines, max;

	if (inv_watch(*p->room.inv, a, &watched, &n, e) != 0 || inv_all_cords(*p->room.inv, a, &cords, &n_cords, e) != 0)
		return NULL;
	read_groups(p, a, &lines, &n_lines);
	max = n + p->names.n;
	for (size_t i = 0; i < n_lines; i++)
		max += lines[i].n;
	l = list_create(max);
	p->turn++;
	for (size_t i = 0; i < n; i++)
		put_watched(p, l, &watched[i]);
	for (size_t i = 0; i < p->names.n; i++)
		put_name(p, l, p->names.name[i]);
	for (size_t i = 0; i < n_lines; i++)
		for (size_t k = 0; k < lines[i].n; k++)
			put_name(p, l, lines[i].name[k]);
	put_cords(p, l, cords, n_cords);
	return l;
}

struct sweep_list *
sweep_list(struct probe *p, struct err *e)
{
	struct inv *inv = *p->room.inv;
	struct sweep_list *l;
	struct arena *a;
	int64_t generation, began;

	if (inv == NULL) {
		err_set(e, ERR_UNAVAILABLE, "there is no inventory yet");
		return NULL;
	}
	generation = inv_generation(inv);
	if (p->list != NULL && inv == p->inv_seen && generation == p->inv_generation && !p->list_old &&
	    p->groups_generation == probe_groups_generation(p->groups))
		return p->list;
	began = times_boot();
	a = arena_create();
	l = list_make(p, a, e);
	arena_destroy(a);
	p->list_took = times_boot() - began;
	if (l == NULL)
		return NULL;
	p->inv_seen = inv;
	p->inv_generation = generation;
	p->groups_generation = probe_groups_generation(p->groups);
	p->list_old = false;
	sweep_list_drop(p, p->list);
	p->list = l;
	return l;
}

void
sweep_names(struct probe *p, const struct hosts *names)
{
	bool same = names->n == p->names.n;
	struct arena *a;

	for (size_t i = 0; i < names->n && same; i++)
		same = strcmp(names->name[i], p->names.name[i]) == 0;
	if (same)
		return;
	a = arena_create();
	p->names.n = 0;
	p->names.name = arena_array(a, names->n + 1, sizeof(char *));
	for (size_t i = 0; i < names->n; i++)
		p->names.name[p->names.n++] = arena_strdup(a, names->name[i]);
	arena_destroy(p->names_arena);
	p->names_arena = a;
	p->list_old = true;
	sweep_fresh(p);
}
