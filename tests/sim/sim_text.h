/* SPDX-License-Identifier: Apache-2.0 */
/* sim_text: the words of a line and whole numbers, for both simulators. */
#ifndef LARCH_SIM_TEXT_H
#define LARCH_SIM_TEXT_H

#include <stddef.h>
#include <stdint.h>

/*
 * Cut a line in place into words at blanks; "#" begins a comment that ends the
 * line. Returns how many there are, at most max; -1 when there are more.
 */
int sim_words(char *line, char **words, int max);

/* A whole decimal number in [min, max] and nothing else: 0, else -1. */
int sim_int(const char *s, long min, long max, long *out);

/* Milliseconds of CLOCK_MONOTONIC (Python's time.monotonic() * 1000). */
int64_t sim_now(void);

#endif
