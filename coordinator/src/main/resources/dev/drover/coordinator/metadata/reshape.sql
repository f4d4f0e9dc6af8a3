-- What the catalog node knows of ALTER TABLE ... CONCURRENTLY that changes columns or storage: the
-- table as it will be, found out by changing the catalog's empty table and taking that back.

-- A table's definition in words that mean the same under all settings.
CREATE OR REPLACE FUNCTION drover.exact_definition(
  relation oid, named text, partition_by text, split oid[])
RETURNS json LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp
SET DateStyle = 'ISO, YMD' SET IntervalStyle = 'postgres' SET TimeZone = 'UTC'
SET extra_float_digits = 1 SET bytea_output = 'hex' AS $$
  SELECT drover.table_definition(relation, named, partition_by, split)
$$;

-- Settings that may decide what an expression means, as name=value.
CREATE OR REPLACE FUNCTION drover.meaning_settings() RETURNS text[]
LANGUAGE sql STABLE AS $$
  SELECT pg_catalog.array_agg(n || '=' || pg_catalog.current_setting(n))
  FROM pg_catalog.unnest(ARRAY['search_path', 'TimeZone', 'DateStyle', 'IntervalStyle',
    'extra_float_digits', 'bytea_output', 'lc_monetary', 'lc_numeric', 'lc_time', 'xmlbinary',
    'xmloption', 'default_text_search_config', 'standard_conforming_strings', 'array_nulls',
    'default_toast_compression']) n
$$;

-- Whether a conversion gives the same for the same row at any time. converted: column, value, type.
CREATE OR REPLACE FUNCTION drover.is_immutable(relation oid, converted json) RETURNS boolean
LANGUAGE plpgsql AS $$
BEGIN
  EXECUTE pg_catalog.format(
    'ALTER TABLE %s ADD COLUMN drover_probe %s GENERATED ALWAYS AS (CAST((%s) AS %2$s)) STORED',
    relation::pg_catalog.regclass, converted->>'type', converted->>'value');
  RAISE EXCEPTION USING ERRCODE = 'DR001';
EXCEPTION
  WHEN SQLSTATE 'DR001' THEN
    RETURN true;
  WHEN lock_not_available OR deadlock_detected THEN
    RAISE;
  WHEN OTHERS THEN
    RETURN false;
END $$;

-- Raises if rows of the table as it is now could not be told apart, or not checked, while columns are
-- converted. types: of the columns before, by their numbers.
CREATE OR REPLACE FUNCTION drover.require_convertible(
  relation oid, converted json, types json, is_immutable boolean, is_replicated boolean)
RETURNS void LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  changed smallint[] := ARRAY(SELECT a.attnum FROM json_array_elements(converted) v
    JOIN pg_attribute a ON a.attrelid = relation AND a.attname = v->>'column');
  integers oid[] := ARRAY['int2'::regtype, 'int4'::regtype, 'int8'::regtype];
BEGIN
  IF NOT is_immutable AND (is_replicated OR NOT EXISTS (
      SELECT FROM pg_index i WHERE i.indrelid = relation AND i.indisunique AND i.indimmediate
        AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
        AND NOT (i.indkey::smallint[])[0:i.indnkeyatts - 1] && changed
        AND NOT EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = relation AND NOT a.attnotnull
          AND a.attnum = ANY ((i.indkey::smallint[])[0:i.indnkeyatts - 1])))) THEN
    RAISE EXCEPTION USING ERRCODE = '0A000',
      MESSAGE = format('cannot follow changes of table "%s" through a conversion that is not immutable',
        (SELECT c.relname FROM pg_class c WHERE c.oid = relation)),
      HINT = CASE WHEN is_replicated THEN 'Leave CONCURRENTLY out.'
        ELSE 'Give the table a primary key of columns that are not converted, or leave CONCURRENTLY out.' END;
  END IF;
  IF EXISTS (
      SELECT FROM pg_constraint k, pg_attribute a, json_array_elements(converted) v
      WHERE k.contype = 'f' AND a.attrelid = relation AND a.attname = v->>'column'
        AND ((k.conrelid = relation AND a.attnum = ANY (k.conkey))
          OR (k.confrelid = relation AND a.attnum = ANY (k.confkey)))
        AND NOT ((v->>'plain')::boolean AND a.atttypid = ANY (integers)
          AND (types->>a.attnum::text)::oid = ANY (integers)
          AND a.attlen >= (SELECT t.typlen FROM pg_type t WHERE t.oid = (types->>a.attnum::text)::oid))) THEN
    RAISE EXCEPTION USING ERRCODE = '0A000',
      MESSAGE = 'cannot convert columns of foreign keys CONCURRENTLY',
      HINT = 'Integers may become wider. Drop the foreign key first, or leave CONCURRENTLY out.';
  END IF;
END $$;

-- What rows of before get in a column that is added, if that is the same for all of them: PostgreSQL keeps it
-- when the table is changed in no other way. NULL if it is not.
CREATE OR REPLACE FUNCTION drover.value_of_added(
  relation oid, add text, newest smallint, is_replicated boolean) RETURNS json
LANGUAGE plpgsql AS $$
DECLARE
  added record;
  result json;
BEGIN
  EXECUTE pg_catalog.format('ALTER TABLE %s %s', relation::pg_catalog.regclass, add);
  SELECT a.attname, a.atthasmissing INTO added
    FROM pg_catalog.pg_attribute a JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    WHERE a.attrelid = relation AND a.attnum > newest AND a.attgenerated = ''
      AND (a.atthasdef OR t.typdefault IS NOT NULL);
  IF FOUND THEN
    result := pg_catalog.json_build_object('column', added.attname,
      'value', drover.default_of_existing_rows(relation, added.attname, is_replicated));
    IF NOT added.atthasmissing THEN
      result := NULL;
    END IF;
  END IF;
  RAISE EXCEPTION USING ERRCODE = 'DR001';
EXCEPTION WHEN SQLSTATE 'DR001' THEN
  RETURN result;
END $$;

-- What a value of each column that is written will be, for rows of before: those of a column that was just
-- added are left to its default where that gives each row a value of its own.
CREATE OR REPLACE FUNCTION drover.fills(
  relation oid, newest smallint, converted json, added json[]) RETURNS json
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  written record;
  fills jsonb := '[]';
  value text;
BEGIN
  FOR written IN
    SELECT a.attname, a.attnum FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
    ORDER BY a.attnum
  LOOP
    IF written.attnum <= newest THEN
      value := coalesce((SELECT '(' || (v->>'value') || ')' FROM json_array_elements(converted) v
        WHERE v->>'column' = written.attname), quote_ident(written.attname));
    ELSE
      value := (SELECT a->>'value' FROM unnest(added) a WHERE a->>'column' = written.attname);
      CONTINUE WHEN value IS NULL;
    END IF;
    fills := fills || jsonb_build_object('column', quote_ident(written.attname), 'value', value);
  END LOOP;
  RETURN fills;
END $$;

-- The table as a change would make it: its definition, and what its rows will be. Runs as its owner.
-- change: the actions of ALTER TABLE; adds: those that add columns; settings: under which these mean what they mean; named,
-- partition_by, split: as for drover.table_definition; converted: column, value, type, and plain where
-- the value is the column itself.
CREATE OR REPLACE FUNCTION drover.reshape(
  relation oid, change text, adds text[], settings text[], named text, partition_by text,
  split oid[], converted json, is_replicated boolean)
RETURNS json LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  own_name text := relation::regclass::text;
  newest smallint := (SELECT c.relnatts FROM pg_class c WHERE c.oid = relation);
  types json := (SELECT json_object_agg(a.attnum, a.atttypid) FROM pg_attribute a
    WHERE a.attrelid = relation AND a.attnum > 0);
  is_immutable boolean;
  added json[];
  result json;
BEGIN
  PERFORM set_config(split_part(s, '=', 1), substr(s, strpos(s, '=') + 1), true)
    FROM unnest(settings) s;
  is_immutable := (SELECT coalesce(pg_catalog.bool_and(drover.is_immutable(relation, v)), true)
    FROM pg_catalog.json_array_elements(converted) v);
  added := ARRAY(SELECT drover.value_of_added(relation, a, newest, is_replicated)
    FROM pg_catalog.unnest(adds) a);
  EXECUTE pg_catalog.format('ALTER TABLE %s %s', own_name, change);
  PERFORM pg_catalog.set_config('search_path', 'pg_catalog, pg_temp', true);
  PERFORM drover.require_convertible(relation, converted, types, is_immutable, is_replicated);
  result := json_build_object(
    'definition', drover.exact_definition(relation, named, partition_by, split),
    'fills', drover.fills(relation, newest, converted, added));
  RAISE EXCEPTION USING ERRCODE = 'DR001';
EXCEPTION WHEN SQLSTATE 'DR001' THEN
  RETURN result;
END $$;
