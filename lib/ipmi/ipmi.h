/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ipmi: an RMCP+ client (IPMI v2.0 revision 1.1, sections 13 and 22),
 * asynchronous on a libuv loop, with thousands of sessions in flight on two
 * UDP sockets. One call is one session: Open Session, RAKP 1 to 4, Set Session
 * Privilege (not for a command of a user, where a session begins), the command
 * or one after the other, Close. Cipher suites 17 and 3; never 0. Called by gate and its users; it
 * knows no machine by name and never retries a command that may not be repeated.
 *
 * packet.c the bytes, crypto.c the keys and codes, udp.c the sockets,
 * session.c the states of a call, client.c the line, the timers and who an
 * answer is for, command.c the ready-made commands.
 *
 * What cannot be helped here: RAKP 2 gives whoever asks a hash of the password
 * (CVE-2013-4786); only a long random password and a closed network do.
 */
#ifndef LARCH_IPMI_IPMI_H
#define LARCH_IPMI_IPMI_H

#include <netinet/in.h>
#include <uv.h>

#include "base/base.h"

struct ipmi_client;

struct ipmi_settings {
	int retransmit_ms; /* 0: 250; grows by a fifth each try, and for a BMC that is slow */
	int tries;         /* 0: 8, the most. A silent host costs the sum of these waits (4.1 s), a BMC
	                    * that answers always late at most about 8 times that. Eight short ones and not
	                    * four long ones: where a tenth of the packets is lost each way, a request and its
	                    * answer miss each other 0.19 of the time, four times in a row once in 770 */
	int in_flight;     /* sessions at once; 0: 256; others wait in line. One that waits for a
	                    * second try is not counted: silent hosts hold up nobody */
};

LARCH_API int ipmi_client_create(uv_loop_t *loop, const struct ipmi_settings *settings,
    struct ipmi_client **out, struct err *e);
/* Every unfinished call ends with IPMI_CANCELLED before this returns; sockets close on the loop. */
LARCH_API void ipmi_client_destroy(struct ipmi_client *c);

struct ipmi_target {
	struct sockaddr_storage address; /* numeric, with port (623 by default) */
	const char *user;                /* at most 16 bytes */
	const char *password;            /* at most 20 bytes; copied, wiped at the end of the session */
	int suites[2];                   /* tried in order: 17, 3; 0 ends the list */
};

enum ipmi_outcome {
	IPMI_OK,           /* the command was answered; look at `completion` */
	IPMI_SILENT,       /* nothing came, tries used up */
	IPMI_UNREACHABLE,  /* ICMP says nobody listens there (IP_RECVERR) */
	IPMI_AUTH,         /* wrong user or password (RAKP 2 status or integrity code) */
	IPMI_REFUSED,      /* the BMC refused the session: no slot, no such suite, no privilege;
	                    * or the call itself is wrong (a password of 21 bytes): nothing was sent */
	IPMI_GARBAGE,      /* answers that break the specification; text cites the section */
	IPMI_UNSURE,       /* the command left and its answer did not come: it may have been obeyed.
	                    * In every other outcome but IPMI_OK it did not leave, or was harmless;
	                    * IPMI_CANCELLED may be either, as `left` says */
	IPMI_CANCELLED,
	IPMI_OUTCOME_COUNT
};

struct ipmi_command {
	uint8_t netfn, cmd;        /* table G-1 of the specification */
	uint8_t data[32];
	uint8_t n;
	uint8_t privilege;         /* 2 user, 3 operator, 4 administrator */
	bool once;                 /* must not reach the BMC twice: never retransmitted */
	bool harmless;             /* only reads: without an answer it is IPMI_SILENT, not IPMI_UNSURE */
};

struct ipmi_answer {
	enum ipmi_outcome outcome;
	uint8_t completion;        /* 0 is success; section 5.2 */
	uint8_t data[64];
	uint8_t n;
	bool left;                 /* the command was sent at least once */
	int suite;                 /* that the session used, or tried last */
	int64_t took_ms;           /* from its turn in line to its outcome */
	char text[200];            /* a sentence for outcome != OK or completion != 0 */
};

/*
 * Called once, from the loop, never before ipmi_ask returns (but from ipmi_client_destroy, where it
 * must not ask anew). The answer lives until it returns. It may call ipmi_client_destroy.
 */
typedef void ipmi_done_fn(void *ctx, const struct ipmi_answer *answer);

/*
 * Target and command are copied. Calls to one address at the same time are separate sessions: who
 * asks a BMC with few slots puts its calls in a line of its own (gate does). A suite that worked
 * is remembered by address and tried first. While a call is unfinished it holds the loop alive.
 */
LARCH_API void ipmi_ask(struct ipmi_client *c, const struct ipmi_target *target,
    const struct ipmi_command *command, ipmi_done_fn *done, void *ctx);

/*
 * One session, several commands: `next` gets each answer whose outcome is IPMI_OK, whatever its completion code, and
 * says what is asked then: true with *next_out, or false when that was all. It is called from the loop, once an answer;
 * it must not destroy the client. `done` gets the last answer as in ipmi_ask; one `next` has seen already when that
 * ended it. Each command keeps its own `once` and `harmless`, and has the time of a call of its own; `left` and
 * `took_ms` (from the turn in line) speak of the last command. The session has the privilege of the first command: a
 * later one that wants more, or more than LIMIT_IPMI_SEQUENCE of them, end it as IPMI_REFUSED, unsent.
 */
typedef bool ipmi_next_fn(void *ctx, const struct ipmi_answer *answer, struct ipmi_command *next_out);
LARCH_API void ipmi_ask_many(struct ipmi_client *c, const struct ipmi_target *target,
    const struct ipmi_command *first, ipmi_next_fn *next, ipmi_done_fn *done, void *ctx);

/* Calls that wait in line and that are on their way. */
LARCH_API int ipmi_client_unfinished(const struct ipmi_client *c);

/* Ready-made commands; chassis control (section 28.3) is `once` for cycle, reset and soft. */
enum ipmi_control { IPMI_CONTROL_OFF = 0, IPMI_CONTROL_ON = 1, IPMI_CONTROL_CYCLE = 2,
	IPMI_CONTROL_RESET = 3, IPMI_CONTROL_NMI = 4, IPMI_CONTROL_SOFT = 5 };
LARCH_API struct ipmi_command ipmi_chassis_status(void);
LARCH_API struct ipmi_command ipmi_chassis_control(enum ipmi_control control);

struct ipmi_chassis {
	bool power_on, overload, fault, control_fault; /* section 28.2, byte 2 */
	bool drive_fault, cooling_fault;               /* byte 4 */
	bool identify_known, identify;                 /* byte 4, bits 4 to 6: few BMCs say whether the light is on */
	uint8_t last_event;
};
/* 0; or -1 when the answer is too short. */
LARCH_API int ipmi_chassis_parse(const struct ipmi_answer *answer, struct ipmi_chassis *out);

/*
 * The boot device (sections 28.12, 28.13): parameter 5, the next boot from PXE, once; taken back; read. All of them may
 * reach the BMC twice. Parameter 4 tells the firmware that the information is new; BMCs that lack it answer 0x80, which
 * does no harm. What a BMC keeps of parameter 5 is over 60 s after it was set unless a chassis control comes
 * (parameter 3), or when the firmware has obeyed it.
 */
LARCH_API struct ipmi_command ipmi_boot_new(void);
LARCH_API struct ipmi_command ipmi_boot_pxe(bool efi);
LARCH_API struct ipmi_command ipmi_boot_clear(void);
LARCH_API struct ipmi_command ipmi_boot_read(void);

struct ipmi_boot {
	bool valid, persistent, efi;
	uint8_t device;            /* table 28-14, parameter 5 data 2: 0 none, 1 PXE, 2 disk ... */
};
#define IPMI_BOOT_PXE 1
/* 0; or -1 when it is no answer to ipmi_boot_read. A parameter that is marked invalid is not valid. */
LARCH_API int ipmi_boot_parse(const struct ipmi_answer *answer, struct ipmi_boot *out);

/* ---- the rest of what a BMC is asked ------------------------------------------------------- */

/* A completion code in a few words: table 5-2. */
LARCH_API const char *ipmi_completion_text(uint8_t code);

/*
 * The boot device of the next start, once: table 28-14, parameter 5 data 2. As ipmi_boot_pxe, which is one of them, it
 * may reach the BMC twice and is over after 60 s without a chassis control.
 */
#define IPMI_BOOT_DISK 2
#define IPMI_BOOT_BIOS 6           /* the BIOS's own setup */
LARCH_API struct ipmi_command ipmi_boot_set(uint8_t device, bool efi);

/* The identify light (section 28.5): 0 off, 1 to 255 seconds, more: until it is put off. A BMC may not know "until". */
#define IPMI_IDENTIFY_ON 256
LARCH_API struct ipmi_command ipmi_identify(int seconds);

/* Get Device ID: section 20.1. */
LARCH_API struct ipmi_command ipmi_device_id(void);

struct ipmi_device {
	uint8_t id, revision;
	uint8_t firmware_major, firmware_minor; /* the minor one decoded from BCD: 1.42 is 1 and 42 */
	uint8_t ipmi_major, ipmi_minor;         /* 2 and 0 */
	bool updating;                          /* it is being updated, or starts: sensors may not answer */
	bool device_sdrs;                       /* it has SDRs of its own sensors: section 35 */
	bool sensors, sdr_repository, event_log, fru; /* byte 6 of table 20-2 */
	uint32_t manufacturer;                  /* IANA enterprise number; 0 not given */
	uint16_t product;                       /* the manufacturer's own number */
};
/* 0; or -1 when it is no answer to ipmi_device_id. */
LARCH_API int ipmi_device_parse(const struct ipmi_answer *answer, struct ipmi_device *out);
/* "Supermicro" for those that build most servers (IANA, "Private Enterprise Numbers"); NULL: look the number up. */
LARCH_API const char *ipmi_maker(uint32_t manufacturer);

/* Get Power Reading, the statistics of the whole machine: DCMI 1.5 section 6.6.1. A BMC without DCMI answers 0xc1. */
LARCH_API struct ipmi_command ipmi_power_read(void);

struct ipmi_power {
	bool active;               /* it measures now; else the watts are old or nothing */
	uint16_t watts, min, max, average;
	uint32_t at;               /* seconds since 1970, as its clock says */
	uint32_t period_ms;        /* that min, max and average are of */
};
/* 0; or -1 when it is no answer to ipmi_power_read. */
LARCH_API int ipmi_power_parse(const struct ipmi_answer *answer, struct ipmi_power *out);

LARCH_API const char *ipmi_outcome_name(enum ipmi_outcome o);

#endif
