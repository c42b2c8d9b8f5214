/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON, on jansson: reading under ceilings (size, depth, no duplicate keys,
 * nothing after the end), and getters whose errors name the path.
 * A json_t returned by a function named *_load or *_parse is the caller's
 * (json_decref); one returned by a getter is borrowed.
 */
#ifndef LARCH_BASE_JSN_H
#define LARCH_BASE_JSN_H

#include <jansson.h>
#include <stdbool.h>

#include "api.h"
#include "err.h"
#include "text.h"

/* Parse one JSON value. `what` names the source in the error: a path, "the body". */
LARCH_API json_t *jsn_parse(struct str text, const char *what, struct err *e);

/* Read and parse a file of at most max bytes. */
LARCH_API json_t *jsn_load(const char *path, size_t max, struct err *e);

/*
 * Required members of an object: the value, or an error that says which
 * member of `what` is missing or of the wrong type. Texts are borrowed.
 */
LARCH_API int jsn_text(const json_t *o, const char *key, const char *what, const char **out,
    struct err *e);
LARCH_API int jsn_integer(const json_t *o, const char *key, int64_t min, int64_t max,
    const char *what, int64_t *out, struct err *e);

/* Optional members: the value or the default; a wrong type gives the default. */
LARCH_API const char *jsn_text_or(const json_t *o, const char *key, const char *fallback);
LARCH_API int64_t jsn_integer_or(const json_t *o, const char *key, int64_t fallback);
LARCH_API bool jsn_bool_or(const json_t *o, const char *key, bool fallback);

/* An array member, or an empty loop: json_array_size(NULL) is 0, so NULL is fine. */
LARCH_API const json_t *jsn_array(const json_t *o, const char *key);

/* Set a member, taking over the new value; abort on failure (out of memory). */
LARCH_API void jsn_set(json_t *o, const char *key, json_t *take);
LARCH_API void jsn_set_text(json_t *o, const char *key, const char *value); /* NULL: null; bad UTF-8 is cleaned */
LARCH_API void jsn_set_str(json_t *o, const char *key, struct str value);
LARCH_API void jsn_add(json_t *array, json_t *take);

/* Compact text with sorted keys: the canonical form that hashes are taken over. */
LARCH_API void jsn_canonical(const json_t *value, struct buf *out);
/* For people: indented by 2, key order kept, newline at the end. */
LARCH_API void jsn_pretty(const json_t *value, struct buf *out);

#endif
