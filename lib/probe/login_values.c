/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer says, as values with levels. */
#include <math.h>
#include <string.h>

#include "login_inner.h"
#include "probe.h"

#define SECOND INT64_C(1000)
#define CLOCK_OFF_S 90     /* a node's clock may be wrong by so much before we count from ours */
#define FULL_WARN 90       /* percent of a file system, where the configuration says nothing */
#define FULL_CRITICAL 98
#define GB 1e9
#define OURS 5             /* columns that are neither a mount nor a command */

struct making {
	const struct conf *conf;
	const struct login_answer *answer;
	struct arena *a;
	struct status_value *out;
	size_t n;
	const char *thing;
	int64_t interval;
};

/* ---- levels ------------------------------------------------------------------------------------------ */

/* At or above; where critical is below warn, at or below. NAN is no limit. */
static enum status_level
level_of(double number, double warn, double critical)
{
	bool down = critical < warn;

	if (!isnan(critical) && (down ? number <= critical : number >= critical))
		return STATUS_CRITICAL;
	if (!isnan(warn) && (down ? number <= warn : number >= warn))
		return STATUS_WARN;
	return STATUS_OK;
}

/* By what the configuration says of a check, else by what is given; `times` is what its numbers are multiplied by. */
static enum status_level
judge(const struct making *m, const char *check, double number, double warn, double critical, double times)
{
	const struct conf_check *c = conf_check(m->conf, check);

	if (c != NULL && (!isnan(c->warn) || !isnan(c->critical))) {
		warn = c->warn;
		critical = c->critical;
	}
	return level_of(number, warn * times, critical * times);
}

/* ---- one value ------------------------------------------------------------------------------------------ */

/* NULL: the column is off. */
static struct status_value *
add(struct making *m, const char *check, enum status_level level, const char *text)
{
	const struct conf_check *c = conf_check(m->conf, check);
	struct status_value *v = &m->out[m->n];

	if (c != NULL && c->off)
		return NULL;
	m->n++;
	*v = (struct status_value){.thing = m->thing, .check = check, .level = level, .text = text, .number = NAN,
	    .at = m->answer->at, .interval = m->interval};
	return v;
}

static void
add_unknown(struct making *m, const char *check, const char *text, const char *why)
{
	struct status_value *v = add(m, check, STATUS_UNKNOWN, text);

	if (v != NULL)
		v->detail = why;
}

static const char *
dump(struct making *m, json_t *take)
{
	struct buf b = BUF(LIMIT_LOGIN_ANSWER);
	const char *out;

	jsn_canonical(take, &b);
	json_decref(take);
	out = arena_strndup(m->a, b.p == NULL ? "" : b.p, b.n);
	buf_free(&b);
	return out;
}

/* ---- each of them ----------------------------------------------------------------------------------------- */

/*
 * When it booted, seconds since 1970. By its own clock that is the same number each time, which ours minus its uptime
 * is not; ours is taken, to the minute, where the two do not agree.
 */
static int64_t
boot_of(const struct making *m)
{
	const struct login_facts *f = m->answer->facts;
	double ours = (double)m->answer->at / 1000 - f->uptime;

	if (f->btime != 0 && fabs(ours - (double)f->btime) <= CLOCK_OFF_S)
		return f->btime;
	return ours < 30 ? 0 : (int64_t)((ours + 30) / 60) * 60;
}

static void
add_uptime(struct making *m)
{
	const struct login_facts *f = m->answer->facts;
	char utc[TIMES_TEXT];
	struct status_value *v;
	int64_t boot;
	json_t *data;

	if (f->no_times != NULL) {
		add_unknown(m, "uptime", "unknown", f->no_times);
		return;
	}
	boot = boot_of(m);
	times_utc(boot * SECOND, utc); /* 2026-11-20T22:38:05Z */
	v = add(m, "uptime", STATUS_OK, arena_printf(m->a, "%.10s %.5s UTC", utc, utc + 11));
	if (v == NULL)
		return;
	v->number = (double)boot;
	data = json_object();
	jsn_set(data, "boot", json_integer(boot));
	v->data = dump(m, data);
}

static void
add_load(struct making *m)
{
	const struct login_facts *f = m->answer->facts;
	double times = f->cores > 0 ? (double)f->cores : (double)NAN; /* a limit is for a core */
	struct status_value *v;
	json_t *data;

	if (f->no_times != NULL) {
		add_unknown(m, "load", "unknown", f->no_times);
		return;
	}
	v = add(m, "load", judge(m, "load", f->load15, NAN, NAN, times), arena_printf(m->a, "%.2f", f->load15));
	if (v == NULL)
		return;
	v->number = f->load15;
	data = json_object();
	jsn_set(data, "load1", json_real(f->load1));
	jsn_set(data, "load5", json_real(f->load5));
	jsn_set(data, "load15", json_real(f->load15));
	jsn_set(data, "cores", f->cores > 0 ? json_integer(f->cores) : json_null());
	v->data = dump(m, data);
}

static json_t *
mount_json(const struct login_mount *mount)
{
	json_t *o = json_object();

	jsn_set_text(o, "mount", mount->mount);
	jsn_set(o, "size", json_integer(mount->size));
	jsn_set(o, "used", json_integer(mount->used));
	return o;
}

static const char *
room_in(const struct login_mount *mount, struct arena *a)
{
	return arena_printf(a, "%s: %.1f of %.1f GB are used.", mount->mount, (double)mount->used / GB, (double)mount->size / GB);
}

static bool
among(const struct login_mount *mount, const struct login_mount *all, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(all[i].mount, mount->mount) == 0)
			return true;
	return false;
}

/* The fullest of all that were seen, local or asked for. */
static void
add_df(struct making *m)
{
	const struct login_facts *f = m->answer->facts;
	const struct login_mount *fullest = NULL;
	json_t *all = json_array(), *data = json_object();
	struct status_value *v;

	for (size_t i = 0; i < f->n_mounts + f->n_asked; i++) {
		const struct login_mount *x = i < f->n_mounts ? &f->mounts[i] : &f->asked[i - f->n_mounts];

		if (x->state != LOGIN_MOUNT_SEEN || (i >= f->n_mounts && among(x, f->mounts, f->n_mounts)))
			continue;
		jsn_add(all, mount_json(x));
		if (fullest == NULL || x->use > fullest->use)
			fullest = x;
	}
	jsn_set(data, "mounts", all);
	if (fullest == NULL) {
		json_decref(data);
		add_unknown(m, "df", "unknown", f->no_df != NULL ? f->no_df : "it has no file system that can fill");
		return;
	}
	v = add(m, "df", judge(m, "df", fullest->use, FULL_WARN, FULL_CRITICAL, 1),
	    arena_printf(m->a, "%d %% %s", fullest->use, fullest->mount));
	if (v == NULL) {
		json_decref(data);
		return;
	}
	v->number = fullest->use;
	v->detail = f->no_df != NULL ? f->no_df : room_in(fullest, m->a);
	v->data = dump(m, data);
}

static const struct {
	const char *text;
	enum status_level level;
} mount_states[] = {
    [LOGIN_MOUNT_SEEN] = {"", STATUS_OK},
    [LOGIN_MOUNT_ABSENT] = {"absent", STATUS_CRITICAL},
    [LOGIN_MOUNT_HANGS] = {"hangs", STATUS_CRITICAL},
    [LOGIN_MOUNT_BROKEN] = {"broken", STATUS_CRITICAL},
    [LOGIN_MOUNT_UNKNOWN] = {"unknown", STATUS_UNKNOWN},
};

static void
add_mount(struct making *m, const char *check, const struct login_mount *mount)
{
	struct status_value *v;

	if (mount->state != LOGIN_MOUNT_SEEN) {
		v = add(m, check, mount_states[mount->state].level, mount_states[mount->state].text);
		if (v != NULL)
			v->detail = mount->why;
		return;
	}
	v = add(m, check, judge(m, check, mount->use, FULL_WARN, FULL_CRITICAL, 1), arena_printf(m->a, "%d %%", mount->use));
	if (v == NULL)
		return;
	v->number = mount->use;
	v->detail = room_in(mount, m->a);
	v->data = dump(m, mount_json(mount));
}

static void
add_users(struct making *m)
{
	const struct login_facts *f = m->answer->facts;
	struct buf text = BUF(LIMIT_LOGIN_USERS * (LIMIT_NAME + 1));
	struct status_value *v;
	json_t *data, *all;

	if (f->no_users != NULL) {
		add_unknown(m, "users", "unknown", f->no_users);
		return;
	}
	for (size_t i = 0; i < f->n_users; i++)
		buf_printf(&text, "%s%s", i == 0 ? "" : ",", f->users[i]);
	v = add(m, "users", judge(m, "users", (double)f->n_users, NAN, NAN, 1), f->n_users == 0 ? "none" : arena_strdup(m->a, text.p));
	buf_free(&text);
	if (v == NULL)
		return;
	v->number = (double)f->n_users;
	data = json_object();
	all = json_array();
	for (size_t i = 0; i < f->n_users; i++)
		jsn_add(all, json_string(f->users[i]));
	jsn_set(data, "users", all);
	v->data = dump(m, data);
}

/* What is found is what works: nvidia-smi's list where it gave one. */
static void
add_gpu(struct making *m)
{
	const struct login_facts *f = m->answer->facts;
	int found = f->gpus_listed >= 0 && f->gpus_listed < f->gpus_found ? f->gpus_listed : f->gpus_found;
	bool told = f->gpus_expected >= 0, few = told && found < f->gpus_expected;
	struct status_value *v;
	json_t *data;

	if (f->gpus_found <= 0 && f->gpus_expected <= 0)
		return;
	v = add(m, "gpu", few || f->gpu_trouble != NULL || found < f->gpus_found ? STATUS_CRITICAL : STATUS_OK,
	    told ? arena_printf(m->a, "%d of %d", found, f->gpus_expected) : arena_printf(m->a, "%d", found));
	if (v == NULL)
		return;
	v->number = found;
	if (f->gpu_trouble != NULL)
		v->detail = f->gpu_trouble;
	else if (found < f->gpus_found)
		v->detail = arena_printf(m->a, "nvidia-smi lists %d, there are %d devices", found, f->gpus_found);
	data = json_object();
	jsn_set(data, "expected", told ? json_integer(f->gpus_expected) : json_null());
	jsn_set(data, "found", json_integer(f->gpus_found));
	jsn_set(data, "listed", f->gpus_listed >= 0 ? json_integer(f->gpus_listed) : json_null());
	v->data = dump(m, data);
}

static void
add_command(struct making *m, const struct login_command *c)
{
	static const enum status_level levels[] = {STATUS_OK, STATUS_WARN, STATUS_CRITICAL};
	static const char *const words[] = {"ok", "warn", "critical"};
	struct status_value *v;

	if (c->code < 0) {
		add_unknown(m, c->name, "unknown", c->why);
		return;
	}
	if ((size_t)c->code >= LARCH_COUNT(levels)) {
		v = add(m, c->name, STATUS_UNKNOWN, c->text[0] != '\0' ? c->text : arena_printf(m->a, "exit %d", c->code));
		if (v != NULL)
			v->detail = arena_printf(m->a, "exit %d%s%s", c->code, c->detail[0] != '\0' ? ": " : "", c->detail);
		return;
	}
	v = add(m, c->name, levels[c->code], c->text[0] != '\0' ? c->text : words[c->code]);
	if (v != NULL && strcmp(c->detail, c->text) != 0)
		v->detail = c->detail;
}

/* ---- all of them --------------------------------------------------------------------------------------------- */

static void
add_facts(struct making *m)
{
	const struct login_facts *f = m->answer->facts;

	add_uptime(m);
	add_load(m);
	add_df(m);
	for (size_t i = 0; i < f->n_asked; i++)
		add_mount(m, arena_printf(m->a, "df_%s", f->asked[i].name), &f->asked[i]);
	add_users(m);
	add_gpu(m);
	for (size_t i = 0; i < f->n_commands; i++)
		add_command(m, &f->commands[i]);
}

/* A cancelled login says nothing of the node. */
static void
add_outcome(struct making *m)
{
	static const char *const columns[] = {"uptime", "load", "df", "users"};
	const struct conf_status *s = &m->conf->status;
	const char *word = login_outcome_name(m->answer->outcome), *why = m->answer->text;

	if (m->answer->outcome == LOGIN_CANCELLED)
		return;
	for (size_t i = 0; i < LARCH_COUNT(columns); i++)
		add_unknown(m, columns[i], word, why);
	for (size_t i = 0; i < s->n_mounts; i++)
		add_unknown(m, arena_printf(m->a, "df_%s", s->mounts[i].name), word, why);
	for (size_t i = 0; i < s->n_commands; i++)
		add_unknown(m, s->commands[i].name, word, why);
}

void
login_values(const struct conf *conf, const char *thing, const struct login_answer *answer, struct arena *a,
    struct status_value **out, size_t *n_out)
{
	const struct conf_status *s = &conf->status;
	struct making m = {.conf = conf, .answer = answer, .a = a, .thing = thing, .interval = login_interval(conf)};

	if (answer->facts != NULL)
		m.out = arena_array(a, answer->facts->n_asked + answer->facts->n_commands + OURS, sizeof(*m.out));
	else
		m.out = arena_array(a, s->n_mounts + s->n_commands + OURS, sizeof(*m.out));
	if (answer->facts != NULL)
		add_facts(&m);
	else
		add_outcome(&m);
	*out = m.out;
	*n_out = m.n;
}
