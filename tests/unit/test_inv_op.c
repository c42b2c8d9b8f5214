/* SPDX-License-Identifier: Apache-2.0 */
/* Edits: each operation, and each refusal with its sentence. */
#include <stdlib.h>

#include "inv_frame.h"

/* '...' for "..." in what follows, so that it can be read. */
static json_t *
json(const char *text)
{
	char *copy = strdup(text);
	json_t *v;

	for (char *p = copy; *p != '\0'; p++)
		*p = *p == '\'' ? '"' : *p;
	v = jsn_parse(str_of(copy), "the test", &e);
	if (v == NULL)
		fprintf(stderr, "# %s\n# %s\n", e.text, copy);
	free(copy);
	return v;
}

static json_t *result;

/* The inside of the list of operations. */
static int
apply_with(struct inv *i, const char *ops, struct inv_change c)
{
	json_t *list;
	struct buf b = BUF(LIMIT_ROOM_FILE);
	int rc;

	buf_printf(&b, "[%s]", ops);
	list = json(b.p);
	c.ops = list;
	c.author = c.author == NULL ? &ana : c.author;
	json_decref(result);
	e = (struct err){0};
	rc = inv_apply(i, &c, &result, &e);
	if (rc != 0 && e.kind == ERR_NONE)
		fprintf(stderr, "# refused without a reason\n");
	json_decref(list);
	buf_free(&b);
	return rc;
}

static int
apply(struct inv *i, const char *ops)
{
	return apply_with(i, ops, (struct inv_change){0});
}

/* Refused with this kind and these words, and nothing has changed. */
static void
refused(struct inv *i, const char *ops, enum err_kind kind, const char *words)
{
	int64_t before = inv_generation(i);

	T_INT(apply(i, ops), -1);
	T_INT(e.kind, kind);
	T_ERR(e, words);
	T_INT(inv_generation(i), before);
}

static const char *
line(size_t n)
{
	return jsn_text_or(json_array_get(json_object_get(result, "changes"), n), "text", "(none)");
}

#define ROOM                                                                                                    \
	"{'op':'new','thing':'room1','type':'room'},{'op':'new','thing':'b01','type':'rack'},"                  \
	"{'op':'new','thing':'n1','type':'server'},{'op':'new','thing':'n2','type':'server'},"                  \
	"{'op':'new','thing':'p-a','type':'pdu'},{'op':'new','thing':'sw','type':'switch'},"                    \
	"{'op':'new','thing':'east','type':'pool'},{'op':'new','thing':'all','type':'pool'}"

static struct inv *
room(void)
{
	struct inv *i = fresh_typed();

	T_INT(apply(i, ROOM), 0);
	return i;
}

static void
t_a_new_thing_has_the_ports_of_its_type(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_port *ports;
	size_t n;

	T_INT(inv_ports(i, "n1", a, &ports, &n, &e), 0);
	T_INT(n, 6);
	T_STR(ports[0].name, "bmc");
	T_STR(ports[1].name, "console1");
	T_STR(ports[4].name, "psu1");
	T_STR(ports[4].kind, "inlet");
	T_STR(ports[4].plug, "pwr-c14");
	T_STR(line(0), "room1: new room");
	T_INT(jsn_integer_or(json_object_get(result, "revisions"), "n1", 0), 1);
	T_INT(apply(i, "{'op':'new','thing':'n3','type':'server','ports':[{'name':'psu9'}],"
	               "'attributes':[{'key':'ram','value':64},{'key':'x','value':{'b':1,'a':[2]}},"
	               "{'key':'of','kind':'relation','value':'n1'},{'key':'due','kind':'date','value':'2027-01-31'}]}"),
	    0);
	T_INT(inv_ports(i, "n3", a, &ports, &n, &e), 0);
	T_INT(n, 1);
	T_STR(ports[0].kind, "inlet");
	struct inv_thing t;
	T_INT(inv_get(i, "n3", a, &t, &e), 0);
	T_INT(t.n_attrs, 4);
	T_STR(inv_attr(&t, "of"), "n1");
	T_STR(inv_attr(&t, "due"), "2027-01-31T00:00:00Z");
	T_STR(inv_attr(&t, "x"), "{\"a\":[2],\"b\":1}");
	T_STR(t.attrs[2].kind, "integer");
	arena_destroy(a);
	inv_close(i);
}

static void
t_things_are_refused_with_a_sentence(void)
{
	struct inv *i = room();

	refused(i, "{'op':'new','thing':'n1','type':'server'}", ERR_CONFLICT,
	    "operation 1 (new): the name \"n1\" is taken: there is a thing of type server, changed last by ana");
	refused(i, "{'op':'new','thing':'n[1-2]','type':'server'}", ERR_INPUT, "is no name of a thing");
	refused(i, "{'op':'new','thing':'','type':'server'}", ERR_INPUT, "is no name of a thing");
	refused(i, "{'op':'new','thing':'@x','type':'server'}", ERR_INPUT, "is no name of a thing");
	refused(i, "{'op':'new','thing':'n9','type':'9'}", ERR_INPUT, "is no type");
	refused(i, "{'op':'rename','thing':'n1','to':'n2'}", ERR_CONFLICT, "the name \"n2\" is taken");
	refused(i, "{'op':'rename','thing':'n7','to':'n8'}", ERR_NOT_FOUND, "there is no thing named \"n7\"");
	refused(i, "{'op':'new','thing':'n9','type':'server'},{'op':'rm','thing':'nope'}", ERR_NOT_FOUND,
	    "operation 2 (rm): there is no thing named \"nope\"");
	refused(i, "{'op':'fly'}", ERR_INPUT, "operation 1: there is no operation \"fly\"");
	refused(i, "{'op':'rm','thing':'n1','force':true}", ERR_INPUT,
	    "operation 1 (rm): it has no member \"force\"; it takes thing, with_cables");
	refused(i, "{'op':'rm'}", ERR_INPUT, "the member \"thing\" is missing");
	refused(i, "{'op':'rm','thing':7}", ERR_INPUT, "\"thing\" is not the name of a thing");
	T_INT(apply(i, "{'op':'put','thing':'n1','container':'b01','unit':13}"), 0);
	refused(i, "{'op':'rm','thing':'b01'}", ERR_CONFLICT,
	    "\"b01\" holds \"n1\" inside; put that elsewhere, or take it out, first");
	T_INT(apply(i, "{'op':'connect','a':'n1','a_port':'psu1','b':'p-a','b_port':'AA1'}"), 0);
	refused(i, "{'op':'rm','thing':'n1'}", ERR_CONFLICT, "\"n1\" is connected with \"p-a\" by its port psu1;");
	T_INT(apply(i, "{'op':'attr-add','thing':'n2','key':'twin','kind':'relation','value':'n1'}"), 0);
	refused(i, "{'op':'rm','thing':'n1','with_cables':true}", ERR_CONFLICT, "\"n1\" is named by \"n2\" as its twin;");
	T_INT(apply(i, "{'op':'attr-del','thing':'n2','key':'twin'},{'op':'rm','thing':'n1','with_cables':true}"), 0);
	T_STR(line(0), "n2: without twin n1");
	T_STR(line(1), "n1: disconnected n1 psu1 - p-a AA1");
	T_STR(line(2), "n1: removed server");
	T_INT(apply(i, "{'op':'pool-add','pool':'east','things':'n2'}"), 0);
	refused(i, "{'op':'rm','thing':'east'}", ERR_CONFLICT, "\"east\" holds \"n2\" as a member;");
	refused(i, "{'op':'retype','thing':'east','type':'server'}", ERR_CONFLICT, "the pool \"east\" holds \"n2\"");
	T_INT(apply(i, "{'op':'rename','thing':'n2','to':'m2'},{'op':'retype','thing':'m2','type':'appliance'}"), 0);
	T_STR(line(0), "n2: renamed n2 -> m2");
	T_STR(line(1), "m2: type server -> appliance");
	inv_close(i);
}

static void
t_attributes_keep_the_meaning_that_clusto_gave_them(void)
{
	struct inv *i = room();
	struct arena *a = arena_create();
	struct inv_thing t;

	T_INT(apply(i, "{'op':'attr-add','thing':'n1','key':'owner','value':'ana'},"
	               "{'op':'attr-add','thing':'n1','key':'owner','value':'ana'}"), 0); /* a multiset */
	refused(i, "{'op':'attr-set','thing':'n1','key':'owner','value':'bob'}", ERR_CONFLICT, "\"n1\" has 2 of owner");
	T_INT(apply(i, "{'op':'attr-del','thing':'n1','key':'owner'},{'op':'attr-set','thing':'n1','key':'owner','value':'bob'}"), 0);
	T_STR(line(2), "n1: owner = bob");
	T_INT(apply(i, "{'op':'attr-set','thing':'n1','key':'owner','value':'cyd'}"), 0);
	T_STR(line(0), "n1: owner bob -> cyd");
	T_INT(apply(i, "{'op':'attr-set','thing':'n1','key':'owner','value':'cyd'}"), 0);
	T_OK(json_is_null(json_object_get(result, "edit"))); /* nothing changed */
	refused(i, "{'op':'attr-del','thing':'n1','key':'owner','value':'bob'}", ERR_NOT_FOUND,
	    "\"n1\" has no attribute owner with the value bob");
	T_INT(apply(i, "{'op':'attr-add','thing':'n1','key':'disk','number':'auto','value':'a'},"
	               "{'op':'attr-add','thing':'n1','key':'disk','number':'auto','value':'b'}"), 0);
	T_STR(line(1), "n1: disk#1 = b");
	T_INT(apply(i, "{'op':'attr-del','thing':'n1','key':'disk'}"), 0);
	T_INT(apply(i, "{'op':'attr-add','thing':'n1','key':'disk','number':'auto','value':'c'}"), 0);
	T_STR(line(0), "n1: disk#2 = c"); /* a number is never used again */
	refused(i, "{'op':'attr-set','thing':'n1','key':'disk','number':'auto','value':'c'}", ERR_INPUT, "attr-add for \"auto\"");
	refused(i, "{'op':'attr-add','thing':'n1','key':'n','kind':'integer','value':'12x'}", ERR_INPUT,
	    "n is an integer, and \"12x\" is none");
	refused(i, "{'op':'attr-add','thing':'n1','key':'n','kind':'date','value':'31.1.2027'}", ERR_INPUT, "n is a date");
	refused(i, "{'op':'attr-add','thing':'n1','key':'n','kind':'json','value':'{'}", ERR_INPUT, "not valid JSON");
	refused(i, "{'op':'attr-add','thing':'n1','key':'n','kind':'json','value':'1,2'}", ERR_INPUT, "not one JSON value");
	refused(i, "{'op':'attr-add','thing':'n1','key':'n','kind':'relation','value':'gone'}", ERR_NOT_FOUND,
	    "n names another thing: there is no thing named \"gone\"");
	refused(i, "{'op':'attr-add','thing':'n1','key':'n','kind':'blob','value':'x'}", ERR_INPUT, "no kind of value \"blob\"");
	refused(i, "{'op':'attr-add','thing':'n1','key':'1n','value':'x'}", ERR_INPUT, "is no key");
	refused(i, "{'op':'attr-add','thing':'n1','key':'n','subkey':'a b','value':'x'}", ERR_INPUT, "is no subkey");
	refused(i, "{'op':'attr-add','thing':'n1','key':'n','value':'a\\u202eb'}", ERR_INPUT, "not text on one line");
	refused(i, "{'op':'attr-add','thing':'n1','key':'n','number':-1,'value':'x'}", ERR_INPUT, "whole number from 0");
	/* What is a date stays one. */
	T_INT(apply(i, "{'op':'attr-set','thing':'n1','key':'due','kind':'date','value':'2027-01-31'}"), 0);
	T_INT(apply(i, "{'op':'attr-set','thing':'n1','key':'due','value':'2027-02-01'}"), 0);
	T_STR(line(0), "n1: due 2027-01-31T00:00:00Z -> 2027-02-01T00:00:00Z");
	refused(i, "{'op':'attr-set','thing':'n1','key':'due','value':'soon'}", ERR_INPUT, "due is a date");
	/* A relation follows a rename. */
	T_INT(apply(i, "{'op':'attr-add','thing':'n1','key':'twin','kind':'relation','value':'n2','subkey':'[::1]:443'},"
	               "{'op':'rename','thing':'n2','to':'m2'}"), 0);
	T_INT(inv_get(i, "n1", a, &t, &e), 0);
	T_STR(inv_attr(&t, "twin"), "m2");
	arena_destroy(a);
	inv_close(i);
}

static void
t_two_bmcs_have_two_addresses(void)
{
	struct inv *i = room();

	T_INT(apply(i, "{'op':'new','thing':'b1','type':'bmc','attributes':[{'key':'address','value':'127.0.4.1'}]},"
	               "{'op':'new','thing':'b2','type':'bmc'}"), 0);
	refused(i, "{'op':'attr-set','thing':'b2','key':'address','value':'127.0.4.1'}", ERR_INPUT, "have the address 127.0.4.1");
	inv_close(i);
}

static void
t_a_port_has_one_cable_and_it_fits(void)
{
	struct inv *i = room();

	T_INT(apply(i, "{'op':'connect','a':'n1','a_port':'psu1','b':'p-a','b_port':'AA1'}"), 0);
	T_STR(line(0), "p-a: new port AA1 outlet");
	T_STR(line(1), "n1: connected n1 psu1 - p-a AA1");
	refused(i, "{'op':'connect','a':'n2','a_port':'psu1','b':'p-a','b_port':'AA1'}", ERR_CONFLICT,
	    "operation 1 (connect): AA1 of \"p-a\" is in use: it is connected with psu1 of \"n1\"");
	refused(i, "{'op':'connect','a':'n1','a_port':'psu1','b':'p-a','b_port':'AA2'}", ERR_CONFLICT,
	    "psu1 of \"n1\" is in use: it is connected with AA1 of \"p-a\"");
	T_INT(apply(i, "{'op':'connect','a':'n1','a_port':'psu1','b':'p-a','b_port':'AA1'}"), 0);
	T_OK(json_is_null(json_object_get(result, "edit")));
	refused(i, "{'op':'connect','a':'n2','a_port':'psu7','b':'p-a','b_port':'AA3'}", ERR_NOT_FOUND,
	    "\"n2\" has no port psu7; its ports: bmc,console1,eth[1-2],psu[1-2]");
	refused(i, "{'op':'connect','a':'n1','a_port':'psu2','b':'n2','b_port':'psu2'}", ERR_CONFLICT,
	    "psu2 of \"n1\" and psu2 of \"n2\" are both an inlet");
	T_INT(apply(i, "{'op':'new','thing':'p-b','type':'pdu'},{'op':'port-add','thing':'p-b','port':'1'},"
	               "{'op':'port-add','thing':'p-a','port':'9','plug':'pwr-c13'}"), 0);
	refused(i, "{'op':'connect','a':'p-a','a_port':'9','b':'p-b','b_port':'1'}", ERR_CONFLICT, "are both an outlet");
	refused(i, "{'op':'connect','a':'p-a','a_port':'9','b':'n1','b_port':'eth1'}", ERR_CONFLICT,
	    "9 of \"p-a\" (outlet) gives power, and eth1 of \"n1\" (nic) is a network port: they do not fit");
	T_INT(apply(i, "{'op':'port-add','thing':'p-b','port':'2','plug':'pwr-c19'},{'op':'port-add','thing':'n1','port':'x','kind':'site'}"), 0);
	refused(i, "{'op':'connect','a':'p-b','a_port':'2','b':'n2','b_port':'psu1'}", ERR_CONFLICT,
	    "2 of \"p-b\" is pwr-c19 and psu1 of \"n2\" is pwr-c14: those do not go into each other");
	refused(i, "{'op':'connect','a':'n1','a_port':'eth1','b':'n1','b_port':'eth2'}", ERR_INPUT, "to itself");
	refused(i, "{'op':'port-add','thing':'n1','port':'psu1'}", ERR_CONFLICT, "\"n1\" has a port psu1 already");
	refused(i, "{'op':'port-del','thing':'n1','port':'psu1'}", ERR_CONFLICT, "is in use");
	refused(i, "{'op':'port-set','thing':'n1','port':'psu1','kind':'nic'}", ERR_CONFLICT, "it is connected, and then: psu1 of");
	T_INT(apply(i, "{'op':'port-set','thing':'n1','port':'psu2','plug':'pwr-c20'},{'op':'port-del','thing':'n1','port':'x'}"), 0);
	T_STR(line(0), "n1: port psu2 inlet pwr-c14 -> inlet pwr-c20");
	T_STR(line(1), "n1: without port x site");
	/* A cable is moved when somebody says so: both that were in the way are pulled. */
	T_INT(apply(i, "{'op':'connect','a':'n2','a_port':'psu1','b':'p-b','b_port':'1'}"), 0);
	T_INT(apply(i, "{'op':'connect','a':'n1','a_port':'psu1','b':'p-b','b_port':'1','move':true}"), 0);
	T_STR(line(0), "n1: disconnected n1 psu1 - p-a AA1");
	T_STR(line(1), "p-b: disconnected p-b 1 - n2 psu1");
	T_STR(line(2), "n1: connected n1 psu1 - p-b 1");
	T_OK(json_object_get(json_object_get(result, "revisions"), "n2") != NULL);
	inv_close(i);
}

static void
t_ports_are_chosen_when_nobody_says_which(void)
{
	struct inv *i = room();

	T_INT(apply(i, "{'op':'connect','a':'n1','b':'sw'}"), 0);
	T_STR(line(0), "n1: connected n1 eth1 - sw eth1");
	T_INT(apply(i, "{'op':'connect','a':'n1','b':'sw','b_port':'eth7'}"), 0);
	T_STR(line(0), "n1: connected n1 eth2 - sw eth7");
	T_INT(apply(i, "{'op':'new','thing':'cs','type':'console-server'},{'op':'connect','a':'n1','b':'cs'}"), 0);
	T_STR(line(1), "n1: connected n1 console1 - cs port1");
	T_INT(apply(i, "{'op':'connect','a':'n1','b':'p-a','b_port':'AA4'},{'op':'port-add','thing':'p-a','port':'AA5'},"
	               "{'op':'connect','a':'p-a','b':'n1'}"), 0);
	T_STR(line(1), "n1: connected n1 psu1 - p-a AA4");
	T_STR(line(3), "p-a: connected p-a AA5 - n1 psu2");
	refused(i, "{'op':'connect','a':'p-a','b':'n1'}", ERR_CONFLICT, "no free port of \"p-a\"");
	T_INT(apply(i, "{'op':'disconnect','thing':'n1','other':'sw'}"), 0);
	T_INT(json_array_size(json_object_get(result, "changes")), 2);
	refused(i, "{'op':'disconnect','thing':'n1','other':'sw'}", ERR_CONFLICT, "\"n1\" is connected with nothing of \"sw\"");
	refused(i, "{'op':'disconnect','thing':'n1','port':'eth1'}", ERR_CONFLICT, "eth1 of \"n1\" is connected with nothing");
	refused(i, "{'op':'disconnect','thing':'n1','port':'eth9'}", ERR_NOT_FOUND, "\"n1\" has no port eth9");
	T_INT(apply(i, "{'op':'disconnect','thing':'n1'}"), 0);
	T_INT(json_array_size(json_object_get(result, "changes")), 3);
	refused(i, "{'op':'disconnect','thing':'n1'}", ERR_CONFLICT, "\"n1\" is connected with nothing");
	inv_close(i);
}

static void
t_a_unit_holds_one_thing_a_face(void)
{
	struct inv *i = room();

	T_INT(apply(i, "{'op':'put','thing':'n1','container':'b01','unit':13}"), 0);
	T_STR(line(0), "n1: put in b01 unit 13");
	refused(i, "{'op':'put','thing':'n2','container':'b01','unit':13}", ERR_CONFLICT,
	    "unit 13 of \"b01\" is taken at the front by \"n1\"");
	refused(i, "{'op':'put','thing':'n2','container':'b01','unit':12,'height':2,'face':'rear'}", ERR_CONFLICT,
	    "unit 13 of \"b01\" is taken at the rear by \"n1\""); /* the full depth takes both */
	T_INT(apply(i, "{'op':'put','thing':'n1','container':'b01','unit':13,'face':'front'},"
	               "{'op':'put','thing':'n2','container':'b01','unit':13,'face':'rear'}"), 0);
	T_STR(line(0), "n1: moved from b01 unit 13 -> b01 unit 13 front");
	refused(i, "{'op':'put','thing':'n2','container':'b01','unit':46}", ERR_CONFLICT,
	    "unit 46 is outside of \"b01\", which has the units 1 to 45");
	refused(i, "{'op':'put','thing':'n2','container':'b01','unit':45,'height':2}", ERR_CONFLICT,
	    "unit 45-46 is outside of \"b01\"");
	refused(i, "{'op':'put','thing':'n2','container':'b01','unit':0}", ERR_INPUT, "a unit is a number from 1");
	refused(i, "{'op':'put','thing':'n2','container':'b01','height':2}", ERR_INPUT, "belong to a unit");
	refused(i, "{'op':'put','thing':'n2','container':'b01','unit':2,'face':'top'}", ERR_INPUT, "no face \"top\"");
	refused(i, "{'op':'put','thing':'p-a','container':'b01','unit':2,'side':'left'}", ERR_INPUT, "takes no unit");
	refused(i, "{'op':'put','thing':'n2','container':'room1','unit':2}", ERR_CONFLICT, "\"room1\" is a room and has no units");
	T_INT(apply(i, "{'op':'put','thing':'p-a','container':'b01','side':'left'},{'op':'put','thing':'b01','container':'room1'}"), 0);
	T_STR(line(0), "p-a: put in b01 at the left side");
	T_INT(apply(i, "{'op':'attr-set','thing':'b01','key':'units','value':50},{'op':'put','thing':'n2','container':'b01','unit':50}"), 0);
	refused(i, "{'op':'put','thing':'room1','container':'b01'}", ERR_CONFLICT,
	    "\"room1\" cannot be inside \"b01\": that is inside \"room1\" itself");
	refused(i, "{'op':'put','thing':'b01','container':'b01'}", ERR_CONFLICT, "cannot be inside \"b01\"");
	refused(i, "{'op':'put','thing':'room1','container':'n1'}", ERR_CONFLICT, "inside \"room1\" itself");
	refused(i, "{'op':'new','thing':'b02','type':'rack'},{'op':'put','thing':'b02','container':'n2'}", ERR_CONFLICT,
	    "\"n2\" is a server and no place for \"b02\", a rack");
	refused(i, "{'op':'put','thing':'n1','container':'east'}", ERR_CONFLICT, "\"east\" is a pool");
	refused(i, "{'op':'attr-set','thing':'b01','key':'units','value':42}", ERR_CONFLICT,
	    "\"b01\" would have 42 units, and \"n2\" stands in unit 50; put that elsewhere first");
	refused(i, "{'op':'attr-del','thing':'b01','key':'units'}", ERR_CONFLICT, "would have 45 units");
	refused(i, "{'op':'retype','thing':'b01','type':'cage'},{'op':'attr-del','thing':'b01','key':'units'}", ERR_CONFLICT,
	    "would have 0 units");
	T_INT(apply(i, "{'op':'take','thing':'n1'}"), 0);
	T_STR(line(0), "n1: taken out of b01 unit 13 front");
	refused(i, "{'op':'take','thing':'n1'}", ERR_CONFLICT, "\"n1\" is in nothing");
	T_INT(apply(i, "{'op':'put','thing':'sw','container':'b01','unit':13,'face':'front'}"), 0);
	inv_close(i);
}

static void
t_pools_hold_things_and_pools_and_not_themselves(void)
{
	struct inv *i = room();

	T_INT(apply(i, "{'op':'pool-add','pool':'east','things':'n[1-2]'},{'op':'pool-add','pool':'all','things':'east,sw'}"), 0);
	T_STR(line(0), "n1: in pool east");
	T_INT(json_array_size(json_object_get(result, "changes")), 4);
	T_INT(apply(i, "{'op':'pool-add','pool':'all','things':'sw'}"), 0);
	T_OK(json_is_null(json_object_get(result, "edit")));
	refused(i, "{'op':'pool-add','pool':'east','things':'all'}", ERR_CONFLICT, "cannot be inside");
	refused(i, "{'op':'pool-add','pool':'east','things':'east'}", ERR_CONFLICT, "cannot hold itself");
	refused(i, "{'op':'pool-add','pool':'n1','things':'n2'}", ERR_CONFLICT, "only a pool has members");
	refused(i, "{'op':'pool-add','pool':'east','things':'n1,nope'}", ERR_NOT_FOUND, "\"nope\"");
	refused(i, "{'op':'pool-remove','pool':'all','things':'n1'}", ERR_CONFLICT, "\"n1\" is not in the pool \"all\" itself");
	T_INT(apply(i, "{'op':'pool-remove','pool':'east','things':'n2'}"), 0);
	T_STR(line(0), "n2: out of pool east");
	inv_close(i);
}

static void
t_what_was_seen_must_be_what_is(void)
{
	struct inv *i = room();
	json_t *seen = json("{'n1':1,'x':0}"), *old = json("{'n1':1}"), *all = json("{'*':true}"), *other = json("{'sw':1}");

	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'o','value':'1'},{'op':'new','thing':'x','type':'server'}",
	          (struct inv_change){.expect = seen}), 0);
	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'o','value':'2'}", (struct inv_change){.expect = old}), -1);
	T_INT(e.kind, ERR_STALE);
	T_ERR(e, "\"n1\" has changed since it was seen: by ana at ");
	T_ERR(e, "(revision 1 then, 2 now)");
	T_STR(json_string_value(json_array_get(json_object_get(result, "stale"), 0)), "n1");
	T_INT(apply_with(i, "{'op':'new','thing':'y','type':'server'}", (struct inv_change){.expect = seen}), -1);
	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'o','value':'2'}", (struct inv_change){.expect = other}), -1);
	T_ERR(e, "names \"n1\" and does not say which revision");
	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'o','value':'2'}", (struct inv_change){.expect = all}), 0);
	json_decref(seen);
	json_decref(old);
	json_decref(all);
	json_decref(other);
	inv_close(i);
}

static void
t_a_dry_run_tells_all_and_changes_nothing(void)
{
	struct inv *i = room();
	int64_t before = inv_generation(i);

	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'o','value':'1'}", (struct inv_change){.dry_run = true}), 0);
	T_STR(line(0), "n1: o = 1");
	T_OK(json_is_null(json_object_get(result, "edit")));
	T_INT(jsn_integer_or(json_object_get(result, "revisions"), "n1", 0), 2);
	T_INT(inv_generation(i), before);
	T_INT(apply(i, ""), 0);
	T_OK(json_is_null(json_object_get(result, "edit")));
	inv_close(i);
}

/* A role that may wire, or edit, what is owned by bob, and sees what it is asked. */
struct role {
	struct inv *i;
	struct buf asked;
};

static int
only_bobs(void *ctx, const char *verb, const struct hosts *things, struct err *why)
{
	struct role *r = ctx;
	struct arena *a = arena_create();
	struct inv_thing t;
	int rc = 0;

	buf_printf(&r->asked, "%s:%s;", verb, hosts_fold(things, a));
	for (size_t k = 0; k < things->n && rc == 0; k++)
		if (inv_get(r->i, things->name[k], a, &t, why) != 0 || inv_attr(&t, "owner") == NULL ||
		    strcmp(inv_attr(&t, "owner"), "bob") != 0)
			rc = err_set(why, ERR_DENIED, "not bob's: %s", things->name[k]);
	arena_destroy(a);
	return rc;
}

static void
t_the_author_is_asked_before_and_after(void)
{
	struct inv *i = room();
	struct role r = {i, BUF(LIMIT_PAGE)};
	struct inv_change bob = {.may = only_bobs, .ctx = &r, .wire_keys = (const char *const[]){"team", "net.lead.x"}, .n_wire_keys = 2};

	T_INT(apply(i, "{'op':'attr-set','thing':'n1','key':'owner','value':'bob'},{'op':'attr-set','thing':'p-a','key':'owner','value':'bob'}"), 0);
	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'note','value':'x'}", bob), 0);
	T_STR(r.asked.p, "edit:n1;edit:n1;");
	buf_clear(&r.asked);
	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'team','value':'x'}", bob), 0);
	T_STR(r.asked.p, "wire:n1;wire:n1;");
	/* attr:net.lead.x is lead.x of net, or x of net.lead. */
	buf_clear(&r.asked);
	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'net.lead','subkey':'x','value':'1'}", bob), 0);
	T_STR(r.asked.p, "wire:n1;wire:n1;");
	buf_clear(&r.asked);
	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'net','subkey':'y','value':'1'}", bob), 0);
	T_STR(r.asked.p, "wire:n1;wire:n1;");
	/* Nobody could be asked about what is there neither before nor after. */
	T_INT(apply_with(i, "{'op':'new','thing':'gone1','type':'server'},{'op':'rm','thing':'gone1'}", bob), -1);
	T_ERR(e, "made by the same edit");
	/* Nobody moves a thing into their own reach, nor out of it. */
	T_INT(apply_with(i, "{'op':'attr-set','thing':'n2','key':'owner','value':'bob'}", bob), -1);
	T_INT(e.kind, ERR_DENIED);
	T_INT(apply_with(i, "{'op':'attr-set','thing':'n1','key':'owner','value':'ana'}", bob), -1);
	T_INT(e.kind, ERR_DENIED);
	/* A cable that is pulled has another end, which nobody named. */
	T_INT(apply(i, "{'op':'connect','a':'n2','a_port':'psu1','b':'p-a','b_port':'1'}"), 0);
	buf_clear(&r.asked);
	T_INT(apply_with(i, "{'op':'connect','a':'n1','a_port':'psu1','b':'p-a','b_port':'1','move':true}", bob), -1);
	T_INT(e.kind, ERR_DENIED);
	T_ERR(e, "not bob's: n2");
	T_STR(r.asked.p, "wire:n1,p-a;wire:n[1-2],p-a;");
	buf_free(&r.asked);
	inv_close(i);
}

T_MAIN(T(t_a_new_thing_has_the_ports_of_its_type), T(t_things_are_refused_with_a_sentence),
    T(t_attributes_keep_the_meaning_that_clusto_gave_them), T(t_two_bmcs_have_two_addresses),
    T(t_a_port_has_one_cable_and_it_fits), T(t_ports_are_chosen_when_nobody_says_which),
    T(t_a_unit_holds_one_thing_a_face), T(t_pools_hold_things_and_pools_and_not_themselves),
    T(t_what_was_seen_must_be_what_is), T(t_a_dry_run_tells_all_and_changes_nothing),
    T(t_the_author_is_asked_before_and_after))
