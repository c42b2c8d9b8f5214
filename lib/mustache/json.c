/* SPDX-License-Identifier: Apache-2.0 */
/* Values over JSON: `ref` is the json_t. */
#include "mustache.h"

static struct mustache_value
member(const struct mustache_value *object, struct str name)
{
	const json_t *v = json_object_getn(object->ref, name.p, name.n);

	if (v == NULL)
		return (struct mustache_value){.kind = MUSTACHE_ABSENT};
	return mustache_json(v);
}

static struct mustache_value
item(const struct mustache_value *list, size_t i)
{
	return mustache_json(json_array_get(list->ref, i));
}

static const struct mustache_source source = {.member = member, .item = item};

struct mustache_value
mustache_json(const json_t *value)
{
	struct mustache_value v = {.kind = MUSTACHE_FALSE, .source = &source, .ref = value};

	if (value == NULL)
		return v;
	switch (json_typeof(value)) {
	case JSON_OBJECT:
		v.kind = MUSTACHE_OBJECT;
		break;
	case JSON_ARRAY:
		v.kind = MUSTACHE_LIST;
		v.count = json_array_size(value);
		break;
	case JSON_STRING:
		v.kind = MUSTACHE_TEXT;
		v.text = (struct str){json_string_value(value), json_string_length(value)};
		break;
	case JSON_INTEGER:
		v.kind = MUSTACHE_INTEGER;
		v.integer = json_integer_value(value);
		break;
	case JSON_REAL:
		v.kind = MUSTACHE_REAL;
		v.real = json_real_value(value);
		break;
	case JSON_TRUE:
		v.kind = MUSTACHE_TRUE;
		break;
	case JSON_FALSE:
	case JSON_NULL:
		break;
	}
	return v;
}
