/* SPDX-License-Identifier: Apache-2.0 */
/* From what is known to an advice, and an advice as a line and as JSON. */
#include <math.h>
#include <string.h>

#include "inner.h"

/* ---- facts ------------------------------------------------------------------------------------ */

static const struct status_column *
column_of(const struct advice_seen *s, const char *name)
{
	for (size_t i = 0; i < s->n_columns; i++)
		if (strcmp(s->columns[i].name, name) == 0)
			return &s->columns[i];
	return NULL;
}

static void
take_values(const struct advice_seen *s, struct arena *a, struct advice_facts *out)
{
	struct advice_check *checks = arena_array(a, s->n_values + 1, sizeof(*checks));

	out->checks = checks;
	out->level = STATUS_UNKNOWN;
	for (size_t i = 0, counted = 0; i < s->n_values; i++) {
		const struct status_value *v = &s->values[i];
		const struct status_column *c = column_of(s, v->check);
		struct advice_check *x = &checks[out->n_checks];

		if (c == NULL)
			continue;
		*x = (struct advice_check){
		    .column = v->check,
		    .text = v->text == NULL ? "" : v->text,
		    .detail = v->detail,
		    .data = v->data,
		    .level = v->level,
		    .number = v->number,
		    .at = v->at,
		    .since = v->since,
		    .stale = status_stale(v->at, v->interval, s->now),
		    .counts = c->counts,
		};
		if (x->counts) {
			enum status_level level = x->stale ? STATUS_UNKNOWN : x->level;

			out->level = counted++ == 0 ? level : status_worse(out->level, level);
		}
		out->n_checks++;
	}
}

/* Of an action that is none of these it is known that nothing came of it: refused, skipped, failed. */
static bool
may_be_done(const struct status_action *x)
{
	static const char *const done[] = {"ok", "unknown", "partial"};

	for (size_t i = 0; i < LARCH_COUNT(done); i++)
		if (strcmp(x->outcome, done[i]) == 0)
			return true;
	return false;
}

void
advice_facts_of(const struct advice_seen *s, struct arena *a, struct advice_facts *out)
{
	struct advice_act *acts = arena_array(a, s->n_actions + 1, sizeof(*acts));

	*out = (struct advice_facts){
	    .thing = s->thing, .now = s->now, .columns = s->columns, .n_columns = s->n_columns, .acts = acts,
	    .cured = s->cured, .n_cured = s->n_cured,
	};
	take_values(s, a, out);
	for (size_t i = 0; i < s->n_actions; i++)
		if (may_be_done(&s->actions[i]))
			acts[out->n_acts++] = (struct advice_act){s->actions[i].at, s->actions[i].verb};
}

/* ---- advice -------------------------------------------------------------------------------------- */

static void
take_share(const struct advice_facts *f, struct advice *out)
{
	out->has_share = advice_is_power(out->verb);
	for (size_t i = 0; out->has_share && i < f->n_cured; i++) {
		const struct status_cured *c = &f->cured[i];

		if (strcmp(c->rule, out->rule) == 0 && strcmp(c->signs, out->signs) == 0 && strcmp(c->verb, out->action) == 0) {
			out->share.n += c->n;
			out->share.well += c->well;
		}
	}
	advice_wilson(out->share.well, out->share.n, &out->share.low, &out->share.high);
}

bool
advice_for(const struct advice_rules *rules, const struct advice_facts *f, struct arena *a, struct advice *out)
{
	if (f->level == STATUS_OK)
		return false;
	for (size_t i = 0; i < rules->n; i++) {
		const struct advice_rule *r = &rules->rule[i];

		if (!advice_holds(r, f))
			continue;
		*out = (struct advice){
		    .rule = r->name,
		    .signs = r->signs,
		    .verdict = advice_say(r, &r->verdict, f, a),
		    .why = advice_say(r, &r->why, f, a),
		    .verb = r->verb,
		    .action = r->verb == ADVICE_SENTENCE ? advice_say(r, &r->action, f, a) : advice_verb_name(r->verb),
		    .sure = r->sure,
		    .well = r->well,
		};
		take_share(f, out);
		return true;
	}
	return false;
}

/* ---- the measured share ---------------------------------------------------------------------------- */

#define Z 1.959963984540054 /* the 97.5 % point of the normal distribution */

void
advice_wilson(int64_t well, int64_t n, double *low, double *high)
{
	double count = (double)n, p, middle, half;

	*low = 0;
	*high = 1;
	if (n <= 0)
		return;
	p = (double)well / count;
	middle = (p + Z * Z / (2 * count)) / (1 + Z * Z / count);
	half = Z / (1 + Z * Z / count) * sqrt(p * (1 - p) / count + Z * Z / (4 * count * count));
	if (well > 0) /* at both ends it is exact, where rounding is not */
		*low = middle - half;
	if (well < n)
		*high = middle + half;
}

void
advice_share_line(const struct advice *x, struct buf *out)
{
	const struct advice_share *s = &x->share;

	if (!x->has_share)
		return;
	if (s->n == 0)
		buf_puts(out, "No past case with these signs is known.");
	else if (s->n < ADVICE_CASES)
		buf_printf(out, "Only %lld past case%s with these signs: too few to say how often it helps.", (long long)s->n,
		    s->n == 1 ? "" : "s");
	else
		buf_printf(out, "It helped in %lld of %lld cases with these signs: %.0f %%, 95 %% interval %.0f to %.0f %%.",
		    (long long)s->well, (long long)s->n, 100 * (double)s->well / (double)s->n, 100 * s->low, 100 * s->high);
}

/* ---- shown ------------------------------------------------------------------------------------------ */

/* What is done, as a sentence of its own. */
static const char *
in_words(const struct advice *x)
{
	static const char *const words[ADVICE_VERB_COUNT] = {
	    [ADVICE_CYCLE] = "cycle it", [ADVICE_ON] = "switch it on",     [ADVICE_OFF] = "switch it off", [ADVICE_RESET] = "reset it",
	    [ADVICE_NONE] = "leave it",  [ADVICE_TICKET] = "open a ticket",
	};

	return words[x->verb] == NULL ? x->action : words[x->verb];
}

void
advice_short(const struct advice *x, struct buf *out)
{
	buf_printf(out, "%s: %s (sure: %s)", x->verdict, in_words(x), x->sure);
	if (x->has_share && x->share.n >= ADVICE_CASES)
		buf_printf(out, "; it helped in %lld of %lld cases, %.0f to %.0f %%", (long long)x->share.well, (long long)x->share.n,
		    100 * x->share.low, 100 * x->share.high);
	else if (x->has_share)
		buf_puts(out, "; too few cases to say how often it helps");
}

void
advice_line(const struct advice *x, struct buf *out)
{
	buf_printf(out, "%s: %s (sure: %s). Why: %s.", x->verdict, in_words(x), x->sure, x->why);
	if (x->has_share)
		buf_char(out, ' ');
	advice_share_line(x, out);
}

json_t *
advice_json(const struct advice *x)
{
	json_t *o = json_object(), *share = json_null();

	if (x->has_share && x->share.n >= ADVICE_CASES) {
		share = json_object();
		jsn_set(share, "n", json_integer(x->share.n));
		jsn_set(share, "well", json_integer(x->share.well));
		jsn_set(share, "low", json_real(x->share.low));
		jsn_set(share, "high", json_real(x->share.high));
	}
	jsn_set_text(o, "rule", x->rule);
	jsn_set_text(o, "signs", x->signs);
	jsn_set_text(o, "verdict", x->verdict);
	jsn_set_text(o, "action", x->action);
	jsn_set_text(o, "why", x->why);
	jsn_set_text(o, "sure", x->sure);
	jsn_set(o, "share", share);
	return o;
}
