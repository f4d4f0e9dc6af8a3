-- The catalog node's metadata as releases of format 1 made it first.
-- Drover's metadata on the catalog node. Run as the superuser "drover"; may be run again at any time.
-- What is stored here is frozen under drover.format.version: a coordinator refuses another number.

CREATE SCHEMA IF NOT EXISTS drover AUTHORIZATION drover;
GRANT USAGE ON SCHEMA drover TO PUBLIC;

CREATE TABLE IF NOT EXISTS drover.format (
  one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  version integer NOT NULL
);
INSERT INTO drover.format (version) VALUES (1) ON CONFLICT DO NOTHING;

-- Raised by every change of the schema, of a shard map or of a node.
CREATE TABLE IF NOT EXISTS drover.catalog_version (
  one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  version bigint NOT NULL
);
INSERT INTO drover.catalog_version (version) VALUES (1) ON CONFLICT DO NOTHING;

-- Neither kind of number is ever used twice: old names cannot meet new objects.
CREATE SEQUENCE IF NOT EXISTS drover.node_id AS integer;
CREATE SEQUENCE IF NOT EXISTS drover.distribution_id AS integer;
CREATE SEQUENCE IF NOT EXISTS drover.colocation_group_id AS integer;

-- Node 0 is the catalog node.
CREATE TABLE IF NOT EXISTS drover.nodes (
  id integer PRIMARY KEY,
  name text NOT NULL UNIQUE,
  host text NOT NULL,
  port integer NOT NULL CHECK (port BETWEEN 1 AND 65535),
  socket_directory text NOT NULL DEFAULT '',
  is_primary boolean NOT NULL DEFAULT false,
  is_preferred boolean NOT NULL DEFAULT false
);
CREATE UNIQUE INDEX IF NOT EXISTS nodes_one_primary ON drover.nodes (is_primary) WHERE is_primary;

CREATE TABLE IF NOT EXISTS drover.node_groups (
  id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL UNIQUE,
  nodes integer[] NOT NULL
);

-- slots[r + 1] is the node that holds remainder r. One group serves all tables of a node list.
CREATE TABLE IF NOT EXISTS drover.colocation_groups (
  id integer PRIMARY KEY,
  modulus integer NOT NULL,
  nodes integer[] NOT NULL,
  slots integer[] NOT NULL CHECK (cardinality(slots) = modulus),
  UNIQUE (nodes, modulus)
);

-- kind: H hash, M modulo, R replicated, N round robin. The relation is the catalog node's.
CREATE TABLE IF NOT EXISTS drover.distributions (
  distribution_id integer PRIMARY KEY,
  relid oid NOT NULL UNIQUE,
  kind "char" NOT NULL CHECK (kind IN ('H', 'M', 'R', 'N')),
  key_attributes smallint[] NOT NULL,
  colocation_group integer REFERENCES drover.colocation_groups,
  nodes integer[] NOT NULL,
  primary_node integer,
  leaf_name text NOT NULL,
  provisional boolean NOT NULL,
  CHECK ((kind IN ('H', 'M')) = (colocation_group IS NOT NULL)),
  CHECK ((kind = 'R') = (primary_node IS NOT NULL))
);

-- The group of a node list, made with the proposed slots when there is none yet.
CREATE OR REPLACE FUNCTION drover.colocation_group(
  wanted_nodes integer[], wanted_modulus integer, proposed_slots integer[])
RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  found_id integer;
BEGIN
  SELECT g.id INTO found_id FROM drover.colocation_groups g
    WHERE g.nodes = wanted_nodes AND g.modulus = wanted_modulus;
  IF found_id IS NULL THEN
    found_id := nextval('drover.colocation_group_id');
    INSERT INTO drover.colocation_groups (id, modulus, nodes, slots)
      VALUES (found_id, wanted_modulus, wanted_nodes, proposed_slots);
  END IF;
  RETURN found_id;
END $$;
REVOKE EXECUTE ON FUNCTION drover.colocation_group(integer[], integer, integer[]) FROM PUBLIC;

-- Rows of distributed tables live on datanodes: a statement that arrives here is a defect.
CREATE OR REPLACE FUNCTION drover.refuse_local_write() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'XX000',
    MESSAGE = format('%s on distributed table "%s" reached the catalog node', TG_OP, TG_TABLE_NAME);
END $$;

-- Guards a new distributed table against local writes; the trigger is marked internal, so that \d
-- does not show it and DISABLE TRIGGER USER does not reach it.
CREATE OR REPLACE FUNCTION drover.guard(guarded regclass) RETURNS oid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  IF NOT (SELECT pg_has_role(session_user, c.relowner, 'MEMBER') FROM pg_class c
          WHERE c.oid = guarded) THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('must be owner of table %s', guarded);
  END IF;
  EXECUTE format(
    'CREATE TRIGGER drover_guard BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s'
    ' FOR EACH STATEMENT EXECUTE FUNCTION drover.refuse_local_write()', guarded);
  UPDATE pg_trigger SET tgisinternal = true WHERE tgrelid = guarded AND tgname = 'drover_guard';
  RETURN guarded::oid;
END $$;
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

-- Statements that make a table, its constraints and indexes on a datanode, and the leaves' spec.
-- partition_by: the PARTITION BY clause, empty for a plain table; split: as for drover.leaf_spec.
CREATE OR REPLACE FUNCTION drover.table_for_nodes(
  relation oid, partition_by text, split oid[])
RETURNS json LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  has_leaves boolean := partition_by <> '';
  facts record;
  statements text[];
BEGIN
  SELECT c.oid::regclass::text AS name, c.relpersistence = 'u' AS unlogged,
      pg_get_userbyid(c.relowner) AS owner, c.relreplident AS identity,
      drover.option_list(drover.storage_options(c.oid)) AS options,
      (SELECT s.spcname FROM pg_tablespace s WHERE s.oid = c.reltablespace) AS space,
      (SELECT m.amname FROM pg_am m WHERE m.oid = c.relam) AS method
    INTO STRICT facts FROM pg_class c WHERE c.oid = relation;
  statements := ARRAY[format('CREATE %sTABLE %s (%s) %s%s%s%s',
    CASE WHEN facts.unlogged AND NOT has_leaves THEN 'UNLOGGED ' ELSE '' END,
    facts.name,
    (SELECT string_agg(drover.column_for_nodes(relation, a.attnum), ', ' ORDER BY a.attnum)
      FROM pg_attribute a WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped),
    partition_by,
    CASE WHEN facts.method <> 'heap' AND NOT has_leaves THEN ' USING ' || quote_ident(facts.method)
      ELSE '' END,
    CASE WHEN facts.options IS NOT NULL AND NOT has_leaves THEN ' WITH (' || facts.options || ')'
      ELSE '' END,
    coalesce(' TABLESPACE ' || quote_ident(facts.space), ''))];
  statements := statements || ARRAY(
    SELECT format('ALTER TABLE %s ADD CONSTRAINT %I %s', facts.name, k.conname,
      CASE WHEN has_leaves AND k.contype = 'c' THEN
        regexp_replace(pg_get_constraintdef(k.oid), ' NO INHERIT\M', '')
      ELSE pg_get_constraintdef(k.oid) END)
    FROM pg_constraint k
    WHERE k.conrelid = relation AND k.contype IN ('c', 'p', 'u', 'f', 'x')
      AND NOT (k.contype = 'f' AND has_leaves
        AND (k.confrelid = relation OR k.confrelid = ANY (split)))
      AND NOT (k.contype = 'x' AND has_leaves)
    ORDER BY strpos('cpuxf', k.contype::text), k.conname);
  statements := statements || ARRAY(
    SELECT pg_get_indexdef(i.indexrelid) FROM pg_index i
    WHERE i.indrelid = relation
      AND NOT EXISTS (SELECT FROM pg_constraint k
        WHERE k.conindid = i.indexrelid AND k.conrelid = relation AND k.contype IN ('p', 'u', 'x'))
    ORDER BY i.indexrelid);
  statements := statements || ARRAY(
    SELECT pg_get_statisticsobjdef(s.oid) FROM pg_statistic_ext s
    WHERE s.stxrelid = relation ORDER BY s.oid);
  statements := statements || drover.column_settings(relation);
  IF facts.identity = 'i' AND NOT has_leaves THEN
    statements := statements || (
      SELECT format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', facts.name, x.relname)
      FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      WHERE i.indrelid = relation AND i.indisreplident);
  ELSIF facts.identity <> 'd' AND NOT has_leaves THEN
    statements := statements || format('ALTER TABLE %s REPLICA IDENTITY %s', facts.name,
      CASE facts.identity WHEN 'f' THEN 'FULL' ELSE 'NOTHING' END);
  END IF;
  statements := statements || drover.grants(relation);
  RETURN json_build_object('table', facts.name, 'owner', facts.owner, 'statements', statements,
    'spec', drover.leaf_spec(relation, split));
END $$;

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
  identity "char", generated boolean)
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
    CASE WHEN a.attgenerated = '' THEN pg_get_expr(d.adbin, d.adrelid) END,
    a.attidentity, a.attgenerated <> ''
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

-- Users' routines with what can be read of their bodies. For an aggregate that is the names of its
-- support functions.
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
  WHERE n.nspname NOT IN ('pg_catalog', 'information_schema', 'drover')
$$;
-- What users read of the metadata. The names that Postgres-XC gave live in pg_catalog, so that they
-- are found under any search_path; views there are not dumped by pg_dump, and this file makes them.

CREATE OR REPLACE VIEW drover.tables AS
  SELECT n.nspname AS table_schema, c.relname AS table_name,
    CASE d.kind WHEN 'R' THEN 'REPLICATION' WHEN 'N' THEN 'ROUND ROBIN' ELSE
      CASE d.kind WHEN 'H' THEN 'HASH' ELSE 'MODULO' END || '(' || (
        SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
        FROM unnest(d.key_attributes) WITH ORDINALITY k(attribute, position)
          JOIN pg_attribute a ON a.attrelid = d.relid AND a.attnum = k.attribute) || ')'
    END AS distribution,
    CASE WHEN d.nodes @> ARRAY(SELECT id FROM drover.nodes WHERE id > 0) THEN 'ALL DATANODES'
      ELSE (SELECT string_agg(m.name, ', ' ORDER BY m.id)
        FROM drover.nodes m WHERE m.id = ANY (d.nodes)) END AS nodes,
    d.provisional AS chosen_by_default
  FROM drover.distributions d
    JOIN pg_class c ON c.oid = d.relid
    JOIN pg_namespace n ON n.oid = c.relnamespace;

CREATE OR REPLACE VIEW drover.shards AS
  SELECT n.nspname AS table_schema, c.relname AS table_name, (s.position - 1)::integer AS slot,
    m.name AS node, format('%I.%I', 'drover$' || (s.position - 1), d.leaf_name) AS leaf
  FROM drover.distributions d
    JOIN pg_class c ON c.oid = d.relid
    JOIN pg_namespace n ON n.oid = c.relnamespace
    JOIN drover.colocation_groups g ON g.id = d.colocation_group,
    unnest(g.slots) WITH ORDINALITY s(node_id, position)
    JOIN drover.nodes m ON m.id = s.node_id;

GRANT SELECT ON drover.tables, drover.shards TO PUBLIC;

SET allow_system_table_mods = on;

CREATE OR REPLACE VIEW pg_catalog.pgxc_node AS
  SELECT id::oid AS oid, name::name AS node_name, 'D'::"char" AS node_type, port AS node_port,
    host::name AS node_host, is_primary AS nodeis_primary, is_preferred AS nodeis_preferred,
    hashname(name::name) AS node_id
  FROM drover.nodes WHERE id > 0;

CREATE OR REPLACE VIEW pg_catalog.pgxc_group AS
  SELECT id::oid AS oid, name::name AS group_name,
    array_to_string(nodes, ' ')::oidvector AS group_members
  FROM drover.node_groups;

CREATE OR REPLACE VIEW pg_catalog.pgxc_class AS
  SELECT d.relid AS pcrelid, d.kind AS pclocatortype,
    coalesce(d.key_attributes[1], 0)::smallint AS pcattnum,
    CASE WHEN d.kind IN ('H', 'M') THEN 1 ELSE 0 END::smallint AS pchashalgorithm,
    coalesce(g.modulus, 0)::smallint AS pchashbuckets,
    array_to_string(d.nodes, ' ')::oidvector AS nodeoids
  FROM drover.distributions d LEFT JOIN drover.colocation_groups g ON g.id = d.colocation_group;

GRANT SELECT ON pg_catalog.pgxc_node, pg_catalog.pgxc_group, pg_catalog.pgxc_class TO PUBLIC;

RESET allow_system_table_mods;
