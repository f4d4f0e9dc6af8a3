-- One of nearly every kind of object that can be on a datanode, made by several roles.
CREATE ROLE rich_owner;
CREATE ROLE rich_reader IN ROLE rich_owner;
ALTER ROLE rich_reader SET search_path = tools, "Sales Data", public;
ALTER ROLE rich_reader SET work_mem = '5MB';
ALTER ROLE rich_reader IN DATABASE postgres SET search_path = public;
ALTER DATABASE postgres SET statement_timeout = '1h';
REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC;
CREATE ROLE "Odd ""Name";
CREATE SCHEMA "Sales Data" AUTHORIZATION rich_owner;
CREATE SCHEMA tools;
GRANT USAGE ON SCHEMA tools TO PUBLIC;
GRANT USAGE ON SCHEMA "Sales Data" TO rich_reader WITH GRANT OPTION;
SET ROLE rich_reader;
GRANT USAGE ON SCHEMA "Sales Data" TO "Odd ""Name";
RESET ROLE;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA tools;

CREATE TYPE tools.mood AS ENUM ('sad', 'ok', 'it''s fine');
CREATE TYPE tools.point3 AS (x int, "Y" numeric(10,2), label text COLLATE "C");
CREATE FUNCTION tools.positive(int) RETURNS boolean LANGUAGE sql IMMUTABLE AS 'SELECT $1 > 0';
CREATE DOMAIN tools.amount AS int DEFAULT 1 NOT NULL
  CONSTRAINT above CHECK (tools.positive(VALUE)) CHECK (VALUE < 1000000);
CREATE FUNCTION tools.gap(int, int) RETURNS float8 LANGUAGE sql IMMUTABLE AS 'SELECT ($1 - $2)::float8';
CREATE TYPE tools.span AS RANGE (SUBTYPE = int, SUBTYPE_DIFF = tools.gap,
  MULTIRANGE_TYPE_NAME = tools.spans);
CREATE COLLATION tools.folded (PROVIDER = libc, LOCALE = 'C');
ALTER TYPE tools.mood OWNER TO rich_owner;
REVOKE USAGE ON TYPE tools.mood FROM PUBLIC;
GRANT USAGE ON TYPE tools.mood TO rich_reader;

CREATE FUNCTION tools.add_mood(state int, m tools.mood DEFAULT 'ok') RETURNS int LANGUAGE sql
  AS 'SELECT state + 1' SET search_path = tools, pg_catalog;
CREATE PROCEDURE tools.nothing() LANGUAGE plpgsql AS $$ BEGIN PERFORM missing_function(); END $$;
CREATE AGGREGATE tools.count_moods(tools.mood) (SFUNC = tools.add_mood, STYPE = int, INITCOND = '0',
  PARALLEL = SAFE);
CREATE AGGREGATE tools.median(float8 ORDER BY int) (SFUNC = ordered_set_transition, STYPE = internal,
  FINALFUNC = percentile_disc_final, FINALFUNC_EXTRA);
CREATE FUNCTION tools.same(tools.point3, tools.point3) RETURNS boolean LANGUAGE sql IMMUTABLE
  AS 'SELECT $1.x = $2.x';
CREATE OPERATOR tools.=== (FUNCTION = tools.same, LEFTARG = tools.point3, RIGHTARG = tools.point3,
  COMMUTATOR = OPERATOR(tools.===), RESTRICT = eqsel, JOIN = eqjoinsel);
CREATE FUNCTION tools.hash_point(tools.point3) RETURNS int LANGUAGE sql IMMUTABLE AS 'SELECT $1.x';
CREATE OPERATOR CLASS tools.point_ops FOR TYPE tools.point3 USING hash
  AS OPERATOR 1 tools.===, FUNCTION 1 tools.hash_point(tools.point3);
CREATE FUNCTION tools.to_point(int) RETURNS tools.point3 LANGUAGE sql IMMUTABLE
  AS 'SELECT ROW($1, 0, '''')::tools.point3';
CREATE CAST (int AS tools.point3) WITH FUNCTION tools.to_point(int) AS ASSIGNMENT;
CREATE TEXT SEARCH DICTIONARY tools.plain (TEMPLATE = simple, STOPWORDS = english);
CREATE TEXT SEARCH CONFIGURATION tools.words (COPY = simple);
ALTER TEXT SEARCH CONFIGURATION tools.words ALTER MAPPING FOR asciiword WITH tools.plain, simple;
CREATE FOREIGN DATA WRAPPER nowhere OPTIONS (debug 'true');
CREATE SERVER far FOREIGN DATA WRAPPER nowhere OPTIONS (host 'it''s');
CREATE USER MAPPING FOR PUBLIC SERVER far OPTIONS (who 'me');

SET ROLE rich_owner;
CREATE TABLE "Sales Data".customers (
  id bigint CONSTRAINT customers_key PRIMARY KEY,
  "Full Name" text COLLATE "C" NOT NULL DEFAULT 'no ''name''',
  mood tools.mood DEFAULT 'ok',
  amount tools.amount,
  twice int GENERATED ALWAYS AS (id::int * 2) STORED,
  place tools.point3,
  CONSTRAINT some_name CHECK (length("Full Name") > 0)
) PARTITION BY HASH (id);
CREATE INDEX customers_name ON "Sales Data".customers (lower("Full Name") DESC) WHERE amount > 5;
ALTER TABLE "Sales Data".customers ALTER "Full Name" SET STATISTICS 500, ALTER "Full Name" SET STORAGE EXTERNAL;
RESET ROLE;
CREATE TABLE public.places (code char(2) PRIMARY KEY, dropped int, name varchar(10) UNIQUE DEFERRABLE,
  spans tools.span[]) WITH (fillfactor = 70, toast.autovacuum_enabled = false);
ALTER TABLE public.places DROP COLUMN dropped;
ALTER TABLE public.places REPLICA IDENTITY FULL;
CREATE STATISTICS public.place_facts (dependencies) ON code, name FROM public.places;
CREATE TABLE public.visits (code char(2) REFERENCES public.places ON DELETE CASCADE,
  customer bigint, at timestamptz DEFAULT now(), EXCLUDE USING btree (customer WITH =),
  seq int DEFAULT CAST(drover.no_value('seq') AS int));
ALTER TABLE public.visits ADD CONSTRAINT later CHECK (customer > 0) NOT VALID;
CREATE UNLOGGED TABLE public.scratch (v int);
ALTER TABLE public.places ADD COLUMN parent char(2) REFERENCES public.places;
CREATE FUNCTION tools.of_place(public.places) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT $1.name';
CREATE FUNCTION tools.one_visit() RETURNS SETOF public.visits LANGUAGE sql
  BEGIN ATOMIC SELECT * FROM public.visits LIMIT 1; END;
CREATE INDEX places_odd ON public.places (tools.positive(length(name)));
CREATE VIEW public.visited WITH (security_barrier = true) AS
  SELECT p.*, tools.of_place(p) AS label, v.customer FROM public.places p JOIN public.visits v USING (code);
CREATE VIEW "Sales Data"."All" ("A b") AS SELECT id FROM "Sales Data".customers WHERE mood <> 'sad';
ALTER VIEW "Sales Data"."All" OWNER TO rich_owner;
ALTER VIEW public.visited ALTER COLUMN customer SET DEFAULT 7;
GRANT SELECT (code, name), UPDATE (name) ON public.places TO rich_reader;
GRANT SELECT ON "Sales Data".customers TO PUBLIC;
GRANT ALL ON public.visited TO "Odd ""Name" WITH GRANT OPTION;
REVOKE EXECUTE ON FUNCTION tools.to_point(int) FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE rich_owner IN SCHEMA tools GRANT SELECT ON TABLES TO rich_reader;
ALTER DEFAULT PRIVILEGES FOR ROLE rich_owner REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
