-- MERGE of every kind of action, from tables, queries and values.
CREATE TABLE stock (id int $key[PRIMARY KEY], grp int NOT NULL, qty int CHECK (qty >= 0), note text DEFAULT 'new') /*dist: hash(id) | hash(grp)*/;
CREATE TABLE moves (item int, delta int, why text) /*dist: hash(item) | hash(delta)*/;
CREATE TABLE labels (id int PRIMARY KEY, label text) /*dist= replication*/;
INSERT INTO stock SELECT g, g % 3, g * 10, 'n' || g FROM generate_series(1, 12) g;
INSERT INTO moves VALUES (1, 5, 'a'), (2, -3, 'b'), (3, -30, 'c'), (20, 7, 'd'), (21, 8, NULL);
INSERT INTO labels SELECT g, 'l' || g FROM generate_series(1, 4) g;
MERGE INTO stock s USING moves m ON s.id = m.item WHEN MATCHED AND s.qty + m.delta = 0 THEN DELETE WHEN MATCHED THEN UPDATE SET qty = s.qty + m.delta WHEN NOT MATCHED THEN INSERT (id, grp, qty) VALUES (m.item, m.item % 3, m.delta);
SELECT * FROM stock ORDER BY id;
MERGE INTO stock USING moves ON id = item WHEN MATCHED AND delta > $[6|100] THEN DO NOTHING WHEN MATCHED THEN UPDATE SET note = why, qty = DEFAULT;
SELECT * FROM stock ORDER BY id;
MERGE INTO stock s USING (SELECT item, sum(delta) AS d FROM moves GROUP BY item) m ON s.id = m.item AND s.grp = 1 WHEN MATCHED THEN UPDATE SET qty = coalesce(qty, 0) + abs(d);
MERGE INTO stock s USING (VALUES (30, 'x'), ($[31|32], 'y'), (4, 'z')) v (id, w) ON s.id = v.id WHEN NOT MATCHED THEN INSERT VALUES (v.id, v.id % 3, 1, v.w) WHEN MATCHED THEN UPDATE SET note = v.w;
SELECT * FROM stock ORDER BY id;
MERGE INTO stock s USING labels l ON s.id = l.id WHEN MATCHED THEN UPDATE SET note = l.label;
MERGE INTO labels l USING stock s ON s.id = l.id WHEN MATCHED AND l.id = 1 THEN DELETE WHEN MATCHED THEN UPDATE SET label = l.label || s.note WHEN NOT MATCHED AND s.id < 8 THEN INSERT VALUES (s.id, s.note);
SELECT * FROM labels ORDER BY id;
SELECT * FROM stock ORDER BY id;
MERGE INTO stock s USING moves m ON s.id = m.item AND m.item = 1 WHEN MATCHED THEN UPDATE SET qty = -1;
MERGE INTO stock s USING (VALUES (4), (4)) v (id) ON s.id = v.id WHEN MATCHED THEN UPDATE SET qty = 1;
MERGE INTO stock s USING (VALUES (40)) v (id) ON s.id = v.id WHEN NOT MATCHED THEN INSERT (id, qty) VALUES (v.id, 1); --@ message differs
MERGE INTO stock s USING (VALUES (41)) v (id) ON s.id = v.id WHEN NOT MATCHED THEN INSERT DEFAULT VALUES; --@ message differs
MERGE INTO stock s USING nowhere n ON s.id = n.id WHEN MATCHED THEN DELETE;
MERGE INTO stock s USING moves m ON s.id = m.nope WHEN MATCHED THEN DELETE;
WITH m AS (SELECT item + 1 AS item FROM moves WHERE delta < 0) MERGE INTO stock s USING m ON s.id = m.item WHEN MATCHED THEN DELETE;
SELECT count(*), sum(qty), sum(id) FROM stock;
BEGIN;
INSERT INTO moves VALUES (9, 1, 'own');
MERGE INTO stock s USING moves m ON s.id = m.item WHEN MATCHED THEN UPDATE SET note = 'seen ' || m.why;
SELECT id, note FROM stock WHERE id = 9;
ROLLBACK;
SELECT id, note FROM stock WHERE id = 9;
MERGE INTO stock s USING moves m ON s.id = m.item AND s.qty > 1000 WHEN MATCHED THEN DELETE;
DROP TABLE stock, moves, labels;
