/* SPDX-License-Identifier: Apache-2.0 */
/* /nodes/NAME: everything known about one thing, with ages. */
#include <stdlib.h>
#include <string.h>

#include "pages_node.h"

#define CHANGES_SHOWN 30
#define ACTIONS_SHOWN 20

/* ---- who it is ------------------------------------------------------------------------------ */

int
pages_node_open(struct web_call *c, struct node_page *out, struct err *e)
{
	const char *name = web_text(c, "name");
	struct err why = {0};

	*out = (struct node_page){.call = c, .status = pages_status(c), .room = pages_room_get(c, e)};
	if (out->room == NULL)
		return -1;
	out->inv = pages_inv(c, e);
	if (out->inv == NULL)
		return -1;
	out->node = pages_node_find(out->room, name);
	if (inv_get(out->inv, name, c->arena, &out->thing, &why) == 0) {
		out->known = true;
		return 0;
	}
	if (why.kind != ERR_NOT_FOUND && why.kind != ERR_INPUT)
		return err_set(e, why.kind, "%s", why.text);
	if (out->node == NULL)
		return err_set(e, ERR_NOT_FOUND, "neither the inventory nor Slurm nor a group nor a check knows %s", name);
	out->thing = (struct inv_thing){.name = out->node->name, .type = ""};
	return 0;
}

void
pages_node_close(struct node_page *p)
{
	pages_room_put(p->call, p->room);
}

/* ---- reading ---------------------------------------------------------------------------------- */

/* What a BMC says is filed under its machine: the end of its cable. */
static const char *
machine_of(const struct node_page *p)
{
	for (size_t i = 0; strcmp(p->thing.type, "bmc") == 0 && i < p->n_cables; i++)
		if (inv_is_machine(p->inv, p->cables[i].b_type) && strcmp(p->cables[i].b_type, "switch") != 0)
			return p->cables[i].b;
	return NULL;
}

static size_t
place_of(const struct node_page *p, const char *check)
{
	const struct status_column *col = pages_column_find(p->room, check);

	return col == NULL ? p->room->n_columns : (size_t)(col - p->room->columns);
}

/* Stable: values come by name, and stay so where no column says otherwise. */
static void
order_values(struct node_page *p)
{
	for (size_t i = 1; i < p->n_values; i++) {
		struct status_value v = p->values[i];
		size_t at = i, place = place_of(p, v.check);

		for (; at > 0 && place_of(p, p->values[at - 1].check) > place; at--)
			p->values[at] = p->values[at - 1];
		p->values[at] = v;
	}
}

/* Of a BMC: the checks of its own name (ping), then those it answers for its machine. */
int
pages_node_read_values(struct node_page *p, struct err *e)
{
	struct arena *a = p->call->arena;
	struct status_value *theirs, *all;
	size_t n;

	if (p->status == NULL)
		return 0;
	if (status_values(p->status, p->thing.name, a, &p->values, &p->n_values, e) != 0)
		return -1;
	order_values(p);
	if (p->machine == NULL)
		return 0;
	if (status_values(p->status, p->machine, a, &theirs, &n, e) != 0)
		return -1;
	all = arena_array(a, p->n_values + n + 1, sizeof(*all));
	if (p->n_values > 0)
		memcpy(all, p->values, p->n_values * sizeof(*all));
	for (size_t i = 0; i < n; i++)
		if (strcmp(theirs[i].check, "bmc") == 0 || strcmp(theirs[i].check, "chassis") == 0)
			all[p->n_values++] = theirs[i];
	p->values = all;
	return 0;
}

/* Whether it is up or down is what the first of these says that it is asked. */
static int
read_shares(struct node_page *p, struct err *e)
{
	static const char *const columns[] = {PAGES_LIFE, "ssh", "slurm", "pdu", "bmc"};
	struct hosts one = {.name = &(char *){(char *)(uintptr_t)p->thing.name}, .n = 1}; /* only read */
	struct status_share *share[PAGES_WINDOWS];

	for (size_t i = 0; p->share_of == NULL && i < LARCH_COUNT(columns); i++)
		for (size_t k = 0; k < p->n_values; k++)
			if (strcmp(p->values[k].check, columns[i]) == 0 && strcmp(p->values[k].thing, p->thing.name) == 0)
				p->share_of = columns[i];
	if (p->share_of == NULL)
		return 0;
	if (pages_shares(p->call, p->status, &one, p->share_of, share, e) != 0)
		return -1;
	for (size_t w = 0; w < PAGES_WINDOWS; w++)
		p->share[w] = share[w][0];
	return 0;
}

static int
read_changes(struct node_page *p, struct err *e)
{
	struct status_changes_ask ask = {.thing = p->thing.name, .since = web_int(p->call, "since", 0),
	    .limit = (size_t)web_int(p->call, "limit", CHANGES_SHOWN) + 1};

	if (status_changes(p->status, &ask, p->call->arena, &p->changes, &p->n_changes, e) != 0)
		return -1;
	p->more_changes = p->n_changes == ask.limit;
	if (p->more_changes)
		p->n_changes--;
	return 0;
}

static int
read_inventory(struct node_page *p, struct err *e)
{
	struct arena *a = p->call->arena;
	const char *name = p->thing.name;
	struct err none;

	if (!p->known)
		return 0;
	p->has_bmc = inv_bmc(p->inv, name, a, &p->bmc, &none) == 0;
	if (!p->has_bmc && none.kind != ERR_NOT_FOUND)
		return err_set(e, none.kind, "%s", none.text);
	if (inv_cords(p->inv, name, a, &p->cords, &p->n_cords, e) != 0 ||
	    inv_connections(p->inv, name, a, &p->cables, &p->n_cables, e) != 0)
		return -1;
	p->machine = machine_of(p);
	return 0;
}

static int
read_all(struct node_page *p, struct err *e)
{
	if (read_inventory(p, e) != 0)
		return -1;
	if (p->status == NULL)
		return 0;
	pages_advice_banner(p->call);
	p->advised = p->node != NULL && pages_advice(p->call, p->room, p->node, p->call->arena, &p->advice);
	return pages_node_read_values(p, e) != 0 || read_changes(p, e) != 0 || read_shares(p, e) != 0 ||
	            status_actions(p->status, p->thing.name, ACTIONS_SHOWN, p->call->arena, &p->actions, &p->n_actions, e) != 0
	        ? -1
	        : 0;
}

/* ---- how it is ---------------------------------------------------------------------------------- */

/* Since when it is well: since the last change from a level that was not. */
static int64_t
well_since(const struct node_page *p)
{
	int64_t since = 0;

	for (size_t i = 0; i < p->n_changes; i++) {
		const struct status_column *col = pages_node_column(p, p->changes[i].check);

		if (p->changes[i].from != STATUS_OK && p->changes[i].to == STATUS_OK && (col == NULL || col->counts))
			return p->changes[i].at;
	}
	for (size_t i = 0; i < p->n_values; i++) {
		const struct status_column *col = pages_node_column(p, p->values[i].check);

		if (col != NULL && col->counts && col->kind == STATUS_WORD && (since == 0 || p->values[i].since < since))
			since = p->values[i].since;
	}
	return since;
}

/* Of what is no node: the worst of what was seen of it. */
static struct node_level
level_of_thing(const struct node_page *p)
{
	static const char letters[STATUS_LEVEL_COUNT] = {'o', 'w', 'c', 'u'};
	enum status_level worst = STATUS_OK;
	struct node_level made = {0};

	for (size_t i = 0; i < p->n_values; i++) {
		const struct status_value *v = &p->values[i];
		enum status_level l = status_stale(v->at, v->interval, p->call->now) ? STATUS_UNKNOWN : v->level;

		made.level = made.level == 0 ? 'o' : made.level;
		if (l != STATUS_OK && status_worse(worst, l) != worst) {
			worst = l;
			made = (struct node_level){letters[(unsigned)l % STATUS_LEVEL_COUNT], v, v->since};
		}
	}
	return made;
}

struct node_level
pages_node_level(const struct node_page *p)
{
	static const char letters[STATUS_LEVEL_COUNT] = {'o', 'w', 'c', 'u'};
	struct node_level made = {0};

	if (p->node == NULL)
		return level_of_thing(p);
	if (p->status == NULL)
		return (struct node_level){.level = 'u'};
	made.level = letters[(unsigned)pages_level(p->room, p->node, p->call->now) % STATUS_LEVEL_COUNT];
	made.worst = pages_worst(p->room, p->node, p->call->now);
	made.since = made.worst != NULL ? made.worst->since : made.level == 'o' ? well_since(p) : 0;
	if (made.level == 'o' && p->n_values == 0)
		made.level = 0;
	return made;
}

/* ---- the page --------------------------------------------------------------------------------------- */

/* What the policy would let this person ask for: links to `power`, which judges again. */
static json_t *
verbs(struct node_page *p)
{
	static const struct {
		enum auth_verb verb;
		const char *label;
	} rows[] = {{AUTH_CYCLE, "Cycle\u2026"}, {AUTH_ON, "Switch on\u2026"}, {AUTH_OFF, "Switch off\u2026"},
	    {AUTH_RESET, "Reset\u2026"}, {AUTH_SOFT, "Shut down\u2026"}, {AUTH_NMI, "NMI\u2026"},
	    {AUTH_IDENTIFY, "Light\u2026"}, {AUTH_BOOTDEV, "Boot\u2026"}, {AUTH_REBUILD, "Rebuild\u2026"}};
	struct auth_ask ask = {.who = p->call->person, .match = pages_match, .match_ctx = p->inv, .fact = pages_fact, .fact_ctx = p->call,
	    .arena = p->call->arena};
	struct buf href = BUF(LIMIT_URL);
	json_t *list = json_array();
	uint32_t bits = 0;
	struct err e;

	if (!inv_is_machine(p->inv, p->thing.type) || auth_verbs_on(p->call->policy, &ask, p->thing.name, &bits, &e) != 0)
		bits = 0;
	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		json_t *o;

		if ((bits & (1u << rows[i].verb)) == 0)
			continue;
		buf_clear(&href);
		buf_printf(&href, "/power?verb=%s&nodes=", auth_verb_name(rows[i].verb));
		buf_url(&href, str_of(p->thing.name));
		o = json_object();
		jsn_set_text(o, "label", rows[i].label);
		jsn_set_str(o, "href", buf_view(&href));
		jsn_add(list, o);
	}
	buf_free(&href);
	return list;
}

static bool
may_check(struct node_page *p)
{
	struct auth_ask ask = {.who = p->call->person, .match = pages_match, .match_ctx = p->inv, .arena = p->call->arena};
	uint32_t bits = 0;
	struct err lost;

	return p->known && auth_verbs_on(p->call->policy, &ask, p->thing.name, &bits, &lost) == 0 && (bits & (1u << AUTH_CHECK)) != 0;
}

static void
level_model(const struct node_page *p, json_t *m)
{
	static const struct {
		char level;
		const char *word, *class;
	} looks[] = {{'o', "ok", "level-ok"}, {'w', "warn", "level-warn"}, {'c', "critical", "level-critical"},
	    {'u', "unknown", "level-unknown"}};
	struct node_level l = pages_node_level(p);
	bool html = p->call->format == WEB_HTML;
	char text[TIMES_TEXT];

	jsn_set(m, "level", json_null());
	for (size_t i = 0; i < LARCH_COUNT(looks); i++)
		if (looks[i].level == l.level) {
			jsn_set_text(m, "level", looks[i].word);
			if (html)
				jsn_set_text(m, "level_class", looks[i].class);
		}
	jsn_set_text(m, "level_since", l.since == 0 ? NULL : html ? times_room(l.since, text) : times_utc(l.since, text));
	jsn_set_text(m, "level_check", l.worst == NULL ? NULL : l.worst->check);
	jsn_set_text(m, "level_text", l.worst == NULL ? NULL : l.worst->text);
	jsn_set_text(m, "level_detail", l.worst == NULL ? NULL : l.worst->detail);
	if (!html)
		return;
	jsn_set_text(m, "level_letter", l.level == 0 ? NULL : l.level == 'o' ? "O" : l.level == 'w' ? "W" : l.level == 'c' ? "C" : "?");
	jsn_set_text(m, "level_title", l.worst == NULL ? NULL : pages_node_title(p, l.worst->check));
	jsn_set_text(m, "level_for", l.since == 0 ? NULL : times_age(p->call->now - l.since, text));
	jsn_set(m, "level_stale", json_boolean(l.worst != NULL && status_stale(l.worst->at, l.worst->interval, p->call->now)));
	jsn_set(m, "never_seen", json_boolean(l.level == 'u' && l.worst == NULL));
}

static void
advice_model(const struct node_page *p, json_t *m)
{
	struct buf line = BUF(4 * LIMIT_ADVICE_TEXT);

	jsn_set(m, "advice", p->advised ? advice_json(&p->advice) : json_null());
	if (p->call->format == WEB_HTML && p->advised) {
		advice_line(&p->advice, &line);
		jsn_set_str(m, "advice_line", buf_view(&line));
	}
	buf_free(&line);
}

static void
share_model(const struct node_page *p, json_t *m)
{
	json_t *list = json_array();

	for (size_t w = 0; p->share_of != NULL && w < PAGES_WINDOWS; w++) {
		json_t *o = json_object();

		jsn_set_text(o, "window", pages_windows[w].word);
		jsn_set_text(o, "text", pages_share_text(&p->share[w], p->call->arena));
		jsn_add(list, o);
	}
	jsn_set(m, "has_shares", json_boolean(p->share_of != NULL));
	jsn_set_text(m, "share_of", p->share_of == NULL ? NULL : pages_node_title(p, p->share_of));
	jsn_set(m, "shares", list);
}

static void
picture_model(const struct node_page *p, json_t *m)
{
	const char *span = web_text(p->call, "span");
	struct arena *a = p->call->arena;
	json_t *list = json_array();
	bool own = false; /* a BMC's page has values of its machine, too */

	span = span == NULL ? pages_spans[0] : span;
	for (size_t i = 0; pages_spans[i] != NULL; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "text", pages_spans[i]);
		jsn_set(o, "current", json_boolean(strcmp(pages_spans[i], span) == 0));
		jsn_set_text(o, "href", web_link(a, "/nodes/%s?span=%s#history", p->thing.name, pages_spans[i]));
		jsn_add(list, o);
	}
	jsn_set(m, "spans", list);
	jsn_set_text(m, "span", span);
	jsn_set_text(m, "picture_href", web_link(a, "/nodes/%s/history.svg?span=%s", p->thing.name, span));
	for (size_t i = 0; i < p->n_values; i++)
		own = own || strcmp(p->values[i].thing, p->thing.name) == 0;
	jsn_set(m, "has_picture", json_boolean(own));
	jsn_set_text(m, "more_href", !p->more_changes ? NULL
	    : web_link(a, "/nodes/%s?limit=%d#changes", p->thing.name, (int64_t)(p->n_changes < 500 ? 10 * p->n_changes : LIMIT_CHANGES_SHOWN)));
	jsn_set_text(m, "since_href", web_link(a, "/since?q=%s", p->thing.name));
}

static void
page_model(struct node_page *p, json_t *m)
{
	struct arena *a = p->call->arena;
	bool machine = p->known && inv_is_machine(p->inv, p->thing.type);

	jsn_set_text(m, "title", p->thing.name);
	jsn_set(m, "known", json_boolean(p->known));
	jsn_set_text(m, "adopt", p->node == NULL ? NULL : pages_adopt_path(p->call, p->node));
	jsn_set(m, "checks_rows", pages_node_checks_model(p));
	jsn_set(m, "n_checks", json_integer((json_int_t)p->n_values));
	jsn_set(m, "has_checks", json_boolean(p->n_values > 0));
	jsn_set(m, "may_check", json_boolean(may_check(p)));
	share_model(p, m);
	picture_model(p, m);
	jsn_set(m, "is_node", json_boolean(machine));
	jsn_set(m, "wiring_unknown", json_boolean(machine && p->n_cords == 0));
	if (!p->known)
		return;
	jsn_set_text(m, "thing_href", web_link(a, "/things/%s", p->thing.name));
	jsn_set(m, "places", pages_places_model(p->call, p->inv, p->thing.name));
	jsn_set(m, "verbs", verbs(p));
	pages_tags_on(p->call, p->inv, p->thing.name, m);
	jsn_set(m, "vlan_ports", pages_vlan_ports(p->call, p->inv, p->thing.name, p->cables, p->n_cables));
	jsn_set(m, "has_vlan_ports", json_boolean(json_array_size(json_object_get(m, "vlan_ports")) > 0));
	if (p->machine != NULL)
		jsn_set_text(m, "bmc_of_href", pages_href(a, "server", p->machine));
	if (p->has_bmc) {
		jsn_set_text(m, "bmc_href", pages_href(a, p->bmc.type, p->bmc.name));
		jsn_set_text(m, "bmc_address", inv_attr(&p->bmc, "address"));
	}
}

static json_t *
model_of(struct node_page *p)
{
	json_t *m = json_object();
	char text[TIMES_TEXT];

	jsn_set_text(m, "name", p->thing.name);
	jsn_set_text(m, "type", *p->thing.type == '\0' ? NULL : p->thing.type);
	jsn_set(m, "in_inventory", json_boolean(p->known));
	level_model(p, m);
	advice_model(p, m);
	jsn_set(m, "revision", p->known ? json_integer(p->thing.revision) : json_null());
	jsn_set_text(m, "changed_by", p->known ? p->thing.changed_by : NULL);
	jsn_set_text(m, "changed_at", !p->known ? NULL
	    : p->call->format == WEB_HTML ? times_room(p->thing.changed, text) : times_utc(p->thing.changed, text));
	jsn_set(m, "attributes", pages_attributes(&p->thing));
	jsn_set_text(m, "bmc", p->has_bmc ? p->bmc.name : NULL);
	jsn_set_text(m, "bmc_of", p->machine);
	if (p->call->format == WEB_HTML)
		page_model(p, m);
	return m;
}

static int
show(struct node_page *p, struct err *e)
{
	struct web_call *c = p->call;
	const struct pages_table rows[] = {
	    {"checks", "Checks", "Nothing has been seen of it yet.", pages_node_checks, pages_node_checks_n, p->n_values, p},
	    {"availability", "Availability", "Nobody asks it whether it is up.", pages_node_shares, pages_node_shares_n,
	        p->share_of == NULL ? 0 : PAGES_WINDOWS, p},
	    {"cords", "Power cords", "No cord of it is recorded.", pages_node_cords, pages_node_cords_n, p->n_cords, p},
	    {"cables", "All cables", "No cable is recorded.", pages_node_cables, pages_node_cables_n, p->n_cables, p},
	    {"actions", "Power log", "Nobody has switched it.", pages_node_actions, pages_node_actions_n, p->n_actions, p},
	    {"changes", "What changed", "No change has been seen.", pages_node_changes, pages_node_changes_n, p->n_changes,
	        p},
	};
	struct web_table tables[LARCH_COUNT(rows)];
	char etag[32];

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		tables[i] = pages_table(c, &rows[i]);
		tables[i].given = true;
		tables[i].total = rows[i].n;
	}
	snprintf(etag, sizeof(etag), "\"%lld\"", (long long)p->thing.revision);
	if (c->format != WEB_HTML && p->known && web_header(c, "ETag", arena_strdup(c->arena, etag), e) != 0)
		return -1;
	return c->format == WEB_TXT ? pages_node_text(p, e) : web_show(c, NULL, model_of(p), tables, LARCH_COUNT(tables), e);
}

int
pages_node(struct web_call *c, struct err *e)
{
	struct node_page p;
	int rc = -1;

	if (pages_node_open(c, &p, e) != 0)
		goto out;
	if (c->format == WEB_HTML && strcmp(p.thing.type, "pdu") == 0)
		rc = web_redirect(c, pages_href(c->arena, "pdu", p.thing.name), e);
	else if (read_all(&p, e) == 0)
		rc = show(&p, e);
out:
	pages_node_close(&p);
	return rc;
}
