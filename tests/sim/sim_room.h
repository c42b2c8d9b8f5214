/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sim_room: the wiring of a made-up room, shared by pdu-sim and bmc-sim.
 *
 * The programs tell each other what changed by datagrams on AF_UNIX sockets
 * that are paths in a folder of the test. bmc-sim listens at its --room PATH;
 * each pdu-sim listens at a path of its own. One datagram is one message, of
 * words with one blank between them, no newline:
 *
 *	outlet PDU OUTLET on|off
 *		pdu-sim to bmc-sim: this outlet now has, or has lost, voltage. Sent for every
 *		outlet when pdu-sim starts, and at every change (when it happens, not when asked).
 *	loads PDU PATH
 *		pdu-sim to bmc-sim, when it starts: send me at PATH the load of every outlet of
 *		this PDU, now and whenever it changes. (bmc-sim's --loads PDU=PATH does the same.)
 *	load PDU OUTLET MILLIAMPS
 *		bmc-sim to pdu-sim: what the machine on this outlet draws while the outlet is on.
 *
 * PDU is the name both configurations use ("pdu1"); OUTLET is the outlet's
 * name on that PDU as bmc-sim's `feed PDU/OUTLET` has it ("A1", "7"). Until a
 * PDU has said something, bmc-sim takes its outlets to be on.
 * A sender never blocks: a full or missing receiver is an error it may try again.
 */
#ifndef LARCH_SIM_ROOM_H
#define LARCH_SIM_ROOM_H

#include <stdbool.h>

#define ROOM_WORD 64   /* bytes of a PDU's or outlet's name, with the NUL */
#define ROOM_TEXT 320  /* bytes of one datagram */
#define ROOM_PATH 108  /* bytes of a socket's path, with the NUL: unix(7) */

enum room_kind { ROOM_OUTLET, ROOM_LOADS, ROOM_LOAD };

struct room_msg {
	enum room_kind kind;
	char pdu[ROOM_WORD];
	char outlet[ROOM_WORD]; /* ROOM_OUTLET, ROOM_LOAD */
	bool on;                /* ROOM_OUTLET */
	int milliamps;          /* ROOM_LOAD */
	char path[ROOM_PATH];   /* ROOM_LOADS */
};

/* A datagram socket at path (an old one there is removed), not blocking: its descriptor, or -1 (errno). */
int room_listen(const char *path);

/* The next message: 1, or 0 when none waits. A datagram that is no message is skipped. */
int room_receive(int fd, struct room_msg *out);

/* Send one message: 0, or -1 (errno: ENOENT, ECONNREFUSED nobody there; EAGAIN full). */
int room_send(const char *path, const struct room_msg *msg);

/* The three messages, ready to use. */
int room_send_outlet(const char *path, const char *pdu, const char *outlet, bool on);
int room_send_loads(const char *path, const char *pdu, const char *my_path);
int room_send_load(const char *path, const char *pdu, const char *outlet, int milliamps);

#endif
