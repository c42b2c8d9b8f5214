/* SPDX-License-Identifier: Apache-2.0 */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli.h"

volatile sig_atomic_t interrupted;

static void
on_signal(int sig)
{
	(void)sig;
	interrupted = 1;
}

/* ---- the command line ------------------------------------------------------------ */

struct parsed {
	const struct option_row *used[64]; /* to check against the command, once it is known */
	size_t n_used;
	char **words;                      /* what is no option; argc of them at most */
	int n_words;
};

static const struct option_row *
row_of(const char *name, size_t n, char letter)
{
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *o = &option_rows[i];

		if (name != NULL ? strlen(o->name) == n && memcmp(o->name, name, n) == 0
		                 : letter != 0 && o->letter == letter)
			return o;
	}
	return NULL;
}

static bool
among(const char *words, const char *value)
{
	struct str rest = str_of(words);

	while (rest.p != NULL)
		if (str_is(str_cut(&rest, ' '), value))
			return true;
	return false;
}

static int
take(struct cli *c, struct parsed *p, const struct option_row *o, const char *value)
{
	char *at = (char *)&c->opt + o->offset;
	struct err e = {0};
	int64_t ms;

	if (p->n_used == LARCH_COUNT(p->used))
		return cli_usage(c, "too many options");
	p->used[p->n_used++] = o;
	if (o->arg == NULL && o->fixed == NULL) {
		*(int *)(void *)at += 1;
		return 0;
	}
	if (o->fixed != NULL)
		value = o->fixed;
	if (o->closed && !among(o->words, value))
		return cli_usage(c, "--%s: \"%s\" is none of: %s", o->name, value, o->words);
	if (o->duration && times_duration(str_of(value), &ms, &e) != 0)
		return cli_usage(c, "--%s: %s", o->name, e.text);
	*(const char **)(void *)at = value;
	return 0;
}

/* "--name", "--name=value", "--name value". *i moves over a value that follows. */
static int
long_option(struct cli *c, struct parsed *p, char **argv, int *i)
{
	const char *name = argv[*i] + 2, *eq = strchr(name, '=');
	size_t n = eq != NULL ? (size_t)(eq - name) : strlen(name);
	const struct option_row *o = row_of(name, n, 0);

	if (o == NULL)
		return cli_usage(c, "there is no option \"--%.*s\"", (int)n, name);
	if (o->arg == NULL && eq != NULL)
		return cli_usage(c, "--%s takes no value", o->name);
	if (o->arg != NULL && eq == NULL && argv[*i + 1] == NULL)
		return cli_usage(c, "--%s needs a value: %s", o->name, o->arg);
	if (o->arg == NULL)
		return take(c, p, o, NULL);
	return take(c, p, o, eq != NULL ? eq + 1 : argv[++*i]);
}

/* "-n", "-ny", "-o json", "-ojson". */
static int
short_options(struct cli *c, struct parsed *p, char **argv, int *i)
{
	for (const char *s = argv[*i] + 1; *s != '\0'; s++) {
		const struct option_row *o = row_of(NULL, 0, *s);
		int rc;

		if (o == NULL)
			return cli_usage(c, "there is no option \"-%c\"", *s);
		if (o->arg == NULL) {
			if ((rc = take(c, p, o, NULL)) != 0)
				return rc;
			continue;
		}
		if (s[1] == '\0' && argv[*i + 1] == NULL)
			return cli_usage(c, "-%c needs a value: %s", *s, o->arg);
		return take(c, p, o, s[1] != '\0' ? s + 1 : argv[++*i]);
	}
	return 0;
}

/* No option is a digit: "-2h" is a time. */
static int
split(struct cli *c, struct parsed *p, int argc, char **argv)
{
	bool only_words = false;
	int rc = 0;

	p->words = arena_array(c->arena, (size_t)argc + 1, sizeof(*p->words));
	for (int i = 1; i < argc && rc == 0; i++) {
		if (only_words || argv[i][0] != '-' || argv[i][1] == '\0' || (argv[i][1] >= '0' && argv[i][1] <= '9'))
			p->words[p->n_words++] = argv[i];
		else if (strcmp(argv[i], "--") == 0)
			only_words = true;
		else if (argv[i][1] == '-')
			rc = long_option(c, p, argv, &i);
		else
			rc = short_options(c, p, argv, &i);
	}
	return rc;
}

/* How many words the command has, when the line begins with all of them; else 0. */
static int
matches(const struct command *cmd, const struct parsed *p)
{
	struct str rest = str_of(cmd->words);
	int n = 0;

	while (rest.p != NULL) {
		if (n == p->n_words || !str_is(str_cut(&rest, ' '), p->words[n]))
			return 0;
		n++;
	}
	return n;
}

/* The longest wins: "log verify" before "log". */
static const struct command *
find(const struct parsed *p, int *n_words_out)
{
	const struct command *best = NULL, *cmd;

	for (size_t i = 0; (cmd = command_at(i)) != NULL; i++) {
		int n = matches(cmd, p);

		if (n > *n_words_out) {
			best = cmd;
			*n_words_out = n;
		}
	}
	return best;
}

static int
check_options(const struct cli *c, const struct parsed *p)
{
	for (size_t i = 0; i < p->n_used; i++)
		if ((p->used[i]->group & (c->command->options | OPT_GLOBAL)) == 0)
			return cli_usage(c, "\"%s\" has no option --%s", c->command->words, p->used[i]->name);
	return 0;
}

static int
unknown_command(const struct cli *c, const struct parsed *p)
{
	struct buf may = BUF(LIMIT_HEADER);
	size_t n = strlen(p->words[0]);
	const struct command *cmd;

	for (size_t i = 0; (cmd = command_at(i)) != NULL; i++)
		if (strncmp(cmd->words, p->words[0], n) == 0 && cmd->words[n] == ' ')
			buf_printf(&may, "%s%s", may.n > 0 ? ", " : "", cmd->words + n + 1);
	if (may.n == 0)
		cli_usage(c, "there is no command \"%s\"; `larch --help` lists them", p->words[0]);
	else if (p->n_words < 2)
		cli_usage(c, "\"%s\" needs one of: %s", p->words[0], may.p);
	else
		cli_usage(c, "\"%s\" is not a verb of %s; they are: %s", p->words[1], p->words[0], may.p);
	buf_free(&may);
	return EXIT_USAGE;
}

static int
dispatch(struct cli *c, const struct parsed *p, int n_words)
{
	const struct command *cmd = c->command;
	struct err e = {0};
	int code;

	if (c->opt.help) {
		help_command(stdout, cmd);
		return out_finish(EXIT_OK);
	}
	if (check_options(c, p) != 0)
		return EXIT_USAGE;
	c->argv = p->words + n_words;
	c->argc = p->n_words - n_words;
	if (c->argc < cmd->min_args)
		return cli_usage(c, "%s: %s is missing", cmd->words, cmd->args);
	if (cmd->max_args >= 0 && c->argc > cmd->max_args)
		return cli_usage(c, "%s: \"%s\" is one argument too many", cmd->words, c->argv[cmd->max_args]);
	if (session_load(c, &e) != 0)
		return cli_fail(c, &e);
	if (c->opt.at != NULL && (c->at = select_times(c, "as of", c->opt.at, &e)) == NULL)
		return cli_fail(c, &e);
	code = out_finish(cmd->run(c));
	if (!cmd->hidden)
		names_refresh(c);
	return code;
}

/* Help without a command that is whole: of all of them, or of those that begin with a word, as "power". */
static int
help(const struct cli *c, const struct parsed *p)
{
	if (p->n_words == 0)
		help_all(stdout);
	else if (help_group(stdout, p->words[0]) == 0)
		return unknown_command(c, p);
	return out_finish(EXIT_OK);
}

static int
begin(struct cli *c, int argc, char **argv)
{
	struct parsed p = {0};
	int n_words = 0, rc;

	if ((rc = split(c, &p, argc, argv)) != 0)
		return rc;
	if (c->opt.version) {
		printf("larch %s\n", LARCH_VERSION);
		return out_finish(EXIT_OK);
	}
	if (p.n_words > 0 && strcmp(p.words[0], "help") == 0) { /* "help power on" is "power on --help" */
		c->opt.help = 1;
		p.words++;
		p.n_words--;
	}
	c->command = find(&p, &n_words);
	if (c->command != NULL)
		return dispatch(c, &p, n_words);
	if (c->opt.help)
		return help(c, &p);
	if (p.n_words > 0)
		return unknown_command(c, &p);
	help_all(stderr);
	return EXIT_USAGE;
}

int
main(int argc, char **argv)
{
	struct cli c = {.arena = arena_create()};
	struct sigaction stop = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND}; /* no SA_RESTART: waits end */
	int code;

	setlocale(LC_ALL, "");
	log_name("larch");
	sigaction(SIGINT, &stop, NULL);
	sigaction(SIGTERM, &stop, NULL);
	code = begin(&c, argc, argv);
	session_finish(&c.session);
	arena_destroy(c.arena);
	return code;
}
