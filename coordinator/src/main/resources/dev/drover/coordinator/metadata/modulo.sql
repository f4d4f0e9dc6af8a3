-- Operator classes of MODULO, on every datanode. Run after node-ddl.sql, as the superuser "drover".

-- Partitioning by value: PostgreSQL adds a constant to the hash of a single key, which is taken off
-- here, so that the remainder by any power of two up to 2^31 is that of the value itself.
CREATE OR REPLACE FUNCTION drover.int8_modulo(bigint, bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT ($1 & 2147483647) - 5305509591434766563 $$;
CREATE OR REPLACE FUNCTION drover.int4_modulo(integer, bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT ($1::bigint & 2147483647) - 5305509591434766563 $$;
CREATE OR REPLACE FUNCTION drover.int2_modulo(smallint, bigint) RETURNS bigint
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
AS $$ SELECT ($1::bigint & 2147483647) - 5305509591434766563 $$;

DO $$
BEGIN
  IF NOT EXISTS (SELECT FROM pg_opfamily WHERE opfname = 'modulo_ops'
      AND opfnamespace = 'drover'::regnamespace) THEN
    CREATE OPERATOR FAMILY drover.modulo_ops USING hash;
    CREATE OPERATOR CLASS drover.int8_modulo_ops FOR TYPE int8 USING hash FAMILY drover.modulo_ops
      AS OPERATOR 1 =, FUNCTION 1 hashint8(int8), FUNCTION 2 drover.int8_modulo(int8, int8);
    CREATE OPERATOR CLASS drover.int4_modulo_ops FOR TYPE int4 USING hash FAMILY drover.modulo_ops
      AS OPERATOR 1 =, FUNCTION 1 hashint4(int4), FUNCTION 2 drover.int4_modulo(int4, int8);
    CREATE OPERATOR CLASS drover.int2_modulo_ops FOR TYPE int2 USING hash FAMILY drover.modulo_ops
      AS OPERATOR 1 =, FUNCTION 1 hashint2(int2), FUNCTION 2 drover.int2_modulo(int2, int8);
    ALTER OPERATOR FAMILY drover.modulo_ops USING hash ADD
      OPERATOR 1 = (int8, int4), OPERATOR 1 = (int8, int2), OPERATOR 1 = (int4, int8),
      OPERATOR 1 = (int4, int2), OPERATOR 1 = (int2, int8), OPERATOR 1 = (int2, int4);
  END IF;
END $$;
