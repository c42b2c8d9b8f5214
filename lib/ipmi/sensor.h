/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sensor: what a BMC's sensors are and say. Sensor data records (IPMI v2.0
 * revision 1.1, section 43), readings (35.14), the formula that makes a value
 * of a byte (36.3), units (table 43-15), and the states of discrete sensors
 * (tables 42-2 and 42-3). Pure: bytes in, structs and words out; every byte
 * is taken for hostile. survey.h asks for them.
 *
 * sdr.c the records, sensor.c values and levels, states.c the tables of words.
 */
#ifndef LARCH_IPMI_SENSOR_H
#define LARCH_IPMI_SENSOR_H

#include "ipmi.h"

#define IPMI_NAME 64 /* bytes of a sensor's name: 31 bytes of BCD plus are 62 digits */
#define IPMI_UNIT 48 /* bytes of a unit: "RPM", "degrees C", "bytes/h" */

/* ---- records --------------------------------------------------------------------------- */

enum ipmi_sdr_type { /* byte 4 of a record; the sections are those of 43 */
	IPMI_SDR_FULL = 0x01,         /* 43.1 */
	IPMI_SDR_COMPACT = 0x02,      /* 43.2: discrete, or without a formula */
	IPMI_SDR_EVENT_ONLY = 0x03,   /* 43.3: never read, names events */
	IPMI_SDR_DEVICE = 0x10,       /* 43.7: a locator of a device; no sensor, as the two below */
	IPMI_SDR_FRU = 0x11,          /* 43.8 */
	IPMI_SDR_CONTROLLER = 0x12    /* 43.9 */
};

enum ipmi_limit { /* the order of the bits of a reading and of masks: table 35-15 */
	IPMI_LOWER_WARN, IPMI_LOWER_CRITICAL, IPMI_LOWER_FATAL,
	IPMI_UPPER_WARN, IPMI_UPPER_CRITICAL, IPMI_UPPER_FATAL,
	IPMI_LIMIT_COUNT
};

struct ipmi_sdr {
	uint16_t id;                  /* of the record */
	uint8_t type;                 /* enum ipmi_sdr_type */
	uint8_t owner, lun, number;   /* of the sensor: table 43-1 bytes 6 to 8; a locator has none of the three */
	uint8_t entity, instance;     /* what it is of: table 43-13 */
	uint8_t sensor_type;          /* table 42-3 */
	uint8_t reading_type;         /* table 42-1: 1 thresholds, 2 to 0x0c generic states, 0x6f states of its own type */
	uint8_t units[3];             /* bytes 21 to 23 */
	bool analog;                  /* its byte makes a number by the formula below */
	uint8_t format;               /* of the byte: 0 unsigned, 1 one's complement, 2 two's complement */
	uint8_t linear;               /* table 43-1 byte 24; 0x70 and above: a formula for each byte, which we do not ask for */
	int m, b, k1, k2;             /* (M x + B 10^K1) 10^K2: 10, 10, 4 and 4 bits with sign */
	uint8_t has_limits;           /* bit i: limits[i] can be read, enum ipmi_limit */
	uint8_t limits[IPMI_LIMIT_COUNT];
	uint8_t share;                /* sensors that the record stands for, 1 to 15: table 43-2 byte 24 */
	bool share_letters;           /* their names end in A, B ...; else in 0, 1 ... */
	bool share_instances;         /* each is of the next instance of the entity */
	uint8_t share_first;          /* of the first one's end of the name */
	char name[IPMI_NAME];         /* printable ASCII; "" none */
};

/*
 * One whole record, n bytes from its id on. 0; 1 for a record of a kind that is of no use here (OEM, association,
 * confirmation ...), of which only id and type are filled; -1 with *why a phrase that cites the section.
 */
LARCH_API int ipmi_sdr_parse(const uint8_t *p, size_t n, struct ipmi_sdr *out, const char **why);
LARCH_API bool ipmi_sdr_is_sensor(const struct ipmi_sdr *sdr); /* full or compact */
/* The i-th of the sensors that a record stands for (0 <= i < share), with a name and a number of its own. */
LARCH_API void ipmi_sdr_member(const struct ipmi_sdr *sdr, int i, struct ipmi_sdr *out);
/* The record whose sensors have this owner, LUN and number, or NULL; then *member_out is which of them. */
LARCH_API const struct ipmi_sdr *ipmi_sdr_find(const struct ipmi_sdr *sdrs, size_t n, const uint8_t key[3],
    int *member_out);

/* ---- readings --------------------------------------------------------------------------- */

/* Get Sensor Reading: section 35.14. */
LARCH_API struct ipmi_command ipmi_reading_ask(uint8_t number);

struct ipmi_reading {
	bool known;                /* it scans, and has a reading */
	uint8_t raw;
	uint16_t states;           /* thresholds that are passed (enum ipmi_limit), or states of the tables */
};
/* 0; or -1 when it is no answer to ipmi_reading_ask. */
LARCH_API int ipmi_reading_parse(const struct ipmi_answer *answer, const struct ipmi_sdr *sdr, struct ipmi_reading *out);

/* The formula of section 36.3; NAN for a sensor that has none (M and B are 0, too) or one for each byte, and
 * where it has no value (1/0). */
LARCH_API double ipmi_sensor_value(const struct ipmi_sdr *sdr, uint8_t raw);
/* A threshold; NAN: none that can be read. */
LARCH_API double ipmi_sensor_limit(const struct ipmi_sdr *sdr, enum ipmi_limit which);
/* "RPM", "degrees C", "%", "bytes/s"; "" none. Returns out. */
LARCH_API char *ipmi_sensor_unit(const struct ipmi_sdr *sdr, char out[IPMI_UNIT]);

enum ipmi_level { IPMI_LEVEL_OK, IPMI_LEVEL_WARN, IPMI_LEVEL_BAD, IPMI_LEVEL_UNKNOWN };
LARCH_API const char *ipmi_level_name(enum ipmi_level level); /* "ok", "warn", "bad", "unknown" */

/* The worst of what it says; its words ("at or above upper critical", "present, input lost") are added to the text. */
LARCH_API enum ipmi_level ipmi_sensor_says(const struct ipmi_sdr *sdr, const struct ipmi_reading *r, struct buf *text);

/* ---- words: states.c ----------------------------------------------------------------------- */

struct ipmi_state {
	uint8_t table;             /* 0x6f: of a sensor type (table 42-3), else a generic event/reading type (table 42-2) */
	uint8_t type;              /* sensor type; 0 where the table is generic */
	uint8_t offset;
	enum ipmi_level level;     /* when it is asserted */
	const char *text;
};
/* NULL: no words for it. */
LARCH_API const struct ipmi_state *ipmi_state(uint8_t reading_type, uint8_t sensor_type, uint8_t offset);
LARCH_API const char *ipmi_sensor_type_name(uint8_t type); /* table 42-3: "temperature"; NULL: none */
LARCH_API const char *ipmi_limit_name(enum ipmi_limit which); /* "upper critical" */

#endif
