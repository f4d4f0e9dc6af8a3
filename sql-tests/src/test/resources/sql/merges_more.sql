-- MERGE with every clause, and WITH queries that change rows and see each other's.
CREATE TABLE t (id int $key[PRIMARY KEY], v int NOT NULL, name text DEFAULT 'new', CONSTRAINT positive CHECK (v >= 0)) /*dist: hash(id) | hash(v)*/;
CREATE TABLE s (id int, w int, op text) /*dist: hash(w) | hash(id)*/;
CREATE TABLE log (t_id int, what text, n int DEFAULT 1) /*dist= roundrobin*/;
CREATE TABLE r (id int PRIMARY KEY, n int) /*dist= replication*/;
INSERT INTO t SELECT g, g, 't' || g FROM generate_series(1, 10) g;
INSERT INTO s SELECT g, g * 2, (ARRAY['u', 'd', 'i'])[g % 3 + 1] FROM generate_series(4, 14) g;
INSERT INTO r VALUES (1, 1), (2, 2), (3, 3);
MERGE INTO t USING s ON t.id = s.id WHEN MATCHED AND s.op = 'd' THEN DELETE WHEN MATCHED AND s.op = 'u' THEN UPDATE SET v = t.v + s.w WHEN MATCHED THEN DO NOTHING WHEN NOT MATCHED AND s.op = 'i' THEN INSERT (id, v) VALUES (s.id, s.w) WHEN NOT MATCHED BY SOURCE AND t.id = $[1|2] THEN DELETE WHEN NOT MATCHED BY SOURCE THEN UPDATE SET name = name || '?' RETURNING merge_action(), t.id, t.v, t.name, s.op;
SELECT * FROM t ORDER BY id;
MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED THEN INSERT VALUES (s.id, s.w, DEFAULT) RETURNING merge_action(), old.id, new.id, t.*;
MERGE INTO t USING (SELECT id, max(w) AS w FROM s GROUP BY id) q ON q.id = t.id AND t.v > $[5|6] WHEN MATCHED THEN UPDATE SET (v, name) = (q.w, 'q') RETURNING merge_action(), old.v, new.v, q.id;
MERGE INTO t AS x USING t AS y ON x.id = y.id + 1 WHEN MATCHED THEN UPDATE SET name = y.name RETURNING x.id, x.name, y.id AS other;
MERGE INTO t USING (VALUES ($[1|2], 'one'), (200, 'two')) q (id, name) ON q.id = t.id WHEN MATCHED THEN UPDATE SET name = q.name WHEN NOT MATCHED THEN INSERT (id, v, name) VALUES (q.id, 0, q.name) RETURNING merge_action(), t.*;
MERGE INTO t USING r ON t.v = r.n WHEN MATCHED THEN UPDATE SET id = t.id + 500 WHEN NOT MATCHED THEN INSERT (id, v) VALUES (r.id + 600, r.n) RETURNING merge_action(), t.id;
MERGE INTO r USING s ON r.id = s.id - 3 WHEN MATCHED THEN UPDATE SET n = r.n + s.w WHEN NOT MATCHED THEN INSERT VALUES (s.id - 3, s.w) WHEN NOT MATCHED BY SOURCE THEN DELETE RETURNING merge_action(), r.*;
SELECT * FROM r ORDER BY id;
MERGE INTO t USING s ON t.id = s.id % 5 + 4 WHEN MATCHED THEN UPDATE SET v = s.w;
MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = -s.w; --@ message differs
MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN UPDATE SET v = NULL; --@ message differs
MERGE INTO t USING s ON t.id = s.id - 1 WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id);
MERGE INTO t USING s ON t.nope = s.id WHEN MATCHED THEN DELETE;
MERGE INTO t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE THEN INSERT VALUES (1, 2);
MERGE INTO nowhere USING s ON true WHEN MATCHED THEN DELETE;
SELECT * FROM t ORDER BY id;
WITH m AS (MERGE INTO t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET v = t.v + 1 RETURNING merge_action() AS what, t.id) INSERT INTO log SELECT id, what FROM m RETURNING *;
WITH gone AS (DELETE FROM t WHERE id > 500 RETURNING *), logged AS (INSERT INTO log SELECT id, 'gone' FROM gone RETURNING t_id) SELECT (SELECT count(*) FROM gone), (SELECT count(*) FROM logged), (SELECT count(*) FROM t WHERE id > 500);
WITH up AS (UPDATE t SET v = v + 1 WHERE id < 7 RETURNING id, v), old AS (SELECT id, v FROM t) SELECT up.id, up.v, old.v AS before FROM up JOIN old USING (id) ORDER BY id;
WITH ins AS (INSERT INTO t (id, v) SELECT id + 700, w FROM s WHERE op = 'd' RETURNING id, v), more AS (INSERT INTO t (id, v) SELECT id + 100, v + 1 FROM ins RETURNING id) SELECT * FROM ins UNION ALL SELECT id, NULL FROM more ORDER BY 1;
WITH RECURSIVE tree (id, up) AS (SELECT id, 0 FROM t WHERE id = 5 UNION ALL SELECT t.id, tree.id FROM t JOIN tree ON t.id = tree.id + 1) DELETE FROM log USING tree WHERE log.t_id = tree.id RETURNING log.t_id, tree.up;
WITH a AS (UPDATE t SET name = 'a' WHERE id = $[4|5] RETURNING *), b AS (DELETE FROM s WHERE id IN (SELECT id FROM a) RETURNING *) UPDATE r SET n = n + (SELECT count(*) FROM b) WHERE id IN (SELECT id - 3 FROM a) RETURNING *;
WITH q AS MATERIALIZED (SELECT id, w FROM s WHERE op <> 'x') UPDATE t SET v = q.w FROM q WHERE q.id = t.id AND q.w < $[20|18] RETURNING t.id, t.v;
WITH q AS (SELECT max(v) AS top FROM t) INSERT INTO t (id, v) SELECT 900 + r.id, top FROM q, r RETURNING *;
WITH x AS (INSERT INTO t (id, v) VALUES (950, 1) ON CONFLICT DO NOTHING RETURNING id) SELECT count(*) FROM x;
WITH x AS (DELETE FROM log RETURNING t_id, n) INSERT INTO log (t_id, what, n) SELECT t_id, 'sum', sum(n) FROM x GROUP BY t_id RETURNING *;
WITH x AS (UPDATE t SET v = v - 100 RETURNING *) INSERT INTO log (t_id) SELECT id FROM x; --@ message differs
WITH x AS (DELETE FROM t WHERE id = 950), y AS (INSERT INTO log VALUES (950, 'y')) SELECT count(*) FROM t WHERE id = 950;
WITH q AS (SELECT id, n FROM r) INSERT INTO r SELECT id + 100, n FROM q RETURNING *;
WITH q AS (SELECT id, v FROM t WHERE id = $[4|5]) INSERT INTO r SELECT id + 200, v FROM q RETURNING *;
WITH q AS (SELECT id, v FROM t WHERE id = $[4|5]) INSERT INTO log (t_id, n) SELECT id + 200, v FROM q;
WITH q AS (SELECT id, v FROM t WHERE v = $[10|12]) INSERT INTO t (v, id) SELECT v, id + 3000 FROM q RETURNING *;
WITH q AS (SELECT $[1|2] + 1 AS n) INSERT INTO r SELECT 300, n FROM q UNION ALL SELECT 301, 5 RETURNING *;
SELECT * FROM t ORDER BY id;
SELECT t_id, what, n FROM log ORDER BY t_id, what, n;
SELECT * FROM s ORDER BY id;
DROP TABLE t, s, log, r;
