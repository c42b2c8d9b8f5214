/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "inv_private.h"

int
inv_edit_begin(struct inv *i, const struct inv_author *author, int64_t at, int64_t *edit_out, struct err *e)
{
	if (store_run(i->s, e, "INSERT INTO edit(at,who,why,request) VALUES(?,?,?,?)", "isss", at, author->who,
	        author->why == NULL ? "" : author->why, author->request_id == NULL ? "" : author->request_id) != 0)
		return -1;
	*edit_out = store_last_id(i->s);
	return 0;
}

int
inv_edit_add(struct inv *i, int64_t edit, const char *thing, const char *what, const char *before, const char *after,
    struct err *e)
{
	return store_run(i->s, e,
	    "INSERT INTO change(edit,seq,thing,name,what,before,after)"
	    " VALUES(?1,1+COALESCE((SELECT MAX(seq) FROM change WHERE edit=?1),0),"
	    "(SELECT id FROM thing WHERE name=?2),?2,?3,?4,?5)",
	    "issss", edit, thing, what, before, after);
}

static int
put_attrs(struct inv *i, int64_t id, const struct inv_thing *t, struct err *e)
{
	if (store_run(i->s, e, "DELETE FROM attr WHERE thing=?", "i", id) != 0)
		return -1;
	for (size_t k = 0; k < t->n_attrs; k++)
		if (store_run(i->s, e, "INSERT INTO attr(thing,key,subkey,number,value) VALUES(?,?,?,?,?)", "issis", id,
		        t->attrs[k].key, t->attrs[k].subkey == NULL ? "" : t->attrs[k].subkey, t->attrs[k].number,
		        t->attrs[k].value) != 0)
			return -1;
	return 0;
}

int
inv_put_thing(struct inv *i, const struct inv_thing *t, const struct inv_stamp *stamp, int64_t *id_out,
    struct err *e)
{
	struct store_query *q;
	int more;

	if (store_run(i->s, e,
	        "INSERT INTO thing(name,type,revision,changed,changed_by) VALUES(?1,?2,1,?3,?4)"
	        " ON CONFLICT(name) DO UPDATE SET type=?2,revision=revision+1,changed=?3,changed_by=?4",
	        "ssis", t->name, t->type, stamp->at, stamp->who) != 0)
		return -1;
	q = store_ask(i->s, e, "SELECT id FROM thing WHERE name=?", "s", t->name);
	more = store_next(q, e);
	if (more == 1)
		*id_out = store_int(q, 0);
	store_done(q);
	if (more != 1)
		return -1;
	return put_attrs(i, *id_out, t, e);
}

/* ---- ports and cables ------------------------------------------------------------ */

static int
find_port(struct inv *i, const char *thing, const char *port, struct arena *a, struct inv_port_row *out,
    struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT t.id,t.type,p.id,p.kind FROM thing t LEFT JOIN port p ON p.thing=t.id AND p.name=?"
	    " WHERE t.name=?",
	    "ss", port, thing);
	int more = store_next(q, e);

	if (more == 1) {
		out->thing = store_int(q, 0);
		out->id = store_null(q, 2) ? 0 : store_int(q, 2);
		out->kind = out->id == 0 ? arena_strdup(a, inv_kind_of(i, store_text(q, 1), port)) : arena_strdup(a, store_text(q, 3));
	}
	store_done(q);
	if (more == 0)
		return err_set(e, ERR_NOT_FOUND, "there is no thing named \"%s\" in the inventory", thing);
	return more == 1 ? 0 : -1;
}

int
inv_put_port(struct inv *i, const char *thing, const char *port, const char *kind, struct arena *a,
    struct inv_port_row *out, struct err *e)
{
	*out = (struct inv_port_row){0};
	if (find_port(i, thing, port, a, out, e) != 0)
		return -1;
	if (out->id == 0) {
		out->added = true;
		out->kind = kind == NULL ? out->kind : kind;
		if (store_run(i->s, e, "INSERT INTO port(thing,name,kind) VALUES(?,?,?)", "iss", out->thing, port,
		        out->kind) != 0)
			return -1;
		out->id = store_last_id(i->s);
		return 0;
	}
	if (kind == NULL || strcmp(kind, out->kind) == 0)
		return 0;
	out->changed = true;
	out->kind = kind;
	return store_run(i->s, e, "UPDATE port SET kind=? WHERE id=?", "si", kind, out->id);
}

int
inv_peer(struct inv *i, int64_t port, int64_t *peer_out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT peer FROM link WHERE port=?", "i", port);
	int more = store_next(q, e);

	*peer_out = more == 1 ? store_int(q, 0) : 0;
	store_done(q);
	return more < 0 ? -1 : 0;
}

/* What a thing is connected to is part of it: its ETag must change. */
static int
touch(struct inv *i, int64_t port, const struct inv_stamp *stamp, struct err *e)
{
	return store_run(i->s, e,
	    "UPDATE thing SET revision=revision+1,changed=?,changed_by=?"
	    " WHERE id=(SELECT thing FROM port WHERE id=?)",
	    "isi", stamp->at, stamp->who, port);
}

static int
half(struct inv *i, int64_t port, int64_t peer, const struct inv_stamp *stamp, struct err *e)
{
	if (store_run(i->s, e, "INSERT INTO link(port,peer,since,author) VALUES(?,?,?,?)", "iiis", port, peer,
	        stamp->at, stamp->who) != 0)
		return -1;
	return touch(i, port, stamp, e);
}

int
inv_join(struct inv *i, int64_t a, int64_t b, const struct inv_stamp *stamp, struct err *e)
{
	return half(i, a, b, stamp, e) != 0 || half(i, b, a, stamp, e) != 0 ? -1 : 0;
}

int
inv_part(struct inv *i, int64_t port, const struct inv_stamp *stamp, struct err *e)
{
	int64_t peer;

	if (inv_peer(i, port, &peer, e) != 0)
		return -1;
	if (touch(i, port, stamp, e) != 0 || touch(i, peer, stamp, e) != 0)
		return -1;
	return store_run(i->s, e, "DELETE FROM link WHERE port=?1 OR peer=?1", "i", port);
}

int
inv_port_names(struct inv *i, int64_t port, struct arena *a, const char **thing_out, const char **port_out,
    struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT t.name,p.name FROM port p JOIN thing t ON t.id=p.thing WHERE p.id=?", "i", port);
	int more = store_next(q, e);

	if (more == 1) {
		*thing_out = arena_strdup(a, store_text(q, 0));
		*port_out = arena_strdup(a, store_text(q, 1));
	}
	store_done(q);
	return more == 1 ? 0 : -1;
}
