/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yang: libyang behind a few calls. Every JSON file of Larch is instance data
 * of a module of ours; this room loads the modules and checks the files.
 * What libyang lets pass and we do not (facts: an empty document, text after
 * the closing brace, "@" metadata) is refused before it sees the text.
 */
#ifndef LARCH_YANG_YANG_H
#define LARCH_YANG_YANG_H

#include "base/base.h"

struct yang;

/* Load all MODULE@DATE.yang of a folder. An error names the file and the line. */
LARCH_API int yang_create(const char *folder, struct yang **out, struct err *e);
LARCH_API void yang_destroy(struct yang *y);

/*
 * Check text as instance data of `module` (RFC 7951): everything known, of its
 * type, nothing mandatory missing. `what` names the source. The error names
 * the source, the data path (or line) and the reason. On success *out (may be
 * NULL) is the JSON, with its top-level "module:container" member unwrapped.
 */
LARCH_API int yang_check(struct yang *y, const char *module, struct str text, const char *what,
    json_t **out, struct err *e);

/*
 * As yang_check; values the module gives by `default` are filled in, so that
 * a default is written in one place, the module. *out is never NULL after a
 * success. Numbers of 64 bits and decimal64 are texts (RFC 7951 section 6.1),
 * identities carry their module's name.
 */
LARCH_API int yang_check_filled(struct yang *y, const char *module, struct str text,
    const char *what, json_t **out, struct err *e);

/* yang_check for a file of at most max bytes. */
LARCH_API int yang_check_file(struct yang *y, const char *module, const char *path, size_t max,
    json_t **out, struct err *e);

#endif
