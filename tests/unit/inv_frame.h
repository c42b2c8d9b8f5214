/* SPDX-License-Identifier: Apache-2.0 */
/* What every test of the inventory starts from: a fresh one, the modules, a file taken over. */
#ifndef LARCH_TESTS_INV_FRAME_H
#define LARCH_TESTS_INV_FRAME_H

#include <stdio.h>
#include <string.h>

#include "inv/inv.h"
#include "t.h"

static struct err e;
static const struct inv_author ana = {.who = "ana", .why = "moving in", .request_id = "r1"};

/* A path that no test has used yet. */
static inline const char *
fresh_path(void)
{
	static char path[4096];
	static int files;

	snprintf(path, sizeof(path), "%s/inventory%d.db", t_folder(), files++);
	return path;
}

static inline struct inv *
fresh(void)
{
	struct inv *i = NULL;

	if (inv_open(fresh_path(), &i, &e) != 0)
		fprintf(stderr, "# %s\n", e.text);
	return i;
}

static inline struct yang *
modules(void)
{
	static struct yang *y;

	if (y == NULL && yang_create(t_path("etc/yang"), &y, &e) != 0)
		fprintf(stderr, "# %s\n", e.text);
	return y;
}

/* The inside of a room.json. */
static inline int
take(struct inv *i, const char *inside, struct inv_import_result *r)
{
	struct buf b = BUF(LIMIT_ROOM_FILE);
	struct inv_import_result lost;
	int rc;

	e = (struct err){0};
	buf_printf(&b, "{\"larch-room:room\":{%s}}", inside);
	rc = inv_import(i, modules(), buf_view(&b), &ana, false, r == NULL ? &lost : r, &e);
	if (rc != 0 && r == NULL)
		fprintf(stderr, "# %s\n", e.text);
	buf_free(&b);
	return rc;
}

/* Pieces of a room.json. */
#define S(name, type) "{\"name\":\"" name "\",\"type\":\"" type "\"}"
#define WITH(name, type, more) "{\"name\":\"" name "\",\"type\":\"" type "\"," more "}"
#define FACTS(...) "\"attribute\":[" __VA_ARGS__ "]"
#define A(key, value) "{\"key\":\"" key "\",\"value\":\"" value "\"}"
#define IN(container) "\"place\":{\"container\":\"" container "\"}"
#define UNIT(container, unit) "\"place\":{\"container\":\"" container "\",\"unit\":" #unit "}"
#define SIDE(container, side) "\"place\":{\"container\":\"" container "\",\"side\":\"" side "\"}"
#define C(a, ap, b, bp) "{\"a\":\"" a "\",\"a-port\":\"" ap "\",\"b\":\"" b "\",\"b-port\":\"" bp "\"}"

#endif
