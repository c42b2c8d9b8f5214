/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Questions to an inventory of 10,000 things, 60,000 attributes and 40,000 connections, parsed and answered by the
 * library: "NAME VALUE ms" a line, the median of 21 runs in processor time: nothing waits for a disk here, and what
 * else the machine does is not the question's. No answer is kept between runs. query_10000 is the question of the
 * goal; the last line is what a policy asks, one query of 400 machines one by one.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "inv/query_private.h"

#define RUNS 21
#define MACHINES 400

/* Two datacenters, ten rooms, 250 racks with two PDUs and a switch each; the rest are servers. */
#define NUMBERS "WITH RECURSIVE n(i) AS (VALUES(1) UNION ALL SELECT i+1 FROM n WHERE i<10000) "
#define FIRST_SERVER "1012"
static const char room[] =
    "BEGIN;"
    NUMBERS "INSERT INTO thing(id,name,type,revision,changed,changed_by) SELECT i,"
    " CASE WHEN i<3 THEN 'datacenter'||substr('ZY',i,1) WHEN i<13 THEN 'room'||(i-2) WHEN i<263 THEN printf('rack%03d',i-12)"
    " WHEN i<763 THEN printf('pdu%03d',i-262) WHEN i<1012 THEN 'switch'||(i-761)||'a' ELSE printf('n%05d',i-1011) END,"
    " CASE WHEN i<3 THEN 'datacenter' WHEN i<13 THEN 'room' WHEN i<263 THEN 'rack' WHEN i<763 THEN 'pdu'"
    " WHEN i<1012 THEN 'switch' ELSE 'server' END,1,1763000000000+i,'import' FROM n;"
    NUMBERS "INSERT INTO place(thing,container) SELECT i,"
    " CASE WHEN i<13 THEN 1+i%2 WHEN i<263 THEN 3+i%10 ELSE 13+i%250 END FROM n WHERE i>=3;"
    NUMBERS ",k(j) AS (VALUES(0),(1),(2),(3),(4),(5)) INSERT INTO attr(thing,key,subkey,number,kind,value,num)"
    " SELECT i,CASE j WHEN 0 THEN 'owner' WHEN 1 THEN 'state' WHEN 2 THEN 'ram' WHEN 3 THEN 'serial' WHEN 4 THEN 'ip' ELSE 'port-nic-eth' END,"
    " CASE j WHEN 4 THEN 'cidr' WHEN 5 THEN 'mac' ELSE '' END,CASE j WHEN 5 THEN 1 ELSE -1 END,"
    " CASE j WHEN 2 THEN 'integer' ELSE 'string' END,"
    " CASE j WHEN 0 THEN 'person'||(i%50) WHEN 1 THEN CASE i%3 WHEN 0 THEN 'idle' WHEN 1 THEN 'busy' ELSE 'unallocated' END"
    " WHEN 2 THEN CAST(32<<(i%4) AS TEXT) WHEN 3 THEN printf('P%010d',i) WHEN 4 THEN printf('10.%d.%d.%d/16',i/65536,i/256%256,i%256)"
    " ELSE printf('00:1b:2c:%02x:%02x:%02x',i/65536,i/256%256,i%256) END,"
    " CASE j WHEN 2 THEN 32<<(i%4) END FROM n,k;"
    /* A server's ports are 5i+1..5i+5, the ends of their cables 100000 higher. */
    NUMBERS ",k(j) AS (VALUES(1),(2),(3),(4),(5)) INSERT INTO port(id,thing,name,kind,plug) SELECT 5*i+j,i,"
    " substr('psu1psu2eth0eth1con0',4*j-3,4),CASE WHEN j<3 THEN 'inlet' WHEN j<5 THEN 'nic' ELSE 'console' END,"
    " CASE WHEN j<3 THEN 'pwr-c14' WHEN j<5 THEN 'nic-eth' ELSE 'console-serial' END FROM n,k WHERE i>=" FIRST_SERVER ";"
    "INSERT INTO port(id,thing,name,kind,plug) SELECT id+100000,CASE WHEN kind='inlet' THEN 263+(thing*2+id%2)%500 ELSE 763+thing%249 END,"
    " 'p'||id,CASE kind WHEN 'inlet' THEN 'outlet' ELSE kind END,CASE kind WHEN 'inlet' THEN 'pwr-c13' ELSE plug END"
    " FROM port WHERE kind<>'console' OR thing%9<4;"
    "INSERT INTO link(port,peer,since,author) SELECT id,id-100000,1,'import' FROM port WHERE id>100000 UNION ALL"
    " SELECT id-100000,id,1,'import' FROM port WHERE id>100000;"
    "COMMIT;";

static const struct {
	const char *name, *query;
} rows[] = {
    {"query_10000", "type:server and in:datacenterZ and not connected to name:switch2a"},
    {"query_10000_all", "*"},
    {"query_10000_one", "n04711"},
    {"query_10000_attributes", "attr:state=unallocated and attr:ram>=128 and owner:person7"},
    {"query_10000_glob", "n0*1 and type:server"},
    {"query_10000_regex", "attr:serial=/7[13]$/"},
    {"query_10000_any_key", "attr:*=P0000004711"},
    {"query_10000_hops", "type:server and connected to (type:switch and connected to (in:rack007 and type:server))"},
    {"query_10000_ports", "type:pdu and free:outlet or has:console"},
};

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

static void
measure(struct inv *i, const char *name, const char *query)
{
	double ms[RUNS];
	struct err e;

	for (int k = 0; k < RUNS; k++) {
		struct arena *a = arena_create();
		struct hosts h;
		double begun = now_ms();

		if (inv_find(i, query, a, &h, &e) != 0)
			log_die("%s", e.text);
		ms[k] = now_ms() - begun;
		if (k == 0)
			fprintf(stderr, "%s: %zu things\n", query, h.n);
		arena_destroy(a);
	}
	qsort(ms, RUNS, sizeof(*ms), by_value);
	printf("%s %.3f ms\n", name, ms[RUNS / 2]);
}

/* A word that names nothing: all names and values are read. */
static void
measure_search(struct inv *i)
{
	double ms[RUNS];
	struct err e;

	for (int k = 0; k < RUNS; k++) {
		struct arena *a = arena_create();
		enum inv_search how;
		struct hosts h;
		double begun = now_ms();

		if (inv_query_search(i, STR("2c:00:1a"), a, &h, &how, &e) != 0)
			log_die("%s", e.text);
		ms[k] = now_ms() - begun;
		arena_destroy(a);
	}
	qsort(ms, RUNS, sizeof(*ms), by_value);
	printf("query_10000_search %.3f ms\n", ms[RUNS / 2]);
}

static void
measure_policy(struct inv *i)
{
	double begun = now_ms();
	struct err e;
	int found = 0;

	for (int k = 1; k <= MACHINES; k++) {
		char name[32];
		int rc;

		snprintf(name, sizeof(name), "n%05d", k);
		rc = inv_match(i, rows[0].query, name, &e);
		if (rc < 0)
			log_die("%s", e.text);
		found += rc;
	}
	fprintf(stderr, "%d of %d match\n", found, MACHINES);
	printf("query_10000_policy_of_400 %.3f ms\n", now_ms() - begun);
}

int
main(void)
{
	char folder[] = P_tmpdir "/larch-bench-query.XXXXXX", path[64], extra[80];
	struct inv *i = NULL;
	struct err e;

	if (mkdtemp(folder) == NULL)
		log_die("no temporary folder");
	snprintf(path, sizeof(path), "%s/inventory.db", folder);
	if (inv_open(path, &i, &e) != 0 || store_run_script(i->s, &e, room) != 0)
		log_die("%s", e.text);
	inv_close(i);
	if (inv_open_reader(path, &i, &e) != 0)
		log_die("%s", e.text);
	for (size_t k = 0; k < LARCH_COUNT(rows); k++)
		measure(i, rows[k].name, rows[k].query);
	measure_search(i);
	measure_policy(i);
	inv_close(i);
	for (size_t k = 0; k < 4; k++) {
		static const char *const ends[] = {"", "-wal", "-shm", ".lock"};

		snprintf(extra, sizeof(extra), "%s%s", path, ends[k]);
		(void)unlink(extra);
	}
	(void)rmdir(folder);
	return 0;
}
