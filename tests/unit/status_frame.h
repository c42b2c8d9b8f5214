/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of status share: a fresh file, values made in a line. */
#ifndef LARCH_TESTS_STATUS_FRAME_H
#define LARCH_TESTS_STATUS_FRAME_H

#include <math.h>

#include "status/status_private.h"
#include "t.h"

static struct err e;

static inline const char *
fresh_path(void)
{
	static char path[4096];
	static int files;

	(void)snprintf(path, sizeof(path), "%s/status%d.db", t_folder(), files++);
	return path;
}

static inline struct status *
opened(const char *path)
{
	struct status *s = NULL;

	if (status_open(path, &s, &e) != 0)
		printf("# %s\n", e.text);
	return s;
}

static inline struct status *
reading(const char *path)
{
	struct status *s = NULL;

	if (status_open_reader(path, &s, &e) != 0)
		printf("# %s\n", e.text);
	return s;
}

static inline struct status_value
seen(const char *thing, const char *check, enum status_level level, const char *text, int64_t at)
{
	return (struct status_value){.thing = thing, .check = check, .level = level, .text = text, .number = NAN, .at = at,
	    .interval = 30000};
}

static inline void
put(struct status *s, const struct status_value *v, size_t n)
{
	if (!T_INT(status_put(s, v, n, NULL, 0, &e), 0))
		printf("# %s\n", e.text);
}

static inline void
put_one(struct status *s, struct status_value v)
{
	put(s, &v, 1);
}

static inline struct status_value
get(struct status *s, struct arena *a, const char *thing, const char *check)
{
	struct status_value v = {.text = "(none)"};

	T_INT(status_value(s, thing, check, a, &v, &e), 0);
	return v;
}

static inline void
beat(struct status *s, int64_t at)
{
	const struct status_pulse p = {.beat = at};

	T_INT(status_set_pulse(s, &p, &e), 0);
}

#endif
