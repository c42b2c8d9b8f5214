/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rows.h"

#define VERSION 4

static const struct store_migration migrations[] = {
    {1,
        "CREATE TABLE pass("
        " id TEXT PRIMARY KEY CHECK(length(id)=16),"
        " kind INTEGER NOT NULL CHECK(kind IN (0,1,2)),"
        " hash BLOB NOT NULL UNIQUE CHECK(length(hash)=32),"
        " who TEXT NOT NULL, display TEXT NOT NULL, groups TEXT NOT NULL, scope TEXT NOT NULL,"
        " made_at INTEGER NOT NULL, ends_at INTEGER NOT NULL,"
        " made_boot INTEGER NOT NULL, ends_boot INTEGER NOT NULL, boot_id TEXT NOT NULL,"
        " groups_at INTEGER NOT NULL, ended_at INTEGER NOT NULL DEFAULT 0, ended_why TEXT,"
        " title TEXT NOT NULL, address TEXT NOT NULL, agent TEXT NOT NULL) STRICT;"
        "CREATE INDEX pass_who ON pass(who, ended_at);"
        "CREATE INDEX pass_ended ON pass(ended_at);"},
    {2, "ALTER TABLE pass ADD COLUMN maker TEXT NOT NULL DEFAULT '';"},
    {3, "ALTER TABLE pass ADD COLUMN things TEXT NOT NULL DEFAULT '';"},
    {4,
        "CREATE TABLE proof("
        " id TEXT PRIMARY KEY CHECK(length(id)=16), hash BLOB NOT NULL UNIQUE CHECK(length(hash)=32),"
        " pass TEXT NOT NULL, who TEXT NOT NULL, purpose TEXT NOT NULL CHECK(purpose IN ('grant','approve')),"
        " about TEXT NOT NULL CHECK(length(about)=64), how TEXT NOT NULL,"
        " made_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, made_boot INTEGER NOT NULL, ends_boot INTEGER NOT NULL,"
        " boot_id TEXT NOT NULL) STRICT;"},
};

#define COLUMNS \
	"id,kind,hash,who,display,groups,scope,made_at,ends_at,made_boot,ends_boot,boot_id,groups_at,ended_at," \
	"ended_why,title,address,agent,maker,things"

int
auth_rows_open_sessions(const char *path, struct store **out, struct err *e)
{
	return store_open(path, migrations, LARCH_COUNT(migrations), out, e);
}

int
auth_rows_open_sessions_reader(const char *path, struct store **out, struct err *e)
{
	return store_open_reader(path, VERSION, out, e);
}

/* ---- lists of words in one column: a JSON array --------------------------------------- */

static void
words_put(const char *const *list, size_t n, struct buf *out)
{
	json_t *v = json_array();

	for (size_t i = 0; i < n; i++)
		jsn_add(v, json_string(list[i]));
	jsn_canonical(v, out);
	json_decref(v);
}

static const char **
words_get(const char *text, struct arena *a, size_t *n)
{
	json_t *v = jsn_parse(str_of(text), "sessions.db", NULL), *word;
	const char **out = arena_array(a, json_array_size(v) + 1, sizeof(*out));
	size_t i;

	*n = 0;
	json_array_foreach(v, i, word)
		if (json_is_string(word))
			out[(*n)++] = arena_strdup(a, json_string_value(word));
	json_decref(v);
	return out;
}

#define WORDS (256u << 10) /* bytes of one such column: 512 groups of 128 characters, escaped */

/* ---- passes ------------------------------------------------------------------------------ */

int
auth_pass_add(struct store *s, const struct auth_pass *p, struct err *e)
{
	struct buf groups = BUF(WORDS), scope = BUF(WORDS);
	int rc;

	words_put(p->groups, p->n_groups, &groups);
	words_put(p->scope, p->n_scope, &scope);
	if (groups.over || scope.over)
		rc = err_set(e, ERR_LIMIT, "%s is in too many groups", p->who);
	else
		rc = store_run(s, e,
		    "INSERT INTO pass(" COLUMNS ") VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,0,NULL,?,?,?,?,?)",
		    "sibssttiiiisisssss", p->id, (int64_t)p->kind, p->hash, (size_t)AUTH_HASH, p->who, p->display,
		    buf_view(&groups), buf_view(&scope), p->span.made_at, p->span.ends_at, p->span.made_boot,
		    p->span.ends_boot, p->span.boot_id, p->groups_at, p->title, p->address, p->agent,
		    p->maker == NULL ? "" : p->maker, p->things == NULL ? "" : p->things);
	buf_free(&groups);
	buf_free(&scope);
	return rc;
}

static void
read_row(struct store_query *q, struct arena *a, struct auth_pass *p)
{
	struct str hash = store_blob(q, 2);

	*p = (struct auth_pass){.id = arena_strdup(a, store_text(q, 0)),
	    .kind = (enum auth_pass_kind)store_int(q, 1)};
	if (hash.n == AUTH_HASH)
		memcpy(p->hash, hash.p, AUTH_HASH);
	p->who = arena_strdup(a, store_text(q, 3));
	p->display = arena_strdup(a, store_text(q, 4));
	p->groups = words_get(store_text(q, 5), a, &p->n_groups);
	p->scope = words_get(store_text(q, 6), a, &p->n_scope);
	p->span = (struct auth_span){store_int(q, 7), store_int(q, 8), store_int(q, 9), store_int(q, 10),
	    arena_strdup(a, store_text(q, 11))};
	p->groups_at = store_int(q, 12);
	p->ended_at = store_int(q, 13);
	p->ended_why = arena_strdup(a, store_text(q, 14));
	p->title = arena_strdup(a, store_text(q, 15));
	p->address = arena_strdup(a, store_text(q, 16));
	p->agent = arena_strdup(a, store_text(q, 17));
	p->maker = arena_strdup(a, store_text(q, 18));
	p->things = store_text(q, 19)[0] == '\0' ? NULL : arena_strdup(a, store_text(q, 19));
}

static int
read_one(struct store_query *q, struct arena *a, struct auth_pass *out, struct err *e)
{
	int rc = store_next(q, e);

	if (rc == 1)
		read_row(q, a, out);
	store_done(q);
	return rc;
}

int
auth_pass_by_hash(struct store *s, const unsigned char hash[AUTH_HASH], struct arena *a,
    struct auth_pass *out, struct err *e)
{
	return read_one(store_ask(s, e, "SELECT " COLUMNS " FROM pass WHERE hash=?", "b", hash,
	                    (size_t)AUTH_HASH),
	    a, out, e);
}

int
auth_pass_by_id(struct store *s, const char *id, struct arena *a, struct auth_pass *out, struct err *e)
{
	return read_one(store_ask(s, e, "SELECT " COLUMNS " FROM pass WHERE id=?", "s", id), a, out, e);
}

/* All rows of a query, in an array that doubles. */
static int
read_all(struct store_query *q, struct arena *a, struct auth_passes *out, struct err *e)
{
	size_t cap = 0;
	int rc;

	*out = (struct auth_passes){NULL, 0};
	while ((rc = store_next(q, e)) == 1) {
		if (out->n == cap) {
			struct auth_pass *more = arena_array(a, cap = cap == 0 ? 16 : cap * 2, sizeof(*more));

			if (out->n > 0)
				memcpy(more, out->row, out->n * sizeof(*more));
			out->row = more;
		}
		read_row(q, a, &out->row[out->n++]);
	}
	store_done(q);
	return rc;
}

int
auth_pass_list(struct store *s, const char *who, bool keys, struct arena *a, struct auth_passes *out,
    struct err *e)
{
	return read_all(store_ask(s, e,
	                    "SELECT " COLUMNS " FROM pass WHERE who=? AND ended_at=0 AND (kind>0)=?"
	                    " ORDER BY made_at DESC, rowid DESC",
	                    "si", who, (int64_t)keys),
	    a, out, e);
}

int
auth_pass_list_live(struct store *s, struct arena *a, struct auth_passes *out, struct err *e)
{
	return read_all(
	    store_ask(s, e, "SELECT " COLUMNS " FROM pass WHERE ended_at=0 ORDER BY who, made_at", ""), a,
	    out, e);
}

int
auth_pass_list_made(struct store *s, const char *maker, struct arena *a, struct auth_passes *out, struct err *e)
{
	return read_all(
	    store_ask(s, e, "SELECT " COLUMNS " FROM pass WHERE maker=? AND ended_at=0", "s", maker), a, out, e);
}

int
auth_pass_end(struct store *s, const char *id, int64_t at, const char *why, struct err *e)
{
	return store_run(s, e, "UPDATE pass SET ended_at=?, ended_why=? WHERE id=? AND ended_at=0", "iss",
	    at < 1 ? INT64_C(1) : at, why, id);
}

int
auth_pass_groups(struct store *s, const char *who, const char *const *groups, size_t n,
    const char *display, int64_t at, struct err *e)
{
	struct buf text = BUF(WORDS);
	int rc;

	words_put(groups, n, &text);
	rc = text.over ? err_set(e, ERR_LIMIT, "%s is in too many groups", who)
	               : store_run(s, e,
	                     "UPDATE pass SET groups=?, display=?, groups_at=? WHERE who=? AND ended_at=0",
	                     "tsis", buf_view(&text), display, at, who);
	buf_free(&text);
	return rc;
}

int
auth_pass_forget(struct store *s, int64_t before, struct err *e)
{
	return store_run(s, e, "DELETE FROM pass WHERE ended_at>0 AND ended_at<?", "i", before);
}
