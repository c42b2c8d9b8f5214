/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "glass.h"
#include "store/store.h"

#define KEPT_MS (INT64_C(366) * 86400000)

struct glass {
	struct store *s;
};

static const struct store_migration migrations[] = {
    {GLASS_VERSION,
        "CREATE TABLE use("
        " id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL, who TEXT NOT NULL, address TEXT NOT NULL,"
        " what TEXT NOT NULL) STRICT;"},
};

static int
wrap(struct store *s, struct glass **out)
{
	struct glass *g = calloc(1, sizeof(*g));

	if (g == NULL)
		log_die("out of memory: no list of uses");
	g->s = s;
	*out = g;
	return 0;
}

int
glass_open(const char *path, struct glass **out, struct err *e)
{
	struct store *s;

	return store_open(path, migrations, LARCH_COUNT(migrations), &s, e) != 0 ? -1 : wrap(s, out);
}

int
glass_open_reader(const char *path, struct glass **out, struct err *e)
{
	struct store *s;

	return store_open_reader(path, GLASS_VERSION, &s, e) != 0 ? -1 : wrap(s, out);
}

void
glass_close(struct glass *g)
{
	if (g == NULL)
		return;
	store_close(g->s);
	free(g);
}

bool
glass_replaced(struct glass *g)
{
	return store_replaced(g->s);
}

int
glass_add(struct glass *g, const struct glass_use *use, struct err *e)
{
	int64_t now = times_now();

	if (store_begin(g->s, e) != 0)
		return -1;
	if (store_run(g->s, e, "INSERT INTO use(at,who,address,what) VALUES(?,?,?,?)", "isss", use->at == 0 ? now : use->at,
	        use->who, use->address, use->what) != 0 ||
	    store_run(g->s, e, "DELETE FROM use WHERE at<?", "i", now - KEPT_MS) != 0) {
		store_rollback(g->s);
		return -1;
	}
	return store_commit(g->s, e);
}

int
glass_uses(struct glass *g, const struct glass_ask *ask, struct arena *a, struct glass_use **out, size_t *n_out, struct err *e)
{
	struct store_query *q = store_ask(g->s, e,
	    ask->newest_first ? "SELECT id,at,who,address,what FROM use WHERE id>? AND at>=? ORDER BY id DESC LIMIT ?"
	                      : "SELECT id,at,who,address,what FROM use WHERE id>? AND at>=? ORDER BY id LIMIT ?",
	    "iii", ask->after, ask->since, (int64_t)ask->limit);
	int more;

	*out = arena_array(a, ask->limit + 1, sizeof(**out));
	*n_out = 0;
	while ((more = store_next(q, e)) == 1)
		(*out)[(*n_out)++] = (struct glass_use){.id = store_int(q, 0), .at = store_int(q, 1),
		    .who = arena_strdup(a, store_text(q, 2)), .address = arena_strdup(a, store_text(q, 3)),
		    .what = arena_strdup(a, store_text(q, 4))};
	store_done(q);
	return more;
}

int64_t
glass_last(struct glass *g)
{
	struct err e;
	struct store_query *q = store_ask(g->s, &e, "SELECT ifnull(max(id),0) FROM use", "");
	int64_t id = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return id;
}
