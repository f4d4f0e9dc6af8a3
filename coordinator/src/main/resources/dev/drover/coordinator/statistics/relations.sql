-- Sizes of tables and indexes on this server, leaves added up under the name of their root.
-- Rows that nobody counted yet are estimated: by the density of the pages that were there at the last
-- count, else by what sessions have reported.
SELECT n.nspname, c.relname, t.relname AS table_name,
  sum(p.tuples) AS tuples, sum(p.pages) AS pages, sum(p.row_count) AS row_count,
  sum(p.main_bytes) AS main_bytes, sum(p.table_bytes) AS table_bytes,
  sum(p.index_bytes) AS index_bytes, bool_and(p.unknown) AS unknown
FROM (
  SELECT coalesce(pg_catalog.pg_partition_root(l.oid)::oid, l.oid) AS root, l.relpages AS pages,
    l.reltuples < 0 AS unknown,
    CASE WHEN l.reltuples >= 0 THEN l.reltuples
      ELSE pg_catalog.pg_stat_get_live_tuples(l.oid) END AS tuples,
    CASE WHEN l.reltuples >= 0 AND l.relpages > 0
      THEN l.reltuples::double precision / l.relpages * s.current_pages
      ELSE pg_catalog.pg_stat_get_live_tuples(l.oid) END AS row_count,
    s.main_bytes, s.table_bytes, s.index_bytes
  FROM pg_catalog.pg_class l,
    LATERAL (SELECT coalesce(pg_catalog.pg_relation_size(l.oid), 0) AS main_bytes,
        coalesce(pg_catalog.pg_table_size(l.oid), 0) AS table_bytes,
        CASE l.relkind WHEN 'r' THEN coalesce(pg_catalog.pg_indexes_size(l.oid), 0)
          ELSE 0 END AS index_bytes,
        coalesce(pg_catalog.pg_relation_size(l.oid), 0)
          / pg_catalog.current_setting('block_size')::integer AS current_pages) s
  WHERE l.relkind IN ('r', 'i') AND l.relpersistence <> 't' AND l.oid >= 16384
    AND l.relnamespace NOT IN (SELECT x.oid FROM pg_catalog.pg_namespace x
      WHERE x.nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'drover'))
) p
  JOIN pg_catalog.pg_class c ON c.oid = p.root
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  LEFT JOIN pg_catalog.pg_index i ON i.indexrelid = c.oid
  JOIN pg_catalog.pg_class t ON t.oid = coalesce(i.indrelid, c.oid)
GROUP BY n.nspname, c.relname, t.relname
