-- What ANALYZE found of the columns of tables on this server, leaves added up under the name of their
-- root. Each leaf's number of distinct values is absolute here.
SELECT n.nspname, c.relname, a.attname, count(*) AS leaves, sum(p.tuples) AS tuples,
  sum(p.tuples * p.null_fraction) AS nulls, sum(p.distinct_values) AS distinct_sum,
  max(p.distinct_values) AS distinct_max,
  sum(p.tuples * (1 - p.null_fraction) * p.width) AS width_sum
FROM (
  SELECT coalesce(pg_catalog.pg_partition_root(l.oid)::oid, l.oid) AS root, a.attname,
    l.reltuples::double precision AS tuples, s.stanullfrac::double precision AS null_fraction,
    s.stawidth AS width,
    CASE WHEN s.stadistinct >= 0 THEN s.stadistinct
      ELSE -s.stadistinct * l.reltuples END::double precision AS distinct_values
  FROM pg_catalog.pg_class l
    JOIN pg_catalog.pg_statistic s ON s.starelid = l.oid AND NOT s.stainherit
    JOIN pg_catalog.pg_attribute a ON a.attrelid = l.oid AND a.attnum = s.staattnum
  WHERE l.relkind = 'r' AND l.relpersistence <> 't' AND l.oid >= 16384 AND l.reltuples > 0
    AND NOT a.attisdropped
    AND l.relnamespace NOT IN (SELECT x.oid FROM pg_catalog.pg_namespace x
      WHERE x.nspname IN ('pg_catalog', 'information_schema', 'pg_toast', 'drover'))
) p
  JOIN pg_catalog.pg_class c ON c.oid = p.root
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  JOIN pg_catalog.pg_attribute a ON a.attrelid = c.oid AND a.attname = p.attname
GROUP BY n.nspname, c.relname, a.attname
