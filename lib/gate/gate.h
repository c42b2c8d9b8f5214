/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gate: one queue a device. Every packet to a PDU, a switch or a BMC goes through its
 * device's gate: one request in flight, power before a person's question
 * before the sweep, and a device that stays silent is asked less often. It
 * knows how to reach a device and what it wants to hear (cred); it does not
 * know what the answer means. Used by probe and drive.
 */
#ifndef LARCH_GATE_GATE_H
#define LARCH_GATE_GATE_H

#include <uv.h>

#include "base/base.h"
#include "cred/cred.h"
#include "devtype/devtype.h"
#include "ipmi/ipmi.h"
#include "snmp/snmp.h"

struct gate;
struct gate_device;

enum gate_priority { GATE_POWER, GATE_ASKED, GATE_SWEEP, GATE_PRIORITY_COUNT };

LARCH_API int gate_create(uv_loop_t *loop, struct gate **out, struct err *e);
/* Unfinished requests end as cancelled. */
LARCH_API void gate_destroy(struct gate *g);

/* The credentials from now on; taken over by the gate. Requests in flight keep the old ones. */
LARCH_API void gate_set_cred(struct gate *g, struct cred *take);

struct gate_spec {
	const char *name;            /* of the thing */
	const char *address;         /* numeric, with an optional port */
	const struct devtype *type;  /* a PDU's family; NULL: it is a switch or a BMC */
	bool is_switch;              /* asked by SNMP, without a family */
};

/*
 * The device's gate, made on first use. Another address or family is another device: it gets a gate of its own,
 * and what was asked of the old one, a command that waits in its line above all, still goes to the old one alone;
 * that stays until gate_destroy. An address that is none, or no credentials for it, is an error that says so.
 */
LARCH_API int gate_device(struct gate *g, const struct gate_spec *spec, struct gate_device **out,
    struct err *e);
LARCH_API const struct devtype *gate_type(const struct gate_device *d);
/* Is it asked by SNMP? A PDU or a switch; else it is a BMC. */
LARCH_API bool gate_speaks_snmp(const struct gate_device *d);
LARCH_API const char *gate_name(const struct gate_device *d);
/* May it be written? A PDU or a switch without a write community may not. */
LARCH_API bool gate_may_write(const struct gate_device *d);

/* snmp_get, snmp_walk, snmp_set, snmp_write and ipmi_ask, in the device's turn. `done` as in those rooms; but a device whose
 * credentials have gone answers SNMP_NOT_SENT or IPMI_REFUSED, and may do so before the call returns. */
LARCH_API void gate_get(struct gate_device *d, enum gate_priority p, const struct snmp_oid *oids, size_t n,
    snmp_done_fn *done, void *ctx);
LARCH_API void gate_walk(struct gate_device *d, enum gate_priority p, const struct snmp_oid *columns, size_t n,
    size_t max_values, snmp_done_fn *done, void *ctx);
LARCH_API void gate_set(struct gate_device *d, enum gate_priority p, const struct snmp_oid *oid, int64_t value,
    snmp_done_fn *done, void *ctx);
LARCH_API void gate_write(struct gate_device *d, enum gate_priority p, const struct snmp_oid *oid,
    const struct snmp_put *put, snmp_done_fn *done, void *ctx);
LARCH_API void gate_ask(struct gate_device *d, enum gate_priority p, const struct ipmi_command *command,
    ipmi_done_fn *done, void *ctx);
/*
 * ipmi_ask_many in the device's turn: still one request in flight, and one session. A power command does not wait for
 * the end of it: the session is closed, the power command has its turn, and what was to be asked next begins a new
 * session. `next` and `done` notice nothing of it but the time.
 */
LARCH_API void gate_ask_many(struct gate_device *d, enum gate_priority p, const struct ipmi_command *first,
    ipmi_next_fn *next, ipmi_done_fn *done, void *ctx);
/*
 * The device's turn, for questions that go by a client of their own: `begin` is called when nothing else is in flight, and
 * nothing of its line goes on before gate_turn_end. `cancelled`: the gate is going; there is no turn, and none to end. It may
 * be called before gate_turn returns. Whoever holds a turn ends it before gate_destroy.
 */
typedef void gate_turn_fn(void *ctx, bool cancelled);
LARCH_API void gate_turn(struct gate_device *d, enum gate_priority p, gate_turn_fn *begin, void *ctx);
LARCH_API void gate_turn_end(struct gate_device *d);
/*
 * How an address is asked by SNMP that may be no device yet: with the credentials that match `name`. Its texts live as long
 * as the gate. An address that is none, or no credentials for it, is an error that says so.
 */
LARCH_API int gate_target(const struct gate *g, const char *name, const char *address, struct snmp_target *out,
    struct err *e);
LARCH_API uv_loop_t *gate_loop(const struct gate_device *d); /* that answers come on */

/*
 * How long the sweep should leave a device alone that has been silent: ms from
 * now, 0 to ask at once. Grows from one interval to GATE_REST_MAX.
 */
#define GATE_REST_MAX ((int64_t)300000)
LARCH_API int64_t gate_rest(const struct gate_device *d, int64_t interval_ms);

#endif
