/* SPDX-License-Identifier: Apache-2.0 */
/* How many machines a person may touch in sixty minutes, counted at each intent, of all their jobs and roles. */
#include <stdlib.h>

#include "power/journal.h"
#include "power/look.h"
#include "t.h"

#define HOUR INT64_C(3600000)

static const char *path;
static struct journal *journal;
static struct err e;

static void
fresh(void)
{
	static char text[4096];
	static int n;

	journal_close(journal);
	journal = NULL;
	(void)snprintf(text, sizeof(text), "%s/journal%d.db", t_folder(), n++);
	path = text;
	if (!T_INT(journal_open(path, &journal, &e), 0))
		exit(1);
}

/* Does larchd's look before an intent let this job of somebody's touch the machine? Then the intent is written. */
static bool
touch_at(int64_t now, int64_t job, const char *who, const char *role, int64_t per_hour, const char *machine)
{
	struct power_request r = {.id = job, .who = who, .role = role, .at_once = 64, .per_hour = per_hour};
	struct power_plan_machine m = {.name = machine};
	struct power_step s = {.machine = 0};
	struct power_plan p = {.machines = &m, .n_machines = 1, .steps = &s, .n_steps = 1};
	const struct power_look look = {.journal = journal, .request = &r, .plan = &p, .now = now};
	struct journal_row row = {.kind = "intent", .job = job, .step = 1, .who = who, .verb = "cycle", .machine = machine};

	err_clear(&e);
	if (power_look_ceiling(&look, 0, &e) != 0)
		return false;
	return T_INT(journal_add(journal, &row, &e), 0);
}

static bool
touch(int64_t job, const char *role, int64_t per_hour, const char *machine)
{
	return touch_at(times_now(), job, "ana", role, per_hour, machine);
}

static void
t_two_jobs_side_by_side_share_one_ceiling(void)
{
	fresh();
	T_OK(touch(1, "operator", 3, "n1"));
	T_OK(touch(2, "operator", 3, "n2"));
	T_OK(touch(1, "operator", 3, "n3"));
	T_OK(!touch(2, "operator", 3, "n4"));
	T_ERR(e, "ana has switched 3 machines within the hour, the most that role operator may");
	T_OK(!touch(1, "operator", 3, "n5"));
	T_OK(touch_at(times_now(), 3, "ben", "operator", 3, "n4")); /* somebody else's hour is theirs */
}

static void
t_what_was_begun_is_finished_and_counted_once(void)
{
	fresh();
	T_OK(touch(1, "operator", 2, "n1") && touch(1, "operator", 2, "n1") && touch(1, "operator", 2, "n2"));
	T_OK(!touch(1, "operator", 2, "n3"));
	T_OK(touch(1, "operator", 2, "n1") && touch(1, "operator", 2, "n2"));
	/* the same machine in another job is no other machine */
	T_OK(touch(2, "operator", 2, "n1"));
}

static void
t_another_role_has_its_own_ceiling_over_the_same_count(void)
{
	fresh();
	T_OK(touch(1, "intern", 1, "n1"));
	T_OK(!touch(1, "intern", 1, "n2"));
	/* the wider role goes on from where the person is */
	T_OK(touch(2, "admin", 3, "n2") && touch(2, "admin", 3, "n3"));
	T_OK(!touch(2, "admin", 3, "n4"));
	T_OK(!touch(3, "intern", 1, "n4"));
	/* n1 was switched off as an intern; that others were touched since as an admin does not leave it off */
	T_OK(touch(1, "intern", 1, "n1"));
}

static void
t_after_an_hour_it_begins_anew(void)
{
	fresh();
	T_OK(touch(1, "operator", 1, "n1"));
	T_OK(!touch_at(times_now() + HOUR - 60000, 2, "ana", "operator", 1, "n2"));
	T_OK(touch_at(times_now() + HOUR + 1000, 2, "ana", "operator", 1, "n2"));
	journal_close(journal);
}

T_MAIN(T(t_two_jobs_side_by_side_share_one_ceiling), T(t_what_was_begun_is_finished_and_counted_once),
    T(t_another_role_has_its_own_ceiling_over_the_same_count), T(t_after_an_hour_it_begins_anew))
