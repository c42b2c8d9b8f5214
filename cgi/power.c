/* SPDX-License-Identifier: Apache-2.0 */
/* power: plans, confirms, authorises and files power requests; shows jobs and the log. */
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "inv/query.h"
#include "power_private.h"

/* ---- routes -------------------------------------------------------------------------------- */

static const char *const verbs[] = {"on", "off", "cycle", "outlet-on", "outlet-off", "outlet-cycle", "rebuild", "setvlan",
    "reset", "soft", "nmi", "identify", "bootdev", NULL};
static const char *const machine_verbs[] = {"on", "off", "cycle", "reset", "soft", "nmi", "identify", "bootdev", "rebuild",
    "setvlan", NULL};
static const char *const boots[] = {"pxe", "disk", "bios", NULL};
static const char *const outlet_verbs[] = {"on", "off", "cycle", NULL};
static const char *const reboot_verbs[] = {"cycle", NULL};
static const char *const vias[] = {"auto", "bmc", "pdu", "switch", NULL};
static const char *const orders[] = {"abort", "pause", "resume", NULL};

#define FIELD_VIA {.name = "via", .type = WEB_ENUM, .choices = vias, .summary = "bmc or pdu; auto lets the plan choose"}
#define FIELD_PORT {.name = "port", .type = WEB_NAME, .summary = "setvlan: the machine's port, as eth1"}
#define FIELD_VLAN {.name = "vlan", .type = WEB_INT, .min = 1, .max = 4094, .summary = "setvlan: the VLAN it goes to"}
#define FIELD_BOOT {.name = "boot", .type = WEB_ENUM, .choices = boots, .summary = "bootdev: where the next start boots from"}
#define FIELD_REASON {.name = "reason", .type = WEB_TEXT, .max = LIMIT_REASON, .summary = "why; kept in the log"}
#define FIELD_EVEN {.name = "even", .type = WEB_HOSTS, .summary = "the extra word: what is cut although Larch itself stands on it"}
#define FIELD_COUNT {.name = "count", .type = WEB_TEXT, .max = LIMIT_NAME, \
	.summary = "the number of machines (or outlets), or their one rack; over a role's confirm_over"}
#define FIELD_ID {.name = "id", .type = WEB_INT, .min = 1, .max = INT64_MAX, .required = true, .summary = "the job's number"}
#define FIELD_PLAN {.name = "plan", .type = WEB_TEXT, .min = 16, .max = 64, .required = true, \
	.summary = "the hash of the plan that was shown"}

static const struct web_field form_fields[] = {
    {.name = "verb", .type = WEB_ENUM, .choices = verbs, .summary = "what to do"},
    {.name = "nodes", .type = WEB_HOSTS, .list = true, .query = true, .summary = "machines as a host list or a query, or PDU:OUTLET"},
    FIELD_VIA,
    FIELD_PORT,
    FIELD_VLAN,
    FIELD_BOOT,
    FIELD_EVEN,
    FIELD_REASON,
    {.name = NULL},
};
static const struct web_field post_fields[] = {
    {.name = "verb", .type = WEB_ENUM, .choices = verbs, .required = true, .summary = "what to do"},
    {.name = "nodes", .type = WEB_HOSTS, .list = true, .query = true, .required = true, .summary = "machines, or PDU:OUTLET"},
    FIELD_VIA,
    FIELD_PORT,
    FIELD_VLAN,
    FIELD_BOOT,
    FIELD_EVEN,
    FIELD_REASON,
    FIELD_COUNT,
    FIELD_PLAN,
    {.name = NULL},
};
static const struct web_field choose_fields[] = {
    {.name = "verb", .type = WEB_ENUM, .choices = verbs, .required = true, .summary = "what to do"},
    {.name = "nodes", .type = WEB_HOSTS, .list = true, .query = true, .required = true, .summary = "machines, or PDU:OUTLET"},
    {.name = NULL},
};
static const struct web_field check_fields[] = {
    {.name = "nodes", .type = WEB_HOSTS, .list = true, .query = true, .required = true, .summary = "what to ask now"},
    {.name = "verb", .type = WEB_ENUM, .choices = verbs, .summary = "to come back to"},
    {.name = "back", .type = WEB_NAME, .summary = "the page of this machine is what to come back to"},
    FIELD_VIA,
    FIELD_PORT,
    FIELD_VLAN,
    FIELD_BOOT,
    FIELD_EVEN,
    {.name = NULL},
};
static const struct web_field plan_fields[] = {
    {.name = "verb", .type = WEB_ENUM, .choices = machine_verbs, .required = true, .summary = "what to do"},
    {.name = "nodes", .type = WEB_HOSTS, .list = true, .query = true, .required = true, .summary = "machines, as a host list or a query"},
    FIELD_VIA,
    FIELD_PORT,
    FIELD_VLAN,
    FIELD_BOOT,
    FIELD_EVEN,
    {.name = NULL},
};
static const struct web_field api_fields[] = {
    {.name = "verb", .type = WEB_ENUM, .choices = machine_verbs, .required = true, .summary = "what to do"},
    {.name = "nodes", .type = WEB_HOSTS, .list = true, .query = true, .required = true, .summary = "machines, as a host list or a query"},
    FIELD_VIA,
    FIELD_PORT,
    FIELD_VLAN,
    FIELD_BOOT,
    FIELD_EVEN,
    FIELD_REASON,
    FIELD_COUNT,
    FIELD_PLAN,
    {.name = NULL},
};
static const struct web_field outlet_plan_fields[] = {
    {.name = "verb", .type = WEB_ENUM, .choices = outlet_verbs, .required = true, .summary = "what to do"},
    {.name = "outlets", .type = WEB_HOSTS, .list = true, .required = true, .summary = "PDU:OUTLET, as a host list"},
    FIELD_EVEN,
    {.name = NULL},
};
static const struct web_field outlet_fields[] = {
    {.name = "verb", .type = WEB_ENUM, .choices = outlet_verbs, .required = true, .summary = "what to do"},
    {.name = "outlets", .type = WEB_HOSTS, .list = true, .required = true, .summary = "PDU:OUTLET, as a host list"},
    FIELD_EVEN,
    FIELD_REASON,
    FIELD_COUNT,
    FIELD_PLAN,
    {.name = NULL},
};
static const struct web_field reboot_fields[] = {
    {.name = "h", .type = WEB_HOSTS, .query = true, .required = true, .summary = "machines, as a host list or a query"},
    {.name = "verb", .type = WEB_ENUM, .choices = reboot_verbs, .summary = "how; cycle when it is not said"},
    FIELD_VIA,
    FIELD_REASON,
    FIELD_EVEN,
    FIELD_COUNT,
    {.name = "plan", .type = WEB_TEXT, .min = 16, .max = 64, .summary = "the hash of the plan that was shown; without it, 409 with the plan"},
    {.name = NULL},
};
static const struct web_field status_fields[] = {
    {.name = "nodes", .type = WEB_HOSTS, .list = true, .query = true, .summary = "machines; absent: all"},
    {.name = NULL},
};
static const struct web_field outlet_status_fields[] = {
    {.name = "outlets", .type = WEB_HOSTS, .list = true, .summary = "PDU:OUTLET or PDU; absent: all"},
    {.name = NULL},
};
static const struct web_field probe_fields[] = {
    {.name = "address", .type = WEB_TEXT, .max = LIMIT_NAME, .summary = "a numeric address, or the name of a PDU or a switch"},
    {.name = NULL},
};
static const struct web_field probe_post_fields[] = {
    {.name = "address", .type = WEB_TEXT, .max = LIMIT_NAME, .required = true,
        .summary = "a numeric address, or the name of a PDU or a switch"},
    {.name = NULL},
};
static const struct web_field bmc_fields[] = {
    {.name = "node", .type = WEB_NAME, .required = true, .summary = "the machine whose BMC is asked"},
    {.name = NULL},
};
static const struct web_field answer_fields[] = {
    {.name = "id", .type = WEB_INT, .min = 1, .max = INT64_MAX, .required = true, .summary = "the question's number"},
    {.name = NULL},
};
static const struct web_field job_fields[] = {FIELD_ID, {.name = NULL}};
static const struct web_field job_page_fields[] = {
    FIELD_ID,
    {.name = "all", .type = WEB_FLAG, .summary = "every step, also of a large job"},
    {.name = NULL},
};
#define FIELDS_EVIDENCE FIELD_ID, {.name = "machine", .type = WEB_TEXT, .max = LIMIT_NAME, .summary = "only of this one"}, \
	{.name = "after", .type = WEB_INT, .min = 1, .max = INT64_MAX, .summary = "behind this row of the journal"}
static const struct web_field evidence_page_fields[] = {FIELDS_EVIDENCE, {.name = NULL}};
static const struct web_field evidence_fields[] = {
    FIELDS_EVIDENCE,
    {.name = "limit", .type = WEB_INT, .min = 1, .max = LIMIT_EVIDENCE_SHOWN, .summary = "of so many machines at most"},
    {.name = NULL},
};
static const struct web_field order_fields[] = {
    FIELD_ID,
    {.name = "what", .type = WEB_ENUM, .choices = orders, .required = true, .summary = "abort, pause or resume"},
    {.name = NULL},
};
#define FIELDS_GRANT \
	{.name = "verbs", .type = WEB_TEXT, .max = LIMIT_GRANT_VERBS, .required = true, .summary = "verbs with commas, as cycle,on"}, \
	{.name = "things", .type = WEB_HOSTS, .required = true, .summary = "machines, or PDU:OUTLET, as a host list"}, \
	{.name = "minutes", .type = WEB_INT, .min = 1, .max = AUTH_GRANT_MINUTES, .summary = "how long; 15"}, \
	{.name = "uses", .type = WEB_INT, .min = 1, .max = AUTH_GRANT_USES, .summary = "how many requests; 1"}
#define FIELD_PROOF {.name = "proof", .type = WEB_SECRET, .required = true, .summary = "the proof of POST /api/v1/proofs about this"}
#define FIELD_WHOLE_PLAN {.name = "plan", .type = WEB_TEXT, .min = 64, .max = 64, .required = true, .summary = "the plan's whole hash"}

static const struct web_field grant_form_fields[] = {
    FIELDS_GRANT,
    {.name = "next", .type = WEB_TEXT, .max = 2048, .summary = "where to go afterwards"},
    {.name = NULL},
};
static const struct web_field grant_fields[] = {FIELDS_GRANT, FIELD_PROOF, {.name = NULL}};
static const struct web_field grant_id_fields[] = {
    {.name = "id", .type = WEB_INT, .min = 1, .max = INT64_MAX, .required = true, .summary = "the grant's number"},
    {.name = NULL},
};
static const struct web_field approval_fields[] = {
    FIELD_WHOLE_PLAN,
    {.name = "proved", .type = WEB_FLAG, .summary = "a code was given just now"},
    {.name = NULL},
};
static const struct web_field plan_field[] = {FIELD_WHOLE_PLAN, {.name = NULL}};
static const struct web_field approve_fields[] = {FIELD_WHOLE_PLAN, FIELD_PROOF, {.name = NULL}};
static const struct web_field log_fields[] = {
    {.name = "job", .type = WEB_INT, .min = 1, .max = INT64_MAX, .summary = "rows of this job"},
    {.name = "thing", .type = WEB_NAME, .summary = "rows about this machine or device"},
    {.name = "who", .type = WEB_NAME, .summary = "rows of this person"},
    {.name = "verb", .type = WEB_NAME, .summary = "rows of this verb or action"},
    {.name = "kind", .type = WEB_ENUM, .choices = journal_kinds, .summary = "rows of this kind"},
    {.name = "outcome", .type = WEB_ENUM, .choices = journal_outcomes, .summary = "rows that came out so"},
    {.name = "since", .type = WEB_TEXT, .max = 40, .summary = "not before: RFC 3339, 22:00 or -8h"},
    {.name = "until", .type = WEB_TEXT, .max = 40, .summary = "not after: RFC 3339, 22:00 or -8h"},
    {.name = "after", .type = WEB_INT, .min = 0, .max = INT64_MAX, .summary = "rows with a higher number than this"},
    {.name = NULL},
};

#define FIELD_UNTIL {.name = "until", .type = WEB_TEXT, .max = 40, .required = true, .summary = "its end: 05:00, 8h or RFC 3339"}
#define FIELD_TAG {.name = "id", .type = WEB_INT, .min = 1, .max = INT64_MAX, .required = true, .summary = "the tag's number"}

static const struct web_field tags_fields[] = {
    {.name = "thing", .type = WEB_TEXT, .max = 2 * LIMIT_NAME, .summary = "for the form: what to tag"},
    {.name = NULL},
};
static const struct web_field tag_fields[] = {
    {.name = "thing", .type = WEB_TEXT, .max = 2 * LIMIT_NAME, .required = true, .summary = "a rack, machine, PDU or other thing, or PDU:OUTLET"},
    {.name = "reason", .type = WEB_TEXT, .max = LIMIT_REASON, .required = true, .summary = "why it hangs"},
    {.name = "contact", .type = WEB_TEXT, .max = LIMIT_NAME, .summary = "how to reach who hung it"},
    FIELD_UNTIL,
    {.name = NULL},
};
static const struct web_field tags_lift_fields[] = {
    {.name = "ids", .type = WEB_NAME, .list = true, .required = true, .summary = "the tags' numbers"},
    {.name = NULL},
};
static const struct web_field tag_lift_fields[] = {FIELD_TAG, {.name = NULL}};
static const struct web_field tag_extend_fields[] = {FIELD_TAG, FIELD_UNTIL, {.name = NULL}};

static const struct web_route routes[] = {
    {.method = "GET", .path = "/power", .handler = power_show_form, .guard = WEB_LOGIN, .verb = "see", .fields = form_fields,
        .formats = WEB_HTML | WEB_JSON_FORMAT | WEB_TXT, .template = "power/plan"},
    {.method = "POST", .path = "/power", .handler = power_post, .guard = WEB_LOGIN, .change = WEB_CSRF,
        .fields = post_fields, .template = "power/plan"},
    /* the same two below /power/: elinks sends a cookie of Path=/power there, and not to /power itself */
    {.method = "GET", .path = "/power/plan", .handler = power_show_form, .guard = WEB_LOGIN, .verb = "see", .fields = form_fields,
        .formats = WEB_HTML | WEB_JSON_FORMAT | WEB_TXT, .template = "power/plan"},
    {.method = "POST", .path = "/power/confirm", .handler = power_post, .guard = WEB_LOGIN, .change = WEB_CSRF,
        .fields = post_fields, .template = "power/plan"},
    {.method = "POST", .path = "/power/plan", .handler = power_post_choice, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = choose_fields},
    {.method = "POST", .path = "/power/check", .handler = power_post_check, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = check_fields},
    {.method = "POST", .path = "/power/jobs/{id}/{what}", .handler = power_post_order, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = order_fields},
    {.method = "GET", .path = "/power/probe", .handler = power_show_probe, .guard = WEB_LOGIN, .verb = "check",
        .fields = probe_fields, .template = "power/probe"},
    {.method = "POST", .path = "/power/probe", .handler = power_post_probe, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = probe_post_fields},
    {.method = "GET", .path = "/power/bmc", .handler = power_show_bmc, .guard = WEB_LOGIN, .verb = "see", .fields = bmc_fields,
        .lists = true, .formats = WEB_HTML | WEB_JSON_FORMAT | WEB_TXT, .template = "power/answer"},
    {.method = "POST", .path = "/power/bmc", .handler = power_post_bmc, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = bmc_fields},
    {.method = "GET", .path = "/power/answers/{id}", .handler = power_show_answer, .guard = WEB_LOGIN, .verb = "see",
        .fields = answer_fields, .lists = true, .formats = WEB_HTML | WEB_JSON_FORMAT | WEB_TXT, .template = "power/answer"},
    {.method = "GET", .path = "/power/grant", .handler = power_show_grant, .guard = WEB_LOGIN, .verb = "see", .fields = grant_form_fields,
        .template = "power/grant"},
    {.method = "POST", .path = "/power/grants", .handler = power_post_grant, .guard = WEB_LOGIN, .change = WEB_CSRF,
        .fields = grant_form_fields},
    {.method = "POST", .path = "/power/grants/{id}/revoke", .handler = power_post_revoke, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = grant_id_fields},
    {.method = "GET", .path = "/power/approvals/{plan}", .handler = power_show_approval, .guard = WEB_LOGIN, .verb = "see",
        .fields = approval_fields, .template = "power/approval"},
    {.method = "POST", .path = "/power/approvals/{plan}", .handler = power_post_approval, .guard = WEB_LOGIN,
        .change = WEB_CSRF, .fields = plan_field},
    {.method = "GET", .path = "/jobs", .handler = power_show_jobs, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .formats = WEB_ANY_FORMAT, .template = "power/jobs"},
    {.method = "GET", .path = "/jobs/{id}", .handler = power_show_job, .guard = WEB_LOGIN, .verb = "see", .fields = job_page_fields,
        .formats = WEB_HTML | WEB_JSON_FORMAT | WEB_TXT | WEB_CSV, .template = "power/job"},
    {.method = "GET", .path = "/jobs/{id}/evidence", .handler = power_show_evidence, .guard = WEB_LOGIN, .verb = "see",
        .fields = evidence_page_fields, .formats = WEB_HTML | WEB_JSON_FORMAT, .template = "power/evidence"},
    {.method = "GET", .path = "/log", .handler = power_show_log, .guard = WEB_LOGIN, .verb = "log",
        .fields = log_fields, .lists = true, .formats = WEB_ANY_FORMAT, .template = "power/log"},
    {.method = "GET", .path = "/tags", .handler = power_show_tags, .guard = WEB_LOGIN, .verb = "see", .fields = tags_fields,
        .lists = true, .formats = WEB_ANY_FORMAT, .template = "power/tags"},
    {.method = "POST", .path = "/power/tags", .handler = power_post_tag, .guard = WEB_LOGIN, .change = WEB_CSRF,
        .fields = tag_fields},
    {.method = "POST", .path = "/power/tags/lift", .handler = power_post_tags_lift, .guard = WEB_LOGIN, .change = WEB_CSRF,
        .fields = tags_lift_fields},
    {.method = "POST", .path = "/power/tags/extend", .handler = power_post_tag_extend, .guard = WEB_LOGIN, .change = WEB_CSRF,
        .fields = tag_extend_fields},

    {.method = "GET", .path = "/api/v1/tags", .handler = power_show_tags, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .operation_id = "listTags", .summary = "Tags that hang: what they cover is not switched"},
    {.method = "POST", .path = "/api/v1/tags", .handler = power_api_tag, .guard = WEB_LOGIN, .change = WEB_KEY,
        .fields = tag_fields, .operation_id = "putTag", .summary = "Hang a tag"},
    {.method = "POST", .path = "/api/v1/tags/{id}/lift", .handler = power_api_tag_lift, .guard = WEB_LOGIN, .change = WEB_KEY,
        .fields = tag_lift_fields, .operation_id = "liftTag",
        .summary = "Lift a tag: its owner, or the second of two others; 202 for the first of these"},
    {.method = "POST", .path = "/api/v1/tags/{id}/extend", .handler = power_api_tag_extend, .guard = WEB_LOGIN, .change = WEB_KEY,
        .fields = tag_extend_fields, .operation_id = "extendTag", .summary = "Give one's own tag another end"},
    {.method = "GET", .path = "/api/v1/power/plan", .handler = power_api_plan, .guard = WEB_LOGIN, .verb = "see",
        .fields = plan_fields, .formats = WEB_JSON_FORMAT | WEB_TXT, .operation_id = "planPower",
        .summary = "What a power request would do; sends nothing"},
    {.method = "POST", .path = "/api/v1/power", .handler = power_api_post, .guard = WEB_LOGIN, .change = WEB_KEY,
        .fields = api_fields, .operation_id = "requestPower",
        .summary = "File the plan that was shown; 202 with the job, 412 when the plan has changed"},
    {.method = "POST", .path = "/api/v2/reboot", .handler = power_api_reboot, .guard = WEB_LOGIN, .change = WEB_KEY,
        .fields = reboot_fields, .raw = true, .body_max = 4096, .operation_id = "reboot",
        .summary = "Reboot machines: without plan 409 with what would be done, with its hash 202 and the job"},
    {.method = "POST", .path = "/api/v1/power/check", .handler = power_api_check, .guard = WEB_LOGIN,
        .change = WEB_KEY, .fields = check_fields, .operation_id = "checkNow",
        .summary = "Have larchd ask these things now"},
    {.method = "POST", .path = "/api/v1/power/probe", .handler = power_api_probe, .guard = WEB_LOGIN,
        .change = WEB_KEY, .fields = probe_post_fields, .operation_id = "probeAddress",
        .summary = "Have larchd ask an address what it is; 202 with the address of the answer"},
    {.method = "POST", .path = "/api/v1/power/bmc", .handler = power_api_bmc, .guard = WEB_LOGIN,
        .change = WEB_KEY, .fields = bmc_fields, .operation_id = "askBmc",
        .summary = "Have larchd ask a machine's BMC for sensors, event log, power and device id; 202 with the address of the answer"},
    {.method = "GET", .path = "/api/v1/power/answers/{id}", .handler = power_api_answer, .guard = WEB_LOGIN, .verb = "see",
        .fields = answer_fields, .formats = WEB_JSON_FORMAT | WEB_TXT, .operation_id = "getAnswer",
        .summary = "What came of a question, or what larchd is at"},
    {.method = "GET", .path = "/api/v1/power/status", .handler = power_api_status, .guard = WEB_LOGIN, .verb = "see",
        .fields = status_fields, .operation_id = "powerStatus", .summary = "On, off or unknown of each machine"},
    {.method = "GET", .path = "/api/v1/outlets/plan", .handler = power_api_plan, .guard = WEB_LOGIN, .verb = "see",
        .fields = outlet_plan_fields, .formats = WEB_JSON_FORMAT | WEB_TXT, .operation_id = "planOutlets",
        .summary = "What an outlet request would do; sends nothing"},
    {.method = "POST", .path = "/api/v1/outlets", .handler = power_api_post, .guard = WEB_LOGIN,
        .change = WEB_KEY, .fields = outlet_fields, .operation_id = "requestOutlets",
        .summary = "File the plan that was shown, for outlets"},
    {.method = "GET", .path = "/api/v1/outlets/status", .handler = power_api_outlet_status, .guard = WEB_LOGIN, .verb = "see",
        .fields = outlet_status_fields, .operation_id = "outletStatus", .summary = "The state of each outlet"},
    {.method = "GET", .path = "/api/v1/jobs", .handler = power_show_jobs, .guard = WEB_LOGIN, .verb = "see", .lists = true,
        .operation_id = "listJobs", .summary = "Jobs, newest first"},
    {.method = "GET", .path = "/api/v1/jobs/{id}", .handler = power_api_job, .guard = WEB_LOGIN, .verb = "see",
        .fields = job_fields, .operation_id = "getJob", .summary = "A job with its machines and steps"},
    {.method = "GET", .path = "/api/v1/jobs/{id}/evidence", .handler = power_api_evidence, .guard = WEB_LOGIN, .verb = "see",
        .fields = evidence_fields, .operation_id = "getEvidence", .summary = "What was kept of each machine before it was cut or reset"},
    {.method = "POST", .path = "/api/v1/jobs/{id}/{what}", .handler = power_api_order, .guard = WEB_LOGIN,
        .change = WEB_KEY, .fields = order_fields, .operation_id = "orderJob",
        .summary = "Abort a job, or let one that the brake paused go on"},
    {.method = "GET", .path = "/api/v1/grants", .handler = power_api_grants, .guard = WEB_LOGIN, .verb = "see",
        .operation_id = "listGrants", .summary = "The grants that are open, of everybody"},
    {.method = "POST", .path = "/api/v1/grants", .handler = power_api_grant, .guard = WEB_LOGIN, .change = WEB_KEY,
        .fields = grant_fields, .body_max = 65536, .operation_id = "openGrant",
        .summary = "Open a grant with a proof about it; its token goes into the header Larch-Grant, and is shown once"},
    {.method = "DELETE", .path = "/api/v1/grants/{id}", .handler = power_api_revoke, .guard = WEB_LOGIN, .change = WEB_KEY,
        .fields = grant_id_fields, .operation_id = "revokeGrant", .summary = "Take a grant back: one's own, or with the verb tag any"},
    {.method = "GET", .path = "/api/v1/approvals", .handler = power_api_approvals, .guard = WEB_LOGIN, .verb = "see",
        .operation_id = "listApprovals", .summary = "Plans that wait for a second person, or were approved and not filed yet"},
    {.method = "GET", .path = "/api/v1/approvals/{plan}", .handler = power_api_approval, .guard = WEB_LOGIN, .verb = "see",
        .fields = plan_field, .operation_id = "getApproval", .summary = "Such a plan with its text"},
    {.method = "POST", .path = "/api/v1/approvals/{plan}", .handler = power_api_approve, .guard = WEB_LOGIN,
        .change = WEB_KEY, .fields = approve_fields, .operation_id = "approve",
        .summary = "Approve another person's plan with a proof about it; a token of a login, not a key"},
    {.method = "GET", .path = "/api/v1/log", .handler = power_api_log, .guard = WEB_LOGIN, .verb = "log",
        .fields = log_fields, .lists = true, .operation_id = "getLog", .summary = "Rows of the journal"},
};

/* ---- status -------------------------------------------------------------------------------------- */

/* Whose call this thread answers: a query that asks for status does so in the middle of a question to the inventory. */
static _Thread_local struct power_readers *mine;
static char *status_path;

/* A file that larchd has begun anew is another one. */
static int
reader_of(const char *path, struct status **s, struct err *e)
{
	if (*s != NULL && status_replaced(*s)) {
		status_close(*s);
		*s = NULL;
	}
	return *s != NULL ? 0 : status_open_reader(path, s, e);
}

static struct status *
status_for_query(void *ctx)
{
	(void)ctx;
	return mine == NULL || reader_of(status_path, &mine->asked, NULL) != 0 ? NULL : mine->asked;
}

/* ---- what is opened ------------------------------------------------------------------------------ */

static int
open_shared(const struct conf *conf, void **shared, struct err *e)
{
	struct arena *a = arena_create();
	struct power_shared *s = calloc(1, sizeof(*s));
	int rc;

	if (s == NULL)
		log_die("out of memory");
	pthread_mutex_init(&s->lock, NULL);
	rc = power_requests_open(conf_db(conf, "power", a), &s->requests, e);
	status_path = strdup(conf_db(conf, "status", a));
	if (status_path == NULL)
		log_die("out of memory");
	status_terms_add(status_for_query, NULL);
	arena_destroy(a);
	if (rc != 0) {
		free(s);
		return -1;
	}
	*shared = s;
	return 0;
}

static void
close_shared(void *shared)
{
	struct power_shared *s = shared;

	if (s == NULL)
		return;
	free(status_path);
	status_path = NULL;
	power_requests_close(s->requests);
	pthread_mutex_destroy(&s->lock);
	free(s);
}

static int
open_thread(const struct conf *conf, void *shared, void **state, struct err *e)
{
	struct power_readers *s = calloc(1, sizeof(*s));

	(void)conf;
	(void)shared;
	(void)e;
	if (s == NULL)
		log_die("out of memory");
	*state = s;
	return 0;
}

static void
close_thread(void *state)
{
	struct power_readers *s = state;

	if (s == NULL)
		return;
	inv_close(s->inv);
	status_close(s->status);
	status_close(s->asked);
	status_close(s->before);
	journal_close(s->journal);
	power_requests_close(s->requests);
	advice_file_destroy(s->advice);
	store_close(s->sessions);
	free(s);
}

int
power_need_inv(struct web_call *c, struct inv **out, struct err *e)
{
	struct power_readers *s = c->state;

	mine = s;
	if (s->inv == NULL && inv_open_reader(conf_db(c->conf, "inventory", c->arena), &s->inv, e) != 0)
		return -1;
	*out = s->inv;
	return 0;
}

int
power_need_status(struct web_call *c, struct status **out, struct err *e)
{
	struct power_readers *s = c->state;

	if (s->status != NULL && status_replaced(s->status)) {
		status_close(s->before);
		s->before = s->status;
		s->status = NULL;
	}
	if (reader_of(conf_db(c->conf, "status", c->arena), &s->status, e) != 0)
		return -1;
	*out = s->status;
	return 0;
}

int
power_need_journal(struct web_call *c, struct journal **out, struct err *e)
{
	struct power_readers *s = c->state;

	if (s->journal == NULL && journal_open_reader(conf_db(c->conf, "journal", c->arena), &s->journal, e) != 0)
		return -1;
	*out = s->journal;
	return 0;
}

int
power_need_requests(struct web_call *c, struct power_requests **out, struct err *e)
{
	struct power_readers *s = c->state;

	if (s->requests == NULL &&
	    power_requests_open_reader(conf_db(c->conf, "power", c->arena), &s->requests, e) != 0)
		return -1;
	*out = s->requests;
	return 0;
}

/* ---- shared by the families ------------------------------------------------------------------------ */

void
power_wake(struct web_call *c)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	const char *path = conf_socket(c->conf, "larchd", c->arena);
	size_t n = strlen(path);
	int fd;

	if (n >= sizeof(to.sun_path))
		return;
	memcpy(to.sun_path, path, n + 1);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return;
	/* Lost, it costs half a second: larchd looks anyway. */
	(void)!sendto(fd, "", 0, MSG_NOSIGNAL, (struct sockaddr *)&to, sizeof(to));
	close(fd);
}

/*
 * A group or a query ("@*", "in:b01") means the machines in it, not its racks, PDUs and BMCs. What somebody
 * names by itself stays: the plan then says why it is refused.
 */
int
power_keep_machines(struct web_call *c, struct str typed, struct hosts *names, struct err *e)
{
	struct inv_thing thing;
	struct inv_query *q;
	struct inv *inv;
	size_t kept = 0;

	if (typed.n == 0)
		return 0;
	if (inv_query_parse(typed, c->arena, &q, e) != 0 || inv_query_is_plain(q))
		return 0; /* names, as inv_select has said */
	if (power_need_inv(c, &inv, e) != 0)
		return -1;
	for (size_t i = 0; i < names->n; i++) {
		if (inv_get(inv, names->name[i], c->arena, &thing, e) != 0)
			return -1;
		if (inv_is_machine(inv, thing.type))
			names->name[kept++] = names->name[i];
	}
	names->n = kept;
	return kept > 0 ? 0 : err_set(e, ERR_INPUT, "no machine is in '%.*s'", (int)(typed.n > 80 ? 80 : typed.n), typed.p);
}

int
power_names(struct web_call *c, const char *field, enum power_verb verb, struct hosts *out, struct err *e)
{
	struct inv *inv;

	if (power_verb_is_outlet(verb))
		return hosts_parse(web_str(c, field), NULL, c->arena, out, e);
	if (power_need_inv(c, &inv, e) != 0 || inv_select(inv, web_str(c, field), c->arena, out, e) != 0)
		return -1;
	return power_keep_machines(c, web_str(c, field), out, e);
}

static void
banners(struct web_call *c)
{
	struct status_pulse pulse = {0};
	struct status *status;
	char age[TIMES_TEXT];
	struct err e;

	if (power_need_status(c, &status, &e) != 0 || status_pulse(status, c->arena, &pulse, &e) != 0 ||
	    pulse.beat == 0)
		web_banner(c, "critical", "larchd has never run: nothing here is known, and nothing will be carried out");
	else if (c->now - pulse.beat > STATUS_GONE_MS)
		web_banner(c, "critical", "larchd has not been heard of for %s: what is shown is as old, and requests wait",
		    times_age(c->now - pulse.beat, age));
}

int
main(int argc, char **argv)
{
	static const struct web_program program = {
	    .name = "power",
	    .routes = routes,
	    .n_routes = LARCH_COUNT(routes),
	    .open = open_shared,
	    .close = close_shared,
	    .thread_open = open_thread,
	    .thread_close = close_thread,
	    .banners = banners,
	};

	return web_main(argc, argv, &program);
}
