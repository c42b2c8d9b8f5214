/* SPDX-License-Identifier: Apache-2.0 */
/*
 * probe: looking at the room. Each check asks what it can be asked of (ping, ssh, the BMC's chassis state, a PDU's
 * outlets, a switch's VLANs ...) in rounds of its own, and writes what it saw to status.db in one transaction a round;
 * a few things can be asked now. It never switches anything. Used by larchd, and by drive to read a device before and after.
 */
#ifndef LARCH_PROBE_PROBE_H
#define LARCH_PROBE_PROBE_H

#include <uv.h>

#include "base/base.h"
#include "bridge.h"
#include "conf/conf.h"
#include "gate/gate.h"
#include "inv/inv.h"
#include "ipmi/survey.h"
#include "status/status.h"

struct probe;

/* ---- one reading of one device ----------------------------------------------------- */

/* An outlet as the device reports it now. */
struct probe_outlet {
	const char *outlet;           /* the device's id, "AA7": the port's name in the inventory */
	const char *device_name;      /* "" none */
	enum devtype_state state;
	const char *word;             /* the device's own word or number for it */
	bool fault;                   /* shown beside the state: a blown fuse, a sensor that says otherwise */
	const char *trouble;          /* the word of the family's health column, "" none */
	bool switchable;              /* the family can switch, this strip has the table, and the device lets it */
	double amps, watts;           /* NAN: not measured, or not available */
	struct snmp_oid index;        /* of the outlet's row */
};

/* What is wrong with an outlet, in the device's word; "" nothing. */
LARCH_API const char *probe_outlet_fault(const struct probe_outlet *o);

/* A cord, line, phase or bank. They are not to be added up: a bank's current is a phase's too. */
struct probe_infeed {
	enum devtype_infeed_kind kind;
	const char *name;             /* the device's own, else its kind and index: "phase 1" */
	double amps, watts, volts;    /* NAN: not measured, or not available */
};

struct probe_sensor {
	enum devtype_sensor_kind kind;
	const char *name;
	double value;                 /* degrees Celsius or percent; NAN: not available */
};

struct probe_pdu {
	enum snmp_outcome outcome;
	const char *text;             /* a sentence when outcome is not SNMP_OK */
	const struct probe_outlet *outlets; /* in the order of their index */
	size_t n;
	bool switches;                /* an outlet of it is switchable */
	const struct probe_infeed *infeeds;
	size_t n_infeeds;
	const struct probe_sensor *sensors;
	size_t n_sensors;
};

/* Called once; what it points to lives until it returns. */
typedef void probe_pdu_fn(void *ctx, const struct probe_pdu *pdu);
/* Read the whole outlet table, and, but for GATE_POWER, which waits for no more than it needs, infeeds and sensors. */
LARCH_API void probe_pdu_read(struct gate_device *d, enum gate_priority p, probe_pdu_fn *done, void *ctx);

/*
 * What values mean, through the family's data: those of its tables, in any order, all of them or of one row. Texts and
 * rows of *out live in the arena, or with the type. A pure function; SNMP_GARBAGE when there are more than
 * LIMIT_OUTLETS * LIMIT_PDU_UNITS outlets.
 */
LARCH_API void probe_pdu_take(const struct devtype *t, const struct snmp_value *values, size_t n, struct arena *a,
    struct probe_pdu *out);

/* The columns to walk for it, each once; without infeeds and sensors when `outlets_only`. In the arena. */
LARCH_API size_t probe_pdu_columns(const struct devtype *t, bool outlets_only, struct arena *a,
    const struct snmp_oid **out);

/* The objects of one outlet's row, PROBE_PDU_ROW at most: what a GET of them brings, probe_pdu_take understands. */
#define PROBE_PDU_ROW 11
LARCH_API size_t probe_pdu_row(const struct devtype *t, const struct snmp_oid *index, struct snmp_oid out[PROBE_PDU_ROW]);

/* What feeds it and the air at it: a few words, and JSON of LIMIT_STATUS_DATA bytes at most (docs/formats/status.md). */
struct probe_feeds {
	const char *text, *data;
};
/* In the arena; false: it tells of neither infeeds nor sensors. */
LARCH_API bool probe_pdu_feeds(const struct probe_pdu *p, struct arena *a, struct probe_feeds *out);

/* ---- what is at an address -------------------------------------------------------------- */

struct probe_identity {
	enum snmp_outcome outcome;    /* of asking: SNMP_OK when the device answered */
	const struct devtype *type;   /* its family: sysObjectID and the confirming object agree; NULL: none */
	struct snmp_oid sys_object_id; /* n == 0: it has none */
	const char *descr, *name;     /* sysDescr and sysName, "" none */
	char text[600];               /* a sentence: what is there, and when there is no family, why not */
};
typedef void probe_identity_fn(void *ctx, const struct probe_identity *identity);
struct probe_identify {
	struct snmp_client *snmp;
	const struct snmp_target *target; /* address and credentials; copied */
	const struct devtype_set *types;  /* must live until `done` */
};
/* Ask an address what it is: two questions at most. `done` is called once, from the loop. */
LARCH_API void probe_pdu_identify(const struct probe_identify *ask, probe_identity_fn *done, void *ctx);

/*
 * What is at an address, all of it: its family, and what its tables say. By a client of its own, so that it ends
 * PROBE_FIND_MS after it began whatever a device does; in the device's turn where the inventory has it. `device` may be NULL.
 */
#define PROBE_FIND_MS 20000
struct probe_found {
	enum snmp_outcome outcome;    /* of asking */
	const char *text;             /* a sentence */
	int version;                  /* that it answered, or was asked last */
	const struct probe_identity *identity; /* `descr` and `name` "" where nothing came */
	const struct probe_pdu *pdu;  /* NULL: it is no PDU, or its tables were not read */
	int64_t took_ms;
};
/* Called once. */
typedef void probe_found_fn(void *ctx, const struct probe_found *found);
/* What it is at, for who waits: "asking what it is". */
typedef void probe_phase_fn(void *ctx, const char *phase);
struct probe_find {
	const char *name, *address;   /* whose credentials are used, and where */
	struct gate_device *device;   /* whose turn is waited for */
	probe_found_fn *done;
	probe_phase_fn *phase;
	void *ctx;
};
/* 0, and `done` is called later; -1: no credentials, or LIMIT_FINDS are asked already. */
LARCH_API int probe_find(struct probe *p, const struct probe_find *ask, struct err *e);

struct probe_chassis {
	enum ipmi_outcome outcome;
	const char *text;             /* a sentence when outcome is not IPMI_OK */
	bool on;                      /* this and the rest when outcome is IPMI_OK */
	bool fault;                   /* of its power: overload, fault, control fault */
	const char *faults;           /* "power overload, cooling fault": all there are; "" none */
	struct ipmi_chassis bits;     /* one by one; also whether its identify light is on, where the BMC says so */
};
typedef void probe_chassis_fn(void *ctx, const struct probe_chassis *chassis);
LARCH_API void probe_chassis_read(struct gate_device *d, enum gate_priority p, probe_chassis_fn *done,
    void *ctx);

/* What else a BMC tells: its device id, watts, newest events, sensors, in one session (ipmi/survey.h). */
struct probe_bmc_ask {
	unsigned what;                /* IPMI_ASK_DEVICE | ... */
	size_t events;                /* the newest; with IPMI_ASK_EVENTS */
	int limit_ms;                 /* from the call, its place in the device's line counted; 0: PROBE_BMC_MS */
};
#define PROBE_BMC_MS 10000

struct probe_bmc {
	enum ipmi_outcome outcome;    /* of the session. When the time was up first: IPMI_OK, or IPMI_SILENT if nothing had come */
	const char *text;             /* a sentence; "" when outcome is IPMI_OK and the time was not up */
	bool whole;                   /* nothing that was asked for is partial */
	int64_t took_ms;
	const struct ipmi_seen *seen; /* whatever the outcome: each part says whether it is whole, partial or missing */
};
/* Called once, at the end or when the time is up; what it points to lives until it returns. */
typedef void probe_bmc_fn(void *ctx, const struct probe_bmc *bmc);
LARCH_API void probe_bmc_read(struct gate_device *d, enum gate_priority p, const struct probe_bmc_ask *ask,
    probe_bmc_fn *done, void *ctx);

struct probe_switch {
	enum snmp_outcome outcome;
	const char *text;             /* a sentence when outcome is not SNMP_OK */
	const struct bridge *bridge;
};
typedef void probe_switch_fn(void *ctx, const struct probe_switch *seen);
/* Read the tables of bridge.h. */
LARCH_API void probe_switch_read(struct gate_device *d, enum gate_priority p, probe_switch_fn *done, void *ctx);

/* The SNMP form of a device type's OID, and with an index behind it. */
LARCH_API struct snmp_oid probe_oid(const struct devtype_oid *column);
LARCH_API struct snmp_oid probe_oid_at(const struct devtype_oid *column, const struct snmp_oid *index);

/* ---- ping ------------------------------------------------------------------------------ */

/*
 * ICMP echo, one socket a family for all addresses: a ping socket where net.ipv4.ping_group_range admits it, else raw
 * where the program may (CAP_NET_RAW), else not at all. LIMIT_PINGS are on their way at one time, others wait.
 */
struct probe_ping;
LARCH_API int probe_ping_create(uv_loop_t *loop, struct probe_ping **out);
/* What has not been answered is told PROBE_PING_CANCELLED before this returns; the loop frees the rest. */
LARCH_API void probe_ping_destroy(struct probe_ping *p);
/* Why nothing can be pinged, or NULL: a sentence with the line that would allow it. */
LARCH_API const char *probe_ping_refused(const struct probe_ping *p);
/* At most so many requests leave in a second, second tries counted, evenly: a hundredth of them in a burst. 0: no ceiling. */
LARCH_API void probe_ping_set_rate(struct probe_ping *p, int packets_per_second);

enum probe_ping_outcome {
	PROBE_PING_UP,
	PROBE_PING_DOWN,          /* both requests left, and nobody with that address answered in time */
	PROBE_PING_NO_ROUTE,      /* this machine knows no way there: known at once */
	PROBE_PING_NOT_SENT,      /* the kernel took no request (no room, a firewall of ours): nothing is known */
	PROBE_PING_NOT_PERMITTED,
	PROBE_PING_CANCELLED,
};
/* "up", "down", "no-route", "not-sent", "not-permitted", "cancelled" */
LARCH_API const char *probe_ping_name(enum probe_ping_outcome outcome);
/* Called once. `ms`: from the request to its answer, 0 where there was none. */
typedef void probe_ping_fn(void *ctx, enum probe_ping_outcome outcome, double ms);
/* Two echo requests at most, `timeout_ms` each. The port of the address means nothing. Where nothing is permitted, done is
 * called before this returns, otherwise later, from the loop. */
LARCH_API void probe_ping_send(struct probe_ping *p, const struct sockaddr_storage *to, int timeout_ms,
    probe_ping_fn *done, void *ctx);

/* ---- ssh ------------------------------------------------------------------------------- */

/*
 * Does an ssh server answer there? A TCP connection, its version line (RFC 4253 section 4.2), and away: no key is
 * exchanged and nobody is logged in.
 */
struct probe_ssh;
#define PROBE_SSH_SOCKETS 512
/* `sockets`: connections open at one time, others wait; 0: PROBE_SSH_SOCKETS. -1: no epoll can be had. */
LARCH_API int probe_ssh_create(uv_loop_t *loop, int sockets, struct probe_ssh **out);
/* For those that begin from now on. */
LARCH_API void probe_ssh_set_sockets(struct probe_ssh *p, int sockets);
/* What has not been answered is told PROBE_SSH_CANCELLED before this returns; the loop frees the rest. */
LARCH_API void probe_ssh_destroy(struct probe_ssh *p);
/* At most so many connections begin in a second, evenly. 0: no ceiling. */
LARCH_API void probe_ssh_set_rate(struct probe_ssh *p, int connections_per_second);

enum probe_ssh_outcome {
	PROBE_SSH_UP,           /* it said SSH-2.0- or SSH-1.99- */
	PROBE_SSH_REFUSED,      /* nobody listens on that port */
	PROBE_SSH_NO_ROUTE,     /* ICMP says that there is no way, or that it is forbidden; or this machine knows none */
	PROBE_SSH_TIMED_OUT,    /* no connection in time */
	PROBE_SSH_NO_BANNER,    /* a connection, and silence on it */
	PROBE_SSH_WRONG_BANNER, /* something else was said */
	PROBE_SSH_CLOSED,       /* a connection, ended by the other side before it said anything */
	PROBE_SSH_NOT_ASKED,    /* this machine could not (no sockets, a firewall of ours): nothing is known */
	PROBE_SSH_CANCELLED,
};
/* "up", "refused", "no-route", "timed-out", "no-banner", "wrong-banner", "closed", "not-asked", "cancelled" */
LARCH_API const char *probe_ssh_name(enum probe_ssh_outcome outcome);

struct probe_ssh_answer {
	enum probe_ssh_outcome outcome;
	double ms;          /* from the beginning of the connection to the outcome */
	const char *banner; /* the version line, or the first line of what else was said; without control bytes; "" none */
	const char *text;   /* a sentence; "" when it is up */
};
/* Called once; what it points to lives until it returns. */
typedef void probe_ssh_fn(void *ctx, const struct probe_ssh_answer *answer);
/* `timeout_ms` is for all of it, from the beginning of the connection. done is called later, from the loop. */
LARCH_API void probe_ssh_ask(struct probe_ssh *p, const struct sockaddr_storage *to, int timeout_ms, probe_ssh_fn *done,
    void *ctx);

/* ---- what is checked ----------------------------------------------------------------------- */

/* May this be given to a resolver or to ssh? Letters, digits and "-._", no '-' or '.' first. */
LARCH_API bool probe_is_host(const char *name);

struct sweep_round;
struct sweep_node;

/*
 * A check: one file, one row in probes.c. It gives one or more columns; those of the check `login` also come from
 * the mounts and the commands of larch.json.
 */
struct probe_row {
	const char *name;       /* "ipmi" */
	const char *help;       /* one sentence */
	int64_t interval_ms, limit_ms; /* when larch.json says nothing; interval 0: the setting "sweep" */
	const char *needs;      /* the first column of a check that must be ok, or this one is not asked; NULL: nothing */
	const char *rests;      /* a check: who does not answer that one either is asked this less and less often; NULL */
	bool spread;            /* nodes are due one by one, over the interval; else all of them in a round */
	unsigned of;            /* which nodes: enum sweep_what of sweep.h, or-ed */
	size_t at_once;         /* questions on their way at one time */
	size_t at_once_setting; /* offset of an int in struct conf_status that says so instead; 0: none */
	void (*ask)(struct sweep_round *r, struct sweep_node *n); /* of one node; NULL: */
	void (*all)(struct sweep_round *r);                       /* of all at once */
	void (*end)(struct sweep_round *r);                       /* when all have answered, before it is kept; NULL: nothing */
	/* Of one node, when what it needs is not ok: all its columns say so, and do not stay as they were. With `needs`. */
	void (*cannot)(struct sweep_round *r, struct sweep_node *n, const char *why);
	const struct status_column *columns;
	size_t n_columns;
};
LARCH_API const struct probe_row *probe_row(size_t i); /* NULL past the last */
/* How often, and how long one answer may take, by larch.json or the row; and is it off? */
LARCH_API int64_t probe_interval(const struct conf *conf, const struct probe_row *row);
LARCH_API int64_t probe_limit(const struct conf *conf, const struct probe_row *row);
LARCH_API bool probe_is_off(const struct conf *conf, const char *name); /* of a check or a column */
/*
 * Judge a number: by the thresholds of larch.json, else by those its column usually has. It makes the level worse, never
 * better; unknown stays unknown, and a value without a number stays as it is.
 */
LARCH_API void probe_judge(const struct conf *conf, struct status_value *v);
/*
 * Does larch.json name checks, columns and host lists that there are, and no command twice? A row about a check that is
 * none would be a threshold that nobody watches. 0, or -1 with file, path and reason.
 */
LARCH_API int probe_conf_check(const struct conf *conf, struct err *e);
/* The columns of all checks that are on, as larchd publishes them, in the arena. */
LARCH_API void probe_columns(const struct conf *conf, struct arena *a, struct status_column **out, size_t *n_out);

/* ---- the sweep ---------------------------------------------------------------------------- */

struct probe_room {
	uv_loop_t *loop;
	const struct conf *conf;
	const struct devtype_set *types;
	struct gate *gate;
	struct inv **inv;       /* where the current reader is; *inv NULL: no inventory yet */
	struct status *status;
};
LARCH_API int probe_create(const struct probe_room *room, struct probe **out, struct err *e);
LARCH_API void probe_destroy(struct probe *p);
LARCH_API void probe_set_conf(struct probe *p, const struct conf *conf, const struct devtype_set *types);

/* Begin: every check has rounds of its own from now on, the first ones soon. */
LARCH_API void probe_start(struct probe *p);
/* The inventory may have changed: what is new in it is asked now, not in its check's next round. */
LARCH_API void probe_look(struct probe *p);
/* Ask nobody any more; before the gate goes. What is on its way ends as cancelled, and is not kept. */
LARCH_API void probe_stop(struct probe *p);
/* Ask these things now (machines: all checks, their PDUs and the switches on their ports; others: themselves). 0; 1 when LIMIT_CHECKS of
 * them run and this one was not begun, with a sentence too; -1. */
LARCH_API int probe_check(struct probe *p, const struct hosts *things, struct err *e);

struct probe_pulse {
	int64_t began, ended;   /* wall ms: since then every check has been through; 0: not yet */
	int64_t things;         /* that are asked */
	const char *notice;     /* for people, "" none */
	const struct status_lane *lanes; /* how the rounds of each check that is on go */
	size_t n_lanes;
};
/* What it points to lives until it is asked again. */
LARCH_API void probe_pulse(struct probe *p, struct probe_pulse *out);

/* Ping a thing now, by its address in the inventory, twice at most; -1 when it has none that can be pinged. */
LARCH_API int probe_ping_thing(struct probe *p, const char *thing, struct arena *a, probe_ping_fn *done, void *ctx,
    struct err *e);

/* The gate of a thing (a PDU, a switch or a BMC) by its inventory entry. */
LARCH_API int probe_device(struct probe *p, const char *thing, struct arena *a, struct gate_device **out,
    struct err *e);

#endif
