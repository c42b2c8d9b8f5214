/* SPDX-License-Identifier: Apache-2.0 */
/* Files of others: what a reader meets in one that was made to hurt it. */
#include <unistd.h>

#include "power/request.h"
#include "store/store.h"
#include "t.h"

static const char *
path(const char *name)
{
	static char text[600];

	snprintf(text, sizeof(text), "%s/%s", t_folder(), name);
	return text;
}

/* power.db as a program makes it that has been taken over; kept open, as by its writer. */
static struct store *
made(const char *name, const char *sql)
{
	struct store_migration rows[REQUEST_VERSION] = {{1, sql},
	    {2, "CREATE TABLE chain(request,hash); INSERT INTO chain VALUES(2,zeroblob(32)),(3,zeroblob(33)),(4,zeroblob(60000000))"}};
	struct store *s = NULL;
	struct err e = {0};

	for (int i = 2; i < REQUEST_VERSION; i++)
		rows[i] = (struct store_migration){i + 1, ""};
	if (store_open(path(name), rows, LARCH_COUNT(rows), &s, &e) != 0)
		T_STR(e.text, "");
	return s;
}

static void
t_a_view_without_end_is_left_after_seconds(void)
{
	struct store *s = made("view.db", "CREATE VIEW request AS WITH RECURSIVE n(id) AS (SELECT 1 UNION ALL SELECT -id FROM n)"
	                                  " SELECT id FROM n WHERE id>1");
	struct power_requests *r = NULL;
	struct arena *a = arena_create();
	struct power_request row;
	struct err e = {0};
	int64_t began = times_boot();

	T_OK(power_requests_open_reader(path("view.db"), &r, &e) == 0);
	T_INT(power_request_after(r, 0, a, &row, &e), -1);
	T_ERR(e, "takes too long");
	T_OK(times_boot() - began < 20000);
	T_OK(power_requests_generation(r) > 0); /* the next query has its own time */
	power_requests_close(r);
	arena_destroy(a);
	store_close(s);
}

static void
t_a_value_that_is_too_large_makes_its_row_malformed_and_no_other(void)
{
	struct store *s = made("large.db",
	    "CREATE TABLE request(id INTEGER PRIMARY KEY,created,until,who,source,address,role,reason,idempotency,"
	    "request_id,at_once,per_hour,plan,hash,machines,verb,way,second_over DEFAULT 0,grant_id DEFAULT 0,"
	    "approval_id DEFAULT 0,approver DEFAULT '');"
	    "INSERT INTO request(id,who,plan) VALUES(1,'eve',zeroblob(100000000)),(2,'ana','{}'),(3,'eve','{}'),(4,'eve','{}'),(3000000,'eve','{}')");
	struct power_requests *r = NULL;
	struct arena *a = arena_create();
	struct power_request row = {0};
	struct err e = {0};

	T_OK(power_requests_open_reader(path("large.db"), &r, &e) == 0);
	T_INT(power_request_after(r, 0, a, &row, &e), 1);
	T_INT(row.id, 1);
	T_OK(row.malformed != NULL && strstr(row.malformed, "too large") != NULL);
	T_INT(power_request_after(r, 1, a, &row, &e), 1);
	T_OK(row.id == 2 && row.malformed == NULL);
	T_INT((int64_t)strlen(row.chain), 2 * REQUEST_HASH);
	T_INT(power_request_after(r, 2, a, &row, &e), 1);
	T_OK(row.id == 3 && row.malformed != NULL && strstr(row.malformed, "'chain' is too long") != NULL);
	T_INT(power_request_after(r, 3, a, &row, &e), 1);
	T_OK(row.id == 4 && row.malformed != NULL);
	T_INT(power_request_after(r, 4, a, &row, &e), 0); /* so far ahead is no request */
	power_requests_close(r);
	arena_destroy(a);
	store_close(s);
}

static void
t_a_second_writer_is_refused(void)
{
	struct store *s = made("one.db", "CREATE TABLE t(a)"), *other = NULL;
	const struct store_migration rows[] = {{1, ""}};
	struct err e = {0};

	T_OK(store_open(path("one.db"), rows, 1, &other, &e) != 0);
	T_ERR(e, "another process already writes it");
	store_close(s);
}

static int64_t
rows_in(struct store *s)
{
	struct err e = {0};
	struct store_query *q = store_ask(s, &e, "SELECT COUNT(*) FROM t", "");
	int64_t n = store_next(q, &e) == 1 ? store_int(q, 0) : -1;

	store_done(q);
	return n;
}

static void
t_a_hold_sees_the_file_as_it_was_at_its_first_question(void)
{
	struct store *s = made("hold.db", "CREATE TABLE t(a); INSERT INTO t VALUES(1)"), *r = NULL;
	struct err e = {0};

	T_OK(store_open_reader(path("hold.db"), REQUEST_VERSION, &r, &e) == 0);
	T_INT(store_hold(r, &e), 0);
	T_INT(rows_in(r), 1);
	T_INT(store_run(s, &e, "INSERT INTO t VALUES(2)", ""), 0);
	T_INT(store_hold(r, &e), 0); /* one within another */
	T_INT(rows_in(r), 1);
	store_unhold(r);
	T_INT(rows_in(r), 1);
	store_unhold(r);
	T_INT(rows_in(r), 2);
	/* within a transaction of one's own it ends nothing */
	T_INT(store_begin(s, &e), 0);
	T_INT(store_run(s, &e, "INSERT INTO t VALUES(3)", ""), 0);
	T_INT(store_hold(s, &e), 0);
	T_INT(rows_in(s), 3);
	store_unhold(s);
	T_INT(store_commit(s, &e), 0);
	T_INT(rows_in(r), 3);
	store_close(r);
	store_close(s);
}

T_MAIN(T(t_a_view_without_end_is_left_after_seconds), T(t_a_value_that_is_too_large_makes_its_row_malformed_and_no_other),
    T(t_a_second_writer_is_refused), T(t_a_hold_sees_the_file_as_it_was_at_its_first_question))
