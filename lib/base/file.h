/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files read whole under a ceiling, secrets from files nobody else may read,
 * and files published whole: a reader sees the old one or the new one.
 */
#ifndef LARCH_BASE_FILE_H
#define LARCH_BASE_FILE_H

#include "api.h"
#include "err.h"
#include "text.h"

/* Read a regular file into *out (NUL-ended, buf_free by the caller); larger than max is refused. */
LARCH_API int file_read(const char *path, size_t max, struct buf *out, struct err *e);

/*
 * Read one secret: the first line of a regular file that others may neither
 * read nor write (mode & 007 == 0), at most LIMIT_SECRET_FILE bytes, not empty.
 * *out is wiped by the caller (buf_wipe). The error names the path, never the text.
 */
LARCH_API int file_read_secret(const char *path, struct buf *out, struct err *e);
/* One that opens a door: nobody of its group may write it either, and it is root's or this program's own user's. */
LARCH_API int file_read_sealed(const char *path, struct buf *out, struct err *e);

/* Write data beside path, flush it to disk and rename it over path. */
LARCH_API int file_publish(const char *path, struct str data, unsigned mode, struct err *e);

/* n bytes from getrandom(2). Cannot fail after boot; if it does: abort. */
LARCH_API void file_random(void *out, size_t n);

#endif
