/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log of a program: lines on standard error with the "<N>" priorities of
 * sd-daemon(3), which journald and a terminal both take. Foreign text is
 * cleaned of control bytes here, so a caller may pass it as it came.
 * Secrets are never passed.
 */
#ifndef LARCH_BASE_LOGS_H
#define LARCH_BASE_LOGS_H

#include "api.h"

/* Name that stands before each line: "larchd", "pages". Kept, not copied. */
LARCH_API void log_name(const char *program);

LARCH_API void log_error(const char *fmt, ...) LARCH_PRINTF(1, 2);  /* <3> somebody must act */
LARCH_API void log_warn(const char *fmt, ...) LARCH_PRINTF(1, 2);   /* <4> worth knowing */
LARCH_API void log_info(const char *fmt, ...) LARCH_PRINTF(1, 2);   /* <6> what happened */
LARCH_API void log_debug(const char *fmt, ...) LARCH_PRINTF(1, 2);  /* <7> with log_verbose(1) */
LARCH_API void log_verbose(int on);

/* Log at <2> and abort: out of memory, a broken promise of our own. */
LARCH_API void log_die(const char *fmt, ...) LARCH_PRINTF(1, 2) __attribute__((noreturn));

#endif
