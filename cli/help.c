/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const char exit_codes[] =
    "Exit: 0 all targets ok; 1 at least one failed; 2 usage or bad selection, nothing sent;\n"
    "3 refused, nothing sent; 4 not logged in or not allowed; 5 server unreachable;\n"
    "6 outcome unknown; 130 interrupted.\n";

static void
print_option(FILE *to, const struct option_row *o)
{
	char left[48];

	snprintf(left, sizeof(left), "%s%c%s--%s%s%s", o->letter != 0 ? "-" : " ",
	    o->letter != 0 ? o->letter : ' ', o->letter != 0 ? ", " : "  ", o->name,
	    o->arg != NULL ? " " : "", o->arg != NULL ? o->arg : "");
	fprintf(to, "  %-26s %s\n", left, o->help);
}

static void
print_options(FILE *to, unsigned groups)
{
	for (size_t i = 0; i < n_option_rows; i++)
		if ((option_rows[i].group & groups) != 0)
			print_option(to, &option_rows[i]);
}

static void
print_command(FILE *to, const struct command *cmd)
{
	char left[64];

	snprintf(left, sizeof(left), "%s %s", cmd->words, cmd->args != NULL ? cmd->args : "");
	fprintf(to, "  %-34s %s\n", left, cmd->help);
}

void
help_all(FILE *to)
{
	fprintf(to, "usage: larch COMMAND [OPTIONS] [ARGUMENTS]\n\n"
	    "The console of a machine room: see it, and cut and restore power safely.\n\nCommands:\n");
	for (size_t i = 0; i < n_commands; i++)
		print_command(to, &commands[i]);
	fprintf(to, "\nOptions of every command:\n");
	print_options(to, OPT_GLOBAL);
	fprintf(to, "\nNODES is a host list: n[1-3,7],gw  @b01  @server  n[1-9]!n4  -  ^FILE; all is @*.\n"
	    "A group is a rack, a type or a pool: @b01 or @rack:b01, @server, @batch.\n"
	    "`larch help COMMAND` or `larch COMMAND --help` lists the command's own options.\n\n%s", exit_codes);
}

/* "log" has "log verify" beneath it. */
static bool
is_beneath(const char *words, const char *above)
{
	size_t n = strlen(above);

	return strncmp(words, above, n) == 0 && words[n] == ' ';
}

static size_t
print_beneath(FILE *to, const char *above, const char *title)
{
	size_t found = 0;

	for (size_t i = 0; i < n_commands; i++) {
		if (!is_beneath(commands[i].words, above))
			continue;
		if (found++ == 0)
			fputs(title, to);
		print_command(to, &commands[i]);
	}
	return found;
}

size_t
help_group(FILE *to, const char *word)
{
	size_t found = print_beneath(to, word, "Commands:\n");

	if (found > 0)
		fprintf(to, "\n`larch help %s VERB` lists the command's own options.\n\n%s", word, exit_codes);
	return found;
}

void
help_command(FILE *to, const struct command *cmd)
{
	fprintf(to, "usage: larch %s%s%s%s\n\n%s\n%s%s", cmd->words, cmd->options != 0 ? " [OPTIONS]" : "",
	    cmd->args != NULL ? " " : "", cmd->args != NULL ? cmd->args : "", cmd->help,
	    cmd->more != NULL ? "\n" : "", cmd->more != NULL ? cmd->more : "");
	print_beneath(to, cmd->words, "\nAlso:\n");
	if (cmd->options != 0) {
		fprintf(to, "\nOptions:\n");
		print_options(to, cmd->options);
	}
	fprintf(to, "\nOptions of every command:\n");
	print_options(to, OPT_GLOBAL);
	fprintf(to, "\n%s", exit_codes);
}

/* ---- bash completion ----------------------------------------------------------- */

static void
complete_words(void)
{
	const char *done = "";

	printf("\t'') words='help ");
	for (size_t i = 0; i < n_commands; i++) {
		size_t n = strcspn(commands[i].words, " ");

		/* "power status", "power on" ... follow each other in the table */
		if (strncmp(done, commands[i].words, n) == 0 && (done[n] == ' ' || done[n] == '\0'))
			continue;
		done = commands[i].words;
		printf("%.*s ", (int)n, done);
	}
	printf("';;\n");
}

static void
complete_second(void)
{
	const char *done = "";

	for (size_t i = 0; i < n_commands; i++) {
		const char *w = commands[i].words;
		size_t n = strcspn(w, " ");

		if (w[n] == '\0' || (strncmp(done, w, n) == 0 && done[n] == ' '))
			continue;
		done = w;
		printf("\t'%.*s') words='", (int)n, w);
		for (size_t j = 0; j < n_commands; j++)
			if (strncmp(commands[j].words, w, n + 1) == 0)
				printf("%s ", commands[j].words + n + 1);
		printf("';;\n");
	}
}

static void
complete_options(unsigned groups)
{
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *o = &option_rows[i];

		if ((o->group & groups) == 0)
			continue;
		printf("--%s ", o->name);
		if (o->letter != 0)
			printf("-%c ", o->letter);
	}
}

static void
complete_values(void)
{
	printf("\tcase \"$prev\" in\n");
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *o = &option_rows[i];

		if (o->arg == NULL)
			continue;
		printf("\t--%s", o->name);
		if (o->letter != 0)
			printf("|-%c", o->letter);
		if (o->words != NULL)
			printf(") COMPREPLY=($(compgen -W '%s' -- \"$cur\")); return;;\n", o->words);
		else if (strcmp(o->arg, "FILE") == 0 || strcmp(o->arg, "FOLDER") == 0)
			printf(") COMPREPLY=($(compgen -f -- \"$cur\")); return;;\n");
		else
			printf(") return;;\n");
	}
	printf("\tesac\n");
}

int
cmd_completion(struct cli *c)
{
	if (strcmp(c->argv[0], "bash") != 0)
		return cli_usage(c, "completion: \"%s\" is not known; there is one for bash", c->argv[0]);
	printf("# bash completion of larch(1): eval \"$(larch completion bash)\"\n"
	    "_larch() {\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} said='' words='' opts='' w\n");
	complete_values();
	printf("\tfor w in \"${COMP_WORDS[@]:1:COMP_CWORD-1}\"; do case \"$w\" in -*) ;; *) said=\"${said:+$said }$w\";; esac; done\n"
	    "\tcase \"$said\" in\n");
	complete_words();
	complete_second();
	printf("\tesac\n\tcase \"$said\" in\n");
	for (size_t i = 0; i < n_commands; i++) {
		printf("\t'%s'|'%s '*) opts='", commands[i].words, commands[i].words);
		complete_options(commands[i].options | OPT_GLOBAL);
		if (commands[i].args != NULL && strstr(commands[i].args, "FILE") != NULL)
			printf("'; [[ $cur == -* ]] || { COMPREPLY=($(compgen -f -- \"$cur\")); return; }; :'");
		printf("';;\n");
	}
	printf("\t*) opts='");
	complete_options(OPT_GLOBAL);
	printf("';;\n\tesac\n\tcase \"$cur\" in\n\t-*) COMPREPLY=($(compgen -W \"$opts\" -- \"$cur\"));;\n"
	    "\t*) COMPREPLY=($(compgen -W \"$words\" -- \"$cur\"));;\n\tesac\n}\n"
	    "complete -F _larch larch\n");
	return out_finish(EXIT_OK);
}
