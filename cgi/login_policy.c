/* SPDX-License-Identifier: Apache-2.0 */
/* The first policy: what the break-glass account may add to a room in which nobody may do anything. */
#include <string.h>

#include "login.h"

/* Refused before the text is looked at, for whoever must not know more. */
static int
check_person(struct web_call *c, struct err *e)
{
	if (!auth_person_local(c->person))
		return err_set(e, ERR_DENIED, "The first policy is added by the break-glass account, or on the server.");
	if (!auth_policy_missing(c->policy))
		return err_set(e, ERR_CONFLICT, "There is a policy already. It is changed on the server, in its file.");
	return auth_may_some(c->policy, c->person, "import", e); /* a token may have less scope */
}

/* Told to all first, and then written. */
static int
add(struct web_call *c, struct str text, const char *how, struct err *e)
{
	struct auth_from from = login_from(c, how);
	struct login *l = c->shared;
	char revision[17];
	int rc;

	if (check_person(c, e) != 0)
		return -1;
	if (auth_desk_shout(l->desk, c->person, "adds the first policy", "the first policy", &from, e) != 0)
		return -1;
	pthread_mutex_lock(&l->yang_lock);
	rc = auth_policy_first(c->conf->policy, l->yang, text, revision, e);
	pthread_mutex_unlock(&l->yang_lock);
	if (rc == 0)
		log_error("BREAK-GLASS: %s added the first policy, revision %s", c->person->name, revision);
	return rc;
}

static int
show(struct web_call *c, const char *text, const struct err *refused, struct err *e)
{
	json_t *m = json_object();
	struct err why;

	jsn_set_text(m, "title", "The first policy");
	jsn_set_text(m, "policy", text);
	jsn_set_text(m, "file", c->conf->policy);
	jsn_set_text(m, "refused", refused == NULL ? NULL : refused->text);
	jsn_set(m, "may", json_boolean(check_person(c, &why) == 0));
	if (refused == NULL && check_person(c, &why) != 0)
		jsn_set_text(m, "refused", why.text);
	return web_page(c, NULL, m, e);
}

/* A form to fill in: one role that does all there is, for a group that the person names. */
#define EXAMPLE \
	"{\n  \"larch-policy:policy\": {\n    \"roles\": [\n      {\n        \"name\": \"admin\",\n" \
	"        \"groups\": [\"NAME OF A GROUP OF THE DIRECTORY\"],\n" \
	"        \"verbs\": [\"see\", \"log\", \"import\", \"edit\", \"wire\", \"check\", \"tag\", \"on\", \"off\", \"cycle\"],\n" \
	"        \"hosts\": \"@*\",\n        \"at_once\": 8,\n        \"per_hour\": 60\n      }\n    ]\n  }\n}\n"

int
login_policy_form(struct web_call *c, struct err *e)
{
	struct err why;

	if (check_person(c, &why) != 0 && why.kind == ERR_DENIED)
		return err_set(e, ERR_DENIED, "%s", why.text);
	return show(c, EXAMPLE, NULL, e);
}

int
login_policy_post(struct web_call *c, struct err *e)
{
	const char *text = web_text(c, "policy");
	struct err why = {0};

	if (add(c, str_of(text == NULL ? "" : text), "form", &why) == 0)
		return web_redirect(c, "/account", e);
	if (why.kind == ERR_DENIED)
		return err_set(e, ERR_DENIED, "%s", why.text);
	web_status(c, web_kind_status(why.kind));
	return show(c, text, &why, e);
}

int
login_api_policy(struct web_call *c, struct err *e)
{
	struct buf text = BUF(LIMIT_CONFIG_FILE);
	json_t *o;
	int rc = -1;

	jsn_pretty(web_value(c, "policy"), &text);
	if (text.over)
		err_set(e, ERR_LIMIT, "The policy is longer than %u bytes.", LIMIT_CONFIG_FILE);
	else
		rc = add(c, buf_view(&text), "api", e);
	buf_free(&text);
	if (rc != 0)
		return -1;
	o = json_object();
	jsn_set_text(o, "file", c->conf->policy);
	return web_json(c, 201, o, e);
}
