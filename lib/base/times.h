/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Times. Wall-clock times are int64_t milliseconds since 1970 UTC ("ms");
 * intervals are measured on a clock that does not jump. Files and the API
 * show UTC, RFC 3339; pages and terminals the room's zone with its offset.
 */
#ifndef LARCH_BASE_TIMES_H
#define LARCH_BASE_TIMES_H

#include <stdint.h>

#include "api.h"
#include "err.h"
#include "text.h"

#define TIMES_TEXT 48 /* bytes that hold any of the texts below */

LARCH_API int64_t times_now(void);   /* wall clock, ms; honours nothing but the kernel */
LARCH_API int64_t times_boot(void);  /* CLOCK_BOOTTIME, ms: for intervals and deadlines */

/* "2026-11-20T21:38:05Z"; with ms when they are not zero. Returns out. */
LARCH_API char *times_utc(int64_t ms, char out[TIMES_TEXT]);
/* "2026-11-20 22:38:05 +01:00" in the process's zone (TZ). */
LARCH_API char *times_room(int64_t ms, char out[TIMES_TEXT]);
/* "22:38:05" in the process's zone. */
LARCH_API char *times_clock(int64_t ms, char out[TIMES_TEXT]);
/* An age or a span for a person: "0 s", "45 s", "12 min", "3 h", "5 d"; negative reads "0 s". */
LARCH_API char *times_age(int64_t span_ms, char out[TIMES_TEXT]);

/* "500ms" "30s" "15m" "2h" "8h30m" "1d" to ms, at least 1 ms; 0 or -1 with a sentence. */
LARCH_API int times_duration(struct str s, int64_t *ms_out, struct err *e);

/* A time as somebody writes it, to ms: "now", "-2h", "22:00" (the last one that has passed, in the process's zone),
 * or RFC 3339. 0 or -1 with a sentence. */
LARCH_API int times_when(struct str s, int64_t now, int64_t *ms_out, struct err *e);

/* A time to come: "05:00" (the next one, in the process's zone), "8h" from now, or RFC 3339. One that has passed is refused. */
LARCH_API int times_next(struct str s, int64_t now, int64_t *ms_out, struct err *e);

/* An RFC 3339 time to ms. */
LARCH_API int times_parse(struct str s, int64_t *ms_out, struct err *e);

#endif
