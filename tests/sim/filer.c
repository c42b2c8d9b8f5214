/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filer: the `power` and `pages` programs' hands without their web: fills an
 * inventory and files power requests, for tests that drive larchd alone.
 *
 *	filer -c larch.json import room.json
 *	filer -c larch.json file WHO VERB NAMES VIA REASON     prints the job's number
 *	filer -c larch.json order WHO JOB abort|resume
 *	filer -c larch.json plan VERB NAMES VIA                prints the plan
 *
 * WHO has the groups of $FILER_GROUPS (blank-separated), "admins" by default.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "auth/auth.h"
#include "base/base.h"
#include "conf/conf.h"
#include "inv/inv.h"
#include "power/power.h"
#include "status/status.h"

struct filer {
	struct arena *a;
	struct conf *conf;
	struct yang *yang;
	struct auth_policy *policy;
	struct inv *inv;
	struct status *status;
	struct journal *journal;
	struct power_requests *requests;
};

static bool
ended(void *ctx, int64_t job)
{
	struct filer *f = ctx;
	struct journal_job state;
	struct err e;

	return journal_job(f->journal, job, f->a, &state, &e) == 0 && state.ended > 0;
}

static int
match(void *ctx, const char *query, const char *thing, struct err *e)
{
	return inv_match(ctx, query, thing, e);
}

static int
permit(struct filer *f, const char *who, const struct power_plan *p, struct permit **out, struct err *e)
{
	const char *groups = getenv("FILER_GROUPS");
	struct auth_person person = {.name = who, .display = who, .source = AUTH_SESSION, .id = "0123456789abcdef",
	    .expires_at = times_now() + 600000};
	struct auth_ask ask = {.who = &person, .verb = power_verb_name(p->verb), .match = match, .match_ctx = f->inv,
	    .arena = f->a};
	struct str rest = str_of(groups == NULL ? "admins" : groups);
	struct hosts things;

	person.groups = arena_array(f->a, 16, sizeof(*person.groups));
	while (rest.p != NULL && person.n_groups < 16) {
		struct str word = str_cut(&rest, ' ');

		person.groups[person.n_groups++] = arena_strndup(f->a, word.p, word.n);
	}
	power_plan_things(p, f->a, &things);
	ask.things = &things;
	return auth_may(f->policy, &ask, out, e);
}

static int
make_plan(struct filer *f, char **words, struct power_plan *p, struct err *e)
{
	struct power_room room = {f->inv, f->status, f->conf, auth_policy_revision(f->policy)};
	enum power_verb verb;
	enum power_way way;
	struct hosts names;

	if (power_verb_parse(str_of(words[0]), &verb, e) != 0 || power_way_parse(str_of(words[2]), &way, e) != 0)
		return -1;
	if (power_verb_is_outlet(verb) ? hosts_parse(str_of(words[1]), NULL, f->a, &names, e) != 0
	                               : inv_select(f->inv, str_of(words[1]), f->a, &names, e) != 0)
		return -1;
	return power_plan_for(&room, verb, way, &names, f->a, p, e);
}

static int
do_plan(struct filer *f, char **words, struct err *e)
{
	struct buf text = BUF(LIMIT_PAGE);
	struct power_plan p;

	if (make_plan(f, words, &p, e) != 0)
		return -1;
	power_plan_text(&p, &text);
	fputs(text.p, stdout);
	buf_free(&text);
	return 0;
}

static int
do_file(struct filer *f, char **words, struct err *e)
{
	struct power_filing filing = {.source = "session test", .address = "127.0.0.1", .reason = words[4],
	    .request_id = "test", .ended = ended, .ctx = f};
	struct power_plan p;
	struct permit *allowed;
	int64_t job;
	bool again;

	if (make_plan(f, words + 1, &p, e) != 0 || permit(f, words[0], &p, &allowed, e) != 0 ||
	    auth_policy_limits(f->policy, permit_role(allowed), &filing.at_once, &filing.per_hour) != 0)
		return -1;
	filing.permit = allowed;
	filing.plan = &p;
	if (power_file(f->requests, &filing, &job, &again, e) != 0)
		return -1;
	printf("%lld\n", (long long)job);
	return 0;
}

static int
do_order(struct filer *f, char **words, struct err *e)
{
	struct power_order order = {.what = words[2]};
	struct power_request r;
	struct power_plan p;
	struct permit *allowed;
	int64_t id;
	json_t *j;

	if (str_int(str_of(words[1]), 1, INT64_MAX, &order.job) != 0)
		return err_set(e, ERR_INPUT, "'%s' is no job", words[1]);
	if (power_request_get(f->requests, order.job, f->a, &r, e) != 0)
		return -1;
	j = jsn_parse(str_of(r.plan_text), "the plan", e);
	if (j == NULL || power_plan_from_json(j, f->a, &p, e) != 0 || permit(f, words[0], &p, &allowed, e) != 0)
		return -1;
	order.verb = power_verb_name(p.verb);
	return power_order(f->requests, allowed, &order, &id, e);
}

static int
do_import(struct filer *f, char **words, struct err *e)
{
	struct inv_author author = {words[0], "test", "test"};
	struct inv_import_result result;
	struct inv *inv = NULL;
	struct buf text;
	int rc;

	author.who = "test";
	if (file_read(words[0], LIMIT_ROOM_FILE, &text, e) != 0)
		return -1;
	rc = inv_open(conf_db(f->conf, "inventory", f->a), &inv, e);
	if (rc == 0)
		rc = inv_import(inv, f->yang, buf_view(&text), &author, false, &result, e);
	inv_close(inv);
	buf_free(&text);
	return rc;
}

static int
open_all(struct filer *f, struct err *e)
{
	if (inv_open_reader(conf_db(f->conf, "inventory", f->a), &f->inv, e) != 0 ||
	    status_open_reader(conf_db(f->conf, "status", f->a), &f->status, e) != 0 ||
	    journal_open_reader(conf_db(f->conf, "journal", f->a), &f->journal, e) != 0 ||
	    power_requests_open(conf_db(f->conf, "power", f->a), &f->requests, e) != 0)
		return -1;
	return 0;
}

static const struct {
	const char *name;
	int words;
	int (*run)(struct filer *f, char **words, struct err *e);
	bool opens;
} commands[] = {
    {"import", 1, do_import, false},
    {"plan", 3, do_plan, true},
    {"file", 5, do_file, true},
    {"order", 3, do_order, true},
};

int
main(int argc, char **argv)
{
	struct filer f = {0};
	struct err e = {0};
	int rc = -1;

	log_name("filer");
	if (argc < 4 || strcmp(argv[1], "-c") != 0) {
		fputs("usage: filer -c larch.json import|plan|file|order ...\n", stderr);
		return 2;
	}
	f.a = arena_create();
	err_set(&e, ERR_INPUT, "no such command, or not its number of words: %s", argv[3]);
	if (conf_load(argv[2], NULL, &f.conf, &e) != 0 || yang_create(f.conf->yang, &f.yang, &e) != 0 ||
	    auth_policy_load(f.conf->policy, f.yang, &f.policy, &e) != 0)
		goto out;
	for (size_t i = 0; i < LARCH_COUNT(commands); i++)
		if (strcmp(commands[i].name, argv[3]) == 0 && commands[i].words == argc - 4 &&
		    (!commands[i].opens || open_all(&f, &e) == 0))
			rc = commands[i].run(&f, argv + 4, &e);
out:
	if (rc != 0)
		fprintf(stderr, "filer: %s\n", e.text);
	power_requests_close(f.requests);
	journal_close(f.journal);
	status_close(f.status);
	inv_close(f.inv);
	auth_policy_destroy(f.policy);
	yang_destroy(f.yang);
	conf_destroy(f.conf);
	arena_destroy(f.a);
	return rc == 0 ? 0 : 1;
}
