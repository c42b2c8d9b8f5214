/* SPDX-License-Identifier: Apache-2.0 */
/* Tags: those that hang, hanging one, giving it another end, lifting it. */
#include <string.h>

#include "power_private.h"

/* ---- those that hang ------------------------------------------------------------------------ */

struct tag_rows {
	struct web_call *c;
	const struct power_tag *tags;
	const char **names; /* as they are called now */
	size_t n;
	struct power_at_work *work;
	size_t n_work;
};

static const struct web_column columns[] = {
    {.key = "state", .title = "State", .kind = WEB_COL_LEVEL},
    {.key = "thing", .title = "On", .kind = WEB_COL_LINK},
    {.key = "who", .title = "Who"},
    {.key = "until", .title = "Until", .kind = WEB_COL_TIME},
    {.key = "reason", .title = "Why", .prose = true},
    {.key = "contact", .title = "Contact"},
    {.key = "asked", .title = "Lifting", .prose = true},
    {.key = "made", .title = "Hung", .kind = WEB_COL_TIME, .data_only = true},
    {.key = "id", .title = "Tag", .kind = WEB_COL_NUMBER},
    {.key = "type", .title = "Type", .data_only = true},
    {.key = "hung_on", .title = "Hung on", .data_only = true},
    {.key = "jobs", .title = "Jobs not ended", .data_only = true},
};

static const char *
hung_on(struct web_call *c, const struct power_tag *t)
{
	return t->outlet[0] == '\0' ? t->thing : arena_printf(c->arena, "%s:%s", t->thing, t->outlet);
}

/* Who waits for a second person, while that counts. */
static const char *
asked(struct web_call *c, const struct power_tag *t)
{
	char age[TIMES_TEXT];

	if (t->asked_at == 0 || c->now - t->asked_at > POWER_TAG_TOGETHER_MS || c->now < t->asked_at)
		return "";
	return arena_printf(c->arena, "%s asked %s ago: one more is needed", t->asked_by, times_age(c->now - t->asked_at, age));
}

/* "12 15": the jobs that have not ended where it hangs. */
static const char *
jobs_of(const struct tag_rows *r, int64_t tag)
{
	const char *text = "";

	for (size_t i = 0; i < r->n_work; i++)
		if (power_at_work_on(&r->work[i], tag))
			text = arena_printf(r->c->arena, "%s%s%lld", text, text[0] == '\0' ? "" : " ", (long long)r->work[i].job);
	return text;
}

static const char *
thing_page(struct web_call *c, const struct power_tag *t, const char *name)
{
	struct str whole = str_of(name);
	const char *page = strcmp(t->type, "rack") == 0 ? "/racks/%s" : "/things/%s";

	if (t->outlet[0] != '\0')
		return web_link(c->arena, "/pdus/%s", arena_strndup(c->arena, whole.p, whole.n - strlen(t->outlet) - 1));
	return web_link(c->arena, page, name);
}

static struct web_cell
cell(void *ctx, size_t row, size_t column)
{
	const struct tag_rows *r = ctx;
	const struct power_tag *t = &r->tags[row];
	struct web_cell state;

	switch (column) {
	case 0:
		state = web_cell_text(power_tag_in_force(t, r->c->now) ? "in force" : "over, not lifted");
		state.level = power_tag_in_force(t, r->c->now) ? 'c' : 'w';
		return state;
	case 1: return web_cell_link(r->names[row], thing_page(r->c, t, r->names[row]));
	case 2: return web_cell_text(t->who);
	case 3: return web_cell_time(t->until);
	case 4: return web_cell_text(t->reason);
	case 5: return web_cell_text(t->contact);
	case 6: return web_cell_text(asked(r->c, t));
	case 7: return web_cell_time(t->made);
	case 8: return web_cell_number((double)t->id);
	case 9: return web_cell_text(t->type);
	case 10: return web_cell_text(hung_on(r->c, t));
	default: return web_cell_text(jobs_of(r, t->id));
	}
}

static const char *
row_id(void *ctx, size_t row)
{
	const struct tag_rows *r = ctx;

	return arena_printf(r->c->arena, "%lld", (long long)r->tags[row].id);
}

static int
read_tags(struct web_call *c, struct tag_rows *r, struct err *e)
{
	struct power_requests *requests;
	struct power_tag *tags;
	struct inv *inv;
	struct err lost;

	if (power_need_requests(c, &requests, e) != 0 || power_need_inv(c, &inv, e) != 0 ||
	    power_tags(requests, c->arena, &tags, &r->n, e) != 0)
		return -1;
	r->tags = tags;
	r->names = arena_array(c->arena, r->n, sizeof(*r->names));
	for (size_t i = 0; i < r->n; i++)
		r->names[i] = power_tag_name(&tags[i], inv, c->arena);
	if (r->n > 0 && power_at_work(c, &r->work, &r->n_work, &lost) != 0)
		r->n_work = 0; /* larchd has no journal yet, and so no job */
	return 0;
}

/* Whoever hung a tag while a job is at work there has to know: it has not stopped yet. */
static json_t *
work_model(struct web_call *c, const struct tag_rows *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_work; i++)
		for (size_t k = 0; k < r->n; k++) {
			json_t *o;

			if (!power_tag_in_force(&r->tags[k], c->now) || !power_at_work_on(&r->work[i], r->tags[k].id))
				continue;
			o = json_object();
			jsn_set_text(o, "on", r->names[k]);
			jsn_set(o, "job", json_integer(r->work[i].job));
			jsn_set_text(o, "who", r->work[i].who);
			jsn_set_text(o, "href", web_link(c->arena, "/jobs/%s", arena_printf(c->arena, "%lld", (long long)r->work[i].job)));
			jsn_add(list, o);
			break;
		}
	return list;
}

static json_t *
page_model(struct web_call *c, const struct tag_rows *r)
{
	json_t *m = json_object();
	bool may = auth_may_some(c->policy, c->person, "tag", NULL) == 0;

	jsn_set_text(m, "title", "Tags");
	jsn_set_text(m, "thing", web_has(c, "thing") ? web_text(c, "thing") : "");
	jsn_set(m, "may", json_boolean(may));
	jsn_set(m, "any", json_boolean(r->n > 0));
	jsn_set(m, "at_work", work_model(c, r));
	return m;
}

int
power_show_tags(struct web_call *c, struct err *e)
{
	static const struct web_action actions[] = {{.label = "Lift the chosen ones"}};
	struct tag_rows rows = {.c = c};
	struct web_table table = {
	    .name = "tags", .caption = "Tags", .empty = "No tag hangs.", .columns = columns, .n_columns = LARCH_COUNT(columns),
	    .cell = cell, .ctx = &rows,
	};
	bool page = c->format == WEB_HTML;

	if (read_tags(c, &rows, e) != 0)
		return -1;
	table.n = rows.n;
	if (page && rows.n > 0 && auth_may_some(c->policy, c->person, "tag", NULL) == 0) {
		table.form_path = "/power/tags/lift";
		table.form_post = true;
		table.select = "ids";
		table.selected = row_id;
		table.actions = actions;
		table.n_actions = LARCH_COUNT(actions);
	}
	return web_show(c, NULL, page ? page_model(c, &rows) : NULL, &table, 1, e);
}

/* ---- what somebody means -------------------------------------------------------------------------- */

/* Is there such an outlet, in the inventory or on the device? */
static int
check_outlet(struct web_call *c, struct inv *inv, const char *pdu, const char *outlet, struct err *e)
{
	struct status_outlet seen;
	struct inv_port *ports;
	struct status *status;
	struct err none;
	size_t n;

	if (inv_ports(inv, pdu, c->arena, &ports, &n, e) != 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		if (strcmp(ports[i].name, outlet) == 0 && strcmp(ports[i].kind, "outlet") == 0)
			return 0;
	if (power_need_status(c, &status, &none) == 0 && status_outlet(status, pdu, outlet, c->arena, &seen, &none) == 0)
		return 0;
	return err_set(e, ERR_NOT_FOUND, "%s has no outlet \"%s\"", pdu, outlet);
}

/* A thing may have a colon in its name, and be called as an outlet is: nobody knows then which of them is meant. */
static bool
is_outlet_too(struct web_call *c, struct inv *inv, const char *name, const char *colon)
{
	const char *pdu = arena_strndup(c->arena, name, (size_t)(colon - name));
	struct inv_thing thing;
	struct err none;

	return inv_get(inv, pdu, c->arena, &thing, &none) == 0 && check_outlet(c, inv, pdu, colon + 1, &none) == 0;
}

/* "b07", "n0001", "pdu-b01-a:AA7": what there is in the inventory, and nothing else. */
static int
read_thing(struct web_call *c, struct power_tag_wish *w, struct err *e)
{
	const char *text = web_text(c, "thing"), *colon = strrchr(text, ':');
	struct inv_thing thing;
	struct inv *inv;
	struct err none;

	if (power_need_inv(c, &inv, e) != 0)
		return -1;
	w->outlet = "";
	if (colon != NULL && inv_get(inv, text, c->arena, &thing, &none) != 0) {
		w->outlet = colon + 1;
		text = arena_strndup(c->arena, text, (size_t)(colon - text));
	}
	if (inv_get(inv, text, c->arena, &thing, e) != 0)
		return -1;
	if (w->outlet[0] != '\0' && check_outlet(c, inv, text, w->outlet, e) != 0)
		return -1;
	if (colon != NULL && w->outlet[0] == '\0' && is_outlet_too(c, inv, text, colon))
		return err_set(e, ERR_CONFLICT, "\"%s\" is a thing and an outlet: give the thing another name first", text);
	w->thing = thing.name;
	w->number = thing.id;
	w->type = w->outlet[0] == '\0' ? thing.type : "outlet";
	return 0;
}

static int
read_until(struct web_call *c, int64_t *out, struct err *e)
{
	return times_next(str_of(web_text(c, "until")), c->now, out, e) != 0 ? err_prefix(e, "until") : 0;
}

static int
permit_on(struct web_call *c, const char *thing, struct permit **out, struct err *e)
{
	char *name = arena_strdup(c->arena, thing);
	struct hosts things = {&name, 1};

	return power_permit(c, "tag", &things, out, e);
}

/* ---- hanging ------------------------------------------------------------------------------------------ */

static int
put(struct web_call *c, int64_t *id, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct power_tag_wish w = {
	    .reason = web_text(c, "reason"),
	    .contact = web_has(c, "contact") ? web_text(c, "contact") : "",
	    .address = c->request->remote,
	};
	struct permit *permit;
	int rc;

	if (read_thing(c, &w, e) != 0 || read_until(c, &w.until, e) != 0 || permit_on(c, w.thing, &permit, e) != 0)
		return -1;
	pthread_mutex_lock(&shared->lock);
	rc = power_tag_put(shared->requests, permit, &w, id, e);
	pthread_mutex_unlock(&shared->lock);
	if (rc == 0)
		power_wake(c);
	return rc;
}

int
power_post_tag(struct web_call *c, struct err *e)
{
	int64_t id;

	return put(c, &id, e) != 0 ? -1 : web_redirect(c, "/tags", e);
}

static json_t *
jobs_json(struct web_call *c, int64_t tag)
{
	struct power_at_work *work;
	json_t *list = json_array();
	struct err lost;
	size_t n;

	if (power_at_work(c, &work, &n, &lost) != 0)
		n = 0;
	for (size_t i = 0; i < n; i++)
		if (power_at_work_on(&work[i], tag))
			jsn_add(list, json_integer(work[i].job));
	return list;
}

int
power_api_tag(struct web_call *c, struct err *e)
{
	json_t *o;
	int64_t id;

	if (put(c, &id, e) != 0)
		return -1;
	o = json_object();
	jsn_set(o, "id", json_integer(id));
	jsn_set(o, "jobs", jobs_json(c, id));
	return web_created(c, 201, "/api/v1/tags", o, e);
}

/* ---- another end, lifting --------------------------------------------------------------------------------- */

/* The permit is for the thing as it is called now. */
static int
begin(struct web_call *c, int64_t id, struct power_tag_act *x, struct permit **permit, struct err *e)
{
	struct power_requests *requests;
	struct power_tag t;
	struct inv *inv;

	if (power_need_requests(c, &requests, e) != 0 || power_need_inv(c, &inv, e) != 0 ||
	    power_tag_get(requests, id, c->arena, &t, e) != 0)
		return -1;
	t.outlet = ""; /* who may tag the PDU may tag its outlets */
	*x = (struct power_tag_act){.id = id, .name = power_tag_name(&t, inv, c->arena), .address = c->request->remote};
	return permit_on(c, x->name, permit, e);
}

static int
lift(struct web_call *c, int64_t id, bool *lifted, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct power_tag_act x;
	struct permit *permit;
	int rc;

	if (begin(c, id, &x, &permit, e) != 0)
		return -1;
	pthread_mutex_lock(&shared->lock);
	rc = power_tag_lift(shared->requests, permit, &x, lifted, e);
	pthread_mutex_unlock(&shared->lock);
	if (rc == 0)
		power_wake(c);
	return rc;
}

static int
extend(struct web_call *c, int64_t id, struct err *e)
{
	struct power_shared *shared = c->shared;
	struct power_tag_act x;
	struct permit *permit;
	int rc;

	if (begin(c, id, &x, &permit, e) != 0 || read_until(c, &x.until, e) != 0)
		return -1;
	pthread_mutex_lock(&shared->lock);
	rc = power_tag_extend(shared->requests, permit, &x, e);
	pthread_mutex_unlock(&shared->lock);
	if (rc == 0)
		power_wake(c);
	return rc;
}

/* The first that is refused is named, and those before it are lifted: each is a thing of its own. */
int
power_post_tags_lift(struct web_call *c, struct err *e)
{
	bool lifted;

	for (size_t i = 0; i < web_count(c, "ids"); i++) {
		int64_t id;

		if (str_int(str_of(web_item(c, "ids", i)), 1, INT64_MAX, &id) != 0)
			return err_set(e, ERR_INPUT, "ids: \"%s\" is no number of a tag", web_item(c, "ids", i));
		if (lift(c, id, &lifted, e) != 0)
			return err_prefix(e, "tag %lld", (long long)id);
	}
	return web_redirect(c, "/tags", e);
}

int
power_post_tag_extend(struct web_call *c, struct err *e)
{
	return extend(c, web_int(c, "id", 0), e) != 0 ? -1 : web_redirect(c, "/tags", e);
}

int
power_api_tag_lift(struct web_call *c, struct err *e)
{
	json_t *o;
	bool lifted;

	if (lift(c, web_int(c, "id", 0), &lifted, e) != 0)
		return -1;
	o = json_object();
	jsn_set(o, "id", json_integer(web_int(c, "id", 0)));
	jsn_set(o, "lifted", json_boolean(lifted));
	jsn_set_text(o, "text", lifted ? "lifted" : "asked for: a second person lifts it within a quarter of an hour, or its owner");
	return web_json(c, lifted ? 200 : 202, o, e);
}

int
power_api_tag_extend(struct web_call *c, struct err *e)
{
	json_t *o;

	if (extend(c, web_int(c, "id", 0), e) != 0)
		return -1;
	o = json_object();
	jsn_set(o, "id", json_integer(web_int(c, "id", 0)));
	return web_json(c, 200, o, e);
}
