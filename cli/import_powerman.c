/* SPDX-License-Identifier: Apache-2.0 */
/*
 * powerman: powerman.conf (powerman.conf(5)): device NAME TYPE WHERE [FLAGS], node NODES DEVICE [PLUGS],
 * alias NAME NODES; texts stand in quotes, # begins a comment. Nodes and plugs are matched by position.
 * A device that speaks to service processors makes a BMC of each plug; every other one is a PDU.
 */
#include <stdio.h>
#include <string.h>

#include "import.h"

#define WORDS 8 /* texts of one statement */

struct word {
	struct buf text;
	bool quoted;
	size_t line;
};

struct powerman {
	struct room *r;
	const struct source *s;
	struct str rest;
	size_t line;
	struct word word[WORDS];
	size_t n;
	json_t *cords;    /* node → number of its last inlet */
	json_t *programs; /* devices that are programs which ask BMCs */
};

/* Programs powerman runs to reach service processors: one plug is one of them (powerman-devices(7)). */
static const char *const to_bmcs[] = {"ipmi", "redfish", "ilom", "hpilo", "ilo", "drac", "openbmc", "lom", "rmc"};

/* Statements without meaning for a room. */
static const char *const skipped[] = {"listen", "tcpwrappers", "plug_log_level", "include", "timeout", "pingperiod"};

static bool
among(struct str text, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (str_is(text, list[i]))
			return true;
	return false;
}

static int
wrong(const struct powerman *p, size_t line, const char *why, struct err *e)
{
	return err_set(e, ERR_INPUT, "%s: line %zu: %s", p->s->name, line, why);
}

/* ---- words ------------------------------------------------------------------------------ */

static void
skip_blanks(struct powerman *p)
{
	while (p->rest.n > 0) {
		char c = p->rest.p[0];

		if (c == '#')
			while (p->rest.n > 0 && p->rest.p[0] != '\n') {
				p->rest.p++;
				p->rest.n--;
			}
		if (p->rest.n == 0 || strchr(" \t\r\n", p->rest.p[0]) == NULL)
			return;
		p->line += p->rest.p[0] == '\n';
		p->rest.p++;
		p->rest.n--;
	}
}

static int
quoted_word(struct powerman *p, struct word *w, struct err *e)
{
	for (size_t i = 1; i < p->rest.n; i++) {
		char c = p->rest.p[i];

		if (c == '\n')
			break;
		if (c == '"') {
			p->rest.p += i + 1;
			p->rest.n -= i + 1;
			return 0;
		}
		if (c == '\\' && i + 1 < p->rest.n && p->rest.p[i + 1] != '\n')
			c = p->rest.p[++i];
		if (w->text.n >= LIMIT_IMPORT_FIELD)
			return wrong(p, p->line, "a text is too long", e);
		buf_char(&w->text, c);
	}
	return wrong(p, p->line, "a text in quotes does not end on its line", e);
}

/* 1 a word, 0 the end, -1 a sentence. Braces are words of their own. */
static int
next_word(struct powerman *p, struct word *w, struct err *e)
{
	skip_blanks(p);
	w->text = BUF(LIMIT_IMPORT_FIELD + 1);
	w->line = p->line;
	w->quoted = p->rest.n > 0 && p->rest.p[0] == '"';
	if (p->rest.n == 0)
		return 0;
	if (w->quoted)
		return quoted_word(p, w, e) != 0 ? -1 : 1;
	do {
		if (w->text.n >= LIMIT_IMPORT_FIELD)
			return wrong(p, p->line, "a word is too long", e);
		buf_char(&w->text, p->rest.p[0]);
		p->rest.p++;
		p->rest.n--;
	} while (p->rest.n > 0 && strchr("{}", w->text.p[0]) == NULL && strchr(" \t\r\n\"#{}", p->rest.p[0]) == NULL);
	return 1;
}

static struct str
word_of(const struct powerman *p, size_t i)
{
	struct str none = {"", 0};

	return i < p->n && p->word[i].text.n > 0 ? buf_view(&p->word[i].text) : none;
}

static void
forget(struct powerman *p)
{
	for (size_t i = 0; i < p->n; i++)
		buf_free(&p->word[i].text);
	p->n = 0;
}

/* ---- statements ------------------------------------------------------------------------------ */

static bool
speaks_to_bmcs(struct str type)
{
	for (size_t i = 0; i < LARCH_COUNT(to_bmcs); i++)
		if (import_contains(type, to_bmcs[i]))
			return true;
	return false;
}

/*
 * "10.0.0.7:23": an address. What follows the first word of a program is not kept: passwords stand there.
 */
static void
device_address(struct powerman *p, json_t *device, struct str where)
{
	struct str host = where;
	char address[64];

	if (where.n > 0 && where.p[0] == '/') {
		room_once(p->r, "programs and serial lines by which powerman reaches devices were not carried over (they may hold passwords)");
		return;
	}
	if (import_address(where, address) != 0 && import_address(str_cut(&host, ':'), address) != 0) {
		host = where;
		host = str_cut(&host, ':');
		room_fact(p->r, device, "hostname", host);
		room_once(p->r, "devices known by name have no address here; give each the attribute address before it is asked");
		return;
	}
	room_fact(p->r, device, "address", str_of(address));
	room_once(p->r, "ports of devices (\":23\") were not carried over: Larch asks a PDU by SNMP, not as powerman does");
}

static int
device_statement(struct powerman *p, struct err *e)
{
	struct str type = word_of(p, 2);
	json_t *device;

	if (p->n < 4 || p->n > 5)
		return wrong(p, p->word[0].line, "device takes a name, a type, and where it is: device \"pow0\" \"apc\" \"pow0:23\"", e);
	if (word_of(p, 1).n == 0)
		return wrong(p, p->word[0].line, "a device has no name", e);
	if (room_find(p->r, "device", word_of(p, 1)) != NULL || json_object_get(p->programs, p->word[1].text.p) != NULL)
		return err_set(e, ERR_INPUT, "%s: line %zu: the device \"%s\" is there already", p->s->name, p->word[0].line,
		    p->word[1].text.p);
	if (speaks_to_bmcs(type)) {
		jsn_set(p->programs, p->word[1].text.p, json_true());
		room_note(p->r, "%s: line %zu: the device \"%s\" is a program that asks BMCs: its plugs became BMCs, it itself nothing",
		    p->s->name, p->word[0].line, p->word[1].text.p);
		return 0;
	}
	device = room_thing(p->r, "device", word_of(p, 1));
	room_type(p->r, device, "pdu");
	room_fact(p->r, device, "powerman_type", type);
	device_address(p, device, word_of(p, 3));
	room_once(p->r, "the attribute family of PDUs is not known from powerman's types; give each one of those in mib/ (sentry3, apc-rpdu2 ...), or a site's own");
	return 0;
}

static void
plug_into_bmc(struct powerman *p, const char *node, const char *plug)
{
	struct buf name = BUF(LIMIT_IMPORT_FIELD * 2);
	json_t *bmc, *thing = room_thing(p->r, "", str_of(node));
	char address[64];

	if (strcmp(node, plug) == 0 || import_address(str_of(plug), address) == 0)
		buf_printf(&name, "%s-bmc", node);
	else
		buf_puts(&name, plug);
	bmc = room_thing(p->r, "", buf_view(&name));
	room_type(p->r, bmc, "bmc");
	if (import_address(str_of(plug), address) == 0)
		room_fact(p->r, bmc, "address", str_of(address));
	else
		room_once(p->r, "BMCs have no address here, only a name; give each the attribute address before it is asked");
	room_cable(p->r, &(struct room_cable){.a = thing, .a_port = STR("bmc"), .a_kind = "bmc", .b = bmc, .b_port = STR("host"),
	    .b_kind = "bmc", .file = p->s->name, .line = p->word[0].line});
	buf_free(&name);
}

static void
plug_into_pdu(struct powerman *p, const char *node, json_t *pdu, const char *plug)
{
	json_int_t n = json_integer_value(json_object_get(p->cords, node)) + 1;
	json_t *thing = room_thing(p->r, "", str_of(node));
	char port[32];

	snprintf(port, sizeof(port), "psu%lld", (long long)n);
	if (room_cable(p->r, &(struct room_cable){.a = thing, .a_port = str_of(port), .a_kind = "inlet", .b = pdu,
	        .b_port = str_of(plug), .b_kind = "outlet", .file = p->s->name, .line = p->word[0].line}))
		jsn_set(p->cords, node, json_integer(n));
	room_once(p->r, "outlets have the names of powerman's plugs; where the device calls them otherwise (Sentry3: AA1) the ports want its names before power is asked");
}

/* device NULL: one that is a program. */
static int
node_pairs(struct powerman *p, json_t *device, const json_t *nodes, const json_t *plugs, struct err *e)
{
	size_t n = json_array_size(nodes);

	if (plugs != NULL && json_array_size(plugs) != n)
		return err_set(e, ERR_INPUT, "%s: line %zu: %zu nodes and %zu plugs: each node has one plug", p->s->name,
		    p->word[0].line, n, json_array_size(plugs));
	for (size_t i = 0; i < n; i++) {
		const char *node = json_string_value(json_array_get(nodes, i)),
		           *plug = plugs == NULL ? node : json_string_value(json_array_get(plugs, i));

		room_guess(p->r, room_thing(p->r, "", str_of(node)), "server", "powerman.conf does not say what a node is");
		if (device == NULL)
			plug_into_bmc(p, node, plug);
		else if (plugs != NULL)
			plug_into_pdu(p, node, device, plug);
		else
			room_once(p->r, "%s: line %zu: no plugs are named for the nodes of \"%s\": their cords are not carried over, for a guessed outlet could be another machine's",
			    p->s->name, p->word[0].line, p->word[2].text.p);
		if (room_fits(p->r, e) != 0)
			return -1;
	}
	return 0;
}

static int
node_statement(struct powerman *p, struct err *e)
{
	json_t *device, *nodes = NULL, *plugs = NULL;
	int rc = -1;

	if (p->n < 3 || p->n > 4)
		return wrong(p, p->word[0].line, "node takes nodes, a device and its plugs: node \"n[1-8]\" \"pow0\" \"[1-8]\"", e);
	device = room_find(p->r, "device", word_of(p, 2));
	if (device == NULL && (word_of(p, 2).n == 0 || json_object_get(p->programs, p->word[2].text.p) == NULL))
		return err_set(e, ERR_INPUT, "%s: line %zu: there is no device \"%s\" before this line", p->s->name, p->word[0].line,
		    p->word[2].text.n > 0 ? p->word[2].text.p : "");
	if (import_range(word_of(p, 1), &nodes, e) != 0 || (p->n == 4 && import_range(word_of(p, 3), &plugs, e) != 0))
		err_prefix(e, "%s: line %zu", p->s->name, p->word[0].line);
	else
		rc = node_pairs(p, device, nodes, plugs, e);
	json_decref(nodes);
	json_decref(plugs);
	return rc;
}

static int
alias_statement(struct powerman *p, struct err *e)
{
	json_t *pool, *names;

	if (p->n != 3 || word_of(p, 1).n == 0)
		return wrong(p, p->word[0].line, "alias takes a name and nodes: alias \"login\" \"n[1-4]\"", e);
	if (import_range(word_of(p, 2), &names, e) != 0)
		return err_prefix(e, "%s: line %zu", p->s->name, p->word[0].line);
	pool = room_thing(p->r, "pool", word_of(p, 1));
	room_type(p->r, pool, "pool");
	for (size_t i = 0; i < json_array_size(names); i++) {
		struct str name = str_of(json_string_value(json_array_get(names, i)));
		json_t *thing = room_find(p->r, "", name);

		if (thing == NULL)
			thing = room_find(p->r, "pool", name);
		if (thing != NULL)
			room_member(p->r, pool, thing);
		else
			room_note(p->r, "%s: line %zu: the alias \"%s\" names \"%s\", which is no node: left out", p->s->name,
			    p->word[0].line, p->word[1].text.p, name.p);
	}
	json_decref(names);
	return room_fits(p->r, e);
}

/* specification "x" { ... }: how a device is spoken to. Over its braces. */
static int
skip_specification(struct powerman *p, struct err *e)
{
	size_t line = p->line, depth = 0;
	struct word w;
	int rc;

	while ((rc = next_word(p, &w, e)) == 1) {
		bool open = !w.quoted && str_is(buf_view(&w.text), "{"), shut = !w.quoted && str_is(buf_view(&w.text), "}");

		buf_free(&w.text);
		depth += open;
		if (shut && depth-- <= 1)
			return 0;
	}
	buf_free(&w.text);
	return rc < 0 ? -1 : wrong(p, line, "a specification does not end", e);
}

static const struct {
	const char *word;
	int pass; /* aliases are read when all nodes are known */
	int (*run)(struct powerman *p, struct err *e);
} statements[] = {
	{"device", 0, device_statement},
	{"node", 0, node_statement},
	{"alias", 1, alias_statement},
};

static bool
begins_statement(const struct word *w)
{
	struct str text = buf_view(&w->text);

	for (size_t i = 0; i < LARCH_COUNT(statements); i++)
		if (!w->quoted && str_is(text, statements[i].word))
			return true;
	return !w->quoted && (among(text, skipped, LARCH_COUNT(skipped)) || str_is(text, "specification"));
}

static int
run_statement(struct powerman *p, int pass, struct err *e)
{
	struct str first = word_of(p, 0);

	for (size_t i = 0; i < LARCH_COUNT(statements); i++)
		if (str_is(first, statements[i].word))
			return statements[i].pass == pass ? statements[i].run(p, e) : 0;
	if (str_is(first, "include") && pass == 0)
		room_note(p->r, "%s: line %zu: include %s was not read; if it has nodes, give that file too", p->s->name,
		    p->word[0].line, p->n > 1 ? p->word[1].text.p : "");
	return 0;
}

/* The words up to the next that begins a statement. */
static int
one_file(struct powerman *p, int pass, struct err *e)
{
	struct word w;
	int rc;

	while ((rc = next_word(p, &w, e)) == 1) {
		if (begins_statement(&w)) {
			if (p->n > 0 && run_statement(p, pass, e) != 0) {
				rc = -1;
				break;
			}
			forget(p);
		} else if (p->n == 0) {
			rc = err_set(e, ERR_INPUT, "%s: line %zu: \"%s\" begins no statement of powerman.conf", p->s->name, w.line,
			    w.text.n > 0 ? w.text.p : "");
			break;
		}
		if (p->n == WORDS) {
			rc = wrong(p, w.line, "too many words in one statement", e);
			break;
		}
		p->word[p->n++] = w;
		w.text = BUF(1);
		if (!p->word[p->n - 1].quoted && str_is(word_of(p, p->n - 1), "specification") && p->n == 1) {
			if (skip_specification(p, e) != 0)
				return -1;
			forget(p);
		}
	}
	buf_free(&w.text);
	return rc < 0 || (p->n > 0 && run_statement(p, pass, e) != 0) ? -1 : 0;
}

int
powerman_read(struct room *r, const struct source *s, size_t n, struct err *e)
{
	struct powerman p = {.r = r, .cords = json_object(), .programs = json_object()};
	int rc = 0;

	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n && rc == 0; i++) {
			p.s = &s[i];
			p.rest = s[i].text;
			p.line = 1;
			rc = one_file(&p, pass, e);
			forget(&p);
		}
	json_decref(p.cords);
	json_decref(p.programs);
	return rc;
}

const char *
powerman_looks(const struct source *s)
{
	struct powerman p = {.s = s, .rest = s->text, .line = 1};
	const char *why = NULL;
	struct word w, next = {0};
	struct err e;

	if (next_word(&p, &w, &e) == 1 && begins_statement(&w) && next_word(&p, &next, &e) == 1 &&
	    (next.quoted || among(buf_view(&w.text), skipped, LARCH_COUNT(skipped))))
		why = "it begins as powerman.conf does";
	buf_free(&w.text);
	buf_free(&next.text);
	return why;
}
