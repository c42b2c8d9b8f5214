/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "file.h"
#include "jsn.h"
#include "limits.h"
#include "logs.h"

/* jansson stops at 2048 levels; ours is lower, and checked before it allocates. */
static bool
too_deep(struct str text)
{
	int depth = 0;
	bool quoted = false;

	for (size_t i = 0; i < text.n; i++) {
		char c = text.p[i];

		if (quoted) {
			if (c == '\\')
				i++;
			else if (c == '"')
				quoted = false;
		} else if (c == '"') {
			quoted = true;
		} else if (c == '{' || c == '[') {
			if (++depth > LIMIT_JSON_DEPTH)
				return true;
		} else if (c == '}' || c == ']') {
			depth--;
		}
	}
	return false;
}

json_t *
jsn_parse(struct str text, const char *what, struct err *e)
{
	json_error_t je;
	json_t *v;

	if (too_deep(text)) {
		err_set(e, ERR_INPUT, "%s: JSON nested deeper than %d levels", what, LIMIT_JSON_DEPTH);
		return NULL;
	}
	v = json_loadb(text.p == NULL ? "" : text.p, text.n, JSON_REJECT_DUPLICATES, &je);
	if (v == NULL)
		err_set(e, ERR_INPUT, "%s: line %d, column %d: not valid JSON: %s", what, je.line,
		    je.column, je.text);
	return v;
}

json_t *
jsn_load(const char *path, size_t max, struct err *e)
{
	struct buf text;
	json_t *v;

	if (file_read(path, max, &text, e) != 0)
		return NULL;
	v = jsn_parse(buf_view(&text), path, e);
	buf_free(&text);
	return v;
}

int
jsn_text(const json_t *o, const char *key, const char *what, const char **out, struct err *e)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return err_set(e, ERR_INPUT, "%s: \"%s\" is %s; it must be a text", what, key,
		    v == NULL ? "missing" : "of another type");
	*out = json_string_value(v);
	return 0;
}

int
jsn_integer(const json_t *o, const char *key, int64_t min, int64_t max, const char *what,
    int64_t *out, struct err *e)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_integer(v) || json_integer_value(v) < min || json_integer_value(v) > max)
		return err_set(e, ERR_INPUT, "%s: \"%s\" is %s; it must be a whole number from %lld to %lld",
		    what, key, v == NULL ? "missing" : "not that", (long long)min, (long long)max);
	*out = json_integer_value(v);
	return 0;
}

const char *
jsn_text_or(const json_t *o, const char *key, const char *fallback)
{
	const json_t *v = json_object_get(o, key);

	return json_is_string(v) ? json_string_value(v) : fallback;
}

int64_t
jsn_integer_or(const json_t *o, const char *key, int64_t fallback)
{
	const json_t *v = json_object_get(o, key);

	return json_is_integer(v) ? json_integer_value(v) : fallback;
}

bool
jsn_bool_or(const json_t *o, const char *key, bool fallback)
{
	const json_t *v = json_object_get(o, key);

	return json_is_boolean(v) ? json_is_true(v) : fallback;
}

const json_t *
jsn_array(const json_t *o, const char *key)
{
	const json_t *v = json_object_get(o, key);

	return json_is_array(v) ? v : NULL;
}

void
jsn_set(json_t *o, const char *key, json_t *take)
{
	if (take == NULL || json_object_set_new(o, key, take) != 0)
		log_die("JSON: cannot set \"%s\"", key);
}

void
jsn_set_text(json_t *o, const char *key, const char *value)
{
	if (value == NULL)
		jsn_set(o, key, json_null());
	else
		jsn_set_str(o, key, str_of(value));
}

void
jsn_set_str(json_t *o, const char *key, struct str value)
{
	json_t *v = json_stringn(value.p == NULL ? "" : value.p, value.n);
	struct buf clean = BUF(LIMIT_PAGE);

	if (v == NULL) { /* not UTF-8: foreign text */
		buf_plain(&clean, value);
		v = json_stringn(clean.n > 0 ? clean.p : "", clean.n);
		buf_free(&clean);
	}
	jsn_set(o, key, v);
}

void
jsn_add(json_t *array, json_t *take)
{
	if (take == NULL || json_array_append_new(array, take) != 0)
		log_die("JSON: cannot append");
}

static int
sink(const char *p, size_t n, void *data)
{
	buf_add(data, p, n);
	return 0;
}

void
jsn_canonical(const json_t *value, struct buf *out)
{
	json_dump_callback(value, sink, out,
	    JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY | JSON_ENSURE_ASCII);
}

void
jsn_pretty(const json_t *value, struct buf *out)
{
	json_dump_callback(value, sink, out, JSON_INDENT(2) | JSON_ENCODE_ANY);
	buf_char(out, '\n');
}
