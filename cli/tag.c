/* SPDX-License-Identifier: Apache-2.0 */
/* tag: what hangs on a rack or a machine so that nobody switches it. */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const struct column columns[] = {
	{"id", "tag", false}, {"state", "state", true}, {"thing", "on", false}, {"who", "who", false}, {"until", "until", false},
	{"reason", "why", false}, {"contact", "contact", false}, {"asked", "lifting", false},
};

/* Its end as somebody writes it here, in this zone; said on stderr, so that a mistake is seen. */
static const char *
until(struct cli *c, struct err *e)
{
	char utc[TIMES_TEXT], room[TIMES_TEXT];
	int64_t ms;

	if (c->opt.until == NULL) {
		err_set(e, ERR_INPUT, "a tag has an end: --until 05:00, or --until 8h");
		return NULL;
	}
	if (times_next(str_of(c->opt.until), times_now(), &ms, e) != 0)
		return NULL;
	cli_say(c, "until %s", times_room(ms, room));
	return arena_strdup(c->arena, times_utc(ms, utc));
}

static int
send_it(struct cli *c, const char *path, json_t *body, struct api_answer *a)
{
	struct buf text = BUF(LIMIT_FORM);
	struct api_request q = {.method = "POST", .path = path};
	struct err e = {0};
	int code = EXIT_OK;

	jsn_canonical(body, &text);
	q.body = buf_view(&text);
	if (api_call(c, &q, a, &e) != 0)
		code = cli_fail(c, &e);
	else if (a->status < 200 || a->status > 299)
		code = api_fail(c, a);
	buf_free(&text);
	json_decref(body);
	return code;
}

/* A job that is at work there stops before its next packet: until then no hand goes in. */
static void
say_hung(struct cli *c, json_t *body)
{
	json_t *jobs = json_object_get(body, "jobs");

	out_line(stdout, "tag %s hangs on %s. It does not replace a padlock.", out_scalar(c, json_object_get(body, "id")), c->argv[0]);
	for (size_t i = 0; i < json_array_size(jobs); i++)
		out_line(stdout, "WAIT: job %s has not ended there. It stops before its next packet; see larch job %s",
		    out_scalar(c, json_array_get(jobs, i)), out_scalar(c, json_array_get(jobs, i)));
}

static int
put(struct cli *c)
{
	struct api_answer a = {0};
	struct err e = {0};
	const char *end = until(c, &e);
	json_t *body;
	int code;

	if (end == NULL)
		return cli_fail(c, &e);
	if (c->opt.reason == NULL)
		return cli_usage(c, "a tag says why it hangs: -R 'hands in rack b07'");
	body = json_object();
	jsn_set_text(body, "thing", c->argv[0]);
	jsn_set_text(body, "reason", c->opt.reason);
	jsn_set_text(body, "until", end);
	if (c->opt.contact != NULL)
		jsn_set_text(body, "contact", c->opt.contact);
	code = send_it(c, "/api/v1/tags", body, &a);
	if (code == EXIT_OK && out_format(c, FORMAT_TEXT) == FORMAT_TEXT)
		say_hung(c, a.body);
	else if (code == EXIT_OK)
		out_json(a.body);
	api_answer_finish(&a);
	return code;
}

/* lift, extend */
static int
act(struct cli *c)
{
	bool extend = strcmp(c->command->verb, "extend") == 0;
	struct api_answer a = {0};
	struct err e = {0};
	const char *end = NULL;
	json_t *body;
	int64_t id;
	int code;

	if (str_int(str_of(c->argv[0]), 1, INT64_MAX, &id) != 0)
		return cli_usage(c, "\"%s\" is no tag; they are numbers: larch tag list", c->argv[0]);
	if (extend && (end = until(c, &e)) == NULL)
		return cli_fail(c, &e);
	body = json_object();
	if (extend)
		jsn_set_text(body, "until", end);
	code = send_it(c, arena_printf(c->arena, "/api/v1/tags/%lld/%s", (long long)id, c->command->verb), body, &a);
	if (code == EXIT_OK && out_format(c, FORMAT_TEXT) == FORMAT_TEXT)
		out_line(stdout, "tag %lld: %s", (long long)id, jsn_text_or(a.body, "text", "has another end"));
	else if (code == EXIT_OK)
		out_json(a.body);
	api_answer_finish(&a);
	return code;
}

int
cmd_tag(struct cli *c)
{
	return strcmp(c->command->verb, "put") == 0 ? put(c) : act(c);
}

int
cmd_tags(struct cli *c)
{
	struct api_answer a = {0};
	int code = EXIT_OK;

	if (api_get(c, "/api/v1/tags?limit=all", &a, &code) == 0) {
		if (json_array_size(out_list(a.body)) == 0)
			cli_say(c, "no tag hangs");
		out_rows(c, out_format(c, FORMAT_TABLE), a.body, out_list(a.body), columns, LARCH_COUNT(columns));
	}
	api_answer_finish(&a);
	return code;
}
