/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Any text as a room.json: refused with a sentence and nothing changed, or
 * taken, and then the same text again changes nothing.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "inv/inv.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static struct yang *yang;
static struct inv *inv;
static char folder[] = "/tmp/larch-fuzz-XXXXXX";

static void
sweep_up(void)
{
	static const char *const names[] = {"room.db", "room.db-wal", "room.db-shm", "room.db.lock"};
	char path[128];

	inv_close(inv);
	yang_destroy(yang);
	for (size_t i = 0; i < LARCH_COUNT(names); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static void
set_up(void)
{
	const char *root = getenv("LARCH_ROOT");
	char path[4096];
	struct err e;

	snprintf(path, sizeof(path), "%s/etc/yang", root == NULL ? "." : root);
	if (yang_create(path, &yang, &e) != 0 || mkdtemp(folder) == NULL)
		log_die("%s", e.text);
	snprintf(path, sizeof(path), "%s/room.db", folder);
	if (inv_open(path, &inv, &e) != 0)
		log_die("%s", e.text);
	(void)atexit(sweep_up);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
	static const struct inv_author author = {.who = "fuzz"};
	struct str text = {(const char *)data, n};
	struct inv_import_result r;
	struct err e = {0};
	int64_t before;

	if (n > 65536)
		return 0;
	if (inv == NULL)
		set_up();
	before = inv_generation(inv);
	if (inv_import(inv, yang, text, &author, false, &r, &e) != 0) {
		if (e.text[0] == '\0' || e.kind == ERR_NONE || e.kind == ERR_INTERNAL || inv_generation(inv) != before)
			log_die("refused without a reason, or with a change: %s", e.text);
		return 0;
	}
	if (inv_import(inv, yang, text, &author, false, &r, &e) != 0 || r.edit != 0)
		log_die("the same again is not the same: %s", e.text);
	return 0;
}
