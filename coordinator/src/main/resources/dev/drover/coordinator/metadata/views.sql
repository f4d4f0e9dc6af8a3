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

-- Transactions that should have ended by themselves and have not; a resolver looks once a second.
CREATE OR REPLACE VIEW drover.in_doubt AS
  SELECT s.gid, clock_timestamp() - s.since AS age, s.coordinator, s.epoch, s.coordinator_lives,
    coalesce(n.name, 'node ' || rtrim(s.part, 'm')) AS node, s.part LIKE '%m' AS is_metadata,
    s.state, s.waits AND NOT s.coordinator_lives AS needs_operator
  FROM drover.in_doubt_seen s LEFT JOIN drover.nodes n ON n.id = rtrim(s.part, 'm')::integer
  UNION ALL
  SELECT format('gp_%s_%s_%s', p.coordinator, p.epoch, p.gxid), clock_timestamp() - p.decided,
    p.decider, p.decider_epoch, NULL, n.name, false,
    CASE WHEN p.is_commit THEN 'committing' ELSE 'rolling back' END, false
  FROM drover.prepared p JOIN drover.nodes n ON n.id = ANY (p.nodes)
  WHERE p.is_commit IS NOT NULL;

GRANT SELECT ON drover.tables, drover.shards, drover.in_doubt TO PUBLIC;

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

-- PostgreSQL's own view would show the parts that Drover has prepared on the catalog node; clients
-- are to see the transactions that they have prepared, under the names they gave.
CREATE OR REPLACE VIEW pg_catalog.pg_prepared_xacts AS
  SELECT (p.gxid % 4294967296)::text::xid AS transaction, p.gid, p.prepared, r.rolname AS owner,
    current_database() AS database
  FROM drover.prepared p LEFT JOIN pg_authid r ON r.oid = p.owner
  WHERE p.is_commit IS NULL;

CREATE OR REPLACE VIEW pg_catalog.pgxc_prepared_xacts AS
  SELECT gid AS pgxc_prepared_xact FROM drover.prepared WHERE is_commit IS NULL;

GRANT SELECT ON pg_catalog.pgxc_node, pg_catalog.pgxc_group, pg_catalog.pgxc_class,
  pg_catalog.pgxc_prepared_xacts TO PUBLIC;

-- These grants came with the system, so pg_dump leaves them out.
INSERT INTO pg_init_privs (objoid, classoid, objsubid, privtype, initprivs)
  SELECT oid, 'pg_class'::regclass, 0, 'i', relacl FROM pg_class
  WHERE relnamespace = 'pg_catalog'::regnamespace
    AND relname IN ('pgxc_node', 'pgxc_group', 'pgxc_class', 'pgxc_prepared_xacts')
    AND NOT EXISTS (
      SELECT FROM pg_init_privs i WHERE i.objoid = pg_class.oid AND i.classoid = 'pg_class'::regclass);

RESET allow_system_table_mods;
