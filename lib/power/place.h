/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where somebody may have larchd ask what is there. `power` looks before it files the question, larchd again before it
 * asks: both by this one function.
 */
#ifndef LARCH_POWER_PLACE_H
#define LARCH_POWER_PLACE_H

#include "base/base.h"
#include "conf/conf.h"
#include "inv/inv.h"

struct power_place {
	const char *name;            /* whose credentials are used: the thing's name, else the address without a port */
	const char *address;         /* numeric, with the port that is asked unless it is the usual one */
	const char *thing;           /* of the inventory; NULL: none has the address */
	const char *type, *family;   /* of the thing; family NULL: not recorded */
};

/*
 * What was typed: a numeric address, or the name of a PDU or a switch. ERR_REFUSED for an address that is neither theirs nor
 * in a network of larch.json (conf->networks), that is another thing's, or at another port; ERR_INPUT, ERR_NOT_FOUND for
 * what is no address and no thing.
 */
LARCH_API int power_place(struct inv *inv, const struct conf *conf, const char *typed, struct arena *a,
    struct power_place *out, struct err *e);

#endif
