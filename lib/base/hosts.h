/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Host lists in ClusterShell's grammar (nodeset(1)):
 *
 *	list    = operand *( op operand )     from left to right, no precedence
 *	op      = "," union / "!" difference / "&" intersection / "^" symmetric
 *	          difference / a line's end, which is a union
 *	operand = pattern / "@" pattern / "@" source ":" pattern / "@*"
 *	pattern = 1*( text / "[" item *( "," item ) "]" )
 *	item    = number / number "-" number [ "/" step ]
 *
 * A group's name may hold one "=" beside: @genders:rack=b07.
 *
 * A number keeps the width it was written with when it starts with 0:
 * n[08-10] is n08 n09 n10, and n[1,01] is two names. Every bracket multiplies:
 * r[1-2]u[01-02] is four names. Names come out in natural order, each once,
 * and never with a bracket in them. Blanks around operands are ignored; one
 * inside a name is an error, not a second name.
 *
 * This room opens no file and knows no option: "-w", "-x" and "^file" of the
 * command line are the command's own.
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

/*
 * Parse and expand. rules may be NULL. Names and the array are the arena's.
 * Errors: ERR_INPUT for what is not a list, with the column (from 1, in bytes;
 * and the line, of several) of what is wrong, and for a selection of nothing;
 * ERR_LIMIT over LIMIT_HOSTS names or when LIMIT_HOSTS_MADE had to be made on
 * the way; what rules->group says for its groups. *out is empty after an error.
 */
LARCH_API int hosts_parse(struct str text, const struct hosts_rules *rules, struct arena *a,
    struct hosts *out, struct err *e);

/* Sort and make unique a list of names made elsewhere. */
LARCH_API void hosts_sort(struct hosts *h);

/*
 * The folded text: {n1,n2,n3} gives "n[1-3]", in the arena; hosts_parse reads
 * it back to the same names. Several numbers in a name fold too, the last
 * first: r[1-2]u[01-02]. Names of one width of zeros fold together.
 * A name that would read as something else in a list (brackets, an operator,
 * a leading '@', control bytes) is left out: hosts_parse makes none.
 */
LARCH_API char *hosts_fold(const struct hosts *h, struct arena *a);

/* Is name in the (sorted) list? */
LARCH_API bool hosts_has(const struct hosts *h, const char *name);

#endif
