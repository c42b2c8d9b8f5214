/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base: what every other room stands on: errors, scratch memory, text,
 * times, JSON, host lists, files, the log, and the shape of a permit.
 *
 * Called by everybody. It opens no socket, no database and no device, and
 * knows no thing of the machine room. Its names carry no room prefix
 * (err_set, buf_add); every other room's do (snmp_get, ipmi_client_create).
 */
#ifndef LARCH_BASE_H
#define LARCH_BASE_H

#include "addr.h"
#include "api.h"
#include "arena.h"
#include "err.h"
#include "file.h"
#include "hosts.h"
#include "jsn.h"
#include "limits.h"
#include "logs.h"
#include "permit.h"
#include "text.h"
#include "times.h"

#endif
