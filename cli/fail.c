/* SPDX-License-Identifier: Apache-2.0 */
/* One place where errors become a sentence on stderr and an exit code. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const int exit_of[ERR_KIND_COUNT] = {
	[ERR_NONE] = EXIT_FAILED,
	[ERR_INPUT] = EXIT_USAGE,
	[ERR_NOT_FOUND] = EXIT_USAGE,
	[ERR_LOGIN] = EXIT_DENIED,
	[ERR_DENIED] = EXIT_DENIED,
	[ERR_REFUSED] = EXIT_REFUSED,
	[ERR_CONFLICT] = EXIT_REFUSED,
	[ERR_STALE] = EXIT_REFUSED,
	[ERR_LIMIT] = EXIT_USAGE,
	[ERR_UNAVAILABLE] = EXIT_UNREACHABLE,
	[ERR_FULL] = EXIT_REFUSED,
	[ERR_TIMEOUT] = EXIT_UNKNOWN,
	[ERR_DEVICE] = EXIT_FAILED,
	[ERR_INTERNAL] = EXIT_FAILED,
};

/* CONVENTIONS, "Exit codes", for the statuses of RFC 9110 and 6585 that the API uses. */
static const struct { long status; int code; } exit_of_status[] = {
	{400, EXIT_USAGE}, {404, EXIT_USAGE}, {405, EXIT_USAGE}, {413, EXIT_USAGE}, {415, EXIT_USAGE},
	{422, EXIT_USAGE}, {428, EXIT_USAGE}, {429, EXIT_USAGE}, {401, EXIT_DENIED}, {403, EXIT_DENIED},
	{409, EXIT_REFUSED}, {412, EXIT_REFUSED}, {502, EXIT_UNREACHABLE}, {503, EXIT_UNREACHABLE},
	{504, EXIT_UNREACHABLE}, {507, EXIT_REFUSED},
};

static bool
wants_json(const struct cli *c)
{
	return c->opt.output != NULL && strncmp(c->opt.output, "json", 4) == 0;
}

/* The sentence, cleaned of control bytes, in the colour of errors; a monitoring system reads standard output alone. */
static void
print_sentence(const struct cli *c, const char *text)
{
	struct buf clean = BUF(LIMIT_PAGE);
	bool colour = out_colour(c, stderr);

	buf_plain(&clean, str_of(text));
	if (c->opt.nagios)
		printf("LARCH UNKNOWN: %s\n", clean.n > 0 ? clean.p : "");
	else
		fprintf(stderr, "%slarch: %s%s\n", colour ? "\033[31m" : "", clean.n > 0 ? clean.p : "", colour ? "\033[0m" : "");
	buf_free(&clean);
}

/* One line of JSON on stderr, the last one: {"error": {... problem ..., "exit": N}}. */
static void
print_json(json_t *problem, int code)
{
	json_t *o = json_object();
	struct buf text = BUF(LIMIT_PAGE);

	jsn_set(problem, "exit", json_integer(code));
	jsn_set(o, "error", json_incref(problem));
	jsn_canonical(o, &text);
	fprintf(stderr, "%s\n", text.n > 0 ? text.p : "{}");
	buf_free(&text);
	json_decref(o);
}

int
cli_fail_as(const struct cli *c, const char *kind, const char *detail, int code)
{
	json_t *o;

	fflush(stdout);
	if (!wants_json(c)) {
		print_sentence(c, detail);
		return code;
	}
	o = json_object();
	jsn_set_text(o, "type", kind);
	jsn_set_text(o, "detail", detail);
	print_json(o, code);
	json_decref(o);
	return code;
}

int
cli_fail(const struct cli *c, const struct err *e)
{
	int code = exit_of[e->kind];

	if (interrupted)
		code = EXIT_INTERRUPTED;
	return cli_fail_as(c, err_kind_name(e->kind), e->text, code);
}

int
cli_usage(const struct cli *c, const char *fmt, ...)
{
	char text[LIMIT_ERR_TEXT];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	cli_fail_as(c, "usage", text, EXIT_USAGE);
	if (!wants_json(c) && c->command != NULL)
		fprintf(stderr, "usage: larch %s%s%s%s\n", c->command->words,
		    c->command->options != 0 ? " [OPTIONS]" : "", c->command->args != NULL ? " " : "",
		    c->command->args != NULL ? c->command->args : "");
	return EXIT_USAGE;
}

void
cli_say(const struct cli *c, const char *fmt, ...)
{
	char text[LIMIT_LOG_LINE];
	struct buf clean = BUF(LIMIT_PAGE);
	va_list ap;

	if (c->opt.quiet)
		return;
	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	buf_plain(&clean, str_of(text));
	fprintf(stderr, "%s\n", clean.n > 0 ? clean.p : "");
	buf_free(&clean);
}

static int
code_of(long status)
{
	for (size_t i = 0; i < LARCH_COUNT(exit_of_status); i++)
		if (exit_of_status[i].status == status)
			return exit_of_status[i].code;
	return EXIT_FAILED;
}

/* RFC 9457 extension "errors": [{"path","detail"}], one line each. */
static void
print_parts(const struct cli *c, const json_t *problem)
{
	const json_t *list = jsn_array(problem, "errors");
	size_t i;
	const json_t *row;

	json_array_foreach(list, i, row) {
		const char *at = jsn_text_or(row, "path", jsn_text_or(row, "field", jsn_text_or(row, "pointer", "")));
		const char *detail = json_is_string(row) ? json_string_value(row) : jsn_text_or(row, "detail", "");

		print_sentence(c, arena_printf(c->arena, "%s%s%s", at, *at != '\0' ? ": " : "", detail));
	}
}

void
api_point(const struct cli *c, const struct api_answer *a, const char *typed)
{
	struct buf b = BUF(2 * LIMIT_HOSTS_TEXT);

	if ((a->status == 400 || a->status == 422) && !wants_json(c) && !c->opt.quiet)
		err_caret(jsn_text_or(a->body, "detail", ""), typed, &b);
	if (b.n > 0)
		fputs(b.p, stderr);
	buf_free(&b);
}

/* The sentence of an address that answers in text, "404 Not Found: no node is called n9", or NULL. */
static const char *
said_in_text(const struct cli *c, const struct api_answer *a)
{
	const char *from = a->body == NULL && a->text.n > 0 ? strstr(a->text.p, ": ") : NULL;
	size_t n;

	if (from == NULL || strncmp(a->text.p, arena_printf(c->arena, "%ld ", a->status), 4) != 0)
		return NULL;
	n = strcspn(from + 2, "\r\n");
	return n == 0 ? NULL : arena_printf(c->arena, "%.*s", (int)(n > LIMIT_ERR_TEXT ? LIMIT_ERR_TEXT : n), from + 2);
}

int
api_fail(const struct cli *c, const struct api_answer *a)
{
	int code = code_of(a->status);
	const char *detail = jsn_text_or(a->body, "detail", jsn_text_or(a->body, "title", said_in_text(c, a)));

	if (detail == NULL)
		detail = arena_printf(c->arena, "the server answered with status %ld and no reason", a->status);
	if (!wants_json(c) || !json_is_object(a->body)) {
		cli_fail_as(c, err_kind_name(ERR_UNAVAILABLE), detail, code);
		if (!wants_json(c))
			print_parts(c, a->body);
	} else {
		fflush(stdout);
		print_json(a->body, code);
	}
	if (a->status == 401 && !wants_json(c) && c->session.key.n > 0 && !c->opt.quiet)
		fprintf(stderr, "The key is no longer good; log in again: larch login %s\n",
		    c->session.server != NULL ? c->session.server : "");
	return code;
}
