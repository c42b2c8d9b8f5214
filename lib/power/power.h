/* SPDX-License-Identifier: Apache-2.0 */
/*
 * power: the dangerous part, thought through before anything is sent.
 *
 *   plan     a pure function: things and a verb to steps or refusals
 *   facts    what a plan is made of, gathered from inventory and status
 *   request  a plan somebody was permitted to ask for: a row of power.db
 *   grant    what a request may need besides: a grant, a second person
 *   journal  what was done, row chained to row: journal.db
 *   tag      a lockout: what is tagged is not switched
 *   pace     how fast a room may go on: stagger, start-up currents, tiers
 *   look     the last look, by larchd, before each intent
 *
 * Called by cgi/power, by drive and by larchd. It speaks to no device.
 * The rules it keeps are in docs/power.md.
 */
#ifndef LARCH_POWER_POWER_H
#define LARCH_POWER_POWER_H

#include "grant.h"
#include "journal.h"
#include "look.h"
#include "pace.h"
#include "place.h"
#include "plan.h"
#include "request.h"
#include "tag.h"

#endif
