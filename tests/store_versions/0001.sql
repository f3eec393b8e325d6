BEGIN TRANSACTION;
CREATE TABLE acts (
	alert VARCHAR(32) NOT NULL, 
	"by" VARCHAR(80) NOT NULL, 
	did VARCHAR(20) NOT NULL, 
	at BIGINT NOT NULL, 
	CONSTRAINT fk_acts_alert_alerts FOREIGN KEY(alert) REFERENCES alerts (id)
);
CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
INSERT INTO "alembic_version" VALUES('0001');
CREATE TABLE alerts (
	id VARCHAR(32) NOT NULL, 
	relationship VARCHAR(32) NOT NULL, 
	level VARCHAR(10) NOT NULL, 
	height INTEGER NOT NULL, 
	points INTEGER NOT NULL, 
	state VARCHAR(10) NOT NULL, 
	opened BIGINT NOT NULL, 
	updated BIGINT NOT NULL, 
	body TEXT NOT NULL, 
	CONSTRAINT pk_alerts PRIMARY KEY (id), 
	CONSTRAINT fk_alerts_relationship_relationships FOREIGN KEY(relationship) REFERENCES relationships (id), 
	CONSTRAINT uq_alerts_relationship UNIQUE (relationship)
);
INSERT INTO "alerts" VALUES('9b077048c913b269','5f1de98ecb38186d','act',3,225,'new',1790959200000000,1791149880000000,'{"stages": ["approach", "befriend", "isolate", "pressure"], "signals": [{"rule": "threatens-to-publish", "stage": "pressure", "points": 100.0, "because": "Maya R. told Kim that pictures or chats go to others unless they do as told.", "advice": "Tell Kim that it is not their fault. Don''t pay, don''t answer, don''t delete; save everything and call the police.", "event": "story:29", "at": "2026-10-04T21:36:40+00:00", "alone": true, "file": "rules/pressure/threatens-to-publish.yaml:5"}, {"rule": "demands-after-recording", "stage": "pressure", "points": 80.0, "because": "Maya R., who had spoken of a recording or of publishing, demanded money from Kim.", "advice": "Don''t pay: paying brings more demands. Save the conversation with all names and numbers, and call the police.", "event": "story:31", "at": "2026-10-04T21:38:00+00:00", "alone": true, "file": "rules/pressure/demands-after-recording.yaml:5"}]}');
CREATE TABLE events (
	platform VARCHAR(40) NOT NULL, 
	account VARCHAR(200) NOT NULL, 
	id VARCHAR(400) NOT NULL, 
	relationship VARCHAR(32) NOT NULL, 
	kind VARCHAR(20) NOT NULL, 
	"by" VARCHAR(10) NOT NULL, 
	at BIGINT NOT NULL, 
	captured BIGINT NOT NULL, 
	CONSTRAINT pk_events PRIMARY KEY (platform, account, id), 
	CONSTRAINT fk_events_relationship_relationships FOREIGN KEY(relationship) REFERENCES relationships (id)
);
INSERT INTO "events" VALUES('facebook','member:Kim','story:0','5f1de98ecb38186d','friend_request','contact',1790959200000000,1796025413768098);
INSERT INTO "events" VALUES('facebook','member:Kim','story:1','5f1de98ecb38186d','accepted','member',1790959560000000,1796025413798082);
INSERT INTO "events" VALUES('facebook','member:Kim','story:2','5f1de98ecb38186d','message','contact',1790959620000000,1796025413817404);
CREATE TABLE failures (
	"key" VARCHAR(200) NOT NULL, 
	at BIGINT NOT NULL
);
CREATE TABLE issues (
	"key" VARCHAR(300) NOT NULL, 
	severity VARCHAR(10) NOT NULL, 
	what TEXT NOT NULL, 
	mend TEXT NOT NULL, 
	since BIGINT NOT NULL, 
	last BIGINT NOT NULL, 
	count INTEGER NOT NULL, 
	CONSTRAINT pk_issues PRIMARY KEY ("key")
);
CREATE TABLE memories (
	platform VARCHAR(40) NOT NULL, 
	device VARCHAR(100) NOT NULL, 
	"key" VARCHAR(400) NOT NULL, 
	value TEXT NOT NULL, 
	turn BIGINT NOT NULL, 
	CONSTRAINT pk_memories PRIMARY KEY (platform, device, "key")
);
CREATE TABLE readings (
	device VARCHAR(100) NOT NULL, 
	platform VARCHAR(40) NOT NULL, 
	member VARCHAR(200) NOT NULL, 
	last BIGINT NOT NULL, 
	CONSTRAINT pk_readings PRIMARY KEY (device, platform, member)
);
CREATE TABLE relationships (
	id VARCHAR(32) NOT NULL, 
	member VARCHAR(200) NOT NULL, 
	member_name VARCHAR(200) NOT NULL, 
	member_is_adult BOOLEAN NOT NULL, 
	platform VARCHAR(40) NOT NULL, 
	contact VARCHAR(200) NOT NULL, 
	state TEXT NOT NULL, 
	signals TEXT NOT NULL, 
	updated BIGINT NOT NULL, 
	CONSTRAINT pk_relationships PRIMARY KEY (id), 
	CONSTRAINT uq_relationships_member UNIQUE (member, platform, contact)
);
INSERT INTO "relationships" VALUES('5f1de98ecb38186d','member:Kim','Kim',0,'facebook','100000000000001','{"account": {"platform": "facebook", "id": "member:Kim", "name": "Kim"}, "contact": {"platform": "facebook", "id": "100000000000001", "name": "Maya R.", "handle": "maya.example", "url": "https://www.facebook.com/profile.php?id=100000000000001", "joined": 1789948800, "joined_basis": "stated", "mutual_friends": 0, "friends": 14, "following": 620, "posts": 2, "picture": true, "country": "PH", "age": 14}, "known": false, "names": ["Maya R."], "state": {"requested_by": "contact", "first_message_by": "contact", "refused": ["wants-camera", "wants-picture"], "contact_said": {"found-by-chance": [1, 2, 20728], "joking": [2, 2, 20728], "asks-age-school": [3, 5, 20728], "flattery": [4, 7, 20729], "instant-love": [7, 7, 20729], "asks-family": [6, 8, 20729], "parents-check-phone": [9, 9, 20729], "asks-friends-list": [10, 10, 20729], "member-refuses": [2, 11, 20730], "only-i-understand": [11, 11, 20730], "secrecy": [11, 11, 20730], "home-alone": [12, 12, 20730], "guilt": [13, 13, 20730], "wants-camera": [12, 13, 20730], "wants-picture": [14, 14, 20730], "recorded": [15, 15, 20730], "threat-to-publish": [15, 15, 20730], "countdown": [16, 16, 20730], "demand-money": [15, 16, 20730], "payment-rail": [16, 16, 20730]}, "member_said": {"member-gives": [4, 7, 20729], "joking": [3, 10, 20730], "member-refuses": [8, 12, 20730], "distress": [13, 13, 20730]}, "recent": [190260, 190170, 190140, 190040, 189860, 189680, 110420, 92180, 91940, 91760, 1640, 1220, 1100, 500, 80, 0], "first_at": 1790959200, "last_at": 1791149880, "requested_at": 1790959200, "accepted_at": 1790959560, "first_message_at": 1790959620, "refused_at": 1791149560, "received": 16, "sent": 13, "received_at_night": 6, "unanswered": 1, "calls": 1}}','[{"rule": "follows-far-more", "stage": "approach", "points": 5.0, "because": "Maya R. follows 44.3 accounts for each one that follows back, as somebody does who asks many people.", "advice": "Look at the profile together with Kim.", "event": "story:31", "at": "2026-10-04T21:38:00+00:00", "alone": false, "file": "rules/approach/follows-far-more.yaml:5"}, {"rule": "hardly-any-posts", "stage": "approach", "points": 4.0, "because": "Maya R. has hardly posted anything yet (2 posts), and the two share no friends.", "advice": "Look at the profile together with Kim.", "event": "story:31", "at": "2026-10-04T21:38:00+00:00", "alone": false, "file": "rules/approach/hardly-any-posts.yaml:5"}, {"rule": "new-account-no-mutual-friends", "stage": "approach", "points": 15.0, "because": "Maya R. opened this account 13 days ago and shares no friends with Kim.", "advice": "Ask Kim how they know this person before they answer.", "event": "story:31", "at": "2026-10-04T21:38:00+00:00", "alone": false, "file": "rules/approach/new-account-no-mutual-friends.yaml:5"}]',1796025414371833);
CREATE TABLE users (
	id VARCHAR(32) NOT NULL, 
	name VARCHAR(80) NOT NULL, 
	password_hash VARCHAR(200) NOT NULL, 
	epoch INTEGER NOT NULL, 
	created BIGINT NOT NULL, 
	CONSTRAINT pk_users PRIMARY KEY (id), 
	CONSTRAINT uq_users_name UNIQUE (name)
);
CREATE INDEX ix_failures_key ON failures ("key", at);
CREATE INDEX ix_alerts_state ON alerts (state, height, updated);
CREATE INDEX ix_events_relationship ON events (relationship, at);
COMMIT;
