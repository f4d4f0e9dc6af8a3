-- NULL as a key, in joins, in groups and in comparisons.
CREATE TABLE t (id int, v int, name text) /*dist: hash(id) | hash(v)*/;
CREATE TABLE u (id int, w int) /*dist: hash(id) | hash(w)*/;
INSERT INTO t VALUES (1, 1, 'a'), (NULL, 2, 'b'), (NULL, 3, NULL), (4, NULL, 'd'), (NULL, NULL, NULL);
INSERT INTO u VALUES (1, 1), (NULL, 2), (4, NULL), (NULL, NULL);
INSERT INTO t VALUES ($[5|NULL], 50, 'lit');
SELECT * FROM t WHERE id IS NULL;
SELECT * FROM t WHERE id = NULL;
SELECT * FROM t WHERE id IS NOT DISTINCT FROM NULL;
SELECT * FROM t WHERE id = $[NULL|1];
SELECT * FROM t WHERE id IN (1, NULL);
SELECT * FROM t WHERE id NOT IN (1, NULL);
SELECT * FROM t WHERE id = 1 OR id IS NULL;
SELECT * FROM t WHERE id <> 1;
SELECT * FROM t WHERE (id = 1) IS NOT TRUE;
SELECT * FROM t WHERE v IS NULL;
SELECT id, count(*), count(v), sum(v) FROM t GROUP BY id ORDER BY id;
SELECT DISTINCT id FROM t ORDER BY id NULLS FIRST;
SELECT id, v FROM t ORDER BY id DESC, v DESC;
SELECT t.id, t.v, u.w FROM t JOIN u ON t.id = u.id ORDER BY 1, 2, 3;
SELECT t.id, t.v, u.w FROM t LEFT JOIN u ON t.id = u.id ORDER BY 1, 2, 3;
SELECT t.v, u.w FROM t FULL JOIN u ON t.id = u.id ORDER BY 1, 2;
SELECT t.v, u.w FROM t JOIN u ON t.id IS NOT DISTINCT FROM u.id ORDER BY 1, 2;
SELECT id FROM t UNION SELECT id FROM u ORDER BY 1;
SELECT id FROM t INTERSECT SELECT id FROM u ORDER BY 1;
SELECT id FROM t EXCEPT SELECT id FROM u ORDER BY 1;
SELECT id, v, row_number() OVER (PARTITION BY id ORDER BY v) FROM t ORDER BY 1, 2, 3;
UPDATE t SET v = 99 WHERE id IS NULL AND v = 2 RETURNING *;
UPDATE t SET name = NULL WHERE id = NULL;
DELETE FROM t WHERE id IS NULL AND v IS NULL RETURNING *;
SELECT count(*), count(id), count(v), count(name) FROM t;
SELECT id FROM t WHERE id IN (SELECT id FROM u) ORDER BY 1;
SELECT id FROM t WHERE id NOT IN (SELECT id FROM u) ORDER BY 1;
SELECT coalesce(id, -1) AS k, count(*) FROM t GROUP BY coalesce(id, -1) ORDER BY k;
SELECT min(id), max(id), avg(id), bool_and(id > 0), bool_or(id IS NULL) FROM t;
SELECT num_nulls(id, v, name), id FROM t ORDER BY 1, 2;
SELECT NULL = NULL, NULL <> 1, NULL AND false, NULL OR true, NULL IN (1), 1 IN (NULL), coalesce(NULL, NULL);
INSERT INTO u SELECT id, v FROM t;
SELECT id, w FROM u ORDER BY id, w;
COPY t (id, v) FROM STDIN;
\N	7
8	\N
\N	\N
\.
SELECT id, v FROM t ORDER BY id, v;
DROP TABLE t, u;
