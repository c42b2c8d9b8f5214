/* SPDX-License-Identifier: Apache-2.0 */
/* The room in numbers: how many are up, and how they are, and were. */
#include <math.h>
#include <string.h>

#include "pages_front.h"

/* ---- counts ------------------------------------------------------------------------------------------ */

/* How many have each word. What is stale or unknown is not counted as what it last was; "other" is every other word. */
#define WORDS 4
struct tally {
	const char *key, *label, *href;
	const char *filter; /* the address of those with a word, up to the word; NULL: there is none */
	const char *groups; /* where the unknown stand together: those that were never seen fit no query of status */
	struct {
		const char *word;
		enum status_level level;
		size_t n;
	} words[WORDS];     /* the first is the good one, and always shown */
	size_t unknown;
};

static void
tally(struct tally *t, const struct status_value *v, int64_t now)
{
	const char *word = pages_known_word(v, now);
	size_t k = 0;

	if (word == NULL) {
		t->unknown++;
		return;
	}
	while (k + 1 < WORDS && (t->words[k].word == NULL || strcmp(t->words[k].word, word) != 0))
		k++;
	t->words[k].n++;
}

static json_t *
tally_json(const struct tally *t)
{
	json_t *o = json_object();
	size_t total = t->unknown;

	for (size_t k = 0; k < WORDS; k++)
		total += t->words[k].n;
	jsn_set(o, "total", json_integer((json_int_t)total));
	for (size_t k = 0; k < WORDS; k++)
		if (t->words[k].word != NULL)
			jsn_set(o, t->words[k].word, json_integer((json_int_t)t->words[k].n));
	jsn_set(o, "unknown", json_integer((json_int_t)t->unknown));
	return o;
}

static void
word_add(json_t *list, struct arena *a, const struct tally *t, const char *word, const char *level, size_t n)
{
	json_t *o = json_object();

	jsn_set(o, "n", json_integer((json_int_t)n));
	jsn_set_text(o, "word", word);
	jsn_set_text(o, "level", level);
	if (t->filter == NULL || strcmp(word, "other") == 0)
		jsn_set(o, "filter", json_false());
	else if (strcmp(word, "unknown") == 0)
		jsn_set_text(o, "filter", t->groups);
	else
		jsn_set_text(o, "filter", arena_printf(a, "%s%s", t->filter, word));
	jsn_add(list, o);
}

static json_t *
tally_html(const struct tally *t, struct arena *a)
{
	static const char *const levels[STATUS_LEVEL_COUNT] = {[STATUS_OK] = "level-ok", [STATUS_WARN] = "level-warn",
	    [STATUS_CRITICAL] = "level-critical", [STATUS_UNKNOWN] = "level-unknown"};
	json_t *o = json_object(), *list = json_array();

	jsn_set_text(o, "label", t->label);
	jsn_set_text(o, "href", t->href);
	for (size_t k = 0; k < WORDS; k++)
		if (k == 0 || t->words[k].n > 0)
			word_add(list, a, t, t->words[k].word, levels[t->words[k].level], t->words[k].n);
	if (t->unknown > 0)
		word_add(list, a, t, "unknown", levels[STATUS_UNKNOWN], t->unknown);
	jsn_set(o, "words", list);
	return o;
}

/* Only what can be known is counted: a machine without an address answers no ping, one without wiring has no outlets. */
json_t *
pages_front_counts(const struct front *f)
{
	struct tally all[] = {
	    {"machines", "Machines", "/nodes", "/nodes?q=status:ping=", "/nodes?show=all&group=ping",
	        {{"up", STATUS_OK, 0}, {"down", STATUS_CRITICAL, 0}, {NULL, 0, 0}, {"other", STATUS_WARN, 0}}, 0},
	    {"power", "Power", "/nodes?sort=outlets", "/nodes?q=status:outlets=", "/nodes?show=all&group=outlets",
	        {{"on", STATUS_OK, 0}, {"off", STATUS_WARN, 0}, {"mixed", STATUS_WARN, 0}, {"other", STATUS_WARN, 0}}, 0},
	    {"pdus", "PDUs", "/pdus", NULL, NULL,
	        {{"ok", STATUS_OK, 0}, {"silent", STATUS_CRITICAL, 0}, {"fault", STATUS_WARN, 0}, {"other", STATUS_CRITICAL, 0}}, 0},
	};
	bool html = f->call->format == WEB_HTML;
	json_t *o = html ? json_array() : json_object();

	for (size_t i = 0; i < f->room->n_nodes; i++) {
		const struct pages_node *n = &f->room->nodes[i];

		const struct status_value *ping = pages_value(f->room, n, "ping"), *power = pages_value(f->room, n, "outlets");

		if (ping != NULL || (n->thing != NULL && inv_attr(n->thing, "address") != NULL))
			tally(&all[0], ping, f->call->now);
		if (power != NULL || n->n_cords > 0)
			tally(&all[1], power, f->call->now);
	}
	for (size_t i = 0; i < f->room->n_pdus; i++)
		tally(&all[2], f->room->pdus[i].value, f->call->now);
	for (size_t i = 0; i < LARCH_COUNT(all); i++)
		if (html)
			jsn_add(o, tally_html(&all[i], f->call->arena));
		else
			jsn_set(o, all[i].key, tally_json(&all[i]));
	return o;
}

/* ---- levels ---------------------------------------------------------------------------------- */

json_t *
pages_front_levels(const struct front *f)
{
	static const struct {
		enum status_level level;
		const char *word, *class;
	} looks[] = {{STATUS_CRITICAL, "critical", "level-critical"}, {STATUS_WARN, "warn", "level-warn"},
	    {STATUS_UNKNOWN, "unknown", "level-unknown"}, {STATUS_OK, "ok", "level-ok"}};
	bool html = f->call->format == WEB_HTML;
	json_t *made = html ? json_array() : json_object();

	for (size_t i = 0; i < LARCH_COUNT(looks); i++) {
		json_t *o;

		if (!html) {
			jsn_set(made, looks[i].word, json_integer((json_int_t)f->level[looks[i].level]));
			continue;
		}
		if (f->level[looks[i].level] == 0)
			continue;
		o = json_object();
		jsn_set(o, "n", json_integer((json_int_t)f->level[looks[i].level]));
		jsn_set_text(o, "word", looks[i].word);
		jsn_set_text(o, "level", looks[i].class);
		/* of the unknown some were never seen: they fit no query of status */
		jsn_set_text(o, "href", looks[i].level == STATUS_UNKNOWN ? "/nodes?group=level"
		    : web_link(f->call->arena, "/nodes?q=level:%s", looks[i].word));
		jsn_add(made, o);
	}
	return made;
}

/* ---- availability ------------------------------------------------------------------------------ */

/* Of the nodes that are asked at all: one without an address would be unknown for ever. */
int
pages_front_shares(struct front *f, struct err *e)
{
	const struct pages_room *r = f->room;
	struct hosts names = {arena_array(f->call->arena, r->n_nodes + 1, sizeof(char *)), 0};
	struct status_share *share[PAGES_WINDOWS];

	for (size_t i = 0; i < r->n_nodes; i++)
		if (pages_value(r, &r->nodes[i], PAGES_LIFE) != NULL)
			names.name[names.n++] = (char *)(uintptr_t)r->nodes[i].name; /* only read */
	f->n_shared = names.n;
	if (names.n == 0)
		return 0;
	if (pages_shares(f->call, f->status, &names, PAGES_LIFE, share, e) != 0)
		return -1;
	for (size_t w = 0; w < PAGES_WINDOWS; w++)
		f->share[w] = status_share_sum(share[w], names.n);
	return 0;
}

json_t *
pages_front_share_model(const struct front *f)
{
	bool html = f->call->format == WEB_HTML;
	json_t *made = html ? json_array() : json_object();

	for (size_t w = 0; f->n_shared > 0 && w < PAGES_WINDOWS; w++) {
		json_t *o;

		if (!html) {
			jsn_set(made, pages_windows[w].word, pages_share_json(&f->share[w]));
			continue;
		}
		o = json_object();
		jsn_set_text(o, "window", pages_windows[w].word);
		jsn_set_text(o, "text", pages_share_text(&f->share[w], f->call->arena));
		jsn_add(made, o);
	}
	return made;
}
