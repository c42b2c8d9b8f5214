/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An error is a kind, for programs, and one sentence, for a person. It is
 * filled once, where the facts are, and logged or shown once, at the top.
 * The sentence says what, where and what to do; it never holds a secret.
 */
#ifndef LARCH_BASE_ERR_H
#define LARCH_BASE_ERR_H

#include "api.h"
#include "limits.h"

/* Each kind has one HTTP status and one CLI exit code; see lib/web and cli. */
enum err_kind {
	ERR_NONE = 0,
	ERR_INPUT,       /* what was sent is wrong: 400/422, exit 2 */
	ERR_NOT_FOUND,   /* no such thing: 404, exit 2 */
	ERR_LOGIN,       /* not logged in: 401, exit 4 */
	ERR_DENIED,      /* logged in, not allowed: 403, exit 4 */
	ERR_REFUSED,     /* policy, guard or tag says no: 409, exit 3 */
	ERR_CONFLICT,    /* somebody else was first: 409, exit 3 */
	ERR_STALE,       /* what was confirmed has changed: 412, exit 3 */
	ERR_LIMIT,       /* a ceiling was reached: 413/429, exit 2 */
	ERR_UNAVAILABLE, /* something we need does not answer: 503, exit 5 */
	ERR_FULL,        /* no room on the disk, so nothing was done: 507, exit 3 */
	ERR_TIMEOUT,     /* no answer in time: 504, exit 6 */
	ERR_DEVICE,      /* the device said no or nonsense: 502, exit 1 */
	ERR_INTERNAL,    /* our own fault: 500, exit 1 */
	ERR_KIND_COUNT
};

struct err {
	enum err_kind kind;
	char text[LIMIT_ERR_TEXT]; /* a whole sentence, no newline, NUL-ended */
};

/*
 * Fill *e and return -1, so that a function can `return err_set(...)`.
 * A NULL e is allowed: nothing is kept. Longer text is cut and ends in "...".
 * Control bytes in the arguments are shown as '?'.
 */
LARCH_API int err_set(struct err *e, enum err_kind kind, const char *fmt, ...)
    LARCH_PRINTF(3, 4);

/* Put "fmt: " before the text that is already in *e; the kind stays. Returns -1. */
LARCH_API int err_prefix(struct err *e, const char *fmt, ...) LARCH_PRINTF(2, 3);

#if defined(__clang_analyzer__) && !defined(LARCH_BASE_ERR_C) /* it does not look into err.c: tell it what they return */
#define err_set(...) ((void)err_set(__VA_ARGS__), -1)
#define err_prefix(...) ((void)err_prefix(__VA_ARGS__), -1)
#endif

/*
 * For a terminal: the line that was typed and a mark below the column that a sentence names ("column 14: ..."),
 * counted in characters from 1, each line behind two blanks and ended by a newline. Nothing when the sentence names
 * no column of it, when the line has several lines, or none that can be shown.
 */
struct buf;
LARCH_API void err_caret(const char *sentence, const char *typed, struct buf *out);

/* Make *e say nothing. */
LARCH_API void err_clear(struct err *e);

/* "input", "not-found" ...: the last part of a problem's `type`, and in logs. */
LARCH_API const char *err_kind_name(enum err_kind kind);

#endif
