/* SPDX-License-Identifier: Apache-2.0 */
/*
 * larch(1): the command. A client of the REST API, and a few subcommands that
 * work on files. It stands alone: of the library it takes base, conf and yang.
 *
 * One file a family of commands (login.c, power.c ...); commands.c holds the
 * tables of commands and options that parsing, --help, usage errors and bash
 * completion are made from; api.c is the only one that opens a connection,
 * out.c the only one that prints data.
 *
 * Data goes to stdout; progress, prompts and errors go to stderr. No secret is
 * ever taken from argv or printed.
 */
#ifndef LARCH_CLI_H
#define LARCH_CLI_H

#include <signal.h>

#include "base/base.h"

/* CONVENTIONS, "Exit codes of the CLI". */
enum exit_code {
	EXIT_OK = 0,
	EXIT_FAILED = 1,       /* at least one target failed */
	EXIT_USAGE = 2,        /* usage, bad or empty selection: nothing sent */
	EXIT_REFUSED = 3,      /* policy, guard or tag: nothing sent */
	EXIT_DENIED = 4,       /* not logged in or not allowed */
	EXIT_UNREACHABLE = 5,  /* no server */
	EXIT_UNKNOWN = 6,      /* timed out, outcome unknown */
	EXIT_INTERRUPTED = 130
};

/* What the command line said. Texts are argv's own; NULL and 0 mean "not given". */
struct options {
	const char *output, *color, *server, *ca;
	int help, version, verbose, quiet;
	int dry_run, yes, no_wait, expand, abort_it, resume;
	const char *reason, *via, *timeout;
	const char *list, *exclude, *group;
	const char *user, *password_file, *password_fd, *expires;
	const char *since, *thing, *who, *limit;
	const char *config, *yang;
};

/* The stored session, after the environment and options have had their say. */
struct session {
	char *server;          /* "https://host:port", no slash at the end */
	char *ca;              /* file, or NULL: the system's */
	char *user, *id, *expires;
	struct buf key;        /* "larch_ID.SECRET"; empty: not logged in. Wiped at the end */
	char *path;            /* of session.json */
	bool stored;           /* the key is session.json's own, so logout may remove it */
};

struct cli {
	struct options opt;
	const struct command *command;
	int argc;              /* arguments after the command's words */
	char **argv;
	struct session session;
	struct arena *arena;   /* lives as long as the process */
};

/* Set by SIGINT and SIGTERM; every wait looks at it. */
extern volatile sig_atomic_t interrupted;

/* ---- commands.c ------------------------------------------------------------- */

/* Which commands an option belongs to; a command names the groups it takes. */
enum option_group {
	OPT_GLOBAL = 1u << 0,
	OPT_SELECT = 1u << 1,
	OPT_ACT = 1u << 2,
	OPT_WAIT = 1u << 3,
	OPT_VIA = 1u << 4,
	OPT_LOGIN = 1u << 5,
	OPT_LOG = 1u << 6,
	OPT_DRY = 1u << 7,
	OPT_JOB = 1u << 8,
	OPT_CONF = 1u << 9,
	OPT_EXPAND = 1u << 10,
	OPT_LIST = 1u << 11,
};

struct option_row {
	char letter;           /* 0: none */
	const char *name;      /* without "--" */
	const char *arg;       /* name of the value in the help; NULL: a flag */
	const char *fixed;     /* a flag that sets a text: --json is -o json */
	const char *words;     /* values to complete, with blanks between; NULL: any. With `closed`, all there are */
	bool closed;
	bool duration;         /* "15m", checked with the command line */
	unsigned group;
	size_t offset;         /* into struct options: a const char *, or an int for a flag */
	const char *help;
};

struct command {
	const char *words;     /* "power on" */
	const char *args;      /* for the usage line */
	const char *help;
	const char *more;      /* sentences for its own help only, or NULL */
	int min_args, max_args; /* max -1: any number */
	unsigned options;      /* groups besides OPT_GLOBAL */
	const char *verb;      /* what the function is told */
	int (*run)(struct cli *c);
};

extern const struct command commands[];
extern const size_t n_commands;
extern const struct option_row option_rows[];
extern const size_t n_option_rows;

/* ---- help.c ------------------------------------------------------------------ */
void help_all(FILE *to);
void help_command(FILE *to, const struct command *cmd);
/* The commands that begin with this word; how many there are. */
size_t help_group(FILE *to, const char *word);
int cmd_completion(struct cli *c);

/* ---- fail.c ------------------------------------------------------------------ */

/* Print the sentence (as JSON too, when -o json) and give the exit code of its kind. */
int cli_fail(const struct cli *c, const struct err *e);
/* The same with a kind and a code of one's own; gives the code. */
int cli_fail_as(const struct cli *c, const char *kind, const char *detail, int code);
int cli_usage(const struct cli *c, const char *fmt, ...) LARCH_PRINTF(2, 3);
/* A line on stderr, unless -q. Foreign text is cleaned. */
void cli_say(const struct cli *c, const char *fmt, ...) LARCH_PRINTF(2, 3);

/* ---- session.c --------------------------------------------------------------- */

/* Read session.json and the environment; a missing file is no error. */
int session_load(struct cli *c, struct err *e);
int session_store(const struct cli *c, struct err *e);
int session_forget(const struct cli *c, struct err *e);
void session_finish(struct session *s);
/* "https://..." checked and without slashes at its end, in the arena; NULL with *e set. */
const char *session_url(struct cli *c, const char *text, struct err *e);

/* ---- api.c -------------------------------------------------------------------- */

struct api_request {
	const char *method;    /* "GET" "POST" "DELETE" */
	const char *path;      /* "/api/v1/..." with its query, escaped already */
	struct str body;       /* {NULL,0}: none; JSON */
	const char *idempotency_key; /* or NULL */
	const char *user;      /* Basic instead of the key: only for tokens */
	const struct buf *password;
	long limit_s;          /* for the whole exchange; 0: 60 */
	bool retry;            /* a lost connection is tried again: reads, and what carries an idempotency key */
};

struct api_answer {
	long status;           /* HTTP */
	json_t *body;          /* NULL when it was not JSON */
	struct buf text;       /* as it came */
	char *location;        /* or NULL */
	bool sent;             /* on failure: the request may have reached the server */
};

/* 0 with *out filled (any status), or -1: no answer, *e says why (ERR_UNAVAILABLE). */
int api_call(struct cli *c, const struct api_request *q, struct api_answer *out, struct err *e);
void api_answer_finish(struct api_answer *a);
/* Print the server's problem and give its exit code. */
int api_fail(const struct cli *c, const struct api_answer *a);
/* GET path: 0, or -1 when the trouble was printed and *exit_out is its exit code. */
int api_get(struct cli *c, const char *path, struct api_answer *out, int *exit_out);

/* ---- out.c --------------------------------------------------------------------- */

enum format { FORMAT_TABLE, FORMAT_JSON, FORMAT_JSONL, FORMAT_CSV, FORMAT_TEXT };

struct column {
	const char *key;       /* member of a row: stable, snake_case */
	const char *title;     /* of the table */
	bool state;            /* coloured by its word on a terminal */
};

enum format out_format(const struct cli *c, enum format fallback);
/* Rows (an array of objects) in a format that is not JSON; `whole` is what -o json prints. */
void out_rows(const struct cli *c, enum format f, const json_t *whole, const json_t *rows,
    const struct column *columns, size_t n_columns);
void out_json(const json_t *value);
void out_text(const char *text);  /* as it came, control bytes but newline and tab cleaned */
bool out_colour(const struct cli *c, FILE *f);
/* The rows of a list's answer: its member "items", else its only array; NULL: none. */
const json_t *out_list(const json_t *body);
/* A JSON scalar as text, in the arena: null is "-". */
const char *out_scalar(const struct cli *c, const json_t *v);
/* "name: n1,n2" lines by state: rows grouped by `key`, names under `name_key` folded. */
void out_by_state(const struct cli *c, const json_t *rows, const char *name_key,
    const char *const *states, size_t n_states);
/* Flush stdout; 0, or EXIT_FAILED with a sentence when it could not be written. */
int out_finish(int code);

/* ---- ask.c ---------------------------------------------------------------------- */

/* y/N on the terminal: 1 yes, 0 no, -1 stdin is no terminal. */
int ask_yes(const struct cli *c, const char *question);
/* Without echo from the terminal, or from --password-file, --password-fd, LARCH_PASSWORD. */
int ask_password(struct cli *c, const char *user, struct buf *out, struct err *e);
int ask_line(const char *prompt, struct buf *out, struct err *e);

/* ---- select.c --------------------------------------------------------------------- */

/*
 * The host list the arguments, -w, -x and -g make, in the arena. Its grammar is
 * checked here; groups are the server's to expand. Without groups it comes folded
 * and an empty one is refused here.
 */
const char *select_nodes(struct cli *c, struct err *e);
const char *select_times(struct cli *c, const char *text, struct err *e); /* "-2h" "22:00" to RFC 3339 */

/* ---- the commands ------------------------------------------------------------------- */
int cmd_login(struct cli *c);
int cmd_logout(struct cli *c);
int cmd_whoami(struct cli *c);
int cmd_import(struct cli *c);
int cmd_status(struct cli *c);       /* power status, outlet status */
int cmd_power(struct cli *c);        /* power and outlet verbs */
int cmd_list(struct cli *c);         /* nodes, pdus, jobs, log */
int cmd_job(struct cli *c);
int cmd_log_verify(struct cli *c);
int cmd_check_config(struct cli *c);

/* job.c: show a job's progress until it ends; gives the exit code. */
int job_follow(struct cli *c, const char *id);

#endif
