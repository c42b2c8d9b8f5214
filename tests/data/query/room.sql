-- The room that the cases of this folder ask: two rooms of a datacenter, five racks.
INSERT INTO type(name,title,is_machine,is_place,json) VALUES('ups','UPS',0,0,'{}');
INSERT INTO thing(id,name,type,revision,changed,changed_by) VALUES
 (1,'dc1','datacenter',1,1000,'import'),
 (2,'room1','room',1,1000,'import'),
 (3,'room2','room',1,1000,'import'),
 (4,'rack001','rack',1,1000,'import'),
 (5,'rack002','rack',1,1000,'import'),
 (6,'rack003','rack',1,1000,'import'),
 (10,'web1','server',1,1760000000000,'ana'),
 (11,'web2','server',1,1763596800000,'ana'),
 (12,'web3','server',1,1763683199999,'ben'),
 (13,'db1','server',1,1763683200000,'ben'),
 (14,'db2','server',1,1000,'import'),
 (15,'n9','server',1,1000,'import'),
 (16,'n10','server',1,1000,'import'),
 (20,'switch2a','switch',1,1000,'import'),
 (21,'switch2b','switch',1,1000,'import'),
 (22,'cs1','console-server',1,1000,'import'),
 (23,'pdu-a','pdu',1,1000,'import'),
 (24,'lb1','loadbalancer',1,1000,'import'),
 (25,'shop','service',1,1000,'import'),
 (26,'and','server',1,1000,'import'),
 (27,'a:b','server',1,1000,'import'),
 (30,'production','pool',1,1000,'import'),
 (31,'webs','pool',1,1000,'import'),
 (32,'empty','pool',1,1000,'import');
INSERT INTO place(thing,container,unit,height,face) VALUES
 (2,1,NULL,NULL,NULL),(3,1,NULL,NULL,NULL),(4,2,NULL,NULL,NULL),(5,2,NULL,NULL,NULL),(6,3,NULL,NULL,NULL),
 (10,4,1,1,'both'),(11,4,2,1,'both'),(12,5,1,1,'both'),(13,5,13,2,'both'),(14,6,1,1,'both'),
 (20,4,40,1,'both'),(21,5,40,1,'both'),(22,6,40,1,'front');
INSERT INTO place(thing,container,side) VALUES (23,4,'left');
INSERT INTO member(pool,thing) VALUES (31,10),(31,11),(31,12),(30,31),(30,13),(31,30);
INSERT INTO port(id,thing,name,kind,plug) VALUES
 (1,10,'eth0','nic','nic-eth'),(2,11,'eth0','nic','nic-eth'),(3,12,'eth0','nic','nic-eth'),(4,13,'eth0','nic','nic-eth'),
 (5,14,'eth0','nic','nic-eth'),(6,20,'1','nic','nic-eth'),(7,20,'2','nic','nic-eth'),(8,21,'1','nic','nic-eth'),
 (9,21,'2','nic','nic-eth'),(10,10,'console','console','console-serial'),(11,22,'1','console','console-serial'),
 (12,13,'console','console','console-serial'),(13,10,'psu1','inlet','pwr-c14'),(14,23,'1','outlet','pwr-c13'),
 (15,23,'2','outlet','pwr-c13');
INSERT INTO link(port,peer,since,author) VALUES
 (1,6,1,'import'),(6,1,1,'import'),(2,7,1,'import'),(7,2,1,'import'),(3,8,1,'import'),(8,3,1,'import'),
 (10,11,1,'import'),(11,10,1,'import'),(13,14,1,'import'),(14,13,1,'import');
INSERT INTO attr(thing,key,subkey,number,kind,value,num,target) VALUES
 (10,'owner','',-1,'string','tony',NULL,NULL),(11,'owner','',-1,'string','tony',NULL,NULL),
 (11,'owner','',-1,'string','ana',NULL,NULL),(12,'owner','',-1,'string','O''Brien "Bob"',NULL,NULL),
 (10,'state','',-1,'string','idle',NULL,NULL),(11,'state','',-1,'string','busy',NULL,NULL),
 (10,'ram','',-1,'integer','64',64,NULL),(11,'ram','',-1,'integer','128',128,NULL),
 (12,'ram','',-1,'string','32',32,NULL),(13,'ram','',-1,'string','96.5',NULL,NULL),(14,'ram','',-1,'string','plenty',NULL,NULL),
 (10,'warranty','',-1,'date','2027-01-01T00:00:00Z',1798761600000,NULL),
 (11,'warranty','',-1,'date','2027-01-01T23:00:00Z',1798844400000,NULL),
 (12,'warranty','',-1,'date','2026-12-31T00:00:00Z',1798675200000,NULL),
 (13,'warranty','',-1,'string','2026-06-30',NULL,NULL),(14,'warranty','',-1,'string','unknown',NULL,NULL),
 (10,'ip','cidr',0,'string','10.0.0.1/24',NULL,NULL),(10,'ip','',0,'string','10.0.0.1',NULL,NULL),
 (11,'ip','cidr',0,'string','10.0.0.2/24',NULL,NULL),(11,'ip.cidr','',-1,'string','dotted',NULL,NULL),
 (10,'disk','',1,'string','ssd',NULL,NULL),(10,'disk','',2,'string','hdd',NULL,NULL),(11,'disk','',2,'string','ssd',NULL,NULL),
 (10,'port-nic-eth','mac',1,'string','00:1b:2C:3d:4e:5f',NULL,NULL),
 (10,'system','serial',-1,'string','P0123456789',NULL,NULL),
 (11,'model','',-1,'string','Blade 3000 (R2)',NULL,NULL),(12,'model','',-1,'string','/usr/lib',NULL,NULL),
 (13,'model','',-1,'string','a*b',NULL,NULL),(14,'model','',-1,'string','',NULL,NULL),(15,'model','',-1,'string','[x]',NULL,NULL),
 (10,'conf','',-1,'json','{"a":1}',NULL,NULL),
 (10,'runs','',-1,'relation','',NULL,25),(11,'runs','',-1,'relation','',NULL,25),
 (24,'vip','10.0.0.5:443',-1,'relation','',NULL,25),
 (16,'serial','',-1,'string','0012',12,NULL),(15,'serial','',-1,'integer','12',12,NULL);
