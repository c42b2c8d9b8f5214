/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Inside the room: how the room is swept. Each check is a lane with rounds of its own: what is due is asked, in
 * windows, and what was seen is kept in one transaction at the round's end. sweep.c has the rounds, sweep_lanes.c
 * their times, sweep_nodes.c who is asked, sweep_levels.c how bad a number is; an ask_NAME.c is one check.
 */
#ifndef LARCH_PROBE_SWEEP_H
#define LARCH_PROBE_SWEEP_H

#include <uthash.h>

#include "probe.h"

#define SWEEP_LANES 8        /* checks there may be */
#define SWEEP_SLICE_MS 2000  /* a check that is spread over its interval keeps what it saw so often */
#define SWEEP_WORD 14        /* bytes of the state that other checks rest on */

/* ---- who is asked ---------------------------------------------------------------------- */

/* What may be asked of a node: a check's row says of which it is. */
enum sweep_what {
	SWEEP_ADDRESS = 1, /* it has an address, or a name that may have one */
	SWEEP_SERVER = 2,  /* people log in there: a server, or a node that Slurm or a group names */
	SWEEP_BMC = 4,
	SWEEP_PDU = 8,
	SWEEP_SWITCH = 16,
};

/* What one check has found out about one node; ten thousand nodes have one a check. */
struct sweep_seen {
	int64_t due;         /* boot ms; of a check that is spread over its interval */
	int64_t rest_until;  /* boot ms: it is left alone before that; 0 */
	uint8_t silent;      /* how often in a row nothing came of asking it */
	bool asked : 1;      /* since it is known, or has another address */
	bool busy : 1;       /* a question is on its way */
	bool known : 1;      /* level and word are */
	uint8_t level;
	char word[SWEEP_WORD];
};

/* An address that a resolver gave for a name without one in the inventory. */
struct sweep_address {
	struct sockaddr_storage at;
	bool known;          /* at is */
	bool looking;
	int64_t since;       /* boot ms: looking */
	int64_t again;       /* boot ms: not looked up before; 0: never was */
	int failed;          /* in a row */
	const char *why;     /* not known: a text of gai_strerror */
};

/* A node lives as long as a list, a question or a look-up has it. */
struct sweep_node {
	UT_hash_handle hh;
	char *name, *address, *family, *bmc, *bmc_address; /* NULL: not recorded */
	unsigned char what;  /* enum sweep_what, or-ed */
	unsigned turn;       /* of the list that it was last put into */
	size_t refs;
	bool is_host;        /* its name may be given to a resolver and to ssh */
	struct gate_device *device, *bmc_device; /* NULL: not asked yet */
	struct sweep_address *looked; /* NULL: it has an address in the inventory */
	struct sweep_seen seen[SWEEP_LANES];
};

struct sweep_cord {
	struct sweep_node *machine;
	const char *pdu, *outlet;
};

/* Everybody, as the inventory, Slurm and the groups had it; rounds hold the one they began with. */
struct sweep_list {
	size_t refs;
	struct arena *a;
	struct sweep_node **node;
	size_t n;
	struct sweep_cord *cord; /* by machine */
	size_t n_cords;
};

void sweep_node_drop(struct probe *p, struct sweep_node *n);
void sweep_list_drop(struct probe *p, struct sweep_list *l);
/* The list as it is now; made anew only where the inventory, Slurm's nodes, the groups or the settings have changed. NULL with
 * a sentence: there is none yet. */
struct sweep_list *sweep_list(struct probe *p, struct err *e);
struct sweep_node *sweep_find(struct probe *p, const char *name);

/* Where it is asked: its address in the inventory, else what its name resolves to. false: *why says why not, or is
 * NULL while it is being looked up for the first time: that node is asked once it is known. */
bool sweep_address(struct probe *p, struct sweep_node *n, int port, struct sockaddr_storage *out, const char **why,
    struct arena *a);
void sweep_lookup_stop(struct probe *p);

/* ---- lanes and rounds ----------------------------------------------------------------------- */

struct sweep_round;

struct sweep_lane {
	struct probe *probe;
	const struct probe_row *row;
	size_t nr;                 /* in seen[] */
	int needs, rests;          /* numbers of lanes; -1 none */
	bool on;
	int64_t interval, limit;   /* ms */
	size_t at_once;            /* questions on their way */
	uv_timer_t timer;
	bool first;                /* its first round has not ended */
	size_t turn;               /* of a check that is spread: who is looked at first */
	bool overdue;              /* it is time, and a round is running */
	bool fresh;                /* nodes have come that were never asked */
	struct sweep_round *round; /* that is running */
	int64_t began, ended;      /* the last whole round, wall ms */
	int64_t began_boot, took;  /* ms */
	unsigned list;             /* the list that its last round was of */
	int64_t rounds, late;      /* whole ones; and those that took longer than the interval */
	int64_t asked, answered, rested;
	bool is_late;              /* the last one did */
	char notice[160];          /* what people should know of it; "" */
};

/* Some nodes asked at a person's wish. */
struct sweep_check {
	struct probe *probe;
	struct sweep_node **node;
	size_t n;
	size_t open;               /* rounds of it */
	bool second;               /* those that rest on others have begun */
};

enum sweep_kind { SWEEP_WHOLE, SWEEP_FRESH, SWEEP_STREAM, SWEEP_CHECK };

struct sweep_round {
	struct probe *probe;
	struct sweep_lane *lane;
	enum sweep_kind kind;
	struct sweep_check *check;
	struct sweep_list *list;
	struct sweep_node **todo;  /* the list's own array, or `own` */
	struct sweep_node **own;   /* each with a reference; freed with the round */
	size_t n_todo, next, cap_own;
	size_t on_way;             /* questions */
	bool pumping;
	int64_t began, began_boot;
	int64_t asked, answered, rested;
	struct arena *a;           /* of what was seen, until it is kept */
	struct status_value *values;
	size_t n_values, cap_values;
	struct status_outlet *outlets;
	size_t n_outlets, cap_outlets;
};

/* One question: of one node, or of a whole round (node NULL). */
struct sweep_asked {
	struct sweep_round *round;
	struct sweep_node *node;
	struct gate_device *device; /* that is asked; NULL: no device with a gate */
};

/* ---- for ask_*.c ------------------------------------------------------------------------------- */

/* Begin a question, and end it: everything between belongs to it. */
struct sweep_asked *sweep_ask(struct sweep_round *r, struct sweep_node *n);
void sweep_answered(struct sweep_asked *q);
/* Begin and end one that is answered without asking: "unknown", because of `why`, in the check's first column. */
void sweep_cannot(struct sweep_round *r, struct sweep_node *n, const char *why);
/* The same of any column. */
void sweep_cannot_tell(struct sweep_round *r, struct sweep_node *n, const char *column, const char *why);

/* What was seen of the question's node. texts are copied; detail may be NULL. */
struct status_value *sweep_value(struct sweep_asked *q, const char *column, enum status_level level, const char *text,
    const char *detail);
/* The same of another node, or of a name; q is the question that told it. */
struct status_value *sweep_value_of(struct sweep_round *r, const char *thing, const char *column, enum status_level level,
    const char *text, const char *detail);
void sweep_outlet(struct sweep_asked *q, const struct status_outlet *o);
enum gate_priority sweep_priority(const struct sweep_round *r);
/* Is the device left alone for now? */
bool sweep_rests(struct sweep_round *r, struct gate_device *d);
const char *sweep_text(struct sweep_round *r, const char *text);

/* Names that are nodes because somebody knows them: "slurm". They are asked from now on. */
void sweep_names(struct probe *p, const struct hosts *names);

void ask_ping(struct sweep_round *r, struct sweep_node *n);
void ask_ssh(struct sweep_round *r, struct sweep_node *n);
void ask_ipmi(struct sweep_round *r, struct sweep_node *n);
void ask_power(struct sweep_round *r, struct sweep_node *n);
void ask_power_end(struct sweep_round *r);
void ask_login(struct sweep_round *r, struct sweep_node *n);
void cannot_login(struct sweep_round *r, struct sweep_node *n, const char *why);
void ask_slurm_start(struct probe *p);

/* ---- between the files of the sweep ---------------------------------------------------------------- */

/* Something cannot be kept: said once a minute, for it may be so for hours. */
void sweep_complain(struct probe *p, const char *what, const char *why);
struct sweep_lane *sweep_lane_named(struct probe *p, const char *name);
void probe_publish(struct probe *p);
void sweep_lanes_create(struct probe *p);
void sweep_lanes_start(struct probe *p);
void sweep_lanes_conf(struct probe *p);
void sweep_lanes_stop(struct probe *p);
/* A whole round has ended: when is the next? */
void sweep_lane_next(struct sweep_lane *l, const struct sweep_round *r);
/* Nodes have come that were never asked: they are asked now. */
void sweep_fresh(struct probe *p);
/* Count what came of a question where what the check rests on says that nobody is there; and how long that node is left
 * alone from now on, ms. */
void sweep_lane_silence(struct sweep_lane *l, struct sweep_node *n);
int64_t sweep_lane_rest(const struct sweep_lane *l, const struct sweep_seen *s);
/* Its next round is due now, or when the one that runs has ended. */
void sweep_lane_now(struct sweep_lane *l);
void sweep_check_part_ended(struct sweep_check *c);

struct sweep_round *sweep_round_create(struct sweep_lane *l, enum sweep_kind kind, struct sweep_list *list);
void sweep_round_add(struct sweep_round *r, struct sweep_node *n); /* to what is to be asked; SWEEP_WHOLE has the list */
void sweep_round_pump(struct sweep_round *r);
/* Add what was asked since to the lane's counts. */
void sweep_round_count(struct sweep_round *r);
void sweep_round_keep(struct sweep_round *r); /* what was seen so far, in one transaction */

#endif
