/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Completion: the shells' scripts ask `larch __complete -- WORD...` what could
 * stand for the last word. The answer comes from the tables that --help prints
 * and from the names that are kept (names.c); no server is asked. One candidate
 * a line, a tab and a few words beside it; ":files" says that a file is meant.
 */
#include <stdio.h>
#include <string.h>

#include "cli.h"

struct line {
	const char *said[64];        /* the words before the last that are no options */
	int n_said;
	const char *last;
	const struct option_row *of; /* the option whose value the last word is, or NULL */
	struct name_row *names;
	size_t n_names;
	struct cli *c;
};

/* ---- what a word of the usage line, or an option's value, names ------------------------ */

static void names_of(struct line *l, const char *prefix, const char *head, const char *type);

static void
give(const struct line *l, const char *head, const char *text, const char *says)
{
	const char *whole = *head != '\0' ? arena_printf(l->c->arena, "%s%s", head, text) : text;

	if (strncmp(whole, l->last, strlen(l->last)) == 0)
		printf("%s%s%s\n", whole, says != NULL ? "\t" : "", says != NULL ? says : "");
}

/* "n1,n2,n" completes its last name: what stands before it is kept. */
static void
give_list(struct line *l)
{
	size_t depth = 0, cut = 0;

	for (size_t i = 0; l->last[i] != '\0'; i++) {
		depth += l->last[i] == '[';
		depth -= depth > 0 && l->last[i] == ']';
		if (depth == 0 && strchr(",!&^", l->last[i]) != NULL)
			cut = i + 1;
	}
	names_of(l, l->last + cut, arena_strndup(l->c->arena, l->last, cut), NULL);
}

static void
give_types(const struct line *l, const char *head)
{
	for (size_t i = 0; i < l->n_names; i++) {
		size_t k = 0;

		while (k < i && strcmp(l->names[k].type, l->names[i].type) != 0)
			k++;
		if (k == i && l->names[i].type[0] != '\0')
			give(l, head, l->names[i].type, "type");
	}
}

/* Names of a type (NULL: any) after head; "@" brings the groups: types, pools and racks. */
static void
names_of(struct line *l, const char *prefix, const char *head, const char *type)
{
	if (*prefix == '@')
		give_types(l, arena_printf(l->c->arena, "%s@", head));
	for (size_t i = 0; i < l->n_names; i++) {
		const char *is = l->names[i].type;

		if (*prefix == '@' && (strcmp(is, "pool") == 0 || strcmp(is, "rack") == 0))
			give(l, arena_printf(l->c->arena, "%s@", head), l->names[i].name, is);
		else if (*prefix != '@' && (type == NULL || strcmp(type, is) == 0))
			give(l, head, l->names[i].name, is);
	}
}

static void
give_words(const struct line *l, const char *head, const char *words)
{
	struct str rest = str_of(words);

	while (rest.p != NULL) {
		struct str word = str_cut(&rest, ' ');

		give(l, head, arena_strndup(l->c->arena, word.p, word.n), NULL);
	}
}

/* What the words of usage lines and of options' values name. */
static const struct meaning {
	const char *word;
	enum { A_LIST, A_TYPE_OF, A_TYPE, A_FILE, ONE_OF } kind;
	const char *detail;    /* the type, or the words */
} meanings[] = {
	{"THINGS", A_LIST, NULL}, {"NODES", A_LIST, NULL}, {"LIST", A_LIST, NULL}, {"THING", A_LIST, NULL},
	{"QUERY", A_LIST, NULL}, {"SERVER", A_LIST, NULL}, {"A", A_LIST, NULL}, {"B", A_LIST, NULL},
	{"BALANCER", A_LIST, NULL}, {"PLACE", A_LIST, NULL}, {"place", A_LIST, NULL},
	{"RACK", A_TYPE_OF, "rack"}, {"POOL", A_TYPE_OF, "pool"}, {"SERVICE", A_TYPE_OF, "service"}, {"PDU", A_TYPE_OF, "pdu"},
	{"TYPE", A_TYPE, NULL}, {"type", A_TYPE, NULL}, {"FILE", A_FILE, NULL}, {"FOLDER", A_FILE, NULL},
	{"SHELL", ONE_OF, "bash zsh fish"},
};

static void
give_meaning(struct line *l, const char *head, struct str word)
{
	for (size_t i = 0; i < LARCH_COUNT(meanings); i++) {
		const struct meaning *m = &meanings[i];

		if (!str_is(word, m->word))
			continue;
		if (m->kind == A_FILE)
			printf(":files\n");
		else if (m->kind == A_TYPE)
			give_types(l, head);
		else if (m->kind == ONE_OF)
			give_words(l, head, m->detail);
		else if (m->kind == A_TYPE_OF || *head != '\0')
			names_of(l, l->last + strlen(head), head, m->detail);
		else
			give_list(l);
		return;
	}
	if (word.n > 0 && word.p[0] >= 'a' && word.p[0] <= 'z')
		give(l, head, arena_strndup(l->c->arena, word.p, word.n), NULL); /* "in" of: put THINGS in PLACE */
}

/* The word of the usage line at this place: "[KEY...]" is KEY, "A[:PORT]" is A; the last one may repeat. */
static struct str
usage_word(const struct command *cmd, int place)
{
	struct str rest = str_of(cmd->args), word = {NULL, 0};

	for (int i = 0; rest.p != NULL; i++) {
		struct str next = str_cut(&rest, ' ');

		if (next.n > 0 && next.p[0] == '[')
			next = (struct str){next.p + 1, next.n - 1};
		for (size_t k = 0; k < next.n; k++)
			if (strchr("[]|.:=", next.p[k]) != NULL)
				next.n = k;
		word = next;
		if (i == place)
			return word;
	}
	return cmd->max_args < 0 ? word : (struct str){NULL, 0};
}

/* ---- commands and options -------------------------------------------------------------- */

static void
give_options(const struct line *l, uint64_t groups)
{
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *o = &option_rows[i];

		if ((o->group & groups) != 0)
			give(l, "--", o->name, o->help);
		if ((o->group & groups) != 0 && o->letter != 0 && l->last[1] == '\0')
			give(l, "-", arena_printf(l->c->arena, "%c", o->letter), o->help);
	}
}

static void
give_value(struct line *l, const struct option_row *o, const char *head)
{
	if (o->words != NULL)
		give_words(l, head, o->words);
	else
		give_meaning(l, head, str_of(o->complete != NULL ? o->complete : o->arg));
}

/* The words of cmd that were said, all of them: 0 when the line is not its beginning. */
static int
said_of(const struct line *l, const struct command *cmd, struct str *next)
{
	struct str rest = str_of(cmd->words);
	int n = 0;

	while (rest.p != NULL && n < l->n_said && str_is(str_cut(&rest, ' '), l->said[n]))
		n++;
	*next = rest.p != NULL && n == l->n_said ? str_cut(&rest, ' ') : (struct str){NULL, 0};
	return rest.p == NULL && next->p == NULL ? n : 0;
}

/* The next word of every command that begins so, each once. */
static void
give_commands(const struct line *l)
{
	struct str done[128], next;
	const struct command *cmd;
	size_t n = 0, k;

	for (size_t i = 0; (cmd = command_at(i)) != NULL; i++) {
		said_of(l, cmd, &next);
		if (next.p == NULL || cmd->hidden)
			continue;
		for (k = 0; k < n && !str_eq(done[k], next); k++)
			;
		if (k < n || n == LARCH_COUNT(done))
			continue;
		done[n++] = next;
		give(l, "", arena_strndup(l->c->arena, next.p, next.n), next.p[next.n] == '\0' ? cmd->help : NULL);
	}
	if (l->n_said == 0)
		give(l, "", "help", "the help of a command");
}

static const struct option_row *
option_of(const char *word)
{
	for (size_t i = 0; i < n_option_rows; i++) {
		const struct option_row *o = &option_rows[i];
		size_t n = strlen(o->name);

		if (strncmp(word, "--", 2) == 0 && strncmp(word + 2, o->name, n) == 0 && (word[2 + n] == '\0' || word[2 + n] == '='))
			return o;
		if (o->letter != 0 && word[0] == '-' && word[1] == o->letter && word[2] == '\0')
			return o;
	}
	return NULL;
}

static void
read_line(struct line *l, char **argv, int argc)
{
	bool only_words = false;

	for (int i = 0; i + 1 < argc; i++) {
		const struct option_row *o = only_words ? NULL : option_of(argv[i]);

		if (!only_words && strcmp(argv[i], "--") == 0) {
			only_words = true;
		} else if (o != NULL && o->arg != NULL && strchr(argv[i], '=') == NULL) {
			if (i + 2 == argc)
				l->of = o;
			i++;
		} else if (o == NULL && (only_words || argv[i][0] != '-') && l->n_said < (int)LARCH_COUNT(l->said) &&
		    (l->n_said > 0 || strcmp(argv[i], "help") != 0)) {
			l->said[l->n_said++] = argv[i];
		}
	}
	l->last = argc > 0 ? argv[argc - 1] : "";
}

int
cmd_complete(struct cli *c)
{
	struct line l = {.c = c};
	const struct command *cmd, *best = NULL;
	const char *eq;
	int n, n_words = 0;
	struct str next;

	read_line(&l, c->argv, c->argc);
	l.n_names = names_load(c, &l.names);
	for (size_t i = 0; (cmd = command_at(i)) != NULL; i++)
		if ((n = said_of(&l, cmd, &next)) > n_words) {
			n_words = n;
			best = cmd;
		}
	if (l.of != NULL) {
		give_value(&l, l.of, "");
	} else if (l.last[0] == '-' && (eq = strchr(l.last, '=')) != NULL) {
		if (option_of(l.last) != NULL && option_of(l.last)->arg != NULL)
			give_value(&l, option_of(l.last), arena_strndup(c->arena, l.last, (size_t)(eq - l.last) + 1));
	} else if (l.last[0] == '-') {
		give_options(&l, (best != NULL ? best->options : 0) | OPT_GLOBAL);
	} else {
		give_commands(&l);
		if (best != NULL && best->args != NULL)
			give_meaning(&l, "", usage_word(best, l.n_said - n_words));
	}
	return EXIT_OK;
}

/* ---- the scripts ------------------------------------------------------------------------- */

static const char bash_script[] =
    "# bash completion of larch(1): eval \"$(larch completion bash)\"\n"
    "_larch() {\n"
    "\tlocal i line words=() cut=''\n"
    "\tfor ((i = 1; i <= COMP_CWORD; i++)); do\n"
    "\t\tif ((i > 1)) && [[ ${COMP_WORDS[i]} == [:=]* || ${COMP_WORDS[i-1]} == *[:=] ]]; then\n"
    "\t\t\twords[-1]+=${COMP_WORDS[i]}  # bash splits at : and =, larch does not\n"
    "\t\telse\n"
    "\t\t\twords+=(\"${COMP_WORDS[i]}\")\n"
    "\t\tfi\n"
    "\tdone\n"
    "\t[[ ${words[-1]} == *[:=]* && $COMP_WORDBREAKS == *[:=]* ]] && cut=${words[-1]%\"${words[-1]##*[:=]}\"}\n"
    "\tCOMPREPLY=()\n"
    "\twhile IFS= read -r line; do\n"
    "\t\tif [[ $line == :files ]]; then\n"
    "\t\t\tcompopt -o filenames 2>/dev/null\n"
    "\t\t\twhile IFS= read -r line; do COMPREPLY+=(\"$line\"); done < <(compgen -f -- \"${words[-1]}\")\n"
    "\t\telse\n"
    "\t\t\tline=${line%%$'\\t'*}\n"
    "\t\t\tCOMPREPLY+=(\"${line#\"$cut\"}\")\n"
    "\t\tfi\n"
    "\tdone < <(larch __complete -- \"${words[@]}\" 2>/dev/null)\n"
    "}\n"
    "complete -F _larch larch\n";

static const char zsh_script[] =
    "#compdef larch\n"
    "# zsh completion of larch(1): eval \"$(larch completion zsh)\" after compinit, or a file _larch in $fpath\n"
    "_larch() {\n"
    "\tlocal line files=0\n"
    "\tlocal -a found shown\n"
    "\tfor line in \"${(@f)$(larch __complete -- \"${(@Q)words[2,CURRENT]}\" 2>/dev/null)}\"; do\n"
    "\t\tcase $line in\n"
    "\t\t'') ;;\n"
    "\t\t:files) files=1;;\n"
    "\t\t*)\n"
    "\t\t\tfound+=(\"${line%%$'\\t'*}\")\n"
    "\t\t\tshown+=(\"${line/$'\\t'/  -- }\");;\n"
    "\t\tesac\n"
    "\tdone\n"
    "\t(( $#found )) && compadd -l -d shown -a found\n"
    "\t(( files )) && _files\n"
    "}\n"
    "if [[ $funcstack[1] == _larch ]]; then _larch \"$@\"; else compdef _larch larch; fi\n";

static const char fish_script[] =
    "# fish completion of larch(1): larch completion fish | source\n"
    "function __larch_complete\n"
    "\tset -l last (commandline -ct)\n"
    "\tset -l said (commandline -opc)\n"
    "\tfor line in (larch __complete -- $said[2..] \"$last\" 2>/dev/null)\n"
    "\t\tif test \"$line\" = :files\n"
    "\t\t\t__fish_complete_path \"$last\"\n"
    "\t\telse\n"
    "\t\t\techo $line\n"
    "\t\tend\n"
    "\tend\n"
    "end\n"
    "complete -c larch -f -a '(__larch_complete)'\n";

static const struct { const char *shell, *script; } scripts[] = {
	{"bash", bash_script}, {"zsh", zsh_script}, {"fish", fish_script},
};

int
cmd_completion(struct cli *c)
{
	for (size_t i = 0; i < LARCH_COUNT(scripts); i++)
		if (strcmp(scripts[i].shell, c->argv[0]) == 0) {
			fputs(scripts[i].script, stdout);
			return EXIT_OK;
		}
	return cli_usage(c, "completion: \"%s\" is not known; there is one for bash, zsh and fish", c->argv[0]);
}
