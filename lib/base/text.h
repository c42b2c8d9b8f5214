/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Text: a pointer-and-length view to read, a buffer with a ceiling to build,
 * and numbers parsed whole, in range, or not at all.
 */
#ifndef LARCH_BASE_TEXT_H
#define LARCH_BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api.h"

/* A view of n bytes; not NUL-ended, not owned. {NULL, 0} is "absent". */
struct str {
	const char *p;
	size_t n;
};

#define STR(literal) ((struct str){(literal), sizeof(literal) - 1})
LARCH_API struct str str_of(const char *s); /* NULL gives {NULL, 0} */
LARCH_API bool str_eq(struct str a, struct str b);
LARCH_API bool str_is(struct str a, const char *s);
LARCH_API bool str_starts(struct str a, const char *prefix);
LARCH_API size_t str_characters(struct str a); /* of UTF-8; a wide one counts as one, as in all tables of text */
LARCH_API struct str str_trim(struct str a); /* without blanks and tabs at both ends */

/*
 * Cut *rest at the first sep: returns what stood before it, *rest is what
 * follows, or {NULL, 0} when there was no sep. Loop while (rest.p != NULL).
 */
LARCH_API struct str str_cut(struct str *rest, char sep);

/* A whole decimal number in [min, max] and nothing else: 0, else -1. */
LARCH_API int str_int(struct str s, int64_t min, int64_t max, int64_t *out);
LARCH_API int str_double(struct str s, double min, double max, double *out);

/* n9 before n10: compares runs of digits by value. As strcmp. */
LARCH_API int str_natural(const char *a, const char *b);

/* True when all bytes form valid UTF-8 without control characters but \t \n \r. */
LARCH_API bool str_is_text(struct str s);

/* True for a name: 1..LIMIT_NAME bytes of letters, digits and "._-:@+/ ", no blank
 * at the ends, not starting with '-' or '.'. */
LARCH_API bool str_is_name(struct str s);

/* Compare secrets in time that depends on n alone. */
LARCH_API bool bytes_equal(const void *a, const void *b, size_t n);

/* Hex, lower case. out has 2 * n + 1 bytes. */
LARCH_API void hex_encode(const void *in, size_t n, char *out);
/* 0, or -1 when in is not exactly 2 * n hex digits. */
LARCH_API int hex_decode(struct str in, void *out, size_t n);

/*
 * A buffer that grows up to its ceiling. Once something did not fit, `over`
 * is true and nothing more is added: check it once, at the end.
 */
struct buf {
	char *p;     /* NUL-ended when n > 0; NULL while empty */
	size_t n;    /* bytes held */
	size_t cap;  /* bytes allocated */
	size_t max;  /* ceiling, from limits.h */
	bool over;
};

#define BUF(ceiling) ((struct buf){.max = (ceiling)})
LARCH_API void buf_add(struct buf *b, const void *p, size_t n);
LARCH_API void buf_str(struct buf *b, struct str s);
LARCH_API void buf_puts(struct buf *b, const char *s);
LARCH_API void buf_char(struct buf *b, char c);
LARCH_API void buf_printf(struct buf *b, const char *fmt, ...) LARCH_PRINTF(2, 3);
/* A number that reads back as the same double, in JSON too: "0.21" "-12" "1e+300". Not finite: "nan" "inf" "-inf". */
LARCH_API void buf_number(struct buf *b, double v);
LARCH_API struct str buf_view(const struct buf *b);
LARCH_API void buf_clear(struct buf *b);   /* empty, memory kept */
LARCH_API void buf_free(struct buf *b);    /* memory released; may be used again */
LARCH_API void buf_wipe(struct buf *b);    /* overwritten, then released */
/* The NUL-ended text, owned by the caller (free); the buffer is empty after. */
LARCH_API char *buf_take(struct buf *b);

/* One escape per output context, named for it. */
LARCH_API void buf_html(struct buf *b, struct str s);  /* element text and quoted attributes */
LARCH_API void buf_url(struct buf *b, struct str s);   /* one component of a URL, RFC 3986 section 2.3 */
LARCH_API void buf_csv(struct buf *b, struct str s);   /* one field, RFC 4180; a leading = + - @ gets a ' before it */
LARCH_API void buf_json(struct buf *b, struct str s);  /* a JSON text with its quotes, RFC 8259; bad UTF-8 as '?' */
LARCH_API void buf_plain(struct buf *b, struct str s); /* terminal or log: control bytes and bad UTF-8 as '?' */

#endif
