-- First steps.
CREATE TABLE t (id int $key[PRIMARY KEY], v int, name text) /*dist: hash(id) | hash(v)*/;
INSERT INTO t VALUES ($[1|11], 10, 'one'), (2, 20, 'two'), (3, NULL, NULL);
SELECT * FROM t WHERE id = $[1|11];
SELECT * FROM t ORDER BY id DESC;
SELECT count(*), sum(v), avg(v) FROM t;
INSERT INTO t VALUES (2, 1, 'again');
COPY t FROM STDIN;
5	50	five
6	\N	six
\.
COPY t TO STDOUT;
UPDATE t SET v = v + $[1|2] WHERE id > $[1|2] RETURNING *;
SELEC 1;
SELECT nope FROM t;
DROP TABLE t;
