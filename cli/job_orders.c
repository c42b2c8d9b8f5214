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
nothing_to(struct cli *c, const json_t *job, const json_t *row)
{
	const char *what = c->command->verb, *machine = c->argv[1], *state = jsn_text_or(row, "state", "");
	struct err e = {0};

	if (row == NULL)
		return cli_usage(c, "%s is not in job %s", machine, c->argv[0]);
	if (json_is_null(json_object_get(job, "ended")))
		err_set(&e, ERR_CONFLICT, "job %s has not ended (%s): abort it first, or wait", c->argv[0], jsn_text_or(job, "state", "?"));
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

/* "finish" or "undo": what the server offers for the machine becomes a plan, shown and confirmed like any other. */
int
cmd_job_next(struct cli *c)
{
	struct api_answer a = {0};
	const json_t *row, *next;
	int code = EXIT_OK;
	int64_t id;

	if (number_of(c, &id) != 0)
		return EXIT_USAGE;
	if (api_get(c, job_path(c, id, ""), &a, &code) == 0) {
		row = row_of(a.body, c->argv[1]);
		next = row == NULL ? NULL : json_object_get(row, c->command->verb);
		code = json_is_object(next) ? carry_out(c, next) : nothing_to(c, a.body, row);
	}
	api_answer_finish(&a);
	return code;
}
