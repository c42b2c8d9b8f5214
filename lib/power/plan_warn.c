/* SPDX-License-Identifier: Apache-2.0 */
/* Warnings while a plan is made. What is so of two hundred machines is one sentence, or nobody reads the one beside it. */
#include <string.h>

#include "plan_making.h"

struct warned {
	const char *text, *decided;
	struct hosts of; /* machines; n 0: it is about the plan */
	size_t cap;
};

static struct warned *
find(struct making *m, const char *decided, bool of_machines)
{
	struct warned *w;

	for (size_t i = 0; i < m->n_warned; i++)
		if ((m->warned[i].of.n > 0) == of_machines && strcmp(m->warned[i].decided, decided) == 0)
			return &m->warned[i];
	m->warned = power_plan_grown(m->a, m->warned, m->n_warned, &m->cap_warned, sizeof(*m->warned));
	w = &m->warned[m->n_warned++];
	*w = (struct warned){.decided = decided};
	return w;
}

void
power_plan_warn_measured(struct making *m, const char *text, const char *decided)
{
	find(m, decided, false)->text = text;
}

void
power_plan_warn(struct making *m, const char *text)
{
	power_plan_warn_measured(m, text, text);
}

void
power_plan_warn_of(struct making *m, const char *machine, const char *text)
{
	struct warned *w = find(m, text, true);

	w->text = text;
	w->of.name = power_plan_grown(m->a, w->of.name, w->of.n, &w->cap, sizeof(*w->of.name));
	w->of.name[w->of.n++] = arena_strdup(m->a, machine);
}

const char *
power_plan_names(struct hosts *h, struct arena *a)
{
	struct hosts fit = {.name = arena_array(a, h->n, sizeof(*fit.name))};
	struct buf b = BUF(LIMIT_PAGE);
	const char *text;

	hosts_sort(h);
	for (size_t i = 0; i < h->n; i++) {
		struct hosts one = {&h->name[i], 1};

		if (hosts_fold(&one, a)[0] != '\0')
			fit.name[fit.n++] = h->name[i];
	}
	buf_puts(&b, hosts_fold(&fit, a));
	for (size_t i = 0; i < h->n; i++) /* both in one order */
		if (!hosts_has(&fit, h->name[i])) {
			buf_puts(&b, b.n > 0 ? "," : "");
			buf_plain(&b, str_of(h->name[i]));
		}
	text = arena_strndup(a, b.n == 0 ? "" : b.p, b.n);
	buf_free(&b);
	return text;
}

void
power_plan_warnings(struct making *m)
{
	struct power_plan *p = m->p;

	p->n_warnings = m->n_warned;
	p->warnings = arena_array(m->a, m->n_warned, sizeof(*p->warnings));
	for (size_t i = 0; i < m->n_warned; i++) {
		struct warned *w = &m->warned[i];
		const char *names = w->of.n == 0 ? NULL : power_plan_names(&w->of, m->a);

		p->warnings[i] = (struct power_warning){w->text, w->decided};
		if (names != NULL)
			p->warnings[i].text = p->warnings[i].decided = arena_printf(m->a, "%s: %s", names, w->decided);
	}
}
