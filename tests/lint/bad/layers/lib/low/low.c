/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <uv.h>
#include <zlib.h>

#include "base/base.h"
#include "low/low.h"
#include "low.h"
#include "gone.h"
#include "base/gone.h"
#include "../high/high.h"
