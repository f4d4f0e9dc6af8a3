-- Statements that make tables without leaves and what hangs on them, and views, in the columns of
-- types.sql. Expressions of users are prepared with the rights of the table's owner.

WITH object AS (SELECT classid, objid FROM drover_object)
SELECT o.classid::oid, o.objid, 1 AS step, pg_get_userbyid(c.relowner) AS role,
  concat_ws(' ',
    'CREATE', CASE WHEN c.relpersistence = 'u' THEN 'UNLOGGED' END, 'TABLE', c.oid::regclass,
    '(' || coalesce((
      SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        (SELECT 'COLLATE ' || l.oid::regcollation FROM pg_collation l, pg_type y
          WHERE l.oid = a.attcollation AND y.oid = a.atttypid AND l.oid <> y.typcollation),
        (SELECT format('GENERATED ALWAYS AS (%s) %s', pg_get_expr(e.adbin, e.adrelid),
            CASE a.attgenerated WHEN 's' THEN 'STORED' ELSE 'VIRTUAL' END)
          FROM pg_attrdef e
          WHERE a.attgenerated <> '' AND e.adrelid = a.attrelid AND e.adnum = a.attnum),
        CASE WHEN a.attnotnull THEN (
          SELECT CASE WHEN k.conname IS NULL THEN 'NOT NULL'
            WHEN k.convalidated THEN format('CONSTRAINT %I NOT NULL', k.conname) END
          FROM (VALUES (1)) v LEFT JOIN pg_constraint k ON k.conrelid = a.attrelid
            AND k.contype = 'n' AND k.conkey = ARRAY[a.attnum]) END),
        ', ' ORDER BY a.attnum)
      FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped), '')
      || ')',
    CASE WHEN c.relkind = 'p' THEN 'PARTITION BY ' || pg_get_partkeydef(c.oid) END,
    (SELECT 'USING ' || quote_ident(m.amname) FROM pg_am m
      WHERE m.oid = c.relam AND m.amname <> 'heap' AND c.relkind = 'r'),
    (SELECT 'WITH (' || string_agg(format('%s = %L', x.name, x.value), ', ' ORDER BY x.name) || ')'
      FROM (
        SELECT p.option_name AS name, p.option_value AS value
        FROM pg_options_to_table(c.reloptions) p
        UNION ALL
        SELECT 'toast.' || p.option_name, p.option_value
        FROM pg_class t, pg_options_to_table(t.reloptions) p WHERE t.oid = c.reltoastrelid) x),
    (SELECT 'TABLESPACE ' || quote_ident(s.spcname) FROM pg_tablespace s
      WHERE s.oid = c.reltablespace)) AS statement
FROM object o JOIN pg_class c ON c.oid = o.objid
WHERE o.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p')

UNION ALL
SELECT o.classid::oid, o.objid, 2, '', format('ALTER TABLE %s %s', c.oid::regclass, s.setting)
FROM object o JOIN pg_class c ON c.oid = o.objid,
  LATERAL (VALUES
    (CASE c.relreplident WHEN 'f' THEN 'REPLICA IDENTITY FULL'
      WHEN 'n' THEN 'REPLICA IDENTITY NOTHING' END),
    (CASE WHEN c.relrowsecurity THEN 'ENABLE ROW LEVEL SECURITY' END),
    (CASE WHEN c.relforcerowsecurity THEN 'FORCE ROW LEVEL SECURITY' END)) s(setting)
WHERE o.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p') AND s.setting IS NOT NULL

UNION ALL
SELECT o.classid::oid, o.objid, 2 + a.attnum, '',
  format('ALTER TABLE %s ALTER COLUMN %I %s', c.oid::regclass, a.attname, s.setting)
FROM object o JOIN pg_class c ON c.oid = o.objid
  JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
  JOIN pg_type t ON t.oid = a.atttypid,
  LATERAL (VALUES
    (CASE WHEN a.attstorage <> t.typstorage THEN 'SET STORAGE ' || CASE a.attstorage
      WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END END),
    (CASE a.attcompression WHEN 'p' THEN 'SET COMPRESSION pglz'
      WHEN 'l' THEN 'SET COMPRESSION lz4' END),
    (CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END),
    ((SELECT 'SET (' || string_agg(format('%s = %L', p.option_name, p.option_value), ', ') || ')'
      FROM pg_options_to_table(a.attoptions) p))) s(setting)
WHERE o.classid = 'pg_class'::regclass AND c.relkind IN ('r', 'p') AND s.setting IS NOT NULL

UNION ALL
SELECT o.classid::oid, o.objid, 1, pg_get_userbyid(c.relowner),
  format('ALTER TABLE %s ALTER COLUMN %I SET DEFAULT %s', c.oid::regclass, a.attname,
    pg_get_expr(d.adbin, d.adrelid))
FROM object o JOIN pg_attrdef d ON d.oid = o.objid JOIN pg_class c ON c.oid = d.adrelid
  JOIN pg_attribute a ON a.attrelid = d.adrelid AND a.attnum = d.adnum
WHERE o.classid = 'pg_attrdef'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1,
  CASE WHEN k.contype = 'f' THEN '' ELSE pg_get_userbyid(c.relowner) END,
  format('ALTER TABLE %s ADD CONSTRAINT %I %s', c.oid::regclass, k.conname,
    pg_get_constraintdef(k.oid))
FROM object o JOIN pg_constraint k ON k.oid = o.objid JOIN pg_class c ON c.oid = k.conrelid
WHERE o.classid = 'pg_constraint'::regclass AND k.contype <> 't'

UNION ALL
SELECT o.classid::oid, o.objid, 1, pg_get_userbyid(t.relowner), pg_get_indexdef(i.indexrelid)
FROM object o JOIN pg_index i ON i.indexrelid = o.objid JOIN pg_class t ON t.oid = i.indrelid
WHERE o.classid = 'pg_class'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 2, '', format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I',
  i.indrelid::regclass, x.relname)
FROM object o LEFT JOIN pg_constraint k ON o.classid = 'pg_constraint'::regclass AND k.oid = o.objid
  JOIN pg_index i ON i.indexrelid = coalesce(k.conindid, o.objid)
  JOIN pg_class x ON x.oid = i.indexrelid
WHERE i.indisreplident AND (o.classid = 'pg_class'::regclass OR k.contype IN ('p', 'u', 'x'))

UNION ALL
SELECT o.classid::oid, o.objid, s.step, '', s.statement
FROM object o JOIN pg_statistic_ext x ON x.oid = o.objid
  JOIN pg_namespace n ON n.oid = x.stxnamespace,
  LATERAL (VALUES
    (1, pg_get_statisticsobjdef(x.oid)),
    (2, format('ALTER STATISTICS %I.%I OWNER TO %I', n.nspname, x.stxname,
      pg_get_userbyid(x.stxowner))),
    (3, CASE WHEN x.stxstattarget >= 0 THEN format('ALTER STATISTICS %I.%I SET STATISTICS %s',
      n.nspname, x.stxname, x.stxstattarget) END)) s(step, statement)
WHERE o.classid = 'pg_statistic_ext'::regclass AND s.statement IS NOT NULL

UNION ALL
SELECT o.classid::oid, o.objid, s.step, '', s.statement
FROM object o JOIN pg_class c ON c.oid = o.objid,
  LATERAL (VALUES
    (1, concat_ws(' ', 'CREATE VIEW', c.oid::regclass,
      (SELECT 'WITH (' || string_agg(format('%s = %L', p.option_name, p.option_value), ', ') || ')'
        FROM pg_options_to_table(c.reloptions) p),
      'AS', pg_get_viewdef(c.oid))),
    (2, format('ALTER VIEW %s OWNER TO %I', c.oid::regclass, pg_get_userbyid(c.relowner))))
    s(step, statement)
WHERE o.classid = 'pg_class'::regclass AND c.relkind = 'v'

UNION ALL
SELECT o.classid::oid, o.objid, 1, '', pg_get_triggerdef(t.oid)
FROM object o JOIN pg_trigger t ON t.oid = o.objid WHERE o.classid = 'pg_trigger'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 2, '', format('ALTER TABLE %s %s TRIGGER %I', t.tgrelid::regclass,
  CASE t.tgenabled WHEN 'D' THEN 'DISABLE' WHEN 'R' THEN 'ENABLE REPLICA' ELSE 'ENABLE ALWAYS' END,
  t.tgname)
FROM object o JOIN pg_trigger t ON t.oid = o.objid
WHERE o.classid = 'pg_trigger'::regclass AND t.tgenabled <> 'O'

UNION ALL
SELECT o.classid::oid, o.objid, 1, '', pg_get_ruledef(r.oid)
FROM object o JOIN pg_rewrite r ON r.oid = o.objid WHERE o.classid = 'pg_rewrite'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1, '', concat_ws(' ',
  format('CREATE POLICY %I ON %s', p.polname, p.polrelid::regclass),
  'AS ' || CASE WHEN p.polpermissive THEN 'PERMISSIVE' ELSE 'RESTRICTIVE' END,
  'FOR ' || CASE p.polcmd WHEN 'r' THEN 'SELECT' WHEN 'a' THEN 'INSERT' WHEN 'w' THEN 'UPDATE'
    WHEN 'd' THEN 'DELETE' ELSE 'ALL' END,
  'TO ' || (SELECT string_agg(CASE r WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(r)) END,
    ', ') FROM unnest(p.polroles) r),
  'USING (' || pg_get_expr(p.polqual, p.polrelid) || ')',
  'WITH CHECK (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')')
FROM object o JOIN pg_policy p ON p.oid = o.objid WHERE o.classid = 'pg_policy'::regclass
