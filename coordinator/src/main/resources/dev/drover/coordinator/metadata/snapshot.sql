-- What coordinators read of the catalog node's schema. Functions, because expressions are to be
-- printed with every name qualified, whatever the session's search_path is. Each takes the OID of
-- one relation, or NULL for all.


CREATE OR REPLACE FUNCTION drover.snapshot_relations(wanted oid)
RETURNS TABLE (relid oid, schema_name name, relation_name name, kind "char", leaf_access boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.oid, n.nspname, c.relname, c.relkind,
    NOT (c.relrowsecurity OR (c.relhasrules AND c.relkind <> 'v') OR EXISTS (
      SELECT FROM pg_trigger t WHERE t.tgrelid = c.oid AND NOT t.tgisinternal))
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f', 'c', 'i', 'I')
    AND (wanted IS NULL OR c.oid = wanted)
    AND n.nspname <> 'pg_toast'
    AND (n.nspname NOT LIKE 'pg\_%temp\_%' OR n.oid = pg_my_temp_schema())
    AND NOT (c.relkind IN ('i', 'I') AND n.nspname IN ('pg_catalog', 'information_schema'))
$$;

-- A domain's columns have the OID of the type under it and the domain's name.
CREATE OR REPLACE FUNCTION drover.snapshot_columns(wanted oid)
RETURNS TABLE (relid oid, attribute smallint, column_name name, base_type oid, type_name text,
  typmod integer, is_not_null boolean, deterministic boolean, default_expression text,
  identity "char", generated boolean, own_collation text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT a.attrelid, a.attnum, a.attname,
    CASE WHEN t.typtype = 'd' THEN (
      WITH RECURSIVE chain(type, depth) AS (
        SELECT t.typbasetype, 1
        UNION ALL
        SELECT b.typbasetype, chain.depth + 1 FROM chain JOIN pg_type b ON b.oid = chain.type
        WHERE b.typtype = 'd')
      SELECT chain.type FROM chain ORDER BY chain.depth DESC LIMIT 1)
    ELSE a.atttypid END,
    format_type(a.atttypid, a.atttypmod), a.atttypmod, a.attnotnull,
    coalesce(l.collisdeterministic, true),
    CASE WHEN a.attgenerated = '' THEN coalesce(
      pg_get_expr(d.adbin, d.adrelid), pg_get_expr(t.typdefaultbin, 0)) END,
    a.attidentity, a.attgenerated <> '',
    CASE WHEN a.attcollation <> t.typcollation THEN (
      SELECT format('%I.%I', n.nspname, l.collname) FROM pg_namespace n WHERE n.oid = l.collnamespace) END
  FROM pg_attribute a
    JOIN pg_class c ON c.oid = a.attrelid
    JOIN pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_collation l ON l.oid = a.attcollation
    LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
  WHERE a.attnum > 0 AND NOT a.attisdropped
    AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c')
    AND (a.attrelid = wanted OR wanted IS NULL AND c.relnamespace NOT IN (
      SELECT n.oid FROM pg_namespace n WHERE n.nspname IN (
        'pg_catalog', 'information_schema', 'pg_toast', 'drover')))
  ORDER BY a.attrelid, a.attnum
$$;

CREATE OR REPLACE FUNCTION drover.snapshot_unique_keys(wanted oid)
RETURNS TABLE (relid oid, index_name name, is_primary boolean, attributes smallint[], partial boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT i.indrelid, x.relname, i.indisprimary,
    (string_to_array(i.indkey::text, ' ')::smallint[])[1:i.indnkeyatts], i.indpred IS NOT NULL
  FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
  WHERE i.indisunique AND (i.indrelid = wanted OR wanted IS NULL AND x.relnamespace NOT IN (
    SELECT n.oid FROM pg_namespace n WHERE n.nspname IN (
      'pg_catalog', 'information_schema', 'pg_toast', 'drover')))
  ORDER BY i.indrelid, i.indisprimary DESC, i.indexrelid
$$;

CREATE OR REPLACE FUNCTION drover.snapshot_foreign_keys(wanted oid)
RETURNS TABLE (relid oid, constraint_name name, attributes smallint[], referenced oid,
  referenced_attributes smallint[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.conrelid, k.conname, k.conkey, k.confrelid, k.confkey
  FROM pg_constraint k
  WHERE k.contype = 'f' AND (wanted IS NULL OR k.conrelid = wanted)
  ORDER BY k.conrelid, k.conname
$$;

-- Columns that an exclusion constraint compares with an equality operator.
CREATE OR REPLACE FUNCTION drover.snapshot_exclusions(wanted oid)
RETURNS TABLE (relid oid, constraint_name name, attributes smallint[])
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT k.conrelid, k.conname, ARRAY(
    SELECT e.attribute FROM unnest(k.conkey, k.conexclop) e(attribute, operator)
      JOIN pg_operator o ON o.oid = e.operator
    WHERE e.attribute > 0 AND o.oprname = '=')
  FROM pg_constraint k
  WHERE k.contype = 'x' AND (wanted IS NULL OR k.conrelid = wanted)
  ORDER BY k.conrelid, k.conname
$$;

CREATE OR REPLACE FUNCTION drover.snapshot_views()
RETURNS TABLE (relid oid, definition text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.oid, pg_get_viewdef(c.oid)
  FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE c.relkind IN ('v', 'm') AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'drover')
$$;

-- What calls a user's routine without naming it in a statement: operators, casts, constraints,
-- defaults, indexes, types.
CREATE OR REPLACE FUNCTION drover.snapshot_hidden_calls()
RETURNS TABLE (schema_name name, routine_name name, caller text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT n.nspname, p.proname, pg_describe_object(d.classid, d.objid, d.objsubid)
  FROM pg_depend d
    JOIN pg_proc p ON p.oid = d.refobjid
    JOIN pg_namespace n ON n.oid = p.pronamespace
  WHERE d.refclassid = 'pg_proc'::regclass AND d.refobjid >= 16384
    AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'drover')
    AND d.classid IN ('pg_operator'::regclass, 'pg_cast'::regclass, 'pg_constraint'::regclass,
      'pg_class'::regclass, 'pg_type'::regclass, 'pg_amproc'::regclass, 'pg_opfamily'::regclass,
      'pg_attrdef'::regclass)
$$;

-- Users' routines with what can be read of their bodies. For an aggregate that is the names of its
-- support functions. The OID spares a look at the three thousand that PostgreSQL came with.
CREATE OR REPLACE FUNCTION drover.snapshot_routines()
RETURNS TABLE (schema_name name, routine_name name, arguments integer, defaults integer,
  is_variadic boolean, volatility "char", language name, body text, of_extension boolean,
  vouched text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT n.nspname, p.proname, p.pronargs, p.pronargdefaults, p.provariadic <> 0, p.provolatile,
    CASE WHEN p.prokind = 'a' THEN 'aggregate' ELSE l.lanname END,
    CASE WHEN p.prokind = 'a' THEN concat_ws(' ',
        nullif(g.aggtransfn::oid, 0)::regproc || '()', nullif(g.aggfinalfn::oid, 0)::regproc || '()',
        nullif(g.aggcombinefn::oid, 0)::regproc || '()')
      ELSE coalesce(pg_get_function_sqlbody(p.oid), p.prosrc) END,
    EXISTS (SELECT FROM pg_depend d WHERE d.classid = 'pg_proc'::regclass AND d.objid = p.oid
      AND d.deptype = 'e'),
    (SELECT substr(s, 14) FROM unnest(p.proconfig) s WHERE s LIKE 'drover.reach=%' LIMIT 1)
  FROM pg_proc p
    JOIN pg_namespace n ON n.oid = p.pronamespace
    JOIN pg_language l ON l.oid = p.prolang
    LEFT JOIN pg_aggregate g ON g.aggfnoid = p.oid
  WHERE p.oid >= 16384 AND n.nspname NOT IN ('pg_catalog', 'information_schema', 'drover')
$$;
