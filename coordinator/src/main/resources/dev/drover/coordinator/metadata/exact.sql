-- Texts of values that travel from one server to another; on every server.

-- The text under settings by which nothing of a value is lost and it reads the same everywhere,
-- whatever the session's are.
CREATE OR REPLACE FUNCTION drover.exactly(value anyelement) RETURNS text
LANGUAGE plpgsql STABLE STRICT PARALLEL SAFE
SET extra_float_digits = 1 SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres'
SET bytea_output = 'hex' AS $$
BEGIN
  RETURN pg_catalog.format('%s', value);
END $$;

-- The same, cheaper where the session's own settings will do. A row of NULLs is not NULL.
CREATE OR REPLACE FUNCTION drover.exact(value anyelement) RETURNS text
LANGUAGE sql STABLE PARALLEL SAFE AS $$
  SELECT CASE
    WHEN pg_catalog.num_nulls(value) > 0 THEN NULL
    WHEN pg_catalog.current_setting('extra_float_digits')::pg_catalog.int4 > 0
      AND pg_catalog.starts_with(pg_catalog.current_setting('DateStyle'), 'ISO')
      AND pg_catalog.current_setting('IntervalStyle') = 'postgres'
      AND pg_catalog.current_setting('bytea_output') = 'hex'
      THEN pg_catalog.format('%s', value)
    ELSE drover.exactly(value) END
$$;
