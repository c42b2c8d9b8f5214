/* SPDX-License-Identifier: Apache-2.0 */
/* /things/NAME: what the inventory says of one thing, whatever it is. What it is doing stands in /nodes and /pdus. */
#include <string.h>

#include "pages.h"

static void
link_names(struct web_call *c, json_t *model, const char *from, const char *to, const char *fmt)
{
	json_t *list = json_array();
	const json_t *names = json_object_get(model, from);

	for (size_t i = 0; i < json_array_size(names); i++) {
		const char *name = json_string_value(json_array_get(names, i));
		json_t *o = json_object();

		jsn_set_text(o, "name", name);
		jsn_set_text(o, "href", web_link(c->arena, fmt, name));
		jsn_add(list, o);
	}
	jsn_set(model, arena_printf(c->arena, "has_%s", to), json_boolean(json_array_size(list) > 0));
	jsn_set(model, to, list);
}

/* Rows that name a thing get its address. */
static void
link_rows(struct web_call *c, json_t *model, const char *key)
{
	json_t *rows = json_object_get(model, key);

	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);

		jsn_set_text(row, "href", web_link(c->arena, "/things/%s", jsn_text_or(row, "thing", "")));
	}
	jsn_set(model, arena_printf(c->arena, "has_%s", key), json_boolean(json_array_size(rows) > 0));
}

static void
link_attributes(struct web_call *c, json_t *model)
{
	json_t *rows = json_object_get(model, "attributes");

	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i);
		int64_t number = jsn_integer_or(row, "number", -1);

		jsn_set_text(row, "number_text", number < 0 ? "" : arena_printf(c->arena, "%lld", (long long)number));
		if (strcmp(jsn_text_or(row, "kind", ""), "relation") == 0)
			jsn_set_text(row, "href", web_link(c->arena, "/things/%s", jsn_text_or(row, "value", "")));
		if (json_is_null(json_object_get(row, "subkey")))
			jsn_set_text(row, "subkey", "");
	}
	jsn_set(model, "has_attributes", json_boolean(json_array_size(rows) > 0));
}

static void
link_ports(struct web_call *c, json_t *model)
{
	json_t *rows = json_object_get(model, "ports");
	char text[TIMES_TEXT];
	int64_t at;

	for (size_t i = 0; i < json_array_size(rows); i++) {
		json_t *row = json_array_get(rows, i), *peer = json_object_get(row, "peer");

		if (json_is_object(peer))
			jsn_set_text(peer, "href", web_link(c->arena, "/things/%s", jsn_text_or(peer, "thing", "")));
		jsn_set(row, "connected", json_boolean(json_is_object(peer)));
		if (times_parse(str_of(jsn_text_or(row, "since", "")), &at, &(struct err){0}) == 0)
			jsn_set_text(row, "since", times_room(at, text));
	}
	jsn_set(model, "has_ports", json_boolean(json_array_size(rows) > 0));
}

/* Has this person a role that changes anything? Which things, the edit itself asks. */
bool
pages_may_edit(struct web_call *c)
{
	return auth_may_some(c->policy, c->person, "edit", NULL) == 0 || auth_may_some(c->policy, c->person, "wire", NULL) == 0;
}

/* Where its state stands: a machine's page, a PDU's, a rack's. */
static void
link_elsewhere(struct web_call *c, struct inv *inv, json_t *model)
{
	const char *name = jsn_text_or(model, "name", ""), *type = jsn_text_or(model, "type", "");
	json_t *list = json_array();
	const struct {
		bool there;
		const char *text, *href;
	} rows[] = {
	    {inv_is_machine(inv, type), "Its state and power", web_link(c->arena, "/nodes/%s", name)},
	    {strcmp(type, "pdu") == 0, "Its outlets", web_link(c->arena, "/pdus/%s", name)},
	    {strcmp(type, "rack") == 0, "As it stands there", web_link(c->arena, "/racks/%s", name)},
	    {strcmp(type, "pdu") == 0 || strcmp(type, "feed") == 0 || strcmp(type, "ups") == 0, "What goes dark without it",
	        web_link(c->arena, "/lost?thing=%s", name)},
	    {true, "Where its cables lead", web_link(c->arena, "/things/%s/trace", name)},
	    {true, "History", web_link(c->arena, "/things/%s/history", name)},
	};

	for (size_t i = 0; i < LARCH_COUNT(rows); i++) {
		json_t *o;

		if (!rows[i].there)
			continue;
		o = json_object();
		jsn_set_text(o, "text", rows[i].text);
		jsn_set_text(o, "href", rows[i].href);
		jsn_add(list, o);
	}
	jsn_set(model, "elsewhere", list);
	pages_tags_on(c, inv, name, model);
	if (pages_may_edit(c))
		jsn_set_text(model, "edit_href", web_link(c->arena, "/things/%s/edit", name));
	jsn_set_text(model, "thing_href", web_link(c->arena, "/things/%s", name));
}

void
pages_thing_links(struct web_call *c, struct inv *inv, json_t *model)
{
	const char *changed = jsn_text_or(model, "changed", NULL);
	int64_t at;
	char text[TIMES_TEXT];

	if (json_object_get(model, "name") == NULL)
		return;
	link_elsewhere(c, inv, model);
	link_attributes(c, model);
	link_ports(c, model);
	link_rows(c, model, "contents");
	link_rows(c, model, "referrers");
	link_names(c, model, "inside", "way", "/things/%s");
	link_names(c, model, "pools", "pool_links", "/things/%s");
	link_names(c, model, "members", "member_links", "/things/%s");
	link_names(c, model, "services", "service_links", "/things/%s");
	if (changed != NULL && times_parse(str_of(changed), &at, &(struct err){0}) == 0)
		jsn_set_text(model, "changed_age", times_age(c->now - at, text));
}

int
pages_thing(struct web_call *c, struct err *e)
{
	struct inv *inv = pages_inv_at(c, e);
	const char *name = web_text(c, "name");
	json_t *doc;

	if (inv == NULL || inv_doc(inv, name, c->arena, &doc, e) != 0)
		return -1;
	if (web_header(c, "ETag", arena_printf(c->arena, "\"%lld\"", (long long)jsn_integer_or(doc, "revision", 0)), e) != 0) {
		json_decref(doc);
		return -1;
	}
	if (c->format == WEB_JSON_FORMAT)
		return web_json(c, 200, doc, e);
	jsn_set_text(doc, "title", name);
	pages_thing_links(c, inv, doc);
	return web_page(c, NULL, doc, e);
}
