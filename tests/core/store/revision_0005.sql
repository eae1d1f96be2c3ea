-- A run store as Digit Lab wrote it at revision 0005, dumped: a pinned run with a network, a fine-tuned
-- one, one in training, and a series of three seeds of which the first is in training.
BEGIN TRANSACTION;
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0005');
CREATE TABLE counter (
	number INTEGER NOT NULL
);
INSERT INTO "counter" VALUES(6);
CREATE TABLE drawings (
	id INTEGER NOT NULL PRIMARY KEY AUTOINCREMENT, 
	owner VARCHAR(64) NOT NULL, 
	label INTEGER NOT NULL, 
	answer INTEGER, 
	run_id VARCHAR(32), 
	created VARCHAR(32) NOT NULL, 
	strokes TEXT NOT NULL, 
	image BLOB NOT NULL
);
INSERT INTO "drawings" VALUES(1,'ann',3,7,'article','2026-11-26T19:07:37+00:00','[[[1.0,2.0],[3.0,4.0]]]',zeroblob(784));
CREATE TABLE epochs (
	run_id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	loss FLOAT NOT NULL, 
	accuracy FLOAT NOT NULL, 
	val_loss FLOAT, 
	val_accuracy FLOAT, 
	seconds FLOAT NOT NULL, 
	PRIMARY KEY (run_id, number), 
	FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
);
INSERT INTO "epochs" VALUES('00000001',1,0.5,0.9,NULL,NULL,1.5);
INSERT INTO "epochs" VALUES('00000002',1,0.4,0.95,NULL,NULL,1.5);
CREATE TABLE files (
	run_id VARCHAR(32) NOT NULL, 
	kind VARCHAR(16) NOT NULL, 
	size INTEGER NOT NULL, 
	sha256 VARCHAR(64) NOT NULL, 
	content BLOB NOT NULL, 
	PRIMARY KEY (run_id, kind), 
	FOREIGN KEY(run_id) REFERENCES runs (id) ON DELETE CASCADE
);
INSERT INTO "files" VALUES('00000001','state',5,'4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e',X'7374617465');
INSERT INTO "files" VALUES('00000001','network',7,'3009be769fb8f956e8413ee9f3e0836e34968bc40457d0a10c549d2edcf00cc1',X'6E6574776F726B');
INSERT INTO "files" VALUES('00000002','state',5,'4ba69735ca53765ed6a709edb56c6ea236b7193a3b29a6b390c346f0f4340e4e',X'7374617465');
INSERT INTO "files" VALUES('00000002','network',6,'e29ef4cb40cf73a5b1eb3144c9d653d2c97ec416ffb581bc5b397adee8f3c944',X'746175676874');
INSERT INTO "files" VALUES('00000003','start',6,'e29ef4cb40cf73a5b1eb3144c9d653d2c97ec416ffb581bc5b397adee8f3c944',X'746175676874');
INSERT INTO "files" VALUES('00000003','drawings',437,'a91b15aeb40be6556f716232df2ab1a97aeb22f73ccaaa94d48c4e3ced71202a',X'504B03042D000000080000002100DBE0C5D4FFFFFFFFFFFFFFFF0A001400696D616765732E6E70790100100000190000000000006B00000000000000EDC8310E82401445D1A17515BFFB9A4C23956101741A1A0B2A3281311604CC0CD288AB60C3804B3094F724AF7877BEDDAF459998D17CB4F1B10E9A894EEFB35AD1471F86E0BAAA0F8DDF7AEEDAE8D71E9FEEE5D77FBC58497F3B59F9CA3F0E06000000000000000060670B504B03042D000000080000002100F83865FFFFFFFFFFFFFFFFFF0A0014006C6162656C732E6E70790100100088000000000000004C000000000000009BEC17EA1B10C9C850C650AD9E925A9C5CA46EA5A05E536AA8AEA3A09E965F54529498179F5F94920A12774BCC294E058A17672416A402F91A163A9A3A0AB50A14002E064626661656367600504B01022D032D000000080000002100DBE0C5D46B000000001900000A0000000000000000000000800100000000696D616765732E6E7079504B01022D032D000000080000002100F83865FF4C000000880000000A00000000000000000000008001A70000006C6162656C732E6E7079504B05060000000002000200700000002F0100000000');
CREATE TABLE runs (
	id VARCHAR(32) NOT NULL, 
	number INTEGER NOT NULL, 
	name VARCHAR(200) NOT NULL, 
	named BOOLEAN NOT NULL, 
	owner VARCHAR(64) NOT NULL, 
	nickname VARCHAR(64) NOT NULL, 
	recipe TEXT NOT NULL, 
	state VARCHAR(16) NOT NULL, 
	stopping BOOLEAN NOT NULL, 
	parent VARCHAR(32), 
	parent_epochs INTEGER NOT NULL, 
	created VARCHAR(32) NOT NULL, 
	ended VARCHAR(32), 
	worker VARCHAR(64), 
	beat INTEGER NOT NULL, 
	attempts INTEGER NOT NULL, 
	progress FLOAT NOT NULL, 
	epochs_done INTEGER NOT NULL, 
	seconds FLOAT NOT NULL, 
	train_accuracy FLOAT, 
	test_accuracy FLOAT, 
	failure TEXT NOT NULL, 
	versions TEXT NOT NULL, 
	has_model BOOLEAN NOT NULL, note TEXT DEFAULT '' NOT NULL, marked BOOLEAN DEFAULT 0 NOT NULL, opened VARCHAR(32), place INTEGER DEFAULT '0' NOT NULL, teaching TEXT, 
	PRIMARY KEY (id), 
	UNIQUE (number)
);
INSERT INTO "runs" VALUES('00000001',1,'My first',1,'ann','Ann','{
  "hidden_units": [
    300
  ],
  "activation": "sigmoid",
  "optimizer": "adam",
  "learning_rate": 0.001,
  "epochs": 1,
  "batch_size": 1000,
  "dropout": 0.0,
  "validation_share": 0.0,
  "train_size": 60000,
  "seed": 0,
  "conv_filters": [],
  "augmentation": false,
  "handwriting": false,
  "decay": false,
  "precision": "auto"
}','finished',0,NULL,0,'2026-11-26T19:07:37+00:00','2026-11-26T19:07:37+00:00',NULL,1,0,1.0,1,1.5,0.94,0.937,'','{"keras": "3.15.0", "precision": "float32"}',1,'note',1,'2026-11-26T19:07:37+00:00',1,NULL);
INSERT INTO "runs" VALUES('00000002',2,'My first · taught',0,'bob','Bob','{
  "hidden_units": [
    300
  ],
  "activation": "sigmoid",
  "optimizer": "adam",
  "learning_rate": 0.001,
  "epochs": 10,
  "batch_size": 128,
  "dropout": 0.0,
  "validation_share": 0.0,
  "train_size": 20600,
  "seed": 0,
  "conv_filters": [],
  "augmentation": false,
  "handwriting": true,
  "decay": true,
  "precision": "auto"
}','finished',0,'00000001',0,'2026-11-26T19:07:37+00:00','2026-11-26T19:07:37+00:00',NULL,1,0,1.0,1,1.5,0.95,0.93,'','{}',1,'',0,NULL,2,'{"learned": 6, "held_out": 2, "before": 0.5, "after": 1.0, "test_before": 0.937}');
INSERT INTO "runs" VALUES('00000003',3,'My first · taught',0,'cem','','{
  "hidden_units": [
    300
  ],
  "activation": "sigmoid",
  "optimizer": "adam",
  "learning_rate": 0.001,
  "epochs": 10,
  "batch_size": 128,
  "dropout": 0.0,
  "validation_share": 0.0,
  "train_size": 20600,
  "seed": 0,
  "conv_filters": [],
  "augmentation": false,
  "handwriting": true,
  "decay": true,
  "precision": "auto"
}','running',0,'00000002',0,'2026-11-26T19:07:37+00:00',NULL,'w',1,1,0.25,0,0.0,NULL,NULL,'','{}',0,'',0,NULL,3,'{"learned": 6, "held_out": 2, "before": null, "after": null, "test_before": null}');
INSERT INTO "runs" VALUES('00000004',4,'Seeds',0,'dan','','{
  "hidden_units": [
    300
  ],
  "activation": "sigmoid",
  "optimizer": "adam",
  "learning_rate": 0.001,
  "epochs": 2,
  "batch_size": 1000,
  "dropout": 0.0,
  "validation_share": 0.0,
  "train_size": 60000,
  "seed": 0,
  "conv_filters": [],
  "augmentation": false,
  "handwriting": false,
  "decay": false,
  "precision": "auto"
}','running',0,NULL,0,'2026-11-26T19:07:37+00:00',NULL,'w2',1,1,0.1,0,0.0,NULL,NULL,'','{}',0,'',0,NULL,4,NULL);
INSERT INTO "runs" VALUES('00000005',5,'Seeds',0,'dan','','{
  "hidden_units": [
    300
  ],
  "activation": "sigmoid",
  "optimizer": "adam",
  "learning_rate": 0.001,
  "epochs": 2,
  "batch_size": 1000,
  "dropout": 0.0,
  "validation_share": 0.0,
  "train_size": 60000,
  "seed": 1,
  "conv_filters": [],
  "augmentation": false,
  "handwriting": false,
  "decay": false,
  "precision": "auto"
}','queued',0,NULL,0,'2026-11-26T19:07:37+00:00',NULL,NULL,0,0,0.0,0,0.0,NULL,NULL,'','{}',0,'',0,NULL,5,NULL);
INSERT INTO "runs" VALUES('00000006',6,'Seeds',0,'dan','','{
  "hidden_units": [
    300
  ],
  "activation": "sigmoid",
  "optimizer": "adam",
  "learning_rate": 0.001,
  "epochs": 2,
  "batch_size": 1000,
  "dropout": 0.0,
  "validation_share": 0.0,
  "train_size": 60000,
  "seed": 2,
  "conv_filters": [],
  "augmentation": false,
  "handwriting": false,
  "decay": false,
  "precision": "auto"
}','queued',0,NULL,0,'2026-11-26T19:07:37+00:00',NULL,NULL,0,0,0.0,0,0.0,NULL,NULL,'','{}',0,'',0,NULL,5,NULL);
CREATE INDEX ix_runs_state ON runs (state);
CREATE INDEX ix_runs_owner ON runs (owner);
CREATE INDEX ix_drawings_owner ON drawings (owner);
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('drawings',1);
COMMIT;
