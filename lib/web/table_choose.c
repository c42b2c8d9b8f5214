/* SPDX-License-Identifier: Apache-2.0 */
/* The form with which a reader chooses the columns of a table, and by what its rows stand together. */
#include <string.h>

#include "room.h"

struct choose {
	const struct web_shown *s;
	const char *link;        /* to the page with the form in it; NULL: this is it */
	json_t *hidden;          /* the other fields of the address */
	bool *shown;             /* a column each */
	size_t *group, n_group;  /* columns that rows may be grouped by */
};

static const struct mustache_value absent = {.kind = MUSTACHE_ABSENT};

static struct mustache_value
text(const char *s)
{
	return s == NULL || *s == '\0' ? (struct mustache_value){.kind = MUSTACHE_FALSE} :
	    (struct mustache_value){.kind = MUSTACHE_TEXT, .text = str_of(s)};
}

static struct mustache_value
flag(bool on)
{
	return (struct mustache_value){.kind = on ? MUSTACHE_TRUE : MUSTACHE_FALSE};
}

static struct mustache_value
column_member(const struct mustache_value *object, struct str name)
{
	const struct choose *c = object->ref;
	const struct web_table *t = c->s->table;
	const struct web_column *col = &t->columns[object->index];

	if (str_is(name, "key"))
		return text(col->key);
	if (str_is(name, "title"))
		return text(col->title != NULL ? col->title : col->key);
	if (str_is(name, "help"))
		return text(col->help);
	if (str_is(name, "checked"))
		return flag(c->shown[object->index]);
	if (str_is(name, "selected"))
		return flag(t->group != NULL && strcmp(t->group->key, col->key) == 0);
	return absent;
}

static struct mustache_value
no_item(const struct mustache_value *list, size_t i)
{
	(void)list;
	(void)i;
	return absent;
}

static const struct mustache_source column_source = {column_member, no_item, NULL};

static struct mustache_value
column_item(const struct mustache_value *list, size_t i)
{
	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &column_source, .ref = list->ref, .index = i};
}

static struct mustache_value
group_item(const struct mustache_value *list, size_t i)
{
	const struct choose *c = list->ref;

	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &column_source, .ref = c, .index = c->group[i]};
}

static struct mustache_value
no_member(const struct mustache_value *object, struct str name)
{
	(void)object;
	(void)name;
	return absent;
}

static struct mustache_value
choose_member(const struct mustache_value *object, struct str name)
{
	static const struct mustache_source columns = {no_member, column_item, NULL}, groups = {no_member, group_item, NULL};
	const struct choose *c = object->ref;

	if (str_is(name, "columns"))
		return (struct mustache_value){.kind = MUSTACHE_LIST, .count = c->s->table->n_columns, .source = &columns, .ref = c};
	if (str_is(name, "groups"))
		return (struct mustache_value){.kind = MUSTACHE_LIST, .count = c->n_group, .source = &groups, .ref = c};
	if (str_is(name, "hidden"))
		return mustache_json(c->hidden);
	if (str_is(name, "link"))
		return text(c->link);
	if (str_is(name, "close"))
		return text(web_with(c->s->c, web_base_path(c->s->c), "choose", NULL, NULL));
	if (str_is(name, "action"))
		return text(web_base_path(c->s->c));
	return absent;
}

struct mustache_value
web_choose_value(const struct web_shown *s)
{
	static const struct mustache_source source = {choose_member, no_item, NULL};
	static const char *const own[] = {"fields", "group", "choose", NULL};
	const struct web_table *t = s->table;
	struct choose *c;

	if (!t->choose || !s->main)
		return flag(false);
	c = arena_alloc(s->c->arena, sizeof(*c));
	*c = (struct choose){.s = s};
	if (t->choose == WEB_CHOOSE_LINK) {
		c->link = web_with(s->c, web_base_path(s->c), "choose", "1", NULL);
		return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = c};
	}
	c->hidden = web_hidden(s, own);
	c->shown = arena_array(s->c->arena, t->n_columns + 1, sizeof(*c->shown));
	c->group = arena_array(s->c->arena, t->n_columns + 1, sizeof(*c->group));
	for (size_t i = 0; i < s->n_column; i++)
		c->shown[s->column[i]] = true;
	for (size_t i = 0; i < t->n_columns; i++)
		if (t->columns[i].groups)
			c->group[c->n_group++] = i;
	web_keep(s->c, c->hidden);
	return (struct mustache_value){.kind = MUSTACHE_OBJECT, .source = &source, .ref = c};
}
