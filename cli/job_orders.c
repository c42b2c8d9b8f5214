/* SPDX-License-Identifier: Apache-2.0 */
/* job pause, resume, abort; job finish and undo: a new plan for a machine that a job has left. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const char *
job_path(const struct cli *c, int64_t id, const char *more)
{
	return arena_printf(c->arena, "/api/v1/jobs/%lld%s%s", (long long)id, *more == '\0' ? "" : "/", more);
}

static int
number_of(struct cli *c, int64_t *id)
{
	if (str_int(str_of(c->argv[0]), 1, INT64_MAX, id) == 0)
		return 0;
	(void)cli_usage(c, "\"%s\" is no job; they are numbers", c->argv[0]);
	return -1;
}

/* The command's verb is the order. A job that was resumed or aborted is followed to where that leads. */
int
cmd_job_order(struct cli *c)
{
	const char *what = c->command->verb;
	struct api_request q = {.method = "POST", .body = STR("{}")};
	struct api_answer a = {0};
	struct err e = {0};
	int code = EXIT_OK;
	int64_t id;

	if (number_of(c, &id) != 0)
		return EXIT_USAGE;
	q.path = job_path(c, id, what);
	if (api_call(c, &q, &a, &e) != 0)
		code = cli_fail(c, &e);
	else if (a.status < 200 || a.status > 299)
		code = api_fail(c, &a);
	else
		cli_say(c, "Job %lld was asked to %s.", (long long)id, what);
	api_answer_finish(&a);
	return code != EXIT_OK || c->opt.no_wait || strcmp(what, "pause") == 0 ? code : job_follow(c, c->argv[0], true);
}

/* ---- finish, undo ------------------------------------------------------------------------------ */

static const json_t *
row_of(const json_t *job, const char *machine)
{
	const json_t *row;
	size_t i;

	json_array_foreach(jsn_array(job, "machines"), i, row)
		if (strcmp(jsn_text_or(row, "machine", ""), machine) == 0)
			return row;
	return NULL;
}

/* Why there is nothing to finish or to undo. */
static int
nothing_to(struct cli *c, const json_t *job, const json_t *row, const char *machine)
{
	const char *what = c->command->verb, *state = jsn_text_or(row, "state", "");
	struct err e = {0};

	if (row == NULL)
		return cli_usage(c, "%s is not in job %s", machine, c->argv[0]);
	if (json_is_null(json_object_get(job, "ended")))
		err_set(&e, ERR_CONFLICT, "job %s has not ended (%s): abort it first, or wait", c->argv[0], jsn_text_or(job, "state", "?"));
	else if (json_object_get(row, "later") != NULL)
		err_set(&e, ERR_CONFLICT, "job %lld has switched %s since: see larch job %lld",
		    (long long)jsn_integer_or(row, "later", 0), machine, (long long)jsn_integer_or(row, "later", 0));
	else if (strcmp(state, "ok") == 0)
		err_set(&e, ERR_REFUSED, "%s is as job %s was to leave it: there is nothing to %s", machine, c->argv[0], what);
	else
		err_set(&e, ERR_REFUSED, "nothing of %s was switched that could be undone (%s)", machine, state);
	return cli_fail(c, &e);
}

static int
carry_out(struct cli *c, const json_t *next)
{
	const char *verb = jsn_text_or(next, "verb", "");
	bool outlet = strncmp(verb, "outlet-", 7) == 0;
	const struct wish w = {
		.verb = arena_strdup(c->arena, outlet ? verb + 7 : verb),
		.noun = outlet ? "outlets" : "nodes",
		.base = outlet ? "/api/v1/outlets" : "/api/v1/power",
		.list = arena_strdup(c->arena, jsn_text_or(next, "machine", "")),
		.port = json_object_get(next, "port") == NULL ? NULL : arena_strdup(c->arena, jsn_text_or(next, "port", "")),
		.vlan = jsn_integer_or(next, "vlan", 0),
		.boot = json_object_get(next, "boot") == NULL ? NULL : arena_strdup(c->arena, jsn_text_or(next, "boot", "")),
	};

	if (!outlet && strcmp(verb, "setvlan") != 0)
		c->opt.via = arena_strdup(c->arena, jsn_text_or(next, "via", "auto"));
	return power_carry_out(c, &w);
}

static bool
same(const json_t *a, const json_t *b, const char *key)
{
	return json_equal(json_object_get(a, key), json_object_get(b, key)) ||
	    (json_object_get(a, key) == NULL && json_object_get(b, key) == NULL);
}

/* One plan for all of them: they must have the same verb and way. NULL: *code says why. */
static json_t *
together(struct cli *c, const json_t *job, const struct hosts *names, int *code)
{
	const char *list = NULL;
	json_t *all = NULL;

	for (size_t i = 0; i < names->n; i++) {
		const json_t *row = row_of(job, names->name[i]), *next = row == NULL ? NULL : json_object_get(row, c->command->verb);

		if (!json_is_object(next)) {
			*code = nothing_to(c, job, row, names->name[i]);
			json_decref(all);
			return NULL;
		}
		if (all == NULL)
			all = json_deep_copy(next);
		if (!same(all, next, "verb") || !same(all, next, "via") || !same(all, next, "vlan")) {
			*code = cli_usage(c, "%s would be %s via %s and %s %s via %s: one plan cannot be both; ask for each",
			    names->name[0], jsn_text_or(all, "verb", "?"), jsn_text_or(all, "via", "?"), names->name[i],
			    jsn_text_or(next, "verb", "?"), jsn_text_or(next, "via", "?"));
			json_decref(all);
			return NULL;
		}
		list = list == NULL ? arena_strdup(c->arena, jsn_text_or(next, "machine", ""))
		                    : arena_printf(c->arena, "%s,%s", list, jsn_text_or(next, "machine", ""));
	}
	jsn_set_text(all, "machine", list);
	return all;
}

/* "finish" or "undo": what the server offers for the machines becomes a plan, shown and confirmed like any other. */
int
cmd_job_next(struct cli *c)
{
	struct api_answer a = {0};
	struct hosts names = {0};
	struct err e = {0};
	json_t *next;
	int code = EXIT_OK;
	int64_t id;

	if (number_of(c, &id) != 0)
		return EXIT_USAGE;
	if (hosts_parse(str_of(c->argv[1]), NULL, c->arena, &names, &e) != 0)
		return cli_fail(c, &e);
	if (names.n == 0)
		return cli_usage(c, "\"%s\" names no machine", c->argv[1]);
	if (api_get(c, job_path(c, id, ""), &a, &code) == 0 && (next = together(c, a.body, &names, &code)) != NULL) {
		code = carry_out(c, next);
		json_decref(next);
	}
	api_answer_finish(&a);
	return code;
}
