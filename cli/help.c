/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

static const char exit_codes[] =
    "Exit: 0 all targets ok; 1 at least one failed; 2 usage or bad selection, nothing sent;\n"
    "3 refused, nothing sent; 4 not logged in or not allowed; 5 server unreachable;\n"
    "6 outcome unknown; 130 interrupted.\n";

#define WIDTH 79 /* columns of a line of text */
#define LEFT 34 /* columns of a command and its arguments */

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
print_options(FILE *to, uint64_t groups)
{
	for (size_t i = 0; i < n_option_rows; i++)
		if ((option_rows[i].group & groups) != 0)
			print_option(to, &option_rows[i]);
}

static void
print_command(FILE *to, const struct command *cmd)
{
	char left[96];

	snprintf(left, sizeof(left), "%s %s", cmd->words, cmd->args != NULL ? cmd->args : "");
	if (strlen(left) > LEFT)
		fprintf(to, "  %s\n  %-*s %s\n", left, LEFT, "", cmd->help);
	else
		fprintf(to, "  %-*s %s\n", LEFT, left, cmd->help);
}

void
help_all(FILE *to)
{
	fprintf(to, "usage: larch COMMAND [OPTIONS] [ARGUMENTS]\n\n"
	    "The console of a machine room: see it, ask it, change it, and cut and restore power safely.\n");
	for (size_t s = 0; s < n_sections; s++) {
		fprintf(to, "\n%s:\n", sections[s]->title);
		for (size_t i = 0; i < sections[s]->n; i++)
			if (!sections[s]->commands[i].hidden)
				print_command(to, &sections[s]->commands[i]);
	}
	fprintf(to, "\nOptions of every command:\n");
	print_options(to, OPT_GLOBAL);
	fprintf(to, "\nNODES and THINGS are host lists: n[1-3,7],gw  @b01  @server  n[1-9]!n4  -  ^FILE; all is @*.\n"
	    "A group is a rack, a type or a pool: @b01 or @rack:b01, @server, @batch. QUERY, and THINGS\n"
	    "in quotes, are queries (larch-query(7)): 'type:server and in:b07 and not connected to sw1'.\n"
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
	const struct command *cmd;
	size_t found = 0;

	for (size_t i = 0; (cmd = command_at(i)) != NULL; i++) {
		if (!is_beneath(cmd->words, above))
			continue;
		if (found++ == 0)
			fputs(title, to);
		print_command(to, cmd);
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

/*
 * The sentences of a command, no line wider than a terminal: a line's end is kept after a full stop or a
 * colon, and a line that begins with two blanks stands as it is.
 */
static void
print_more(FILE *to, const char *more)
{
	struct str rest = str_of(more);
	size_t column = 0;

	fputc('\n', to);
	while (rest.p != NULL && rest.n > 0) {
		bool as_it_is = column == 0 && str_starts(rest, "  ");
		size_t n = strcspn(rest.p, as_it_is ? "\n" : " \n");
		bool ends = as_it_is || (rest.p[n] != ' ' && n > 0 && strchr(".:", rest.p[n - 1]) != NULL);

		if (column > 0 && column + 1 + n > WIDTH) {
			fputc('\n', to);
			column = 0;
		}
		fprintf(to, "%s%.*s%s", column > 0 ? " " : "", (int)n, rest.p, ends ? "\n" : "");
		column = ends ? 0 : column + (column > 0) + n;
		rest = rest.p[n] != '\0' ? (struct str){rest.p + n + 1, rest.n - n - 1} : (struct str){NULL, 0};
	}
	if (column > 0)
		fputc('\n', to);
}

void
help_command(FILE *to, const struct command *cmd)
{
	fprintf(to, "usage: larch %s%s%s%s\n\n%s\n", cmd->words, cmd->options != 0 ? " [OPTIONS]" : "",
	    cmd->args != NULL ? " " : "", cmd->args != NULL ? cmd->args : "", cmd->help);
	if (cmd->more != NULL)
		print_more(to, cmd->more);
	if (cmd->example != NULL)
		fprintf(to, "\nExample:\n  $ %s\n", cmd->example);
	print_beneath(to, cmd->words, "\nAlso:\n");
	if (cmd->options != 0) {
		fprintf(to, "\nOptions:\n");
		print_options(to, cmd->options);
	}
	fprintf(to, "\nOptions of every command:\n");
	print_options(to, OPT_GLOBAL);
	fprintf(to, "\n%s", exit_codes);
}
