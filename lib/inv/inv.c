/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "inv_undo.h"

static struct inv *
inv_create(struct store *s, bool writer)
{
	struct inv *i = calloc(1, sizeof(*i));

	if (i == NULL)
		log_die("out of memory: no inventory");
	i->s = s;
	i->writer = writer;
	return i;
}

int
inv_open(const char *path, struct inv **out, struct err *e)
{
	struct store *s;

	if (store_open(path, inv_migrations, inv_migrations_count, &s, e) != 0)
		return -1;
	*out = inv_create(s, true);
	return 0;
}

int
inv_open_reader(const char *path, struct inv **out, struct err *e)
{
	struct store *s;

	if (store_open_reader(path, INV_VERSION, &s, e) != 0)
		return -1;
	*out = inv_create(s, false);
	return 0;
}

int
inv_open_at(const char *path, int64_t ms, struct inv **out, struct err *e)
{
	struct inv *i = NULL;
	struct store *s;
	char when[TIMES_TEXT], first_text[TIMES_TEXT];
	int64_t first;

	if (store_open_copy(path, INV_VERSION, &s, e) != 0)
		return -1;
	i = inv_create(s, false);
	if (inv_first_edit(i, &first, e) != 0)
		goto bad;
	if (first == 0 || ms < first) {
		err_set(e, ERR_NOT_FOUND, "at %s nothing was recorded yet%s%s", times_utc(ms, when),
		    first == 0 ? "" : "; the inventory begins at ", first == 0 ? "" : times_utc(first, first_text));
		goto bad;
	}
	if (inv_undo_to(i, ms, e) != 0)
		goto bad;
	*out = i;
	return 0;
bad:
	inv_close(i);
	return -1;
}

bool
inv_replaced(struct inv *i)
{
	return store_replaced(i->s);
}

void
inv_close(struct inv *i)
{
	if (i == NULL)
		return;
	inv_query_forget(i);
	inv_types_forget(&i->types);
	store_close(i->s);
	free(i);
}

const char *
inv_attr(const struct inv_thing *t, const char *key)
{
	for (size_t i = 0; i < t->n_attrs; i++)
		if (strcmp(t->attrs[i].key, key) == 0)
			return t->attrs[i].value;
	return NULL;
}
