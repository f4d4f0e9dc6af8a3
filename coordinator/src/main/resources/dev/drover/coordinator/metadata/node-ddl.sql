-- What a datanode needs to hold Drover's tables. Run as the superuser "drover"; may be run again at
-- any time. All but two functions run as the caller: leaves are made and changed with the rights of
-- the table's owner, so that a superuser never evaluates an expression that a user has written.
-- PostgreSQL asks the owner of a partitioned table for CREATE on the schema of each leaf when an
-- index is made, hence that right for everybody on the slots' schemas, whose names nobody searches.

CREATE SCHEMA IF NOT EXISTS drover AUTHORIZATION drover;
GRANT USAGE ON SCHEMA drover TO PUBLIC;

-- The number under which the catalog node knows this server, and whose catalog node that is.
CREATE TABLE IF NOT EXISTS drover.this_node (
  one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  id integer NOT NULL
);
ALTER TABLE drover.this_node ADD COLUMN IF NOT EXISTS cluster uuid;
GRANT SELECT ON drover.this_node TO PUBLIC;

-- Stands in for a sequence: the coordinator supplies the value, or the statement fails.
CREATE OR REPLACE FUNCTION drover.no_value(column_name text) RETURNS text
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'XX000',
    MESSAGE = format('no value for column %s reached the datanode', column_name);
END $$;

-- Tells the coordinator that the statement has its snapshot: messages of this level reach every
-- client, whatever its settings.
CREATE OR REPLACE FUNCTION drover.begun() RETURNS boolean
LANGUAGE plpgsql VOLATILE AS $$
BEGIN
  RAISE INFO USING ERRCODE = 'DR002', MESSAGE = 'begun';
  RETURN true;
END $$;

-- Numbers the rows of a table in a column that was just added; returns how many there are. Copies of
-- one table must get the same numbers: there rows are taken in the order of their texts, and rows
-- of equal texts are the same to everybody.
CREATE OR REPLACE FUNCTION drover.number_rows(
  relation regclass, column_name name, first bigint, step bigint, is_copy boolean)
RETURNS bigint LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  row_count bigint;
BEGIN
  EXECUTE format('UPDATE %1$s AS drover_row SET %2$I = drover_number.number FROM ('
      'SELECT drover_row.tableoid AS leaf, drover_row.ctid AS place,'
      ' $1 + (row_number() OVER (%3$s) - 1) * $2 AS number FROM %1$s AS drover_row) AS drover_number'
      ' WHERE drover_row.ctid = drover_number.place AND drover_row.tableoid = drover_number.leaf',
    relation, column_name,
    CASE WHEN is_copy THEN 'ORDER BY CAST(drover_row AS text) COLLATE "C"' ELSE '' END)
    USING first, step;
  GET DIAGNOSTICS row_count = ROW_COUNT;
  RETURN row_count;
END $$;

-- Name of a leaf's index or constraint. Also written in Java, in LeafNames: keep them equal.
CREATE OR REPLACE FUNCTION drover.leaf_object_name(object_name text, distribution text)
RETURNS text LANGUAGE plpgsql IMMUTABLE STRICT SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  suffix text := '$' || distribution;
  clipped text := object_name;
BEGIN
  IF octet_length(object_name) + length(suffix) <= 63 THEN
    RETURN object_name || suffix;
  END IF;
  suffix := '~' || left(md5(object_name), 6) || suffix;
  WHILE octet_length(clipped) + length(suffix) > 63 LOOP
    clipped := left(clipped, -1);
  END LOOP;
  RETURN clipped || suffix;
END $$;

-- Makes the schemas of slots. Runs as drover: users may not create schemas.
CREATE OR REPLACE FUNCTION drover.ensure_slots(slots integer[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  slot integer;
BEGIN
  FOREACH slot IN ARRAY slots LOOP
    IF slot NOT BETWEEN 0 AND 1023 THEN
      RAISE EXCEPTION USING ERRCODE = '22023', MESSAGE = format('invalid slot %s', slot);
    END IF;
    IF to_regnamespace(format('%I', 'drover$' || slot)) IS NULL THEN
      EXECUTE format('CREATE SCHEMA %I AUTHORIZATION drover', 'drover$' || slot);
      EXECUTE format('GRANT USAGE, CREATE ON SCHEMA %I TO PUBLIC', 'drover$' || slot);
    END IF;
  END LOOP;
END $$;

-- The leaves of a table on this node.
CREATE OR REPLACE FUNCTION drover.leaves(parent regclass)
RETURNS TABLE (leaf oid, leaf_schema name, leaf_name name, distribution text)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.oid, n.nspname, c.relname, substring(c.relname FROM '\$(\d+)$')
  FROM pg_inherits i
    JOIN pg_class c ON c.oid = i.inhrelid
    JOIN pg_namespace n ON n.oid = c.relnamespace
  WHERE i.inhparent = parent AND n.nspname ~ '^drover\$\d+$'
  ORDER BY length(n.nspname), n.nspname
$$;

-- Makes the leaves of some slots, with the rights of the caller, who must own the parent.
CREATE OR REPLACE FUNCTION drover.make_leaves(
  parent regclass, leaf_name text, modulus integer, slots integer[], unlogged boolean DEFAULT false)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  slot integer;
BEGIN
  PERFORM drover.ensure_slots(slots);
  FOREACH slot IN ARRAY slots LOOP
    EXECUTE format('CREATE %sTABLE %I.%I PARTITION OF %s FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
      CASE WHEN unlogged THEN 'UNLOGGED ' ELSE '' END,
      'drover$' || slot, leaf_name, parent, modulus, slot);
  END LOOP;
END $$;

-- Runs statements that the catalog node has written.
CREATE OR REPLACE FUNCTION drover.run(statements text[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  statement text;
BEGIN
  FOREACH statement IN ARRAY statements LOOP
    EXECUTE statement;
  END LOOP;
END $$;

-- A copy of a table that holds no rows on this node, because its node list leaves this node out.
CREATE OR REPLACE FUNCTION drover.refuse_foreign_rows() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = 'XX000',
    MESSAGE = format('%s on table "%s" reached a node that does not hold it', TG_OP, TG_TABLE_NAME);
END $$;

-- Guards a plain table that holds no rows on this node.
CREATE OR REPLACE FUNCTION drover.guard_foreign_rows(guarded regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('CREATE TRIGGER drover_guard BEFORE INSERT OR UPDATE OR DELETE ON %s'
    ' FOR EACH STATEMENT EXECUTE FUNCTION drover.refuse_foreign_rows()', guarded);
END $$;

-- Makes a table as described by drover.table_for_nodes of the catalog node.
-- slots: node of each remainder, or empty for a table without leaves; nodes: who holds rows.
CREATE OR REPLACE FUNCTION drover.create_table(
  description json, leaf_name text, slots integer[], nodes integer[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM drover.begin_table(description, leaf_name, slots, nodes);
  PERFORM drover.finish_table(description);
END $$;

-- The table without what is cheaper to add when it has rows, and its leaves.
CREATE OR REPLACE FUNCTION drover.begin_table(
  description json, leaf_name text, slots integer[], nodes integer[])
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  this_id integer := (SELECT id FROM drover.this_node);
  made regclass;
BEGIN
  PERFORM drover.run(ARRAY(SELECT json_array_elements_text(description->'statements')));
  made := (description->>'table')::regclass;
  IF cardinality(slots) > 0 THEN
    PERFORM drover.make_leaves(made, leaf_name, cardinality(slots),
      ARRAY(SELECT (s.position - 1)::integer
        FROM unnest(slots) WITH ORDINALITY s(node, position) WHERE s.node = this_id),
      (description->'spec'->>'unlogged')::boolean);
  ELSIF this_id <> ALL (nodes) THEN
    PERFORM drover.guard_foreign_rows(made);
  END IF;
END $$;

-- Its constraints, indexes, owner and grants.
CREATE OR REPLACE FUNCTION drover.finish_table(description json) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  made regclass := (description->>'table')::regclass;
BEGIN
  PERFORM drover.run(ARRAY(SELECT json_array_elements_text(description->'later')));
  PERFORM drover.align(made, description->'spec');
  IF (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = made)
      <> description->>'owner' THEN
    EXECUTE format('ALTER TABLE %s OWNER TO %I', made, description->>'owner');
  END IF;
  PERFORM drover.align_grants(made);
END $$;

-- Gives each leaf the owner and the grants of its parent. Runs as drover, because whoever may grant on the parent
-- need not own it; it changes nothing else.
CREATE OR REPLACE FUNCTION drover.align_grants(parent regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  branch record;
  statement text;
  wanted text[] := drover.grants(parent, parent);
  owner oid := (SELECT c.relowner FROM pg_class c WHERE c.oid = parent);
BEGIN
  FOR branch IN SELECT l.leaf, format('%I.%I', l.leaf_schema, l.leaf_name) AS name
      FROM drover.leaves(parent) l LOOP
    IF (SELECT c.relowner <> owner FROM pg_class c WHERE c.oid = branch.leaf) THEN
      EXECUTE format('ALTER TABLE %s OWNER TO %I', branch.name, pg_get_userbyid(owner));
    END IF;
    CONTINUE WHEN drover.grants(branch.leaf, parent) = wanted;
    FOR statement IN
      SELECT DISTINCT format('REVOKE ALL ON %s FROM %s CASCADE', branch.name,
        CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END)
      FROM pg_class c, aclexplode(c.relacl) x WHERE c.oid = branch.leaf
      UNION
      SELECT DISTINCT format('REVOKE ALL (%I) ON %s FROM %s CASCADE', a.attname, branch.name,
        CASE x.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(x.grantee)) END)
      FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = branch.leaf
    LOOP
      EXECUTE statement;
    END LOOP;
    FOREACH statement IN ARRAY wanted LOOP
      EXECUTE replace(statement, ' ON ' || parent || ' TO ', ' ON ' || branch.name || ' TO ');
    END LOOP;
  END LOOP;
END $$;

-- Everybody's rights on a table and its columns as GRANT statements that name another table.
CREATE OR REPLACE FUNCTION drover.grants(relation oid, named regclass) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(
    SELECT DISTINCT format('GRANT %s%s ON %s TO %s%s', g.privilege_type, g.columns, named,
      CASE g.grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(g.grantee)) END,
      CASE WHEN g.is_grantable THEN ' WITH GRANT OPTION' ELSE '' END) AS statement
    FROM (
      SELECT x.privilege_type, '' AS columns, x.grantee, x.is_grantable
      FROM pg_class c, aclexplode(coalesce(c.relacl, acldefault('r', c.relowner))) x
      WHERE c.oid = relation
      UNION ALL
      SELECT x.privilege_type, format(' (%I)', a.attname), x.grantee, x.is_grantable
      FROM pg_attribute a, aclexplode(a.attacl) x WHERE a.attrelid = relation AND NOT a.attisdropped
    ) g ORDER BY statement)
$$;

-- Gives every leaf on this node its parent's grants.
CREATE OR REPLACE FUNCTION drover.align_all_grants() RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT drover.align_grants(c.oid) FROM pg_class c
  WHERE c.relkind = 'p' AND EXISTS (SELECT FROM drover.leaves(c.oid))
$$;

-- Makes the leaves of a table like the catalog node's spec of it. Runs as the caller.
CREATE OR REPLACE FUNCTION drover.align(parent regclass, spec json) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  branch record;
BEGIN
  PERFORM drover.require_same_indexes(parent, spec);
  FOR branch IN SELECT l.leaf, l.leaf_schema, format('%I.%I', l.leaf_schema, l.leaf_name) AS name,
      l.distribution FROM drover.leaves(parent) l LOOP
    PERFORM drover.align_indexes(branch.leaf, branch.distribution);
    PERFORM drover.align_storage(branch.leaf, branch.name, branch.distribution, spec);
    PERFORM drover.align_exclusions(branch.leaf, branch.name, branch.distribution, spec);
    PERFORM drover.align_foreign_keys(
      branch.leaf, branch.name, branch.leaf_schema, branch.distribution, spec);
  END LOOP;
  PERFORM drover.end_following(parent);
END $$;

-- Names that PostgreSQL chose could differ between servers; then nothing may be committed.
CREATE OR REPLACE FUNCTION drover.require_same_indexes(parent regclass, spec json) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  here text[] := ARRAY(SELECT x.relname::text FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indrelid = parent AND NOT i.indisexclusion ORDER BY x.relname);
  wanted text[] := ARRAY(SELECT json_array_elements_text(spec->'indexes'));
BEGIN
  IF here <> wanted THEN
    RAISE EXCEPTION USING ERRCODE = 'XX000',
      MESSAGE = format('indexes of table %s differ from the catalog node', parent),
      DETAIL = format('Here: %s. Catalog node: %s.', here, wanted),
      HINT = 'Give the index or constraint a name of its own.';
  END IF;
END $$;

-- Index names of one leaf follow the parent's.
CREATE OR REPLACE FUNCTION drover.align_indexes(leaf oid, distribution text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  renaming record;
BEGIN
  FOR renaming IN
    SELECT x.oid::regclass AS name, drover.leaf_object_name(p.relname, distribution) AS wanted
    FROM pg_index i
      JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_inherits h ON h.inhrelid = x.oid
      JOIN pg_class p ON p.oid = h.inhparent
    WHERE i.indrelid = leaf AND x.relname <> drover.leaf_object_name(p.relname, distribution)
  LOOP
    EXECUTE format('ALTER INDEX %s RENAME TO %I', renaming.name, renaming.wanted);
  END LOOP;
END $$;

-- The same for an index that was renamed.
CREATE OR REPLACE FUNCTION drover.align_index(index_name regclass) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT drover.align_indexes(l.leaf, l.distribution)
  FROM pg_index i, drover.leaves(i.indrelid) l WHERE i.indexrelid = index_name
$$;

-- Options of an index; those of a table with leaves are its leaves'.
CREATE OR REPLACE FUNCTION drover.alter_index(index_name regclass, changes text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  part regclass;
BEGIN
  FOR part IN
    SELECT i.inhrelid FROM pg_inherits i WHERE i.inhparent = index_name
    UNION ALL
    SELECT c.oid FROM pg_class c WHERE c.oid = index_name AND c.relkind = 'i'
  LOOP
    EXECUTE format('ALTER INDEX %s %s', part, changes);
  END LOOP;
END $$;

-- Storage parameters, logging and replica identity, none of which a leaf inherits.
CREATE OR REPLACE FUNCTION drover.align_storage(
  leaf oid, leaf_name text, distribution text, spec json)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  facts record;
  option_now text[];
  option_wanted text[] := ARRAY(SELECT json_array_elements_text(spec->'options'));
  identity_wanted text := spec->>'replica_identity';
BEGIN
  SELECT c.relpersistence = 'u' AS unlogged, c.relreplident AS identity, x.relname AS index_name
    INTO STRICT facts
    FROM pg_class c LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisreplident
      LEFT JOIN pg_class x ON x.oid = i.indexrelid
    WHERE c.oid = leaf;
  IF facts.unlogged <> (spec->>'unlogged')::boolean THEN
    EXECUTE format('ALTER TABLE %s SET %s', leaf_name,
      CASE WHEN facts.unlogged THEN 'LOGGED' ELSE 'UNLOGGED' END);
  END IF;
  option_now := ARRAY(
    SELECT o FROM pg_class c, unnest(c.reloptions) o WHERE c.oid = leaf
    UNION ALL
    SELECT 'toast.' || o FROM pg_class c JOIN pg_class x ON x.oid = c.reltoastrelid,
      unnest(x.reloptions) o WHERE c.oid = leaf);
  IF option_now <> option_wanted THEN
    IF cardinality(option_now) > 0 THEN
      EXECUTE format('ALTER TABLE %s RESET (%s)', leaf_name,
        (SELECT string_agg(split_part(o, '=', 1), ', ') FROM unnest(option_now) o));
    END IF;
    IF cardinality(option_wanted) > 0 THEN
      EXECUTE format('ALTER TABLE %s SET (%s)', leaf_name,
        (SELECT string_agg(format('%s = %L', split_part(o, '=', 1), substr(o, strpos(o, '=') + 1)),
          ', ') FROM unnest(option_wanted) o));
    END IF;
  END IF;
  IF identity_wanted = 'i' THEN
    IF facts.index_name IS DISTINCT FROM
        drover.leaf_object_name(spec->>'replica_index', distribution) THEN
      EXECUTE format('ALTER TABLE %s REPLICA IDENTITY USING INDEX %I', leaf_name,
        drover.leaf_object_name(spec->>'replica_index', distribution));
    END IF;
  ELSIF facts.identity::text <> identity_wanted AND NOT (facts.identity = 'f' AND EXISTS (
      SELECT FROM pg_trigger t WHERE t.tgrelid = leaf AND t.tgname = 'drover_moving')) THEN
    -- Where a move follows it, rows are told whole until that ends.
    EXECUTE format('ALTER TABLE %s REPLICA IDENTITY %s', leaf_name,
      CASE identity_wanted WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE 'DEFAULT' END);
  END IF;
END $$;

-- Exclusion constraints contain the distribution key with =, so that each leaf enforces its part.
CREATE OR REPLACE FUNCTION drover.align_exclusions(
  leaf oid, leaf_name text, distribution text, spec json)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  missing record;
  surplus name;
BEGIN
  FOR surplus IN
    SELECT k.conname FROM pg_constraint k
    WHERE k.conrelid = leaf AND k.contype = 'x' AND NOT EXISTS (
      SELECT FROM json_array_elements(spec->'exclusions') w
      WHERE k.conname = drover.leaf_object_name(w->>'name', distribution)
        AND pg_get_constraintdef(k.oid) = w->>'definition')
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', leaf_name, surplus);
  END LOOP;
  FOR missing IN
    SELECT drover.leaf_object_name(w->>'name', distribution) AS name,
      w->>'definition' AS definition
    FROM json_array_elements(spec->'exclusions') w
    WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = leaf
      AND k.conname = drover.leaf_object_name(w->>'name', distribution))
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s',
      leaf_name, missing.name, missing.definition);
  END LOOP;
END $$;

-- Foreign keys between tables that lie together slot by slot are declared from leaf to leaf.
CREATE OR REPLACE FUNCTION drover.align_foreign_keys(
  this_leaf oid, leaf_name text, slot_schema name, distribution text, spec json)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted record;
  existing record;
  surplus name;
  definition text;
  kept name[] := '{}';
BEGIN
  FOR wanted IN
    SELECT drover.leaf_object_name(w->>'name', distribution)::name AS name, w->>'head' AS head,
      (w->>'referenced')::regclass AS referenced, w->>'tail' AS tail
    FROM json_array_elements(spec->'foreign_keys') w
  LOOP
    SELECT wanted.head || l.leaf::regclass || wanted.tail INTO STRICT definition
      FROM drover.leaves(wanted.referenced) l WHERE l.leaf_schema = slot_schema;
    SELECT k.conname, pg_get_constraintdef(k.oid) AS definition INTO existing
      FROM pg_constraint k
      WHERE k.conrelid = this_leaf AND k.contype = 'f' AND k.conparentid = 0
        AND k.conname <> ALL (kept)
        AND pg_get_constraintdef(k.oid) IN (definition, definition || ' NOT VALID')
      ORDER BY k.conname <> wanted.name LIMIT 1;
    IF existing.conname IS NULL THEN
      IF EXISTS (SELECT FROM pg_constraint k
          WHERE k.conrelid = this_leaf AND k.conname = wanted.name) THEN
        EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', leaf_name, wanted.name);
      END IF;
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', leaf_name, wanted.name, definition);
    ELSIF existing.conname <> wanted.name THEN
      EXECUTE format('ALTER TABLE %s RENAME CONSTRAINT %I TO %I',
        leaf_name, existing.conname, wanted.name);
    END IF;
    IF existing.definition <> definition THEN
      EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', leaf_name, wanted.name);
    END IF;
    kept := kept || wanted.name;
  END LOOP;
  FOR surplus IN
    SELECT k.conname FROM pg_constraint k
    WHERE k.conrelid = this_leaf AND k.contype = 'f' AND k.conparentid = 0
      AND k.conname <> ALL (kept)
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', leaf_name, surplus);
  END LOOP;
END $$;

-- Before a table is made anew on this node: raises if it has rows. The lock stays until the end of
-- the transaction; under a snapshot older than the lock only an empty file proves anything.
CREATE OR REPLACE FUNCTION drover.require_empty(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  has_rows boolean;
BEGIN
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', relation);
  EXECUTE format('SELECT EXISTS (SELECT FROM %s)', relation) INTO has_rows;
  IF NOT has_rows AND current_setting('transaction_isolation') <> 'read committed' THEN
    has_rows := pg_relation_size(relation) > 0 OR EXISTS (
      SELECT FROM drover.leaves(relation) l WHERE pg_relation_size(l.leaf) > 0);
  END IF;
  IF has_rows THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('table %s has rows', relation);
  END IF;
END $$;

-- Orders the writers of replicated tables. LOCK TABLE itself asks for rights on the whole table,
-- which whoever may write some columns need not have; who may do nothing is told so by the statement.
CREATE OR REPLACE FUNCTION drover.lock_replicated(names text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  acting name := CASE current_setting('role') WHEN 'none' THEN session_user
    ELSE current_setting('role') END;
  locked text;
BEGIN
  IF current_setting('transaction_read_only')::boolean THEN
    RETURN;
  END IF;
  FOREACH locked IN ARRAY names LOOP
    IF has_any_column_privilege(acting, locked, 'SELECT, INSERT, UPDATE')
        OR has_table_privilege(acting, locked, 'DELETE') THEN
      EXECUTE format('LOCK TABLE ONLY %s IN SHARE ROW EXCLUSIVE MODE', locked);
    END IF;
  END LOOP;
END $$;
