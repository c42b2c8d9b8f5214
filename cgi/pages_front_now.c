/* SPDX-License-Identifier: Apache-2.0 */
/* What is going on in the room: power jobs, the newest changes, messages that did not go out. */
#include <string.h>

#include "pages_front.h"

/* ---- what is going on -------------------------------------------------------------------------- */

static const struct status_job *
job(const void *ctx, size_t row)
{
	const struct front *f = ctx;

	return &f->jobs[row];
}

static struct web_cell
job_id(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;

	(void)now;
	return web_cell_link(arena_printf(f->call->arena, "%lld", (long long)job(ctx, row)->id),
	    arena_printf(f->call->arena, "/jobs/%lld", (long long)job(ctx, row)->id));
}

static struct web_cell
job_state(const void *ctx, size_t row, int64_t now)
{
	static const struct {
		const char *state;
		char level;
	} levels[] = {{"ok", 'o'}, {"waiting", 'o'}, {"running", 'o'}, {"paused", 'w'}, {"partial", 'w'}, {"refused", 'w'},
	    {"failed", 'c'}, {"unknown", 'u'}};
	struct web_cell made = web_cell_text(job(ctx, row)->state);

	(void)now;
	made.level = 'u';
	for (size_t i = 0; i < LARCH_COUNT(levels); i++)
		if (strcmp(levels[i].state, made.text) == 0)
			made.level = levels[i].level;
	return made;
}

static struct web_cell
job_what(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;
	const struct status_job *j = job(ctx, row);

	(void)now;
	return web_cell_text(arena_printf(f->call->arena, "%s %s", j->verb, j->machines));
}

static struct web_cell
job_way(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(job(ctx, row)->way);
}

static struct web_cell
job_steps(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;

	(void)now;
	return web_cell_text(arena_printf(f->call->arena, "%lld of %lld", (long long)job(ctx, row)->done,
	    (long long)job(ctx, row)->total));
}

static struct web_cell
job_who(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(job(ctx, row)->who);
}

static struct web_cell
job_reason(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(job(ctx, row)->reason);
}

static struct web_cell
job_created(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(job(ctx, row)->created);
}

const struct pages_column pages_front_jobs[] = {
    {{.key = "job", .title = "Job", .kind = WEB_COL_LINK}, job_id},
    {{.key = "state", .title = "State", .kind = WEB_COL_LEVEL}, job_state},
    {{.key = "what", .title = "What"}, job_what},
    {{.key = "way", .title = "Way"}, job_way},
    {{.key = "steps", .title = "Steps"}, job_steps},
    {{.key = "who", .title = "Who"}, job_who},
    {{.key = "reason", .title = "Why"}, job_reason},
    {{.key = "created", .title = "Asked", .kind = WEB_COL_TIME}, job_created},
};
const size_t pages_front_jobs_n = LARCH_COUNT(pages_front_jobs);

static const struct status_change *
change(const void *ctx, size_t row)
{
	const struct front *f = ctx;

	return &f->changes[row];
}

static struct web_cell
change_at(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(change(ctx, row)->at);
}

static struct web_cell
change_thing(const void *ctx, size_t row, int64_t now)
{
	const struct front *f = ctx;
	const char *name = change(ctx, row)->thing;
	const struct inv_thing *t = pages_thing_find(f->room, name);
	const struct pages_node *n = t == NULL ? pages_node_find(f->room, name) : NULL;

	(void)now;
	return web_cell_link(name, t != NULL ? pages_href(f->call->arena, t->type, t->name) : n != NULL ? n->href : NULL);
}

static struct web_cell
change_check(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(change(ctx, row)->check);
}

static struct web_cell
change_from(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level((int)change(ctx, row)->from, change(ctx, row)->from_text, 0, false);
}

static struct web_cell
change_to(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level((int)change(ctx, row)->to, change(ctx, row)->to_text, 0, false);
}

const struct pages_column pages_front_changes[] = {
    {{.key = "at", .title = "When", .kind = WEB_COL_TIME}, change_at},
    {{.key = "thing", .title = "Thing", .kind = WEB_COL_LINK}, change_thing},
    {{.key = "check", .title = "Check"}, change_check},
    {{.key = "from", .title = "Was", .kind = WEB_COL_LEVEL}, change_from},
    {{.key = "to", .title = "Became", .kind = WEB_COL_LEVEL}, change_to},
};
const size_t pages_front_changes_n = LARCH_COUNT(pages_front_changes);

/* ---- rules of notify ------------------------------------------------------------------------ */

static const struct status_told *
told(const void *ctx, size_t row)
{
	return &((const struct front *)ctx)->told[row];
}

static struct web_cell
told_rule(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_text(told(ctx, row)->rule);
}

static struct web_cell
told_trouble(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_level(STATUS_CRITICAL, told(ctx, row)->trouble, 0, false);
}

static struct web_cell
told_tried(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return web_cell_time(told(ctx, row)->tried);
}

static struct web_cell
told_at(const void *ctx, size_t row, int64_t now)
{
	(void)now;
	return told(ctx, row)->at == 0 ? web_cell_text("never") : web_cell_time(told(ctx, row)->at);
}

const struct pages_column pages_front_told[] = {
    {{.key = "rule", .title = "Rule"}, told_rule},
    {{.key = "trouble", .title = "Why", .kind = WEB_COL_LEVEL}, told_trouble},
    {{.key = "tried", .title = "Tried", .kind = WEB_COL_TIME}, told_tried},
    {{.key = "last", .title = "Last that went out", .kind = WEB_COL_TIME}, told_at},
};
const size_t pages_front_told_n = LARCH_COUNT(pages_front_told);
