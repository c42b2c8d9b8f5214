/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The questions of read.h. CROSS JOIN is SQLite's word for "in this order": left to itself it may read
 * a whole table for every row of a walk. tests/unit/test_inv_read asks it how it answers each of them.
 */
#include "read_private.h"

#define PLACE_COLUMNS "t.name,t.type,c.name,c.type,p.unit,p.height,p.face,p.side"

/* What is in the things of `base` (columns id and depth), level by level, at most ?1 levels and ?2 rows. */
#define TREE(base)                                                                                           \
	"WITH RECURSIVE " base                                                                               \
	" UNION ALL SELECT k.thing,w.depth+1 FROM walk w CROSS JOIN place k ON k.container=w.id WHERE w.depth<?1)" \
	" SELECT " PLACE_COLUMNS ",w.depth,t.id,p.container,(SELECT COUNT(*) FROM place k WHERE k.container=w.id)" \
	" FROM walk w CROSS JOIN thing t ON t.id=w.id LEFT JOIN place p ON p.thing=w.id"                     \
	" LEFT JOIN thing c ON c.id=p.container LIMIT ?2"

/* How many units a thing of alias `alias` and type row y has; attribute, then type. */
#define UNITS(alias) "(SELECT a.num FROM attr a WHERE a.thing=" alias ".id AND a.key='units' AND a.num IS NOT NULL LIMIT 1),y.units"

#define FEED_OF(alias) "(SELECT f.value FROM attr f WHERE f.thing=" alias ".id AND f.key='feed' LIMIT 1)"
#define HAS_OUTLET(alias) "EXISTS(SELECT 1 FROM port o WHERE o.kind='outlet' AND o.thing=" alias ".id)"

#define HAS_CORD(alias)                                                                                      \
	"EXISTS(SELECT 1 FROM port i JOIN link l ON l.port=i.id WHERE i.kind='inlet' AND i.thing=" alias ".id)"

const struct inv_question inv_questions[ASK_COUNT] = {
    [ASK_HEAD] = {.sql = "SELECT id,name,type,revision,changed,changed_by FROM thing WHERE name=?"},
    [ASK_ATTRS] = {.sql = "SELECT a.key,a.subkey,a.number,a.kind,COALESCE(r.name,a.value)"
                   " FROM attr a LEFT JOIN thing r ON r.id=a.target WHERE a.thing=?"
                   " ORDER BY a.key,a.subkey,a.number,a.kind,5"},
    [ASK_PORTS] = {.sql = "SELECT p.name,p.kind,p.plug,u.name,o.name,u.type,o.kind,l.since,l.author"
                   " FROM port p LEFT JOIN link l ON l.port=p.id LEFT JOIN port o ON o.id=l.peer"
                   " LEFT JOIN thing u ON u.id=o.thing WHERE p.thing=?"},
    [ASK_PLACE] = {.sql = "SELECT c.name,p.unit,p.height,p.face,p.side FROM place p JOIN thing c ON c.id=p.container WHERE p.thing=?"},
    [ASK_CONTENTS] = {.sql = "SELECT t.name,t.type,p.unit,p.height,p.face,p.side FROM place p JOIN thing t ON t.id=p.thing WHERE p.container=?"},
    [ASK_POOLS] = {.sql = "SELECT t.name FROM member m JOIN thing t ON t.id=m.pool WHERE m.thing=?"},
    [ASK_MEMBERS] = {.sql = "SELECT t.name FROM member m JOIN thing t ON t.id=m.thing WHERE m.pool=?"},
    [ASK_REFERRERS] = {.sql = "SELECT t.name,t.type,a.key,a.subkey,a.number FROM attr a JOIN thing t ON t.id=a.thing WHERE a.target=?"},
    [ASK_SERVICES] =
        {.sql = "WITH RECURSIVE up(id,depth) AS (VALUES(?1,0)"
         " UNION SELECT m.pool,u.depth+1 FROM up u CROSS JOIN member m ON m.thing=u.id WHERE u.depth<32)"
         " SELECT DISTINCT s.name FROM up u CROSS JOIN attr a ON a.thing=u.id AND a.key='runs' AND a.target IS NOT NULL"
         " CROSS JOIN thing s ON s.id=a.target"},
    [ASK_PATH] =
        {.sql = "WITH RECURSIVE up(thing,container,depth) AS ("
         " SELECT p.thing,p.container,0 FROM thing t JOIN place p ON p.thing=t.id WHERE t.name=?"
         " UNION ALL SELECT p.thing,p.container,u.depth+1 FROM up u CROSS JOIN place p ON p.thing=u.container WHERE u.depth<31)"
         " SELECT " PLACE_COLUMNS ",u.depth FROM up u CROSS JOIN place p ON p.thing=u.thing"
         " CROSS JOIN thing t ON t.id=p.thing CROSS JOIN thing c ON c.id=p.container ORDER BY u.depth"},
    [ASK_INSIDE] = {.sql = TREE("walk(id,depth) AS (SELECT id,0 FROM thing WHERE name=?3")},
    /* The containers are found by steps over the index, not by reading it all. */
    [ASK_ROOTS] = {.sql = TREE("holds(id) AS (SELECT MIN(container) FROM place"
                        " UNION ALL SELECT (SELECT MIN(k.container) FROM place k WHERE k.container>h.id) FROM holds h WHERE h.id IS NOT NULL),"
                        "walk(id,depth) AS (SELECT id,0 FROM (SELECT id FROM holds WHERE id IS NOT NULL"
                        " UNION SELECT n.id FROM type y CROSS JOIN thing n ON n.type=y.name WHERE y.is_place) b"
                        " WHERE NOT EXISTS(SELECT 1 FROM place p WHERE p.thing=b.id)")},
    [ASK_RACK] = {.sql = "SELECT r.name,r.type,c.name,c.type,p.unit,p.height,p.face,p.side,r.revision," UNITS("r")
                  ",t.name,t.type,k.unit,k.height,k.face,k.side,(SELECT COUNT(*) FROM place x WHERE x.container=t.id)"
                  " FROM thing r LEFT JOIN place p ON p.thing=r.id LEFT JOIN thing c ON c.id=p.container"
                  " LEFT JOIN type y ON y.name=r.type LEFT JOIN place k ON k.container=r.id LEFT JOIN thing t ON t.id=k.thing"
                  " WHERE r.name=?"},
    [ASK_RACKS] =
        {.sql = "WITH RECURSIVE holds(id) AS (SELECT MIN(container) FROM slot"
         " UNION ALL SELECT (SELECT MIN(s.container) FROM slot s WHERE s.container>h.id) FROM holds h WHERE h.id IS NOT NULL)"
         " SELECT r.name,r.type,c.name," UNITS("r")
         ",(SELECT COUNT(DISTINCT s.unit) FROM slot s WHERE s.container=r.id),(SELECT COUNT(*) FROM place k WHERE k.container=r.id)"
         " FROM (SELECT id FROM holds WHERE id IS NOT NULL UNION"
         " SELECT n.id FROM type z CROSS JOIN thing n ON n.type=z.name WHERE z.units IS NOT NULL) b"
         " CROSS JOIN thing r ON r.id=b.id LEFT JOIN type y ON y.name=r.type"
         " LEFT JOIN place p ON p.thing=r.id LEFT JOIN thing c ON c.id=p.container"},
    /* start: the port asked for; prev: the port by which the thing of `frm` was entered. */
    [ASK_TRACE] =
        {.sql = "WITH RECURSIVE walk(start,prev,frm,peer,since,author,hop) AS ("
         " SELECT p.id,0,p.id,l.peer,l.since,l.author,1 FROM thing t CROSS JOIN port p ON p.thing=t.id"
         " CROSS JOIN link l ON l.port=p.id WHERE t.name=?1 AND (?2 IS NULL OR p.name=?2)"
         " UNION SELECT w.start,w.peer,n.id,l.peer,l.since,l.author,w.hop+1"
         " FROM walk w CROSS JOIN port p ON p.id=w.peer CROSS JOIN port n ON n.thing=p.thing"
         " CROSS JOIN link l ON l.port=n.id WHERE w.hop<?4 AND CASE p.kind WHEN 'outlet' THEN n.kind='inlet'"
         " WHEN 'inlet' THEN n.kind='outlet' ELSE n.name=CASE WHEN p.name LIKE 'front%' THEN 'rear'||substr(p.name,6)"
         " WHEN p.name LIKE 'rear%' THEN 'front'||substr(p.name,5) END END LIMIT ?3)"
         " SELECT w.start,w.prev,w.peer,w.hop,w.since,w.author,t.name,t.type,p.name,p.kind,u.name,u.type,o.name,o.kind," FEED_OF("u")
         " FROM walk w CROSS JOIN port p ON p.id=w.frm CROSS JOIN thing t ON t.id=p.thing"
         " CROSS JOIN port o ON o.id=w.peer CROSS JOIN thing u ON u.id=o.thing"},
    [ASK_CONSOLES] = {.sql = "SELECT p.name FROM thing t CROSS JOIN port p ON p.thing=t.id AND p.kind='console'"
                      " CROSS JOIN link l ON l.port=p.id WHERE t.name=?"},
    [ASK_OUTLETS] = {.sql = "SELECT o.id,t.id,t.name FROM thing t CROSS JOIN port o ON o.thing=t.id AND o.kind='outlet'"
                     " WHERE t.name=?1 AND (?2 IS NULL OR o.name=?2)"},
    [ASK_FEED] = {.sql = "SELECT t.id,t.name,t.type FROM attr a CROSS JOIN thing t ON t.id=a.thing"
                  " WHERE a.key='feed' AND a.value IN (?1,upper(?1),lower(?1)) AND " HAS_OUTLET("t")
                  " UNION SELECT t.id,t.name,t.type FROM thing t WHERE t.type='feed' AND t.name=?1"},
    [ASK_FEED_IN] =
        {.sql = "WITH RECURSIVE walk(id,depth) AS (SELECT id,0 FROM thing WHERE name=?2"
         " UNION SELECT k.thing,w.depth+1 FROM walk w CROSS JOIN place k ON k.container=w.id WHERE w.depth<32)"
         " SELECT DISTINCT t.id,t.name,t.type FROM walk w CROSS JOIN thing t ON t.id=w.id"
         " WHERE " HAS_OUTLET("t") " AND (t.type='feed' AND t.name=?1"
         " OR EXISTS(SELECT 1 FROM attr a WHERE a.thing=t.id AND a.key='feed' AND a.value IN (?1,upper(?1),lower(?1))))"},
    /* All that hangs on some outlets, however far, and every cord that each of those has. UNION ends a circle. */
    [ASK_HIT] =
        {.sql = "WITH RECURSIVE hit(id) AS ("
         " SELECT p.thing FROM json_each(?1) j CROSS JOIN link l ON l.port=j.value CROSS JOIN port p ON p.id=l.peer AND p.kind='inlet'"
         " UNION SELECT p.thing FROM hit h CROSS JOIN port o ON o.thing=h.id AND o.kind='outlet'"
         " CROSS JOIN link l ON l.port=o.id CROSS JOIN port p ON p.id=l.peer AND p.kind='inlet' LIMIT ?2)"
         " SELECT t.id,t.name,t.type,f.id,f.name,o.id FROM hit h CROSS JOIN thing t ON t.id=h.id"
         " CROSS JOIN port i ON i.thing=t.id AND i.kind='inlet' CROSS JOIN link l ON l.port=i.id"
         " CROSS JOIN port o ON o.id=l.peer AND o.kind='outlet' CROSS JOIN thing f ON f.id=o.thing ORDER BY t.id"},
    [ASK_UNWIRED_IN] =
        {.sql = "WITH RECURSIVE walk(id,depth) AS (SELECT id,0 FROM thing WHERE name=?1"
                " UNION SELECT k.thing,w.depth+1 FROM walk w CROSS JOIN place k ON k.container=w.id WHERE w.depth<32)"
                " SELECT DISTINCT t.name,t.type FROM walk w CROSS JOIN thing t ON t.id=w.id WHERE NOT " HAS_CORD("t")},
    [ASK_UNWIRED] = {.sql = "SELECT t.name,t.type FROM thing t WHERE NOT " HAS_CORD("t"), .whole = true},
    [ASK_ALL_THINGS] = {.sql = "SELECT id,name,type FROM thing", .whole = true},
    [ASK_ALL_CABLES] = {.sql = "SELECT t.name,p.name,p.kind,u.name,o.name,o.kind FROM link l CROSS JOIN port p ON p.id=l.port"
                        " CROSS JOIN thing t ON t.id=p.thing CROSS JOIN port o ON o.id=l.peer"
                        " CROSS JOIN thing u ON u.id=o.thing WHERE l.port<l.peer",
        .whole = true},
};
