/* SPDX-License-Identifier: Apache-2.0 */
/* Ports, and the cables between them. inv_cable_add and inv_cable_del alone write `link`. */
#include <stdlib.h>
#include <string.h>

#include "inv_edit.h"

/* ---- reading ------------------------------------------------------------------------------ */

#define END_COLUMNS "p.id,p.name,p.kind,p.plug,COALESCE(l.peer,0)"

static void
take(struct store_query *q, const struct inv_ref *t, struct arena *a, struct inv_end *out)
{
	*out = (struct inv_end){
	    .thing = *t,
	    .port = store_int(q, 0),
	    .name = arena_strdup(a, store_text(q, 1)),
	    .kind = arena_strdup(a, store_text(q, 2)),
	    .plug = arena_strdup(a, store_text(q, 3)),
	    .peer = store_int(q, 4),
	};
}

int
inv_end_find(struct inv *i, const struct inv_ref *t, const char *port, struct arena *a, struct inv_end *out,
    struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT " END_COLUMNS " FROM port p LEFT JOIN link l ON l.port=p.id WHERE p.thing=? AND p.name=?", "is", t->id,
	    port);
	int more = store_next(q, e);

	*out = (struct inv_end){.thing = *t, .name = port};
	if (more == 1)
		take(q, t, a, out);
	store_done(q);
	return more;
}

int
inv_end_of(struct inv *i, int64_t port, struct arena *a, struct inv_end *out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT " END_COLUMNS ",t.id,t.revision,t.name,t.type FROM port p JOIN thing t ON t.id=p.thing"
	    " LEFT JOIN link l ON l.port=p.id WHERE p.id=?",
	    "i", port);
	int more = store_next(q, e);
	struct inv_ref t;

	if (more == 1) {
		t = (struct inv_ref){store_int(q, 5), store_int(q, 6), arena_strdup(a, store_text(q, 7)),
		    arena_strdup(a, store_text(q, 8))};
		take(q, &t, a, out);
	}
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_INTERNAL, "port number %lld is not in the inventory", (long long)port);
	return more == 1 ? 0 : -1;
}

static int
by_name(const void *x, const void *y)
{
	return str_natural(((const struct inv_end *)x)->name, ((const struct inv_end *)y)->name);
}

int
inv_ends(struct inv *i, const struct inv_ref *t, struct arena *a, struct inv_end **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT " END_COLUMNS " FROM port p LEFT JOIN link l ON l.port=p.id WHERE p.thing=?", "i", t->id);
	size_t cap = 0;
	int more;

	*out = NULL;
	*n_out = 0;
	while ((more = store_next(q, e)) == 1) {
		*out = inv_grow(a, *out, *n_out, &cap, sizeof(**out));
		take(q, t, a, &(*out)[(*n_out)++]);
	}
	store_done(q);
	if (*n_out > 1)
		qsort(*out, *n_out, sizeof(**out), by_name);
	return more;
}

/* ---- which kinds fit ------------------------------------------------------------------------- */

/* Kinds that mean something to us, and what each goes into. Another word of the site's goes where its plug fits. */
static const struct {
	const char *kind, *into[2], *is;
} kinds[] = {
    {"inlet", {"outlet"}, "takes power"},
    {"outlet", {"inlet"}, "gives power"},
    {"bmc", {"bmc", "nic"}, "manages a machine"},
    {"nic", {"nic", "bmc"}, "is a network port"},
    {"console", {"console"}, "is a console"},
};

static size_t
kind_row(const char *kind)
{
	size_t k = 0;

	while (k < LARCH_COUNT(kinds) && strcmp(kinds[k].kind, kind) != 0)
		k++;
	return k;
}

static bool
kinds_fit(size_t a, size_t b)
{
	if (a == LARCH_COUNT(kinds) || b == LARCH_COUNT(kinds))
		return true;
	for (size_t k = 0; k < LARCH_COUNT(kinds[a].into); k++)
		if (kinds[a].into[k] != NULL && strcmp(kinds[a].into[k], kinds[b].kind) == 0)
			return true;
	return false;
}

int
inv_fits(struct inv *i, const struct inv_end *a, const struct inv_end *b, struct err *e)
{
	size_t ka = kind_row(a->kind), kb = kind_row(b->kind);
	int fits;

	if (!kinds_fit(ka, kb)) {
		if (ka == kb)
			err_set(e, ERR_CONFLICT, "%s of \"%s\" and %s of \"%s\" are both an %s; a cord goes from an inlet to an outlet",
			    a->name, a->thing.name, b->name, b->thing.name, a->kind);
		else
			err_set(e, ERR_CONFLICT, "%s of \"%s\" (%s) %s, and %s of \"%s\" (%s) %s: they do not fit", a->name,
			    a->thing.name, a->kind, kinds[ka].is, b->name, b->thing.name, b->kind, kinds[kb].is);
		return 0;
	}
	fits = inv_plugs_fit(i, a->plug, b->plug, e);
	if (fits == 0)
		err_set(e, ERR_CONFLICT, "%s of \"%s\" is %s and %s of \"%s\" is %s: those do not go into each other", a->name,
		    a->thing.name, a->plug, b->name, b->thing.name, b->plug);
	return fits;
}

/* ---- ports ------------------------------------------------------------------------------------ */

static json_t *
port_json(const char *name, const char *kind, const char *plug)
{
	return json_pack("{s:s,s:s,s:s}", "name", name, "kind", kind, "plug", plug);
}

static int
check_words(const char *kind, const char *plug, struct err *e)
{
	if (kind != NULL && *kind != '\0' && inv_check_word("kind of a port", kind, e) != 0)
		return -1;
	return plug != NULL && *plug != '\0' ? inv_check_word("plug", plug, e) : 0;
}

int
inv_port_write(struct inv_edit *ed, const struct inv_ref *t, const struct inv_port_in *in, struct arena *a,
    struct inv_end *out, struct err *e)
{
	const struct inv_type_port *row = inv_type_port(ed->i, t->type, in->name);
	const char *plug = row == NULL ? "" : row->plug;

	if (inv_check_port_name(in->name, e) != 0 || check_words(in->kind, in->plug, e) != 0)
		return -1;
	*out = (struct inv_end){.thing = *t, .name = in->name};
	out->kind = arena_strdup(a, in->kind == NULL ? inv_kind_of(ed->i, t->type, in->name) : in->kind);
	/* What looks like one thing and does another is not as the type says: its plug is not known. */
	if (row != NULL && *row->kind != '\0' && strcmp(row->kind, out->kind) != 0)
		plug = "";
	out->plug = arena_strdup(a, in->plug == NULL ? plug : in->plug);
	if (store_run(ed->i->s, e, "INSERT INTO port(thing,name,kind,plug) VALUES(?,?,?,?)", "isss", t->id, in->name,
	        out->kind, out->plug) != 0) {
		if (e != NULL && e->kind == ERR_CONFLICT)
			err_set(e, ERR_CONFLICT, "\"%s\" has a port %s already", t->name, in->name);
		return -1;
	}
	out->port = store_last_id(ed->i->s);
	return 0;
}

int
inv_port_add(struct inv_edit *ed, const struct inv_ref *t, const struct inv_port_in *in, struct arena *a,
    struct inv_end *out, struct err *e)
{
	struct inv_note note = {.thing = t->id, .name = t->name, .what = "port"};

	if (inv_port_write(ed, t, in, a, out, e) != 0)
		return -1;
	note.after = port_json(out->name, out->kind, out->plug);
	return inv_note(ed, &note, e);
}

int
inv_port_set(struct inv_edit *ed, struct inv_end *p, const char *kind, const char *plug, struct arena *a,
    struct err *e)
{
	struct inv_note note = {.thing = p->thing.id, .name = p->thing.name, .what = "port"};
	struct inv_end to = *p, peer;
	int fits;

	to.kind = kind == NULL ? p->kind : kind;
	to.plug = plug == NULL ? p->plug : plug;
	if (strcmp(to.kind, p->kind) == 0 && strcmp(to.plug, p->plug) == 0)
		return 0;
	if (check_words(kind, plug, e) != 0)
		return -1;
	if (p->peer != 0) {
		if (inv_end_of(ed->i, p->peer, a, &peer, e) != 0 || (fits = inv_fits(ed->i, &to, &peer, e)) < 0)
			return -1;
		if (fits == 0)
			return err_prefix(e, "it is connected, and then");
	}
	note.before = port_json(p->name, p->kind, p->plug);
	note.after = port_json(to.name, to.kind, to.plug);
	*p = to;
	if (inv_note(ed, &note, e) != 0)
		return -1;
	return store_run(ed->i->s, e, "UPDATE port SET kind=?,plug=? WHERE id=?", "ssi", to.kind, to.plug, p->port);
}

/* A port that is in use: by what. */
static int
in_use(struct inv *i, const struct inv_end *p, struct arena *a, struct err *e)
{
	struct inv_end peer;

	if (inv_end_of(i, p->peer, a, &peer, e) != 0)
		return -1;
	return err_set(e, ERR_CONFLICT, "%s of \"%s\" is in use: it is connected with %s of \"%s\"", p->name, p->thing.name,
	    peer.name, peer.thing.name);
}

int
inv_port_del(struct inv_edit *ed, const struct inv_end *p, struct arena *a, struct err *e)
{
	struct inv_note note = {.thing = p->thing.id, .name = p->thing.name, .what = "port"};

	if (p->peer != 0)
		return in_use(ed->i, p, a, e);
	note.before = port_json(p->name, p->kind, p->plug);
	if (inv_note(ed, &note, e) != 0)
		return -1;
	return store_run(ed->i->s, e, "DELETE FROM port WHERE id=?", "i", p->port);
}

/* ---- cables ------------------------------------------------------------------------------------ */

static json_t *
cable_json(const struct inv_end *a, const struct inv_end *b, int64_t since, const char *by)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:I,s:s}", "a", a->thing.name, "a-port", a->name, "b", b->thing.name, "b-port",
	    b->name, "since", (json_int_t)since, "by", by);
}

/* Both ends' rows of `change`: `cable` is taken over. */
static int
note_both(struct inv_edit *ed, const struct inv_end *a, const struct inv_end *b, json_t *cable, bool gone,
    struct err *e)
{
	struct inv_note note = {.thing = a->thing.id, .name = a->thing.name, .what = "cable"};
	struct inv_note other = {.thing = b->thing.id, .name = b->thing.name, .what = "cable", .mirror = true};

	*(gone ? &note.before : &note.after) = cable;
	*(gone ? &other.before : &other.after) = json_incref(cable);
	if (inv_note(ed, &note, e) != 0) {
		json_decref(cable);
		return -1;
	}
	return inv_note(ed, &other, e);
}

int
inv_cable_add(struct inv_edit *ed, const struct inv_end *a, const struct inv_end *b, struct arena *mem, struct err *e)
{
	int fits;

	if (a->thing.id == b->thing.id)
		return err_set(e, ERR_INPUT, "a cable from \"%s\" to itself joins nothing", a->thing.name);
	if (a->peer != 0)
		return in_use(ed->i, a, mem, e);
	if (b->peer != 0)
		return in_use(ed->i, b, mem, e);
	fits = inv_fits(ed->i, a, b, e);
	if (fits != 1)
		return -1;
	if (note_both(ed, a, b, cable_json(a, b, ed->at, ed->author->who), false, e) != 0)
		return -1;
	return store_run(ed->i->s, e,
	    "INSERT INTO link(port,peer,since,author) VALUES(?1,?2,?3,?4),(?2,?1,?3,?4)", "iiis", a->port, b->port, ed->at,
	    ed->author->who);
}

int
inv_cable_del(struct inv_edit *ed, const struct inv_end *a, struct arena *mem, struct err *e)
{
	struct store_query *q = store_ask(ed->i->s, e, "SELECT since,author FROM link WHERE port=?", "i", a->port);
	int more = store_next(q, e);
	struct inv_end b;
	const char *by = NULL;
	int64_t since = 0;

	if (more == 1) {
		since = store_int(q, 0);
		by = arena_strdup(mem, store_text(q, 1));
	}
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_CONFLICT, "%s of \"%s\" is connected with nothing", a->name, a->thing.name);
	if (more < 0 || inv_end_of(ed->i, a->peer, mem, &b, e) != 0 ||
	    note_both(ed, a, &b, cable_json(a, &b, since, by), true, e) != 0)
		return -1;
	return store_run(ed->i->s, e, "DELETE FROM link WHERE port=?1 OR peer=?1", "i", a->port);
}
