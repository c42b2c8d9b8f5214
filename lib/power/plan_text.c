/* SPDX-License-Identifier: Apache-2.0 */
/* A plan as text. */
#include <stdio.h>
#include <string.h>

#include "plan_making.h"

/* ---- text -------------------------------------------------------------------------------- */

static void
vlan_words(const struct power_plan *p, const struct power_step *s, struct buf *b)
{
	buf_printf(b, "%s %s: ", s->device, s->outlet);
	if (s->action == POWER_DO_VLAN_PVID)
		buf_printf(b, "PVID from %lld to %lld, read back", (long long)(p->vlan == NULL ? 0 : p->vlan->was), (long long)s->vlan);
	else
		buf_printf(b, "%s the %s list of VLAN %lld, read back",
		    s->action == POWER_DO_VLAN_EGRESS || s->action == POWER_DO_VLAN_UNTAGGED ? "into" : "out of",
		    s->action == POWER_DO_VLAN_EGRESS || s->action == POWER_DO_VLAN_LEAVE_EGRESS ? "egress" : "untagged",
		    (long long)s->vlan);
}

static void
boot_words(const struct power_step *s, const char *device, struct buf *b)
{
	static const char *const from[POWER_BOOT_COUNT] = {
	    [POWER_BOOT_PXE] = "next boot from PXE", [POWER_BOOT_DISK] = "next boot from the disk",
	    [POWER_BOOT_BIOS] = "next boot into the firmware's setup",
	};

	buf_printf(b, "%s: %s, once%s, read back", device, from[power_action_boot(s->action)],
	    power_action_is_efi(s->action) ? " (EFI)" : "");
}

/* {machine} {device} {where} stand for those names; what is not a row has words of its own. */
static const char *const words_of[POWER_ACTION_COUNT] = {
    [POWER_DO_WATCH] = "state pxe; wait until {machine} answers a ping and {device} says it is on: state idle",
    [POWER_DO_CHASSIS_OFF] = "{device}: chassis off, read back",
    [POWER_DO_CHASSIS_ON] = "{device}: chassis on, read back",
    [POWER_DO_OUTLET_OFF] = "{where}: outlet off, read back",
    [POWER_DO_OUTLET_ON] = "{where}: outlet on, read back",
    [POWER_DO_LOAD] = "wait until every outlet of {machine} reads off and carries no load",
    [POWER_DO_BMC_SILENT] = "wait until {device} is silent: nothing else feeds {machine}",
    [POWER_DO_DWELL] = "wait, all off",
    [POWER_DO_WAIT_BMC] = "wait for {device} to answer",
    [POWER_DO_ENSURE_ON] = "{device}: chassis on if it stayed off, read back",
    [POWER_DO_WAIT_PING] = "wait for {machine} to answer pings",
    [POWER_DO_PING_LOST] = "wait until {machine} stops answering pings",
    [POWER_DO_RESET] = "{device}: hard reset, once; the chassis reads on afterwards",
    [POWER_DO_SOFT] = "{device}: ask the system to shut down (ACPI), once; wait until the chassis reads off",
    [POWER_DO_NMI] = "{device}: diagnostic interrupt, once; nothing can be read back",
};

void
power_step_words(const struct power_plan *p, const struct power_step *s, const struct power_words *w, struct buf *b)
{
	const struct {
		const char *hole, *text;
	} names[] = {{"{machine}", w->machine}, {"{device}", w->device}, {"{where}", w->where}};
	const char *at = words_of[s->action] == NULL ? "" : words_of[s->action];

	if (power_action_is_vlan(s->action))
		vlan_words(p, s, b);
	else if (power_action_is_boot(s->action))
		boot_words(s, w->device, b);
	else if (s->action == POWER_DO_IDENTIFY)
		buf_printf(b, "%s: identify light on for %d seconds, read back where the BMC says", w->device, POWER_IDENTIFY_S);
	while (*at != '\0') {
		size_t i = *at == '{' ? 0 : LARCH_COUNT(names);

		while (i < LARCH_COUNT(names) && strncmp(at, names[i].hole, strlen(names[i].hole)) != 0)
			i++;
		if (i == LARCH_COUNT(names)) {
			buf_char(b, *at++);
			continue;
		}
		buf_puts(b, names[i].text == NULL ? "" : names[i].text);
		at += strlen(names[i].hole);
	}
}

const char *
power_step_text(const struct power_plan *p, size_t step, struct arena *a)
{
	const struct power_step *s = &p->steps[step];
	const struct power_words w = {p->machines[s->machine].name, s->device,
	    s->outlet == NULL ? s->device : arena_printf(a, "%s %s", s->device, s->outlet)};
	struct buf b = BUF(LIMIT_PAGE);
	char *text;

	power_step_words(p, s, &w, &b);
	text = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return text;
}

static void
vlan_name_text(struct buf *b, int64_t vlan, const char *name)
{
	buf_printf(b, "VLAN %lld", (long long)vlan);
	if (name != NULL && name[0] != '\0')
		buf_printf(b, " (%s)", name);
}

const char *
power_plan_vlan_text(const struct power_plan *p, struct arena *a)
{
	const struct power_vlan *v = p->vlan;
	struct buf b = BUF(LIMIT_PAGE);
	const char *text;

	if (v == NULL || v->device == NULL)
		return NULL;
	buf_printf(&b, "%s is %s %s: in ", v->port, v->device, v->device_port);
	vlan_name_text(&b, v->was, v->was_name);
	if (v->was != v->vlan) {
		buf_puts(&b, " now, then in ");
		vlan_name_text(&b, v->vlan, v->vlan_name);
	}
	text = arena_strndup(a, b.p, b.n);
	buf_free(&b);
	return text;
}

/* ---- the whole --------------------------------------------------------------------------------- */

#define WIDTH 80

/* Words up to the width; the lines below stand `indent` in. What has no blank in it stays whole: a list is to be copied. */
static void
wrapped(struct buf *out, const char *head, size_t indent, const char *text)
{
	struct str rest = str_of(text);
	size_t at = strlen(head);

	buf_puts(out, head);
	for (bool first = true; rest.p != NULL; first = false) {
		struct str word = str_cut(&rest, ' ');

		if (!first && at + 1 + word.n > WIDTH) {
			buf_printf(out, "\n%*s", (int)indent, "");
			at = indent;
		} else if (!first) {
			buf_char(out, ' ');
			at++;
		}
		buf_str(out, word);
		at += word.n;
	}
	buf_char(out, '\n');
}

static void
text_rows(struct buf *out, const struct power_tell_row *rows, size_t n)
{
	char head[32];

	for (size_t i = 0; i < n; i++) {
		snprintf(head, sizeof(head), "  %-13s  ", rows[i].label);
		wrapped(out, head, strlen(head), rows[i].text);
	}
}

static void
text_part(const struct power_plan *p, const struct power_tell_part *x, struct arena *a, struct buf *out)
{
	const char *vlan = power_plan_vlan_text(p, a);
	char head[32];

	buf_printf(out, "\n%s", x->names);
	if (x->about[0] != '\0')
		buf_printf(out, "  (%s)", x->about);
	buf_puts(out, x->n > 1 && x->n_steps > 0 ? ", each by itself:\n" : "\n");
	if (vlan != NULL)
		wrapped(out, "  ", 2, vlan);
	if (x->refused != NULL)
		wrapped(out, "  REFUSED: ", 4, x->refused);
	if (x->nothing != NULL)
		wrapped(out, "  nothing to do: ", 4, x->nothing);
	text_rows(out, x->rows, x->n_rows);
	for (size_t i = 0; i < x->n_steps; i++) {
		const struct power_tell_step *s = &x->steps[i];

		snprintf(head, sizeof(head), "  %2zu. ", s->n == 0 ? i + 1 : s->n);
		wrapped(out, head, strlen(head), s->name == NULL || s->name[0] == '\0' ||
		    (p->vlan != NULL && p->vlan->device_port != NULL && strcmp(s->name, p->vlan->device_port) == 0) ? s->text
		    : arena_printf(a, "%s (\"%s\")", s->text, s->name));
	}
}

static void
text_list(struct buf *out, const char *title, const char *const *texts, size_t n)
{
	if (n > 0)
		buf_printf(out, "\n%s\n", title);
	for (size_t i = 0; i < n; i++)
		wrapped(out, "  - ", 4, texts[i]);
}

/* What becomes of whom, then what is odd, then the steps: whoever reads five lines has read the five that count. */
void
power_plan_text(const struct power_plan *p, struct buf *out)
{
	struct arena *a = arena_create();
	struct power_tale tale;
	bool long_one = p->n_machines > POWER_TELL_EACH;

	power_plan_tell(p, a, &tale);
	buf_printf(out, "Plan: %s of %zu %s, via %s\n", power_verb_name(p->verb), p->n_machines,
	    power_verb_is_outlet(p->verb) ? (p->n_machines == 1 ? "outlet" : "outlets")
	                                  : (p->n_machines == 1 ? "machine" : "machines"),
	    power_way_name(p->way));
	text_rows(out, tale.rows, tale.n_rows);
	if (p->n_cut == 0 && p->n_steps > 0 && p->way == POWER_WAY_PDU)
		buf_puts(out, "  Nothing else hangs on these outlets.\n");
	if (p->n_warnings > 0)
		buf_puts(out, "\nWarnings\n");
	for (size_t i = 0; i < p->n_warnings; i++)
		wrapped(out, "  - ", 4, p->warnings[i].text);
	for (size_t i = 0; i < tale.n_parts; i++)
		text_part(p, &tale.parts[i], a, out);
	text_list(out, "As last seen", p->notes, p->n_notes);
	if (p->stale)
		wrapped(out, "\n", 0, "Some of this is older than two sweeps: have it checked before you trust it.");
	if (long_one) {
		buf_puts(out, "\nIn short\n");
		text_rows(out, tale.rows, tale.n_rows);
	}
	if (long_one && p->n_warnings > 0)
		buf_printf(out, "  %zu warning%s, above.\n", p->n_warnings, p->n_warnings == 1 ? "" : "s");
	buf_printf(out, "\nplan %.16s  policy %s\n", p->hash, p->revision);
	arena_destroy(a);
}
