/* SPDX-License-Identifier: Apache-2.0 */
/* ipmi: the bytes and the codes. The calls, against bmc-sim, are in test_ipmi_client.c. */
#include <errno.h>
#include <stdlib.h>

#include "ipmi/room.h"
#include "t.h"

/* Computed by tests/data/ipmi_vectors.py with Python's hmac and the openssl command. */
static const struct vector {
	int suite;
	const char *rakp2, *rakp3, *rakp4, *sik, *k1, *k2, *packet;
} vectors[] = {{
    .suite = 17,
    .rakp2 = "7eacd7c3babb16d711e62cf3ab4c8f7b667729d3d4306d008a2ce41314fb7996",
    .rakp3 = "9f6ab8ccf93111f16dcc15df3d90d000fdba775567e5be386a35e967e295c32e",
    .rakp4 = "c3ee569b13e81b3d08a1c3dee1cde7be",
    .sik = "fdf4babb08e9c1b3d9d98ea0b3773965a1fd49501bfb08deec6167c0ade119f2",
    .k1 = "804d80c103b5fb862f3459f4c8ea1c36835c1eba2a95bcefe90823b31cc5ef8e",
    .k2 = "d3cdcdd04bbe04d833e9ddb2dae668511d8d581a436acc175a8c57a3325ef187",
    .packet = "0600ff0706c0d4c3b2a1070000002000404142434445464748494a4b4c4d4e4fadcf690a9f4076d13775c0290807f9d6"
              "ffff020739f6712926f7bb6d04d91cc88b9c204c",
}, {
    .suite = 3,
    .rakp2 = "d5e650b96ffcff9761c496ea220cbfa0a2172442",
    .rakp3 = "98235f9b1a736333ff996b5b09ee255eadd83ee8",
    .rakp4 = "f62ad433a49de9934d46fb70",
    .sik = "0046732c86ad796401de20d853f499389e63e7c8",
    .k1 = "40c84b88422d4013ad022247de210c5c355eacd7",
    .k2 = "3388f00c5a7e0859ebdc7a51d5cde8d0e6f8f2e0",
    .packet = "0600ff0706c0d4c3b2a1070000002000404142434445464748494a4b4c4d4e4ffb7cef3d259efe38673d040b09bb4de9"
              "ffff0207b94c23799a6b6558c8e15626",
}};

static struct crypto *crypto;

static void
start(void)
{
	struct err e;

	if (crypto == NULL)
		T_OK(crypto_create(&crypto, &e) == 0);
}

/* The session of the script. */
static struct secrets
session_of(const struct vector *v)
{
	struct secrets s = {.suite = crypto_suite(v->suite), .password = "correct horse", .user = "admin", .user_n = 5,
	    .role = 0x14, .console_id = 0xa1b2c3d4, .bmc_id = 0x01020304};

	for (int i = 0; i < 16; i++) {
		s.console_random[i] = (uint8_t)i;
		s.bmc_random[i] = (uint8_t)(16 + i);
		s.guid[i] = (uint8_t)(0xe0 + i);
	}
	crypto_keys(crypto, &s);
	return s;
}

static void
same_hex(const uint8_t *p, size_t n, const char *want)
{
	char text[2 * PACKET_HASH + 1];

	hex_encode(p, n, text);
	T_STR(text, want);
}

static void
t_rakp_codes_and_session_keys_are_those_computed_independently(void)
{
	start();
	for (size_t i = 0; i < LARCH_COUNT(vectors); i++) {
		const struct vector *v = &vectors[i];
		struct secrets s = session_of(v);
		uint8_t code[PACKET_HASH];

		crypto_rakp2_code(crypto, &s, code);
		same_hex(code, s.suite->hash_n, v->rakp2);
		crypto_rakp3_code(crypto, &s, code);
		same_hex(code, s.suite->hash_n, v->rakp3);
		crypto_rakp4_code(crypto, &s, code);
		same_hex(code, s.suite->code_n, v->rakp4);
		same_hex(s.sik, s.suite->hash_n, v->sik);
		same_hex(s.k1, s.suite->hash_n, v->k1);
		same_hex(s.k2, s.suite->hash_n, v->k2);
	}
}

static size_t
packet_of(const struct vector *v, uint8_t out[128])
{
	size_t n = strlen(v->packet) / 2;

	T_OK(hex_decode(str_of(v->packet), out, n) == 0);
	return n;
}

static int
open_bytes(const struct secrets *s, const uint8_t *p, size_t n, struct message *m, const char **why)
{
	static uint8_t plain[512];
	struct frame f;
	size_t plain_n = 0;

	*why = NULL;
	if (packet_frame((struct view){p, n}, &f, why) != 0 || crypto_open(crypto, s, &f, plain, &plain_n, why) != 0)
		return -1;
	return packet_message((struct view){plain, plain_n}, m, why);
}

static void
t_a_packet_sealed_elsewhere_is_verified_and_read(void)
{
	start();
	for (size_t i = 0; i < LARCH_COUNT(vectors); i++) {
		struct secrets s = session_of(&vectors[i]);
		uint8_t p[128];
		size_t n = packet_of(&vectors[i], p);
		struct message m = {0};
		const char *why;

		T_OK(open_bytes(&s, p, n, &m, &why) == 0);
		T_INT(m.netfn, 1);
		T_INT(m.cmd, 1);
		T_INT(m.rq_seq, 5);
		T_INT(m.completion, 0);
		T_INT(m.data.n, 3);
	}
}

static void
t_any_one_bit_turned_in_a_sealed_packet_is_refused(void)
{
	start();
	for (size_t i = 0; i < LARCH_COUNT(vectors); i++) {
		struct secrets s = session_of(&vectors[i]);
		uint8_t p[128];
		size_t n = packet_of(&vectors[i], p);

		for (size_t bit = 4 * 8; bit < n * 8; bit++) { /* the RMCP header is not covered */
			struct message m;
			const char *why;

			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
			T_OK(open_bytes(&s, p, n, &m, &why) == -1 && why != NULL);
			p[bit / 8] ^= (uint8_t)(1u << bit % 8);
		}
	}
}

static void
t_a_sealed_packet_cut_or_longer_by_any_length_is_refused(void)
{
	start();
	for (size_t i = 0; i < LARCH_COUNT(vectors); i++) {
		struct secrets s = session_of(&vectors[i]);
		uint8_t p[128] = {0};
		size_t n = packet_of(&vectors[i], p);

		for (size_t cut = 0; cut <= sizeof(p); cut++) {
			struct message m;
			const char *why;
			/* an allocation of just this length, for AddressSanitizer */
			uint8_t *copy = malloc(cut + 1);

			if (copy == NULL)
				abort();
			memcpy(copy, p, cut);
			T_OK((open_bytes(&s, copy, cut, &m, &why) == 0) == (cut == n));
			free(copy);
		}
	}
}

static void
t_a_packet_without_encryption_or_integrity_is_refused(void)
{
	struct message m;
	const char *why;
	uint8_t p[128];

	start();
	for (int flags = 0; flags < 0xc0; flags += 0x40) {
		struct secrets s = session_of(&vectors[0]);
		size_t n = packet_of(&vectors[0], p);

		p[5] = (uint8_t)flags;
		T_OK(open_bytes(&s, p, n, &m, &why) == -1);
		T_OK(strstr(why, "13.28") != NULL);
	}
}

static void
t_what_is_sealed_opens_again_for_every_length_of_command(void)
{
	start();
	for (size_t i = 0; i < LARCH_COUNT(vectors); i++)
		for (size_t n = 1; n <= PACKET_REQUEST; n++) {
			struct secrets s = session_of(&vectors[i]);
			uint8_t in[PACKET_REQUEST], out[PACKET_MAX];
			struct packet p;
			struct frame f;
			const char *why;
			size_t got = 0;

			memset(in, (int)n, n);
			crypto_seal(crypto, &s, 9, (struct view){in, n}, &p);
			T_OK(p.n <= PACKET_MAX && packet_frame((struct view){p.p, p.n}, &f, &why) == 0);
			T_INT(f.id, s.bmc_id);
			T_INT(f.seq, 9);
			T_OK(crypto_open(crypto, &s, &f, out, &got, &why) == 0);
			T_OK(got == n && memcmp(in, out, n) == 0);
		}
}

static void
t_only_suites_17_and_3_exist(void)
{
	for (int i = -1; i < 300; i++)
		T_OK((crypto_suite(i) != NULL) == (i == 3 || i == 17));
}

static void
t_a_request_has_the_checksums_of_section_13_8(void)
{
	struct ipmi_command c = ipmi_chassis_control(IPMI_CONTROL_CYCLE);
	uint8_t out[PACKET_REQUEST];
	size_t n = packet_request(out, &c, 0x3f);

	T_INT(n, 8);
	same_hex(out, n, "2000e081fc02027f");
}

static void
t_the_parts_of_setup_packets_stand_where_section_13_has_them(void)
{
	uint8_t random[16] = {0xaa};
	struct packet p;
	char text[2 * PACKET_MAX + 1];

	packet_open(&p, 7, 4, 0x11223344, (struct algorithms){3, 4, 1});
	hex_encode(p.p, p.n, text);
	T_STR(text, "0600ff0706100000000000000000200007040000443322110000000803000000010000080400000002000008"
	            "01000000");
	packet_rakp1(&p, &(struct rakp1){.tag = 8, .role = 0x14, .bmc_id = 0x55667788, .random = random,
	    .user = {(const uint8_t *)"root", 4}});
	hex_encode(p.p, p.n, text);
	T_STR(text, "0600ff070612000000000000000020000800000088776655aa000000000000000000000000000000"
	            "14000004726f6f74");
	packet_rakp3(&p, 9, 0x0f, 0x55667788, (struct view){0});
	hex_encode(p.p, p.n, text);
	T_STR(text, "0600ff07061400000000000000000800090f000088776655");
}

static void
t_error_replies_may_be_two_or_eight_bytes_long(void)
{
	struct open_reply o;
	struct rakp_reply r;
	const char *why;

	T_OK(packet_open_reply((struct view){(const uint8_t *)"\x05\x01", 2}, &o, &why) == 0);
	T_OK(!o.has_id && o.status == 1 && o.tag == 5);
	T_OK(packet_open_reply((struct view){(const uint8_t *)"\x05\x01\0\0\x44\x33\x22\x11", 8}, &o, &why) == 0);
	T_OK(o.has_id && o.console_id == 0x11223344);
	T_OK(packet_open_reply((struct view){(const uint8_t *)"\x05\x00\0\0\x44\x33\x22\x11", 8}, &o, &why) == -1);
	T_OK(packet_rakp_reply((struct view){(const uint8_t *)"\x05\x0d", 2}, true, &r, &why) == 0);
	T_OK(r.status == 0x0d && r.random == NULL);
	T_OK(packet_rakp_reply((struct view){(const uint8_t *)"\x05\x00", 2}, false, &r, &why) == -1);
	T_OK(strstr(why, "13.23") != NULL);
}

static void
t_a_session_number_0_is_refused(void)
{
	uint8_t p[36] = {1, 0, 4, 0, 1, 2, 3, 4, 0, 0, 0, 0, 0, 0, 0, 8, 1, 0, 0, 0, 1, 0, 0, 8, 1, 0, 0, 0, 2, 0, 0, 8, 1};
	struct open_reply o;
	const char *why;

	T_OK(packet_open_reply((struct view){p, sizeof(p)}, &o, &why) == -1);
	p[8] = 1;
	T_OK(packet_open_reply((struct view){p, sizeof(p)}, &o, &why) == 0);
	p[20] = 2;
	T_OK(packet_open_reply((struct view){p, sizeof(p)}, &o, &why) == -1);
}

static void
t_chassis_status_is_read_and_a_short_one_is_not(void)
{
	struct ipmi_answer a = {.outcome = IPMI_OK, .data = {0x21, 0x10, 0x54}, .n = 3};
	struct ipmi_chassis c;

	T_OK(ipmi_chassis_parse(&a, &c) == 0);
	T_OK(c.power_on && !c.overload && !c.fault && c.drive_fault && !c.cooling_fault && c.identify);
	T_INT(c.last_event, 0x10);
	T_OK(c.identify_known);
	a.data[2] = 0x40;
	T_OK(ipmi_chassis_parse(&a, &c) == 0 && c.identify_known && !c.identify && !c.drive_fault);
	a.data[2] = 0x38; /* without bit 6 the state in bits 4 and 5 says nothing */
	T_OK(ipmi_chassis_parse(&a, &c) == 0 && !c.identify_known && !c.identify && c.cooling_fault);
	a.n = 2;
	T_OK(ipmi_chassis_parse(&a, &c) == -1);
	a.n = 3;
	a.completion = 0xc1;
	T_OK(ipmi_chassis_parse(&a, &c) == -1);
	a.completion = 0;
	a.outcome = IPMI_SILENT;
	T_OK(ipmi_chassis_parse(&a, &c) == -1);
}

static void
t_the_boot_device_is_told_for_once_and_read_back(void)
{
	struct ipmi_command set = ipmi_boot_pxe(false), efi = ipmi_boot_pxe(true), read = ipmi_boot_read();
	struct ipmi_answer a = {.outcome = IPMI_OK, .data = {0x01, 0x05, 0x80, 0x04, 0, 0, 0}, .n = 7};
	struct ipmi_boot b;

	T_OK(set.netfn == 0 && set.cmd == 0x08 && set.n == 6 && memcmp(set.data, "\x05\x80\x04\0\0", 6) == 0);
	T_OK(efi.data[1] == 0xa0 && !set.once && !set.harmless);
	T_OK(read.cmd == 0x09 && read.n == 3 && read.data[0] == 5 && read.harmless);
	T_OK(ipmi_boot_clear().data[1] == 0 && ipmi_boot_new().data[0] == 4);
	T_OK(ipmi_boot_parse(&a, &b) == 0);
	T_OK(b.valid && !b.persistent && !b.efi && b.device == IPMI_BOOT_PXE);
	a.data[2] = 0xe0;
	a.data[3] = 0x08;
	T_OK(ipmi_boot_parse(&a, &b) == 0);
	T_OK(b.valid && b.persistent && b.efi && b.device == 2);
	a.data[1] = 0x85; /* marked invalid: section 28.13, byte 3 */
	T_OK(ipmi_boot_parse(&a, &b) == 0 && !b.valid);
	a.data[1] = 0x04;
	T_OK(ipmi_boot_parse(&a, &b) == -1);
	a.data[1] = 0x05;
	a.n = 3;
	T_OK(ipmi_boot_parse(&a, &b) == -1);
	a.n = 7;
	a.completion = 0x80;
	T_OK(ipmi_boot_parse(&a, &b) == -1);
}

static void
t_cycle_reset_interrupt_and_soft_are_sent_once(void)
{
	T_OK(!ipmi_chassis_control(IPMI_CONTROL_ON).once);
	T_OK(!ipmi_chassis_control(IPMI_CONTROL_OFF).once);
	T_OK(ipmi_chassis_control(IPMI_CONTROL_CYCLE).once);
	T_OK(ipmi_chassis_control(IPMI_CONTROL_RESET).once);
	T_OK(ipmi_chassis_control(IPMI_CONTROL_NMI).once);
	T_OK(ipmi_chassis_control(IPMI_CONTROL_SOFT).once);
	T_OK(ipmi_chassis_status().harmless && !ipmi_chassis_control(IPMI_CONTROL_ON).harmless);
}

/* ---- one call, with no network behind it: its loop runs only to close --------------------- */

static int n_done;
static struct ipmi_answer last;

static void
keep(void *ctx, const struct ipmi_answer *a)
{
	(void)ctx;
	n_done++;
	last = *a;
}

static struct call *
call_to_nobody(struct ipmi_client **c)
{
	struct ipmi_target t = {.user = "admin", .password = "secret", .suites = {17}};
	struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr = {htonl(0x7f5c0001)}};
	struct ipmi_command status = ipmi_chassis_status();
	struct err e;

	n_done = 0;
	memcpy(&t.address, &at, sizeof(at));
	T_OK(ipmi_client_create(uv_default_loop(), &(struct ipmi_settings){.tries = 8}, c, &e) == 0);
	ipmi_ask(*c, &t, &status, keep, NULL);
	T_INT(n_done, 0);
	client_turn(*c);
	return LIST_FIRST(&(*c)->buckets[address_hash(&t.address) % BUCKETS]);
}

static void
end_call(struct ipmi_client *c)
{
	ipmi_client_destroy(c);
	T_INT(n_done, 1);
	uv_run(uv_default_loop(), UV_RUN_DEFAULT);
}

static void
t_a_call_that_is_overdue_ends_though_tries_are_left(void)
{
	struct ipmi_client *c;
	struct call *k = call_to_nobody(&c);

	client_expire(k);
	T_INT(n_done, 0);
	k->since_ms -= 10000000;
	client_expire(k);
	T_INT(n_done, 1);
	T_INT(last.outcome, IPMI_SILENT);
	end_call(c);
}

static void
t_icmp_about_sizes_ends_nothing(void)
{
	struct ipmi_client *c;
	struct call *k = call_to_nobody(&c);

	client_unreachable(c, &k->address, EMSGSIZE);
	T_INT(n_done, 0);
	client_unreachable(c, &k->address, EHOSTUNREACH);
	T_INT(last.outcome, IPMI_UNREACHABLE);
	end_call(c);
}

T_MAIN(T(t_the_boot_device_is_told_for_once_and_read_back),
    T(t_rakp_codes_and_session_keys_are_those_computed_independently),
    T(t_a_packet_sealed_elsewhere_is_verified_and_read), T(t_any_one_bit_turned_in_a_sealed_packet_is_refused),
    T(t_a_sealed_packet_cut_or_longer_by_any_length_is_refused),
    T(t_a_packet_without_encryption_or_integrity_is_refused),
    T(t_what_is_sealed_opens_again_for_every_length_of_command), T(t_only_suites_17_and_3_exist),
    T(t_a_request_has_the_checksums_of_section_13_8), T(t_the_parts_of_setup_packets_stand_where_section_13_has_them),
    T(t_error_replies_may_be_two_or_eight_bytes_long), T(t_a_session_number_0_is_refused),
    T(t_chassis_status_is_read_and_a_short_one_is_not), T(t_cycle_reset_interrupt_and_soft_are_sent_once),
    T(t_a_call_that_is_overdue_ends_though_tries_are_left), T(t_icmp_about_sizes_ends_nothing))
