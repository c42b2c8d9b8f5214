/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The generated room of ten thousand nodes (tests/sim/big_room.py) taken over by the library, as `larch import` has
 * it done, into an empty inventory on disk: import_10000. Then the same file again, which changes nothing, a look at
 * the difference after every machine changed its owner, the export, and what it took of memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "inv/inv.h"

static char folder[] = "/tmp/larch-bench.XXXXXX";

static void
sweep_up(void)
{
	static const char *const names[] = {"inventory.db", "inventory.db-wal", "inventory.db-shm", "inventory.db.lock", "room.json"};
	char path[128];

	for (size_t k = 0; k < LARCH_COUNT(names); k++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[k]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static void
must(int rc, const struct err *e)
{
	if (rc == 0)
		return;
	fprintf(stderr, "bench_import: %s\n", e->text);
	exit(1);
}

static double
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* The room as the script prints it. */
static void
make_room(const char *root, const char *path)
{
	char script[4096];
	int status = -1;
	pid_t child;

	snprintf(script, sizeof(script), "%s/tests/sim/big_room.py", root);
	child = fork();
	if (child == 0) {
		if (freopen(path, "w", stdout) == NULL)
			_exit(1);
		execlp("python3", "python3", script, "--nodes", "10000", (char *)NULL);
		_exit(1);
	}
	if (child < 0 || waitpid(child, &status, 0) != child || status != 0) {
		fprintf(stderr, "bench_import: %s makes no room\n", script);
		exit(1);
	}
}

static void
take(struct inv *i, struct yang *y, struct inv_import_ask ask, const char *name, const char *unit)
{
	static const struct inv_author author = {.who = "bench"};
	struct arena *a = arena_create();
	struct inv_import_result r;
	struct err e = {0};
	double began = now();

	ask.author = &author;
	must(inv_import_file(i, y, &ask, a, &r, &e), &e);
	printf("%s %.3f %s\n", name, now() - began, unit);
	fprintf(stderr, "# %zu things added, %zu changed, %zu cables, %zu lines of difference\n", r.added, r.changed, r.connected, r.n_all);
	arena_destroy(a);
}

int
main(void)
{
	const char *root = getenv("LARCH_ROOT") == NULL ? "." : getenv("LARCH_ROOT");
	struct inv_import_ask ask = {0};
	struct buf room, types, out = BUF(LIMIT_ROOM_FILE);
	struct yang *yang;
	struct rusage used;
	struct inv *inv;
	struct err e = {0};
	char path[4096];
	double began;

	if (mkdtemp(folder) == NULL)
		return 1;
	(void)atexit(sweep_up);
	snprintf(path, sizeof(path), "%s/etc/yang", root);
	must(yang_create(path, &yang, &e), &e);
	snprintf(path, sizeof(path), "%s/room.json", folder);
	make_room(root, path);
	must(file_read(path, LIMIT_ROOM_FILE, &room, &e), &e);
	snprintf(path, sizeof(path), "%s/inventory.db", folder);
	must(inv_open(path, &inv, &e), &e);
	snprintf(path, sizeof(path), "%s/etc/types.json", root);
	must(file_read(path, LIMIT_CONFIG_FILE, &types, &e), &e);
	must(inv_types_load(inv, yang, buf_view(&types), &e), &e);
	ask.text = buf_view(&room);
	take(inv, yang, ask, "import_10000", "s");
	take(inv, yang, ask, "import_10000_again", "s");
	for (char *p = strstr(room.p, "\"chemistry\""); p != NULL; p = strstr(p, "\"chemistry\""))
		memcpy(p, "\"astronomy\"", strlen("\"astronomy\""));
	ask.dry_run = ask.lines = true;
	take(inv, yang, ask, "import_10000_preview", "s");
	began = now();
	must(inv_export(inv, &out, &e), &e);
	printf("export_10000 %.3f s\n", now() - began);
	getrusage(RUSAGE_SELF, &used);
	printf("import_10000_memory %ld MB\n", used.ru_maxrss / 1024);
	buf_free(&room);
	buf_free(&types);
	buf_free(&out);
	inv_close(inv);
	yang_destroy(yang);
	return 0;
}
