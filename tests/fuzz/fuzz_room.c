/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a room.json: refused with a sentence and nothing changed, or taken, and then the same text again
 * changes nothing, no place and no pool is in a circle, and the export taken over by an empty inventory
 * is exported as the same bytes.
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "fuzz.h"
#include "inv/inv.h"
#include "modules.h"

static struct inv *inv;   /* grows from input to input */
static struct inv *other; /* emptied by each export that it takes over */
static char folder[] = "/tmp/larch-fuzz-XXXXXX";

static void
sweep_up(void)
{
	static const char *const names[] = {"room", "other"}, *const ends[] = {".db", ".db-wal", ".db-shm", ".db.lock"};
	char path[128];

	inv_close(inv);
	inv_close(other);
	yang_destroy(modules());
	for (size_t i = 0; i < LARCH_COUNT(names) * LARCH_COUNT(ends); i++) {
		snprintf(path, sizeof(path), "%s/%s%s", folder, names[i / LARCH_COUNT(ends)], ends[i % LARCH_COUNT(ends)]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static void
set_up(void)
{
	char path[4096];
	struct err e = {0};

	DEMAND(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/room.db", folder);
	if (inv_open(path, &inv, &e) != 0)
		log_die("%s", e.text);
	snprintf(path, sizeof(path), "%s/other.db", folder);
	if (inv_open(path, &other, &e) != 0)
		log_die("%s", e.text);
	(void)atexit(sweep_up);
}

static int
take(struct inv *i, struct str text, bool prune, struct inv_import_result *r, struct err *e)
{
	static const struct inv_author author = {.who = "fuzz"};
	struct inv_import_ask ask = {.text = text, .author = &author, .prune = prune, .lines = true};
	struct arena *a = arena_create();
	int rc = inv_import_file(i, modules(), &ask, a, r, e);

	r->lines = r->notes = NULL;
	arena_destroy(a);
	return rc;
}

static struct buf
written(struct inv *i)
{
	struct buf b = BUF(LIMIT_ROOM_FILE);
	struct err e = {0};

	if (inv_export(i, &b, &e) != 0)
		log_die("no export: %s", e.text);
	return b;
}

/* What was written is taken over by the other one, which then writes the same. */
static void
round_trip(void)
{
	struct buf first = written(inv), second;
	struct inv_import_result r;
	struct err e = {0};

	if (take(other, buf_view(&first), true, &r, &e) != 0)
		log_die("the export is no room: %s", e.text);
	second = written(other);
	DEMAND(first.n == second.n && memcmp(first.p, second.p, first.n) == 0);
	if (take(inv, buf_view(&first), true, &r, &e) != 0 || r.edit != 0)
		log_die("its own export changes it: %s", e.text);
	buf_free(&first);
	buf_free(&second);
}

/* Everything inside anything is reached from the top. */
static void
no_circles(void)
{
	struct arena *a = arena_create();
	struct inv_thing *t;
	struct inv_place *p;
	struct err e = {0};
	size_t n, m;

	DEMAND(inv_list(inv, NULL, a, &t, &n, &e) == 0);
	for (size_t k = 0; k < n; k++) {
		DEMAND(inv_place(inv, t[k].name, a, &p, &m, &e) == 0);
		DEMAND(m < INV_DEPTH);
	}
	arena_destroy(a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = {(const char *)data, n};
	struct inv_import_result r;
	struct err e = {0};
	int64_t before;

	if (n > 65536)
		return 0;
	if (inv == NULL)
		set_up();
	before = inv_generation(inv);
	if (take(inv, text, false, &r, &e) != 0) {
		if (e.text[0] == '\0' || e.kind == ERR_NONE || e.kind == ERR_INTERNAL || inv_generation(inv) != before)
			log_die("refused without a reason, or with a change: %s", e.text);
		return 0;
	}
	if (take(inv, text, false, &r, &e) != 0 || r.edit != 0)
		log_die("the same again is not the same: %s", e.text);
	no_circles();
	round_trip();
	return 0;
}
