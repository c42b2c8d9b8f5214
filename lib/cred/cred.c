/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "cred.h"

#define MODULE "larch-credentials"
#define SECRET_MAX 256             /* bytes of one secret */
#define BMC_PASSWORD 20            /* IPMI 2.0 section 13.28 */
#define V3_SECRET_MIN 8            /* RFC 3414 section 11.2 */

struct place {
	const char *match;
	size_t row;
};

/* A room may have a row for each of its BMCs: plain names are found by bisection, patterns are tried one after the other. */
struct places {
	struct place *plain, *pattern; /* by name; in the order of the rows */
	size_t n_plain, n_pattern;
};

struct cred {
	struct arena *arena;     /* names and rows; no secret */
	struct cred_snmp *snmp;
	struct cred_bmc *bmc;
	size_t n_snmp, n_bmc;
	struct places snmp_places, bmc_places;
	char *secrets;           /* locked pages: not swapped, not dumped */
	size_t used, size;
	const char *path;
};

/* ---- locked memory ------------------------------------------------------------ */

static void
secrets_open(struct cred *c)
{
	size_t page = 4096;

	c->size = c->n_snmp * 3 * (SECRET_MAX + 1) + c->n_bmc * (BMC_PASSWORD + 1);
	c->size = (c->size + page) / page * page;
	c->secrets = aligned_alloc(page, c->size);
	if (c->secrets == NULL)
		log_die("no memory for device secrets");
	memset(c->secrets, 0, c->size);
	(void)madvise(c->secrets, c->size, MADV_DONTDUMP);
	if (mlock(c->secrets, c->size) != 0)
		log_warn("%s: device secrets may be swapped to disk: %s; raise 'ulimit -l'", c->path,
		    strerror(errno));
}

/* The file's path starts at the folder of credentials.json; the copy lives in locked memory. */
static int
secret(struct cred *c, const char *file, size_t min, size_t max, const char **out, struct err *e)
{
	const char *slash = strrchr(c->path, '/');
	const char *path = file[0] == '/' || slash == NULL
	    ? file
	    : arena_printf(c->arena, "%.*s/%s", (int)(slash - c->path), c->path, file);
	struct buf text;
	int rc = -1;

	if (file_read_secret(path, &text, e) != 0)
		return err_prefix(e, "%s", c->path);
	if (text.n < min || text.n > max || memchr(text.p, '\0', text.n) != NULL) {
		err_set(e, ERR_INPUT, "%s: %s: the secret must have %zu to %zu bytes and no NUL", c->path, path,
		    min, max);
		goto out;
	}
	memcpy(c->secrets + c->used, text.p, text.n + 1);
	*out = c->secrets + c->used;
	c->used += text.n + 1;
	rc = 0;
out:
	buf_wipe(&text);
	return rc;
}

static int
secret_maybe(struct cred *c, const json_t *row, const char *key, size_t min, const char **out,
    struct err *e)
{
	const char *file = jsn_text_or(row, key, NULL);

	return file == NULL ? 0 : secret(c, file, min, SECRET_MAX, out, e);
}

/* ---- which row is it ------------------------------------------------------------- */

static void
places_open(struct cred *c, struct places *p, size_t rows)
{
	p->plain = arena_array(c->arena, rows + 1, sizeof(*p->plain));
	p->pattern = arena_array(c->arena, rows + 1, sizeof(*p->pattern));
}

static void
places_add(struct places *p, const char *match, size_t row)
{
	bool plain = match[strcspn(match, "*?[\\")] == '\0';

	*(plain ? &p->plain[p->n_plain++] : &p->pattern[p->n_pattern++]) = (struct place){match, row};
}

static int
by_match(const void *a, const void *b)
{
	return strcmp(((const struct place *)a)->match, ((const struct place *)b)->match);
}

/* The module refuses two rows of one name. */
static void
places_sort(struct places *p)
{
	qsort(p->plain, p->n_plain, sizeof(*p->plain), by_match);
}

/* The first row that matches, or SIZE_MAX. */
static size_t
find(const struct places *p, const char *thing)
{
	const struct place key = {.match = thing};
	const struct place *plain = bsearch(&key, p->plain, p->n_plain, sizeof(key), by_match);
	size_t row = plain == NULL ? SIZE_MAX : plain->row;

	for (size_t i = 0; i < p->n_pattern && p->pattern[i].row < row; i++)
		if (fnmatch(p->pattern[i].match, thing, 0) == 0)
			return p->pattern[i].row;
	return row;
}

/* ---- rows ------------------------------------------------------------------------ */

static const char *
kept(struct cred *c, const json_t *row, const char *key)
{
	const char *text = jsn_text_or(row, key, NULL);

	return text == NULL ? NULL : arena_strdup(c->arena, text);
}

static enum cred_security
security_of(const char *word)
{
	if (strcmp(word, "noAuthNoPriv") == 0)
		return CRED_NO_AUTH;
	return strcmp(word, "authNoPriv") == 0 ? CRED_AUTH_NO_PRIV : CRED_AUTH_PRIV;
}

static int
snmp_row(struct cred *c, const json_t *row, struct cred_snmp *out, struct err *e)
{
	out->match = kept(c, row, "match");
	out->version = jsn_text_or(row, "version", "3")[0] - '0';
	out->user = kept(c, row, "user");
	out->security = security_of(jsn_text_or(row, "security", "authPriv"));
	if (secret_maybe(c, row, "read_file", 1, &out->read, e) != 0 ||
	    secret_maybe(c, row, "write_file", 1, &out->write, e) != 0 ||
	    secret_maybe(c, row, "auth_file", V3_SECRET_MIN, &out->auth_secret, e) != 0 ||
	    secret_maybe(c, row, "priv_file", V3_SECRET_MIN, &out->priv_secret, e) != 0)
		return -1;
	if (out->version == 3) /* what the user may write is the device's to say (VACM) */
		out->read = out->write = out->user;
	return 0;
}

static int
bmc_row(struct cred *c, const json_t *row, struct cred_bmc *out, struct err *e)
{
	const json_t *suites = jsn_array(row, "suites");

	out->match = kept(c, row, "match");
	out->user = kept(c, row, "user");
	out->suites[0] = 17;
	for (size_t i = 0; i < json_array_size(suites) && i < LARCH_COUNT(out->suites); i++)
		out->suites[i] = (int)json_integer_value(json_array_get(suites, i));
	if (strlen(out->user) > 16) /* the module counts characters, IPMI bytes */
		return err_set(e, ERR_INPUT, "%s: bmc[match='%s']: user: more than 16 bytes", c->path, out->match);
	return secret(c, jsn_text_or(row, "password_file", ""), 1, BMC_PASSWORD, &out->password, e);
}

static int
take_all(struct cred *c, const json_t *o, struct err *e)
{
	const json_t *snmp = jsn_array(o, "snmp"), *bmc = jsn_array(o, "bmc");

	c->n_snmp = json_array_size(snmp);
	c->n_bmc = json_array_size(bmc);
	c->snmp = arena_array(c->arena, c->n_snmp + 1, sizeof(*c->snmp));
	c->bmc = arena_array(c->arena, c->n_bmc + 1, sizeof(*c->bmc));
	secrets_open(c);
	for (size_t i = 0; i < c->n_snmp; i++)
		if (snmp_row(c, json_array_get(snmp, i), &c->snmp[i], e) != 0)
			return -1;
	for (size_t i = 0; i < c->n_bmc; i++)
		if (bmc_row(c, json_array_get(bmc, i), &c->bmc[i], e) != 0)
			return -1;
	places_open(c, &c->snmp_places, c->n_snmp);
	for (size_t i = 0; i < c->n_snmp; i++)
		places_add(&c->snmp_places, c->snmp[i].match, i);
	places_open(c, &c->bmc_places, c->n_bmc);
	for (size_t i = 0; i < c->n_bmc; i++)
		places_add(&c->bmc_places, c->bmc[i].match, i);
	places_sort(&c->snmp_places);
	places_sort(&c->bmc_places);
	return 0;
}

int
cred_load(const char *path, struct yang *y, struct cred **out, struct err *e)
{
	struct arena *a = arena_create();
	struct cred *c = arena_alloc(a, sizeof(*c));
	json_t *o = NULL;
	int rc = -1;

	c->arena = a;
	c->path = arena_strdup(a, path);
	if (yang_check_file(y, MODULE, path, LIMIT_CONFIG_FILE, &o, e) == 0 && take_all(c, o, e) == 0) {
		*out = c;
		rc = 0;
	}
	json_decref(o);
	if (rc != 0)
		cred_destroy(c);
	return rc;
}

void
cred_destroy(struct cred *c)
{
	if (c == NULL)
		return;
	if (c->secrets != NULL) {
		explicit_bzero(c->secrets, c->size);
		(void)munlock(c->secrets, c->size);
		free(c->secrets);
	}
	arena_destroy(c->arena);
}

const struct cred_snmp *
cred_find_snmp(const struct cred *c, const char *thing)
{
	size_t row = find(&c->snmp_places, thing);

	return row == SIZE_MAX ? NULL : &c->snmp[row];
}

const struct cred_bmc *
cred_find_bmc(const struct cred *c, const char *thing)
{
	size_t row = find(&c->bmc_places, thing);

	return row == SIZE_MAX ? NULL : &c->bmc[row];
}
