--! Statements that PostgreSQL's grammar accepts, one per paragraph. Tables and functions need not exist.
--! Paragraphs that begin with two dashes and an exclamation mark are notes.

SELECT 1

SELECT abalance FROM pgbench_accounts WHERE aid = 12345;

UPDATE pgbench_accounts SET abalance = abalance + 17 WHERE aid = 5

SELECT

SELECT FROM t

SELECT ALL a, b AS c, d e FROM t

SELECT DISTINCT a FROM t

SELECT DISTINCT ON (a, b + 1) a, b FROM t ORDER BY a, b + 1, c DESC

SELECT * FROM t

SELECT t.*, public.t.*, x.y.z.w FROM t

SELECT a "Quoted ""Name""", b AS select, c value FROM "My Table"

SELECT 1 AS "from", 2 AS where, 3 select

SELECT node, hash, barrier, clean, direct, pause FROM distribute

SELECT a distribute, b node FROM t distributed

SELECT 'it''s', E'a\nb\'c', U&'d\0061t\+000061', U&'d!0061' UESCAPE '!', B'0101', X'1F', N'abc', $$dollar$$, $tag$a $$ b$tag$

SELECT 'joined'
  'literal', E'x'
  'y'

SELECT 'joined' -- with a comment
  'over it'

SELECT 1, 1.5, .5, 5., 1e10, 1.5e-3, 2147483648, 9223372036854775808, 00012

SELECT -1, +1, - -1, -(-1), 2 - -3, 2*-3, 2!=-1, 2- -1

SELECT $1, $2::int, $3 + 1 FROM t WHERE a = $4

SELECT 1 + 2 * 3 ^ 4 % 5 / 6 - 7

SELECT a || b || c, a -> 'b' ->> 'c', a #> '{a,b}', a @> b AND b <@ a

SELECT a ~ 'x', a !~ 'x', a ~* 'x', a !~* 'x', ~ a, |/ 25, ||/ 27, @ -5

SELECT a & b, a | b, a # b, a << 1, a >> 1

SELECT a <=> b, a <-> b, a && b, a -|- b, a ?| b, a ?& b, a ? 'x'

SELECT 3 OPERATOR(pg_catalog.+) 4, OPERATOR(pg_catalog.-) 4, a OPERATOR(s.t.=) b

SELECT NOT a, NOT NOT a, a AND b OR c AND NOT d, NOT (a OR b)

SELECT a < b, a > b, a = b, a <= b, a >= b, a <> b, a != b

SELECT a IS NULL, a IS NOT NULL, a ISNULL, a NOTNULL, a IS TRUE, a IS NOT FALSE, a IS UNKNOWN

SELECT a = b IS NULL, a IS NULL = b, a IS NULL IS NULL

SELECT a IS DISTINCT FROM b, a IS NOT DISTINCT FROM b + 1, a IS DOCUMENT, a IS NOT DOCUMENT, a IS NORMALIZED, a IS NOT NFKC NORMALIZED

SELECT a BETWEEN 1 AND 2, a NOT BETWEEN 1 AND 2 AND c, a BETWEEN SYMMETRIC b AND c, a BETWEEN ASYMMETRIC b + 1 AND c * 2

SELECT a LIKE 'x%', a NOT LIKE 'x%', a ILIKE b || '%', a LIKE 'x!%' ESCAPE '!', a SIMILAR TO '(a|b)', a NOT SIMILAR TO 'c' ESCAPE '#'

SELECT a LIKE ANY (ARRAY['x', 'y']), a NOT LIKE ALL ('{a,b}'), a ILIKE SOME (SELECT b FROM t), a NOT ILIKE ANY (b)

SELECT a IN (1, 2, 3), a NOT IN ('x'), a IN (SELECT b FROM t), (a, b) IN ((1, 2), (3, 4)), a IN ((SELECT 1), 2), a IN ((SELECT 1))

SELECT a IN (((SELECT 1) UNION SELECT 2)), ((SELECT 1)), (((SELECT 1) UNION (SELECT 2)))

SELECT a = ANY ($1), a = ANY (ARRAY[1, 2]), a <> ALL (SELECT b FROM t), a < SOME (VALUES (1), (2)), a = ANY (b) = c

SELECT a OPERATOR(pg_catalog.=) ANY (b)

SELECT EXISTS (SELECT 1 FROM t), NOT EXISTS (SELECT FROM t WHERE a = 1), EXISTS ((SELECT 1))

SELECT (SELECT max(a) FROM t), (SELECT 1) + 1, (VALUES (1)), (TABLE t)

SELECT ARRAY[1, 2], ARRAY[[1, 2], [3, 4]], ARRAY[]::int[], ARRAY(SELECT a FROM t), '{1}'::int[][3], CAST(a AS int ARRAY[4])

SELECT a[1], a[1][2], a[1:2], a[:2], a[1:], a[:], $1[1], (a.b)[1], (f(x)).y, (f(x)).*, (ROW(1, 2)).f1, a.b[1].c

SELECT ROW(1, 2), ROW(), ROW(t.*), (1, 2), (a, b) = (1, 2), ROW(1, 2) < ROW(3, 4), (1, 2) OVERLAPS (3, 4)

SELECT CASE WHEN a THEN 1 END, CASE a WHEN 1 THEN 'x' WHEN 2 THEN 'y' ELSE 'z' END, CASE WHEN a THEN 1 ELSE CASE WHEN b THEN 2 END END

SELECT CAST(a AS int), a::text::varchar(5), a::numeric(10, 2), a::double precision, -1::int, (a::foo.bar).b, a::"char"

SELECT a::timestamp, a::timestamp(3), a::timestamp with time zone, a::timestamp(3) without time zone, a::time with time zone, a::timestamptz

SELECT a::interval, a::interval day to second, a::interval second(3), a::interval(2), a::interval year to month

SELECT a::bit(3), a::bit varying(5), a::bit varying, a::char, a::character(3), a::character varying(3), a::nchar(2), a::national character varying(4), a::float(20), a::float, a::dec(3)

SELECT DATE '2020-01-01', TIME '10:00', TIMESTAMP '2020-01-01 00:00', TIMESTAMP WITH TIME ZONE '2020-01-01 00:00+00', TIME(3) '10:00'

SELECT INTERVAL '1' DAY, INTERVAL '1 day', INTERVAL(3) '1', INTERVAL '1:2' HOUR TO MINUTE, interval '3' month, interval '1.5' second(1)

SELECT int4 '1', pg_catalog.int4 '1', numeric(10, 2) '1.5', varchar(3) 'abc', double precision '1', bit '1', "char" 'a', json '{}', point '(1,2)', boolean 't', float8 '1'

SELECT f(), f(1), f(a, b), s.f(a), f(VARIADIC a), f(1, VARIADIC b), f(a => 1, b := 2), f(DISTINCT a), f(ALL a), count(*), s.f(*)

SELECT array_agg(a ORDER BY b DESC NULLS LAST, c), string_agg(DISTINCT a, ',' ORDER BY a), sum(a) FILTER (WHERE b > 1)

SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY a), rank(1) WITHIN GROUP (ORDER BY a DESC) FILTER (WHERE b)

SELECT row_number() OVER (), rank() OVER (PARTITION BY a, b ORDER BY c DESC), sum(a) OVER w, sum(a) FILTER (WHERE b) OVER (w ORDER BY c) FROM t WINDOW w AS (PARTITION BY d), v AS (w ORDER BY e)

SELECT sum(a) OVER (ORDER BY b ROWS UNBOUNDED PRECEDING), sum(a) OVER (ORDER BY b ROWS BETWEEN 1 PRECEDING AND 2 FOLLOWING EXCLUDE CURRENT ROW), sum(a) OVER (RANGE BETWEEN CURRENT ROW AND UNBOUNDED FOLLOWING EXCLUDE TIES), sum(a) OVER (ORDER BY b GROUPS BETWEEN x + 1 PRECEDING AND CURRENT ROW EXCLUDE NO OTHERS)

SELECT COALESCE(a, b, 1), GREATEST(a, b), LEAST(1), NULLIF(a, 0)

SELECT EXTRACT(year FROM a), EXTRACT('epoch' FROM a), extract(foo FROM b), date_part('year', a)

SELECT SUBSTRING(a FROM 1 FOR 2), SUBSTRING(a FROM 2), SUBSTRING(a FOR 3), SUBSTRING(a FOR 3 FROM 1), SUBSTRING(a, 1, 2), SUBSTRING(a SIMILAR 'x' ESCAPE '#'), substring(a, 'x')

SELECT POSITION('a' IN b), OVERLAY(a PLACING b FROM 1 FOR 2), OVERLAY(a PLACING b FROM 1), overlay(a, b, 1), NORMALIZE(a), NORMALIZE(a, NFC)

SELECT TRIM(a), TRIM(BOTH 'x' FROM a), TRIM(LEADING FROM a), TRIM(TRAILING ' ' FROM a), TRIM(FROM a), TRIM(a, 'x'), TRIM(BOTH a)

SELECT CURRENT_DATE, CURRENT_TIME, CURRENT_TIMESTAMP(3), LOCALTIME, LOCALTIMESTAMP(2), CURRENT_USER, CURRENT_ROLE, SESSION_USER, USER, CURRENT_CATALOG, CURRENT_SCHEMA, current_schema()

SELECT a AT TIME ZONE 'UTC', a AT TIME ZONE INTERVAL '1' HOUR AT TIME ZONE 'x' + b, COLLATION FOR (a), a COLLATE "C" < b COLLATE pg_catalog."default"

SELECT xmlelement(NAME a, xmlattributes(b AS c, d), 'x', e), xmlforest(a AS b, c), xmlconcat(a, b), xmlparse(DOCUMENT a), xmlparse(CONTENT a PRESERVE WHITESPACE), xmlpi(NAME a), xmlpi(NAME a, 'x'), xmlroot(a, VERSION '1.0', STANDALONE YES), xmlroot(a, VERSION NO VALUE), xmlserialize(CONTENT a AS text), xmlexists('//a' PASSING BY REF b)

SELECT left('abc', 1), right(a, 2), TREAT(a AS b), date(a), time, timestamp FROM t

SELECT GROUPING(a, b), a FROM t GROUP BY ROLLUP (a, b)

SELECT time, bit, values, coalesce, char FROM (SELECT 1 AS time) t

SELECT count(*) FROM t GROUP BY a, b + 1, 3, (c, d), () HAVING count(*) > 1

SELECT 1 FROM t GROUP BY CUBE (a, (b, c)), GROUPING SETS ((a), (), ROLLUP (b, c), GROUPING SETS (d))

SELECT 1 FROM t GROUP BY DISTINCT ROLLUP (a), CUBE (b)

SELECT 1 FROM t GROUP BY ALL a

SELECT 1 FROM t ORDER BY a, b ASC, c DESC, d NULLS FIRST, e DESC NULLS LAST, f USING <, g USING OPERATOR(pg_catalog.>), 3

SELECT 1 FROM t LIMIT 10

SELECT 1 FROM t LIMIT ALL OFFSET 5

SELECT 1 FROM t OFFSET 5 LIMIT $1 + 1

SELECT 1 FROM t OFFSET 5 ROWS FETCH FIRST 10 ROWS ONLY

SELECT 1 FROM t FETCH NEXT ROW ONLY

SELECT 1 FROM t ORDER BY a FETCH FIRST 5 ROWS WITH TIES

SELECT 1 FROM t FETCH FIRST (2 + 3) ROWS ONLY

SELECT 1 FROM t FETCH FIRST $1 ROW ONLY OFFSET 1 ROW

SELECT 1 FROM t FOR UPDATE

SELECT 1 FROM t FOR NO KEY UPDATE OF t, s.u NOWAIT FOR SHARE OF v SKIP LOCKED FOR KEY SHARE

SELECT 1 FROM t FOR UPDATE LIMIT 1

SELECT 1 FROM t LIMIT 1 FOR UPDATE

SELECT 1 FROM t FOR READ ONLY

SELECT 1 UNION SELECT 2

SELECT 1 UNION ALL SELECT 2 INTERSECT SELECT 3 EXCEPT ALL SELECT 4 ORDER BY 1 LIMIT 1

(SELECT 1 ORDER BY 1 LIMIT 1) UNION (SELECT 2 FOR UPDATE) ORDER BY 1

((SELECT 1))

(SELECT 1) LIMIT 1

((SELECT 1) UNION SELECT 2) EXCEPT (SELECT 3)

VALUES (1, 'a'), (2, NULL)

VALUES (1) ORDER BY 1 LIMIT 1

TABLE t

TABLE ONLY s.t ORDER BY a LIMIT 3

SELECT 1 UNION TABLE t UNION VALUES (1) EXCEPT SELECT 2

SELECT * FROM a, b c, d AS e (f, g), ONLY h, ONLY (i) j, k *, public.l

SELECT * FROM a JOIN b ON a.x = b.x INNER JOIN c USING (x, y) LEFT JOIN d ON true RIGHT OUTER JOIN e USING (x) AS f FULL JOIN g ON a = b

SELECT * FROM a CROSS JOIN b NATURAL JOIN c NATURAL LEFT OUTER JOIN d NATURAL INNER JOIN e

SELECT * FROM a JOIN b JOIN c ON b.x = c.x ON a.x = b.x

SELECT * FROM (a JOIN b USING (x)), ((c CROSS JOIN d)) , (e JOIN f ON true) AS g (h, i)

SELECT * FROM (SELECT 1) a, (SELECT 1) AS b (c), (VALUES (1, 2)) v (x, y), LATERAL (SELECT a.x) l

SELECT * FROM ((SELECT 1) UNION SELECT 2) u, (((SELECT 3))) w, ((SELECT 1) a CROSS JOIN b)

SELECT * FROM f(1), f(2) g, f(3) AS g (a, b), f(4) AS g (a int, b text), f(5) AS (a int, b text COLLATE "C"), s.f(6) WITH ORDINALITY AS t (x, n), LATERAL f(a.b) c

SELECT * FROM ROWS FROM (f(1), g(2) AS (a int)) WITH ORDINALITY AS t, LATERAL ROWS FROM (h())

SELECT * FROM generate_series(1, 10) i, unnest(ARRAY[1, 2]) WITH ORDINALITY, current_date, coalesce(1), cast(a AS b)

SELECT * FROM t TABLESAMPLE bernoulli (10), u AS v TABLESAMPLE system (5) REPEATABLE (42)

SELECT * FROM xmltable('/a' PASSING b COLUMNS c int PATH 'd' DEFAULT 1 NOT NULL, e FOR ORDINALITY, f text) AS x, xmltable(xmlnamespaces('u' AS v, DEFAULT 'w'), '/a' PASSING BY REF (b) COLUMNS c xml)

WITH a AS (SELECT 1), b (x, y) AS MATERIALIZED (SELECT 2), c AS NOT MATERIALIZED (VALUES (1)) SELECT * FROM a, b, c

WITH RECURSIVE t (n) AS (VALUES (1) UNION ALL SELECT n + 1 FROM t WHERE n < 100) SELECT sum(n) FROM t

WITH RECURSIVE t AS (SELECT 1 AS a, 2 AS b UNION ALL SELECT a, b FROM t) SEARCH DEPTH FIRST BY a, b SET ordercol CYCLE a SET is_cycle USING path SELECT * FROM t

WITH RECURSIVE t AS (SELECT 1 AS a, 2 AS b UNION ALL SELECT a, b FROM t) SEARCH BREADTH FIRST BY a SET o CYCLE a, b SET c TO 'y' DEFAULT 'n' USING p TABLE t

WITH a AS (INSERT INTO t VALUES (1) RETURNING *), b AS (UPDATE u SET x = 1 RETURNING y), c AS (DELETE FROM v RETURNING z) SELECT * FROM a, b, c

WITH a AS (WITH b AS (SELECT 1) SELECT * FROM b) (SELECT * FROM a) UNION SELECT 1

SELECT (WITH a AS (SELECT 1) SELECT * FROM a), * FROM (WITH b AS (SELECT 2) TABLE b) c

SELECT a INTO t FROM u

SELECT a, b INTO TEMP TABLE t FROM u WHERE c

SELECT * INTO UNLOGGED t FROM u UNION SELECT 1

INSERT INTO t VALUES (1, 'a', DEFAULT)

INSERT INTO t (a, b.c, d[1], e[1:2].f) VALUES (1, 2, 3, 4), (5, 6, 7, 8)

INSERT INTO s.t AS x DEFAULT VALUES

INSERT INTO t SELECT * FROM u WHERE a = 1 ORDER BY b LIMIT 5

INSERT INTO t (SELECT 1)

INSERT INTO t (a) (SELECT 1) UNION SELECT 2

INSERT INTO t ((SELECT 1))

INSERT INTO t (a) OVERRIDING SYSTEM VALUE VALUES (1)

INSERT INTO t OVERRIDING USER VALUE SELECT 1

INSERT INTO t TABLE u

INSERT INTO t VALUES (1) ON CONFLICT DO NOTHING

INSERT INTO t VALUES (1) ON CONFLICT (a, lower(b), (c + 1) text_ops, d COLLATE "C" int4_ops) WHERE e > 1 DO UPDATE SET a = excluded.a, (b, c) = (1, DEFAULT), (d, e) = ROW (1, 2), (f) = (SELECT 1), g[1] = 2, h.i = 3 WHERE t.a < 5 RETURNING *, a AS b

INSERT INTO t VALUES (1) ON CONFLICT ON CONSTRAINT k DO UPDATE SET a = DEFAULT

WITH x AS (SELECT 1) INSERT INTO t SELECT * FROM x RETURNING a

INSERT INTO t WITH x AS (SELECT 1) SELECT * FROM x

INSERT INTO t SELECT * FROM a JOIN b USING (id) ON CONFLICT DO NOTHING

INSERT INTO t (node, hash, value) VALUES ($1, $2, $3) RETURNING id, now() AS "when"

UPDATE t SET a = 1

UPDATE ONLY s.t AS x SET a = a + 1, b = DEFAULT, c.d = 2, e[1] = 3 FROM u, v JOIN w USING (z) WHERE x.a = u.a RETURNING x.*, u.b

UPDATE t x SET (a, b) = (SELECT 1, 2), (c, d) = ROW (1, DEFAULT), (e) = (1) WHERE CURRENT OF cur

UPDATE t * SET set = 1

WITH x AS (SELECT 1) UPDATE t SET a = (SELECT * FROM x)

DELETE FROM t

DELETE FROM ONLY s.t x USING u, LATERAL f(x.a) v WHERE x.a = u.a RETURNING *

DELETE FROM t WHERE CURRENT OF c

WITH x AS (SELECT 1) DELETE FROM t AS y WHERE a IN (TABLE x)

MERGE INTO t USING u ON t.a = u.a WHEN MATCHED AND u.b > 1 THEN UPDATE SET a = u.a, (b, c) = (1, 2) WHEN MATCHED THEN DELETE WHEN NOT MATCHED AND u.c THEN INSERT (a, b) VALUES (u.a, DEFAULT) WHEN NOT MATCHED THEN DO NOTHING

MERGE INTO ONLY s.t AS x USING (SELECT 1 AS a) y ON x.a = y.a WHEN NOT MATCHED THEN INSERT DEFAULT VALUES WHEN MATCHED THEN DO NOTHING

WITH w AS (SELECT 1) MERGE INTO t USING w ON true WHEN NOT MATCHED THEN INSERT OVERRIDING SYSTEM VALUE VALUES (1)

SELECT /* nested /* comment */ here */ 1 -- to the end

SELECT 1;

SELECT 1; SELECT 2;; SELECT 3;

;

SELECT a$b, _c, é, ünïcode, "a.b" FROM t$1

SELECT U&"d\0061t\+000061", U&"d!0061" UESCAPE '!' FROM t

SELECT 1 one, 2 two, 3 AS "3", 4 user, 5 end

SELECT a FROM t WHERE (a, b) > ($1, $2) AND NOT (c IS NULL OR d NOT IN (1, 2)) AND e BETWEEN f AND g OR h

SELECT * FROM t WHERE a = 1 AND (b = 2 OR b = 3) AND c LIKE 'x%' AND d IS NOT NULL AND e = ANY ('{1,2}'::int[])

SELECT l_returnflag, sum(l_extendedprice * (1 - l_discount)) AS revenue FROM lineitem WHERE l_shipdate <= date '1998-12-01' - interval '90' day GROUP BY l_returnflag ORDER BY l_returnflag

SELECT c.relname FROM pg_catalog.pg_class c LEFT JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind IN ('r','p','') AND n.nspname !~ '^pg_toast' AND pg_catalog.pg_table_is_visible(c.oid) ORDER BY 1,2

SELECT c.relname OPERATOR(pg_catalog.~) '^(t)$' COLLATE pg_catalog.default FROM pg_catalog.pg_class c


SELECT a.b.c.d, a.b.c.d(1)

SELECT position, precision FROM t

SELECT over, filter, within FROM t

SELECT t.select, t.from FROM t

SELECT max(a) AS max, min(b) min FROM t name

SELECT x FROM t AS left_side WHERE NOT x = 1

SELECT 1 WHERE 1 = 1 AND 2 = 2

SELECT * FROM t1 LEFT JOIN (t2 JOIN t3 ON t2.a = t3.a) ON t1.a = t2.a

SELECT a, b FROM t WHERE a->>'x' = 'y' AND (b->'c'->>0)::int > 3

SELECT (a).b.c[1].d, (a).b::int FROM t

SELECT 1 FROM t WHERE a @@ to_tsquery('x & y') AND b <> ALL (ARRAY[1])

SELECT a IS

SELECT a FROM user, current_user

INSERT INTO t AS x (a, b) VALUES (1, 2)
