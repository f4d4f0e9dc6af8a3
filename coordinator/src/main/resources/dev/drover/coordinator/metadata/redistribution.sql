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
  definitions := ARRAY(
    SELECT CASE WHEN d.class = 'pg_proc'::regclass THEN pg_get_functiondef(d.id)
      ELSE format('CREATE OR REPLACE VIEW %s%s AS %s', d.id::regclass,
        (SELECT ' WITH (' || string_agg(format('%s = %L', split_part(o, '=', 1),
            substr(o, strpos(o, '=') + 1)), ', ') || ')'
          FROM pg_class c, unnest(c.reloptions) o WHERE c.oid = d.id),
        pg_get_viewdef(d.id))
      END
    FROM drover.dependents(aside) d);
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

-- Ends the statements that wait for this transaction's locks: they were sent when rows lay elsewhere.
CREATE OR REPLACE FUNCTION drover.cancel_waiters() RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(pg_cancel_backend(w.pid))
  FROM (SELECT DISTINCT l.pid FROM pg_locks l WHERE NOT l.granted) w
  WHERE pg_backend_pid() = ANY (pg_blocking_pids(w.pid))
$$;
