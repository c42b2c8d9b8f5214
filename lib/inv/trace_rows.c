/* SPDX-License-Identifier: Apache-2.0 */
/* Where cables lead: ways from port to port, what a thing is connected to, its console. */
#include <ctype.h>
#include <stdlib.h>

#include "read_private.h"

struct row { /* one cable of the walk, as ASK_TRACE gives it */
	int64_t start, prev, peer;
	struct inv_step step;
	const char *from_kind, *to_kind;
	const char *feed; /* of the thing at the far end; NULL: it says none */
};
struct walk {
	struct arena *a;
	struct row *row; /* by hop, then the natural order of the port they leave by */
	size_t n;
	struct inv_way *way;
	size_t n_ways, cap_ways;
	bool over;
};

const char *
inv_port_text(const char *name, const char *kind, struct arena *a)
{
	if (strcmp(kind, "outlet") == 0)
		return strncasecmp(name, "outlet", 6) == 0 ? arena_strdup(a, name) : arena_printf(a, "outlet %s", name);
	return isdigit((unsigned char)*name) ? arena_printf(a, "port %s", name) : arena_strdup(a, name);
}

const char *
inv_feed_text(const char *value, struct arena *a)
{
	return strncasecmp(value, "feed", 4) == 0 ? arena_strdup(a, value) : arena_printf(a, "feed %s", value);
}

static int
by_walk(const void *x, const void *y)
{
	const struct row *a = x, *b = y;

	if (a->step.hop != b->step.hop)
		return a->step.hop - b->step.hop;
	return str_natural(a->step.from_port, b->step.from_port);
}

static void
take_row(struct walk *w, struct store_query *q, size_t *cap)
{
	struct row *r;

	w->row = read_grow(w->a, w->row, w->n, cap, sizeof(*w->row));
	r = &w->row[w->n++];
	*r = (struct row){
	    .start = store_int(q, 0),
	    .prev = store_int(q, 1),
	    .peer = store_int(q, 2),
	    .step =
	        {
	            .hop = (int)store_int(q, 3),
	            .since = store_int(q, 4),
	            .by = arena_strdup(w->a, store_text(q, 5)),
	            .from = arena_strdup(w->a, store_text(q, 6)),
	            .from_type = arena_strdup(w->a, store_text(q, 7)),
	            .from_port = arena_strdup(w->a, store_text(q, 8)),
	            .to = arena_strdup(w->a, store_text(q, 10)),
	            .to_type = arena_strdup(w->a, store_text(q, 11)),
	            .to_port = arena_strdup(w->a, store_text(q, 12)),
	        },
	    .from_kind = arena_strdup(w->a, store_text(q, 9)),
	    .to_kind = arena_strdup(w->a, store_text(q, 13)),
	    .feed = store_null(q, 14) ? NULL : arena_strdup(w->a, store_text(q, 14)),
	};
}

/* "n0042 psu1 → pdu-b07-a outlet 7 → feed A" */
static const char *
way_text(struct arena *a, const struct row *const *row, size_t n)
{
	struct buf b = BUF(LIMIT_JSON_BODY);
	const struct row *last = row[n - 1];
	const char *out;
	bool power = strcmp(last->to_kind, "outlet") == 0;

	buf_printf(&b, "%s %s", row[0]->step.from, inv_port_text(row[0]->step.from_port, row[0]->from_kind, a));
	for (size_t k = 0; k < n; k++) {
		const struct inv_step *s = &row[k]->step;

		buf_puts(&b, " \xe2\x86\x92 ");
		if (k + 1 == n && power && last->feed != NULL && strcmp(s->to_type, "feed") == 0)
			buf_puts(&b, inv_feed_text(last->feed, a));
		else if (k + 1 == n && power && strcmp(s->to_type, "feed") == 0)
			buf_puts(&b, inv_feed_text(s->to, a));
		else
			buf_printf(&b, "%s %s", s->to, inv_port_text(s->to_port, row[k]->to_kind, a));
	}
	if (power && last->feed != NULL && strcmp(last->step.to_type, "feed") != 0)
		buf_printf(&b, " \xe2\x86\x92 %s", inv_feed_text(last->feed, a));
	out = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return out;
}

static void
add_way(struct walk *w, const struct row *const *row, size_t n)
{
	struct inv_step *steps = arena_array(w->a, n, sizeof(*steps));

	if (w->n_ways == LIMIT_INV_WAYS) {
		w->over = true;
		return;
	}
	for (size_t k = 0; k < n; k++)
		steps[k] = row[k]->step;
	w->way = read_grow(w->a, w->way, w->n_ways, &w->cap_ways, sizeof(*w->way));
	w->way[w->n_ways++] = (struct inv_way){steps, n, way_text(w->a, row, n)};
}

/* The first row that goes on where r ends; w->n when there is none. */
static size_t
first_after(const struct walk *w, size_t from, const struct row *r)
{
	for (size_t k = from; k < w->n; k++)
		if (w->row[k].start == r->start && w->row[k].step.hop == r->step.hop + 1 && w->row[k].prev == r->peer)
			return k;
	return w->n;
}

/* All ways that begin with row `first`: depth first, the rows of a way on a stack. */
static void
ways_from(struct walk *w, size_t first)
{
	const struct row *way[INV_HOPS + 1];
	size_t next[INV_HOPS + 1];
	size_t depth = 1;

	way[0] = &w->row[first];
	next[0] = first + 1;
	if (first_after(w, next[0], way[0]) == w->n)
		add_way(w, way, 1);
	while (depth > 0 && !w->over) {
		size_t k = depth > INV_HOPS ? w->n : first_after(w, next[depth - 1], way[depth - 1]);

		if (k == w->n) {
			depth--;
			continue;
		}
		next[depth - 1] = k + 1;
		way[depth] = &w->row[k];
		next[depth] = k + 1;
		depth++;
		if (depth > INV_HOPS || first_after(w, k + 1, way[depth - 1]) == w->n)
			add_way(w, way, depth);
	}
}

/* Nothing is plugged in; is there such a thing, and such a port? */
static int
check_port(struct inv *i, const char *thing, const char *port, struct arena *a, struct err *e)
{
	struct inv_named t;
	struct inv_port *p;
	size_t n;

	if (inv_named_get(i, thing, a, &t, e) != 0)
		return -1;
	if (port == NULL)
		return 0;
	if (inv_ports(i, thing, a, &p, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < n; k++)
		if (strcmp(p[k].name, port) == 0)
			return 0;
	return err_set(e, ERR_NOT_FOUND, "%s has no port named \"%s\"", thing, port);
}

int
inv_trace(struct inv *i, const char *thing, const char *port, struct arena *a, struct inv_way **out, size_t *n_out,
    struct err *e)
{
	struct store_query *q = store_ask(i->s, e, INV_SQL(ASK_TRACE), "ssii", thing, port, (int64_t)LIMIT_INV_STEPS + 1,
	    (int64_t)INV_HOPS);
	struct walk w = {.a = a};
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1)
		take_row(&w, q, &cap);
	store_done(q);
	if (more != 0)
		return -1;
	if (w.n == 0)
		return check_port(i, thing, port, a, e);
	qsort(w.row, w.n, sizeof(*w.row), by_walk);
	for (size_t k = 0; k < w.n && !w.over; k++)
		if (w.row[k].step.hop == 1)
			ways_from(&w, k);
	if (w.n > LIMIT_INV_STEPS || w.over)
		return err_set(e, ERR_LIMIT, "%s%s%s leads further than %d cables or %d ways; trace one of its ports, or ask what it feeds",
		    thing, port == NULL ? "" : " ", port == NULL ? "" : port, LIMIT_INV_STEPS, LIMIT_INV_WAYS);
	*out = w.way;
	*n_out = w.n_ways;
	return 0;
}

/* ---- locate ------------------------------------------------------------------------------------ */

/* In a sentence of locate every port but an outlet is a port. */
static const char *
port_there(const char *name, const char *kind, struct arena *a)
{
	if (strcmp(kind, "outlet") == 0 || strncasecmp(name, "port", 4) == 0)
		return inv_port_text(name, kind, a);
	return arena_printf(a, "port %s", name);
}

static int
by_port(const void *x, const void *y)
{
	return str_natural(((const struct inv_location *)x)->port, ((const struct inv_location *)y)->port);
}

static struct inv_location
stands(const struct inv_place *p, struct arena *a)
{
	struct inv_location l = {.port = "", .to = p->container, .to_type = p->container_type, .to_port = ""};

	if (p->unit > 0) {
		l.to_port = p->height > 1 ? arena_printf(a, "RU%lld-%lld", (long long)p->unit, (long long)(p->unit + p->height - 1))
		                          : arena_printf(a, "RU%lld", (long long)p->unit);
		l.text = arena_printf(a, "%s -> connected to %s in %s", p->thing, l.to_port, p->container);
	} else if (*p->side != '\0') {
		l.text = arena_printf(a, "%s -> at the %s side of %s", p->thing, p->side, p->container);
	} else {
		l.text = arena_printf(a, "%s -> inside %s", p->thing, p->container);
	}
	return l;
}

static int
locate(struct inv *i, const char *thing, struct arena *a, struct inv_location **out, size_t *n_out, struct err *e)
{
	struct inv_named t;
	struct inv_place *way;
	struct store_query *q;
	size_t cap = 0, n;
	int more;

	*out = NULL;
	*n_out = 0;
	if (inv_named_get(i, thing, a, &t, e) != 0 || inv_place(i, thing, a, &way, &n, e) != 0)
		return -1;
	q = store_ask(i->s, e, INV_SQL(ASK_PORTS), "i", t.id);
	while ((more = store_next(q, e)) == 1) {
		struct inv_location *l;

		if (store_null(q, 3))
			continue;
		*out = read_grow(a, *out, *n_out, &cap, sizeof(**out));
		l = &(*out)[(*n_out)++];
		*l = (struct inv_location){.port = arena_strdup(a, store_text(q, 0)), .to = arena_strdup(a, store_text(q, 3)),
		    .to_port = arena_strdup(a, store_text(q, 4)), .to_type = arena_strdup(a, store_text(q, 5))};
		l->text = arena_printf(a, "%s -> connected to %s on %s", t.name, port_there(l->to_port, store_text(q, 6), a), l->to);
	}
	store_done(q);
	if (more != 0)
		return -1;
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_port);
	if (n > 0) {
		*out = read_grow(a, *out, *n_out, &cap, sizeof(**out));
		(*out)[(*n_out)++] = stands(&way[0], a);
	}
	return 0;
}

int
inv_locate(struct inv *i, const char *thing, struct arena *a, struct inv_location **out, size_t *n_out, struct err *e)
{
	int rc;

	if (store_hold(i->s, e) != 0)
		return -1;
	rc = locate(i, thing, a, out, n_out, e);
	store_unhold(i->s);
	return rc;
}

/* ---- console ------------------------------------------------------------------------------------- */

/* The last number in a port's name, -1 when it has none: "4", "port4", "ttyS4". */
static int64_t
number_in(const char *name)
{
	size_t end = strlen(name), at;
	int64_t n;

	while (end > 0 && !isdigit((unsigned char)name[end - 1]))
		end--;
	for (at = end; at > 0 && isdigit((unsigned char)name[at - 1]); at--)
		;
	return str_int((struct str){name + at, end - at}, 0, 65535, &n) == 0 ? n : -1;
}

static int64_t
tcp_of(const struct inv_thing *t, const char *port)
{
	int64_t number = number_in(port), base = 0, tcp;

	for (size_t k = 0; k < t->n_attrs; k++) {
		const struct inv_attr *at = &t->attrs[k];

		if (strcmp(at->key, "console_port") != 0 || str_int(str_of(at->value), 1, 65535, &tcp) != 0)
			continue;
		if (at->subkey != NULL ? strcmp(at->subkey, port) == 0 : at->number >= 0 && at->number == number)
			return tcp;
		if (at->subkey == NULL && at->number < 0)
			base = tcp;
	}
	return base == 0 || number < 0 || base + number > 65535 ? 0 : base + number;
}

static int
describe(struct inv *i, struct inv_console *c, struct arena *a, struct err *e)
{
	struct inv_thing t;

	if (inv_get(i, c->thing, a, &t, e) != 0)
		return -1;
	c->address = inv_attr(&t, "address");
	if (c->address == NULL)
		c->address = inv_attr(&t, "host");
	if (c->address == NULL)
		c->address = "";
	if (!c->bmc)
		c->tcp = tcp_of(&t, c->port);
	return 0;
}

static int
console_ports(struct inv *i, const char *thing, struct arena *a, struct hosts *out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, INV_SQL(ASK_CONSOLES), "s", thing);
	size_t cap = 0;
	int more;

	*out = (struct hosts){0};
	while ((more = store_next(q, e)) == 1) {
		out->name = read_grow(a, out->name, out->n, &cap, sizeof(*out->name));
		out->name[out->n++] = arena_strdup(a, store_text(q, 0));
	}
	store_done(q);
	hosts_sort(out);
	return more;
}

/*
 * 1 found, 0 none of its console ports leads anywhere, -1. A console server is taken before anything else; what
 * hangs on the ports of one is not its own console.
 */
static int
serial_console(struct inv *i, const char *thing, const char *type, struct arena *a, struct inv_console *out, struct err *e)
{
	bool is_server = strcmp(type, "console-server") == 0;
	struct hosts ports;
	int found = 0;

	if (console_ports(i, thing, a, &ports, e) != 0)
		return -1;
	for (size_t k = 0; k < ports.n; k++) {
		struct inv_way *way;
		size_t n;

		if (inv_trace(i, thing, ports.name[k], a, &way, &n, e) != 0)
			return -1;
		for (size_t w = 0; w < n; w++) {
			const struct inv_step *last = &way[w].steps[way[w].n - 1];
			bool server = strcmp(last->to_type, "console-server") == 0;

			if ((found != 0 || is_server) && !server)
				continue;
			*out = (struct inv_console){.thing = last->to, .type = last->to_type, .port = last->to_port,
			    .own_port = ports.name[k]};
			if (server)
				return 1;
			found = 1;
		}
	}
	return found;
}

static int
bmc_console(struct inv *i, const char *thing, struct arena *a, struct inv_console *out, struct err *e)
{
	struct inv_connection *c;
	size_t n;

	if (inv_connections(i, thing, a, &c, &n, e) != 0)
		return -1;
	for (size_t k = 0; k < n; k++)
		if (strcmp(c[k].b_type, "bmc") == 0) {
			*out = (struct inv_console){.thing = c[k].b, .type = c[k].b_type, .port = c[k].b_port, .own_port = c[k].a_port,
			    .bmc = true};
			return 1;
		}
	return 0;
}

static int
console(struct inv *i, const char *thing, struct arena *a, struct inv_console *out, struct err *e)
{
	struct inv_named t;
	int found;

	*out = (struct inv_console){0};
	if (inv_named_get(i, thing, a, &t, e) != 0)
		return -1;
	found = serial_console(i, thing, t.type, a, out, e);
	if (found == 0)
		found = bmc_console(i, thing, a, out, e);
	if (found == 0)
		return err_set(e, ERR_NOT_FOUND,
		    "no console is recorded for \"%s\": no port of kind console is connected, and it has no BMC", thing);
	return found < 0 ? -1 : describe(i, out, a, e);
}

int
inv_console(struct inv *i, const char *thing, struct arena *a, struct inv_console *out, struct err *e)
{
	int rc;

	if (store_hold(i->s, e) != 0)
		return -1;
	rc = console(i, thing, a, out, e);
	store_unhold(i->s);
	return rc;
}
