-- Statements that a distributed database gets wrong without noticing.
CREATE TABLE t (id int $key[PRIMARY KEY], parent int, v int, doc jsonb, n numeric, name text) /*dist: hash(id) | hash(parent)*/;
CREATE TABLE u (id int, doc jsonb, n numeric, w int) /*dist: hash(id) | hash(w)*/;
CREATE TABLE rep (id int PRIMARY KEY, v int) /*dist= replication*/;
INSERT INTO t SELECT g, g / 2, g % 3, CASE WHEN g % 4 = 0 THEN NULL ELSE jsonb_build_object('a', g % 3) END, CASE WHEN g % 2 = 0 THEN 1.0 ELSE 1.00 END, 'n' || g FROM generate_series(1, 12) g;
INSERT INTO u SELECT g, jsonb_build_object('a', g % 3), 1.000, g FROM generate_series(3, 15) g;
INSERT INTO rep SELECT g, g FROM generate_series(1, 9) g;
-- A reference that its own constant does not pin (trap 4).
SELECT a.id, b.id FROM t a JOIN t b ON a.id = b.parent WHERE a.id = $[5|3] ORDER BY b.id;
SELECT a.id, b.id FROM t a, t b WHERE a.id = $[5|3] AND b.parent = a.id ORDER BY b.id;
SELECT a.id, (SELECT count(*) FROM t b WHERE b.parent = a.id) FROM t a WHERE a.id = $[5|3];
SELECT a.id FROM t a WHERE a.id = $[5|3] AND EXISTS (SELECT 1 FROM t b WHERE b.parent = a.id);
WITH x AS (SELECT * FROM t WHERE id = $[5|3]) SELECT x.id, t.id FROM x JOIN t ON t.parent = x.id ORDER BY 2;
SELECT id FROM t WHERE id = $[5|3] UNION ALL SELECT id FROM t WHERE parent = $[5|3];
SELECT a.id, b.id FROM t a JOIN t b ON a.id = b.id AND a.id = $[5|3];
SELECT a.id, b.id FROM t a LEFT JOIN t b ON a.id = b.id AND b.id = $[5|3] WHERE a.id IN (3, 5) ORDER BY a.id;
SELECT a.id, b.id FROM t a LEFT JOIN t b ON a.id = b.parent AND a.id = $[5|3] WHERE a.id < 6 ORDER BY 1, 2;
-- A literal used in two ways, kinds of literals, structural constants (traps 5, 36).
SELECT id, $[1|2]::int AS k FROM t WHERE id = $[1|2] OR v = $[1|2] ORDER BY 1;
SELECT id, v FROM t WHERE id = 1;
SELECT id, v FROM t WHERE id = 1.0;
SELECT id, v FROM t WHERE id = '1';
SELECT id, v FROM t WHERE id = 1::bigint;
SELECT id, v FROM t WHERE id = 3000000000;
SELECT id, v FROM t WHERE id = -1;
SELECT id, v FROM t ORDER BY 1;
SELECT id, v FROM t ORDER BY 2, 1;
SELECT v, count(*) FROM t GROUP BY 1 ORDER BY 1;
SELECT v % 2, count(*) FROM t GROUP BY 1 ORDER BY 1;
SELECT name::varchar(1), count(*) FROM t GROUP BY 1 ORDER BY 1;
SELECT name::varchar(2), count(*) FROM t GROUP BY 1 ORDER BY 1;
SELECT id FROM t ORDER BY id LIMIT 2;
SELECT id FROM t ORDER BY id LIMIT 4;
SELECT interval '1' day, interval '1' month;
SELECT date '2024-01-01', timestamp '2024-01-01';
-- Unknown types through outer joins; IS NULL must stay (trap 30).
SELECT t.id FROM t LEFT JOIN u ON t.id = u.id WHERE u.doc IS NULL ORDER BY t.id;
SELECT t.id, u.doc IS NULL FROM t LEFT JOIN u ON t.id = u.id ORDER BY t.id;
SELECT t.id, count(*), count(coalesce(u.id, 0)), sum(coalesce(u.w, 5)), count(u.w) FROM t LEFT JOIN u ON u.w = t.v GROUP BY t.id ORDER BY t.id;
SELECT t.id, bool_or(u.doc IS NULL), min(coalesce(u.w, 5)) FROM t LEFT JOIN u ON u.w = t.v GROUP BY t.id ORDER BY t.id;
SELECT count(*) FROM t LEFT JOIN rep r ON r.id = t.id WHERE r.v IS NULL;
SELECT t.doc, r.id FROM t LEFT JOIN rep r ON r.id = t.id WHERE t.id > 8 ORDER BY t.id;
SELECT doc FROM t WHERE id = 1 UNION SELECT doc FROM u WHERE id = 4;
SELECT CASE WHEN v = 1 THEN 'a' ELSE 'long text' END || '|' FROM t ORDER BY id;
SELECT count(*) FROM t WHERE random() = random();
SELECT count(*) > 0 FROM t WHERE random() < 2;
SELECT count(DISTINCT r) > 1 FROM (SELECT random() AS r FROM t) x;
-- Equal but not identical values decide what a correlated text gives (trap 31).
SELECT t.id, (SELECT t.n::text || u.n::text FROM u WHERE u.n = t.n AND u.id = t.id) FROM t ORDER BY t.id;
SELECT t.id, (SELECT max(rep.id || ' ' || t.n) FROM rep WHERE rep.id = t.v) FROM t ORDER BY t.id;
SELECT t.id FROM t WHERE t.n::text IN (SELECT '1.0' FROM u WHERE u.id = t.id) ORDER BY 1;
SELECT a.id FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.v = a.v AND b.n::text = a.n::text) ORDER BY a.id;
SELECT a.id FROM t a WHERE NOT EXISTS (SELECT 1 FROM t b WHERE b.parent = a.v AND b.n::text = a.n::text) ORDER BY a.id;
SELECT (SELECT w FROM u WHERE u.doc = t.doc) FROM t WHERE t.id = 1;
SELECT count(*) FROM t WHERE n = 1;
SELECT count(*) FROM t JOIN u ON t.n = u.n AND t.id = u.id;
-- Replicated tables must be counted once and stay equal (trap 3).
SELECT count(*), sum(v) FROM rep;
SELECT count(*) FROM rep a, rep b WHERE a.id = b.id;
UPDATE rep SET v = v + 1;
UPDATE rep SET v = v * $[2|3] WHERE id > 5 RETURNING id, v;
DELETE FROM rep WHERE id IN (SELECT id FROM rep ORDER BY id DESC LIMIT 2);
INSERT INTO rep SELECT id + 100, v FROM rep WHERE id < 3 RETURNING *;
INSERT INTO rep VALUES (200, (random() * 0)::int), (201, extract(year FROM now())::int - extract(year FROM now())::int);
UPDATE rep SET v = (random() * 1000)::int WHERE id = 1;
SELECT count(DISTINCT v) FROM (SELECT r.v FROM rep r JOIN t ON true WHERE r.id = 1) x;
INSERT INTO t (id, v) SELECT id, v FROM rep WHERE id > 100;
INSERT INTO rep SELECT id + 300, v FROM t WHERE id < 4;
SELECT id, v FROM rep WHERE id <> 1 ORDER BY id;
SELECT t.id, rep.v FROM t JOIN rep ON rep.id = t.id WHERE rep.id <> 1 ORDER BY t.id;
SELECT rep.id FROM rep LEFT JOIN t ON t.id = rep.id WHERE t.id IS NULL ORDER BY rep.id;
SELECT count(*) FROM rep WHERE EXISTS (SELECT 1 FROM t WHERE t.v = 1);
SELECT count(*) FROM rep FULL JOIN t ON rep.id = t.id;
SELECT count(*) FROM rep UNION ALL SELECT count(*) FROM t;
SELECT id FROM rep WHERE id < 4 UNION ALL SELECT id FROM t WHERE id < 4;
-- Volatile and stable calls keep one value a transaction (trap 7).
BEGIN;
CREATE TABLE stamps (id int, at timestamptz DEFAULT now()) /*dist: hash(id) | roundrobin*/;
INSERT INTO stamps (id) SELECT g FROM generate_series(1, 20) g;
INSERT INTO stamps (id) VALUES (21), (22), (23);
SELECT count(DISTINCT at), bool_and(at = now()) FROM stamps;
COMMIT;
-- A table made again under its old name (trap 2).
DROP TABLE u;
CREATE TABLE u (id text, w int) /*dist: hash(id) | hash(w)*/;
INSERT INTO u VALUES ('5', 1), ('x', 2);
SELECT * FROM u WHERE id = $['5'|'x'];
ALTER TABLE u RENAME TO u_old;
CREATE TABLE u (id int, z int) /*dist: hash(id) | hash(z)*/;
INSERT INTO u VALUES (5, 55);
SELECT * FROM u WHERE id = 5;
SELECT * FROM u_old WHERE id = '5';
-- Changing the key of a row, and swapping keys.
UPDATE u SET id = 6 WHERE id = 5;
SELECT * FROM u WHERE id = 6;
UPDATE u SET id = id WHERE id = 6 RETURNING *;
-- Functions that hide statements (trap 1).
CREATE FUNCTION twice(int) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1 * 2';
SELECT id, twice(v) FROM t WHERE id = $[3|4];
SELECT sum(twice(v)) FROM t;
SELECT id FROM t WHERE id = twice($[2|3]);
SELECT twice($[2|3]);
DROP FUNCTION twice(int);
SELECT pg_advisory_lock(1), pg_advisory_unlock(1), pg_advisory_unlock(2);
SELECT set_config('my.x', id::text, false) FROM t WHERE id = 3;
SHOW my.x;
DROP TABLE t, u, u_old, rep, stamps;
