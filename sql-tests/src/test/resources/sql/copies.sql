-- COPY in and out, text and csv.
CREATE TABLE t (id int $key[PRIMARY KEY], v int, name text, at date) /*dist: hash(id) | hash(v)*/;
COPY t FROM STDIN;
1	10	one	2024-01-01
2	20	two	2024-01-02
3	\N	\N	\N
4	40	tab\there	2024-02-29
5	50	back\\slash	\N
6	60	nl\nhere	\N
7	70		\N
\.
SELECT * FROM t ORDER BY id;
COPY t (id, name) FROM STDIN;
10	ten
11	eleven
\.
COPY t FROM STDIN (FORMAT csv);
20,200,"quoted, comma",2024-03-01
21,,,
22,220,"a ""quote""",2024-03-03
23,230,"two
lines",
24,240,"",
\.
COPY t (name, id, v) FROM STDIN (FORMAT csv, HEADER, DELIMITER ';', NULL 'nil');
name;id;v
x;30;300
nil;31;nil
;32;320
\.
COPY t FROM STDIN (DELIMITER '|', NULL '');
40|400|forty|
41|||2024-01-01
\.
SELECT * FROM t WHERE id >= 10 ORDER BY id;
SELECT count(*), sum(id), sum(v), count(name) FROM t;
COPY t FROM STDIN;
\.
COPY t FROM STDIN;
50	1	ok	\N
51	bad	x	\N
52	2	ok	\N
\.
COPY t FROM STDIN;
53	1	ok
\.
COPY t FROM STDIN;
54	1	ok	\N	extra
\.
COPY t FROM STDIN;
55	1	ok	\N
1	1	dup	\N
\.
COPY t (nope) FROM STDIN;
\.
COPY nowhere FROM STDIN;
\.
SELECT count(*) FROM t WHERE id BETWEEN 50 AND 55;
BEGIN;
COPY t (id, v) FROM STDIN;
60	600
61	610
62	620
63	630
\.
SELECT count(*), sum(v) FROM t WHERE id >= 60;
ROLLBACK;
SELECT count(*) FROM t WHERE id >= 60;
COPY t TO STDOUT;
COPY t (name, id) TO STDOUT;
COPY t TO STDOUT (FORMAT csv, FORCE_QUOTE (name));
COPY (SELECT id, v FROM t WHERE id < 10 ORDER BY id, v) TO STDOUT;
COPY (SELECT id FROM t WHERE id = 1) TO STDOUT (FORMAT csv, HEADER);
COPY (SELECT v, count(*) FROM t GROUP BY v) TO STDOUT;
COPY (VALUES (1, 'a'), (2, NULL)) TO STDOUT;
COPY (DELETE FROM t WHERE id = 1 RETURNING id) TO STDOUT;
COPY t TO STDOUT (FORMAT nonsense);
COPY nowhere TO STDOUT;
COPY (SELECT nope FROM t) TO STDOUT;
CREATE TABLE r (id int PRIMARY KEY, v text) /*dist= replication*/;
COPY r FROM STDIN;
1	a
2	b
\.
COPY r TO STDOUT;
UPDATE r SET v = v || '!' RETURNING *;
CREATE TABLE typed (id bigint, n numeric, ts timestamptz, j jsonb, a int[], b bytea, f float8, u uuid) /*dist: hash(id) | hash(n)*/;
COPY typed FROM STDIN;
1	1.50	2024-01-01 00:00:00+00	{"a": [1, 2]}	{1,2,NULL}	\\x00ff	1e-5	a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11
-9223372036854775808	NaN	infinity	null	{}	\\x	-Infinity	\N
\.
SELECT * FROM typed ORDER BY id;
COPY typed TO STDOUT;
COPY t (id, v) FROM STDIN WHERE v > 5;
70	1
71	9
\.
SELECT id FROM t WHERE id >= 70;
DROP TABLE t, r, typed;
