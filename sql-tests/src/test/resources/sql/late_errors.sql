-- Errors of literals that PostgreSQL finds at Parse, after the same statement with other literals.
CREATE TABLE t (id int $key[PRIMARY KEY], v int) /*dist: hash(id) | hash(v)*/;
INSERT INTO t VALUES (1, 10), (2, 20), (3, 10);
SELECT id FROM t WHERE id = '2';
SELECT id FROM t WHERE id = 'five';
SELECT v, id % 2, count(*) FROM t GROUP BY 1, 2 ORDER BY 1, 2;
SELECT v, id % 2, count(*) FROM t GROUP BY 1, 3 ORDER BY 1, 2;
SELECT v, count(*) FROM t GROUP BY 1 ORDER BY 1;
SELECT v, count(*) FROM t GROUP BY 2 ORDER BY 1;
SELECT v, id FROM t ORDER BY 2, 1;
SELECT v, id FROM t ORDER BY 3, 1;
DROP TABLE t;
