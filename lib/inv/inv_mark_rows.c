/* SPDX-License-Identifier: Apache-2.0 */
#include "inv_edit.h"

int
inv_mark(struct inv *i, const char *name, int64_t *out, struct err *e)
{
	struct store_query *q = store_ask(i->s, e, "SELECT value FROM mark WHERE name=?", "s", name);
	int more = store_next(q, e);

	*out = more == 1 ? store_int(q, 0) : 0;
	store_done(q);
	return more < 0 ? -1 : 0;
}

int
inv_mark_write(struct inv *i, const char *name, int64_t value, struct err *e)
{
	return store_run(i->s, e, "INSERT OR REPLACE INTO mark(name,value) VALUES(?,?)", "si", name, value);
}

int
inv_mark_set(struct inv *i, const char *name, int64_t value, struct err *e)
{
	return i->writer ? inv_mark_write(i, name, value, e)
	                 : err_set(e, ERR_INTERNAL, "the inventory was opened to read only");
}
