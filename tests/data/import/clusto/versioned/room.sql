-- A database that keeps what was deleted: server2 is gone, server1 was renamed and moved.
INSERT INTO clustoversioning VALUES (1,'2015-01-01 00:00:00','ana','first'), (2,'2015-01-02 00:00:00','ben',NULL), (3,'2015-01-03 00:00:00','ana','move');
INSERT INTO entities VALUES (1,'clustometa','clustometa','clustometa',1,NULL), (2,'rack1','rack','basicrack',1,NULL),
 (3,'server1','server','basicserver',1,NULL), (4,'server2','server','basicserver',1,2), (5,'server2','server','basicserver',3,NULL),
 (6,'pool1','pool','pool',1,3);
INSERT INTO entity_attrs(entity_id,key,subkey,number,datatype,int_value,string_value,relation_id,version,deleted_at_version) VALUES
 (1,'schemaversion','property',NULL,'int',3,NULL,NULL,1,NULL),
 (2,'_contains','ru',1,'relation',NULL,NULL,3,1,3), (2,'_contains','ru',5,'relation',NULL,NULL,3,3,NULL),
 (2,'_contains','ru',2,'relation',NULL,NULL,4,1,2), (2,'_contains','ru',7,'relation',NULL,NULL,4,1,NULL),
 (3,'owner',NULL,NULL,'string',NULL,'ana',NULL,1,2), (3,'owner',NULL,NULL,'string',NULL,'ben',NULL,2,NULL),
 (4,'owner',NULL,NULL,'string',NULL,'carl',NULL,1,NULL),
 (6,'_contains',NULL,0,'relation',NULL,NULL,3,1,NULL),
 (3,'port-nic-eth','connection',1,'relation',NULL,NULL,5,3,NULL), (3,'port-nic-eth','otherportnum',1,'int',2,NULL,NULL,3,NULL);
