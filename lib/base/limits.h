/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every ceiling of the project, in one list. A buffer that grows by what a
 * peer, a person or a file sends names one of these. A reviewer who asks
 * "how large can it get?" reads this page and no other.
 */
#ifndef LARCH_BASE_LIMITS_H
#define LARCH_BASE_LIMITS_H

/* text */
#define LIMIT_ERR_TEXT 512        /* bytes of one error sentence */
#define LIMIT_LOG_LINE 2048       /* bytes of one log line */
#define LIMIT_KEYS_USED 4096      /* keys of which a program knows when they were last used */
#define LIMIT_NAME 128            /* bytes of a thing's, port's or person's name */
#define LIMIT_WORD 64             /* bytes of a type, a key, a kind */
#define LIMIT_VALUE 4096          /* characters of an attribute's value */
#define LIMIT_REASON 500          /* bytes of a reason somebody typed */
#define LIMIT_CODE 64             /* bytes of a one-time or recovery code as it was typed */
#define LIMIT_QR (256u << 10)     /* bytes of a QR code as an SVG path: 177 rows of 89 runs at most, 16 bytes each */
#define LIMIT_GRANT_VERBS 512     /* bytes of the verbs of one grant */
#define LIMIT_GRANTS 200          /* grants, and plans that wait for a second person, that are shown */

/* host lists: CONVENTIONS, "Expansion is capped" */
#define LIMIT_UNDO_S 10           /* seconds that going back to a time of the inventory may take */
#define LIMIT_HOSTS 65536         /* names in one expanded list */
#define LIMIT_HOSTS_TEXT (LIMIT_HOSTS * (LIMIT_NAME + 1)) /* bytes of one list as text, unfolded at worst */
#define LIMIT_HOSTS_MADE (4 * LIMIT_HOSTS) /* names made on the way to one list: "n[1-9]!n[2-8]" makes 16 */
#define LIMIT_HOSTS_GROUPS 4096   /* groups asked for by one list, groups within groups counted */
#define LIMIT_STATUS_GROUPS 64    /* groups that one request for the status of nodes may name */
#define LIMIT_HOSTS_DEPTH 8       /* groups that name groups */
#define LIMIT_HOSTS_FIELDS 8      /* brackets of one pattern; numbers of one name that fold */

/* the query language: larch-query(7) */
#define LIMIT_QUERY (256u << 10)  /* bytes of one query: a long host list is one */
#define LIMIT_QUERY_TERMS 256     /* terms of one query; a host list is one, however long */
#define LIMIT_QUERY_DEPTH 16      /* parentheses and "connected to" within each other: SQLite's parser holds that */
#define LIMIT_QUERY_VALUE 4096    /* bytes of one value that is no host list */
#define LIMIT_QUERY_PATTERN 256   /* bytes of one regular expression */
#define LIMIT_QUERY_STEPS 20000   /* steps of one regular expression on one text (PCRE2's match limit) */
#define LIMIT_QUERY_SQL (1u << 20) /* bytes of the SQL that a query becomes */
#define LIMIT_QUERY_WORDS 64      /* terms that other rooms add */
#define LIMIT_QUERY_KEPT 16       /* queries whose answers are remembered */

/* memory of one request, one batch, one plan */
#define LIMIT_ARENA (64u << 20)   /* bytes an arena hands out before it aborts */

/* files */
#define LIMIT_CONFIG_FILE (1u << 20)  /* larch.json, a policy, a device type */
#define LIMIT_SECRET_FILE 4096        /* a file that holds one secret */
#define LIMIT_GLASS_MEMORY 262144     /* KiB that checking the break-glass password may take; two are checked at once */
#define LIMIT_GLASS_PASSES 12
#define LIMIT_GLASS_LANES 4
#define LIMIT_TEMPLATE (256u << 10)   /* one template */
#define LIMIT_TEMPLATES 4096          /* templates of one folder, with its sub-folders */
#define LIMIT_TEMPLATE_FOLDERS 8      /* folders within folders of templates */
#define LIMIT_TEMPLATE_DEPTH 100      /* sections and partials open at one time */
#define LIMIT_TEMPLATE_INDENT 256     /* bytes before a partial that stands alone on its line */
#define LIMIT_TEMPLATE_STEPS 20000000 /* tags and texts passed for one page */
#define LIMIT_ROOM_FILE (20u << 20)   /* room.json, as an upload or a file */
#define LIMIT_JSON_DEPTH 32           /* nesting of any JSON we read */

/* importers, on the person's machine */
#define LIMIT_IMPORT_FILE (64u << 20) /* bytes of one file of another program */
#define LIMIT_IMPORT_FILES 64         /* files of one import */
#define LIMIT_IMPORT_FACTS (1u << 19) /* things, facts, ports, cables: what a room.json of LIMIT_ROOM_FILE can hold */
#define LIMIT_IMPORT_NOTES 10000      /* sentences about one import */
#define LIMIT_IMPORT_FIELD (16u << 10) /* bytes of one field or name of such a file */
#define LIMIT_IMPORT_VALUE 4096       /* characters of a value: room.json's own limit */
#define LIMIT_CSV_ROW (1u << 20)      /* bytes of one row of a CSV file */

/* the inventory */
#define LIMIT_STORE_COPY (1u << 29) /* bytes of a database that is copied into memory */
#define LIMIT_OPS 20000           /* operations of one edit */
#define LIMIT_HISTORY (4u << 20)  /* bytes of before and after that one answer about the past tells */
#define LIMIT_RACK_UNITS 100      /* units of a rack */
#define LIMIT_DEPTH 32            /* things inside things, pools inside pools */
#define LIMIT_TYPES 1000          /* rows of types.json */
#define LIMIT_PORTS 4096          /* ports of one thing */

/* status */
#define LIMIT_STATUS_TEXT 96      /* bytes of a value's text, of an outlet's word */
#define LIMIT_STATUS_DETAIL 1024  /* bytes of a value's sentence */
#define LIMIT_STATUS_DATA 16384   /* bytes of what a value says in JSON */
#define LIMIT_STATUS_THINGS 65536 /* things with values; outlets */
#define LIMIT_STATUS_WORDS 65536  /* texts that the history names; a change to one more is kept without its text */
#define LIMIT_STATUS_ROUNDS 256   /* rounds a column: what an older one reached is written in its rows */
#define LIMIT_STATUS_PENDING 100000 /* changes that wait in memory for a disk that takes them */
#define LIMIT_STATUS_CHANGES 20000000 /* changes that are kept: oldest go first */
#define LIMIT_STATUS_CURES 100000 /* past actions of which it is kept whether they helped: oldest go first */
#define LIMIT_STATUS_CHANGES_READ 20000 /* changes of one answer */

/* web */
#define LIMIT_URL 4096            /* bytes of a path with its query */
#define LIMIT_HEADER 8192         /* bytes of one header we look at */
#define LIMIT_FORM (64u << 10)    /* bytes of a form body */
#define LIMIT_FIELDS 4096         /* fields of one form, repeats counted */
#define LIMIT_FIELD (16u << 10)   /* bytes of one form field */
#define LIMIT_UPLOAD (4u << 20)   /* bytes of a form with a file in it */
#define LIMIT_JSON_BODY (256u << 10) /* bytes of a JSON body */
#define LIMIT_EDIT_BODY (4u << 20) /* bytes of one edit of the inventory as JSON */
#define LIMIT_PAGE (16u << 20)    /* bytes of one answer */

/* devices */
#define LIMIT_OUTLETS 128         /* outlets of one PDU unit */
#define LIMIT_PDU_UNITS 8         /* PDU units behind one address */
#define LIMIT_PDU_VALUES 16384    /* values of one reading of a PDU */
#define LIMIT_PDU_FEEDS 128       /* infeeds of one PDU, and sensors of it, that are kept */
#define LIMIT_DATAGRAM 65535      /* bytes of a datagram */
#define LIMIT_DEVTYPES 256        /* files of mib/ */
#define LIMIT_IPMI_PACKET 512     /* bytes of an IPMI datagram we take */
#define LIMIT_IPMI_CALLS 16384    /* IPMI sessions on their way, silent ones counted */
#define LIMIT_IPMI_LINE 65536     /* IPMI calls that wait for their turn */
#define LIMIT_IPMI_SEQUENCE 8192  /* commands of one IPMI session */
#define LIMIT_IPMI_SDRS 1024      /* sensor data records that are read of one BMC */
#define LIMIT_IPMI_SENSORS 1024   /* sensors of one BMC: some records stand for up to 15 */
#define LIMIT_IPMI_EVENTS 1000    /* entries of one event log that are kept, the newest */
#define LIMIT_IPMI_EVENTS_WALKED 4096 /* entries that are passed over to find those */
#define LIMIT_IPMI_SUITES 16384   /* addresses whose cipher suite is remembered */
#define LIMIT_PINGS 16384         /* echo requests on their way, silent ones counted */
#define LIMIT_SSH_GREETING 1024   /* bytes an ssh server may say until its version line ends */
#define LIMIT_SSH_LINES 8         /* lines it may say before that one: RFC 4253 section 4.2 */
#define LIMIT_SSH_VERSION 255     /* bytes of that line with its end: the same section */
#define LIMIT_SNMP_VARBINDS 128   /* objects of one SNMP request */
#define LIMIT_SNMP_OBJECTS 65536  /* objects one snmp_get may ask, values one snmp_walk may bring */
#define LIMIT_SNMP_TEXT (1u << 20) /* bytes of text in the values of one SNMP call */
#define LIMIT_SNMP_OCTETS 512     /* bytes of one string a SET writes: a PortList of 4096 ports */
#define LIMIT_SWITCH_PORTS 1024   /* ports of one switch that are kept */
#define LIMIT_VLAN_TEXT 4096      /* bytes of the VLANs of one port as ranges */
#define LIMIT_LOGIN_SCRIPT (176u << 10) /* bytes of what a node is given to run: 32 mounts and 32 commands, each byte a quote */
#define LIMIT_LOGIN_ANSWER (256u << 10) /* bytes of what one login may print, and of what ssh may say beside it */
#define LIMIT_LOGIN_PARTS 128     /* sections of one such answer */
#define LIMIT_LOGIN_MOUNTS 128    /* file systems of one node that are kept */
#define LIMIT_LOGIN_USERS 256     /* users of one node that are kept */
#define LIMIT_LOGIN_TEXT 2048     /* bytes of what one of the site's commands printed that are kept */
#define LIMIT_LOGIN_GPUS 256      /* GPUs of one node */
#define LIMIT_LOGINS 32768        /* logins that run or wait for their turn */
#define LIMIT_SNMP_ENGINES 16384  /* addresses whose SNMP engine id is remembered */
#define LIMIT_SNMP_SESSIONS 512   /* SNMP targets with a socket at once; others wait in line */

/* children: sinfo, ssh, a site's own commands */
#define LIMIT_RUN_OUT (16u << 20) /* bytes of one child's output */
#define LIMIT_RUN_ERR (64u << 10) /* bytes of what it complains */
#define LIMIT_RUN_INPUT (256u << 10) /* bytes given to it to read */

/* Slurm: what an administrator of it, or a job's owner, may write is in it */
#define LIMIT_SLURM_TEXT (8u << 20) /* bytes that sinfo, or squeue, may print */
#define LIMIT_SLURM_PARTITIONS 1024 /* partitions */
#define LIMIT_SLURM_FIELD 4096    /* bytes of a reason; LIMIT_NAME of all other fields */
#define LIMIT_SLURM_JOBS 65536    /* jobs that run */
#define LIMIT_SLURM_SPOTS (1u << 19) /* jobs on nodes: one job on ten nodes is ten */
#define LIMIT_SLURM_NODE_JOBS 64  /* jobs of one node that are told one by one */
#define LIMIT_SLURM_BYTES (24u << 20) /* bytes kept of one answer */
#define LIMIT_SLURM_UNFOLDED (24u << 20) /* bytes of names that the lists of one answer are unfolded to, one after the other */

/* groups of nodes, of files and of Slurm */
#define LIMIT_GROUP_FILE (4u << 20) /* bytes of genders, or of the file of one group */
#define LIMIT_GROUP_FILES 4096    /* files of a folder of groups */
#define LIMIT_GROUP_MEMBERS (1u << 19) /* nodes in groups of one source: a node in ten groups is ten */
#define LIMIT_GROUP_BYTES (24u << 20) /* bytes of names that one source is read into */
#define LIMIT_GROUPS 8192         /* groups of one source */

/* inventory */
#define LIMIT_INV_TREE 65536      /* things of one tree */
#define LIMIT_INV_STEPS 4096      /* cables one trace follows */
#define LIMIT_INV_WAYS 512        /* ways of one trace */
#define LIMIT_INV_HIT 65536       /* things that hang on what goes dark */
#define LIMIT_IMPORT_LINES 1000   /* lines of difference and notes that one import tells */

#define LIMIT_CHANGES_SHOWN 1000  /* changes of one thing on its page */
#define LIMIT_SINCE 10000         /* rows of each kind that one page of what happened tells */

/* messages of the rules of `notify` */
#define LIMIT_TELL_TEXT (256u << 10)  /* bytes of one message; what is beyond is not said, and it says so by its count */
#define LIMIT_TELL_JSON (1u << 20)    /* bytes of one webhook's JSON */
#define LIMIT_TELL_EVENTS 1000        /* events that one webhook lists */
#define LIMIT_TELL_ITEMS 65536        /* events that one message is made from; the rest is in the next */

/* advice */
#define LIMIT_ADVICE_TEXT 4096    /* bytes of one sentence of an advice, its holes filled */

/* power */
#define LIMIT_PLAN_STEPS 4096     /* steps of one plan */
#define LIMIT_PLAN_THINGS 1024    /* machines of one plan */
#define LIMIT_PLAN_CUT 4096       /* other things that one plan cuts; its warnings */
#define LIMIT_PLAN_TEXT (4u << 20) /* bytes of a request's plan as JSON: hashed, it stays below LIMIT_PAGE */
#define LIMIT_EVIDENCE (64u << 10) /* bytes of what was kept of one machine before it was cut or reset */
#define LIMIT_EVIDENCE_SHOWN 64   /* machines of which one answer has it */
#define LIMIT_EVIDENCE_EVENTS 32  /* entries of its BMC's log in that, the newest */
#define LIMIT_ORDERS 64           /* orders taken up at one look at power.db */
#define LIMIT_PER_HOUR 100000     /* machines of one person in an hour, whatever the role: as larch-policy.yang has it */
#define LIMIT_TAGS 10000          /* tags that are not lifted */
#define LIMIT_TAGS_OF_ONE 1000    /* and of one person */
#define LIMIT_FINDS 4             /* addresses that are asked at one time what is there */
#define LIMIT_QUESTIONS 8         /* questions of people that larchd is at; another is told to come again */
#define LIMIT_ANSWER (1u << 20)   /* bytes of larchd's answer to one question, as JSON: 1024 outlets of a PDU fit */
#define LIMIT_ANSWERS 64          /* answers that are kept: oldest go first */
#define LIMIT_CHECKS 8            /* checks of a few things that run at one time */
#define LIMIT_SWEEP_NODES 65536   /* things that are asked */

#endif
