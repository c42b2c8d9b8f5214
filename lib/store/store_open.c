/* SPDX-License-Identifier: Apache-2.0 */
/* Opening files: as their writer, as a reader, as a copy in memory. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "inner.h"

#define BUSY_MS 2000
#define READ_LENGTH (64 << 20) /* bytes of one value that a reader takes */
#define READER_TRIES 20    /* x 25 ms: a reader that meets a writer's restart */

/* ---- opening --------------------------------------------------------------- */

/* sqlite3_db_config takes its flags as varargs. */
static void
harden(sqlite3 *db)
{
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, NULL);
	(void)sqlite3_limit(db, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_extended_result_codes(db, 1);
	(void)sqlite3_busy_timeout(db, BUSY_MS);
}

static struct store *
store_create(const char *path)
{
	struct store *s = calloc(1, sizeof(*s));

	if (s == NULL || (s->path = strdup(path)) == NULL)
		log_die("out of memory opening %s", path);
	s->lock_fd = -1;
	return s;
}

/* Two writers on one file would both believe they are the only one. */
static int
take_lock(struct store *s, struct err *e)
{
	char lock[4096];
	int n = snprintf(lock, sizeof(lock), "%s.lock", s->path);

	if (n < 0 || n >= (int)sizeof(lock))
		return err_set(e, ERR_INPUT, "%s: path too long", s->path);
	s->lock_fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (s->lock_fd < 0)
		return err_set(e, ERR_UNAVAILABLE, "%s: %s", lock, strerror(errno));
	if (flock(s->lock_fd, LOCK_EX | LOCK_NB) != 0)
		return err_set(e, ERR_UNAVAILABLE,
		    "%s: another process already writes it; stop that one first", s->path);
	return 0;
}

/* The -wal and -shm files take the database's mode, so it is made before SQLite sees it. */
static int
make_file(struct store *s, struct err *e)
{
	int fd = open(s->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);

	if (fd < 0)
		return err_set(e, ERR_UNAVAILABLE, "%s: %s", s->path, strerror(errno));
	close(fd);
	return 0;
}

static int
user_version(struct store *s, struct err *e)
{
	sqlite3_stmt *stmt = NULL;
	int version = -1;

	if (sqlite3_prepare_v2(s->db, "PRAGMA user_version", -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		version = sqlite3_column_int(stmt, 0);
	else
		(void)store_fail(s, e, "reading its version");
	sqlite3_finalize(stmt);
	return version;
}

static int
migrate(struct store *s, const struct store_migration *rows, size_t count, struct err *e)
{
	int have = user_version(s, e);
	char set[64];

	if (have < 0)
		return -1;
	if (count > 0 && have > rows[count - 1].version)
		return err_set(e, ERR_UNAVAILABLE,
		    "%s: has version %d, this program knows %d; a newer Larch made it", s->path, have,
		    rows[count - 1].version);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].version != (int)i + 1)
			log_die("%s: migration %zu has number %d", s->path, i + 1, rows[i].version);
		if (rows[i].version <= have)
			continue;
		snprintf(set, sizeof(set), "PRAGMA user_version=%d", rows[i].version);
		if (store_script(s, "BEGIN IMMEDIATE") != 0 || store_script(s, rows[i].sql) != 0 ||
		    store_script(s, set) != 0 || store_script(s, "COMMIT") != 0) {
			store_fail(s, e, "bringing it up to date");
			(void)store_script(s, "ROLLBACK");
			return -1;
		}
	}
	return 0;
}

int
store_open(const char *path, const struct store_migration *rows, size_t count, struct store **out,
    struct err *e)
{
	struct store *s = store_create(path);
	int on = 1;

	if (take_lock(s, e) != 0 || make_file(s, e) != 0)
		goto bad;
	if (sqlite3_open_v2(path, &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		store_fail(s, e, "opening");
		goto bad;
	}
	harden(s->db);
	(void)sqlite3_file_control(s->db, "main", SQLITE_FCNTL_PERSIST_WAL, &on);
	if (store_script(s, "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
	              "PRAGMA journal_size_limit=1048576; PRAGMA cache_size=-32768") != 0) { /* 32 MB: a large edit is written once */
		store_fail(s, e, "setting up");
		goto bad;
	}
	if (migrate(s, rows, count, e) != 0)
		goto bad;
	*out = s;
	return 0;
bad:
	store_close(s);
	return -1;
}

static int
too_long(void *ctx)
{
	const struct store *s = ctx;

	return times_boot() > s->until;
}

/* Open and touch the file once: an error of a WAL shows at the first read, not at the open. */
static int
reader_try(struct store *s, struct err *e)
{
	if (sqlite3_open_v2(s->path, &s->db, SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK) {
		store_fail(s, e, "opening to read");
		return -1;
	}
	harden(s->db);
	(void)sqlite3_limit(s->db, SQLITE_LIMIT_LENGTH, READ_LENGTH);
	s->until = times_boot() + READ_MS;
	sqlite3_progress_handler(s->db, 10000, too_long, s);
	if (store_script(s, "PRAGMA query_only=1") != 0)
		return store_fail(s, e, "opening to read");
	return user_version(s, e);
}

int
store_open_reader(const char *path, int version, struct store **out, struct err *e)
{
	struct store *s = store_create(path);
	int have = -1;

	for (int i = 0; i < READER_TRIES; i++) {
		if (access(path, F_OK) != 0) {
			err_set(e, ERR_UNAVAILABLE, "%s is not there: the program that writes it has not run yet", path);
			break;
		}
		have = reader_try(s, e);
		if (have >= 0)
			break;
		sqlite3_close(s->db);
		s->db = NULL;
		usleep(25000); /* facts: a writer's restart answers 264, 1288, 14 or 1544 for moments */
	}
	if (have >= 0 && have != version) {
		err_set(e, ERR_UNAVAILABLE,
		    "%s has version %d, this program reads %d: start the program that writes it, or upgrade both",
		    path, have, version);
		have = -1;
	}
	if (have < 0) {
		store_close(s);
		return -1;
	}
	*out = s;
	return 0;
}

int
store_version(const char *path)
{
	struct store *s = store_create(path);
	int have = access(path, F_OK) != 0 ? -1 : reader_try(s, NULL);

	store_close(s);
	return have;
}

/* What is copied is looked at before it is in memory. */
static int
small_enough(struct store *s, struct err *e)
{
	struct store_query *q = store_ask(s, e, "SELECT page_count*page_size FROM pragma_page_count(),pragma_page_size()", "");
	int more = store_next(q, e);
	int64_t bytes = more == 1 ? store_int(q, 0) : 0;

	store_done(q);
	if (more != 1)
		return -1;
	if (bytes > LIMIT_STORE_COPY)
		return err_set(e, ERR_LIMIT, "%s has %lld bytes; %u are copied into memory at most", s->path, (long long)bytes,
		    LIMIT_STORE_COPY);
	return 0;
}

/* The pages of `from` into `to`, in one step: one moment's view. */
static int
copy_pages(struct store *from, struct store *to, struct err *e)
{
	sqlite3_backup *b = sqlite3_backup_init(to->db, "main", from->db, "main");
	int rc = b == NULL ? SQLITE_ERROR : sqlite3_backup_step(b, -1);

	(void)sqlite3_backup_finish(b);
	return rc == SQLITE_DONE ? 0 : store_fail(to, e, "copying");
}

int
store_open_copy(const char *path, int version, struct store **out, struct err *e)
{
	struct store *from = NULL, *s;
	int rc = -1;

	if (store_open_reader(path, version, &from, e) != 0)
		return -1;
	s = store_create(path);
	if (sqlite3_open_v2(":memory:", &s->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX, NULL) !=
	    SQLITE_OK) {
		store_fail(s, e, "making a copy in memory");
		goto out;
	}
	harden(s->db);
	if (small_enough(from, e) != 0 || copy_pages(from, s, e) != 0)
		goto out;
	rc = store_script(s, "PRAGMA foreign_keys=ON; PRAGMA journal_mode=MEMORY; PRAGMA synchronous=OFF");
	if (rc != 0)
		store_fail(s, e, "setting up a copy");
out:
	store_close(from);
	if (rc != 0)
		store_close(s);
	else
		*out = s;
	return rc;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n_kept; i++)
		sqlite3_finalize(s->kept[i].query.stmt);
	sqlite3_close(s->db);
	if (s->lock_fd >= 0)
		close(s->lock_fd);
	free(s->path);
	free(s);
}

bool
store_replaced(struct store *s)
{
	int moved = 0;

	return sqlite3_file_control(s->db, "main", SQLITE_FCNTL_HAS_MOVED, &moved) == SQLITE_OK && moved != 0;
}

int64_t
store_data_version(struct store *s)
{
	struct err e;
	struct store_query *q = store_ask(s, &e, "PRAGMA data_version", "");
	int64_t v = -1;

	if (store_next(q, &e) == 1)
		v = store_int(q, 0);
	store_done(q);
	return v;
}

struct store_mark
store_mark(struct store *s)
{
	return (struct store_mark){store_data_version(s), sqlite3_total_changes64(s->db),
	    s->begun * 2 + (sqlite3_get_autocommit(s->db) == 0)};
}
