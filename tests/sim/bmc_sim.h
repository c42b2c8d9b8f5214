/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bmc-sim: thousands of BMCs on 127/8 in one process, for tests and the demo.
 * An RMCP+ server of its own (IPMI v2.0 revision 1.1): it shares no code with
 * the library it tests.
 *
 *	bmc_main     arguments, the loop, READY
 *	bmc_conf     the configuration file
 *	bmc_net      a socket a BMC, and the faults that are about packets
 *	bmc_rmcp     packets taken apart and put together (section 13)
 *	bmc_session  Open Session, RAKP 1 to 4, session slots
 *	bmc_crypto   HMAC and AES
 *	bmc_cmd      the commands, a row each
 *	bmc_sensor   sensor data records and readings (sections 33, 35, 43)
 *	bmc_sel      the event log (sections 31, 32), and DCMI's watts
 *	bmc_chassis  the machine: its power, delays, loss of voltage
 *	bmc_room     what pdu-sim says and is told (sim_room.h)
 *	bmc_ctl      the control socket's commands
 *	bmc_timer    what is to happen later
 */
#ifndef LARCH_SIM_BMC_SIM_H
#define LARCH_SIM_BMC_SIM_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BMC_NAME 64
#define BMC_SLOTS 64     /* session slots, at most */
#define BMC_LOG 16       /* commands remembered */
#define BMC_PACKET 1024  /* bytes of a packet, either way */

struct sim;
struct bmc;

/* ---- faults: rows in bmc_net.c ------------------------------------------------ */

enum bmc_fault {
	FAULT_NONE,
	FAULT_SLOW,         /* every answer MS late */
	FAULT_SILENT,       /* nothing is answered */
	FAULT_CLOSED,       /* the socket is shut: ICMP port unreachable */
	FAULT_ONE_SLOT,     /* one session at a time */
	FAULT_NO_SLOT,      /* no session at all: "insufficient resources" */
	FAULT_GARBAGE,      /* every answer is nonsense, of several kinds in turn */
	FAULT_LIE,          /* chassis control says yes and does nothing */
	FAULT_REFUSE,       /* chassis control answers completion code CC */
	FAULT_MUTE_CONTROL, /* chassis control is obeyed, the answer does not come */
	FAULT_FLAP,         /* chassis status alternates */
	FAULT_RESET,        /* the BMC restarts when a chassis control has come (obeyed, unanswered) */
	FAULT_LOSS,         /* PERCENT of packets lost, each way */
	FAULT_LOSE_RAKP4,   /* the first RAKP 4 of every second session is lost */
	FAULT_DUPLICATE,    /* every answer comes twice */
	FAULT_TRUNCATE,     /* every answer lacks its last byte */
	FAULT_OTHER_PORT,   /* answers come from another port */
	FAULT_FORGE_RAKP2,  /* the code of RAKP 2 is wrong */
	FAULT_FORGE_RAKP4,  /* the code of RAKP 4 is wrong */
	FAULT_FLIP,         /* an integrity code within the session is wrong */
	FAULT_PLAIN,        /* answers within the session come without integrity and encryption */
	FAULT_SUITE_0,      /* Open Session offers no authentication */
	FAULT_REPLAY,       /* the answer to the first command comes again for every later one */
	FAULT_BOOT_REFUSE,  /* the boot device is refused: completion code CC */
	FAULT_BOOT_LIE,     /* it is said to be set, and is not */
	FAULT_SICK,         /* chassis status shows BITS: 2 overload, 4 drive, 8 fault, 16 control, 32 cooling, 64 identify */
	FAULT_OTHER_BMC,    /* answers come from the address of the BMC before it */
	FAULT_SDR_NONE,     /* no repository: the records are in the device (section 35) */
	FAULT_SDR_LOOP,     /* the last record says that the first follows it */
	FAULT_SDR_ENDLESS,  /* another record always follows */
	FAULT_SDR_LOST,     /* of N Get SDR one finds its reservation lost; 1: all of them do */
	FAULT_SDR_SMALL,    /* no more than N bytes of a record at a time */
	FAULT_SDR_SHORT,    /* bytes of a record beyond its 20th do not come */
	FAULT_SEL_LOOP,     /* every entry says that the first follows it */
	FAULT_SEL_SHORT,    /* Get SEL Info says N entries more than there are */
	FAULT_SEL_NONE,     /* no event log */
	FAULT_NO_DCMI,
	FAULT_FEW_BYTES,    /* answers about sensors, records, events and watts have but N bytes */
	FAULT_COUNT
};

/* ---- a BMC -------------------------------------------------------------------- */

enum bmc_restore { RESTORE_OFF, RESTORE_ON, RESTORE_LAST };

struct bmc_feed {
	char *pdu, *outlet;
	bool on;
};

struct bmc_settings {
	struct sockaddr_in address;
	const char *user, *password; /* interned */
	int suites[2];
	int privilege;               /* the user's limit: 2, 3, 4 */
	bool power;                  /* at the start */
	int slots, idle_ms;
	int off_ms, on_ms, soft_ms, boot_ms;
	enum bmc_restore restore;
	int load_ma, standby_ma;
	int sensors;                 /* more temperatures, beside those of bmc_sensor.c */
	int sel, sel_stride;         /* entries of the event log; from one's id to the next */
	int watts;                   /* while the chassis is on */
	enum bmc_fault fault;
	int fault_value;
};

struct session {
	uint32_t id, console_id;
	struct sockaddr_in peer;
	int suite;
	bool has_rakp1, active, rakp4_sent;
	uint8_t tag;
	uint8_t privilege, max_privilege, role;
	uint8_t rc[16], rm[16];
	uint8_t user_n;
	char user[17];
	uint8_t sik[32], k1[32], k2[32];
	uint32_t seq_in, seq_out;
	uint32_t seen;               /* bit n: seq_in - n was received */
	int64_t used_ms;
};

struct bmc_logged {
	int64_t ms;
	uint8_t netfn, cmd, data, completion;
	bool has_data;
};

struct bmc {
	struct sim *sim;
	char name[BMC_NAME];
	struct bmc_settings s;
	int fd;
	uint16_t port;               /* that it got */
	uint8_t guid[16];
	struct session *slot[BMC_SLOTS];

	enum bmc_fault fault;
	int fault_value;
	unsigned turn;               /* counts answers, for faults that alternate */

	bool alive;                  /* the BMC itself has power and has booted */
	bool power;                  /* the chassis */
	bool power_before;           /* when voltage was lost */
	bool voltage;                /* as last seen */
	bool standby;                /* what the test says, beside the feeds */
	unsigned generation;         /* of the chassis' plans: older timers do nothing */
	unsigned boot_generation;
	struct bmc_feed *feeds;
	int n_feeds;
	uint8_t boot_flags[5];
	uint16_t reservation, sel_reservation;
	int identify;                /* seconds of the last Chassis Identify; -1: until it is put off */
	struct bmc_override *overrides; /* what a test says of its sensors */
	uint8_t booted;              /* device of the last start, table 28-14: 0 none, 1 PXE */

	unsigned long packets, answers, opened, closed, commands, controls, turns; /* turns: of the chassis, on or off */
	struct bmc_logged log[BMC_LOG];
	unsigned n_log;
	uint8_t *replay;             /* FAULT_REPLAY */
	size_t replay_n;
};

struct sim {
	struct bmc *bmcs;
	int n, cap;
	int epoll;
	uint16_t port;               /* that most BMCs share */
	int room_fd;
	struct sim_ctl *ctl;
	bool stop;
};

/* ---- bmc_conf ------------------------------------------------------------------ */

/* Reads the file into sim->bmcs: 0, or -1 after saying on stderr which line is wrong. */
int conf_load(struct sim *sim, const char *path);
/* "on" "off": 0 or -1. */
int conf_switch(const char *word, bool *out);

/* ---- bmc_net ------------------------------------------------------------------- */

int net_open(struct sim *sim);           /* binds every BMC: 0, or -1 after saying why */
void net_readable(struct bmc *b);
void net_send(struct bmc *b, const struct sockaddr_in *to, const uint8_t *p, size_t n);
int net_set_fault(struct bmc *b, enum bmc_fault fault, int value);
/* "slow", "refuse" ... and its argument (NULL: the default): 0 or -1. */
int net_fault_parse(const char *name, const char *argument, enum bmc_fault *fault, int *value);
const char *net_fault_name(enum bmc_fault fault);

/* ---- bmc_rmcp ------------------------------------------------------------------ */

struct packet {
	uint8_t p[BMC_PACKET];
	size_t n;
};

/* Answers one packet. out->n is 0 when there is no answer. */
void rmcp_handle(struct bmc *b, const struct sockaddr_in *from, const uint8_t *in, size_t n,
    struct packet *out);

/* ---- bmc_session --------------------------------------------------------------- */

#define PAYLOAD_IPMI 0x00
#define PAYLOAD_OPEN 0x10
#define PAYLOAD_RAKP1 0x12
#define PAYLOAD_RAKP3 0x14

/* The answer's payload to payload p[n] of `type`: its length, or 0. out has 128 bytes. */
size_t session_setup(struct bmc *b, const struct sockaddr_in *from, uint8_t type, const uint8_t *p,
    size_t n, uint8_t *out);
struct session *session_find(struct bmc *b, uint32_t id);
bool session_fresh(struct session *s, uint32_t seq); /* the window of section 6.12.13 */
void session_close(struct bmc *b, struct session *s);
void session_close_all(struct bmc *b);
int session_count(struct bmc *b);

/* ---- bmc_crypto ---------------------------------------------------------------- */

struct suite {
	int number;
	uint8_t auth, integrity, confidentiality; /* algorithm numbers of section 13.28 */
	const char *digest;
	size_t hash_n, code_n;                    /* bytes of a full and of a cut HMAC */
};

const struct suite *suite_find(int number);
void crypto_start(void);
void crypto_hmac(const struct suite *s, const void *key, size_t key_n, const void *p, size_t n, uint8_t out[32]);
/* AES-CBC-128 without padding, n a multiple of 16: 0 or -1. */
int crypto_aes(bool encrypt, const uint8_t key[16], const uint8_t iv[16], const uint8_t *in, size_t n, uint8_t *out);
void crypto_random(void *out, size_t n);

/* ---- bmc_cmd ------------------------------------------------------------------- */

struct cmd_request {
	struct session *s; /* NULL outside a session */
	uint8_t netfn, cmd;
	const uint8_t *p;  /* n bytes of data */
	size_t n;
};

/* What a handler is given. It writes its data with cmd_give, after the completion code it returns. */
struct cmd_call {
	struct bmc *b;
	struct session *s; /* NULL outside a session */
	uint8_t netfn;
	const uint8_t *p;
	size_t n;
	uint8_t *out;
	size_t out_n;
};

#define CC_INVALID_COMMAND 0xc1
#define CC_RESERVATION 0xc5
#define CC_LENGTH 0xc7
#define CC_CANNOT 0xca
#define CC_NOT_PRESENT 0xcb
#define CC_INVALID_FIELD 0xcc
#define CC_PRIVILEGE 0xd4

void cmd_give(struct cmd_call *c, const void *data, size_t n);
void cmd_give16(struct cmd_call *c, unsigned v);
void cmd_give32(struct cmd_call *c, uint32_t v);

/* Puts completion code and data into out (64 bytes): their length, or 0 for no answer. */
size_t cmd_run(struct bmc *b, const struct cmd_request *r, uint8_t *out);
/* "chassis-control:off" for a logged command. */
const char *cmd_name(const struct bmc_logged *l, char *out, size_t size);

/* ---- bmc_sensor, bmc_sel: handlers ------------------------------------------------- */

uint8_t sensor_info(struct cmd_call *c);    /* of the repository, or of the device */
uint8_t sensor_reserve(struct cmd_call *c);
uint8_t sensor_get_sdr(struct cmd_call *c);
uint8_t sensor_reading(struct cmd_call *c);
uint8_t sensor_thresholds(struct cmd_call *c);
/* From now on sensor NUMBER has this byte, or these states: 0, or -1 when there is none. */
int sensor_override(struct bmc *b, int number, int value);

uint8_t sel_info(struct cmd_call *c);
uint8_t sel_reserve(struct cmd_call *c);
uint8_t sel_entry(struct cmd_call *c);
uint8_t sel_time(struct cmd_call *c);
uint8_t dcmi_power(struct cmd_call *c);

/* ---- bmc_chassis --------------------------------------------------------------- */

void chassis_start(struct bmc *b);
uint8_t chassis_control(struct bmc *b, uint8_t what); /* the completion code */
void chassis_set(struct bmc *b, bool on);             /* at once, as a test says */
void chassis_voltage(struct bmc *b);                  /* its feeds or standby changed */
void chassis_restart_bmc(struct bmc *b);
int chassis_draw(const struct bmc *b, const struct bmc_feed *f); /* milliamps */

/* ---- bmc_room ------------------------------------------------------------------ */

void room_work(struct sim *sim);
int room_add_loads(struct sim *sim, const char *pdu, const char *path);
void room_tell(struct bmc *b); /* its loads may have changed */

/* ---- bmc_ctl, bmc_timer --------------------------------------------------------- */

int ctl_open(struct sim *sim, const char *path);

typedef void timer_fn(struct bmc *b, unsigned generation, void *data);
/* fn is called in ms milliseconds; it frees data. */
void timer_add(int ms, timer_fn *fn, struct bmc *b, unsigned generation, void *data);
void timer_run(void);
int timer_next(void); /* ms until the next, -1: none */

#endif
