/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A driver is one file and one row of drivers[]: how to read whether something
 * has power, and how to say on or off. It assumes no protocol.
 */
#ifndef LARCH_DRIVE_DRIVER_H
#define LARCH_DRIVE_DRIVER_H

#include "drive.h"

struct drive_target {
	struct gate_device *device;
	const char *outlet;          /* NULL: the chassis */
	struct snmp_oid index;       /* of the outlet's row, once it was found; n 0 before */
	int64_t written;             /* times_boot of the last write, 0 none */
	bool fixed;                  /* the last reading said that it cannot be switched */
	const char *error;           /* of the last reading, "" none; points into `words` */
	char words[256], name[LIMIT_NAME + 1], word[64];
};

struct drive_reading {
	bool answered;
	bool silent;                 /* not answered because nothing came (and not because of a refusal) */
	bool changing;               /* a transitional state */
	enum power_state state;
	const char *word, *device_name;
	double amps;                 /* NAN: not measured */
	const char *text;            /* why not answered */
};

enum drive_sent { DRIVE_SENT, DRIVE_REFUSED, DRIVE_UNSURE };

typedef void drive_read_fn(void *ctx, const struct drive_reading *reading);
typedef void drive_sent_fn(void *ctx, enum drive_sent sent, const char *text);

struct drive_driver {
	const char *name;
	void (*read)(struct drive_target *t, enum gate_priority p, drive_read_fn *done, void *ctx);
	void (*set)(struct drive_target *t, bool on, drive_sent_fn *done, void *ctx);
};

extern const struct drive_driver drive_pdu, drive_ipmi;

/* The driver for a step of this device. */
const struct drive_driver *drive_driver_of(const struct gate_device *d);

#endif
