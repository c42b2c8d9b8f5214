/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Grants and approvals in power.db, and the last look at them: every way in
 * which a row may be wrong is written by hand, and refused with its reason.
 */
#include <stdlib.h>

#include "power/grant.h"
#include "power/power.h"
#include "power/request_private.h"
#include "store/store.h"
#include "t.h"

#define NOW INT64_C(1795210685000)
#define MINUTE INT64_C(60000)

static struct arena *arena;
static struct power_requests *requests;
static char proof[17], token[65];
static int made;

static const char *
new_proof(void)
{
	snprintf(proof, sizeof(proof), "%016d", ++made);
	snprintf(token, sizeof(token), "%064d", made);
	return proof;
}

static struct power_grant
wish(const char *verbs, const char *things, int64_t uses)
{
	return (struct power_grant){.who = "ana", .pass = "00112233aabbccdd", .verbs = verbs, .things = things, .how = "totp",
	    .minutes = 15, .uses = uses, .made = NOW, .until = NOW + 15 * MINUTE};
}

static int64_t
open_grant(const char *verbs, const char *things, int64_t uses)
{
	struct power_grant g = wish(verbs, things, uses);
	struct err e = {0};
	int64_t id = 0;

	if (!T_OK(power_grant_put(requests, &g, (new_proof(), token), proof, &id, &e) == 0))
		printf("# %s\n", e.text);
	return id;
}

static int
use(int64_t id, const char *who, int64_t now, struct err *e)
{
	return power_grant_use(requests->s, id, who, now, e);
}

static void
t_open_power_db(void)
{
	char path[600];
	struct err e = {0};

	arena = arena_create();
	snprintf(path, sizeof(path), "%s/power.db", t_folder());
	if (!T_OK(power_requests_open(path, &requests, &e) == 0))
		printf("# %s\n", e.text);
}

static void
t_a_proof_opens_one_grant(void)
{
	struct power_grant g = wish("cycle", "n0001", 1), *list;
	struct err e = {0};
	int64_t id;
	size_t n;

	new_proof();
	T_OK(power_grant_put(requests, &g, token, proof, &id, &e) == 0);
	token[0] = 'f';
	T_INT(power_grant_put(requests, &g, token, proof, &id, &e), -1);
	T_INT(e.kind, ERR_DENIED);
	T_ERR(e, "used before");
	T_OK(power_grants_open(requests, NOW, arena, &list, &n, &e) == 0);
	T_INT(n, 1);
	T_OK(power_grants_open(requests, NOW + 15 * MINUTE, arena, &list, &n, &e) == 0);
	T_INT(n, 0);
}

static void
t_uses_are_counted_and_the_last_is_the_last(void)
{
	int64_t id = open_grant("cycle", "n0001", 2);
	struct power_grant g;
	struct err e = {0};

	T_OK(use(id, "ana", NOW, &e) == 0);
	T_INT(use(id, "ben", NOW, &e), -1); /* whose it is not */
	T_OK(use(id, "ana", NOW + MINUTE, &e) == 0);
	T_INT(use(id, "ana", NOW + MINUTE, &e), -1);
	T_INT(e.kind, ERR_DENIED);
	T_OK(power_grant_get(requests, id, arena, &g, &e) == 1 && g.used == 2);
	T_INT(power_grant_check(&g, NOW + MINUTE, &e), -1);
	T_ERR(e, "was for 2 uses, and they are used up");
	T_INT(use(999, "ana", NOW, &e), -1);
}

static void
t_a_grant_is_over_at_its_end_before_its_beginning_and_when_it_is_taken_back(void)
{
	int64_t id = open_grant("cycle", "n0001", 5);
	struct power_grant g;
	struct err e = {0};

	T_OK(power_grant_get(requests, id, arena, &g, &e) == 1);
	T_OK(power_grant_check(&g, NOW, &e) == 0);
	T_INT(power_grant_check(&g, NOW + 15 * MINUTE, &e), -1);
	T_ERR(e, "was over at");
	T_INT(use(id, "ana", NOW + 15 * MINUTE, &e), -1);
	T_INT(power_grant_check(&g, NOW - 1, &e), -1);
	T_ERR(e, "the clock was set back");
	T_INT(use(id, "ana", NOW - 1, &e), -1);
	T_OK(power_grant_revoke(requests, id, "ben", NOW + MINUTE, &e) == 0);
	T_INT(power_grant_revoke(requests, id, "ben", NOW + MINUTE, &e), -1);
	T_INT(e.kind, ERR_NOT_FOUND);
	T_OK(power_grant_get(requests, id, arena, &g, &e) == 1);
	T_INT(power_grant_check(&g, NOW + 2 * MINUTE, &e), -1);
	T_ERR(e, "was taken back by ben");
	T_INT(use(id, "ana", NOW + 2 * MINUTE, &e), -1);
}

static struct hosts
names(const char *text)
{
	struct hosts h = {0};
	struct err e;

	T_OK(hosts_parse(str_of(text), NULL, arena, &h, &e) == 0);
	hosts_sort(&h);
	return h;
}

static void
t_it_covers_its_verbs_and_its_things_and_no_other(void)
{
	struct power_grant g = wish("on,cycle", "n[1-3],pdu-1:A7", 1);
	struct hosts two = names("n1,n3"), outlet = names("pdu-1:A7"), four = names("n[1-4]");
	struct err e = {0};

	T_OK(power_grant_covers(&g, "cycle", &two, arena, &e) == 0);
	T_OK(power_grant_covers(&g, "on", &outlet, arena, &e) == 0);
	T_INT(power_grant_covers(&g, "cycle", &four, arena, &e), -1);
	T_ERR(e, "and not for n4.");
	T_INT(power_grant_covers(&g, "off", &two, arena, &e), -1);
	T_ERR(e, "is for on,cycle, not for off.");
	T_INT(power_grant_covers(&g, "cycl", &two, arena, &e), -1);
	T_INT(power_grant_covers(&g, "on,cycle", &two, arena, &e), -1);
	g.things = "n[";
	T_INT(power_grant_covers(&g, "on", &two, arena, &e), -1);
}

static void
t_a_malformed_row_is_none(void)
{
	int64_t id = open_grant("cycle", "n0001", 1);
	struct power_grant g;
	struct err e = {0};

	T_OK(store_run(requests->s, &e, "UPDATE grants SET verbs=? WHERE id=?", "ti",
	         (struct str){"cyc\0le", 6}, id) == 0);
	T_INT(power_grant_get(requests, id, arena, &g, &e), 0);
}

/* ---- a second person ------------------------------------------------------------------------------ */

static const char plan_hash[] = "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

static struct power_approval
waiting(const char *who)
{
	return (struct power_approval){.plan = plan_hash, .who = who, .verb = "cycle", .things = "n[1-9]", .text = "a plan",
	    .back = "/power", .machines = 9, .asked = NOW};
}

static void
t_a_plan_waits_once_and_is_approved_by_another_person_once(void)
{
	struct power_approval w = waiting("ana"), x;
	struct err e = {0};
	int64_t id, again;

	T_OK(power_approval_ask(requests, &w, &id, &e) == 0);
	T_OK(power_approval_ask(requests, &w, &again, &e) == 0);
	T_INT(again, id);
	T_INT(power_approval_of(requests, plan_hash, "ben", NOW, arena, &x, &e), 0);
	T_INT(power_approval_of(requests, plan_hash, "ana", NOW, arena, &x, &e), 1);
	T_STR(x.approver, "");
	T_INT(power_approve(requests, &x, "ana", "totp", new_proof(), NOW + MINUTE, &e), -1);
	T_ERR(e, "Nobody approves what they asked for");
	x.who = "eve"; /* what the caller says is not what counts */
	T_INT(power_approve(requests, &x, "ana", "totp", new_proof(), NOW + MINUTE, &e), -1);
	x.who = "ana";
	T_INT(power_approve(requests, &x, "ben", "totp", new_proof(), NOW + 15 * MINUTE, &e), -1); /* too late */
	T_ERR(e, "does not wait");
	T_OK(power_approve(requests, &x, "ben", "totp", new_proof(), NOW + 14 * MINUTE, &e) == 0);
	T_INT(power_approve(requests, &x, "cyd", "totp", new_proof(), NOW + 14 * MINUTE, &e), -1);
	T_INT(power_approval_of(requests, plan_hash, "ana", NOW + 28 * MINUTE, arena, &x, &e), 1);
	T_STR(x.approver, "ben");
	T_INT(power_approval_of(requests, plan_hash, "ana", NOW + 29 * MINUTE, arena, &x, &e), 0);
	T_INT(power_approval_use(requests->s, id, 7, "eve", NOW + 20 * MINUTE, &e), -1);
	T_OK(power_approval_use(requests->s, id, 7, "ana", NOW + 20 * MINUTE, &e) == 0);
	T_INT(power_approval_use(requests->s, id, 8, "ana", NOW + 20 * MINUTE, &e), -1);
	T_INT(power_approval_of(requests, plan_hash, "ana", NOW + 20 * MINUTE, arena, &x, &e), 0);
}

static void
t_a_proof_that_was_burned_approves_nothing(void)
{
	struct power_approval w = waiting("cyd"), x;
	struct err e = {0};
	int64_t id;

	(void)open_grant("on", "n1", 1);
	T_OK(power_approval_ask(requests, &w, &id, &e) == 0);
	T_INT(power_approval_of(requests, plan_hash, "cyd", NOW, arena, &x, &e), 1);
	T_INT(power_approve(requests, &x, "ben", "totp", proof, NOW, &e), -1);
	T_ERR(e, "used before");
	T_INT(power_approval_of(requests, plan_hash, "cyd", NOW, arena, &x, &e), 1);
	T_STR(x.approver, "");
}

/* ---- the last look ------------------------------------------------------------------------------------ */

static struct power_plan_machine machines[2] = {{.name = "n0001"}, {.name = "n0002"}};
static struct power_step steps[4] = {{.machine = 0}, {.machine = 1}, {.machine = 0}, {.machine = 1}};
static struct power_plan plan = {.verb = POWER_CYCLE, .machines = machines, .n_machines = 2, .steps = steps, .n_steps = 4};

static void
forge(const char *sql, int64_t id)
{
	struct err e = {0};

	if (!T_OK(store_run(requests->s, &e, sql, "i", id) == 0))
		printf("# %s: %s\n", sql, e.text);
}

static void
t_larchd_refuses_a_request_whose_grant_does_not_bear_it(void)
{
	static const struct {
		const char *sql, *why;
	} rows[] = {
	    {"UPDATE grants SET who='ben' WHERE id=?", "is of ben, and ana asked"},
	    {"UPDATE grants SET used=0 WHERE id=?", "its own is not among them"},
	    {"UPDATE grants SET revoked_at=1, revoked_by='ben' WHERE id=?", "was taken back by ben"},
	    {"UPDATE grants SET until=made WHERE id=?", "was over at"},
	    {"UPDATE grants SET made=made+1000000 WHERE id=?", "the clock was set back"},
	    {"UPDATE grants SET verbs='on' WHERE id=?", "is for on, not for cycle"},
	    {"UPDATE grants SET things='n0001' WHERE id=?", "not for n0002"},
	    {"DELETE FROM grants WHERE id=?", "which is not there"},
	};
	struct power_request r = {.id = 1, .who = "ana", .created = NOW + MINUTE, .role = "r"};
	struct power_look look = {.plan = &plan, .request = &r, .now = NOW + MINUTE, .requests = requests};
	struct err e = {0};

	memcpy(plan.hash, plan_hash, sizeof(plan_hash));
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		r.grant_id = open_grant("cycle", "n[0001-0002]", 1);
		T_OK(use(r.grant_id, "ana", NOW + MINUTE, &e) == 0);
		if (!T_OK(power_look_grant(&look, arena, &e) == 0))
			printf("# %s\n", e.text);
		forge(rows[i].sql, r.grant_id);
		T_INT(power_look_grant(&look, arena, &e), -1);
		T_INT(e.kind, ERR_REFUSED);
		T_ERR(e, rows[i].why);
	}
	r.grant_id = open_grant("cycle", "n[0001-0002]", 1);
	look.requests = NULL;
	T_INT(power_look_grant(&look, arena, &e), -1);
	T_ERR(e, "cannot be read");
}

static void
t_what_is_taken_back_stops_machines_that_were_not_begun(void)
{
	struct power_request r = {.id = 1, .who = "ana", .created = NOW + MINUTE};
	struct power_look look = {.plan = &plan, .request = &r, .now = NOW + MINUTE, .requests = requests};
	struct err e = {0};

	r.grant_id = open_grant("cycle", "n[0001-0002]", 1);
	T_OK(use(r.grant_id, "ana", NOW, &e) == 0);
	for (size_t i = 0; i < 4; i++)
		T_OK(power_look_revoked(&look, i, arena, &e) == 0);
	T_OK(power_grant_revoke(requests, r.grant_id, "ben", NOW + MINUTE, &e) == 0);
	T_INT(power_look_revoked(&look, 1, arena, &e), -1);
	T_ERR(e, "ben took back grant");
	T_OK(power_look_revoked(&look, 2, arena, &e) == 0);
	T_OK(power_look_revoked(&look, 3, arena, &e) == 0);
	look.begun = true;
	T_OK(power_look_revoked(&look, 0, arena, &e) == 0);
}

static void
t_larchd_refuses_a_large_plan_that_no_other_person_approved(void)
{
	static const struct {
		const char *sql, *why;
	} rows[] = {
	    {"UPDATE approval SET request=2 WHERE id=?", "another request's"},
	    {"UPDATE approval SET plan=replace(plan,'0','1') WHERE id=?", "approved is another plan"},
	    {"UPDATE approval SET who='cyd' WHERE id=?", "another person than ana"},
	    {"UPDATE approval SET approver='cyd' WHERE id=?", "another person than ana"},
	    {"UPDATE approval SET approved=0 WHERE id=?", "within the quarter of an hour"},
	    {"UPDATE approval SET approved=approved+3600000 WHERE id=?", "within the quarter of an hour"},
	    {"UPDATE approval SET asked=asked-3600000, approved=approved-3600000 WHERE id=?",
	        "within the quarter of an hour"},
	    {"DELETE FROM approval WHERE id=?", "is not there"},
	};
	struct power_request r = {.id = 1, .who = "ana", .created = NOW + 2 * MINUTE, .role = "operator", .second_over = 1};
	struct power_look look = {.plan = &plan, .request = &r, .now = NOW, .requests = requests};
	struct power_approval w = waiting("ana"), x;
	struct err e = {0};

	T_INT(power_look_grant(&look, arena, &e), -1);
	T_ERR(e, "role operator may switch 1 things alone, the plan has 2, and nobody approved it");
	r.second_over = 2;
	T_OK(power_look_grant(&look, arena, &e) == 0);
	plan.cut = &(struct power_fed){.thing = "kvm-b02"}; /* what is cut beside them counts too */
	plan.n_cut = 1;
	T_INT(power_look_grant(&look, arena, &e), -1);
	T_ERR(e, "the plan has 3, and nobody approved it");
	plan.cut = NULL;
	plan.n_cut = 0;
	r.second_over = 1;
	r.approver = "ben";
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		T_OK(power_approval_ask(requests, &w, &r.approval_id, &e) == 0);
		T_INT(power_approval_of(requests, plan_hash, "ana", NOW, arena, &x, &e), 1);
		T_OK(power_approve(requests, &x, "ben", "totp", new_proof(), NOW + MINUTE, &e) == 0);
		T_OK(power_approval_use(requests->s, r.approval_id, 1, "ana", NOW + 2 * MINUTE, &e) == 0);
		if (!T_OK(power_look_grant(&look, arena, &e) == 0))
			printf("# %s\n", e.text);
		forge(rows[i].sql, r.approval_id);
		T_INT(power_look_grant(&look, arena, &e), -1);
		T_INT(e.kind, ERR_REFUSED);
		T_ERR(e, rows[i].why);
	}
	r.approver = "ana"; /* and the file itself takes no row in which somebody approves their own */
	T_INT(power_look_grant(&look, arena, &e), -1);
	T_OK(power_approval_ask(requests, &w, &r.approval_id, &e) == 0);
	T_INT(store_run(requests->s, &e, "UPDATE approval SET approver='ana' WHERE id=?", "i", r.approval_id), -1);
	r.second_over = -1;
	T_INT(power_look_grant(&look, arena, &e), -1);
	T_ERR(e, "below none");
}

static void
t_close_power_db(void)
{
	power_requests_close(requests);
	arena_destroy(arena);
}

T_MAIN(T(t_open_power_db), T(t_a_proof_opens_one_grant), T(t_uses_are_counted_and_the_last_is_the_last),
    T(t_a_grant_is_over_at_its_end_before_its_beginning_and_when_it_is_taken_back),
    T(t_it_covers_its_verbs_and_its_things_and_no_other), T(t_a_malformed_row_is_none),
    T(t_a_plan_waits_once_and_is_approved_by_another_person_once), T(t_a_proof_that_was_burned_approves_nothing),
    T(t_larchd_refuses_a_request_whose_grant_does_not_bear_it), T(t_what_is_taken_back_stops_machines_that_were_not_begun),
    T(t_larchd_refuses_a_large_plan_that_no_other_person_approved), T(t_close_power_db))
