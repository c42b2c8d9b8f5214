/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a node is given to run when one logs in to it, and what it answers, taken apart. Pure: it asks nobody. Every byte
 * of an answer comes from the node and is hostile: it can tell lies about itself alone, and what is said by others on
 * the way (a motd, a .bashrc that talks) is not its answer.
 *
 * The script goes to /bin/sh through standard input, so that no login shell reads a word of it. It prints sections:
 *
 *	MARK begin NAME
 *	what was asked for
 *	MARK end NAME EXIT
 *
 * MARK is made anew for each login. EXIT is the exit status of what printed the section, or "busy" where the command of
 * an earlier login still hangs and was therefore not run again. A section without its end was not finished in time.
 *
 *	start           nothing: the shell is there
 *	times           /proc/uptime's line, /proc/loadavg's, btime's of /proc/stat
 *	cores           a number
 *	me              the uid that was logged in as
 *	ps, who         a line "UID NAME" a process; a person logged in
 *	gpu             "found N smi" devices ("no": there is no nvidia-smi), and the lines of gres.conf that tell of GPUs
 *	smi             nvidia-smi -L, where there is one
 *	df              df -kPl
 *	mount:I         df -kP of the mount I of the configuration
 *	command:NAME    what the site's command printed
 */
#ifndef LARCH_PROBE_LOGIN_PARSE_H
#define LARCH_PROBE_LOGIN_PARSE_H

#include "base/base.h"
#include "conf/conf.h"

#define LOGIN_MARK 33 /* bytes of a mark with its end: 16 random ones as hex */

/* ---- what is asked ---------------------------------------------------------------- */

/* The script for one login, into out (its ceiling LIMIT_LOGIN_SCRIPT holds what the configuration may hold). */
LARCH_API void login_script(const struct conf_status *conf, const char mark[LOGIN_MARK], struct buf *out);

/* ---- what is answered -------------------------------------------------------------- */

enum login_mount_state {
	LOGIN_MOUNT_SEEN,
	LOGIN_MOUNT_ABSENT,  /* nothing is mounted there */
	LOGIN_MOUNT_HANGS,   /* df of it does not come back */
	LOGIN_MOUNT_BROKEN,  /* it is there, and nothing in it can be reached: a stale handle */
	LOGIN_MOUNT_UNKNOWN
};
struct login_mount {
	const char *name;    /* in the configuration: "tmp"; NULL of a local one */
	const char *mount;   /* cleaned */
	enum login_mount_state state;
	int64_t size, used;  /* bytes, when SEEN */
	int use;             /* percent of what users may have, rounded up as df does */
	const char *why;     /* a sentence when not SEEN */
};

struct login_command {
	const char *name;
	int code;            /* exit status; -1: it has none, and why is `why` */
	const char *why;     /* a sentence, or NULL */
	const char *text;    /* the first line of what it printed, cleaned and cut; "" none */
	const char *detail;  /* all of it, cleaned and cut; "" none */
};

/* Of what could not be learnt the value says so, and the reason beside it is a sentence; else that is NULL. */
struct login_facts {
	double uptime;             /* seconds; NAN */
	int64_t btime;             /* when it booted by its own clock, seconds since 1970; 0 unknown */
	double load1, load5, load15; /* NAN */
	int cores;                 /* 0 unknown */
	const char *no_times;

	const struct login_mount *mounts; /* local file systems that can fill, as df lists them */
	size_t n_mounts;
	const char *no_df;
	const struct login_mount *asked;  /* those of the configuration, in its order */
	size_t n_asked;

	const char **users;        /* who runs or is logged in, system accounts and ourselves left out; natural order */
	size_t n_users;
	const char *no_users;

	int gpus_expected;         /* by gres.conf; -1 it does not say */
	int gpus_found;            /* devices; -1 unknown */
	int gpus_listed;           /* lines of nvidia-smi -L; -1: it was not asked or failed */
	const char *gpu_trouble;   /* why nvidia-smi failed, or NULL */

	const struct login_command *commands; /* those of the configuration, in its order */
	size_t n_commands;
};

/* Does the answer hold the first section, whole? Else the shell did not come up. */
LARCH_API bool login_started(struct str answer, const char mark[LOGIN_MARK]);
/*
 * Take an answer apart. `node` is the name as Slurm knows it, for the lines of gres.conf; `late` says that it was cut
 * off by the time limit: what is missing then hangs. Everything is the arena's.
 */
struct login_parsing {
	const struct conf_status *conf;
	const char *mark, *node;
	bool late;
};
LARCH_API void login_parse(struct str answer, const struct login_parsing *how, struct arena *a, struct login_facts *out);

/* The first line that is not blank, cleaned and cut to n bytes: what somebody said, for a sentence. */
LARCH_API const char *login_said(struct str text, size_t n, struct arena *a);

/* ---- gres.conf ---------------------------------------------------------------------- */

/* GPUs of a node by lines of gres.conf(5): Count, else the names File expands to, else one; NodeName where it is given. -1: none of
 * them is about it. */
LARCH_API int login_gres(struct str lines, const char *node);

#endif
