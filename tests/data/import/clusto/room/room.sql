-- A datacenter with a rack, two servers, a PDU that switches, a strip, a switch, a console server, pools and addresses.
INSERT INTO entities(entity_id,name,type,driver,version) VALUES
 (1,'clustometa','clustometa','clustometa',1), (2,'dc1','datacenter','basicdatacenter',1), (3,'rack101','rack','basicrack',1),
 (4,'server1','server','basicserver',1), (5,'server2','server','penguinserver2u',1), (6,'pdu1','powerstrip','powertowerxm',1),
 (7,'strip 1','powerstrip','basicpowerstrip',1), (8,'switch2a','networkswitch','cisco2960',1),
 (9,'cs1','consoleserver','opengearcm4148',1), (10,'production','pool','pool',1), (11,'web','pool','exclusive_pool',1),
 (12,'net10','resourcemanager','ipmanager',1), (13,'lb1','loadbalancer','basicloadbalancer',1), (14,'vm1','server','basicvirtualserver',1),
 (15,'box/7','device','device',1);
INSERT INTO entity_attrs(entity_id,key,subkey,number,datatype,int_value,string_value,datetime_value,relation_id,version) VALUES
 (1,'schemaversion','property',NULL,'int',3,NULL,NULL,NULL,1),
 -- what contains what
 (2,'_contains',NULL,0,'relation',NULL,NULL,NULL,3,1),
 (3,'_contains','ru',13,'relation',NULL,NULL,NULL,4,1),
 (3,'_contains','ru',20,'relation',NULL,NULL,NULL,5,1),
 (3,'_contains','ru',21,'relation',NULL,NULL,NULL,5,1),
 (3,'_contains','ru',40,'relation',NULL,NULL,NULL,8,1),
 (3,'_contains','ru',42,'relation',NULL,NULL,NULL,8,1),
 (3,'maxu','property',NULL,'int',45,NULL,NULL,NULL,1),
 (4,'_contains',NULL,0,'relation',NULL,NULL,NULL,14,1),
 (10,'_contains',NULL,0,'relation',NULL,NULL,NULL,4,1),
 (10,'_contains',NULL,1,'relation',NULL,NULL,NULL,11,1),
 (11,'_contains',NULL,0,'relation',NULL,NULL,NULL,5,1),
 (11,'_contains',NULL,1,'relation',NULL,NULL,NULL,10,1),
 -- power: server1 on the PDU, server2 on both, the strip on the PDU's outlet 16
 (4,'port-pwr-nema-5','connection',1,'relation',NULL,NULL,NULL,6,1), (4,'port-pwr-nema-5','otherportnum',1,'int',3,NULL,NULL,NULL,1),
 (6,'port-pwr-nema-5','connection',3,'relation',NULL,NULL,NULL,4,1), (6,'port-pwr-nema-5','otherportnum',3,'int',1,NULL,NULL,NULL,1),
 (5,'port-pwr-nema-5','connection',1,'relation',NULL,NULL,NULL,6,1), (5,'port-pwr-nema-5','otherportnum',1,'int',4,NULL,NULL,NULL,1),
 (6,'port-pwr-nema-5','connection',4,'relation',NULL,NULL,NULL,5,1), (6,'port-pwr-nema-5','otherportnum',4,'int',1,NULL,NULL,NULL,1),
 (5,'port-pwr-nema-5','connection',2,'relation',NULL,NULL,NULL,7,1), (5,'port-pwr-nema-5','otherportnum',2,'int',1,NULL,NULL,NULL,1),
 (7,'port-pwr-nema-5','connection',1,'relation',NULL,NULL,NULL,5,1), (7,'port-pwr-nema-5','otherportnum',1,'int',2,NULL,NULL,NULL,1),
 (7,'port-pwr-nema-5','connection',24,'relation',NULL,NULL,NULL,6,1), (7,'port-pwr-nema-5','otherportnum',24,'int',16,NULL,NULL,NULL,1),
 (6,'port-pwr-nema-5','connection',16,'relation',NULL,NULL,NULL,7,1), (6,'port-pwr-nema-5','otherportnum',16,'int',24,NULL,NULL,NULL,1),
 -- network and console
 (4,'port-nic-eth','connection',1,'relation',NULL,NULL,NULL,8,1), (4,'port-nic-eth','otherportnum',1,'int',4,NULL,NULL,NULL,1),
 (8,'port-nic-eth','connection',4,'relation',NULL,NULL,NULL,4,1), (8,'port-nic-eth','otherportnum',4,'int',1,NULL,NULL,NULL,1),
 (4,'port-nic-eth','mac',1,'string',NULL,'00:11:22:33:44:55',NULL,NULL,1), (4,'port-nic-eth','osportname',1,'string',NULL,'eth0',NULL,NULL,1),
 (8,'port-nic-eth','vlan',4,'int',203,NULL,NULL,NULL,1),
 (4,'port-console-serial','connection',1,'relation',NULL,NULL,NULL,9,1), (4,'port-console-serial','otherportnum',1,'int',7,NULL,NULL,NULL,1),
 (5,'port-console-serial','connection',1,'relation',NULL,NULL,NULL,99,1),
 -- addresses: 10.0.0.20 is 167772180 - 2147483648
 (4,'ip',NULL,0,'int',-1979711468,NULL,NULL,NULL,1), (4,'ip','ipstring',0,'string',NULL,'10.0.0.20',NULL,NULL,1),
 (4,'ip','cidr',0,'string',NULL,'10.0.0.20/24',NULL,NULL,1), (4,'ip','manager',0,'relation',NULL,NULL,NULL,12,1),
 (4,'ip',NULL,1,'int',-1979711467,NULL,NULL,NULL,1), (4,'ip','ipstring',1,'string',NULL,'10.0.0.21',NULL,NULL,1),
 (12,'baseip','property',NULL,'string',NULL,'10.0.0.0',NULL,NULL,1), (12,'netmask','property',NULL,'string',NULL,'255.255.255.0',NULL,NULL,1),
 (12,'_lastip',NULL,NULL,'int',-1979711467,NULL,NULL,NULL,1),
 -- attributes of every kind
 (4,'description',NULL,NULL,'string',NULL,'the first server',NULL,NULL,1), (4,'cpucount',NULL,NULL,'int',8,NULL,NULL,NULL,1),
 (4,'foo','bar',3,'string',NULL,'baz',NULL,NULL,1), (4,'foo','bar',3,'string',NULL,'baz',NULL,NULL,1),
 (4,'bought',NULL,NULL,'datetime',NULL,NULL,'2010-05-04 12:30:00.000000',NULL,1),
 (4,'disks',NULL,NULL,'json',NULL,'{"sdb": [1, 2], "sda": null}',NULL,NULL,1), (4,'broken',NULL,NULL,'json',NULL,'{"sdb": ',NULL,NULL,1),
 (4,'runs_on','part',NULL,'relation',NULL,NULL,NULL,14,1), (4,'_secret',NULL,NULL,'string',NULL,'x',NULL,NULL,1),
 (4,'empty',NULL,NULL,'string',NULL,NULL,NULL,NULL,1), (4,'enabled',NULL,NULL,'int',1,NULL,NULL,NULL,1),
 (15,'model','property',NULL,'string',NULL,'X 1',NULL,NULL,1);
INSERT INTO counters(entity_id,attr_key,value) VALUES (2,'_contains',0);
