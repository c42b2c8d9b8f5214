/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How bad a number is. One function for every column: the thresholds of larch.json, else those that a column usually has.
 * A check says by itself what its words mean; a number makes a value worse than the check said, never better, and
 * what is unknown stays unknown.
 */
#include <math.h>
#include <string.h>

#include "inner.h"

static const struct {
	const char *column; /* a column, or a prefix with '*' behind it */
	double warn, critical;
} usual[] = {
    {"df", 90, 97},
    {"df_*", 90, 97},
};

static bool
matches(const char *pattern, const char *column)
{
	size_t n = strlen(pattern);

	return pattern[n - 1] == '*' ? strncmp(pattern, column, n - 1) == 0 : strcmp(pattern, column) == 0;
}

static void
thresholds(const struct conf *conf, const char *column, double *warn, double *critical)
{
	const struct conf_check *c = conf_check(conf, column);

	*warn = *critical = NAN;
	for (size_t i = 0; i < LARCH_COUNT(usual) && isnan(*warn); i++)
		if (matches(usual[i].column, column)) {
			*warn = usual[i].warn;
			*critical = usual[i].critical;
		}
	if (c == NULL || (isnan(c->warn) && isnan(c->critical)))
		return;
	*warn = c->warn; /* who gives one of the two means no other */
	*critical = c->critical;
}

void
probe_judge(const struct conf *conf, struct status_value *v)
{
	double warn, critical;
	bool down; /* small numbers are the bad ones */

	if (isnan(v->number) || v->level == STATUS_UNKNOWN)
		return;
	thresholds(conf, v->check, &warn, &critical);
	down = !isnan(warn) && !isnan(critical) && critical < warn;
	if (!isnan(critical) && (down ? v->number <= critical : v->number >= critical))
		v->level = status_worse(v->level, STATUS_CRITICAL);
	else if (!isnan(warn) && (down ? v->number <= warn : v->number >= warn))
		v->level = status_worse(v->level, STATUS_WARN);
}
