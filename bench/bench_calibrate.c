/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How fast is this machine? Three measures that use nothing of ours: SHA-256
 * over 256 MB, 100,000 SQLite upserts in one transaction, 100,000 datagrams
 * over loopback. bench/run puts them beside bench/reference.json, the machine
 * for which the goals of bench/goals.json are. Each is the best of TIMES: what
 * runs beside it makes a machine look slower than it is, never faster, and a
 * machine that looks slow has easy goals.
 */
#include <arpa/inet.h>
#include <openssl/evp.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define MEGABYTES 256
#define ROWS 100000
#define DATAGRAMS 100000
#define TIMES 5

static void
die(const char *what)
{
	fprintf(stderr, "bench_calibrate: %s failed\n", what);
	exit(1);
}

static double
seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static double
sha256(void)
{
	static unsigned char block[1 << 20], digest[EVP_MAX_MD_SIZE];
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	double began = seconds();

	if (ctx == NULL || EVP_DigestInit_ex(ctx, EVP_sha256(), NULL) != 1)
		die("SHA-256");
	for (int i = 0; i < MEGABYTES; i++)
		if (EVP_DigestUpdate(ctx, block, sizeof(block)) != 1)
			die("SHA-256");
	EVP_DigestFinal_ex(ctx, digest, NULL);
	EVP_MD_CTX_free(ctx);
	return MEGABYTES / (seconds() - began);
}

static double
upserts(void)
{
	char path[] = "/tmp/larch-bench.XXXXXX";
	int fd = mkstemp(path);
	sqlite3 *db = NULL;
	sqlite3_stmt *put = NULL;
	double began;

	if (fd < 0 || sqlite3_open(path, &db) != SQLITE_OK)
		die("opening a database");
	if (sqlite3_exec(db, "PRAGMA synchronous=FULL; BEGIN;"
	                     "CREATE TABLE v (thing INT, c INT, x INT, PRIMARY KEY (thing, c)) WITHOUT ROWID;",
	        NULL, NULL, NULL) != SQLITE_OK)
		die("making a table");
	if (sqlite3_prepare_v2(db, "INSERT INTO v VALUES (?1,?2,?3) ON CONFLICT DO UPDATE SET x=?3", -1, &put, NULL) != SQLITE_OK)
		die("preparing");
	began = seconds();
	for (int i = 0; i < ROWS; i++) {
		sqlite3_bind_int(put, 1, i % 10000);
		sqlite3_bind_int(put, 2, i % 6);
		sqlite3_bind_int(put, 3, i);
		if (sqlite3_step(put) != SQLITE_DONE || sqlite3_reset(put) != SQLITE_OK)
			die("an upsert");
	}
	if (sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
		die("the commit");
	began = seconds() - began;
	sqlite3_finalize(put);
	sqlite3_close(db);
	close(fd);
	unlink(path);
	return ROWS / began;
}

static double
datagrams(void)
{
	struct sockaddr_in a = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(a);
	char packet[64] = {0};
	int in = socket(AF_INET, SOCK_DGRAM, 0), out = socket(AF_INET, SOCK_DGRAM, 0);
	double began;

	if (in < 0 || out < 0 || bind(in, (struct sockaddr *)&a, len) != 0 ||
	    getsockname(in, (struct sockaddr *)&a, &len) != 0 || connect(out, (struct sockaddr *)&a, len) != 0)
		die("a socket");
	began = seconds();
	for (int i = 0; i < DATAGRAMS; i++)
		if (send(out, packet, sizeof(packet), 0) != sizeof(packet) || recv(in, packet, sizeof(packet), 0) != sizeof(packet))
			die("a datagram");
	began = seconds() - began;
	close(in);
	close(out);
	return DATAGRAMS / began;
}

static double
best(double (*measure)(void))
{
	double most = 0;

	for (int i = 0; i < TIMES; i++) {
		double once = measure();

		if (once > most)
			most = once;
	}
	return most;
}

int
main(void)
{
	printf("sha256 %.0f MB/s\n", best(sha256));
	printf("sqlite_upserts %.0f rows/s\n", best(upserts));
	printf("loopback_datagrams %.0f datagrams/s\n", best(datagrams));
	return 0;
}
