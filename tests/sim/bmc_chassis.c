/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <string.h>

#include "bmc_sim.h"

/* ---- what the chassis does ------------------------------------------------------- */

/* The firmware obeys a boot device that is valid, and takes one that is for once away (section 28.13). */
static void
start_up(struct bmc *b)
{
	bool valid = (b->boot_flags[0] & 0x80) != 0;

	b->booted = valid ? b->boot_flags[1] >> 2 & 0x0f : 0;
	if (valid && (b->boot_flags[0] & 0x40) == 0)
		memset(b->boot_flags, 0, sizeof(b->boot_flags));
}

static void
turn(struct bmc *b, bool on)
{
	b->generation++;
	if (b->power == on)
		return;
	b->power = on;
	b->turns++;
	if (on)
		start_up(b);
	room_tell(b);
}

static void
turn_off_later(struct bmc *b, unsigned generation, void *data)
{
	(void)data;
	if (generation == b->generation)
		turn(b, false);
}

static void
turn_on_later(struct bmc *b, unsigned generation, void *data)
{
	(void)data;
	if (generation == b->generation)
		turn(b, true);
}

static void
cycle_later(struct bmc *b, unsigned generation, void *data)
{
	(void)data;
	if (generation != b->generation)
		return;
	turn(b, false);
	timer_add(b->s.on_ms, turn_on_later, b, b->generation, NULL);
}

static void
plan(struct bmc *b, int ms, timer_fn *fn)
{
	b->generation++; /* what was planned before is off */
	if (ms == 0)
		fn(b, b->generation, NULL);
	else
		timer_add(ms, fn, b, b->generation, NULL);
}

uint8_t
chassis_control(struct bmc *b, uint8_t what)
{
	static const struct {
		bool needs_power, has_plan;
		timer_fn *fn;
		size_t delay;
	} rows[] = {
	    [0] = {false, true, turn_off_later, offsetof(struct bmc_settings, off_ms)},
	    [1] = {false, true, turn_on_later, offsetof(struct bmc_settings, on_ms)},
	    [2] = {true, true, cycle_later, offsetof(struct bmc_settings, off_ms)},
	    [3] = {.needs_power = true},
	    [4] = {.needs_power = true},
	    [5] = {true, true, turn_off_later, offsetof(struct bmc_settings, soft_ms)},
	};

	if (rows[what].needs_power && !b->power)
		return 0xd5; /* not in this state: section 5.2 */
	if (rows[what].has_plan)
		plan(b, *(const int *)((const char *)&b->s + rows[what].delay), rows[what].fn);
	return 0;
}

void
chassis_set(struct bmc *b, bool on)
{
	turn(b, on);
}

/* ---- the BMC's own power ------------------------------------------------------------ */

static bool
has_voltage(const struct bmc *b)
{
	if (!b->standby)
		return false;
	for (int i = 0; i < b->n_feeds; i++)
		if (b->feeds[i].on)
			return true;
	return b->n_feeds == 0;
}

static void
come_up(struct bmc *b, unsigned generation, void *data)
{
	(void)data;
	if (generation == b->boot_generation)
		b->alive = true;
}

static void
boot(struct bmc *b)
{
	b->boot_generation++;
	session_close_all(b);
	b->alive = false;
	if (b->s.boot_ms == 0)
		b->alive = true;
	else
		timer_add(b->s.boot_ms, come_up, b, b->boot_generation, NULL);
}

void
chassis_restart_bmc(struct bmc *b)
{
	boot(b);
}

void
chassis_start(struct bmc *b)
{
	b->standby = b->voltage = b->alive = true;
	b->power = b->s.power;
	b->fault = b->s.fault;
	b->fault_value = b->s.fault_value;
}

static void
voltage_lost(struct bmc *b)
{
	if (b->alive) /* a second loss during the boot keeps what was known */
		b->power_before = b->power;
	b->boot_generation++; /* a boot that was under way is not finished */
	b->alive = false;
	session_close_all(b);
	turn(b, false);
}

/* The machine's own policy (section 28.8) acts when the BMC is up, and takes on_ms more. */
static void
restore(struct bmc *b, unsigned generation, void *data)
{
	bool on = b->s.restore == RESTORE_ON || (b->s.restore == RESTORE_LAST && b->power_before);

	(void)data;
	if (generation == b->generation && on)
		plan(b, b->s.on_ms, turn_on_later);
}

void
chassis_voltage(struct bmc *b)
{
	bool now = has_voltage(b);

	if (now != b->voltage) {
		b->voltage = now;
		if (now) {
			boot(b);
			timer_add(b->s.boot_ms, restore, b, b->generation, NULL);
		} else {
			voltage_lost(b);
		}
	}
	room_tell(b);
}

/* The draw is shared by the feeds that are on. */
int
chassis_draw(const struct bmc *b, const struct bmc_feed *f)
{
	int live = 0;

	for (int i = 0; i < b->n_feeds; i++)
		live += b->feeds[i].on;
	if (!f->on || !b->voltage || live == 0)
		return 0;
	return (b->power ? b->s.load_ma : b->s.standby_ma) / live;
}
