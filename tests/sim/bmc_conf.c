/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The configuration: lines of words.
 *
 *	default KEY VALUE ...           for the lines that follow
 *	bmc NAME KEY VALUE ...
 *	many PREFIX COUNT KEY VALUE ... PREFIX1 ... at consecutive addresses, numbers padded with zeros
 *
 * The keys are the rows below. An unknown one, a wrong value or a name that is
 * there twice ends the program with the number of the line.
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bmc_sim.h"
#include "sim_room.h"
#include "sim_text.h"

#define WORDS 128
#define LINE 4096
#define FEEDS 8

struct draft {
	struct bmc_settings s;
	struct bmc_feed feeds[FEEDS];
	int n_feeds;
};

/* ---- values: 0 or -1 ------------------------------------------------------------- */

int
conf_switch(const char *word, bool *out)
{
	*out = strcmp(word, "on") == 0;
	return *out || strcmp(word, "off") == 0 ? 0 : -1;
}

static int
read_address(struct draft *d, char *v)
{
	d->s.address.sin_family = AF_INET;
	if (inet_pton(AF_INET, v, &d->s.address.sin_addr) != 1)
		return -1;
	return ntohl(d->s.address.sin_addr.s_addr) >> 24 == 127 ? 0 : -1;
}

static int
read_port(struct draft *d, char *v)
{
	long port;

	if (sim_int(v, 0, 65535, &port) != 0)
		return -1;
	d->s.address.sin_port = htons((uint16_t)port);
	return 0;
}

/* Ten thousand BMCs have one password: each text is kept once. */
static const char *
intern(const char *v)
{
	static char **kept;
	static size_t n;

	for (size_t i = 0; i < n; i++)
		if (strcmp(kept[i], v) == 0)
			return kept[i];
	kept = realloc(kept, (n + 1) * sizeof(*kept));
	if (kept == NULL || (kept[n] = strdup(v)) == NULL)
		abort();
	return kept[n++];
}

static int
read_user(struct draft *d, char *v)
{
	d->s.user = intern(v);
	return strlen(v) <= 16 ? 0 : -1;
}

static int
read_password(struct draft *d, char *v)
{
	d->s.password = intern(v);
	return strlen(v) <= 20 ? 0 : -1;
}

static int
read_suites(struct draft *d, char *v)
{
	d->s.suites[0] = d->s.suites[1] = 0;
	for (int i = 0; i < 2; i++) {
		char *comma = strchr(v, ',');
		long suite;

		if (comma != NULL)
			*comma = '\0';
		if (sim_int(v, 1, 17, &suite) != 0 || suite_find((int)suite) == NULL)
			return -1;
		d->s.suites[i] = (int)suite;
		if (comma == NULL)
			return 0;
		v = comma + 1;
	}
	return -1;
}

static int
read_privilege(struct draft *d, char *v)
{
	static const char *const names[] = {[2] = "user", [3] = "operator", [4] = "admin"};

	for (int i = 2; i <= 4; i++)
		if (strcmp(v, names[i]) == 0) {
			d->s.privilege = i;
			return 0;
		}
	return -1;
}

static int
read_power(struct draft *d, char *v)
{
	return conf_switch(v, &d->s.power);
}

static int
read_restore(struct draft *d, char *v)
{
	static const char *const names[] = {[RESTORE_OFF] = "off", [RESTORE_ON] = "on", [RESTORE_LAST] = "last"};

	for (int i = 0; i < 3; i++)
		if (strcmp(v, names[i]) == 0) {
			d->s.restore = (enum bmc_restore)i;
			return 0;
		}
	return -1;
}

static int
read_feed(struct draft *d, char *v)
{
	char *slash = strchr(v, '/');

	if (slash == NULL || slash == v || slash[1] == '\0' || strlen(v) >= ROOM_WORD || d->n_feeds == FEEDS)
		return -1;
	*slash = '\0';
	d->feeds[d->n_feeds] = (struct bmc_feed){.pdu = strdup(v), .outlet = strdup(slash + 1), .on = true};
	if (d->feeds[d->n_feeds].pdu == NULL || d->feeds[d->n_feeds].outlet == NULL)
		abort();
	d->n_feeds++;
	return 0;
}

static int
read_fault(struct draft *d, char *v)
{
	char *colon = strchr(v, ':');

	if (colon != NULL)
		*colon++ = '\0';
	return net_fault_parse(v, colon, &d->s.fault, &d->s.fault_value);
}

/* ---- keys: a row each --------------------------------------------------------------- */

static const struct key {
	const char *name;
	int (*read)(struct draft *d, char *v); /* NULL: a whole number into the field */
	size_t field;
	long min, max;
	const char *wants;
} keys[] = {
    {.name = "address", .read = read_address, .wants = "an address in 127/8"},
    {.name = "port", .read = read_port, .wants = "0 (the kernel chooses) to 65535"},
    {.name = "user", .read = read_user, .wants = "at most 16 bytes"},
    {.name = "password", .read = read_password, .wants = "at most 20 bytes"},
    {.name = "suites", .read = read_suites, .wants = "3, 17, or 17,3"},
    {.name = "privilege", .read = read_privilege, .wants = "user, operator or admin"},
    {.name = "power", .read = read_power, .wants = "on or off"},
    {.name = "restore", .read = read_restore, .wants = "on, off or last"},
    {.name = "feed", .read = read_feed, .wants = "PDU/OUTLET, at most 8 of them"},
    {.name = "fault", .read = read_fault, .wants = "a fault, with :VALUE if it has one"},
    {"slots", NULL, offsetof(struct bmc_settings, slots), 1, BMC_SLOTS, "1 to 64"},
    {"idle_ms", NULL, offsetof(struct bmc_settings, idle_ms), 10, 3600000, "10 to 3600000"},
    {"off_ms", NULL, offsetof(struct bmc_settings, off_ms), 0, 600000, "0 to 600000"},
    {"on_ms", NULL, offsetof(struct bmc_settings, on_ms), 0, 600000, "0 to 600000"},
    {"soft_ms", NULL, offsetof(struct bmc_settings, soft_ms), 0, 600000, "0 to 600000"},
    {"boot_ms", NULL, offsetof(struct bmc_settings, boot_ms), 0, 600000, "0 to 600000"},
    {"load_ma", NULL, offsetof(struct bmc_settings, load_ma), 0, 100000, "milliamps"},
    {"standby_ma", NULL, offsetof(struct bmc_settings, standby_ma), 0, 100000, "milliamps"},
    {"sensors", NULL, offsetof(struct bmc_settings, sensors), 0, 96, "0 to 96 more temperatures"},
    {"sel", NULL, offsetof(struct bmc_settings, sel), 0, 60000, "0 to 60000 entries"},
    {"sel_stride", NULL, offsetof(struct bmc_settings, sel_stride), 1, 64, "1 to 64"},
    {"watts", NULL, offsetof(struct bmc_settings, watts), 0, 60000, "0 to 60000"},
};

static int
read_key(struct draft *d, const char *name, char *v, const char **wants)
{
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct key *k = &keys[i];
		long number;

		if (strcmp(k->name, name) != 0)
			continue;
		*wants = k->wants;
		if (k->read != NULL)
			return k->read(d, v);
		if (sim_int(v, k->min, k->max, &number) != 0)
			return -1;
		*(int *)((char *)&d->s + k->field) = (int)number;
		return 0;
	}
	*wants = "a key that bmc-sim knows";
	return -1;
}

static int
read_keys(struct draft *d, int n, char **w)
{
	const char *wants;

	if (n % 2 != 0) {
		fprintf(stderr, "bmc-sim: keys and values come in pairs\n");
		return -1;
	}
	for (int i = 0; i < n; i += 2)
		if (read_key(d, w[i], w[i + 1], &wants) != 0) {
			fprintf(stderr, "bmc-sim: %s %s: wanted %s\n", w[i], w[i + 1], wants);
			return -1;
		}
	return 0;
}

/* ---- lines ---------------------------------------------------------------------------- */

static int
add(struct sim *sim, const char *name, const struct draft *d)
{
	struct bmc *b;

	if (d->s.address.sin_family == 0 || strlen(name) >= BMC_NAME) {
		fprintf(stderr, "bmc-sim: %s: no address, or the name is too long\n", name);
		return -1;
	}
	if (sim->n == sim->cap) {
		sim->cap = sim->cap == 0 ? 64 : sim->cap * 2;
		sim->bmcs = realloc(sim->bmcs, (size_t)sim->cap * sizeof(*sim->bmcs));
		if (sim->bmcs == NULL)
			abort();
	}
	b = &sim->bmcs[sim->n++];
	*b = (struct bmc){.sim = sim, .s = d->s, .fd = -1, .n_feeds = d->n_feeds};
	memcpy(b->name, name, strlen(name) + 1);
	if (d->n_feeds > 0) {
		b->feeds = calloc((size_t)d->n_feeds, sizeof(*b->feeds));
		if (b->feeds == NULL)
			abort();
		memcpy(b->feeds, d->feeds, (size_t)d->n_feeds * sizeof(*b->feeds));
	}
	crypto_random(b->guid, sizeof(b->guid));
	chassis_start(b);
	return 0;
}

static int
add_many(struct sim *sim, const char *prefix, const char *count_text, struct draft *d)
{
	uint32_t first = ntohl(d->s.address.sin_addr.s_addr);
	long count;

	if (sim_int(count_text, 1, 65536, &count) != 0 || d->n_feeds > 0 || strlen(prefix) > 32) {
		fprintf(stderr, "bmc-sim: many wants a short prefix, 1 to 65536, and no feed\n");
		return -1;
	}
	for (long i = 0; i < count; i++) {
		char name[BMC_NAME];

		snprintf(name, sizeof(name), "%s%0*ld", prefix, (int)strlen(count_text), i + 1);
		d->s.address.sin_addr.s_addr = htonl(first + (uint32_t)i);
		if (add(sim, name, d) != 0)
			return -1;
	}
	return 0;
}

static int
read_line(struct sim *sim, char *line, struct draft *defaults)
{
	struct draft d = *defaults;
	char *w[WORDS];
	int n = sim_words(line, w, WORDS);

	if (n == 0)
		return 0;
	if (n > 0 && strcmp(w[0], "default") == 0)
		return read_keys(defaults, n - 1, w + 1);
	if (n >= 2 && strcmp(w[0], "bmc") == 0)
		return read_keys(&d, n - 2, w + 2) != 0 ? -1 : add(sim, w[1], &d);
	if (n >= 3 && strcmp(w[0], "many") == 0)
		return read_keys(&d, n - 3, w + 3) != 0 ? -1 : add_many(sim, w[1], w[2], &d);
	fprintf(stderr, "bmc-sim: a line begins with default, bmc NAME or many PREFIX COUNT\n");
	return -1;
}

static int
by_name(const void *a, const void *b)
{
	return strcmp((*(const struct bmc *const *)a)->name, (*(const struct bmc *const *)b)->name);
}

static int
refuse_doubles(const struct sim *sim)
{
	const struct bmc **sorted = calloc((size_t)sim->n + 1, sizeof(*sorted));
	int rc = 0;

	if (sorted == NULL)
		abort();
	for (int i = 0; i < sim->n; i++)
		sorted[i] = &sim->bmcs[i];
	qsort(sorted, (size_t)sim->n, sizeof(*sorted), by_name);
	for (int i = 1; i < sim->n && rc == 0; i++)
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) == 0) {
			fprintf(stderr, "bmc-sim: %s is there twice\n", sorted[i]->name);
			rc = -1;
		}
	free(sorted);
	return rc;
}

int
conf_load(struct sim *sim, const char *path)
{
	struct draft defaults = {.s = {.user = "admin", .password = "secret", .suites = {17, 3}, .privilege = 4,
	    .power = true, .slots = 4, .idle_ms = 30000, .boot_ms = 500, .soft_ms = 500, .load_ma = 800,
	    .standby_ma = 60, .sel = 12, .sel_stride = 1, .watts = 310}};
	char line[LINE];
	FILE *f = fopen(path, "re");
	int number = 0, rc = 0;

	if (f == NULL) {
		perror(path);
		return -1;
	}
	while (rc == 0 && fgets(line, sizeof(line), f) != NULL) {
		number++;
		if (read_line(sim, line, &defaults) != 0) {
			fprintf(stderr, "bmc-sim: %s, line %d\n", path, number);
			rc = -1;
		}
	}
	fclose(f);
	if (rc == 0 && sim->n == 0) {
		fprintf(stderr, "bmc-sim: %s names no BMC\n", path);
		rc = -1;
	}
	return rc == 0 ? refuse_doubles(sim) : -1;
}
