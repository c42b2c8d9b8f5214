/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "status_private.h"

const char *
status_level_name(enum status_level l)
{
	static const char *const names[STATUS_LEVEL_COUNT] = {
	    [STATUS_OK] = "ok",
	    [STATUS_WARN] = "warn",
	    [STATUS_CRITICAL] = "critical",
	    [STATUS_UNKNOWN] = "unknown",
	};

	return (unsigned)l < STATUS_LEVEL_COUNT ? names[l] : "unknown";
}

enum status_level
status_level_of(int64_t number)
{
	return number >= 0 && number < STATUS_LEVEL_COUNT ? (enum status_level)number : STATUS_UNKNOWN;
}

enum status_level
status_worse(enum status_level a, enum status_level b)
{
	static const int rank[STATUS_LEVEL_COUNT] = {
	    [STATUS_CRITICAL] = 3, [STATUS_WARN] = 2, [STATUS_UNKNOWN] = 1, [STATUS_OK] = 0};

	return rank[a] >= rank[b] ? a : b;
}

bool
status_stale(int64_t at, int64_t interval, int64_t now)
{
	return at <= 0 || now - at > 2 * interval;
}

const char *
status_banner(struct status *s, struct arena *a, int64_t now)
{
	struct status_pulse p = {0};
	char age[TIMES_TEXT], when[TIMES_TEXT];

	if (s == NULL)
		return "The room's status cannot be read: larchd, which writes it, has not run yet or its file is gone. "
		       "What is shown as unknown is not known.";
	if (status_pulse(s, a, &p, NULL) != 0)
		return "The room's status cannot be read. What is shown may be missing or old.";
	if (p.beat == 0)
		return "larchd has not run yet: nothing is known of any device.";
	if (now - p.beat > STATUS_GONE_MS)
		return arena_printf(a,
		    "larchd has not been heard of for %s: what you see was true at %s and may not be now; "
		    "no power request will be carried out.",
		    times_age(now - p.beat, age), times_clock(p.beat, when));
	return *p.notice == '\0' ? NULL : p.notice;
}

bool
status_vlan_in(const char *ranges, int64_t vlan)
{
	struct str rest = str_of(ranges);

	while (rest.p != NULL) {
		struct str to = str_cut(&rest, ','), from = str_cut(&to, '-');
		int64_t low, high;

		if (str_int(from, 1, 4094, &low) != 0)
			continue;
		if (to.p == NULL)
			high = low;
		else if (str_int(to, 1, 4094, &high) != 0)
			continue;
		if (vlan >= low && vlan <= high)
			return true;
	}
	return false;
}
