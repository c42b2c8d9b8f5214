/* SPDX-License-Identifier: Apache-2.0 */
/* What larchd watches: names, addresses and BMCs, without the rest of the inventory. */
#include <stdlib.h>
#include <string.h>

#include "inv_private.h"

static const char *
text_or_null(struct store_query *q, int column, struct arena *a)
{
	return store_null(q, column) ? NULL : arena_strdup(a, store_text(q, column));
}

/* Of several values the first, as inv_attr() has it. */
#define ATTR(thing, key)                                                                              \
	"(SELECT a.value FROM attr a WHERE a.thing=" thing ".id AND a.key='" key "' AND a.kind<>'relation'" \
	" ORDER BY a.subkey,a.number,a.value,a.id LIMIT 1)"

static int
take_things(struct inv *i, struct arena *a, struct inv_watched **out, size_t *n, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT t.name,t.type," ATTR("t", "address") "," ATTR("t", "family") " FROM thing t WHERE t.type<>'bmc' ORDER BY t.name",
	    "");
	size_t cap = 0;
	int more;

	while ((more = store_next(q, e)) == 1) {
		struct inv_watched *w;

		if (store_null(q, 2) && !inv_is_machine(i, store_text(q, 1)) && strcmp(store_text(q, 1), "pdu") != 0)
			continue;
		*out = inv_grow(a, *out, *n, &cap, sizeof(**out));
		w = &(*out)[(*n)++];
		*w = (struct inv_watched){
		    .name = arena_strdup(a, store_text(q, 0)),
		    .type = arena_strdup(a, store_text(q, 1)),
		    .address = text_or_null(q, 2, a),
		    .family = text_or_null(q, 3, a),
		};
	}
	store_done(q);
	return more;
}

static int
by_name(const void *key, const void *row)
{
	return strcmp(key, ((const struct inv_watched *)row)->name);
}

static int
take_bmcs(struct inv *i, struct arena *a, struct inv_watched *list, size_t n, struct err *e)
{
	struct store_query *q = store_ask(i->s, e,
	    "SELECT m.name,b.name," ATTR("b", "address") " FROM thing b JOIN port p ON p.thing=b.id JOIN link l ON l.port=p.id"
	    " JOIN port o ON o.id=l.peer JOIN thing m ON m.id=o.thing WHERE b.type='bmc' AND " INV_MANAGES " ORDER BY b.id",
	    "");
	int more;

	while ((more = store_next(q, e)) == 1) {
		struct inv_watched *w = n == 0 ? NULL : bsearch(store_text(q, 0), list, n, sizeof(*list), by_name);

		if (w == NULL || w->bmc != NULL)
			continue;
		w->bmc = arena_strdup(a, store_text(q, 1));
		w->bmc_address = text_or_null(q, 2, a);
	}
	store_done(q);
	return more;
}

int
inv_watch(struct inv *i, struct arena *a, struct inv_watched **out, size_t *n_out, struct err *e)
{
	*out = NULL;
	*n_out = 0;
	return take_things(i, a, out, n_out, e) != 0 ? -1 : take_bmcs(i, a, *out, *n_out, e);
}
