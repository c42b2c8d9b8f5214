/* SPDX-License-Identifier: Apache-2.0 */
/* When keys were last used, to the hour; each program keeps what it has seen (docs/decisions/021). */
#ifndef LARCH_AUTH_USED_H
#define LARCH_AUTH_USED_H

#include "auth.h"

struct auth_used_row {
	char id[AUTH_ID_TEXT];
	int64_t hour; /* since 1970 */
};
struct auth_used_list {
	struct auth_used_row *row;
	size_t n;
};

/* Threads share one. It never fails: a file that cannot be read begins empty, one that cannot be written is said once. */
struct auth_used;
LARCH_API struct auth_used *auth_used_open(const char *path);
LARCH_API void auth_used_close(struct auth_used *u);
/* The key was used; written at most once an hour for each key. */
LARCH_API void auth_used_note(struct auth_used *u, const char *id, int64_t now);

/* What several such files say together; those that cannot be read say nothing. */
LARCH_API void auth_used_read(const char *const *paths, size_t n, struct arena *a, struct auth_used_list *out);
/* The beginning of the hour, ms; 0: nobody has seen it used. */
LARCH_API int64_t auth_used_at(const struct auth_used_list *l, const char *id);

/* For the fuzzer: add what a text says; lines that are none are left out. `row` has room for LIMIT_KEYS_USED. */
void auth_used_parse(struct str text, struct auth_used_list *l);

#endif
