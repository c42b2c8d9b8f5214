/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console: asks where a thing's console is and becomes the person's own ssh.
 * No shell is between: ssh gets its arguments as they are, the host after "--",
 * and nothing that the inventory says may look like an option.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli.h"

#define ARGS_MAX 8

/* A host or a user as ssh may get it: no option, no shell's or ssh's own mark. */
static bool
is_plain(const char *s)
{
	size_t n = strlen(s);

	return n > 0 && n <= LIMIT_NAME && s[0] != '-' &&
	    strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._:-") == n;
}

/* An address may have a port behind it, as docs/formats/room.md says: "10.0.0.9:2022". More colons are IPv6's. */
static const char *
without_port(struct cli *c, const char *host, int64_t *port)
{
	const char *colon = strchr(host, ':');
	int64_t own;

	if (colon == NULL || strchr(colon + 1, ':') != NULL || str_int(str_of(colon + 1), 1, 65535, &own) != 0)
		return host;
	*port = *port == 0 ? own : *port;
	return arena_strndup(c->arena, host, (size_t)(colon - host));
}

/* The arguments into argv (ARGS_MAX): 0, or -1 with the reason printed. */
static int
make_ssh(struct cli *c, const json_t *o, const char **argv)
{
	const char *host = jsn_text_or(o, "address", NULL), *user = c->opt.user != NULL ? c->opt.user : jsn_text_or(o, "user", NULL);
	int64_t port = jsn_integer_or(o, "ssh_port", jsn_integer_or(o, "console_port", 0));
	int n = 0;

	if (host == NULL || *host == '\0')
		host = jsn_text_or(o, "server", "");
	host = without_port(c, host, &port);
	if (!is_plain(host) || (user != NULL && !is_plain(user))) {
		cli_fail_as(c, err_kind_name(ERR_REFUSED), arena_printf(c->arena,
		    "\"%s\" is no %s that ssh may be given: letters, digits and ._:- and no hyphen before them",
		    !is_plain(host) ? host : user, !is_plain(host) ? "host" : "user"), EXIT_REFUSED);
		return -1;
	}
	if (port < 0 || port > 65535) {
		cli_fail_as(c, err_kind_name(ERR_REFUSED), arena_printf(c->arena, "%lld is no port of TCP", (long long)port), EXIT_REFUSED);
		return -1;
	}
	argv[n++] = "ssh";
	if (port > 0) {
		argv[n++] = "-p";
		argv[n++] = arena_printf(c->arena, "%lld", (long long)port);
	}
	if (user != NULL) {
		argv[n++] = "-l";
		argv[n++] = user;
	}
	argv[n++] = "--";
	argv[n++] = host;
	argv[n] = NULL;
	return 0;
}

/* The command on one line; its words hold no blank. */
static void
print_ssh(FILE *to, const char *const *argv)
{
	for (; *argv != NULL; argv++)
		fprintf(to, "%s%s", *argv, argv[1] != NULL ? " " : "\n");
}

static int
open_console(struct cli *c, const json_t *o)
{
	bool only_print = c->opt.dry_run || c->at != NULL; /* what was there then is not there to open */
	const char *argv[ARGS_MAX + 1];

	if (strcmp(jsn_text_or(o, "kind", "console"), "bmc") == 0)
		return cli_fail_as(c, "not-carried", arena_printf(c->arena,
		    "%s has no console server, only its BMC %s: serial-over-LAN is not carried yet", c->argv[0],
		    jsn_text_or(o, "server", jsn_text_or(o, "thing", "?"))), EXIT_REFUSED);
	if (make_ssh(c, o, argv) != 0)
		return EXIT_REFUSED;
	if (out_format(c, FORMAT_TEXT) != FORMAT_TEXT) {
		out_json(o);
		return EXIT_OK;
	}
	if (!only_print)
		cli_say(c, "%s is port %s of %s", c->argv[0], out_scalar(c, json_object_get(o, "port")), out_scalar(c, json_object_get(o, "server")));
	print_ssh(only_print ? stdout : stderr, argv);
	if (only_print)
		return EXIT_OK;
	fflush(NULL);
	execvp(argv[0], (char **)(uintptr_t)argv);
	return cli_fail_as(c, "no-ssh", arena_printf(c->arena, "ssh cannot be run: %s", strerror(errno)), EXIT_FAILED);
}

int
cmd_console(struct cli *c)
{
	struct api_answer a = {0};
	struct err e = {0};
	const char *path = path_make(c, "/api/v1/things", c->argv[0], "/console", NULL, 0, &e);
	int code;

	if (path == NULL)
		return cli_fail(c, &e);
	if (api_get(c, path, &a, &code) == 0)
		code = open_console(c, a.body);
	api_answer_finish(&a);
	return code;
}
