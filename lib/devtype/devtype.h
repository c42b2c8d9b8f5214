/* SPDX-License-Identifier: Apache-2.0 */
/*
 * devtype: a PDU family is a data file, mib/FAMILY.json, checked against the
 * YANG module larch-device-type: how it is recognised, its outlet table, the
 * numbers its states and commands have, units, infeeds, sensors, quirks, and
 * where each fact comes from. A new family is one file and one recording; no C.
 */
#ifndef LARCH_DEVTYPE_DEVTYPE_H
#define LARCH_DEVTYPE_DEVTYPE_H

#include "base/base.h"
#include "yang/yang.h"

#define DEVTYPE_OID 64 /* sub-identifiers of an OID at most */

struct devtype_oid {
	uint32_t id[DEVTYPE_OID];
	size_t n; /* 0: the family has no such column */
};

/* What an outlet says of itself, over all families. A transitional state names where it is now. */
enum devtype_state {
	DEVTYPE_UNKNOWN,     /* no value, no communication, a number the file does not name */
	DEVTYPE_OFF,
	DEVTYPE_ON,
	DEVTYPE_OFF_PENDING, /* still on, will go off */
	DEVTYPE_ON_PENDING,  /* still off, will go on */
	DEVTYPE_STATE_COUNT
};

struct devtype_state_row {
	int64_t value;
	enum devtype_state state;
	const char *word; /* the device's own: "offWait" */
	bool fault;       /* offError, onFuse ...: shown as a fault beside the state */
};

/* How well an outlet's state is known, from a column beside it. */
struct devtype_health_row {
	int64_t value;
	const char *word;
	bool lost;          /* the state says nothing; else a fault beside it */
};

struct devtype_numbers {
	const int64_t *list;
	size_t n;
};

/* A measured column: reading * scale (and / 10^digits) is in the base unit, A, W, V, degrees Celsius or percent. */
struct devtype_measure {
	struct devtype_oid oid;       /* n == 0: not measured */
	bool has_suffix;
	uint32_t suffix;              /* behind the row's index, in `digits` too */
	double scale;
	struct devtype_oid digits;    /* column of the number of decimal digits; n == 0: none */
	int64_t absent_below, absent_above; /* a reading outside is no value */
};

/* A condition on a row of a table. */
struct devtype_where {
	struct devtype_oid column;    /* n == 0: the number of the index at `position`, from 0 */
	size_t position;
	struct devtype_numbers values;
	bool not;                     /* none of them */
};

/* Which rows of a table are meant, and what they are called. */
struct devtype_rows {
	size_t index_length;          /* 1 to 4 */
	struct devtype_oid name;      /* n == 0: none */
	const struct devtype_where *where;
	size_t n_where;
};

enum devtype_infeed_kind { DEVTYPE_INLET, DEVTYPE_LINE, DEVTYPE_PHASE, DEVTYPE_BANK, DEVTYPE_TOTAL, DEVTYPE_INFEED_KINDS };

struct devtype_infeed {
	enum devtype_infeed_kind kind;
	struct devtype_rows rows;
	struct devtype_measure current, watts, volts;
};

enum devtype_sensor_kind { DEVTYPE_TEMPERATURE, DEVTYPE_HUMIDITY, DEVTYPE_SENSOR_KINDS };

struct devtype_sensor {
	enum devtype_sensor_kind kind;
	struct devtype_rows rows;
	struct devtype_measure value;
	bool always_fahrenheit;
	struct devtype_oid fahrenheit; /* column or scalar: Fahrenheit while it holds one of the numbers; n == 0: none */
	struct devtype_numbers fahrenheit_values;
};

#define DEVTYPE_SYS_OBJECT_IDS 10

struct devtype {
	const char *family;           /* "sentry3": the file's name */
	const char *title;            /* "Server Technology Sentry3" */
	struct devtype_oid sys_object_ids[DEVTYPE_SYS_OBJECT_IDS]; /* prefixes of sysObjectID.0 */
	size_t n_sys_object_ids;
	struct devtype_oid confirm;   /* must answer with a value too */
	bool has_confirm_least;
	int64_t confirm_least;        /* which is then a number, and not less */
	struct devtype_oid unless;    /* must not: another family fits better; n == 0: none */
	size_t index_length;          /* sub-identifiers of an outlet's index: 1, 2 or 3; 0: no outlets */
	bool has_units;               /* the index begins with the unit, and outlets are counted anew in each */
	uint32_t first_unit;
	struct devtype_oid outlet_id, outlet_name; /* columns: "AA1", what people typed on the device */
	struct devtype_oid state;     /* column read */
	const struct devtype_state_row *states;
	size_t n_states;
	struct devtype_oid pending;   /* column that says "will change by itself"; n == 0: none */
	struct devtype_numbers pending_values;
	struct devtype_oid health;    /* n == 0: none */
	const struct devtype_health_row *healths;
	size_t n_healths;
	struct devtype_oid switchable; /* n == 0: all outlets are */
	bool switchable_by_bit;
	unsigned switchable_bit;
	struct devtype_numbers switchable_values;
	struct devtype_oid control;   /* column written to switch on; n == 0: metered only, offers no switching */
	struct devtype_oid control_off_column; /* the same, or another one */
	int64_t control_on, control_off;
	struct devtype_measure current, watts; /* of one outlet, A and W */
	const struct devtype_infeed *infeeds;
	size_t n_infeeds;
	const struct devtype_sensor *sensors;
	size_t n_sensors;
	int64_t settle_ms;            /* the device's own time until a state reads back after a write */
	int max_varbinds;             /* of one request */
	bool version1;                /* wants SNMPv1: no GETBULK */
};

/* All families of a folder. */
struct devtype_set {
	const struct devtype *types;
	size_t n;
	struct arena *arena; /* owns all */
};

/*
 * Read and check every *.json of a folder (at most LIMIT_DEVTYPES). The first
 * wrong file ends it: the error names the file, the data path and the reason.
 * A family is named as its file. An empty folder is refused. The caller owns
 * *out (devtype_destroy); everything in it lives as long. y is not kept.
 */
LARCH_API int devtype_load(const char *folder, struct yang *y, struct devtype_set **out, struct err *e);
/*
 * One family from its text; `what` names the source in errors. Texts and rows
 * of *out live in a.
 */
LARCH_API int devtype_parse(struct str text, const char *what, struct yang *y, struct arena *a,
    struct devtype *out, struct err *e);
LARCH_API void devtype_destroy(struct devtype_set *s); /* NULL does nothing */
/* NULL when there is no such family. */
LARCH_API const struct devtype *devtype_find(const struct devtype_set *s, const char *family);

/* The state and word of a number read; DEVTYPE_UNKNOWN and NULL when the file does not name it. */
LARCH_API const struct devtype_state_row *devtype_state_of(const struct devtype *t, int64_t value);
LARCH_API const char *devtype_state_name(enum devtype_state state); /* "on" "off" "unknown" "off-pending" "on-pending" */

LARCH_API const char *devtype_infeed_name(enum devtype_infeed_kind kind); /* "inlet" "line" "phase" "bank" "total" */
LARCH_API const char *devtype_sensor_name(enum devtype_sensor_kind kind); /* "temperature" "humidity" */

LARCH_API bool devtype_holds(const struct devtype_numbers *numbers, int64_t value);

/* The trouble that a number of the health column means, or NULL: it is well. */
LARCH_API const struct devtype_health_row *devtype_health_of(const struct devtype *t, int64_t value);

/* True when the pending column's number means that the outlet will change by itself. */
LARCH_API bool devtype_is_pending(const struct devtype *t, int64_t value);

/*
 * A state beside its pending column: off that will change is ON_PENDING, on
 * that will change is OFF_PENDING. Only OFF and ON that come out of this are
 * settled. Families without the column: state as it was (pass pending false).
 */
LARCH_API enum devtype_state devtype_with_pending(enum devtype_state state, bool pending);

/*
 * A reading in the base unit: true, or false when the reading is no value. `digits` is what the measure's column of
 * digits holds, 0 for one without; more than 9 or less than -9 are no digits, and the reading no value.
 */
LARCH_API bool devtype_measured(const struct devtype_measure *m, int64_t reading, int64_t digits, double *out);

/* True when the state is read where it is written: right after a write it may hold what was asked and not what is. */
LARCH_API bool devtype_echoes(const struct devtype *t);

/* True when a sysObjectID is the base or lies below it. */
LARCH_API bool devtype_is_below(const struct devtype_oid *oid, const struct devtype_oid *base);
/* True when it is one of the family's, or lies below one. */
LARCH_API bool devtype_is_family(const struct devtype *t, const struct devtype_oid *sys_object_id);

/* column.index: 0, or -1 when it would be longer than DEVTYPE_OID. */
LARCH_API int devtype_cell(const struct devtype_oid *column, const struct devtype_oid *index,
    struct devtype_oid *out);

/* The index of a cell of that column: 0, or -1 when it is no cell of it or not of index_length. */
LARCH_API int devtype_index(const struct devtype *t, const struct devtype_oid *column,
    const struct devtype_oid *cell, struct devtype_oid *out);

/* "1.3.6.1.4" to numbers: at least two, each 0..4294967295, no leading dot or zero. */
LARCH_API int devtype_parse_oid(struct str text, struct devtype_oid *out, struct err *e);

/* And back; nothing for n == 0. */
LARCH_API void devtype_oid_text(const struct devtype_oid *oid, struct buf *out);

#endif
