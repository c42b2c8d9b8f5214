/* SPDX-License-Identifier: Apache-2.0 */
/* What every test of the inventory starts from: a fresh one, the modules, a file taken over. */
#ifndef LARCH_TESTS_INV_FRAME_H
#define LARCH_TESTS_INV_FRAME_H

#include <stdio.h>
#include <string.h>

#include "inv/inv.h"
#include "modules.h"

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

/* One that knows the types of etc/types.json. */
static inline struct inv *
fresh_typed(void)
{
	struct inv *i = fresh();
	struct buf types;

	if (file_read(t_path("etc/types.json"), LIMIT_CONFIG_FILE, &types, &e) != 0 ||
	    inv_types_load(i, modules(), buf_view(&types), &e) != 0)
		fprintf(stderr, "# %s\n", e.text);
	buf_free(&types);
	return i;
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

/* Three servers, two PDUs that feed two of them, a BMC. */
#define SMALL                                                                                                \
	"\"thing\":[{\"name\":\"n1\",\"type\":\"server\",\"attribute\":[{\"key\":\"owner\",\"value\":\"ana\"}," \
	"{\"key\":\"rack\",\"value\":\"b01\"}]},"                                                             \
	"{\"name\":\"n10\",\"type\":\"server\"},{\"name\":\"n9\",\"type\":\"server\"},"                       \
	"{\"name\":\"p-a\",\"type\":\"pdu\",\"attribute\":[{\"key\":\"pool\",\"value\":\"east\"}]},"          \
	"{\"name\":\"p-b\",\"type\":\"pdu\",\"attribute\":[{\"key\":\"pool\",\"value\":\"east\"}]},"          \
	"{\"name\":\"n1-bmc\",\"type\":\"bmc\",\"attribute\":[{\"key\":\"address\",\"value\":\"127.0.4.1\"}]}]," \
	"\"connection\":[{\"a\":\"n1\",\"a-port\":\"psu1\",\"b\":\"p-a\",\"b-port\":\"AA10\"},"                 \
	"{\"a\":\"p-b\",\"a-port\":\"AA2\",\"b\":\"n1\",\"b-port\":\"psu2\"},"                                  \
	"{\"a\":\"n9\",\"a-port\":\"psu1\",\"b\":\"p-a\",\"b-port\":\"AA2\"},"                                  \
	"{\"a\":\"n1\",\"a-port\":\"bmc\",\"b\":\"n1-bmc\",\"b-port\":\"host\"}]"

#endif
