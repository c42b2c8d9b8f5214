/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host lists in ClusterShell's grammar (nodeset(1)): "n[1-3,7],gw", ranges
 * with padding and steps, several brackets, "," "!" "&" "^" from left to
 * right, "@group", "@source:group", "@*". Names come out in natural order,
 * each once, and never with a bracket in them.
 */
#ifndef LARCH_BASE_HOSTS_H
#define LARCH_BASE_HOSTS_H

#include <stdbool.h>
#include <stddef.h>

#include "api.h"
#include "arena.h"
#include "err.h"
#include "text.h"

struct hosts {
	char **name; /* n names, natural order, unique; all memory is the arena's */
	size_t n;
};

/*
 * Resolves "@group" ({NULL,0} source) or "@source:group" ("*" for all): returns a
 * host list text in the arena, or NULL with *e set (an unknown group is an error).
 */
typedef const char *hosts_group_fn(void *ctx, struct str source, struct str group,
    struct arena *a, struct err *e);

struct hosts_rules {
	hosts_group_fn *group; /* NULL: "@" is refused with a sentence */
	void *ctx;
	bool empty_ok;         /* else an empty result is ERR_INPUT: it never means "all" */
};

/* Parse and expand. rules may be NULL. More than LIMIT_HOSTS names: ERR_LIMIT. Errors name the column. */
LARCH_API int hosts_parse(struct str text, const struct hosts_rules *rules, struct arena *a,
    struct hosts *out, struct err *e);

/* Sort and make unique a list of names made elsewhere. */
LARCH_API void hosts_sort(struct hosts *h);

/* The folded text: {n1,n2,n3} gives "n[1-3]". In the arena. */
LARCH_API char *hosts_fold(const struct hosts *h, struct arena *a);

/* Is name in the (sorted) list? */
LARCH_API bool hosts_has(const struct hosts *h, const char *name);

#endif
