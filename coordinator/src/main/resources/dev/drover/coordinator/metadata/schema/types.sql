-- Statements that make schemas, extensions, collations, types and text search objects: class, OID,
-- number among the statements of the object, the role that runs it (empty: the superuser), text.

WITH object AS (SELECT classid, objid FROM drover_object)
SELECT o.classid::oid, o.objid, 1 AS step, '' AS role,
  format('CREATE SCHEMA %I AUTHORIZATION %I', n.nspname, pg_get_userbyid(n.nspowner)) AS statement
FROM object o JOIN pg_namespace n ON n.oid = o.objid WHERE o.classid = 'pg_namespace'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1, pg_get_userbyid(e.extowner),
  format('CREATE EXTENSION %I WITH SCHEMA %I VERSION %L', e.extname, n.nspname, e.extversion)
FROM object o JOIN pg_extension e ON e.oid = o.objid JOIN pg_namespace n ON n.oid = e.extnamespace
WHERE o.classid = 'pg_extension'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, s.step, '', s.statement
FROM object o JOIN pg_collation c ON c.oid = o.objid, to_jsonb(c) j,
  LATERAL (VALUES
    (1, format('CREATE COLLATION %s (%s)', c.oid::regcollation, concat_ws(', ',
      'PROVIDER = ' || CASE c.collprovider WHEN 'c' THEN 'libc' WHEN 'i' THEN 'icu'
        ELSE 'builtin' END,
      'LOCALE = ' || quote_literal(coalesce(j->>'colllocale', j->>'colliculocale')),
      'LC_COLLATE = ' || quote_literal(c.collcollate), 'LC_CTYPE = ' || quote_literal(c.collctype),
      'RULES = ' || quote_literal(j->>'collicurules'),
      CASE WHEN NOT c.collisdeterministic THEN 'DETERMINISTIC = false' END))),
    (2, format('ALTER COLLATION %s OWNER TO %I', c.oid::regcollation,
      pg_get_userbyid(c.collowner)))) s(step, statement)
WHERE o.classid = 'pg_collation'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1, '',
  CASE t.typtype
    WHEN 'e' THEN format('CREATE TYPE %s AS ENUM (%s)', t.oid::regtype, (
      SELECT string_agg(quote_literal(e.enumlabel), ', ' ORDER BY e.enumsortorder)
      FROM pg_enum e WHERE e.enumtypid = t.oid))
    WHEN 'c' THEN format('CREATE TYPE %s AS (%s)', t.oid::regtype, (
      SELECT string_agg(concat_ws(' ', quote_ident(a.attname), format_type(a.atttypid, a.atttypmod),
        (SELECT 'COLLATE ' || l.oid::regcollation FROM pg_collation l, pg_type y
          WHERE l.oid = a.attcollation AND y.oid = a.atttypid AND l.oid <> y.typcollation)),
        ', ' ORDER BY a.attnum)
      FROM pg_attribute a WHERE a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped))
    WHEN 'd' THEN concat_ws(' ',
      format('CREATE DOMAIN %s AS %s', t.oid::regtype, format_type(t.typbasetype, t.typtypmod)),
      (SELECT 'COLLATE ' || l.oid::regcollation FROM pg_collation l, pg_type y
        WHERE l.oid = t.typcollation AND y.oid = t.typbasetype AND l.oid <> y.typcollation),
      'DEFAULT ' || coalesce(pg_get_expr(t.typdefaultbin, 0), quote_literal(t.typdefault)),
      CASE WHEN t.typnotnull THEN concat_ws(' ',
        (SELECT 'CONSTRAINT ' || quote_ident(k.conname) FROM pg_constraint k
          WHERE k.contypid = t.oid AND k.contype = 'n'), 'NOT NULL') END)
    WHEN 'r' THEN (
      SELECT format('CREATE TYPE %s AS RANGE (%s)', t.oid::regtype, concat_ws(', ',
        'SUBTYPE = ' || format_type(r.rngsubtype, NULL),
        (SELECT format('SUBTYPE_OPCLASS = %I.%I', n.nspname, c.opcname)
          FROM pg_opclass c JOIN pg_namespace n ON n.oid = c.opcnamespace
          WHERE c.oid = r.rngsubopc AND NOT c.opcdefault),
        (SELECT 'COLLATION = ' || l.oid::regcollation FROM pg_collation l, pg_type y
          WHERE l.oid = r.rngcollation AND y.oid = r.rngsubtype AND l.oid <> y.typcollation),
        CASE WHEN r.rngcanonical <> 0 THEN 'CANONICAL = ' || r.rngcanonical END,
        CASE WHEN r.rngsubdiff <> 0 THEN 'SUBTYPE_DIFF = ' || r.rngsubdiff END,
        'MULTIRANGE_TYPE_NAME = ' || r.rngmultitypid::regtype))
      FROM pg_range r WHERE r.rngtypid = t.oid)
  END
FROM object o JOIN pg_type t ON t.oid = o.objid
WHERE o.classid = 'pg_type'::regclass AND t.typtype IN ('e', 'c', 'd', 'r')

UNION ALL
SELECT o.classid::oid, o.objid, 2, '', format('ALTER %s %s OWNER TO %I',
  CASE t.typtype WHEN 'd' THEN 'DOMAIN' ELSE 'TYPE' END, t.oid::regtype, pg_get_userbyid(t.typowner))
FROM object o JOIN pg_type t ON t.oid = o.objid
WHERE o.classid = 'pg_type'::regclass AND t.typtype IN ('e', 'c', 'd', 'r')

UNION ALL
SELECT o.classid::oid, o.objid, 1, '', format('ALTER DOMAIN %s ADD CONSTRAINT %I %s',
  k.contypid::regtype, k.conname, pg_get_constraintdef(k.oid))
FROM object o JOIN pg_constraint k ON k.oid = o.objid AND k.contypid <> 0
WHERE o.classid = 'pg_constraint'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, s.step, '', s.statement
FROM object o JOIN pg_ts_dict t ON t.oid = o.objid
  JOIN pg_ts_template p ON p.oid = t.dicttemplate JOIN pg_namespace n ON n.oid = p.tmplnamespace,
  LATERAL (VALUES
    (1, format('CREATE TEXT SEARCH DICTIONARY %s (TEMPLATE = %I.%I%s)', t.oid::regdictionary,
      n.nspname, p.tmplname, ', ' || t.dictinitoption)),
    (2, format('ALTER TEXT SEARCH DICTIONARY %s OWNER TO %I', t.oid::regdictionary,
      pg_get_userbyid(t.dictowner)))) s(step, statement)
WHERE o.classid = 'pg_ts_dict'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1, '', format('CREATE TEXT SEARCH CONFIGURATION %s (PARSER = %I.%I)',
  t.oid::regconfig, n.nspname, p.prsname)
FROM object o JOIN pg_ts_config t ON t.oid = o.objid
  JOIN pg_ts_parser p ON p.oid = t.cfgparser JOIN pg_namespace n ON n.oid = p.prsnamespace
WHERE o.classid = 'pg_ts_config'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 1 + row_number() OVER (PARTITION BY o.objid ORDER BY m.token), '',
  format('ALTER TEXT SEARCH CONFIGURATION %s ADD MAPPING FOR %I WITH %s', o.objid::regconfig,
    m.token, m.dictionaries)
FROM object o JOIN pg_ts_config t ON t.oid = o.objid,
  LATERAL (
    SELECT k.alias AS token,
      string_agg(p.mapdict::regdictionary::text, ', ' ORDER BY p.mapseqno) AS dictionaries
    FROM pg_ts_config_map p JOIN ts_token_type(t.cfgparser) k ON k.tokid = p.maptokentype
    WHERE p.mapcfg = t.oid GROUP BY k.alias) m
WHERE o.classid = 'pg_ts_config'::regclass

UNION ALL
SELECT o.classid::oid, o.objid, 10000, '', format('ALTER TEXT SEARCH CONFIGURATION %s OWNER TO %I',
  t.oid::regconfig, pg_get_userbyid(t.cfgowner))
FROM object o JOIN pg_ts_config t ON t.oid = o.objid WHERE o.classid = 'pg_ts_config'::regclass
