/* SPDX-License-Identifier: Apache-2.0 */
/* What a proof is about, in one spelling, so that two programs come to the same sum. */
#include <string.h>

#include "step.h"
#include "inner.h"

/* A grant is for what switches something: all verbs from `on`, but for the light. */
static bool
switches(enum auth_verb v)
{
	return v >= AUTH_ON && v < AUTH_VERB_COUNT && v != AUTH_IDENTIFY;
}

static int
read_verbs(struct str typed, struct arena *a, const char **out, struct err *e)
{
	bool has[AUTH_VERB_COUNT] = {false};
	struct buf text = BUF(LIMIT_GRANT_VERBS);
	enum auth_verb v;

	while (typed.p != NULL) {
		struct str word = str_trim(str_cut(&typed, ','));

		if (word.n == 0)
			continue;
		if (auth_verb_find(word, &v) != 0)
			return err_set(e, ERR_INPUT, "'%.*s' is no verb.", (int)(word.n > 40 ? 40 : word.n), word.p);
		if (!switches(v))
			return err_set(e, ERR_INPUT, "'%s' switches nothing and needs no grant.", auth_verb_name(v));
		has[v] = true;
	}
	for (size_t i = 0; i < AUTH_VERB_COUNT; i++)
		if (has[i])
			buf_printf(&text, "%s%s", text.n > 0 ? "," : "", auth_verb_name((enum auth_verb)i));
	*out = arena_strdup(a, text.n > 0 ? text.p : "");
	buf_free(&text);
	return **out != '\0' ? 0 : err_set(e, ERR_INPUT, "A grant needs a verb: cycle, or on,off.");
}

static void
sum(const struct buf *text, char out[AUTH_ABOUT_TEXT])
{
	unsigned char hash[AUTH_HASH];

	auth_sha256(text->p, text->n, hash);
	hex_encode(hash, sizeof(hash), out);
}

int
auth_about_grant(const struct auth_grant_wish *w, struct arena *a, struct auth_grant_about *out, struct err *e)
{
	struct buf text = BUF(LIMIT_HOSTS_TEXT);

	*out = (struct auth_grant_about){.minutes = w->minutes, .uses = w->uses};
	if (read_verbs(w->verbs, a, &out->verbs, e) != 0 || hosts_parse(w->things, NULL, a, &out->names, e) != 0)
		return -1;
	if (out->names.n == 0)
		return err_set(e, ERR_INPUT, "A grant needs things: machines, or PDU:OUTLET.");
	if (out->names.n > LIMIT_PLAN_THINGS)
		return err_set(e, ERR_LIMIT, "A grant is for %d things at most, and these are %zu.", LIMIT_PLAN_THINGS, out->names.n);
	if (w->minutes < 1 || w->minutes > AUTH_GRANT_MINUTES)
		return err_set(e, ERR_INPUT, "A grant is for 1 to %d minutes.", AUTH_GRANT_MINUTES);
	if (w->uses < 1 || w->uses > AUTH_GRANT_USES)
		return err_set(e, ERR_INPUT, "A grant is for 1 to %d uses.", AUTH_GRANT_USES);
	hosts_sort(&out->names);
	out->things = hosts_fold(&out->names, a);
	buf_printf(&text, "larch-grant-v1\n%s\n%lld\n%lld\n", out->verbs, (long long)w->minutes, (long long)w->uses);
	buf_puts(&text, out->things);
	sum(&text, out->about);
	buf_free(&text);
	return 0;
}

int
auth_about_plan(struct str plan, char out[AUTH_ABOUT_TEXT], struct err *e)
{
	struct buf text = BUF(LIMIT_NAME);

	out[0] = '\0';
	if (!auth_token_is(plan)) /* 64 lower-case hex digits too */
		return err_set(e, ERR_INPUT, "A plan is named by the 64 digits of its hash.");
	buf_printf(&text, "larch-approve-v1\n%.*s\n", (int)plan.n, plan.p);
	sum(&text, out);
	buf_free(&text);
	return 0;
}

int
auth_token_sum(struct str token, char out[AUTH_ABOUT_TEXT])
{
	unsigned char hash[AUTH_HASH];

	out[0] = '\0';
	if (auth_token_hash(token, hash) != 0)
		return -1;
	hex_encode(hash, sizeof(hash), out);
	return 0;
}
