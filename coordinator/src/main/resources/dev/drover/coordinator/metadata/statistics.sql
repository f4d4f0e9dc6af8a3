-- How large tables are, over all nodes: collected by one coordinator at a time, kept here, and shown
-- where tools look for it.

-- Of tables and indexes. tuples and pages are what ANALYZE found, as in pg_class, and -1 tuples where
-- it never ran; row_count is an estimate for now. The arrays have an element per analyzed column.
CREATE TABLE IF NOT EXISTS drover.statistics (
  relid oid PRIMARY KEY,
  tuples real NOT NULL,
  pages integer NOT NULL,
  row_count double precision NOT NULL,
  main_bytes bigint NOT NULL,
  table_bytes bigint NOT NULL,
  index_bytes bigint NOT NULL,
  attributes integer[] NOT NULL,
  distinct_values double precision[] NOT NULL,
  null_fractions double precision[] NOT NULL,
  average_widths integer[] NOT NULL
);
-- Everybody may know sizes, as in pg_class; what values are like is for the planner only.
GRANT SELECT (relid, tuples, pages, row_count, main_bytes, table_bytes, index_bytes)
  ON drover.statistics TO PUBLIC;

-- round is raised whenever something in drover.statistics has changed.
CREATE TABLE IF NOT EXISTS drover.statistics_round (
  one_row boolean PRIMARY KEY DEFAULT true CHECK (one_row),
  round bigint NOT NULL,
  collected timestamptz NOT NULL
);
INSERT INTO drover.statistics_round (round, collected) VALUES (0, '-infinity')
  ON CONFLICT DO NOTHING;

-- How often sizes are collected: ALTER DATABASE ... SET drover.statistics_interval. Zero is never.
CREATE OR REPLACE FUNCTION drover.statistics_interval() RETURNS interval
LANGUAGE plpgsql STABLE SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  setting text;
BEGIN
  SELECT split_part(s, '=', 2) INTO setting FROM pg_db_role_setting d, unnest(d.setconfig) s
    WHERE d.setrole = 0 AND s LIKE 'drover.statistics_interval=%' AND d.setdatabase IN (0, (
      SELECT oid FROM pg_database WHERE datname = current_database()))
    ORDER BY d.setdatabase DESC LIMIT 1;
  RETURN greatest(coalesce(nullif(lower(setting), 'off'), CASE WHEN setting IS NULL THEN '60s' ELSE '0' END)
    ::interval, interval '0');
EXCEPTION WHEN data_exception THEN
  RETURN interval '60s';
END $$;

-- Writes what is collected into pg_class, of relations that nobody is changing; the others have their
-- turn later. ANALYZE and VACUUM of the empty tables here set it to nothing again, so it is compared
-- each time. The caller holds the lock that changes of the schema take.
CREATE OR REPLACE FUNCTION drover.show_sizes() RETURNS integer
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  relation record;
  shown integer := 0;
BEGIN
  FOR relation IN
    SELECT c.oid, s.tuples, s.pages, coalesce(i.indrelid, c.oid)::regclass AS locked
    FROM drover.statistics s JOIN pg_class c ON c.oid = s.relid
      LEFT JOIN pg_index i ON i.indexrelid = c.oid
    WHERE c.reltuples <> s.tuples OR c.relpages <> s.pages
  LOOP
    BEGIN
      EXECUTE format('LOCK TABLE %s IN SHARE UPDATE EXCLUSIVE MODE NOWAIT', relation.locked);
      UPDATE pg_class SET reltuples = relation.tuples, relpages = relation.pages
        WHERE oid = relation.oid;
      shown := shown + 1;
    EXCEPTION WHEN lock_not_available OR undefined_table THEN
      CONTINUE;
    END;
  END LOOP;
  RETURN shown;
END $$;
REVOKE EXECUTE ON FUNCTION drover.show_sizes() FROM PUBLIC;

CREATE OR REPLACE VIEW drover.table_sizes AS
  SELECT n.nspname AS table_schema, c.relname AS table_name, s.row_count::bigint AS estimated_rows,
    s.table_bytes, s.index_bytes, s.table_bytes + s.index_bytes AS total_bytes
  FROM drover.statistics s
    JOIN drover.distributions d ON d.relid = s.relid
    JOIN pg_class c ON c.oid = s.relid
    JOIN pg_namespace n ON n.oid = c.relnamespace;
GRANT SELECT ON drover.table_sizes TO PUBLIC;

-- psql, administration tools and ORMs ask PostgreSQL's functions for sizes, which look at the files
-- of this server. So those functions live in the schema drover, and others of their names answer
-- here: for a table of several nodes by what was collected, for others as ever.
DO $$
DECLARE
  original regprocedure;
BEGIN
  FOREACH original IN ARRAY ARRAY(
    SELECT p.oid FROM pg_proc p WHERE p.pronamespace = 'pg_catalog'::regnamespace AND p.oid < 16384
      AND p.proname IN ('pg_relation_size', 'pg_table_size', 'pg_indexes_size',
        'pg_total_relation_size'))
  LOOP
    EXECUTE format('ALTER FUNCTION %s SET SCHEMA drover', original);
  END LOOP;
END $$;

SET allow_system_table_mods = on;

CREATE OR REPLACE FUNCTION pg_catalog.pg_relation_size(regclass, text) RETURNS bigint
LANGUAGE sql STRICT AS $$
  SELECT coalesce(
    (SELECT CASE $2 WHEN 'main' THEN s.main_bytes END FROM drover.statistics s WHERE s.relid = $1),
    drover.pg_relation_size($1, $2))
$$;

CREATE OR REPLACE FUNCTION pg_catalog.pg_relation_size(regclass) RETURNS bigint
LANGUAGE sql STRICT AS $$ SELECT pg_catalog.pg_relation_size($1, 'main') $$;

CREATE OR REPLACE FUNCTION pg_catalog.pg_table_size(regclass) RETURNS bigint
LANGUAGE sql STRICT AS $$
  SELECT coalesce((SELECT s.table_bytes FROM drover.statistics s WHERE s.relid = $1),
    drover.pg_table_size($1))
$$;

CREATE OR REPLACE FUNCTION pg_catalog.pg_indexes_size(regclass) RETURNS bigint
LANGUAGE sql STRICT AS $$
  SELECT coalesce((SELECT s.index_bytes FROM drover.statistics s WHERE s.relid = $1),
    drover.pg_indexes_size($1))
$$;

CREATE OR REPLACE FUNCTION pg_catalog.pg_total_relation_size(regclass) RETURNS bigint
LANGUAGE sql STRICT AS $$
  SELECT coalesce(
    (SELECT s.table_bytes + s.index_bytes FROM drover.statistics s WHERE s.relid = $1),
    drover.pg_total_relation_size($1))
$$;

RESET allow_system_table_mods;
