-- Drover's metadata on the catalog node. Run as the superuser "drover"; may be run again at any time.
-- What is stored here is frozen under drover.format.version. A coordinator brings an older format to
-- its own by the files upgrade/N.sql, and refuses a newer one.

CREATE SCHEMA IF NOT EXISTS drover AUTHORIZATION drover;
GRANT USAGE ON SCHEMA drover TO PUBLIC;

CREATE TABLE IF NOT EXISTS drover.format (
  one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  version integer NOT NULL
);
-- A digest of the files that made the functions and views here.
ALTER TABLE drover.format ADD COLUMN IF NOT EXISTS scripts text NOT NULL DEFAULT '';

-- Tells this cluster's servers from another's.
CREATE TABLE IF NOT EXISTS drover.cluster (
  one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  id uuid NOT NULL DEFAULT gen_random_uuid()
);
INSERT INTO drover.cluster DEFAULT VALUES ON CONFLICT DO NOTHING;

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
-- Whether tables that name no nodes come to this one; not while it is emptied, nor afterwards.
ALTER TABLE drover.nodes ADD COLUMN IF NOT EXISTS takes_tables boolean NOT NULL DEFAULT true;
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

-- How often each slot has changed its owner: whoever has seen less must not read it.
ALTER TABLE drover.colocation_groups
  ADD COLUMN IF NOT EXISTS moves integer[] NOT NULL DEFAULT array_fill(0, ARRAY[32]);

-- Changes of the catalog that were changes of slots and nothing else, by the GTM's numbers.
CREATE TABLE IF NOT EXISTS drover.slot_changes (
  id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  version bigint NOT NULL
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

-- Code points of the bytes 128 to 255 in an encoding of one byte per character; -1 for none.
CREATE OR REPLACE FUNCTION drover.encoding_table(encoding integer) RETURNS integer[]
LANGUAGE plpgsql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  codes integer[] := '{}';
  code integer;
BEGIN
  IF pg_encoding_max_length(encoding) IS DISTINCT FROM 1 OR pg_encoding_to_char(encoding) = 'SQL_ASCII'
  THEN
    RETURN NULL;
  END IF;
  FOR high IN 128..255 LOOP
    BEGIN
      code := ascii(convert_from(set_byte('\x00'::bytea, 0, high), pg_encoding_to_char(encoding)));
    EXCEPTION WHEN OTHERS THEN
      code := -1;
    END;
    codes := codes || code;
  END LOOP;
  RETURN codes;
END $$;
