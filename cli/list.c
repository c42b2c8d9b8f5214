/* SPDX-License-Identifier: Apache-2.0 */
/* Lists: machines, PDUs, jobs, the log. What they have in common is a path, its options, and columns. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct column node_columns[] = {
	{"name", "name", false}, {"outlets", "power", true}, {"chassis", "chassis", true}, {"ping", "ping", true},
	{"bmc", "bmc", true}, {"owner", "owner", false}, {"rack", "rack", false}, {"cords", "outlets", false},
	{"last_action", "last action", false},
};
static const struct column advice_columns[] = {
	{"name", "name", false}, {"level", "state", true}, {"advice", "advice", false},
};
static const struct column pdu_columns[] = {
	{"name", "name", false}, {"answers", "answers", true}, {"rack", "rack", false}, {"feed", "feed", false},
	{"family", "family", false}, {"outlets_on", "on", false}, {"outlets_off", "off", false},
	{"outlets_unknown", "unknown", false}, {"current_amperes", "A", false}, {"detail", "detail", false},
};
static const struct column job_columns[] = {
	{"job", "job", false}, {"state", "state", true}, {"who", "who", false}, {"verb", "verb", false},
	{"via", "via", false}, {"nodes", "machines", false}, {"created", "asked", false}, {"ended", "ended", false},
	{"text", "result", false},
};
static const struct column log_columns[] = {
	{"seq", "seq", false}, {"at", "at", false}, {"job", "job", false}, {"who", "who", false}, {"kind", "kind", false},
	{"machine", "machine", false}, {"device", "device", false}, {"outlet", "outlet", false}, {"verb", "verb", false},
	{"outcome", "outcome", true}, {"text", "text", false},
};

static const struct list {
	const char *verb, *path;
	const struct column *columns;
	size_t n_columns;
	const char *show, *fields; /* of whom when nobody is named; NULL: as the server has it */
} lists[] = {
	{"nodes", "/api/v1/nodes", node_columns, LARCH_COUNT(node_columns), NULL, NULL},
	{"advice", "/api/v1/nodes", advice_columns, LARCH_COUNT(advice_columns), "sick",
	    "name,level,since,advice,verdict,advised,sure,cases,helped,helped_low,helped_high,owner"},
	{"pdus", "/api/v1/pdus", pdu_columns, LARCH_COUNT(pdu_columns), NULL, NULL},
	{"jobs", "/api/v1/jobs", job_columns, LARCH_COUNT(job_columns), NULL, NULL},
	{"log", "/api/v1/log", log_columns, LARCH_COUNT(log_columns), NULL, NULL},
};

/* The path with its query, in the arena; NULL: printed, EXIT_USAGE. */
static const char *
query(struct cli *c, const struct list *l, const char *nodes)
{
	struct err e = {0};
	const char *since = NULL, *until = NULL, *made;
	int64_t n;

	if (path_number(c, "limit", c->opt.limit, 1, 1000000, &n) != 0)
		return NULL;
	if ((c->opt.since != NULL && (since = select_times(c, "since", c->opt.since, &e)) == NULL) ||
	    (c->opt.until != NULL && (until = select_times(c, "until", c->opt.until, &e)) == NULL)) {
		cli_fail(c, &e);
		return NULL;
	}
	made = path_make(c, l->path, NULL, NULL, (struct path_field[]){{"q", nodes}, {"show", nodes == NULL ? l->show : NULL}, {"fields", l->fields}, {"since", since},
	    {"until", until}, {"thing", c->opt.thing}, {"who", c->opt.who}, {"verb", c->opt.verb},
	    {"outcome", c->opt.outcome}, {"limit", c->opt.limit}}, 10, &e);
	if (made == NULL)
		cli_fail(c, &e);
	return made;
}

/* A CSV has every key of the server's rows, a table what fits: the first row says which there are. */
static void
print_rows(const struct cli *c, enum format f, const json_t *body, const struct list *l)
{
	const json_t *rows = out_list(body), *first = json_array_get(rows, 0);
	struct column *all;
	const char *key;
	json_t *v;
	size_t n = 0;

	if (f != FORMAT_CSV || first == NULL) {
		out_rows(c, f, body, rows, l->columns, l->n_columns);
		return;
	}
	all = arena_array(c->arena, json_object_size(first), sizeof(*all));
	json_object_foreach((json_t *)(uintptr_t)first, key, v)
		all[n++] = (struct column){arena_strdup(c->arena, key), NULL, false};
	out_rows(c, f, body, rows, all, n);
}

/* Nothing in the answer: machines that were named and are not there are an error, rows that were sought are not. */
static int
say_nothing(struct cli *c, const json_t *rows, const char *nodes)
{
	if (json_array_size(rows) > 0)
		return EXIT_OK;
	if (nodes != NULL)
		return cli_fail_as(c, err_kind_name(ERR_NOT_FOUND),
		    arena_printf(c->arena, "no machine fits %s; `larch nodes` lists those there are", nodes), EXIT_USAGE);
	if (strcmp(c->command->verb, "log") == 0)
		cli_say(c, "no row fits");
	if (strcmp(c->command->verb, "advice") == 0)
		cli_say(c, "every machine is well");
	return EXIT_OK;
}

/* A log that was cut says so: what is not shown is no row that is not there. */
static void
say_cut(struct cli *c, const json_t *body)
{
	json_int_t total = jsn_integer_or(body, "total", 0);
	size_t shown = json_array_size(out_list(body));

	if (strcmp(c->command->verb, "log") == 0 && total > (json_int_t)shown)
		cli_say(c, "the newest %zu of %lld rows that fit; `larch log export` writes all of a period", shown, (long long)total);
}

int
cmd_list(struct cli *c)
{
	const struct list *l = lists;
	const char *nodes = NULL, *path;
	struct api_answer a = {0};
	struct err e = {0};
	int code = EXIT_OK;

	while (strcmp(l->verb, c->command->verb) != 0)
		l++;
	if (c->argc > 0 && (nodes = select_nodes(c, &e)) == NULL)
		return cli_fail(c, &e);
	if ((path = query(c, l, nodes)) == NULL)
		return EXIT_USAGE;
	if (api_get(c, path, &a, &code) == 0 && (code = say_nothing(c, out_list(a.body), nodes)) == EXIT_OK) {
		print_rows(c, out_format(c, FORMAT_TABLE), a.body, l);
		say_cut(c, a.body);
	}
	api_answer_finish(&a);
	return code;
}
