/* SPDX-License-Identifier: Apache-2.0 */
/*
 * larch(1): the command. A client of the REST API, and a few subcommands that
 * work on files. It stands alone: of the library it takes base, conf and yang, and what reads policies and queries.
 *
 * One file a family of commands (login.c, power.c ...). Their rows stand in
 * commands_*.c, one file a section of --help, and those of the options in
 * options.c: parsing, --help, usage errors and the completion of three shells
 * are made from them. api.c is the only one that opens a connection, out.c the
 * only one that prints data; path.c makes addresses, edit.c sends changes.
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
	EXIT_FAILED = 1,       /* at least one target failed; a question found nothing, as grep */
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
	int dry_run, yes, no_wait, expand, evidence;
	const char *reason, *via, *timeout;
	const char *list, *exclude, *group;
	const char *user, *password_file, *password_fd, *expires, *scope, *things;
	const char *since, *thing, *who, *verb, *outcome, *limit;
	const char *config, *yang;
	/* the inventory */
	const char *at, *spread, *depth;
	const char *kind, *unit, *height, *face, *side;
	const char *feed, *in, *address;
	int move, with_cables, prune;
	const char *from;      /* import: the format */
	/* status */
	const char *checks, *until;
	int all, watch, nagios;
	int print_it;
	const char *contact;
	const char *even;  /* power: the extra word, a list */
	const char *count; /* power: the typed number of machines, or their rack */
	const char *for_time, *uses, *code_fd;
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
	bool talked;           /* the server has answered */
	bool names_changed;    /* what is kept of its names is old */
	const char *at;        /* --at as RFC 3339, or NULL: now */
	struct arena *arena;   /* lives as long as the process */
};

/* Set by SIGINT and SIGTERM; every wait looks at it. */
extern volatile sig_atomic_t interrupted;

/* ---- commands.c ------------------------------------------------------------- */

/* Which commands an option belongs to; a command names the groups it takes. */
#define OPT_BIT(n) (UINT64_C(1) << (n))
#define OPT_GLOBAL OPT_BIT(0)
#define OPT_SELECT OPT_BIT(1)
#define OPT_ACT OPT_BIT(2)
#define OPT_WAIT OPT_BIT(3)
#define OPT_VIA OPT_BIT(4)
#define OPT_LOGIN OPT_BIT(5)
#define OPT_LOG OPT_BIT(6)
#define OPT_DRY OPT_BIT(7)
#define OPT_JOB OPT_BIT(8)
#define OPT_EVIDENCE OPT_BIT(49)
#define OPT_CONF OPT_BIT(9)
#define OPT_EXPAND OPT_BIT(10)
#define OPT_LIST OPT_BIT(11) /* --limit */
#define OPT_AT OPT_BIT(12)
#define OPT_EDIT OPT_BIT(13) /* a change of the inventory: -n, -R */
#define OPT_YES OPT_BIT(14)
#define OPT_SPREAD OPT_BIT(15)
#define OPT_DEPTH OPT_BIT(16)
#define OPT_KIND OPT_BIT(17)
#define OPT_PLACE OPT_BIT(18)
#define OPT_MOVE OPT_BIT(19)
#define OPT_CABLES OPT_BIT(20)
#define OPT_LOST OPT_BIT(21)
#define OPT_ADDRESS OPT_BIT(22)
#define OPT_SINCE OPT_BIT(23)
#define OPT_IMPORT OPT_BIT(24)
#define OPT_USER OPT_BIT(25)
#define OPT_STATUS OPT_BIT(26) /* -c, --all, --watch, --nagios */
#define OPT_CHECKS OPT_BIT(27) /* -c alone */
#define OPT_UNTIL OPT_BIT(28)
#define OPT_KEY OPT_BIT(40) /* of a new key: --scope, --things, --expires */
#define OPT_PERIOD OPT_BIT(30) /* --since, --until alone */
#define OPT_GRANT OPT_BIT(42) /* --for, --uses */
#define OPT_CODE OPT_BIT(43)
#define OPT_TAG OPT_BIT(46) /* -R, --contact */
#define OPT_GLASS OPT_BIT(50) /* where a password comes from, and no life of a key */
#define OPT_TIMEOUT OPT_BIT(29) /* of a check; a job's own --timeout is in OPT_WAIT */
#define OPT_COUNT OPT_BIT(34) /* --count */
#define OPT_EVEN OPT_BIT(35)  /* --even */

struct option_row {
	char letter;           /* 0: none */
	const char *name;      /* without "--" */
	const char *arg;       /* name of the value in the help; NULL: a flag */
	const char *fixed;     /* a flag that sets a text: --json is -o json */
	const char *words;     /* values to complete, with blanks between; NULL: any. With `closed`, all there are */
	const char *complete;  /* what the value names, as the kinds of complete.c; NULL: told by arg */
	bool closed;
	bool duration;         /* "15m", checked with the command line */
	uint64_t group;
	size_t offset;         /* into struct options: a const char *, or an int for a flag */
	const char *help;
};

struct command {
	const char *words;     /* "power on" */
	const char *args;      /* for the usage line */
	const char *help;
	const char *more;      /* sentences for its own help only, or NULL */
	const char *example;   /* a line of a shell, without "$ " */
	int min_args, max_args; /* max -1: any number */
	uint64_t options;      /* groups besides OPT_GLOBAL */
	const char *verb;      /* what the function is told */
	bool hidden;           /* not in the help: the shells' own */
	int (*run)(struct cli *c);
};

/* A section of --help. */
struct section {
	const char *title;
	const struct command *commands;
	size_t n;
};

extern const struct section find_section, change_section, power_section, room_section, own_section;

/* All commands of all sections, in the order of the help; NULL past the last. */
const struct command *command_at(size_t i);
extern const struct section *const sections[];
extern const size_t n_sections;

/* ---- options.c --------------------------------------------------------------- */
extern const struct option_row option_rows[];
extern const size_t n_option_rows;

/* ---- help.c ------------------------------------------------------------------ */
void help_all(FILE *to);
void help_command(FILE *to, const struct command *cmd);
/* The commands that begin with this word; how many there are. */
size_t help_group(FILE *to, const char *word);

/* ---- complete.c, names.c: completion ------------------------------------------- */
int cmd_completion(struct cli *c);
int cmd_complete(struct cli *c);     /* __complete WORD...: what could stand for the last one */
int cmd_names(struct cli *c);        /* __names PREFIX */

struct name_row {
	const char *name, *type;
};
/* The names kept from this server, in the arena; 0 rows when there are none. Asks nobody. */
size_t names_load(struct cli *c, struct name_row **out);
/* Ask the server for them when what is kept is older than a few minutes; says nothing, changes no exit code. */
void names_refresh(struct cli *c);
void names_forget(struct cli *c);

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
int session_place(const struct cli *c, struct err *e); /* is there one for session.json? */
int session_forget(const struct cli *c, struct err *e);
void session_finish(struct session *s);
/* HOME when such a folder is there, else NULL: Debian's system users have /nonexistent, which nobody shall make. */
const char *session_home(void);
/* mkdir -p of the folder above path, 0700. */
int session_make_folder(const struct cli *c, const char *path, struct err *e);
/* "https://..." checked and without slashes at its end, in the arena; NULL with *e set. */
const char *session_url(struct cli *c, const char *text, struct err *e);

/* ---- api.c -------------------------------------------------------------------- */

struct api_request {
	const char *method;    /* "GET" "POST" "DELETE" */
	const char *path;      /* "/api/v1/..." with its query, escaped already */
	struct str body;       /* {NULL,0}: none; JSON */
	const char *idempotency_key; /* or NULL */
	const struct buf *grant;     /* a grant's token, or NULL, or empty */
	const char *user;      /* Basic instead of the key: only for tokens */
	const struct buf *password;
	long limit_s;          /* for the whole exchange; 0: 60 */
	size_t max;            /* bytes of the answer; 0: LIMIT_PAGE */
	const char *if_none_match; /* or NULL */
	bool retry;            /* a lost connection is tried again: reads, and what carries an idempotency key */
};

struct api_answer {
	long status;           /* HTTP */
	json_t *body;          /* NULL when it was not JSON */
	struct buf text;       /* as it came */
	char *location;        /* or NULL */
	char *etag;            /* or NULL */
	bool sent;             /* on failure: the request may have reached the server */
};

/* 0 with *out filled (any status), or -1: no answer, *e says why (ERR_UNAVAILABLE). */
int api_call(struct cli *c, const struct api_request *q, struct api_answer *out, struct err *e);
void api_answer_finish(struct api_answer *a);
/* Print the server's problem and give its exit code. */
int api_fail(const struct cli *c, const struct api_answer *a);
/* A mark under the column of what was typed, when the problem names one: a query's error. */
void api_point(const struct cli *c, const struct api_answer *a, const char *typed);
/* The same for a text: a->text is the answer. */
int api_get_text(struct cli *c, const char *path, struct api_answer *out, int *exit_out);
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
/* A question's answer: its rows (out_list), or the sentence on stderr and EXIT_FAILED, as grep does. */
int out_found(const struct cli *c, enum format fallback, const json_t *whole, const struct column *columns, size_t n,
    const char *nothing);
void out_json(const json_t *value);
void out_text_to(FILE *to, const char *text);
void out_text(const char *text);  /* as it came, control bytes but newline and tab cleaned */
/* Columns of a terminal that a text takes. */
size_t out_width(const char *s);
/* One line, cleaned of control bytes: for all that came from elsewhere and is no table. */
void out_line(FILE *to, const char *fmt, ...) LARCH_PRINTF(2, 3);
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
/* A password that is being chosen: from the terminal it is asked for twice. */
int ask_new_password(struct cli *c, const char *user, struct buf *out, struct err *e);
/* A one-time code: from --code-fd, LARCH_CODE, or the terminal without echo. */
int ask_code(struct cli *c, struct buf *out, struct err *e);
int ask_line(const char *prompt, struct buf *out, struct err *e);

/* ---- select.c --------------------------------------------------------------------- */

/*
 * The host list the arguments, -w, -x and -g make, in the arena. Its grammar is
 * checked here; groups are the server's to expand. Without groups it comes folded
 * and an empty one is refused here.
 */
const char *select_nodes(struct cli *c, struct err *e);
/* One text as a host list: names, "-" or "^file"; `known` false when it holds groups, which only the server knows. */
const char *select_list(struct cli *c, const char *text, struct hosts *out, bool *known, struct err *e);
/* "-2h" "22:00" to RFC 3339; says "WORD 2026-..." on stderr. */
const char *select_times(struct cli *c, const char *word, const char *text, struct err *e);

/* ---- path.c ------------------------------------------------------------------------ */

struct path_field {
	const char *name, *value;  /* value NULL: left out */
};
/* base, "/name" escaped (or NULL), tail (or NULL), the fields, and --at: in the arena. NULL: too long, *e set. */
const char *path_make(struct cli *c, const char *base, const char *name, const char *tail,
    const struct path_field *fields, size_t n, struct err *e);
/* --limit, --depth, --unit ...: a number in its range as it was typed, or -1 with the usage error printed. */
int path_number(struct cli *c, const char *option, const char *text, int64_t min, int64_t max, int64_t *out);

/* ---- things.c ---------------------------------------------------------------------- */

/*
 * The things that a host list or a query means, as the server knows them: rows of {name, type, revision ...},
 * borrowed from *a. A name that is not there and a query that nothing fits are errors: NULL, the sentence was
 * printed and *exit_out is its code. fields: further columns, "attributes", or NULL.
 */
const json_t *things_find(struct cli *c, const char *text, const char *fields, struct api_answer *a, int *exit_out);
/* One text of several arguments: host lists are joined by commas, queries by "or". */
const char *things_join(struct cli *c, char **argv, int argc);
/* Everything of one thing: 0, or -1 when the trouble was printed. a->body is the document. */
int things_get(struct cli *c, const char *name, struct api_answer *a, int *exit_out);
/* "rack b07, unit 13 front; room 2": where a document says that its thing is. Arena; "" nowhere. */
const char *things_place(struct cli *c, const json_t *doc);
/* "owner.subkey#3" of an attribute or of an operation, in the arena. */
const char *things_key(struct cli *c, const json_t *attribute);

/* ---- attr.c -------------------------------------------------------------------------- */

/* KEY[.SUBKEY][#NUMBER|#auto]; texts in the arena. */
struct key {
	const char *key, *subkey; /* subkey NULL: none was named */
	int64_t number;           /* -1: none */
	bool next;                /* #auto */
};
/* 0, or EXIT_USAGE with the reason printed. */
int attr_key(struct cli *c, const char *text, struct key *out);
/* Into an operation or an attribute of one. */
void attr_set_key(json_t *o, const struct key *k);

/* ---- edit.c: changes of the inventory ------------------------------------------------ */

struct edit {
	struct cli *c;
	json_t *ops;           /* in order; all of them or none is done */
	json_t *expect;        /* {"n0001": 5}: the revisions that were read; 0: must not exist */
};
void edit_begin(struct edit *ed, struct cli *c);
/* A further operation; its members are set by the caller (jsn_set ...). Borrowed from ed. */
json_t *edit_op(struct edit *ed, const char *op);
/* The same on a thing that was found, whose revision is then expected. */
json_t *edit_op_on(struct edit *ed, const char *op, const json_t *thing);
void edit_expect(struct edit *ed, const json_t *thing);
/* Post them (-n: as a question), print what changed, release; gives the exit code. */
int edit_send(struct edit *ed);
void edit_drop(struct edit *ed);

/* ---- the commands ------------------------------------------------------------------- */
int cmd_login(struct cli *c);
int cmd_logout(struct cli *c);
int cmd_whoami(struct cli *c);
int cmd_key_list(struct cli *c);
int cmd_key_make(struct cli *c);
int cmd_key_end(struct cli *c);
int cmd_import(struct cli *c);
int cmd_status(struct cli *c);       /* power status, outlet status */
int cmd_room_status(struct cli *c);  /* status */
int cmd_check(struct cli *c);
int cmd_question(struct cli *c);
int cmd_pdu_show(struct cli *c);
int cmd_why(struct cli *c);
int cmd_since(struct cli *c);
int cmd_top(struct cli *c);
int cmd_power(struct cli *c);
int cmd_bootdev(struct cli *c);        /* power and outlet verbs, rebuild */
int cmd_setvlan(struct cli *c);      /* network setvlan */
int cmd_list(struct cli *c);         /* nodes, pdus, jobs, log */
int cmd_job(struct cli *c);
int cmd_tag(struct cli *c);          /* put, extend, lift */
int cmd_tags(struct cli *c);
int cmd_job_order(struct cli *c);
int cmd_job_next(struct cli *c);
int cmd_grant_open(struct cli *c);
int cmd_grant_list(struct cli *c);
int cmd_grant_revoke(struct cli *c);
int cmd_approve(struct cli *c);
int cmd_log_export(struct cli *c);
int cmd_log_verify(struct cli *c);
int cmd_check_config(struct cli *c);
int cmd_break_glass_hash(struct cli *c);
int cmd_policy_add(struct cli *c);
int cmd_find(struct cli *c);
int cmd_info(struct cli *c);
int cmd_tree(struct cli *c);
int cmd_lines(struct cli *c);        /* locate, trace */
int cmd_rack(struct cli *c);
int cmd_lost(struct cli *c);
int cmd_console(struct cli *c);
int cmd_history(struct cli *c);
int cmd_types(struct cli *c);
int cmd_export(struct cli *c);
int cmd_new(struct cli *c);
int cmd_rename(struct cli *c);
int cmd_rm(struct cli *c);
int cmd_attr_get(struct cli *c);
int cmd_attr(struct cli *c);         /* add, set, del */
int cmd_connect(struct cli *c);
int cmd_disconnect(struct cli *c);
int cmd_put(struct cli *c);
int cmd_take(struct cli *c);
int cmd_pool(struct cli *c);         /* new, add, remove */
int cmd_pool_list(struct cli *c);
int cmd_pool_show(struct cli *c);
int cmd_service_add(struct cli *c);
int cmd_service_rm(struct cli *c);
int cmd_service_list(struct cli *c);
int cmd_service_show(struct cli *c);

/* power.c: fetch the plan, show it, ask, send it, follow the job; gives the exit code. */
struct wish {
	const char *verb;      /* "cycle" */
	const char *noun;      /* "nodes" or "outlets": the parameter's name */
	const char *list;      /* host list */
	const char *base;      /* "/api/v1/power" */
	const char *port;      /* setvlan: of the machine, and where it goes; else NULL */
	int64_t vlan;
	const char *boot;      /* bootdev: "pxe", "disk", "bios"; else NULL */
};
int power_carry_out(struct cli *c, const struct wish *w);

/* grant.c */
struct grant_wish {
	const char *verbs;     /* "cycle,on" */
	const char *things;    /* folded */
	int64_t minutes, uses;
};
/* Ask for a code or the password, open it, keep it; gives the exit code. */
int grant_open(struct cli *c, const struct grant_wish *w);
/* The token that is kept for this session, or nothing; the caller wipes it. */
void grant_kept(const struct cli *c, struct buf *token);
/* Is there a terminal, a descriptor or a variable that a code may come from? */
bool grant_can_ask(const struct cli *c);

/* status.c: what is known of nodes, as rows of /api/v1/status. */

/* "9 are critical, 5 warn, 3 unknown, 395 are well": of the items of an answer, in the arena. */
const char *status_counts(struct cli *c, const json_t *items);
/* The letter of a level: O W C ?. */
char status_letter(const char *level);
/* The worst of a node's checks first, each "ping down 12 min": what is wrong with it; "" nothing. In the arena. */
const char *status_wrong(struct cli *c, const json_t *item);

/* job.c: show a job's progress until it ends or is paused; gives the exit code. `ordered`: it was just told to leave its pause. */
int job_follow(struct cli *c, const char *id, bool ordered);
#define JOB_ALIKE 8 /* so many machines in one state, with nothing to say of each, stand in one line */
/* job_left.c: of an ended job, below a machine's line; and once, for all that would have the same plan. */
void job_say_left(const struct cli *c, const json_t *job, const json_t *row);
void job_say_together(const struct cli *c, const json_t *job);
/* job_view.c: a job as a whole, on a cleared terminal; and its progress as a sentence, in the arena. */
void job_draw(const struct cli *c, const json_t *job);
const char *job_progress(const struct cli *c, const json_t *job);
int job_evidence(struct cli *c, const char *id); /* evidence.c */

#endif
