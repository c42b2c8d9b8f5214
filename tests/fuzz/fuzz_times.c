/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a time and as a duration. A time that is taken is written as
 * UTC and read back to the same millisecond; a duration is within its bounds.
 */
#include <stdlib.h>
#include <string.h>

#include "base/base.h"
#include "fuzz.h"

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	struct str text = {(const char *)data, n};
	char out[TIMES_TEXT];
	int64_t ms = -1, again = -1;
	struct err e = {0};

	if (times_parse(text, &ms, &e) == 0) {
		times_utc(ms, out);
		/* An offset can lead out of the years 1970..9999 that are read. */
		if (ms >= 0 && strlen(out) <= 24 &&
		    (times_parse(str_of(out), &again, &e) != 0 || again != ms))
			abort();
		times_room(ms, out);
		times_clock(ms, out);
		times_age(ms, out);
	} else if (e.kind != ERR_INPUT || e.text[0] == '\0') {
		abort();
	}
	if (times_duration(text, &ms, &e) == 0 && (ms <= 0 || ms > (int64_t)3650 * 86400000))
		abort();
	return 0;
}
