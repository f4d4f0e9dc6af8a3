\set ON_ERROR_STOP 1
\set QUIET 1
SET client_min_messages = warning;
DROP SCHEMA IF EXISTS app CASCADE;
DROP VIEW IF EXISTS rich;
DROP TABLE IF EXISTS customers, orders, ids, "Odd Name";
DROP FUNCTION IF EXISTS plus(int, int);
DROP SEQUENCE IF EXISTS counter;
DROP DOMAIN IF EXISTS positive;
DROP TYPE IF EXISTS mood, pair;
