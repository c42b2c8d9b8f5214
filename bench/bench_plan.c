/* SPDX-License-Identifier: Apache-2.0 */
/*
 * plan_200: a cycle of 200 dual-corded machines by their outlets, planned: the facts out of the inventory and the status
 * of a room of 10,000 machines, 10,000 BMCs and 500 PDUs, the planner and its hash; processor time, the median of 21 runs.
 * plan_200_bmc is the same by the BMCs, plan_200_json the plan as a confirmation and a request row have it,
 * plan_200_tagged the first while 10,000 tags hang on other things. A plan that
 * refuses something, or that does not switch every outlet twice, is no measure: the program says so and fails.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "inv/inv_private.h"
#include "power/power.h"
#include "power/request_private.h"

#define RUNS 21
#define ROOM 10000
#define MACHINES 200
#define PDUS 500
#define RACK 40 /* machines of a rack, outlets of a PDU */

#define NUMBERS(n) "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<" n ") "
/* Machines are 1 to 10000, the BMC of i is 10000+i, PDUs are 20001 to 20500: two to a rack of forty. */
static const char room_sql[] =
    "BEGIN;"
    NUMBERS("20500") "INSERT INTO thing(id,name,type,revision,changed,changed_by) SELECT i,"
    " CASE WHEN i<=10000 THEN printf('n%05d',i) WHEN i<=20000 THEN printf('n%05d-bmc',i-10000) ELSE printf('pdu%03d',i-20000) END,"
    " CASE WHEN i<=10000 THEN 'server' WHEN i<=20000 THEN 'bmc' ELSE 'pdu' END,1,1763000000000,'import' FROM n;"
    NUMBERS("10000") "INSERT INTO attr(thing,key,kind,value) SELECT i,'owner','string','person'||(i%50) FROM n;"
    NUMBERS("10000") "INSERT INTO attr(thing,key,kind,value) SELECT i,'address','string',printf('10.0.%d.%d',i/256,i%256) FROM n;"
    NUMBERS("10000") "INSERT INTO port(id,thing,name,kind,plug) SELECT 10*i+1,i,'psu1','inlet','pwr-c14' FROM n UNION ALL"
    " SELECT 10*i+2,i,'psu2','inlet','pwr-c14' FROM n UNION ALL SELECT 10*i+3,i,'bmc','bmc','nic-eth' FROM n UNION ALL"
    " SELECT 1000000+10*i+1,20001+(i-1)/40*2,printf('AA%d',1+(i-1)%40),'outlet','pwr-c13' FROM n UNION ALL"
    " SELECT 1000000+10*i+2,20002+(i-1)/40*2,printf('AA%d',1+(i-1)%40),'outlet','pwr-c13' FROM n UNION ALL"
    " SELECT 1000000+10*i+3,10000+i,'lan','nic','nic-eth' FROM n;"
    "INSERT INTO link(port,peer,since,author) SELECT id,id-1000000,1,'import' FROM port WHERE id>1000000 UNION ALL"
    " SELECT id-1000000,id,1,'import' FROM port WHERE id>1000000;"
    "COMMIT;";

static const char tags_sql[] = NUMBERS("10000")
    "INSERT INTO tag(who,thing,number,outlet,type,reason,contact,made,until) SELECT 'ana','another'||i,50000+i,'','server',"
    "'hands in it','ext. 4711',1,9999999999999 FROM n;";

static double
now_ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int
by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return (x > y) - (x < y);
}

static double
median(double ms[RUNS])
{
	qsort(ms, RUNS, sizeof(*ms), by_value);
	return ms[RUNS / 2];
}

/* ---- the last sweep ------------------------------------------------------------------------------ */

static struct status_value
value(struct arena *a, const char *name, const char *check, const char *text, int64_t now)
{
	return (struct status_value){.thing = arena_strdup(a, name), .check = check, .level = STATUS_OK, .text = text,
	    .number = NAN, .at = now, .interval = 30000};
}

static size_t
value_all(struct arena *a, struct status_value *v, int64_t now)
{
	char name[32];
	size_t n = 0;

	for (int i = 1; i <= ROOM; i++) {
		snprintf(name, sizeof(name), "n%05d", i);
		v[n++] = value(a, name, "bmc", "ok", now);
		v[n++] = value(a, name, "chassis", "on", now);
		v[n++] = value(a, name, "ping", "ok", now);
	}
	for (int i = 1; i <= PDUS; i++) {
		snprintf(name, sizeof(name), "pdu%03d", i);
		v[n++] = value(a, name, "pdu", "ok", now);
	}
	return n;
}

static size_t
outlet_all(struct arena *a, struct status_outlet *o, int64_t now)
{
	for (int i = 0; i < PDUS * RACK; i++)
		o[i] = (struct status_outlet){
		    .pdu = arena_printf(a, "pdu%03d", 1 + i / RACK),
		    .outlet = arena_printf(a, "AA%d", 1 + i % RACK),
		    .device_name = arena_printf(a, "n%05d psu%d", 1 + i / RACK / 2 * RACK + i % RACK, 1 + i / RACK % 2),
		    .state = "on",
		    .word = "on",
		    .amps = 1.2,
		    .watts = NAN,
		    .at = now,
		    .interval = 30000,
		};
	return (size_t)PDUS * RACK;
}

static void
sweep(const char *path)
{
	struct arena *a = arena_create();
	struct status_value *v = arena_array(a, (size_t)ROOM * 3 + PDUS, sizeof(*v));
	struct status_outlet *o = arena_array(a, (size_t)PDUS * RACK, sizeof(*o));
	int64_t now = times_now();
	struct status *s;
	struct err e;

	if (status_open(path, &s, &e) != 0 || status_put(s, v, value_all(a, v, now), o, outlet_all(a, o, now), &e) != 0)
		log_die("%s", e.text);
	status_close(s);
	arena_destroy(a);
}

/* ---- the plan -------------------------------------------------------------------------------------- */

static void
refuse_bad(const struct power_plan *p)
{
	size_t off = 0, on = 0;

	for (size_t i = 0; i < p->n_steps; i++) {
		off += p->steps[i].action == POWER_DO_OUTLET_OFF || p->steps[i].action == POWER_DO_CHASSIS_OFF;
		on += p->steps[i].action == POWER_DO_OUTLET_ON || p->steps[i].action == POWER_DO_CHASSIS_ON;
	}
	if (p->refused || p->stale || off != on || off != (p->way == POWER_WAY_PDU ? 2 : 1) * (size_t)MACHINES)
		log_die("the plan is not that of %d machines: %zu off, %zu on, %s", MACHINES, off, on,
		    p->refused ? "refused" : p->stale ? "stale" : "neither refused nor stale");
}

static void
measure(const struct power_room *room, enum power_way way, const char *name, bool json)
{
	double plan_ms[RUNS], json_ms[RUNS];
	struct hosts machines;
	struct power_plan p;
	struct err e;

	for (int k = 0; k < RUNS; k++) {
		struct arena *a = arena_create();
		double begun = now_ms();
		json_t *o;

		if (hosts_parse(str_of("n[00001-00200]"), NULL, a, &machines, &e) != 0 ||
		    power_plan_for(room, POWER_CYCLE, way, &machines, a, &p, &e) != 0)
			log_die("%s", e.text);
		plan_ms[k] = now_ms() - begun;
		refuse_bad(&p);
		begun = now_ms();
		o = power_plan_json(&p);
		json_ms[k] = now_ms() - begun;
		json_decref(o);
		arena_destroy(a);
	}
	printf("%s %.3f ms\n", name, median(plan_ms));
	if (json)
		printf("%s_json %.3f ms\n", name, median(json_ms));
}

static void
remove_all(const char *folder, const char *file)
{
	static const char *const ends[] = {"", "-wal", "-shm", ".lock"};
	char path[128];

	for (size_t k = 0; k < LARCH_COUNT(ends); k++) {
		snprintf(path, sizeof(path), "%s/%s%s", folder, file, ends[k]);
		(void)unlink(path);
	}
}

int
main(void)
{
	char folder[] = P_tmpdir "/larch-bench-plan.XXXXXX", inventory[64], status[64], power[64];
	struct conf conf = {.load_floor_a = 0.1};
	struct power_room room = {.conf = &conf, .revision = "0123456789abcdef"};
	struct err e;

	if (mkdtemp(folder) == NULL)
		log_die("no temporary folder");
	snprintf(inventory, sizeof(inventory), "%s/inventory.db", folder);
	snprintf(power, sizeof(power), "%s/power.db", folder);
	snprintf(status, sizeof(status), "%s/status.db", folder);
	if (inv_open(inventory, &room.inv, &e) != 0 || store_run_script(room.inv->s, &e, room_sql) != 0)
		log_die("%s", e.text);
	inv_close(room.inv);
	sweep(status);
	if (inv_open_reader(inventory, &room.inv, &e) != 0 || status_open_reader(status, &room.status, &e) != 0)
		log_die("%s", e.text);
	measure(&room, POWER_WAY_PDU, "plan_200", true);
	measure(&room, POWER_WAY_BMC, "plan_200_bmc", false);
	if (power_requests_open(power, &room.requests, &e) != 0 || store_run_script(room.requests->s, &e, tags_sql) != 0)
		log_die("%s", e.text);
	measure(&room, POWER_WAY_PDU, "plan_200_tagged", false);
	power_requests_close(room.requests);
	inv_close(room.inv);
	status_close(room.status);
	remove_all(folder, "inventory.db");
	remove_all(folder, "status.db");
	remove_all(folder, "power.db");
	(void)rmdir(folder);
	return 0;
}
