-- What a datanode needs to give a slot away and to take one. Run after node-ddl.sql, as the superuser
-- "drover"; may be run again. Leaves on their way are made with the rights of the table's owner.

-- A row travels behind everything that was committed on the source before it.
CREATE TABLE IF NOT EXISTS drover.move_marker (
  move integer PRIMARY KEY,
  marker bigint NOT NULL
);

-- How far the changes of a leaf are in its copy, where a subscription does not bring them.
CREATE TABLE IF NOT EXISTS drover.move_progress (
  move integer,
  distribution integer,
  source integer,
  commit_lsn bigint NOT NULL,
  change bigint NOT NULL,
  PRIMARY KEY (move, distribution, source)
);

-- A TRUNCATE would not reach the copy of a leaf that is on its way. Arguments: job or move, and its id.
CREATE OR REPLACE FUNCTION drover.refuse_truncate() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = '55006',
    MESSAGE = 'cannot truncate a table while rows of it move to another node',
    HINT = CASE TG_ARGV[0]
      WHEN 'job' THEN format('Wait for it by SELECT drover.wait_for(%s), or end it by SELECT drover.cancel_job(%1$s).',
        TG_ARGV[1])
      ELSE format('Wait for the job of move %s, see drover.moves, or end it by drover.cancel_job.', TG_ARGV[1]) END;
END $$;

-- Columns that a copy carries, and whether their values mean the same in binary form on any server:
-- arrays and rows of users' types contain OIDs.
CREATE OR REPLACE FUNCTION drover.copied_columns(
  leaf regclass, OUT columns text, OUT is_binary boolean, OUT bytes bigint, OUT row_count bigint)
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT coalesce(string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum), ''),
    coalesce(bool_and(a.atttypid < 16384), true),
    pg_table_size(leaf), (SELECT greatest(c.reltuples, 0)::bigint FROM pg_class c WHERE c.oid = leaf)
  FROM pg_attribute a
  WHERE a.attrelid = leaf AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
$$;

-- Whether a subscription can follow a leaf or a table as it is: each row is told by a key, of which no two
-- rows have equal values. Where old rows are told whole, it could take one for another that is equal to it.
CREATE OR REPLACE FUNCTION drover.has_identity(leaf regclass) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT c.relreplident = 'i' OR (c.relreplident = 'd' AND EXISTS (
    SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary))
  FROM pg_class c WHERE c.oid = leaf
$$;

-- Indexes, constraints and settings of a leaf that is filled and not attached yet, so that attaching
-- it has nothing left to build or to check. Runs as the owner. remainder: "modulus, remainder".
CREATE OR REPLACE FUNCTION drover.build_leaf(
  leaf regclass, parent regclass, distribution text, remainder text, spec json)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted record;
  key_columns text := (SELECT string_agg(quote_ident(a.attname), ', ' ORDER BY k.position)
    FROM pg_partitioned_table p, unnest(p.partattrs) WITH ORDINALITY k(number, position)
      JOIN pg_attribute a ON a.attrelid = parent AND a.attnum = k.number
    WHERE p.partrelid = parent);
BEGIN
  FOR wanted IN
    SELECT drover.leaf_object_name(x.relname, distribution) AS name, k.conname IS NOT NULL AS is_key,
      CASE WHEN k.conname IS NOT NULL THEN pg_get_constraintdef(k.oid)
        ELSE substr(pg_get_indexdef(i.indexrelid), strpos(pg_get_indexdef(i.indexrelid), ' USING '))
      END AS definition,
      CASE WHEN i.indisunique THEN 'UNIQUE ' ELSE '' END AS uniqueness
    FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      LEFT JOIN pg_constraint k ON k.conindid = i.indexrelid AND k.conrelid = parent
        AND k.contype IN ('p', 'u')
    WHERE i.indrelid = parent AND NOT i.indisexclusion
    ORDER BY k.conname IS NULL, x.relname
  LOOP
    IF wanted.is_key THEN
      EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', leaf, wanted.name, wanted.definition);
    ELSE
      EXECUTE format('CREATE %sINDEX %I ON %s%s',
        wanted.uniqueness, wanted.name, leaf, wanted.definition);
    END IF;
  END LOOP;
  FOR wanted IN
    SELECT k.conname AS name, pg_get_constraintdef(k.oid) AS definition FROM pg_constraint k
    WHERE k.conrelid = parent AND k.contype = 'f' AND k.conparentid = 0
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s NOT VALID', leaf, wanted.name,
      regexp_replace(wanted.definition, ' NOT VALID$', ''));
    EXECUTE format('ALTER TABLE %s VALIDATE CONSTRAINT %I', leaf, wanted.name);
  END LOOP;
  PERFORM drover.align_storage(leaf, leaf::text, distribution, spec);
  PERFORM drover.align_exclusions(leaf, leaf::text, distribution, spec);
  EXECUTE format('ALTER TABLE %s ADD CONSTRAINT drover_move'
    ' CHECK (satisfies_hash_partition(%s::oid, %s, %s))', leaf, parent::oid, remainder, key_columns);
END $$;

-- Foreign keys to other leaves of the slot: referenced maps tables to their leaves.
CREATE OR REPLACE FUNCTION drover.link_leaf(
  leaf regclass, distribution text, spec json, referenced json)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  wanted record;
BEGIN
  FOR wanted IN
    SELECT drover.leaf_object_name(w->>'name', distribution) AS name,
      (w->>'head') || (referenced->>(w->>'referenced')) || (w->>'tail') AS definition
    FROM json_array_elements(spec->'foreign_keys') w
  LOOP
    EXECUTE format('ALTER TABLE %s ADD CONSTRAINT %I %s', leaf, wanted.name, wanted.definition);
  END LOOP;
END $$;

-- Takes a table out of a job that follows it whole, when nothing tells its rows apart any more: nobody could
-- change them otherwise. The job looks for that before its cutover, and begins anew.
CREATE OR REPLACE FUNCTION drover.end_following(relation regclass) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  publication name;
BEGIN
  FOR publication IN
    SELECT p.pubname FROM pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
    WHERE r.prrelid = relation AND p.pubname ~ '^drover_r\d+$' AND NOT drover.has_identity(relation)
  LOOP
    EXECUTE format('ALTER PUBLICATION %I DROP TABLE ONLY %s', publication, relation);
  END LOOP;
END $$;

-- Gives a leaf that is not attached yet the grants of its table.
CREATE OR REPLACE FUNCTION drover.grant_leaf(leaf regclass, parent regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  statement text;
BEGIN
  EXECUTE format('REVOKE ALL ON %s FROM %I', leaf,
    (SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = parent));
  FOREACH statement IN ARRAY drover.grants(parent, leaf) LOOP
    EXECUTE statement;
  END LOOP;
END $$;

-- The source's part of a cutover: the leaf waits in a schema of the move's own until it is dropped.
CREATE OR REPLACE FUNCTION drover.give_leaf(parent regclass, leaf regclass, trash name)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s DETACH PARTITION %s', parent, leaf);
  EXECUTE format('ALTER TABLE %s SET SCHEMA %I', leaf, trash);
END $$;

-- A leaf in the trash must not hold others back, as its foreign keys, owner and grants would.
CREATE OR REPLACE FUNCTION drover.unlink_leaf(leaf regclass) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  foreign_key name;
  grantee oid;
BEGIN
  FOR foreign_key IN
    SELECT k.conname FROM pg_constraint k
    WHERE k.conrelid = leaf AND k.contype = 'f' AND k.conparentid = 0
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', leaf, foreign_key);
  END LOOP;
  EXECUTE format('ALTER TABLE %s OWNER TO CURRENT_USER', leaf);
  FOR grantee IN
    SELECT a.grantee FROM pg_class c, aclexplode(c.relacl) a WHERE c.oid = leaf
    UNION SELECT a.grantee FROM pg_attribute t, aclexplode(t.attacl) a WHERE t.attrelid = leaf
  LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %s CASCADE', leaf,
      CASE grantee WHEN 0 THEN 'PUBLIC' ELSE quote_ident(pg_get_userbyid(grantee)) END);
  END LOOP;
END $$;

-- Drops leaves in the trash that depend on what users can drop or alter: types, routines, collations. Their
-- own tables do not any more, perhaps, and nobody but the sweep knows of these leaves. For everybody.
CREATE OR REPLACE FUNCTION drover.drop_dependent_trash() RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  leaf regclass;
BEGIN
  FOR leaf IN
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE n.nspname ~ '^drover\$trash\d+$' AND c.relkind = 'r' AND EXISTS (
      SELECT FROM pg_depend d
      WHERE d.refobjid >= 16384
        AND d.refclassid NOT IN ('pg_class'::regclass, 'pg_constraint'::regclass, 'pg_namespace'::regclass)
        AND NOT EXISTS (SELECT FROM pg_proc f WHERE d.refclassid = 'pg_proc'::regclass
          AND f.oid = d.refobjid AND f.pronamespace = 'drover'::regnamespace)
        AND ((d.classid = 'pg_class'::regclass AND d.objid = c.oid)
          OR (d.classid, d.objid) IN (SELECT p.classid, p.objid FROM pg_depend p
            WHERE p.refclassid = 'pg_class'::regclass AND p.refobjid = c.oid)))
  LOOP
    EXECUTE format('DROP TABLE %s', leaf);
  END LOOP;
END $$;

-- The target's part.
CREATE OR REPLACE FUNCTION drover.take_leaf(
  parent regclass, leaf regclass, modulus integer, slot integer)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  EXECUTE format('ALTER TABLE %s ATTACH PARTITION %s FOR VALUES WITH (MODULUS %s, REMAINDER %s)',
    parent, leaf, modulus, slot);
  EXECUTE format('ALTER TABLE %s DROP CONSTRAINT drover_move', leaf);
  EXECUTE format('COMMENT ON TABLE %s IS NULL', leaf);
END $$;

-- Drops what a move has made here and not attached; a comment says whose it is.
CREATE OR REPLACE FUNCTION drover.drop_moved(move integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  unattached regclass;
BEGIN
  FOR unattached IN
    SELECT c.oid FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.relkind = 'r' AND NOT c.relispartition AND n.nspname ~ '^drover\$\d+$'
      AND obj_description(c.oid, 'pg_class') = 'drover move ' || move
  LOOP
    EXECUTE format('LOCK TABLE %s IN ACCESS EXCLUSIVE MODE', unattached);
    -- A cutover that was in doubt may have attached it meanwhile.
    IF NOT (SELECT c.relispartition FROM pg_class c WHERE c.oid = unattached) THEN
      EXECUTE format('DROP TABLE %s CASCADE', unattached);
    END IF;
  END LOOP;
  DELETE FROM drover.move_marker m WHERE m.move = drop_moved.move;
  DELETE FROM drover.move_progress p WHERE p.move = drop_moved.move;
END $$;
