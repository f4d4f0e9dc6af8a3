-- Functions of the catalog node that describe its tables for the datanodes: the catalog's table is
-- the truth, so names that PostgreSQL chose are the same everywhere.

-- A default that needs a sequence: sequences exist on the catalog node only, so on a datanode the
-- default raises, and a path that forgot to supply the value fails instead of making duplicates.
CREATE OR REPLACE FUNCTION drover.default_for_nodes(relation oid, attribute smallint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN a.attidentity <> '' OR EXISTS (
        SELECT FROM pg_depend d JOIN pg_class s ON s.oid = d.refobjid AND s.relkind = 'S'
        WHERE d.classid = 'pg_attrdef'::regclass AND d.objid = e.oid
          AND d.refclassid = 'pg_class'::regclass)
      OR pg_get_expr(e.adbin, e.adrelid) ~ '\m(nextval|currval|lastval|setval)\M'
    THEN format('CAST(drover.no_value(%L) AS %s)',
      a.attrelid::regclass || '.' || quote_ident(a.attname),
      format_type(a.atttypid, a.atttypmod))
    ELSE pg_get_expr(e.adbin, e.adrelid) END
  FROM pg_attribute a LEFT JOIN pg_attrdef e ON e.adrelid = a.attrelid AND e.adnum = a.attnum
  WHERE a.attrelid = relation AND a.attnum = attribute
$$;

-- One column as CREATE TABLE writes it.
CREATE OR REPLACE FUNCTION drover.column_for_nodes(relation oid, attribute smallint) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT concat_ws(' ',
    quote_ident(a.attname),
    format_type(a.atttypid, a.atttypmod),
    (SELECT 'COLLATE ' || l.oid::regcollation FROM pg_collation l
      WHERE l.oid = a.attcollation AND l.oid <> t.typcollation),
    CASE a.attgenerated
      WHEN 's' THEN format('GENERATED ALWAYS AS (%s) STORED', d.expression)
      WHEN 'v' THEN format('GENERATED ALWAYS AS (%s) VIRTUAL', d.expression)
      ELSE 'DEFAULT ' || d.expression END,
    CASE WHEN a.attnotnull THEN concat_ws(' ',
      (SELECT 'CONSTRAINT ' || quote_ident(n.conname) FROM pg_constraint n
        WHERE n.conrelid = a.attrelid AND n.contype = 'n' AND n.conkey = ARRAY[a.attnum]),
      'NOT NULL') END)
  FROM pg_attribute a
    JOIN pg_type t ON t.oid = a.atttypid,
    LATERAL (SELECT drover.default_for_nodes(a.attrelid, a.attnum)) d(expression)
  WHERE a.attrelid = relation AND a.attnum = attribute
$$;

-- Options of a table and of its TOAST table, as text[] of name=value.
CREATE OR REPLACE FUNCTION drover.storage_options(relation oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(
    SELECT o FROM pg_class c, unnest(c.reloptions) o WHERE c.oid = relation
    UNION ALL
    SELECT 'toast.' || o FROM pg_class c JOIN pg_class x ON x.oid = c.reltoastrelid,
      unnest(x.reloptions) o WHERE c.oid = relation)
$$;

-- 'a=1' becomes a = '1', joined for WITH (...) and SET (...).
CREATE OR REPLACE FUNCTION drover.option_list(options text[]) RETURNS text
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT string_agg(format('%s = %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)), ', ')
  FROM unnest(options) o
$$;

-- GRANT statements that give others what they have on a table and its columns.
CREATE OR REPLACE FUNCTION drover.grants(relation oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(
    SELECT format('GRANT %s%s ON %s TO %s%s', g.privilege_type, g.columns, relation::regclass,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END)
    FROM (
      SELECT x.privilege_type, '' AS columns, x.grantee, x.is_grantable
      FROM pg_class c, aclexplode(c.relacl) x WHERE c.oid = relation AND x.grantee <> c.relowner
      UNION ALL
      SELECT x.privilege_type, format(' (%I)', a.attname), x.grantee, x.is_grantable
      FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = relation AND NOT a.attisdropped
    ) g)
$$;

-- What the leaves of a hash or modulo table must be like, beyond what they inherit.
-- split: tables with leaves that it references; such foreign keys, and those to the table itself,
-- are declared from leaf to leaf.
CREATE OR REPLACE FUNCTION drover.leaf_spec(relation oid, split oid[]) RETURNS json
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT json_build_object(
    'options', drover.storage_options(c.oid),
    'unlogged', c.relpersistence = 'u',
    'replica_identity', c.relreplident,
    'replica_index', (SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = c.oid AND i.indisreplident),
    'indexes', ARRAY(SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = c.oid AND NOT i.indisexclusion ORDER BY x.relname),
    'exclusions', (SELECT coalesce(json_agg(json_build_object(
        'name', k.conname, 'definition', pg_get_constraintdef(k.oid))), '[]')
      FROM pg_constraint k WHERE k.conrelid = c.oid AND k.contype = 'x'),
    'foreign_keys', (SELECT coalesce(json_agg(json_build_object(
        'name', k.conname, 'head', h.head, 'referenced', k.confrelid::regclass::text,
        'tail', substr(h.definition,
          length(h.head || k.confrelid::regclass::text) + 1)) ORDER BY k.conname), '[]')
      FROM pg_constraint k, LATERAL (
        SELECT pg_get_constraintdef(k.oid) AS definition,
          format('FOREIGN KEY (%s) REFERENCES ', (
            SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY n.position)
            FROM unnest(k.conkey) WITH ORDINALITY n(attribute, position)
              JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = n.attribute)) AS head) h
      WHERE k.conrelid = c.oid AND k.contype = 'f'
        AND (k.confrelid = relation OR k.confrelid = ANY (split))))
  FROM pg_class c WHERE c.oid = relation
$$;

-- What a datanode needs to make a table under some name: the statements that make it, those that add
-- constraints and indexes, which may be run when it has rows, those that declare foreign keys and
-- statistics, and the leaves' spec.
-- named: qualified and quoted; partition_by: the PARTITION BY clause, empty for a plain table; split:
-- as for drover.leaf_spec.
CREATE OR REPLACE FUNCTION drover.table_definition(
  relation oid, named text, partition_by text, split oid[])
RETURNS json LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  has_leaves boolean := partition_by <> '';
  facts record;
  statements text[];
  later text[];
  links text[];
BEGIN
  SELECT c.oid::regclass::text AS name, c.relpersistence = 'u' AS unlogged,
      pg_get_userbyid(c.relowner) AS owner, c.relreplident AS identity,
      drover.option_list(drover.storage_options(c.oid)) AS options,
      (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS space,
      (SELECT m.amname FROM pg_am m WHERE m.oid = c.relam) AS method
    INTO STRICT facts FROM pg_class c WHERE c.oid = relation;
  statements := ARRAY[format('CREATE %sTABLE %s (%s) %s%s%s%s',
    CASE WHEN facts.unlogged AND NOT has_leaves THEN 'UNLOGGED ' ELSE '' END,
    named,
    (SELECT string_agg(drover.column_for_nodes(relation, a.attnum), ', ' ORDER BY a.attnum)
      FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped),
    partition_by,
    CASE WHEN facts.method <> 'heap' AND NOT has_leaves THEN ' USING ' || quote_ident(facts.method)
      ELSE '' END,
    CASE WHEN facts.options IS NOT NULL AND NOT has_leaves THEN ' WITH (' || facts.options || ')'
      ELSE '' END,
    coalesce(' TABLESPACE ' || quote_ident(facts.space), ''))];
  statements := statements || ARRAY(
    SELECT 'ALTER TABLE ' || named || substr(s, length('ALTER TABLE ' || facts.name) + 1)
    FROM unnest(drover.column_settings(relation)) s);
  later := ARRAY(
    SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', named, k.conname,
      CASE WHEN has_leaves AND k.contype = 'c' THEN
        regexp_replace(pg_get_constraintdef(k.oid), ' NO INHERIT\M', '')
      ELSE pg_get_constraintdef(k.oid) END)
    FROM pg_constraint k
    WHERE k.conrelid = relation AND k.contype IN ('c', 'p', 'u', 'x')
      AND NOT (k.contype = 'x' AND has_leaves)
    ORDER BY strpos('cpux', k.contype::text), k.conname);
  later := later || ARRAY(
    SELECT h.head || named || substr(pg_get_indexdef(i.indexrelid), length(h.head || facts.name) + 1)
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid,
      LATERAL (SELECT format('CREATE %sINDEX %I ON ',
        CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END, x.relname)) h(head)
    WHERE i.indrelid = relation
      AND NOT EXISTS (SELECT FROM pg_constraint k
        WHERE k.conindid = i.indexrelid AND k.conrelid = relation AND k.contype IN ('p', 'u', 'x'))
    ORDER BY i.indexrelid);
  IF facts.identity = 'i' AND NOT has_leaves THEN
    later := later || (
      SELECT format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', named, x.relname)
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = relation AND i.indisreplident);
  ELSIF facts.identity <> 'd' AND NOT has_leaves THEN
    later := later || format('ALTER TABLE %s REPLICA IDENTITY %s', named,
      CASE facts.identity WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END);
  END IF;
  links := ARRAY(
    SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', named, k.conname,
      pg_get_constraintdef(k.oid))
    FROM pg_constraint k
    WHERE k.conrelid = relation AND k.contype = 'f'
      AND NOT (has_leaves AND (k.confrelid = relation OR k.confrelid = ANY (split)))
    ORDER BY k.conname);
  RETURN json_build_object('table', named, 'owner', facts.owner, 'statements', statements,
    'later', later, 'links', links,
    'statistics', ARRAY(SELECT pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s
      WHERE s.stxrelid = relation ORDER BY s.oid),
    'spec', drover.leaf_spec(relation, split));
END $$;

-- The same under the table's own name, with everything to be added later in one list.
CREATE OR REPLACE FUNCTION drover.table_for_nodes(
  relation oid, partition_by text, split oid[])
RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT json_build_object('table', d->'table', 'owner', d->'owner', 'statements', d->'statements',
    'later', array_to_json(ARRAY(SELECT json_array_elements_text(d->'later'))
      || ARRAY(SELECT json_array_elements_text(d->'links'))
      || ARRAY(SELECT json_array_elements_text(d->'statistics'))
      || drover.grants(relation)),
    'spec', d->'spec')
  FROM drover.table_definition(relation, relation::regclass::text, partition_by, split) d
$$;

-- Storage, compression, statistics targets and options of columns that differ from the defaults.
CREATE OR REPLACE FUNCTION drover.column_settings(relation oid) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(
    SELECT format('ALTER TABLE %s ALTER COLUMN %I %s', relation::regclass, a.attname, s.setting)
    FROM pg_attribute a JOIN pg_type t ON t.oid = a.atttypid,
      LATERAL (VALUES
        (CASE WHEN a.attstorage <> t.typstorage THEN 'SET STORAGE ' || CASE a.attstorage
          WHEN 'p' THEN 'PLAIN' WHEN 'e' THEN 'EXTERNAL' WHEN 'x' THEN 'EXTENDED' ELSE 'MAIN' END
          END),
        (CASE a.attcompression WHEN 'p' THEN 'SET COMPRESSION pglz'
          WHEN 'l' THEN 'SET COMPRESSION lz4' END),
        (CASE WHEN a.attstattarget >= 0 THEN 'SET STATISTICS ' || a.attstattarget END),
        ('SET (' || drover.option_list(a.attoptions) || ')')) s(setting)
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND s.setting IS NOT NULL
    ORDER BY a.attnum)
$$;

-- The default of a column just added, as rows that exist already are to see it. PostgreSQL keeps
-- the value of a default that is not volatile: one value for all nodes. A volatile one is evaluated
-- row by row on each node, which copies of a replicated table would answer differently.
CREATE OR REPLACE FUNCTION drover.default_of_existing_rows(
  relation oid, column_name name, is_replicated boolean)
RETURNS text LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  kept text;
  facts record;
BEGIN
  SELECT a.attnum, a.atthasmissing, format_type(a.atttypid, a.atttypmod) AS type
    INTO STRICT facts
    FROM pg_attribute a WHERE a.attrelid = relation AND a.attname = column_name;
  IF facts.atthasmissing THEN
    EXECUTE format('SELECT (attmissingval::text::%s[])[1]::text FROM pg_attribute'
      ' WHERE attrelid = $1 AND attnum = $2', facts.type)
      INTO kept USING relation, facts.attnum;
    RETURN format('CAST(%s AS %s)', quote_nullable(kept), facts.type);
  END IF;
  IF is_replicated THEN
    RAISE EXCEPTION USING ERRCODE = '0A000',
      MESSAGE = format('cannot add column "%s" with a volatile default to a replicated table that has rows',
        column_name),
      HINT = 'Add the column without a default, fill it, then SET DEFAULT.';
  END IF;
  RETURN drover.default_for_nodes(relation, facts.attnum);
END $$;

-- Statements that declare the foreign keys of one table to another on a datanode.
CREATE OR REPLACE FUNCTION drover.foreign_keys_for_nodes(relation oid, referenced oid)
RETURNS text[] LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(
    SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', k.conrelid::regclass, k.conname,
      pg_get_constraintdef(k.oid))
    FROM pg_constraint k
    WHERE k.conrelid = relation AND k.confrelid = referenced AND k.contype = 'f'
    ORDER BY k.conname)
$$;

-- The foreign keys of a table, or those of them to another one, as a datanode declares them: links on
-- the table itself, leaf_links from leaf to leaf. split: as for drover.leaf_spec.
CREATE OR REPLACE FUNCTION drover.links(
  relation oid, referenced oid, has_leaves boolean, split oid[])
RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT json_build_object('table', relation::regclass::text,
    'links', (SELECT coalesce(json_agg(json_build_object(
        'name', k.conname, 'definition', pg_get_constraintdef(k.oid)) ORDER BY k.conname), '[]')
      FROM pg_constraint k
      WHERE k.conrelid = relation AND k.contype = 'f'
        AND (referenced IS NULL OR k.confrelid = referenced)
        AND NOT (has_leaves AND (k.confrelid = relation OR k.confrelid = ANY (split)))),
    'leaf_links', (SELECT coalesce(json_agg(f), '[]')
      FROM json_array_elements(drover.leaf_spec(relation, split)->'foreign_keys') f
      WHERE has_leaves
        AND (referenced IS NULL OR f->>'referenced' = referenced::regclass::text)))
$$;

-- Starts the sequences again that belong to columns of these tables.
CREATE OR REPLACE FUNCTION drover.restart_identity(relations oid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  owned regclass;
BEGIN
  FOR owned IN
    SELECT s.oid::regclass FROM pg_depend d JOIN pg_class s ON s.oid = d.objid AND s.relkind = 'S'
    WHERE d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass
      AND d.refobjid = ANY (relations) AND d.refobjsubid > 0 AND d.deptype IN ('a', 'i')
  LOOP
    EXECUTE format('ALTER SEQUENCE %s RESTART', owned);
  END LOOP;
END $$;
