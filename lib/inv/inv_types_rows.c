/* SPDX-License-Identifier: Apache-2.0 */
/* types.json: taking it over, and what it says of a type. */
#include <stdlib.h>
#include <string.h>

#include "inv_private.h"

#define LOOK_AGAIN 1000 /* ms */

/* ---- reading ----------------------------------------------------------------------------- */

void
inv_types_forget(struct inv_types *t)
{
	arena_destroy(t->a);
	*t = (struct inv_types){0};
}

static int
read_ports(struct inv *i, struct inv_types *t, struct inv_type_row *row, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT names,kind,plug FROM type_port WHERE type=? ORDER BY seq", "s",
	    row->def.name);
	struct inv_type_port *ports = NULL;
	size_t n = 0, cap = 0;
	int more;

	while ((more = store_next(q, e)) == 1) {
		ports = inv_grow(t->a, ports, n, &cap, sizeof(*ports));
		ports[n++] = (struct inv_type_port){arena_strdup(t->a, store_text(q, 0)),
		    arena_strdup(t->a, store_text(q, 1)), arena_strdup(t->a, store_text(q, 2))};
	}
	store_done(q);
	row->def.ports = ports;
	row->def.n_ports = n;
	row->ports = arena_array(t->a, n + 1, sizeof(*row->ports));
	for (size_t k = 0; more == 0 && k < n; k++)
		if (strcmp(ports[k].names, "*") != 0)
			more = hosts_parse(str_of(ports[k].names), NULL, t->a, &row->ports[k], e);
	return more;
}

static int
read_types(struct inv *i, struct inv_types *t, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT name,title,is_machine,is_place,COALESCE(units,0),COALESCE(face,'both'),COALESCE(json_extract(json,'$.tier'),''),"
	    "COALESCE(json_extract(json,'$.start_amps'),''),COALESCE(json_extract(json,'$.start_time'),'') FROM type ORDER BY name", "");
	size_t cap = 0;
	int more;

	t->a = arena_create();
	while ((more = store_next(q, e)) == 1) {
		t->row = inv_grow(t->a, t->row, t->n, &cap, sizeof(*t->row));
		t->row[t->n++] = (struct inv_type_row){.def = {
		    .name = arena_strdup(t->a, store_text(q, 0)),
		    .title = arena_strdup(t->a, store_text(q, 1)),
		    .is_machine = store_int(q, 2) != 0,
		    .is_place = store_int(q, 3) != 0,
		    .units = store_int(q, 4),
		    .face = arena_strdup(t->a, store_text(q, 5)),
		    .tier = arena_strdup(t->a, store_text(q, 6)),
		    .start_amps = arena_strdup(t->a, store_text(q, 7)),
		    .start_time = arena_strdup(t->a, store_text(q, 8)),
		}};
	}
	store_done(q);
	for (size_t k = 0; more == 0 && k < t->n; k++)
		more = read_ports(i, t, &t->row[k], e);
	return more;
}

/* A file that cannot be read now leaves what is known; without any, the words of inv_kind.c hold. */
static void
look(struct inv *i)
{
	struct inv_types fresh = {.looked = times_boot()};
	struct err e;

	if (i->types.a != NULL && fresh.looked < i->types.looked + LOOK_AGAIN)
		return;
	i->types.looked = fresh.looked;
	fresh.version = store_data_version(i->s);
	if (i->types.a != NULL && fresh.version == i->types.version)
		return;
	if (read_types(i, &fresh, &e) != 0) {
		arena_destroy(fresh.a);
		return;
	}
	inv_types_forget(&i->types);
	i->types = fresh;
}

static int
by_type_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct inv_type_row *)row)->def.name);
}

const struct inv_type_row *
inv_type_row(struct inv *i, const char *type)
{
	look(i);
	return i->types.n == 0 ? NULL
	                       : bsearch(type, i->types.row, i->types.n, sizeof(*i->types.row), by_type_name);
}

const struct inv_type_port *
inv_type_port(struct inv *i, const char *type, const char *port)
{
	const struct inv_type_row *row = inv_type_row(i, type);
	const struct inv_type_port *any = NULL;

	for (size_t k = 0; row != NULL && k < row->def.n_ports; k++) {
		if (hosts_has(&row->ports[k], port))
			return &row->def.ports[k];
		if (strcmp(row->def.ports[k].names, "*") == 0)
			any = &row->def.ports[k];
	}
	return any;
}

/* What is handed out is the caller's: the cache may be read anew. */
static void
copy_def(const struct inv_type_def *from, struct arena *a, struct inv_type_def *to)
{
	struct inv_type_port *ports = arena_array(a, from->n_ports + 1, sizeof(*ports));

	*to = *from;
	to->name = arena_strdup(a, from->name);
	to->title = arena_strdup(a, from->title);
	to->face = arena_strdup(a, from->face);
	for (size_t k = 0; k < from->n_ports; k++)
		ports[k] = (struct inv_type_port){arena_strdup(a, from->ports[k].names),
		    arena_strdup(a, from->ports[k].kind), arena_strdup(a, from->ports[k].plug)};
	to->ports = ports;
}

int
inv_type_get(struct inv *i, const char *type, struct arena *a, struct inv_type_def *out, struct err *e)
{
	const struct inv_type_row *row = inv_type_row(i, type);

	if (row == NULL)
		return err_set(e, ERR_NOT_FOUND, "there is no type \"%s\" in types.json", type);
	copy_def(&row->def, a, out);
	return 0;
}

int
inv_type_list(struct inv *i, struct arena *a, struct inv_type_def **out, size_t *n_out, struct err *e)
{
	(void)e;
	look(i);
	*out = arena_array(a, i->types.n + 1, sizeof(**out));
	*n_out = i->types.n;
	for (size_t k = 0; k < i->types.n; k++)
		copy_def(&i->types.row[k].def, a, &(*out)[k]);
	return 0;
}

/* 1 when the table names it at all. */
static int
plug_known(struct inv *i, const char *plug, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT 1 FROM plug_fits WHERE a=?", "s", plug);
	int more = store_next(q, e);

	store_done(q);
	return more;
}

static bool
same_family(const char *a, const char *b)
{
	size_t n = strcspn(a, "-");

	return n == strcspn(b, "-") && strncmp(a, b, n) == 0;
}

int
inv_plugs_fit(struct inv *i, const char *a, const char *b, struct err *e)
{
	struct store_query *q;
	int more, known_a, known_b;

	if (*a == '\0' || *b == '\0')
		return 1;
	q = store_ask(i->s, e, "SELECT 1 FROM plug_fits WHERE a=? AND b=?", "ss", a, b);
	more = store_next(q, e);
	store_done(q);
	if (more != 0)
		return more;
	known_a = plug_known(i, a, e);
	known_b = plug_known(i, b, e);
	if (known_a < 0 || known_b < 0)
		return -1;
	/* A plug of the site's own that types.json says nothing of: what it is called must do. */
	return (known_a == 0 || known_b == 0) && same_family(a, b);
}

/* ---- taking it over ------------------------------------------------------------------------ */

static int
put_ports(struct inv *i, const json_t *type, const char *name, struct arena *a, struct err *e)
{
	const json_t *list = json_object_get(type, "port");

	for (size_t k = 0; k < json_array_size(list); k++) {
		const json_t *row = json_array_get(list, k);
		const char *names = jsn_text_or(row, "names", "");
		struct hosts h = {0};

		if (strcmp(names, "*") != 0 && hosts_parse(str_of(names), NULL, a, &h, e) != 0)
			return err_prefix(e, "types.json: type \"%s\": the ports \"%s\"", name, names);
		if (h.n > LIMIT_PORTS)
			return err_set(e, ERR_LIMIT, "types.json: type \"%s\" has more than %d ports", name, LIMIT_PORTS);
		if (store_run(i->s, e, "INSERT INTO type_port(type,seq,names,kind,plug) VALUES(?,?,?,?,?)", "sisss", name,
		        (int64_t)k, names, jsn_text_or(row, "kind", ""), jsn_text_or(row, "plug", "")) != 0)
			return -1;
	}
	return 0;
}

static int
put_type(struct inv *i, const json_t *type, struct arena *a, struct err *e)
{
	const char *name = jsn_text_or(type, "name", "");
	struct buf text = BUF(LIMIT_CONFIG_FILE);
	int rc;

	jsn_canonical(type, &text);
	rc = store_run(i->s, e,
	    "INSERT INTO type(name,title,is_machine,is_place,units,face,json) VALUES(?,?,?,?,NULLIF(?,0),?,?)", "ssiiist", name,
	    jsn_text_or(type, "title", name), (int64_t)jsn_bool_or(type, "machine", false),
	    (int64_t)jsn_bool_or(type, "place", false), jsn_integer_or(type, "units", 0), jsn_text_or(type, "face", NULL),
	    buf_view(&text));
	buf_free(&text);
	return rc != 0 ? -1 : put_ports(i, type, name, a, e);
}

static int
put_fit(struct inv *i, const char *a, const char *b, struct err *e)
{
	return store_run(i->s, e, "INSERT OR IGNORE INTO plug_fits(a,b) VALUES(?,?)", "ss", a, b);
}

static int
put_all(struct inv *i, const json_t *all, struct arena *a, struct err *e)
{
	const json_t *types = json_object_get(all, "type"), *fits = json_object_get(all, "fit");

	if (store_run(i->s, e, "DELETE FROM type_port", "") != 0 || store_run(i->s, e, "DELETE FROM type", "") != 0 ||
	    store_run(i->s, e, "DELETE FROM plug_fits", "") != 0)
		return -1;
	for (size_t k = 0; k < json_array_size(types); k++)
		if (put_type(i, json_array_get(types, k), a, e) != 0)
			return -1;
	for (size_t k = 0; k < json_array_size(fits); k++) {
		const json_t *row = json_array_get(fits, k);
		const char *x = jsn_text_or(row, "a", ""), *y = jsn_text_or(row, "b", "");

		if (put_fit(i, x, y, e) != 0 || put_fit(i, y, x, e) != 0)
			return -1;
	}
	return 0;
}

int
inv_types_load(struct inv *i, struct yang *y, struct str text, struct err *e)
{
	struct arena *a = arena_create();
	json_t *all = NULL;
	int rc = -1;

	if (!i->writer) {
		err_set(e, ERR_INTERNAL, "the inventory was opened to read only");
		goto out;
	}
	if (yang_check(y, "larch-types", text, "types.json", &all, e) != 0 || store_begin(i->s, e) != 0)
		goto out;
	rc = put_all(i, all, a, e);
	if (rc != 0)
		store_rollback(i->s);
	else
		rc = store_commit(i->s, e);
	inv_types_forget(&i->types);
out:
	json_decref(all);
	arena_destroy(a);
	return rc;
}
