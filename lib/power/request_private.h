/* SPDX-License-Identifier: Apache-2.0 */
/* power.db between the files that hold its SQL. */
#ifndef LARCH_POWER_REQUEST_PRIVATE_H
#define LARCH_POWER_REQUEST_PRIVATE_H

#include "request.h"

struct power_requests {
	struct store *s;
};

/* What stands in a column, when it is text of at most max bytes; else "" and `bad` says which. */
const char *power_text_of(struct store_query *q, int column, size_t max, const char *name, struct arena *a,
    const char **bad);

/* Tags (tag.h), and what became of each, a row a time. A tag that is lifted stays as it was. */
#define POWER_TAG_SCHEMA \
	"CREATE TABLE tag (id INTEGER PRIMARY KEY AUTOINCREMENT, who TEXT NOT NULL, thing TEXT NOT NULL," \
	" number INTEGER NOT NULL, outlet TEXT NOT NULL, type TEXT NOT NULL, reason TEXT NOT NULL, contact TEXT NOT NULL," \
	" made INTEGER NOT NULL, until INTEGER NOT NULL, asked_at INTEGER NOT NULL DEFAULT 0," \
	" asked_by TEXT NOT NULL DEFAULT '', lifted_at INTEGER NOT NULL DEFAULT 0, lifted_by TEXT NOT NULL DEFAULT '') STRICT;" \
	"CREATE INDEX tag_thing ON tag(thing) WHERE lifted_at=0;" \
	"CREATE INDEX tag_number ON tag(number) WHERE lifted_at=0;" \
	"CREATE INDEX tag_who ON tag(who) WHERE lifted_at=0;" \
	"CREATE TRIGGER tag_kept BEFORE DELETE ON tag BEGIN SELECT RAISE(ABORT,'a tag is lifted, never removed'); END;" \
	"CREATE TABLE tag_event (id INTEGER PRIMARY KEY AUTOINCREMENT, at INTEGER NOT NULL," \
	" tag INTEGER NOT NULL REFERENCES tag(id), who TEXT NOT NULL, address TEXT NOT NULL, what TEXT NOT NULL," \
	" text TEXT NOT NULL) STRICT;"

#endif
