/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conf: larch.json, read and checked once at the start and again on SIGHUP.
 * A file with an unknown key, a wrong type or a missing value is refused with
 * file, path and reason, and the program keeps what it had, or does not start.
 * It holds no secret: secrets are in files of their own, which it names.
 */
#ifndef LARCH_CONF_CONF_H
#define LARCH_CONF_CONF_H

#include "base/base.h"
#include "yang/yang.h"

struct conf_ldap {
	const char **uri;          /* tried in turn, one deadline each */
	size_t n_uri;
	bool starttls;             /* with ldap://; ldaps:// and ldapi:// need none */
	const char *ca_file;
	const char *bind_dn;       /* service account for search-then-bind, or NULL: anonymous search */
	const char *bind_secret_file;
	const char *dn_template;   /* "uid=%s,ou=people,..." instead of a search, or NULL */
	const char *user_base, *user_filter;   /* "(uid=%s)": %s is the escaped login name */
	const char *group_base, *group_filter; /* "(member=%s)": %s is the escaped DN; NULL: memberOf is read */
	const char *group_name;    /* attribute of a group entry that is its name: "cn" */
	int timeout_ms;            /* for one whole check against one URI */
};

/* The local account for the night the directory is down; name NULL: there is none. */
struct conf_break_glass {
	const char *name;
	const char *hash_file;     /* of its password, for login alone */
};

/* How one check, or one of its columns, is asked and judged. What is not said is 0 or NAN: the check's own. */
struct conf_check {
	const char *name;          /* "ping", "df_tmp" */
	bool off;
	int64_t interval_ms, limit_ms;
	double warn, critical;     /* at or above; where critical is below warn, at or below */
};
/* A command of the site's own that runs on the nodes; its exit code is the level. */
struct conf_command {
	const char *name, *title, *run;
	int64_t limit_ms;
};
struct conf_mount {
	const char *name, *mount;  /* "tmp": the column df_tmp; "/tmp" */
};
struct conf_status {
	struct conf_check *checks;
	size_t n_checks;
	struct conf_command *commands;
	size_t n_commands;
	struct conf_mount *mounts;
	size_t n_mounts;
	const char **nodes;        /* host lists whose names are nodes too */
	size_t n_nodes;
	const char *sinfo, *squeue; /* programs; "" none */
	const char *genders, *dsh_groups, *pdsh_groups;
	const char *ssh, *ssh_config; /* ssh_config NULL: ssh's own */
	int ssh_masters, ssh_logins;
	int packets, sockets;      /* echo requests a second; connections of the check ssh at one time */
	const char **system_users;
	size_t n_system_users;
};

/* A network in which somebody may have larchd ask what is at an address; which port, the file alone says. */
struct conf_network {
	const char *prefix;        /* "10.9.0.0/24" */
	struct sockaddr_storage base;
	int bits, port;
};

enum conf_event { CONF_NODE_DIED, CONF_NODE_BACK, CONF_LEVEL, CONF_JOB_PARTIAL, CONF_BREAK_GLASS, CONF_JOURNAL_BROKEN,
	CONF_LARCHD_RESTARTED, CONF_EVENT_COUNT };
LARCH_API const char *conf_event_name(enum conf_event e); /* "node-died" */

/* Who is told of what. */
struct conf_rule {
	const char *name;
	unsigned events;           /* 1u << enum conf_event, or-ed */
	const char *query;         /* NULL: all things */
	const char **mail;
	size_t n_mail;
	const char *webhook, *webhook_secret_file; /* or NULL */
	int64_t every_ms;
	int quiet_from, quiet_to;  /* minutes of the room's day; equal: never quiet */
};
struct conf_notify {
	const char *sendmail, *from;
	struct conf_rule *rules;
	size_t n_rules;
};

/* How fast what hangs on one PDU, infeed or line of a feed may go on. */
struct conf_budget {
	const char *match;         /* a pattern of names, as of a shell: "pdu-b*", "feed-1 L?" */
	int64_t outlets, within_ms; /* no more than so many within the time; 0: not said */
	double amperes;            /* start-up amperes at one moment; 0: not said */
};

struct conf {
	const char *path;          /* of larch.json */
	const char *site;          /* shown in the title of every page */
	const char *origin;        /* "https://larch.example.org": the address people type */
	const char *data, *run;    /* /var/lib/larch, /run/larch */
	const char *templates, *assets, *mib, *yang; /* folders; assets is static/ */
	const char *policy;        /* file; a missing one means nobody may */
	const char *credentials;   /* file, read by larchd alone */
	const char *types;         /* file, taken over by pages; a missing one: things have the ports that they are given */
	const char *advice;        /* file; a missing one: nothing is advised */
	int64_t session_ms;        /* fixed lifetime of a session; default 12 h */
	int64_t group_recheck_ms;  /* 5 min */
	struct conf_ldap ldap;
	struct conf_break_glass break_glass;
	int64_t sweep_ms;          /* interval of larchd's sweep; default 30 s */
	int64_t dwell_ms;          /* all outlets off for so long before the first goes on; 5 s */
	int64_t off_limit_ms;      /* how long a device may take to read off (on) before the step has failed */
	int64_t on_limit_ms;
	int64_t boot_limit_ms;     /* how long a BMC may take to come back after its outlets went on */
	int64_t silent_limit_ms;   /* how long a BMC may answer after its outlets went off, a machine pings after a reset; 30 s */
	int64_t soft_limit_ms;     /* how long a system may take to shut down; 5 min */
	int64_t ping_limit_ms;     /* how long a machine that is on may take to answer a ping; 10 min */
	int64_t rebuild_limit_ms;  /* how long a machine that boots from PXE may take to answer a ping; 30 min */
	int64_t stagger_ms;        /* between two outlets of one PDU going on, where no row of budgets says otherwise; 1 s */
	struct conf_budget *budgets; /* in the order of the file: the first that fits counts */
	size_t n_budgets;
	double start_amps;         /* start-up current of a machine of which nothing else is said; 2 */
	int64_t start_ms;          /* and how long it takes to fall to nothing; 10 s */
	double load_floor_a;       /* amperes below which an outlet carries no load; 0.1 */
	const char **stands_on;    /* names of what Larch itself stands on: cut only with the extra word */
	size_t n_stands_on;
	const char **protected_things; /* names of things that power never touches */
	size_t n_protected;
	int threads;               /* of each web program; 4 */
	struct conf_status status;
	struct conf_notify notify;
	struct conf_network *networks; /* that may be probed; none: only what the inventory knows */
	size_t n_networks;
	struct arena *arena;       /* owns all of the above */
};

/*
 * Read a file and the modules in `yang_folder` (NULL: the file's own "yang"
 * path). Relative paths inside are taken from the file's folder.
 */
LARCH_API int conf_load(const char *path, const char *yang_folder, struct conf **out, struct err *e);
LARCH_API void conf_destroy(struct conf *c);

/* The row of a check or column, or NULL: nothing is said of it. */
LARCH_API const struct conf_check *conf_check(const struct conf *c, const char *name);

/* The first network that may be probed and has the address, or NULL. */
LARCH_API const struct conf_network *conf_network_of(const struct conf *c, const struct sockaddr_storage *address);

/*
 * The hash of the break-glass account's password, from its file: the text that argon2(1) and libargon2 call encoded.
 * Refused when others may read the file, when it is no argon2id, or cheaper to guess than CONF_GLASS_MEMORY and
 * CONF_GLASS_PASSES make it. Wiped by the caller (buf_wipe); the error names the file and never the text.
 */
#define CONF_GLASS_MEMORY 65536 /* KiB */
#define CONF_GLASS_PASSES 3
LARCH_API int conf_glass_hash(const struct conf *c, struct buf *out, struct err *e);
/* The check of that text alone; pure. */
LARCH_API int conf_glass_check(struct str hash, struct err *e);

/*
 * May this be the break-glass account's password? Nobody types it often, so it can be long: 15 characters at least,
 * and not the account's or the program's own name, one piece over and over, or a walk over the keyboard (OWASP ASVS
 * 5.0, 6.2.1, 6.2.4, 6.2.5, 6.2.11). At most 1024 bytes. name NULL: not known. -1 with the sentence.
 */
#define CONF_GLASS_LEAST 15
LARCH_API int conf_glass_password(struct str password, const char *name, struct err *e);

/*
 * The path of a database: conf_db(c, "status") is DATA/status/status.db. Each
 * has a folder of its own, so that its writer owns the folder (facts: WAL
 * across users needs that). Names: auth sessions glass inventory status power journal.
 */
LARCH_API const char *conf_db(const struct conf *c, const char *name, struct arena *a);
/* Where a web program keeps when it has seen keys used: DATA/used/NAME/keys. */
LARCH_API const char *conf_used(const struct conf *c, const char *name, struct arena *a);

/* The socket path RUN/NAME/NAME.sock: login pages power (FastCGI), larchd (the wake-up datagram). */
LARCH_API const char *conf_socket(const struct conf *c, const char *name, struct arena *a);

#endif
