/* SPDX-License-Identifier: Apache-2.0 */
/* Questions that larchd answers in a while: what is at an address, what a BMC tells. */
#include <string.h>
#include <time.h>

#include "cli.h"

#define POLL_MS 250
#define LIMIT_MS 60000 /* larchd ends a question by itself before that */

/* File it: the address of its answer, in the arena, or NULL with *code. */
static const char *
ask(struct cli *c, const char *path, const char *field, int *code)
{
	json_t *body = json_object();
	struct buf text = BUF(LIMIT_JSON_BODY);
	struct api_request q = {.method = "POST", .path = path};
	struct api_answer a = {0};
	const char *at = NULL;
	struct err e = {0};

	jsn_set_text(body, field, c->argv[0]);
	jsn_canonical(body, &text);
	q.body = buf_view(&text);
	if (api_call(c, &q, &a, &e) != 0)
		*code = cli_fail(c, &e);
	else if (a.status < 200 || a.status > 299)
		*code = api_fail(c, &a);
	else if (strncmp(jsn_text_or(a.body, "answer", ""), "/api/v1/", 8) != 0)
		*code = cli_fail(c, (err_set(&e, ERR_UNAVAILABLE, "the server named no answer"), &e));
	else
		at = arena_strdup(c->arena, jsn_text_or(a.body, "answer", ""));
	api_answer_finish(&a);
	buf_free(&text);
	json_decref(body);
	return at;
}

/* Poll until it is there, and say on stderr what larchd is at. 0 with the answer in *a; -1 with *code. */
static int
wait_for(struct cli *c, const char *at, struct api_answer *a, int *code)
{
	int64_t limit = LIMIT_MS, began = times_boot();
	char said[LIMIT_NAME] = "";
	struct err e = {0};

	if (c->opt.timeout != NULL && times_duration(str_of(c->opt.timeout), &limit, &e) != 0) {
		*code = cli_fail(c, &e);
		return -1;
	}
	for (;;) {
		const char *phase;

		if (api_get(c, at, a, code) != 0)
			return -1;
		if (strcmp(jsn_text_or(a->body, "state", ""), "done") == 0)
			return 0;
		phase = jsn_text_or(a->body, "phase", "");
		if (strncmp(said, phase, sizeof(said) - 1) != 0)
			cli_say(c, "%s: %s", c->argv[0], phase);
		(void)snprintf(said, sizeof(said), "%s", phase);
		if (interrupted || times_boot() - began > limit)
			break;
		api_answer_finish(a);
		*a = (struct api_answer){0};
		nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
	}
	*code = interrupted ? EXIT_INTERRUPTED
	                    : cli_fail(c, (err_set(&e, ERR_TIMEOUT, "no answer yet; look again with a GET of %s", at), &e));
	return -1;
}

/* Did it answer? A device that is silent, and one that cannot be asked, are a failure of the one target there is. */
static int
exit_of(const json_t *body)
{
	return strcmp(jsn_text_or(json_object_get(body, "found"), "outcome", ""), "ok") == 0 ? EXIT_OK : EXIT_FAILED;
}

static int
show(struct cli *c, const char *at, const json_t *body)
{
	struct api_answer text = {0};
	int code = EXIT_OK;

	if (out_format(c, FORMAT_TEXT) != FORMAT_TEXT) {
		out_json(body);
		return exit_of(body);
	}
	if (api_get_text(c, arena_printf(c->arena, "%s.txt", at), &text, &code) == 0) {
		out_text(text.text.n == 0 ? "" : text.text.p);
		code = exit_of(body);
	}
	api_answer_finish(&text);
	return code;
}

int
cmd_question(struct cli *c)
{
	bool probe = strcmp(c->command->verb, "probe") == 0;
	struct api_answer a = {0};
	int code = EXIT_OK;
	enum format f = out_format(c, FORMAT_TEXT);
	const char *at;

	if (f != FORMAT_TEXT && f != FORMAT_JSON)
		return cli_usage(c, "the answer is text, or json: it is more than one table");
	at = ask(c, probe ? "/api/v1/power/probe" : "/api/v1/power/bmc", probe ? "address" : "node", &code);
	if (at != NULL && wait_for(c, at, &a, &code) == 0)
		code = show(c, at, a.body);
	api_answer_finish(&a);
	return code;
}
