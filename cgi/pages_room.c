/* SPDX-License-Identifier: Apache-2.0 */
/* The files, and the room that is made of them. */
#include <math.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "pages.h"

struct shared {
	pthread_mutex_t lock;       /* of the writer */
	struct inv *writer;
	struct yang *yang;
	pthread_mutex_t room_lock;  /* of what follows; held while a room is made, so that one thread makes it */
	struct pages_room *room;
	struct pages_states *states;
};

/* A file that was replaced while we hold it open must be opened again. */
struct file_id {
	dev_t dev;
	ino_t ino;
};

struct state {
	struct inv *inv;
	struct status *status;
	struct file_id inv_file, status_file;
	struct inv *past;           /* as of past_at, a copy of what past_generation of inv_file was; NULL: none */
	int64_t past_at, past_generation, past_used;
	struct file_id past_file;
};

/* A file that is not there is a room whose things have the ports that they are given; a bad one is no start. */
static int
take_types(const struct conf *conf, struct shared *s, struct err *e)
{
	struct buf text;
	int rc;

	if (access(conf->types, F_OK) != 0) {
		log_warn("%s is not there: new things have no ports but those that they are given", conf->types);
		return 0;
	}
	if (file_read(conf->types, LIMIT_CONFIG_FILE, &text, e) != 0)
		return -1;
	rc = inv_types_load(s->writer, s->yang, buf_view(&text), e);
	buf_free(&text);
	return rc;
}

#define PAST_KEPT_MS 60000 /* a copy that nobody asked for so long is let go at the thread's next question */

int
pages_open(const struct conf *conf, void **shared, struct err *e)
{
	struct shared *s = calloc(1, sizeof(*s));
	struct arena *a = arena_create();
	int rc = -1;

	if (s == NULL)
		log_die("out of memory: no shared state");
	pthread_mutex_init(&s->lock, NULL);
	pthread_mutex_init(&s->room_lock, NULL);
	if (yang_create(conf->yang, &s->yang, e) != 0 || inv_open(conf_db(conf, "inventory", a), &s->writer, e) != 0 ||
	    take_types(conf, s, e) != 0)
		goto out;
	if (pages_states_start(conf, s, &s->states, e) != 0)
		goto out;
	*shared = s;
	rc = 0;
out:
	arena_destroy(a);
	if (rc != 0)
		pages_close(s);
	return rc;
}

static void
room_destroy(struct pages_room *r)
{
	if (r == NULL)
		return;
	arena_destroy(r->arena);
	free(r);
}

void
pages_close(void *shared)
{
	struct shared *s = shared;

	if (s == NULL)
		return;
	pages_states_stop(s->states);
	room_destroy(s->room);
	inv_close(s->writer);
	yang_destroy(s->yang);
	pthread_mutex_destroy(&s->lock);
	pthread_mutex_destroy(&s->room_lock);
	free(s);
}

int
pages_thread_open(const struct conf *conf, void *shared, void **state, struct err *e)
{
	(void)conf;
	(void)shared;
	(void)e;
	*state = calloc(1, sizeof(struct state));
	if (*state == NULL)
		log_die("out of memory: no thread's state");
	return 0;
}

void
pages_thread_close(void *state)
{
	struct state *t = state;

	if (t == NULL)
		return;
	inv_close(t->inv);
	inv_close(t->past);
	status_close(t->status);
	free(t);
}

struct inv *
pages_shared_lock(void *shared, struct yang **yang_out)
{
	struct shared *s = shared;

	pthread_mutex_lock(&s->lock);
	*yang_out = s->yang;
	return s->writer;
}

void
pages_shared_unlock(void *shared)
{
	struct shared *s = shared;

	pthread_mutex_unlock(&s->lock);
}

struct inv *
pages_writer_lock(struct web_call *c, struct yang **yang_out)
{
	return pages_shared_lock(c->shared, yang_out);
}

void
pages_writer_unlock(struct web_call *c)
{
	pages_shared_unlock(c->shared);
}

/* Is the file at path still the one we have? */
static bool
same_file(const char *path, struct file_id *id)
{
	struct stat st = {0};
	bool same;

	if (stat(path, &st) != 0)
		return false;
	same = st.st_dev == id->dev && st.st_ino == id->ino;
	id->dev = st.st_dev;
	id->ino = st.st_ino;
	return same;
}

struct inv *
pages_inv(struct web_call *c, struct err *e)
{
	struct state *t = c->state;
	const char *path = conf_db(c->conf, "inventory", c->arena);

	if (same_file(path, &t->inv_file) && t->inv != NULL)
		return t->inv;
	inv_close(t->inv);
	t->inv = NULL;
	return inv_open_reader(path, &t->inv, e) == 0 ? t->inv : NULL;
}

static void
past_forget(struct state *t)
{
	inv_close(t->past);
	t->past = NULL;
}

/* Making the copy takes a while, and somebody who looks at the past looks at more than one page of it. */
struct inv *
pages_inv_at(struct web_call *c, struct err *e)
{
	struct state *t = c->state;
	struct inv *inv = pages_inv(c, e);
	int64_t at = web_int(c, "at", 0), generation;

	if (inv == NULL)
		return NULL;
	if (t->past != NULL && c->now - t->past_used > PAST_KEPT_MS)
		past_forget(t);
	if (!web_has(c, "at"))
		return inv;
	if (at > c->now) {
		err_set(e, ERR_INPUT, "'at' is a time to come; the inventory can be asked of as it is or as it was.");
		return NULL;
	}
	generation = inv_generation(inv);
	if (t->past != NULL && (t->past_at != at || t->past_generation != generation ||
	    memcmp(&t->past_file, &t->inv_file, sizeof(t->inv_file)) != 0))
		past_forget(t);
	if (t->past == NULL && inv_open_at(conf_db(c->conf, "inventory", c->arena), at, &t->past, e) != 0)
		return NULL;
	t->past_at = at;
	t->past_generation = generation;
	t->past_file = t->inv_file;
	t->past_used = c->now;
	return t->past;
}

struct status *
pages_status(struct web_call *c)
{
	struct state *t = c->state;
	const char *path = conf_db(c->conf, "status", c->arena);
	struct err e;

	if (same_file(path, &t->status_file) && t->status != NULL)
		return t->status;
	status_close(t->status);
	t->status = NULL;
	return status_open_reader(path, &t->status, &e) == 0 ? t->status : NULL;
}

void
pages_banners(struct web_call *c)
{
	const char *text = status_banner(pages_status(c), c->arena, c->now);

	if (text != NULL)
		web_banner(c, "critical", "%s", text);
}

/* ---- making the room ------------------------------------------------------------------ */

/* Whose page is not that of a machine. */
static const struct {
	const char *type, *path;
} pages_of[] = {
    {"pdu", "/pdus/"}, {"rack", "/racks/"}, {"pool", "/pools/"}, {"room", "/things/"}, {"row", "/things/"},
    {"cage", "/things/"}, {"zone", "/things/"}, {"datacenter", "/things/"}, {"service", "/things/"}, {"feed", "/things/"},
    {"strip", "/things/"}, {"patch-panel", "/things/"}, {"chassis", "/things/"}, {"ups", "/things/"},
};

const char *
pages_href(struct arena *a, const char *type, const char *name)
{
	struct buf b = BUF(LIMIT_URL);
	const char *href, *path = "/nodes/";

	for (size_t i = 0; i < LARCH_COUNT(pages_of); i++)
		if (strcmp(pages_of[i].type, type) == 0)
			path = pages_of[i].path;
	buf_puts(&b, path);
	buf_url(&b, str_of(name));
	href = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return href;
}

/* status.db sorts by bytes, as strcmp does. */
static const struct status_value *
find_value(const struct pages_room *r, const char *thing, const char *check)
{
	size_t lo = 0, hi = r->n_values;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int cmp = strcmp(r->values[mid].thing, thing);

		if (cmp == 0)
			cmp = strcmp(r->values[mid].check, check);
		if (cmp == 0)
			return &r->values[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

static const struct status_action *
find_action(const struct pages_room *r, const char *machine)
{
	size_t lo = 0, hi = r->n_actions;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int cmp = strcmp(r->actions[mid].machine, machine);

		if (cmp == 0)
			return &r->actions[mid];
		if (cmp < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return NULL;
}

/* The run of cords of one machine; cords are in natural order. */
static void
find_cords(const struct pages_room *r, struct pages_node *n)
{
	size_t lo = 0, hi = r->n_cords;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (str_natural(r->cords[mid].machine, n->thing->name) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	n->cords = r->cords + lo;
	while (lo + n->n_cords < r->n_cords && strcmp(n->cords[n->n_cords].machine, n->thing->name) == 0)
		n->n_cords++;
}

static const char *
cords_text(const struct pages_node *n, struct arena *a)
{
	char text[512];
	size_t at = 0;

	text[0] = '\0';
	for (size_t i = 0; i < n->n_cords && at < sizeof(text); i++)
		at += (size_t)snprintf(text + at, sizeof(text) - at, "%s%s/%s", i == 0 ? "" : " ", n->cords[i].pdu,
		    n->cords[i].outlet);
	return arena_strdup(a, text);
}

static const char *
action_text(const struct status_action *x, struct arena *a)
{
	if (x == NULL)
		return "";
	return arena_printf(a, "%s %s by %s", x->verb, x->outcome, x->who);
}

/* The container it stands in and its unit there; NULL: nobody says. unit may be NULL. */
static void
place_of(const struct pages_room *r, const struct inv_thing *t, const char **rack, const char **unit)
{
	const struct inv_place *p = pages_place_find(&r->places, t->name);

	*rack = p == NULL ? inv_attr(t, "rack") : p->container;
	if (unit != NULL)
		*unit = p == NULL ? inv_attr(t, "unit") : p->unit == 0 ? NULL : arena_printf(r->arena, "%lld", (long long)p->unit);
}

static void
fill_node(const struct pages_room *r, const struct inv_thing *t, const struct hosts *with_bmc, struct pages_node *n)
{
	const char *name = t->name;

	*n = (struct pages_node){
	    .thing = t,
	    .href = pages_href(r->arena, t->type, name),
	    .owner = inv_attr(t, "owner"),
	    .ping = find_value(r, name, "ping"),
	    .bmc = find_value(r, name, "bmc"),
	    .chassis = find_value(r, name, "chassis"),
	    .outlets = find_value(r, name, "outlets"),
	    .has_bmc = hosts_has(with_bmc, name),
	    .action = find_action(r, name),
	};
	place_of(r, t, &n->rack, &n->unit);
	n->rack_unit = n->rack == NULL ? ""
	    : n->unit == NULL         ? n->rack
	                              : arena_printf(r->arena, "%s U%s", n->rack, n->unit);
	find_cords(r, n);
	n->cords_text = cords_text(n, r->arena);
	n->action_text = action_text(n->action, r->arena);
	if (n->action != NULL)
		n->action_href = arena_printf(r->arena, "/jobs/%lld", (long long)n->action->job);
}

static void
fill_pdu(const struct pages_room *r, const struct inv_thing *t, struct pages_pdu *p)
{
	size_t lo = 0;

	*p = (struct pages_pdu){
	    .thing = t,
	    .href = pages_href(r->arena, t->type, t->name),
	    .family = inv_attr(t, "family"),
	    .feed = inv_attr(t, "feed"),
	    .value = find_value(r, t->name, "pdu"),
	    .amps = NAN,
	};
	place_of(r, t, &p->rack, NULL);
	while (lo < r->n_outlets && strcmp(r->outlets[lo].pdu, t->name) != 0)
		lo++;
	p->outlets = r->outlets + lo;
	for (; lo + p->n_outlets < r->n_outlets; p->n_outlets++) {
		const struct status_outlet *o = &p->outlets[p->n_outlets];

		if (strcmp(o->pdu, t->name) != 0)
			break;
		*(strcmp(o->state, "on") == 0 ? &p->on : strcmp(o->state, "off") == 0 ? &p->off : &p->unknown) += 1;
		if (!isnan(o->amps))
			p->amps = (isnan(p->amps) ? 0 : p->amps) + o->amps;
	}
}

static int
by_outlet(const void *x, const void *y)
{
	const struct inv_cord *a = x, *b = y;
	int c = str_natural(a->pdu, b->pdu);

	if (c == 0)
		c = str_natural(a->outlet, b->outlet);
	return c != 0 ? c : str_natural(a->machine, b->machine);
}

const struct inv_cord *
pages_cords_on(const struct pages_room *r, const char *pdu, const char *outlet, size_t *n_out)
{
	struct inv_cord key = {.pdu = pdu, .outlet = outlet, .machine = ""};
	size_t lo = 0, hi = r->n_cords;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (by_outlet(&r->by_outlet[mid], &key) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	for (*n_out = 0; lo + *n_out < r->n_cords; (*n_out)++)
		if (strcmp(r->by_outlet[lo + *n_out].pdu, pdu) != 0 || strcmp(r->by_outlet[lo + *n_out].outlet, outlet) != 0)
			break;
	return r->by_outlet + lo;
}

static int
read_status(struct pages_room *r, struct status *s, struct err *e)
{
	if (s == NULL)
		return 0; /* the banner says so; what is not known reads unknown */
	return status_values(s, NULL, r->arena, &r->values, &r->n_values, e) != 0 ||
	            status_outlets(s, NULL, r->arena, &r->outlets, &r->n_outlets, e) != 0 ||
	            status_last_actions(s, r->arena, &r->actions, &r->n_actions, e) != 0
	        ? -1
	        : 0;
}

static void
join(struct pages_room *r, struct inv *inv, const struct hosts *with_bmc)
{
	r->nodes = arena_array(r->arena, r->n_things + 1, sizeof(*r->nodes));
	r->pdus = arena_array(r->arena, r->n_things + 1, sizeof(*r->pdus));
	r->by_outlet = arena_array(r->arena, r->n_cords + 1, sizeof(*r->by_outlet));
	if (r->n_cords > 0) {
		memcpy(r->by_outlet, r->cords, r->n_cords * sizeof(*r->cords));
		qsort(r->by_outlet, r->n_cords, sizeof(*r->by_outlet), by_outlet);
	}
	for (size_t i = 0; i < r->n_things; i++)
		if (inv_is_machine(inv, r->things[i].type))
			fill_node(r, &r->things[i], with_bmc, &r->nodes[r->n_nodes++]);
		else if (strcmp(r->things[i].type, "pdu") == 0)
			fill_pdu(r, &r->things[i], &r->pdus[r->n_pdus++]);
}

static struct pages_room *
room_make(struct inv *inv, struct status *s, struct err *e)
{
	struct pages_room *r = calloc(1, sizeof(*r));
	struct hosts with_bmc;

	if (r == NULL)
		log_die("out of memory: no room");
	r->arena = arena_create();
	if (inv_list(inv, NULL, r->arena, &r->things, &r->n_things, e) != 0 ||
	    inv_all_cords(inv, r->arena, &r->cords, &r->n_cords, e) != 0 ||
	    pages_places(inv, NULL, r->arena, &r->places, e) != 0 || inv_with_bmc(inv, r->arena, &with_bmc, e) != 0 || read_status(r, s, e) != 0) {
		room_destroy(r);
		return NULL;
	}
	join(r, inv, &with_bmc);
	return r;
}

struct pages_room *
pages_room_get(struct web_call *c, struct err *e)
{
	struct shared *sh = c->shared;
	struct state *t = c->state;
	struct inv *inv = pages_inv(c, e);
	struct status *s = pages_status(c);
	struct pages_room *r;
	int64_t gi, gs;
	uint64_t files;

	if (inv == NULL)
		return NULL;
	gi = inv_generation(inv);
	gs = s == NULL ? -1 : status_generation(s);
	files = (uint64_t)t->inv_file.ino * 31 + (s == NULL ? 0 : (uint64_t)t->status_file.ino);
	pthread_mutex_lock(&sh->room_lock);
	r = sh->room;
	if (r == NULL || r->inv_generation != gi || r->status_generation != gs || r->files != files) {
		r = room_make(inv, s, e);
		if (r != NULL) {
			r->inv_generation = gi;
			r->status_generation = gs;
			r->files = files;
			if (sh->room != NULL && sh->room->holders == 0)
				room_destroy(sh->room);
			sh->room = r;
		}
	}
	if (r != NULL)
		r->holders++;
	pthread_mutex_unlock(&sh->room_lock);
	return r;
}

void
pages_room_put(struct web_call *c, struct pages_room *r)
{
	struct shared *sh = c->shared;

	if (r == NULL)
		return;
	pthread_mutex_lock(&sh->room_lock);
	if (--r->holders == 0 && r != sh->room)
		room_destroy(r);
	pthread_mutex_unlock(&sh->room_lock);
}

const struct pages_node *
pages_node_find(const struct pages_room *r, const char *name)
{
	for (size_t i = 0; i < r->n_nodes; i++)
		if (strcmp(r->nodes[i].thing->name, name) == 0)
			return &r->nodes[i];
	return NULL;
}

const struct pages_pdu *
pages_pdu_find(const struct pages_room *r, const char *name)
{
	for (size_t i = 0; i < r->n_pdus; i++)
		if (strcmp(r->pdus[i].thing->name, name) == 0)
			return &r->pdus[i];
	return NULL;
}
