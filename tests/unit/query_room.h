/* SPDX-License-Identifier: Apache-2.0 */
/* The room of tests/data/query/room.sql, that the tests of the query language ask. */
#ifndef LARCH_TESTS_QUERY_ROOM_H
#define LARCH_TESTS_QUERY_ROOM_H

#include <stdlib.h>

#include "inv/query_private.h"
#include "t.h"

static struct err e;
static int files; /* made so far: the last one is query<files - 1>.db */

static inline struct inv *
room(void)
{
	struct buf sql;
	struct inv *i = NULL;
	char path[4096];

	snprintf(path, sizeof(path), "%s/query%d.db", t_folder(), files++);
	if (inv_open(path, &i, &e) != 0 || file_read(t_path("tests/data/query/room.sql"), LIMIT_CONFIG_FILE, &sql, &e) != 0 ||
	    store_run_script(i->s, &e, sql.p) != 0) {
		printf("Bail out! %s\n", e.text);
		exit(1);
	}
	buf_free(&sql);
	return i;
}

#endif
