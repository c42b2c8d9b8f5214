/* SPDX-License-Identifier: Apache-2.0 */
/* An answer of larchd, for a person: one description of its tables, as page and as text. */
#include <math.h>
#include <string.h>

#include "power_ask.h"

#define FOLD 79

static const struct web_column outlet_columns[] = {
    {.key = "outlet", .title = "Outlet"},
    {.key = "state", .title = "State", .kind = WEB_COL_STATE},
    {.key = "word", .title = "Device says"},
    {.key = "fault", .title = "Fault"},
    {.key = "switchable", .title = "Switchable", .kind = WEB_COL_FLAG},
    {.key = "amperes", .title = "Load", .kind = WEB_COL_NUMBER, .unit = "A"},
    {.key = "watts", .title = "Power", .kind = WEB_COL_NUMBER, .unit = "W"},
    {.key = "device_name", .title = "Name on the device"},
};
static const struct web_column infeed_columns[] = {
    {.key = "kind", .title = "Kind"},
    {.key = "name", .title = "Name"},
    {.key = "amperes", .title = "Load", .kind = WEB_COL_NUMBER, .unit = "A"},
    {.key = "watts", .title = "Power", .kind = WEB_COL_NUMBER, .unit = "W"},
    {.key = "volts", .title = "Voltage", .kind = WEB_COL_NUMBER, .unit = "V"},
};
static const struct web_column sensor_columns[] = {
    {.key = "name", .title = "Sensor"},
    {.key = "kind", .title = "Kind"},
    {.key = "value", .title = "Value", .kind = WEB_COL_NUMBER},
    {.key = "unit", .title = "Unit"},
};
static const struct web_column bmc_sensor_columns[] = {
    {.key = "name", .title = "Sensor"},
    {.key = "level", .title = "Level", .kind = WEB_COL_LEVEL},
    {.key = "value", .title = "Value", .kind = WEB_COL_NUMBER},
    {.key = "unit", .title = "Unit"},
    {.key = "says", .title = "Says"},
    {.key = "type", .title = "Kind"},
};
static const struct web_column event_columns[] = {
    {.key = "at", .title = "At, by its clock"},
    {.key = "level", .title = "Level", .kind = WEB_COL_LEVEL},
    {.key = "text", .title = "What", .prose = true},
};
static const struct web_column gap_columns[] = {
    {.key = "what", .title = "Not had"},
    {.key = "state", .title = "How"},
    {.key = "why", .title = "Why", .prose = true},
};

#define TABLE(m, text, none, list) {.member = m, .caption = text, .empty = none, .columns = list, .n_columns = LARCH_COUNT(list)}
static const struct power_asked_table probe_tables[] = {
    TABLE("outlets", "Outlets", "It has no outlets that it tells of.", outlet_columns),
    TABLE("infeeds", "Infeeds", "It tells of no infeed.", infeed_columns),
    TABLE("sensors", "Temperature and humidity", "No sensor is plugged in.", sensor_columns),
};
static const struct power_asked_table bmc_tables[] = {
    TABLE("sensors", "Sensors", "It has told of no sensor.", bmc_sensor_columns),
    TABLE("events", "Event log, newest first", "Nothing is in its log.", event_columns),
    TABLE("gaps", "What it did not tell", "Nothing is missing.", gap_columns),
};

const struct power_asked_table *
power_asked_tables(const char *what, size_t *n_out)
{
	bool probe = strcmp(what, "probe") == 0;

	*n_out = probe ? LARCH_COUNT(probe_tables) : LARCH_COUNT(bmc_tables);
	return probe ? probe_tables : bmc_tables;
}

/* Do all rows say the same there, as the facts above the table do: all are switchable; the device's word is the state? */
static bool
says_nothing(const json_t *rows, const char *key)
{
	const json_t *first = json_object_get(json_array_get(rows, 0), key), *row;
	bool state = strcmp(key, "word") == 0;
	size_t i;

	if (!state && !json_is_boolean(first))
		return false;
	json_array_foreach(rows, i, row)
		if (!json_equal(json_object_get(row, key), state ? json_object_get(row, "state") : first))
			return false;
	return true;
}

bool
power_asked_has(const json_t *rows, const struct web_column *column)
{
	const json_t *row, *v;
	size_t i;

	if (says_nothing(rows, column->key))
		return false;
	json_array_foreach(rows, i, row) {
		v = json_object_get(row, column->key);
		if (json_is_number(v) || json_is_boolean(v) || (json_is_string(v) && json_string_length(v) > 0))
			return true;
	}
	return json_array_size(rows) == 0;
}

/* A number that is not there is unknown; but of a sensor of states, which has none and says what it is in words. */
static bool
is_gap(const json_t *row, const struct web_column *col)
{
	return col->kind == WEB_COL_NUMBER && json_object_get(row, "says") == NULL;
}

/* ---- what to do next ------------------------------------------------------------------------------------- */

static const char *
probe_next(const json_t *found, struct arena *a)
{
	const char *outcome = jsn_text_or(found, "outcome", ""), *family = jsn_text_or(found, "family", NULL);
	const char *thing = jsn_text_or(found, "thing", NULL), *recorded = jsn_text_or(found, "recorded_family", NULL);
	const char *address = jsn_text_or(found, "address", "");

	if (strcmp(outcome, "silent") == 0 || strcmp(outcome, "unreachable") == 0)
		return "Is SNMP switched on there, may this server ask it (its list of managers, a firewall), and is it the community or the "
		       "user that credentials.json has? A wrong community is answered by silence.";
	if (strcmp(outcome, "auth") == 0)
		return "Version 3 answers, but not to this user: compare user, secrets and the protocols (SHA-256 and AES) with its settings.";
	if (strcmp(outcome, "ok") == 0 && family == NULL)
		return "If it is a PDU: one file in mib/ describes a family, with no line of C; docs/formats/pdu-family.md says how, and what is "
		       "recorded with 'snmpwalk -On ADDRESS 1.3.6.1.4.1' says what is in it.";
	if (family != NULL && thing == NULL)
		return arena_printf(a, "It is not in the inventory. To add it: larch new pdu NAME address=%s family=%s", address, family);
	if (family != NULL && recorded == NULL)
		return arena_printf(a, "The inventory has no family of %s. To record it: larch attr set %s family %s", thing, thing, family);
	if (family != NULL && strcmp(recorded, family) != 0)
		return arena_printf(a, "The inventory says that %s is of family %s. To correct it: larch attr set %s family %s", thing, recorded,
		    thing, family);
	return NULL;
}

const char *
power_asked_next(const struct power_asked *x, struct arena *a)
{
	if (x->found == NULL || strcmp(x->order.what, "probe") != 0)
		return NULL;
	return probe_next(x->found, a);
}

/* ---- facts above the tables ------------------------------------------------------------------------------- */

struct fact {
	const char *label, *text;
};

static const char *
count_text(const json_t *found, struct arena *a)
{
	static const char *const states[] = {"on", "off", "on-pending", "off-pending", "unknown"};
	const json_t *rows = jsn_array(found, "outlets"), *row;
	size_t n[LARCH_COUNT(states)] = {0}, can = 0, i;
	const char *text = "";

	json_array_foreach(rows, i, row) {
		for (size_t k = 0; k < LARCH_COUNT(states); k++)
			n[k] += strcmp(jsn_text_or(row, "state", ""), states[k]) == 0;
		can += jsn_bool_or(row, "switchable", false);
	}
	if (json_array_size(rows) == 0)
		return "none: it only meters";
	for (size_t k = 0; k < LARCH_COUNT(states); k++)
		if (n[k] > 0)
			text = arena_printf(a, "%s%s%zu %s", text, *text == '\0' ? "" : ", ", n[k], states[k]);
	return arena_printf(a, "%zu: %s; %s", json_array_size(rows), text,
	    can == 0 ? "it only meters, none can be switched" : can == json_array_size(rows) ? "all can be switched" :
	    arena_printf(a, "%zu can be switched", can));
}

static size_t
probe_facts(const json_t *found, struct arena *a, struct fact *f)
{
	const char *family = jsn_text_or(found, "family", NULL), *recorded = jsn_text_or(found, "recorded_family", NULL);
	const char *thing = jsn_text_or(found, "thing", NULL);
	int64_t took = jsn_integer_or(found, "took_ms", 0);
	size_t n = 0;

	f[n++] = (struct fact){"Address", jsn_text_or(found, "address", "")};
	if (family != NULL)
		f[n++] = (struct fact){"Family", arena_printf(a, "%s (%s)", family, jsn_text_or(found, "title", ""))};
	f[n++] = (struct fact){"Says", jsn_text_or(found, "sys_descr", NULL)};
	f[n++] = (struct fact){"Its name", jsn_text_or(found, "sys_name", NULL)};
	f[n++] = (struct fact){"sysObjectID", jsn_text_or(found, "sys_object_id", NULL)};
	f[n++] = (struct fact){"Inventory", thing == NULL ? "no thing has this address" :
	    arena_printf(a, "%s%s%s", thing, recorded == NULL ? ", without a family" : ", family ", recorded == NULL ? "" : recorded)};
	f[n++] = (struct fact){"SNMP", arena_printf(a, "version %s, %lld.%lld s", jsn_text_or(found, "version", "?"), (long long)(took / 1000),
	    (long long)(took % 1000 / 100))};
	if (jsn_bool_or(found, "read", false)) {
		f[n++] = (struct fact){"Units", arena_printf(a, "%lld", (long long)jsn_integer_or(found, "units", 1))};
		f[n++] = (struct fact){"Outlets", count_text(found, a)};
	}
	return n;
}

static const char *
power_text(const json_t *p, struct arena *a)
{
	if (!json_is_object(p))
		return "it has no DCMI power reading";
	if (!json_is_integer(json_object_get(p, "watts")))
		return "it does not measure now";
	return arena_printf(a, "%lld W; %lld to %lld W, %lld on average of %lld s", (long long)jsn_integer_or(p, "watts", 0),
	    (long long)jsn_integer_or(p, "min", 0), (long long)jsn_integer_or(p, "max", 0), (long long)jsn_integer_or(p, "average", 0),
	    (long long)jsn_integer_or(p, "period_ms", 0) / 1000);
}

static const char *
device_text(const json_t *d, struct arena *a)
{
	const char *maker = jsn_text_or(d, "maker", NULL);

	if (!json_is_object(d))
		return NULL;
	if (maker == NULL)
		maker = arena_printf(a, "manufacturer %lld", (long long)jsn_integer_or(d, "manufacturer", 0));
	return arena_printf(a, "%s, product %lld, firmware %s, IPMI %s, device id %lld revision %lld%s", maker,
	    (long long)jsn_integer_or(d, "product", 0), jsn_text_or(d, "firmware", "?"), jsn_text_or(d, "ipmi", "?"),
	    (long long)jsn_integer_or(d, "device_id", 0), (long long)jsn_integer_or(d, "revision", 0),
	    jsn_bool_or(d, "updating", false) ? "; it is being updated" : "");
}

static size_t
bmc_facts(const json_t *found, struct arena *a, struct fact *f)
{
	int64_t took = jsn_integer_or(found, "took_ms", 0);
	size_t n = 0;

	f[n++] = (struct fact){"BMC", jsn_text_or(found, "bmc", NULL)};
	f[n++] = (struct fact){"Device", device_text(json_object_get(found, "device"), a)};
	f[n++] = (struct fact){"Power", power_text(json_object_get(found, "power"), a)};
	if (json_is_integer(json_object_get(found, "log_entries")))
		f[n++] = (struct fact){"Event log", arena_printf(a, "%lld entries%s", (long long)jsn_integer_or(found, "log_entries", 0),
		    jsn_bool_or(found, "log_overflow", false) ? "; it is full, and what came later was lost" : "")};
	f[n++] = (struct fact){"Read in", arena_printf(a, "%lld.%lld s", (long long)(took / 1000), (long long)(took % 1000 / 100))};
	return n;
}

static size_t
facts_of(const struct power_asked *x, struct arena *a, struct fact f[16])
{
	if (x->found == NULL)
		return 0;
	return strcmp(x->order.what, "probe") == 0 ? probe_facts(x->found, a, f) : bmc_facts(x->found, a, f);
}

/* ---- as text ---------------------------------------------------------------------------------------------- */

/* Amperes in hundredths, watts and volts whole; what a sensor says as it is. */
static const char *
number_text(double v, const char *unit, struct arena *a)
{
	int digits = unit != NULL ? (*unit == 'A' ? 2 : 0) : v == round(v) ? 0 : 2;

	return arena_printf(a, "%.*f", digits, v);
}

static const char *
cell_text(const json_t *row, const struct web_column *col, struct arena *a)
{
	const json_t *v = json_object_get(row, col->key);
	struct buf b = BUF(LIMIT_VALUE);
	const char *text;

	if (json_is_boolean(v))
		return json_is_true(v) ? "yes" : "no";
	if (json_is_number(v))
		return number_text(json_number_value(v), col->unit, a);
	if (!json_is_string(v))
		return is_gap(row, col) ? "unknown" : "";
	buf_plain(&b, (struct str){json_string_value(v), json_string_length(v)});
	text = arena_strndup(a, b.n > 0 ? b.p : "", b.n);
	buf_free(&b);
	return text;
}

static void
put(struct buf *out, const char *text, size_t width, bool right, bool last)
{
	size_t have = str_characters(str_of(text));

	for (size_t i = have; right && i < width; i++)
		buf_char(out, ' ');
	buf_puts(out, text);
	for (size_t i = have; !right && !last && i < width; i++)
		buf_char(out, ' ');
	buf_puts(out, last ? "\n" : "  ");
}

static void
table_text(const struct power_asked_table *t, const json_t *rows, struct arena *a, struct buf *out)
{
	const struct web_column *cols[16];
	size_t width[16], n = 0, i;
	const json_t *row;

	for (size_t k = 0; k < t->n_columns && n < LARCH_COUNT(cols); k++) {
		if (!power_asked_has(rows, &t->columns[k]))
			continue;
		width[n] = strlen(t->columns[k].title) + (t->columns[k].unit == NULL ? 0 : strlen(t->columns[k].unit) + 1);
		json_array_foreach(rows, i, row) {
			size_t w = str_characters(str_of(cell_text(row, &t->columns[k], a)));

			width[n] = w > width[n] ? w : width[n];
		}
		cols[n++] = &t->columns[k];
	}
	buf_printf(out, "\n# %s: %zu\n", t->caption, json_array_size(rows));
	for (size_t k = 0; k < n; k++)
		put(out, cols[k]->unit == NULL ? cols[k]->title : arena_printf(a, "%s %s", cols[k]->title, cols[k]->unit), width[k],
		    cols[k]->kind == WEB_COL_NUMBER, k + 1 == n);
	json_array_foreach(rows, i, row)
		for (size_t k = 0; k < n; k++)
			put(out, cell_text(row, cols[k], a), width[k], cols[k]->kind == WEB_COL_NUMBER, k + 1 == n);
}

/* A sentence in lines of a terminal. */
static void
put_folded(struct buf *out, const char *text)
{
	struct str rest = str_of(text), word;
	size_t at = 0;

	buf_char(out, '\n');
	while (rest.p != NULL) {
		word = str_cut(&rest, ' ');
		if (at > 0 && at + 1 + word.n > FOLD)
			at = 0;
		if (out->n > 0 && out->p[out->n - 1] != '\n')
			buf_char(out, at == 0 ? '\n' : ' ');
		buf_plain(out, word);
		at += word.n + 1;
	}
	buf_char(out, '\n');
}

void
power_asked_text(const struct power_asked *x, struct arena *a, struct buf *out)
{
	const char *next = power_asked_next(x, a);
	struct fact f[16];
	size_t n_tables, n = facts_of(x, a, f);
	const struct power_asked_table *t = power_asked_tables(x->order.what, &n_tables);

	buf_printf(out, "%s: ", x->order.things);
	buf_plain(out, str_of(x->phase));
	buf_puts(out, "\n");
	for (size_t i = 0; i < n; i++) {
		if (f[i].text == NULL)
			continue;
		buf_printf(out, "  %-12s ", f[i].label);
		buf_plain(out, str_of(f[i].text));
		buf_char(out, '\n');
	}
	if (next != NULL)
		put_folded(out, next);
	for (size_t i = 0; x->found != NULL && i < n_tables; i++) {
		const json_t *rows = jsn_array(x->found, t[i].member);

		if (json_array_size(rows) > 0)
			table_text(&t[i], rows, a, out);
	}
}

/* ---- as a page ------------------------------------------------------------------------------------------------ */

struct page_table {
	const json_t *rows;
	const struct web_column *columns;
};

static char
letter(const char *level)
{
	return strcmp(level, "ok") == 0 ? 'o' : strcmp(level, "warn") == 0 ? 'w' : strcmp(level, "bad") == 0 ? 'c' : 'u';
}

static struct web_cell
page_cell(void *ctx, size_t row, size_t column)
{
	const struct page_table *t = ctx;
	const struct web_column *col = &t->columns[column];
	const json_t *o = json_array_get(t->rows, row), *v = json_object_get(o, col->key);

	if (json_is_number(v))
		return web_cell_number(json_number_value(v));
	if (json_is_boolean(v))
		return web_cell_flag(json_is_true(v));
	if (!json_is_string(v))
		return is_gap(o, col) ? (struct web_cell){0} : web_cell_text("");
	return (struct web_cell){.text = json_string_value(v), .level = col->kind == WEB_COL_LEVEL ? letter(json_string_value(v)) : '\0'};
}

static struct web_table
page_table(struct web_call *c, const struct power_asked_table *t, const json_t *rows)
{
	struct page_table *p = arena_alloc(c->arena, sizeof(*p));
	struct web_column *columns = arena_array(c->arena, t->n_columns, sizeof(*columns));
	size_t n = 0;

	for (size_t i = 0; i < t->n_columns; i++)
		if (power_asked_has(rows, &t->columns[i]))
			columns[n++] = t->columns[i];
	*p = (struct page_table){rows, columns};
	return (struct web_table){.name = t->member, .caption = t->caption, .empty = t->empty, .columns = columns, .n_columns = n,
	    .n = json_array_size(rows), .cell = page_cell, .ctx = p};
}

int
power_asked_page(struct web_call *c, const struct power_asked *x, json_t *model, struct err *e)
{
	size_t n_tables, shown = 0;
	const struct power_asked_table *t = power_asked_tables(x->order.what, &n_tables);
	bool probe = strcmp(x->order.what, "probe") == 0, open = strcmp(x->state, "done") != 0;
	struct web_table tables[4];
	struct fact f[16];
	size_t n = facts_of(x, c->arena, f);
	json_t *facts = json_array();
	char when[TIMES_TEXT];

	for (size_t i = 0; i < n; i++) {
		json_t *o = json_object();

		jsn_set_text(o, "label", f[i].label);
		jsn_set_text(o, "text", f[i].text);
		jsn_add(facts, o);
	}
	for (size_t i = 0; x->found != NULL && i < n_tables; i++) {
		const json_t *rows = json_object_get(x->found, t[i].member);

		if (json_is_array(rows) && (json_array_size(rows) > 0 || strcmp(t[i].member, "gaps") != 0))
			tables[shown++] = page_table(c, &t[i], rows);
	}
	if (open)
		web_refresh(c, 1);
	jsn_set(model, "facts", facts);
	jsn_set_text(model, "title", arena_printf(c->arena, probe ? "What is at %s" : "What the BMC of %s tells", x->order.things));
	jsn_set(model, "probe", json_boolean(probe));
	jsn_set(model, "bmc", json_boolean(!probe));
	jsn_set(model, "open", json_boolean(open));
	jsn_set(model, "asked", json_boolean(x->answered || open));
	jsn_set_text(model, "asked_room", times_room(x->order.at, when));
	jsn_set_text(model, "asked_age", times_age(c->now - x->order.at, when));
	(void)json_object_del(model, "found");
	return web_show(c, "power/answer", model, tables, shown, e);
}
