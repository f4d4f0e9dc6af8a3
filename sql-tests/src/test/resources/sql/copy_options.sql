-- COPY with lists of columns, options and bad rows.
CREATE TABLE t (id int $key[PRIMARY KEY], v int DEFAULT 7, name text, n numeric(6,2) CHECK (n < 1000), twice int GENERATED ALWAYS AS (v * 2) STORED) /*dist: hash(id) | hash(v)*/;
COPY t (id, name) FROM STDIN;
1	one
2	two
3	three
\.
COPY t (n, id, v) FROM STDIN (FORMAT csv, NULL 'null', QUOTE '''');
1.555,4,40
null,5,null
'2.5',6,'60'
\.
COPY t (id, name, v) FROM STDIN WITH (FORMAT text, DELIMITER ',', NULL '-', HEADER);
id,name,v
7,-,70
8,a b,-
\.
COPY t (id, v, name) FROM STDIN CSV HEADER FORCE NOT NULL name;
id,v,name
9,90,
10,100,""
\.
COPY t (id, v, name) FROM STDIN (FORMAT csv, FORCE_NULL (name), ESCAPE '\');
11,110,""
12,120,"quo\"ted"
\.
COPY t (id, v) FROM STDIN (DEFAULT 'dflt');
13	dflt
14	140
\.
SELECT * FROM t ORDER BY id;
COPY t (id, v, name, n, twice) FROM STDIN;
\.
COPY t (id, id) FROM STDIN;
\.
COPY t (id, n) FROM STDIN;
20	1
21	1000
22	2
\.
COPY t (id, n) FROM STDIN;
20	1
21	12345.678
\.
COPY t (id, v) FROM STDIN;
20	1
x1	2
\.
COPY t (id, v) FROM STDIN;
20	1
99999999999	2
\.
COPY t (id, v) FROM STDIN (FORMAT csv); --@ message differs
20,1
"21,2
\.
COPY t (id, v) FROM STDIN (FORMAT csv, HEADER MATCH); --@ message differs
id,w
20,1
\.
COPY t (id, v) FROM STDIN (ON_ERROR ignore);
30	1
31	bad
32	2
36	worse
37	worst
38	still bad
\.
COPY t (id, v) FROM STDIN (ON_ERROR ignore, LOG_VERBOSITY verbose);
33	1
34	worse
35	3
\.
COPY t (id, v) FROM STDIN (DELIMITER 'ab');
\.
COPY t (id, v) FROM STDIN (DELIMITER E'\n');
\.
COPY t (id, v) FROM STDIN (FORMAT csv, QUOTE 'xx');
\.
COPY t (id, v) FROM STDIN (FORCE_NOT_NULL (v));
\.
COPY t (id, v) FROM STDIN (FORMAT csv, FORMAT text);
\.
COPY t (id, v) FROM STDIN (NONSENSE);
\.
SELECT id, v FROM t WHERE id >= 20 ORDER BY id;
COPY t (id, name) TO STDOUT (FORMAT csv, FORCE_QUOTE *, NULL 'nil');
COPY t (id, v) TO STDOUT (DELIMITER '|', HEADER);
COPY t (twice) TO STDOUT;
COPY (SELECT id, name, n FROM t WHERE id < 7 ORDER BY id DESC) TO STDOUT (FORMAT csv, HEADER, QUOTE '''', FORCE_QUOTE (name));
COPY (SELECT v, count(*) FROM t WHERE v < 100 GROUP BY v ORDER BY v) TO STDOUT (NULL '?');
COPY (SELECT * FROM t WHERE id = 12) TO STDOUT CSV;
COPY (SELECT 1 / (id - id) FROM t) TO STDOUT;
COPY (TABLE t) TO STDOUT;
COPY (SELECT FROM t WHERE id < 3) TO STDOUT;
COPY t TO STDOUT (FORCE_QUOTE (name));
COPY t (nope) TO STDOUT;
COPY t TO STDOUT WHERE id = 1;
DROP TABLE t;
