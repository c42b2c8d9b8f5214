/* SPDX-License-Identifier: Apache-2.0 */
/* Queries about status: status:CHECK, level, since; their refusals; what the manual says of them. */
#include "inv/query_private.h"
#include "status_frame.h"

static struct status *now_open;

static struct status *
get_it(void *ctx)
{
	(void)ctx;
	return now_open;
}

static const struct status_column columns[] = {
    {.name = "ping", .probe = "ping", .title = "Ping", .unit = "ms", .help = "", .kind = STATUS_WORD, .counts = true},
    {.name = "slurm", .probe = "slurm", .title = "Slurm", .unit = "", .help = "", .kind = STATUS_WORD, .counts = true},
    {.name = "load", .probe = "login", .title = "Load", .unit = "", .help = "", .kind = STATUS_MEASURE, .counts = true},
    {.name = "users", .probe = "login", .title = "Users", .unit = "", .help = "", .kind = STATUS_MEASURE},
};

static struct inv *
room(void)
{
	struct inv *i = NULL;

	if (inv_open(fresh_path(), &i, &e) != 0)
		printf("# %s\n", e.text);
	T_INT(store_run_script(i->s, &e,
	    "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<5)"
	    " INSERT INTO thing(id,name,type,revision,changed,changed_by) SELECT i,'n'||i,'server',1,1763000000000,'ana' FROM n"), 0);
	return i;
}

static void
number(struct status *s, const char *thing, const char *check, enum status_level level, double x, const char *text)
{
	struct status_value v = seen(thing, check, level, text, times_now());

	v.number = x;
	put_one(s, v);
}

/* n1 well; n2 down; n3 drained and loaded; n4's ping was seen long ago; n5 never. */
static struct status *
seen_room(void)
{
	struct status *s = opened(fresh_path());
	int64_t now = times_now();

	T_INT(status_put_columns(s, columns, LARCH_COUNT(columns), &e), 0);
	put_one(s, seen("n1", "ping", STATUS_OK, "up", now));
	put_one(s, seen("n2", "ping", STATUS_OK, "up", now - 3 * STATUS_HOUR_MS));
	put_one(s, seen("n2", "ping", STATUS_CRITICAL, "down", now - STATUS_HOUR_MS));
	put_one(s, seen("n2", "ping", STATUS_CRITICAL, "down", now));
	put_one(s, seen("n3", "ping", STATUS_OK, "up", now));
	put_one(s, seen("n3", "slurm", STATUS_WARN, "drained*", now));
	put_one(s, seen("n1", "slurm", STATUS_OK, "idle", now));
	put_one(s, seen("n4", "ping", STATUS_OK, "up", now - STATUS_HOUR_MS));
	number(s, "n1", "load", STATUS_OK, 0.5, "0.50");
	number(s, "n3", "load", STATUS_OK, 12, "12.00");
	number(s, "n1", "users", STATUS_CRITICAL, 3, "3"); /* does not count */
	return s;
}

static struct inv *inv;

static void
finds(const char *query, const char *want)
{
	struct arena *a = arena_create();
	struct hosts h;

	if (!T_INT(inv_find(inv, query, a, &h, &e), 0))
		printf("# %s: %s\n", query, e.text);
	else if (!T_STR(h.n == 0 ? "" : hosts_fold(&h, a), want))
		printf("# %s\n", query);
	arena_destroy(a);
}

static void
refused(const char *query, const char *why)
{
	struct arena *a = arena_create();
	struct hosts h;

	T_INT(inv_find(inv, query, a, &h, &e), -1);
	if (!T_ERR(e, why))
		printf("# %s\n", query);
	arena_destroy(a);
}

static void
t_values_are_asked_by_word_pattern_and_number(void)
{
	inv = room();
	now_open = seen_room();
	finds("status:ping=up", "n[1,3]");
	finds("status:ping=down", "n2");
	finds("status:ping=unknown", "n4"); /* old: not known any more */
	finds("status:ping!=up", "n[2,4]");
	finds("status:ping", "n[1-4]");
	finds("status:slurm=drain*", "n3");
	finds("status:slurm=\"drained*\"", "n3");
	finds("status:slurm=/^(idle|mix)/", "n1");
	finds("status:load>8", "n3");
	finds("status:load<=0.5", "n1");
	finds("status:load=12", "n3");
	finds("status:load!=12", "n1");
	finds("status:ping>1", ""); /* it has no number */
	finds("status:users>=3 and not status:ping=down", "n1");
	finds("not status:ping=up", "n[2,4-5]");
	refused("status:fan=up", "no check gives \"fan\"; what is checked: ping, slurm, load, users");
	refused("status:load>high", "is compared with a number");
	refused("status:ping>u*", "is compared with a number");
	inv_close(inv);
	status_close(now_open);
}

static void
t_the_worst_level_that_counts_is_asked_by_rank(void)
{
	struct status_thing_level *list;
	struct arena *a = arena_create();
	size_t n;

	inv = room();
	now_open = seen_room();
	finds("level:critical", "n2");
	finds("level>=warn", "n[2-3]");
	finds("level>ok", "n[2-4]"); /* what is not known is not well */
	finds("level<=unknown", "n[1,4]");
	finds("level!=ok", "n[2-4]");
	finds("level=unknown", "n4");
	refused("level:bad", "is no level; there are ok, unknown, warn and critical");
	refused("level:c*", "is no level");
	T_INT(status_levels(now_open, times_now(), a, &list, &n, &e), 0);
	T_INT(n, 4);
	T_STR(list[1].thing, "n2");
	T_INT(list[1].level, STATUS_CRITICAL);
	T_INT(status_levels(now_open, times_now() + STATUS_DAY_MS, a, &list, &n, &e), 0);
	T_INT(list[1].level, STATUS_UNKNOWN);
	arena_destroy(a);
	inv_close(inv);
	status_close(now_open);
}

static void
t_what_changed_is_asked_by_how_long_ago(void)
{
	inv = room();
	now_open = seen_room();
	finds("since:2h", "n2");
	finds("since:30m", "");
	finds("since:1971-01-01", "n2");
	finds("since:1971-01-01T10:00:00Z", "n2");
	finds("since:2h and level:ok", "");
	refused("since:tuesday", "");
	inv_close(inv);
	status_close(now_open);
}

static void
t_without_status_such_a_query_fails_and_others_do_not(void)
{
	inv = room();
	now_open = NULL;
	refused("status:ping=up", "the room's status cannot be read");
	refused("level>=warn", "the room's status cannot be read");
	refused("n1 or since:2h", "the room's status cannot be read");
	T_INT(e.kind, ERR_UNAVAILABLE);
	finds("type:server", "n[1-5]");
	inv_close(inv);
}

static void
t_no_policy_rests_on_them(void)
{
	inv = room();
	now_open = seen_room();
	T_INT(inv_match(inv, "type:server and not level:critical", "n1", &e), -1);
	T_ERR(e, "rests on the inventory alone");
	T_INT(inv_match(inv, "type:server", "n1", &e), 1);
	inv_close(inv);
	status_close(now_open);
}

static void
t_groups_that_larchd_has_read_are_groups_of_a_query_but_not_of_a_policy(void)
{
	const struct status_group pdsh[] = {{"pdsh", "savio3", "n[1-2],n99", times_now()}, {"pdsh", "gone", "n98", times_now()}};
	const struct status_group slurm[] = {{"slurm", "savio3", "n[3-4]", times_now()}, {"slurm", "sinfo", "n2", times_now()}};
	struct arena *a = arena_create();
	struct hosts h;

	inv = room();
	now_open = seen_room();
	T_INT(status_put_groups(now_open, "pdsh", pdsh, LARCH_COUNT(pdsh), &e), 0);
	T_INT(status_put_groups(now_open, "slurm", slurm, LARCH_COUNT(slurm), &e), 0);
	finds("@savio3", "n[1-2]"); /* what the inventory lacks is not chosen */
	finds("@slurm:savio3", "n[3-4]");
	finds("@savio3,@slurm:savio3!@sinfo", "n[1,3-4]");
	finds("@server and not @pdsh:savio3", "n[3-5]");
	refused("@savio4", "no such group is in genders, dsh, pdsh and slurm");
	refused("@dsh:savio3", "there is no group \"@dsh:savio3\"");
	refused("@flock:savio3", "there are type, pool and rack, and of nodes genders, dsh, pdsh and slurm");
	T_INT(inv_select(inv, STR("@savio3"), a, &h, &e), 0);
	T_STR(hosts_fold(&h, a), "n[1-2]");
	T_INT(inv_select(inv, STR("@gone"), a, &h, &e), -1); /* a selection of nothing */
	T_INT(inv_match(inv, "@savio3", "n1", &e), -1);
	T_ERR(e, "no thing has that type, pool or rack");
	T_INT(inv_match(inv, "@server", "n1", &e), 1);
	T_INT(status_put_groups(now_open, "pdsh", NULL, 0, &e), 0);
	finds("@savio3", "n[3-4]"); /* the answer is never kept */
	status_close(now_open);
	now_open = NULL;
	refused("@savio3", "no such group is in");
	arena_destroy(a);
	inv_close(inv);
}

/* The rows of larch-query(7)'s section about status, as the table has them. */
static void
t_the_manual_has_each_of_them(void)
{
	struct buf page, want = BUF(LIMIT_PAGE);
	const struct inv_term *t;
	size_t n = 0;

	if (!T_OK(file_read(t_path("docs/man/larch-query.7"), LIMIT_CONFIG_FILE, &page, &e) == 0))
		return;
	for (size_t i = 0; (t = inv_term(i)) != NULL; i++) {
		if (t->names == NULL)
			continue;
		buf_clear(&want);
		buf_printf(&want, "\n.It Cm %s%s\n%s:\n.Ql %s .\n", t->what, t->what[strlen(t->what) - 1] == ']' ? "\\&" : "", t->help,
		    t->example);
		if (!T_OK(strstr(page.p, want.p) != NULL))
			printf("# not there: %s\n", want.p);
		n++;
	}
	T_INT(n, 3);
	buf_free(&want);
	buf_free(&page);
}

static void
t_add_them(void)
{
	status_terms_add(get_it, NULL);
	T_OK(inv_term(0) != NULL);
}

T_MAIN(T(t_add_them), T(t_groups_that_larchd_has_read_are_groups_of_a_query_but_not_of_a_policy),
     T(t_values_are_asked_by_word_pattern_and_number), T(t_the_worst_level_that_counts_is_asked_by_rank),
    T(t_what_changed_is_asked_by_how_long_ago), T(t_without_status_such_a_query_fails_and_others_do_not),
    T(t_no_policy_rests_on_them), T(t_the_manual_has_each_of_them))
