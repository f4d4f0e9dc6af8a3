\set VERBOSITY default
SELECT id, name AS n, balance, now() AS t FROM customers WHERE id = 1 \gdesc
SELECT count(*) AS rows, sum(balance) AS total FROM customers \gset got_
\echo :got_rows :got_total
SELECT :got_rows + 1;
SELECT * FROM customers WHERE name = :'missing';
SELECT * FROM customers WHERE id = 3 \gx
SELECT id % 2 AS odd, m, count(*) FROM customers GROUP BY 1, 2 ORDER BY 1, 2 \crosstabview
SELECT format('SELECT count(*) FROM %I', t) FROM (VALUES ('customers'), ('orders')) v (t) ORDER BY 1 \gexec
\copy (SELECT id, name FROM customers WHERE id <= 2 ORDER BY id) TO STDOUT WITH (FORMAT csv, HEADER)
\copy app.countries FROM STDIN
c	C
d	\N
\.
TABLE app.countries ORDER BY code;
SELECT 1 AS one \; SELECT 2 AS two;
SELECT 1/0;
\errverbose
SELECT * FROM customers WHERE nme = 'x';
SELEC 1;
\set ON_ERROR_ROLLBACK on
BEGIN;
UPDATE customers SET balance = 0 WHERE id = 5;
SELECT 1/0;
SELECT balance FROM customers WHERE id = 5;
COMMIT;
SELECT balance FROM customers WHERE id = 5;
\set ON_ERROR_ROLLBACK off
\set AUTOCOMMIT off
UPDATE customers SET balance = 7 WHERE id IN (5, 6, 7);
SELECT sum(balance) FROM customers WHERE id IN (5, 6, 7);
ROLLBACK;
SELECT balance FROM customers WHERE id = 5;
COMMIT;
\set AUTOCOMMIT on
\echo :ROW_COUNT :SQLSTATE :ERROR
INSERT INTO orders VALUES (1, 1, 1);
\echo :LAST_ERROR_SQLSTATE :LAST_ERROR_MESSAGE
INSERT INTO orders VALUES (1, 2, 1) RETURNING *;
\if :{?got_rows}
\echo yes
\else
\echo no
\endif
\timing off
\pset format csv
SELECT * FROM app.countries ORDER BY code;
\pset format unaligned
SELECT * FROM app.countries ORDER BY code;
PREPARE p (bigint) AS SELECT name FROM customers WHERE id = $1;
EXECUTE p (9);
DEALLOCATE p;
