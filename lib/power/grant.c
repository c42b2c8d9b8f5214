/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "grant.h"

int
power_grant_check(const struct power_grant *g, int64_t at, struct err *e)
{
	char text[TIMES_TEXT];

	if (g->revoked_at != 0)
		return err_set(e, ERR_DENIED, "Grant %lld was taken back by %s at %s; open another.", (long long)g->id,
		    g->revoked_by, times_room(g->revoked_at, text));
	if (at >= g->until)
		return err_set(e, ERR_DENIED, "Grant %lld was over at %s; open another.", (long long)g->id,
		    times_room(g->until, text));
	if (at < g->made)
		return err_set(e, ERR_DENIED, "Grant %lld was opened later than it is now: the clock was set back.",
		    (long long)g->id);
	if (g->used >= g->uses)
		return err_set(e, ERR_DENIED, "Grant %lld was for %lld %s, and %s used up; open another.", (long long)g->id,
		    (long long)g->uses, g->uses == 1 ? "use" : "uses", g->uses == 1 ? "it is" : "they are");
	return 0;
}

static bool
has_verb(const char *verbs, const char *verb)
{
	struct str rest = str_of(verbs);

	while (rest.p != NULL)
		if (str_is(str_cut(&rest, ','), verb))
			return true;
	return false;
}

int
power_grant_covers(const struct power_grant *g, const char *verb, const struct hosts *things, struct arena *a, struct err *e)
{
	struct hosts names;

	if (!has_verb(g->verbs, verb))
		return err_set(e, ERR_DENIED, "Grant %lld is for %s, not for %s.", (long long)g->id, g->verbs, verb);
	if (hosts_parse(str_of(g->things), NULL, a, &names, e) != 0)
		return -1;
	hosts_sort(&names);
	for (size_t i = 0; i < things->n; i++)
		if (!hosts_has(&names, things->name[i]))
			return err_set(e, ERR_DENIED, "Grant %lld is for %s, and not for %s.", (long long)g->id,
			    names.n > 12 ? "other things" : g->things, things->name[i]);
	return 0;
}
