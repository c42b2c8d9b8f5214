/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pdu-sim: one process is one rack PDU, a real net-snmp agent (versions 1 and
 * 2c). It shares no code with the library it tests.
 *
 *	pdu_main     arguments, the loop, READY
 *	pdu_profile  FAMILY.simrec to rows: what the agent shows
 *	pdu_model    outlets that change with delay, and faults
 *	pdu_rows     rows that may be written, and their faults: a switch has no outlets
 *	pdu_agent    net-snmp: GET, GETNEXT, GETBULK, SET against the rows
 *	pdu_control  the control socket's commands and the room's datagrams
 *
 * A profile is text. "#" begins a comment line. A row is OID|TYPE|VALUE, sorted
 * by the program itself; TYPE is integer, gauge, counter, timeticks, text, hex, oid. "@rw VALUE" may be
 * written, in its own type and, hex, in its own length.
 * A row with {n} in its OID stands for every outlet, n = 1, 2 ...; {n} in a
 * value is the outlet's number. Values with @ are alive: @state @command
 * @pending @name @load @watts (of an outlet) @infeed @infeed-watts (the sum) @uptime;
 * @command-on and @command-off are columns of their own, obeyed when 0 is written.
 * A line "%WORD ..." says how they live:
 *
 *	%outlets 24                     how many, unless --outlets
 *	%id AA{n}                       how a test and the room call an outlet
 *	%name Outlet {n}                its name at the start (@name is writable)
 *	%name-max 24                    longer is wrongLength
 *	%state on=1 off=0 ...           also going-on, going-off, rebooting; a word that is
 *	%pending on=2 off=2 ...         missing is told as off, on, off
 *	%command on=1 off=2 reboot=3    also delayed-on, delayed-off, delayed-reboot, cancel, none
 *	%command-reads wanted           a GET of @command: `wanted` (on's or off's number), `state` (as @state) or a number
 *	%load unit=10 default=420       milliamperes of one unit of @load and @infeed, and at the start
 *	%switch                         there are no outlets, and nothing of the above: a switch, a strip that only meters
 *	%delay on=500 off=800 reboot=3000 delayed=2000     milliseconds
 */
#ifndef LARCH_PDU_SIM_H
#define LARCH_PDU_SIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PDU_OUTLETS 128
#define PDU_ROWS 8192
#define PDU_OID 40          /* sub-identifiers */
#define PDU_TEXT 128        /* bytes of a value or a name, with the NUL */
#define PDU_LOG 4096        /* SETs remembered, the oldest forgotten */
#define PDU_NEVER INT64_MAX

/* What an outlet can be seen as, and what can be asked of it: columns of the maps. */
enum pdu_look { LOOK_ON, LOOK_OFF, LOOK_GOING_ON, LOOK_GOING_OFF, LOOK_REBOOTING, LOOK_COUNT };
enum pdu_verb { VERB_NONE, VERB_ON, VERB_OFF, VERB_REBOOT, VERB_DELAYED_ON, VERB_DELAYED_OFF,
	VERB_DELAYED_REBOOT, VERB_CANCEL, VERB_COUNT };
enum pdu_delay { DELAY_ON, DELAY_OFF, DELAY_REBOOT, DELAY_DELAYED, DELAY_COUNT };
enum pdu_fault { FAULT_NONE, FAULT_LIE, FAULT_STALL, FAULT_DROP, FAULT_DROP_OBEYED, FAULT_REFUSE,
	FAULT_STUCK_ON, FAULT_SILENT, FAULT_COUNT };

struct pdu_number { bool given; long value; };

enum pdu_live { LIVE_NO, LIVE_STATE, LIVE_COMMAND, LIVE_PENDING, LIVE_NAME, LIVE_LOAD, LIVE_COMMAND_ON,
	LIVE_COMMAND_OFF, LIVE_WATTS, LIVE_INFEED, LIVE_INFEED_WATTS, LIVE_UPTIME, LIVE_RW, LIVE_COUNT };
enum pdu_type { KIND_INTEGER, KIND_GAUGE, KIND_COUNTER, KIND_TIMETICKS, KIND_TEXT, KIND_HEX, KIND_OID, KIND_COUNT };

/* What a row that may be written does with a SET. */
enum row_fault { ROW_WELL, ROW_REFUSE, ROW_LIE, ROW_DROP, ROW_DROP_OBEYED, ROW_FAULT_COUNT };

struct pdu_row {
	uint32_t oid[PDU_OID];
	size_t n;
	enum pdu_type type;
	enum pdu_live live;
	int outlet;                /* 0 based; -1: of the whole PDU */
	char text[PDU_TEXT];       /* the value as written, LIVE_NO and LIVE_RW */
	enum row_fault fault;
	int fault_after;           /* SETs of it that are well before */
	int touch_in;              /* GETs until somebody else writes `touch`; 0: nobody does */
	char touch[PDU_TEXT];
};

struct pdu_profile {
	int outlets;
	bool is_switch;
	char id[PDU_TEXT], name[PDU_TEXT];
	long name_max;
	struct pdu_number state[LOOK_COUNT], pending[LOOK_COUNT], command[VERB_COUNT];
	bool reads_wanted, reads_state;
	long command_reads;
	long load_unit, load_default;
	long delay[DELAY_COUNT];
	struct pdu_row *rows;      /* sorted by OID */
	size_t n_rows;
};

/* Read a profile; outlets > 0 overrules its %outlets. 0, or -1 with a sentence on standard error. */
int pdu_profile_load(const char *path, int outlets, struct pdu_profile *out);
/* "on=5 off=7" over the profile's delays. */
int pdu_profile_delays(struct pdu_profile *p, const char *text);
void pdu_profile_free(struct pdu_profile *p);
/* The first row with an OID >= (or, when `after`, >) the given one, or NULL. */
const struct pdu_row *pdu_profile_next(const struct pdu_profile *p, const unsigned long *oid, size_t n, bool after);

struct pdu_outlet {
	char id[PDU_TEXT], name[PDU_TEXT];
	bool on;                   /* what the device says when nothing moves */
	bool wanted;               /* the last on or off asked */
	bool live;                 /* voltage at the socket; differs from `on` under stuck-on */
	enum pdu_look look;
	enum pdu_verb after;       /* what follows a delay or the off of a reboot */
	int64_t due;
	long load;                 /* milliamperes while live */
	enum pdu_fault fault;
	bool told, told_live;      /* what the room has heard */
};

struct pdu_log {
	int64_t when;              /* CLOCK_MONOTONIC ms */
	int outlet;
	long value;
	const char *verdict;       /* "ok", "refused", "dropped" ... */
};

struct pdu_model {
	const struct pdu_profile *profile;
	struct pdu_outlet outlet[PDU_OUTLETS];
	int n;
	bool silent;
	int64_t began;
	struct pdu_log log[PDU_LOG];
	size_t n_log;              /* all ever; the last PDU_LOG are kept */
	long writes;               /* SETs of rows obeyed */
	long silent_after;         /* so many more, and the agent answers nothing; 0: never */
};

void pdu_model_init(struct pdu_model *m, const struct pdu_profile *p);
/* Let what is due happen. */
void pdu_model_advance(struct pdu_model *m, int64_t now);
/* When something is due next, or PDU_NEVER. */
int64_t pdu_model_due(const struct pdu_model *m);
/* Its index, by id or by number from 1; -1: none. */
int pdu_model_find(const struct pdu_model *m, const char *word);
/* Is it a column of commands? */
bool pdu_model_commands(const struct pdu_row *row);
/* The verb of a number written to that column; VERB_COUNT: it is none. */
enum pdu_verb pdu_model_verb(const struct pdu_model *m, const struct pdu_row *row, long value);
/* Obey, under the outlet's fault. */
void pdu_model_act(struct pdu_model *m, int outlet, enum pdu_verb verb, int64_t now);
/* At once and without a fault: somebody pressed the button. */
void pdu_model_force(struct pdu_model *m, int outlet, bool on);
void pdu_model_log(struct pdu_model *m, int outlet, long value, const char *verdict, int64_t now);
/* A live number, as the agent shows it. */
long pdu_model_number(const struct pdu_model *m, const struct pdu_row *row, int64_t now);
const char *pdu_fault_name(enum pdu_fault f);
enum pdu_fault pdu_fault_of(const char *word); /* FAULT_COUNT: none of that name */
const char *pdu_look_name(enum pdu_look look);

/* Listens at "127.0.0.1:0"; *address_out is what was bound. 0, or -1 with a sentence on standard error. */
int pdu_agent_start(struct pdu_model *m, const char *listen, const char *read, const char *write,
    char *address_out, size_t size);
void pdu_agent_stop(void);

/* ---- pdu_rows ---- */

struct variable_list;
/* May this be written to the row: an error-status of RFC 3416. */
int row_check(const struct pdu_row *row, const struct variable_list *v);
/* Obey, under the row's fault. `dropped`: the answer does not come. */
void row_write(struct pdu_model *m, const struct pdu_row *row, const struct variable_list *v);
/* Is the answer to a SET of it lost? Then it has been obeyed, or not, already. */
bool row_dropped(struct pdu_model *m, const struct pdu_row *row, const struct variable_list *v);
/* A row is about to be read by a GET: what somebody else writes just then. */
void row_touch(const struct pdu_row *row);
/* The value as bytes of a hex row: how many. */
size_t row_bytes(const struct pdu_row *row, unsigned char out[PDU_TEXT]);
struct sim_answer;
/* "row OID", "put OID VALUE", "row-fault OID FAULT", "touch OID N VALUE", "silent-after N", "writes". */
bool row_command(struct pdu_model *m, int n, char **w, struct sim_answer *a);

struct pdu_control;
/* Any of the paths may be NULL. */
struct pdu_control *pdu_control_create(struct pdu_model *m, const char *pdu, const char *control,
    const char *room, const char *loads);
void pdu_control_destroy(struct pdu_control *c);
/* Descriptors to watch, -1 where there is none; read what is there. */
void pdu_control_fds(const struct pdu_control *c, int fds[2]);
void pdu_control_work(struct pdu_control *c);
/* Tell the room what changed. When it must be tried again, or PDU_NEVER. */
int64_t pdu_control_tell(struct pdu_control *c, int64_t now);

#endif
