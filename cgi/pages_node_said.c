/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a value says beyond its text, for a person: the reason in full, the jobs, the mounts. Its data is JSON that larchd
 * made of what a node or Slurm said, so every member may be missing, or of another kind.
 */
#include <math.h>
#include <string.h>

#include "pages_node.h"

#define LINES 64           /* of one value; of more the last says how many there are */
#define GB 1e9

struct saying {
	const struct node_page *page;
	struct arena *a;
	const struct status_value *value;
	struct node_said *said;
	size_t left_out;
};

static void
say(struct saying *s, const char *line)
{
	if (s->said->n < LINES)
		s->said->line[s->said->n++] = line;
	else
		s->left_out++;
}

static const char *
text_of(const json_t *o, const char *key)
{
	const char *text = jsn_text_or(o, key, "");

	return text == NULL ? "" : text;
}

/* "3 h" since a time that stands there in UTC; NULL: none does. */
static const char *
age_of(const struct saying *s, const json_t *o, const char *key)
{
	char text[TIMES_TEXT];
	struct err lost;
	int64_t at;

	if (times_parse(str_of(text_of(o, key)), &at, &lost) != 0)
		return NULL;
	return arena_strdup(s->a, times_age(s->page->call->now - at, text));
}

static const char *
when_of(const struct saying *s, const json_t *o, const char *key)
{
	char text[TIMES_TEXT];
	struct err lost;
	int64_t at;

	if (times_parse(str_of(text_of(o, key)), &at, &lost) != 0)
		return NULL;
	return arena_strdup(s->a, times_room(at, text));
}

/* ---- each kind of data ------------------------------------------------------------------------- */

/* "a, b, c" of a list of texts; NULL of an empty one. */
static const char *
joined(const struct saying *s, const json_t *list)
{
	struct buf b = BUF(LIMIT_STATUS_DATA);
	const char *made;
	const json_t *one;
	size_t i;

	json_array_foreach(list, i, one)
		if (json_is_string(one))
			buf_printf(&b, "%s%s", b.n == 0 ? "" : ", ", json_string_value(one));
	made = b.n == 0 ? NULL : arena_strndup(s->a, b.p, b.n);
	buf_free(&b);
	return made;
}

static void
say_list(struct saying *s, const char *what, const json_t *list)
{
	const char *text = joined(s, list);

	if (text != NULL)
		say(s, arena_printf(s->a, "%s: %s", what, text));
}

/* Slurm's reason in full, unless the detail is that already; who gave it, and when. */
static void
say_slurm(struct saying *s, const json_t *o)
{
	const char *reason = text_of(o, "reason"), *user = text_of(o, "user");
	const char *when = when_of(s, o, "since"), *age = age_of(s, o, "since");

	if (*reason != '\0' && (s->value->detail == NULL || strcmp(reason, s->value->detail) != 0))
		say(s, arena_printf(s->a, "reason: %s", reason));
	if (*user != '\0' || when != NULL)
		say(s, arena_printf(s->a, "set%s%s%s%s%s%s%s", *user == '\0' ? "" : " by ", user, when == NULL ? "" : " at ",
		    when == NULL ? "" : when, age == NULL ? "" : ", ", age == NULL ? "" : age, age == NULL ? "" : " ago"));
	say_list(s, "flags", jsn_array(o, "flags"));
	say_list(s, "partitions", jsn_array(o, "partitions"));
}

static void
say_jobs(struct saying *s, const json_t *o)
{
	const json_t *job;
	size_t i;

	json_array_foreach(jsn_array(o, "jobs"), i, job)
	{
		const char *account = text_of(job, "account"), *state = text_of(job, "state"), *age = age_of(s, job, "started");

		say(s, arena_printf(s->a, "job %s: %s%s%s%s%s%s%s%s", text_of(job, "id"), text_of(job, "user"), *account == '\0' ? "" : " (",
		    account, *account == '\0' ? "" : ")", *state == '\0' ? "" : " ", state, age == NULL ? "" : " for ",
		    age == NULL ? "" : age));
	}
}

static void
say_mount(struct saying *s, const json_t *o)
{
	double size = (double)jsn_integer_or(o, "size", 0), used = (double)jsn_integer_or(o, "used", 0);
	const char *line = arena_printf(s->a, "%s: %.1f of %.1f GB", text_of(o, "mount"), used / GB, size / GB);

	if (s->value->detail != NULL && strncmp(s->value->detail, line, strlen(line)) == 0)
		return; /* the detail says it of the fullest */
	say(s, arena_printf(s->a, "%s used, %.0f %%", line, size > 0 ? 100 * used / size : 0));
}

static void
say_mounts(struct saying *s, const json_t *o)
{
	const json_t *mount;
	size_t i;

	json_array_foreach(jsn_array(o, "mounts"), i, mount)
		say_mount(s, mount);
}

static void
say_users(struct saying *s, const json_t *o)
{
	const char *text = joined(s, jsn_array(o, "users"));

	if (text != NULL && strchr(text, ',') != NULL) /* of one, the text is the name */
		say(s, arena_printf(s->a, "users: %s", text));
}

static double
number_of(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_number(v) ? json_number_value(v) : NAN;
}

static void
say_load(struct saying *s, const json_t *o)
{
	say(s, arena_printf(s->a, "load %.2f, %.2f, %.2f over 1, 5 and 15 min%s", number_of(o, "load1"), number_of(o, "load5"),
	    number_of(o, "load15"), json_is_integer(json_object_get(o, "cores"))
	        ? arena_printf(s->a, "; %lld cores", (long long)jsn_integer_or(o, "cores", 0)) : ""));
}

static void
say_boot(struct saying *s, const json_t *o)
{
	int64_t boot = jsn_integer_or(o, "boot", 0);
	char text[TIMES_TEXT];

	if (boot > 0 && boot < INT64_MAX / 1000)
		say(s, arena_printf(s->a, "booted %s", times_room(boot * 1000, text)));
}

/* What nobody gave a sentence to stands as it is. */
static void
say_members(struct saying *s, json_t *o)
{
	struct buf b = BUF(LIMIT_STATUS_DATA);
	const char *key;
	json_t *v;

	json_object_foreach(o, key, v)
	{
		if (json_is_null(v))
			continue;
		buf_printf(&b, "%s%s: ", b.n == 0 ? "" : "; ", key);
		if (json_is_string(v))
			buf_puts(&b, json_string_value(v));
		else
			jsn_canonical(v, &b);
	}
	if (b.n > 0)
		say(s, arena_strndup(s->a, b.p, b.n));
	buf_free(&b);
}

/* Which member tells what kind of data it is. */
static const struct {
	const char *member;
	void (*tell)(struct saying *s, const json_t *o);
} kinds[] = {
    {"partitions", say_slurm}, {"reason", say_slurm}, {"jobs", say_jobs}, {"mounts", say_mounts}, {"mount", say_mount},
    {"users", say_users}, {"load15", say_load}, {"boot", say_boot},
};

static void
say_data(struct saying *s, json_t *o)
{
	for (size_t i = 0; i < LARCH_COUNT(kinds); i++)
		if (json_object_get(o, kinds[i].member) != NULL) {
			kinds[i].tell(s, o);
			return;
		}
	say_members(s, o);
}

struct node_said
pages_node_said(const struct node_page *p, const struct status_value *v)
{
	struct arena *a = p->call->arena;
	struct node_said said = {arena_array(a, LINES + 1, sizeof(char *)), 0};
	struct saying s = {p, a, v, &said, 0};
	struct err lost;
	json_t *o;

	if (v->detail != NULL && *v->detail != '\0')
		say(&s, v->detail);
	o = v->data == NULL ? NULL : jsn_parse(str_of(v->data), "data", &lost);
	if (json_is_object(o))
		say_data(&s, o);
	json_decref(o);
	if (s.left_out > 0)
		said.line[said.n++] = arena_printf(a, "and %zu more", s.left_out);
	return said;
}

/* ---- numbers and times ---------------------------------------------------------------------------- */

const char *
pages_node_reading(const struct node_page *p, const struct status_value *v)
{
	const struct status_column *col = pages_node_column(p, v->check);
	char text[TIMES_TEXT];

	if (isnan(v->number))
		return "";
	if (col != NULL && col->kind == STATUS_TIME)
		return v->number <= 0 || v->number > 1e11 ? ""
		    : arena_strdup(p->call->arena, times_age(p->call->now - (int64_t)(v->number * 1000), text));
	return arena_printf(p->call->arena, "%.4g%s%s", v->number, col == NULL || *col->unit == '\0' ? "" : " ",
	    col == NULL ? "" : col->unit);
}

const char *
pages_node_next(const struct node_page *p, const struct status_value *v)
{
	int64_t next = v->at + v->interval - p->call->now;
	char text[TIMES_TEXT];

	if (v->interval <= 0)
		return "";
	return arena_printf(p->call->arena, next < 0 ? "due %s ago" : "in %s", times_age(next < 0 ? -next : next, text));
}

const char *
pages_node_asked(const struct node_page *p, const struct status_value *v)
{
	char text[TIMES_TEXT];

	return v->interval <= 0 ? "" : arena_printf(p->call->arena, "asked every %s", times_age(v->interval, text));
}
