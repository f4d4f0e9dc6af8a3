-- How a datanode takes part when the distribution of a table that has rows is changed: the table
-- gets another name, a new one is made in its place, the rows go over, the old one is dropped.

-- Raises unless whoever calls owns the table.
CREATE OR REPLACE FUNCTION drover.require_owner(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  acting name := CASE current_setting('role') WHEN 'none' THEN session_user
    ELSE current_setting('role') END;
BEGIN
  IF NOT (SELECT pg_has_role(acting, c.relowner, 'USAGE') FROM pg_class c WHERE c.oid = relation) THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('must be owner of table %s',
      (SELECT c.relname FROM pg_class c WHERE c.oid = relation));
  END IF;
END $$;

-- Foreign keys of other tables to this one and its leaves.
CREATE OR REPLACE FUNCTION drover.references_to(relation regclass)
RETURNS TABLE (id oid, name name, holder regclass, table_of_holder regclass)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH own AS (
    SELECT relation::oid AS id UNION ALL SELECT l.leaf FROM drover.leaves(relation) l)
  SELECT k.oid, k.conname, k.conrelid::regclass, coalesce(i.inhparent, k.conrelid)::regclass
  FROM pg_constraint k LEFT JOIN pg_inherits i ON i.inhrelid = k.conrelid
  WHERE k.contype = 'f' AND k.conparentid = 0
    AND k.confrelid IN (SELECT o.id FROM own o) AND k.conrelid NOT IN (SELECT o.id FROM own o)
  ORDER BY k.conrelid, k.conname
$$;

-- Views and routines that hold the table by its OID.
CREATE OR REPLACE FUNCTION drover.dependents(relation regclass)
RETURNS TABLE (class oid, id oid)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT DISTINCT 'pg_class'::regclass::oid, r.ev_class
  FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
  WHERE d.classid = 'pg_rewrite'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = relation AND r.ev_class <> relation
  UNION ALL
  SELECT DISTINCT d.classid, d.objid FROM pg_depend d
  WHERE d.classid = 'pg_proc'::regclass AND d.refclassid = 'pg_class'::regclass
    AND d.refobjid = relation
  ORDER BY 1, 2
$$;

-- Locks what will be changed against everybody: views first, as their readers do, then tables that
-- reference this one, as their writers do, then itself and what it references, since its foreign keys
-- will be dropped. The way to lock a view without its tables is to alter it.
CREATE OR REPLACE FUNCTION drover.lock_to_rebuild(relation regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  held record;
BEGIN
  PERFORM drover.require_owner(relation);
  FOR held IN
    SELECT d.id::regclass AS name, pg_get_userbyid(c.relowner) AS owner
    FROM drover.dependents(relation) d JOIN pg_class c ON c.oid = d.id
    WHERE d.class = 'pg_class'::regclass
  LOOP
    EXECUTE format('ALTER VIEW %s OWNER TO %I', held.name, held.owner);
  END LOOP;
  FOR held IN SELECT DISTINCT r.table_of_holder AS name FROM drover.references_to(relation) r
      ORDER BY 1 LOOP
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', held.name);
  END LOOP;
  EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', relation);
  FOR held IN
    SELECT DISTINCT k.confrelid::regclass AS name FROM pg_constraint k
    WHERE k.contype = 'f' AND k.conparentid = 0 AND (k.conrelid = relation
      OR k.conrelid IN (SELECT l.leaf FROM drover.leaves(relation) l)) ORDER BY 1
  LOOP
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', held.name);
  END LOOP;
END $$;

-- Drops the foreign keys of other tables to this one. Runs as the caller.
CREATE OR REPLACE FUNCTION drover.drop_references(relation regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  reference record;
BEGIN
  FOR reference IN SELECT r.name, r.holder FROM drover.references_to(relation) r LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', reference.holder, reference.name);
  END LOOP;
END $$;

-- What makes views and routines over a table mean whatever has its name then.
CREATE OR REPLACE FUNCTION drover.definitions_of_dependents(relation regclass) RETURNS text[]
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT ARRAY(
    SELECT CASE WHEN d.class = 'pg_proc'::regclass THEN pg_get_functiondef(d.id)
      ELSE format('CREATE OR REPLACE VIEW %s%s AS %s', d.id::regclass,
        (SELECT ' WITH (' || string_agg(format('%s = %L', split_part(o, '=', 1),
            substr(o, strpos(o, '=') + 1)), ', ') || ')'
          FROM pg_class c, unnest(c.reloptions) o WHERE c.oid = d.id),
        pg_get_viewdef(d.id))
      END
    FROM drover.dependents(relation) d)
$$;

-- Views and routines over a table come to mean the one that was made in its place; they stay the
-- objects that they are, with their owners, grants and what depends on them. For a moment the old
-- table has its name again, so that PostgreSQL writes the definitions in the words of before. Runs as
-- drover, since whoever owns a table need not own the views over it.
CREATE OR REPLACE FUNCTION drover.take_over_dependents(aside regclass, relation regclass)
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET check_function_bodies = off AS $$
DECLARE
  aside_name name := (SELECT c.relname FROM pg_class c WHERE c.oid = aside);
  own_name name := (SELECT c.relname FROM pg_class c WHERE c.oid = relation);
  definitions text[];
BEGIN
  PERFORM drover.require_owner(aside);
  PERFORM drover.require_owner(relation);
  IF NOT EXISTS (SELECT FROM drover.dependents(aside)) THEN
    RETURN;
  END IF;
  EXECUTE format('ALTER TABLE %s RENAME TO %I', relation, aside_name || '$');
  EXECUTE format('ALTER TABLE %s RENAME TO %I', aside, own_name);
  definitions := drover.definitions_of_dependents(aside);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', aside, aside_name);
  EXECUTE format('ALTER TABLE %s RENAME TO %I', relation, own_name);
  PERFORM drover.run(definitions);
EXCEPTION WHEN invalid_table_definition THEN
  RAISE EXCEPTION USING ERRCODE = '0A000',
    MESSAGE = format('cannot alter the distribution of table "%s" because other objects depend on its row type',
      own_name),
    DETAIL = SQLERRM;
END $$;

-- Raises now what would else be raised when all rows have gone over.
CREATE OR REPLACE FUNCTION drover.require_droppable(aside regclass, shown name) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  aside_name name := (SELECT c.relname FROM pg_class c WHERE c.oid = aside);
  detail text;
BEGIN
  BEGIN
    EXECUTE format('DROP TABLE %s', aside);
    RAISE EXCEPTION USING ERRCODE = 'DR001';
  EXCEPTION
    WHEN SQLSTATE 'DR001' THEN
      RETURN;
    WHEN dependent_objects_still_exist THEN
      GET STACKED DIAGNOSTICS detail = PG_EXCEPTION_DETAIL;
  END;
  RAISE EXCEPTION USING ERRCODE = '0A000',
    MESSAGE = format('cannot alter the distribution of table "%s" because other objects depend on its row type',
      shown),
    DETAIL = replace(detail, aside::text, quote_ident(shown));
END $$;

-- How far the changes that were committed on a source are in the table that a job fills aside.
CREATE TABLE IF NOT EXISTS drover.rewrite_progress (
  job integer,
  source integer,
  commit_lsn bigint NOT NULL,
  change bigint NOT NULL,
  PRIMARY KEY (job, source)
);

-- Constraints and indexes of a table that is filled aside. Foreign keys come when it takes its place:
-- until then they would hold back who changes the tables that they point to. Runs as the owner.
CREATE OR REPLACE FUNCTION drover.build_filled(description json) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM drover.run(ARRAY(SELECT json_array_elements_text(description->'later')));
  PERFORM drover.align((description->>'table')::regclass,
    ((description->'spec')::jsonb || '{"foreign_keys": []}')::json);
END $$;

-- A table whose changes were followed, or a leaf of one, is as it was before. distribution: of a leaf.
CREATE OR REPLACE FUNCTION drover.restore_identity(relation regclass, distribution text, spec json)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted text := spec->>'replica_identity';
BEGIN
  EXECUTE format('DROP TRIGGER drover_moving ON %s', relation);
  IF (SELECT c.relreplident::text <> wanted FROM pg_class c WHERE c.oid = relation) THEN
    EXECUTE format('ALTER TABLE %s REPLICA IDENTITY %s', relation, CASE wanted
      WHEN 'i' THEN format('USING INDEX %I', coalesce(
        drover.leaf_object_name(spec->>'replica_index', distribution), spec->>'replica_index'))
      WHEN 'f' THEN 'FULL' WHEN 'n' THEN 'NOTHING' ELSE 'DEFAULT' END);
  END IF;
END $$;

-- A filled table takes the place of another one, which is dropped: its name and schema, and what views
-- and routines mean. Both are locked. away: a schema that does not exist, for a moment; description: as
-- drover.table_definition has it of the filled table.
CREATE OR REPLACE FUNCTION drover.put_in_place(
  relation regclass, filled regclass, away name, description json)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp
SET check_function_bodies = off AS $$
DECLARE
  own_schema name := (SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = relation);
  own_name name := (SELECT c.relname FROM pg_class c WHERE c.oid = relation);
  definitions text[] := drover.definitions_of_dependents(relation);
BEGIN
  EXECUTE format('CREATE SCHEMA %I', away);
  EXECUTE format('ALTER TABLE %s SET SCHEMA %I', relation, away);
  EXECUTE format('ALTER TABLE %s SET SCHEMA %I', filled, own_schema);
  PERFORM drover.run(definitions);
  PERFORM drover.drop_references(relation);
  PERFORM drover.require_droppable(relation, own_name);
  EXECUTE format('DROP TABLE %s', relation);
  EXECUTE format('DROP SCHEMA %I', away);
  PERFORM drover.run(ARRAY(SELECT json_array_elements_text(description->'statistics')));
EXCEPTION WHEN invalid_table_definition THEN
  RAISE EXCEPTION USING ERRCODE = '0A000',
    MESSAGE = format('cannot alter the distribution of table "%s" because other objects depend on its row type',
      own_name),
    DETAIL = SQLERRM;
END $$;

-- Foreign keys of a table that has just come to its place, or of one that references it, for rows from now
-- on. Those of a partitioned table are its leaves' alone until drover.attach_links. links: as
-- drover.links of the catalog node has them.
CREATE OR REPLACE FUNCTION drover.declare_links(links json) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN SELECT * FROM drover.wanted_links(links) LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', wanted.holder, wanted.name,
      wanted.definition);
  END LOOP;
END $$;

-- One row for each table or leaf that has to have a foreign key here.
CREATE OR REPLACE FUNCTION drover.wanted_links(links json)
RETURNS TABLE (holder regclass, name name, definition text, is_valid boolean)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  WITH relation AS (SELECT c.oid, c.relkind FROM pg_class c
      WHERE c.oid = to_regclass(links->>'table')),
    holders AS (
      SELECT r.oid AS holder, '' AS slot_schema, '' AS distribution FROM relation r
      WHERE r.relkind = 'r'
      UNION ALL
      SELECT l.leaf, l.leaf_schema, l.distribution FROM relation r, drover.leaves(r.oid) l)
  SELECT h.holder::regclass, (k->>'name')::name,
    regexp_replace(k->>'definition', ' NOT VALID$', ''), k->>'definition' !~ ' NOT VALID$'
  FROM holders h, json_array_elements(links->'links') k
  UNION ALL
  SELECT h.holder::regclass, drover.leaf_object_name(k->>'name', h.distribution)::name,
    (k->>'head') || t.leaf::regclass || regexp_replace(k->>'tail', ' NOT VALID$', ''),
    k->>'tail' !~ ' NOT VALID$'
  FROM holders h, json_array_elements(links->'leaf_links') k,
    drover.leaves((k->>'referenced')::regclass) t
  WHERE t.leaf_schema = h.slot_schema
$$;

-- Checks the rows of before; nobody waits.
CREATE OR REPLACE FUNCTION drover.validate_links(links json) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN SELECT w.* FROM drover.wanted_links(links) w
      JOIN pg_constraint k ON k.conrelid = w.holder AND k.conname = w.name
      WHERE w.is_valid AND k.contype = 'f' AND NOT k.convalidated LOOP
    EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', wanted.holder, wanted.name);
  END LOOP;
END $$;

-- A partitioned table declares what its leaves have.
CREATE OR REPLACE FUNCTION drover.attach_links(links json) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted json;
BEGIN
  FOR wanted IN SELECT k FROM json_array_elements(links->'links') k
      JOIN pg_class c ON c.oid = to_regclass(links->>'table')
      WHERE c.relkind = 'p' AND k->>'definition' !~ ' NOT VALID$' AND NOT EXISTS (
        SELECT FROM pg_constraint h WHERE h.conrelid = c.oid AND h.conname = k->>'name') LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', links->>'table', wanted->>'name',
      wanted->>'definition');
  END LOOP;
END $$;

-- Ends the statements that wait for this transaction's locks: they were sent when rows lay elsewhere.
CREATE OR REPLACE FUNCTION drover.cancel_waiters() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(pg_cancel_backend(w.pid))
  FROM (SELECT DISTINCT l.pid FROM pg_locks l WHERE NOT l.granted) w
  WHERE pg_backend_pid() = ANY (pg_blocking_pids(w.pid))
$$;
