/* SPDX-License-Identifier: Apache-2.0 */
/* What stands under each key of a row: our own, and those of the bot before Larch. */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sheet_private.h"

static const char *const roles[SHEET_ROLES] = {
    [SHEET_PING] = "ping",
    [SHEET_SSH] = "ssh",
    [SHEET_BMC] = "bmc",
    [SHEET_CHASSIS] = "chassis",
    [SHEET_OUTLETS] = "outlets",
    [SHEET_SLURM] = "slurm",
    [SHEET_UPTIME] = "uptime",
    [SHEET_LOAD] = "load",
    [SHEET_USERS] = "users",
    [SHEET_DF] = "df",
    [SHEET_DF_SCRATCH] = "df_scratch",
    [SHEET_DF_SOFTWARE] = "df_software",
    [SHEET_DF_TMP] = "df_tmp",
};

void
sheet_roles(const struct status_sheet_ask *ask, size_t role[SHEET_ROLES])
{
	for (size_t r = 0; r < SHEET_ROLES; r++)
		for (role[r] = 0; role[r] < ask->n_columns; role[r]++)
			if (strcmp(ask->columns[role[r]].name, roles[r]) == 0)
				break;
}

void
sheet_row_end(struct sheet_row *r)
{
	for (size_t i = 0; i < SHEET_ROLES; i++)
		json_decref(r->data[i]);
}

/* ---- what is known now ------------------------------------------------------------------ */

/* NULL: never seen, or stale, which the old keys cannot tell. */
static const struct status_value *
seen(const struct sheet_row *r, enum sheet_role role)
{
	const struct status_value *v = r->role[role] < r->ask->n_columns ? r->node.value[r->role[role]] : NULL;

	return v == NULL || status_stale(v->at, v->interval, r->ask->now) ? NULL : v;
}

static const json_t *
data(struct sheet_row *r, enum sheet_role role)
{
	const struct status_value *v = seen(r, role);
	struct err e = {0};

	if (!r->read[role] && v != NULL && v->data != NULL)
		r->data[role] = jsn_parse(str_of(v->data), "what a check says", &e);
	r->read[role] = true;
	return r->data[role];
}

/* What it says of itself is told while one can log in, and not afterwards. */
static bool
logs_in(const struct sheet_row *r)
{
	const struct status_value *v = seen(r, SHEET_SSH);

	return v != NULL && v->level == STATUS_OK;
}

static void
put_text(struct sheet_cell *out, const char *text)
{
	if (text != NULL)
		*out = (struct sheet_cell){.kind = SHEET_TEXT, .text = text};
}

static void
put_number(struct sheet_cell *out, double number)
{
	if (isfinite(number))
		*out = (struct sheet_cell){.kind = SHEET_NUMBER, .number = number};
}

static void
put_bool(struct sheet_cell *out, bool flag)
{
	*out = (struct sheet_cell){.kind = SHEET_BOOL, .flag = flag};
}

/* ---- the old keys ------------------------------------------------------------------------- */

static void
name(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	put_text(out, r->node.name);
}

static void
nothing(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)r;
	(void)column;
	(void)out;
}

/* sinfo(1), "NODE STATE CODES": the words of %T and those of %t, which its reports had. */
static const struct {
	const char *word, *code;
} states[] = {
    {"allocated", "alloc"}, {"completing", "comp"}, {"drained", "drain"}, {"draining", "drng"}, {"failing", "failg"},
    {"future", "futr"}, {"mixed", "mix"}, {"perfctrs", "npc"}, {"planned", "plnd"}, {"power_down", "pow_dn"},
    {"powered_down", "pow_dn"}, {"powering_down", "pow_dn"}, {"power_up", "pow_up"}, {"powering_up", "pow_up"},
    {"reserved", "resv"}, {"unknown", "unk"},
};

static void
state(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	const struct status_value *v = seen(r, SHEET_SLURM);
	size_t n;

	(void)column;
	if (v == NULL)
		return;
	put_text(out, v->text);
	n = strcspn(v->text, "*~#!%$@^-+");
	for (size_t i = 0; i < LARCH_COUNT(states); i++)
		if (strlen(states[i].word) == n && strncmp(states[i].word, v->text, n) == 0) {
			snprintf(r->scratch, sizeof(r->scratch), "%s%s", states[i].code, v->text + n);
			put_text(out, r->scratch);
		}
}

/* A time as Slurm prints it: of the room's zone, without its offset. */
static void
timestamp(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	const char *since = jsn_text_or(data(r, SHEET_SLURM), "since", NULL);
	struct err e;
	int64_t ms;

	(void)column;
	if (since == NULL || times_parse(str_of(since), &ms, &e) != 0)
		return;
	times_room(ms, r->scratch);
	if (strlen(r->scratch) < 19)
		return;
	r->scratch[10] = 'T';
	r->scratch[19] = '\0';
	put_text(out, r->scratch);
}

static void
user(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	put_text(out, jsn_text_or(data(r, SHEET_SLURM), "user", NULL));
}

static void
reason(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	put_text(out, jsn_text_or(data(r, SHEET_SLURM), "reason", NULL));
}

/* What waits in vain is what the old bot's ssh ran into; all else that is not up was down to it. */
static void
ssh(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	static const char *const silent[] = {"timed-out", "no-banner"};
	const struct status_value *v = seen(r, SHEET_SSH);

	(void)column;
	if (v == NULL || v->level == STATUS_UNKNOWN)
		return;
	put_text(out, v->level == STATUS_OK ? "up" : "Down");
	for (size_t i = 0; i < LARCH_COUNT(silent) && v->level != STATUS_OK; i++)
		if (strcmp(v->text, silent[i]) == 0)
			put_text(out, "TimedOut");
}

static void
answers(struct sheet_row *r, enum sheet_role role, struct sheet_cell *out)
{
	const struct status_value *v = seen(r, role);

	if (v != NULL && v->level != STATUS_UNKNOWN)
		put_bool(out, v->level == STATUS_OK);
}

static void
ssh_flag(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	answers(r, SHEET_SSH, out);
}

static void
ping_flag(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	answers(r, SHEET_PING, out);
}

/* Of the BMC; of the outlets where there is none. "error": it was asked and did not say. */
static void
power(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	const struct status_value *v = seen(r, SHEET_CHASSIS);

	(void)column;
	if (v == NULL && seen(r, SHEET_BMC) == NULL)
		v = seen(r, SHEET_OUTLETS);
	if (v == NULL && seen(r, SHEET_BMC) == NULL)
		return;
	put_text(out, v != NULL && strcmp(v->text, "on") == 0 ? "on" : v != NULL && strcmp(v->text, "off") == 0 ? "off" : "error");
}

static const json_t *
users(struct sheet_row *r)
{
	const json_t *list = json_object_get(data(r, SHEET_USERS), "users");

	return logs_in(r) && json_is_array(list) ? list : NULL;
}

static void
user_list(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	const json_t *list = users(r);

	(void)column;
	if (list != NULL)
		*out = (struct sheet_cell){.kind = SHEET_LIST, .list = list};
}

static void
load(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	const struct status_value *v = seen(r, SHEET_LOAD);

	(void)column;
	if (v != NULL && logs_in(r))
		put_number(out, v->number);
}

/* Seconds that it has been up; NAN: not known. */
static double
up_for(const struct sheet_row *r)
{
	const struct status_value *v = seen(r, SHEET_UPTIME);
	double span;

	if (v == NULL || !logs_in(r) || !isfinite(v->number) || fabs(v->number) > 1e12)
		return (double)NAN;
	span = (double)(r->ask->now - llround(v->number * 1000)) / 1000;
	return span < 0 ? 0 : span;
}

static void
uptime_seconds(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	put_number(out, up_for(r));
}

/* "57m": the largest unit that fits. */
static void
uptime_age(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	static const struct {
		double below, unit;
		char letter;
	} rows[] = {{60, 1, 's'}, {3600, 60, 'm'}, {86400, 3600, 'h'}, {INFINITY, 86400, 'd'}};
	double span = up_for(r);
	size_t i = 0;

	(void)column;
	if (!isfinite(span))
		return;
	while (span >= rows[i].below)
		i++;
	snprintf(r->scratch, sizeof(r->scratch), "%.0f%c", floor(span / rows[i].unit), rows[i].letter);
	put_text(out, r->scratch);
}

/* The size of a mount in bytes: of the mount that the column df_NAME is about. NAN: not there. */
static double
size_of(struct sheet_row *r, enum sheet_role role)
{
	const json_t *mounts = jsn_array(data(r, SHEET_DF), "mounts"), *m;
	size_t i;

	if (r->role[role] >= r->ask->n_columns || !logs_in(r))
		return (double)NAN;
	json_array_foreach(mounts, i, m)
		if (strcmp(jsn_text_or(m, "mount", ""), r->ask->columns[r->role[role]].title) == 0 &&
		    json_is_number(json_object_get(m, "size")))
			return json_number_value(json_object_get(m, "size"));
	return (double)NAN;
}

static void
scratch(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	put_number(out, size_of(r, SHEET_DF_SCRATCH));
}

static void
software(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	put_number(out, size_of(r, SHEET_DF_SOFTWARE));
}

static void
tmp(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	put_number(out, size_of(r, SHEET_DF_TMP));
}

/*
 * May it take work again? One can log in, nobody has processes on it, and every check but Slurm's own word, whose
 * thresholds are the site's, says ok. What is not known is not well.
 */
static void
overall(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	const json_t *list = users(r);
	bool well = logs_in(r) && list != NULL && json_array_size(list) == 0;

	(void)column;
	for (size_t i = 0; i < r->ask->n_columns && well; i++) {
		const struct status_value *v = r->node.value[i];

		if (v != NULL && r->ask->columns[i].counts && i != r->role[SHEET_SLURM])
			well = v->level == STATUS_OK && !status_stale(v->at, v->interval, r->ask->now);
	}
	put_bool(out, well);
}

static void
suggestion(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)r;
	(void)column;
	*out = (struct sheet_cell){.kind = SHEET_LIST};
}

#define ON(role) (1u << SHEET_##role)
#define ON_ALL (1u << SHEET_ROLES)
#define ON_POWER (ON(BMC) | ON(CHASSIS) | ON(OUTLETS))

/* The first five are SINFO. */
#define N_SINFO 5
static const struct sheet_key botd[] = {
    {.key = "NODELIST", .cell = name},
    {.key = "STATE", .cell = state, .roles = ON(SLURM)},
    {.key = "TIMESTAMP", .cell = timestamp, .roles = ON(SLURM)},
    {.key = "USER", .cell = user, .roles = ON(SLURM)},
    {.key = "REASON", .cell = reason, .roles = ON(SLURM)},
    {.key = "SSH", .cell = ssh, .roles = ON(SSH)},
    {.key = "POWER", .cell = power, .roles = ON_POWER},
    {.key = "SCRATCH", .cell = scratch, .roles = ON(DF) | ON(DF_SCRATCH)},
    {.key = "SOFTWARE", .cell = software, .roles = ON(DF) | ON(DF_SOFTWARE)},
    {.key = "TMP", .cell = tmp, .roles = ON(DF) | ON(DF_TMP)},
    {.key = "USERS", .cell = user_list, .roles = ON(USERS)},
    {.key = "LOAD", .cell = load, .roles = ON(LOAD)},
    {.key = "UPTIME", .cell = uptime_age, .roles = ON(UPTIME)},
    {.key = "OVERALL", .cell = overall, .roles = ON_ALL},
};
static const struct sheet_key host[] = {
    {.key = "HOSTNAMES", .cell = name},
    {.key = "LAST_JOB", .cell = nothing, .roles = ON(SLURM)},
    {.key = "LOAD", .cell = load, .roles = ON(LOAD)},
    {.key = "OVERALL", .cell = overall, .roles = ON_ALL},
    {.key = "PING", .cell = ping_flag, .roles = ON(PING)},
    {.key = "POWER", .cell = power, .roles = ON_POWER},
    {.key = "REASON", .cell = reason, .roles = ON(SLURM)},
    {.key = "SCRATCH", .cell = scratch, .roles = ON(DF) | ON(DF_SCRATCH)},
    {.key = "SLURMD_LOG", .cell = nothing, .roles = ON(SLURM)},
    {.key = "SOFTWARE", .cell = software, .roles = ON(DF) | ON(DF_SOFTWARE)},
    {.key = "SSH", .cell = ssh_flag, .roles = ON(SSH)},
    {.key = "STATE", .cell = state, .roles = ON(SLURM)},
    {.key = "SUGGESTION", .cell = suggestion, .roles = ON(SLURM)},
    {.key = "TIMESTAMP", .cell = timestamp, .roles = ON(SLURM)},
    {.key = "TMP", .cell = tmp, .roles = ON(DF) | ON(DF_TMP)},
    {.key = "UPTIME", .cell = uptime_seconds, .roles = ON(UPTIME)},
    {.key = "USER", .cell = user, .roles = ON(SLURM)},
    {.key = "USER_PROCESSES", .cell = user_list, .roles = ON(USERS)},
};

/* ---- our own ------------------------------------------------------------------------------- */

static void
level(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	(void)column;
	put_text(out, status_level_name(r->node.level));
}

static void
value_text(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	if (r->node.value[column] != NULL)
		put_text(out, r->node.value[column]->text);
}

static void
value_level(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	const struct status_value *v = r->node.value[column];

	if (v != NULL)
		put_text(out, status_stale(v->at, v->interval, r->ask->now) ? "stale" : status_level_name(v->level));
}

static void
value_number(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	if (r->node.value[column] != NULL)
		put_number(out, r->node.value[column]->number);
}

static void
value_at(struct sheet_row *r, size_t column, struct sheet_cell *out)
{
	if (r->node.value[column] != NULL)
		put_text(out, times_utc(r->node.value[column]->at, r->scratch));
}

static const struct {
	const char *end;
	void (*cell)(struct sheet_row *r, size_t column, struct sheet_cell *out);
} parts[] = {{"", value_text}, {"_level", value_level}, {"_number", value_number}, {"_at", value_at}};

static const struct sheet_key *
own_keys(const struct status_sheet_ask *ask, struct arena *a, size_t *n_out)
{
	struct sheet_key *all = arena_array(a, 2 + ask->n_columns * LARCH_COUNT(parts), sizeof(*all));
	size_t n = 0;

	all[n++] = (struct sheet_key){.key = "name", .cell = name};
	all[n++] = (struct sheet_key){.key = "level", .cell = level};
	for (size_t i = 0; i < ask->n_columns; i++)
		for (size_t k = 0; k < LARCH_COUNT(parts) && (ask->chosen == NULL || ask->chosen[i]); k++)
			all[n++] = (struct sheet_key){.key = arena_printf(a, "%s%s", ask->columns[i].name, parts[k].end),
			    .cell = parts[k].cell, .column = i, .data_only = k > 0};
	*n_out = n;
	return all;
}

const struct sheet_key *
sheet_keys(const struct status_sheet_ask *ask, struct arena *a, size_t *n_out)
{
	switch (ask->keys) {
	case STATUS_KEYS_BOTD:
	case STATUS_KEYS_SINFO:
		*n_out = ask->keys == STATUS_KEYS_SINFO ? N_SINFO : LARCH_COUNT(botd);
		return botd;
	case STATUS_KEYS_HOST:
		*n_out = LARCH_COUNT(host);
		return host;
	case STATUS_KEYS_OWN:
		break;
	}
	return own_keys(ask, a, n_out);
}
