-- What every server of a cluster carries: the commit records of distributed transactions, and
-- what it takes to shut a dead coordinator out. Run by the superuser drover; may be run again.

CREATE SCHEMA IF NOT EXISTS drover AUTHORIZATION drover;
REVOKE ALL ON SCHEMA drover FROM PUBLIC;
GRANT USAGE ON SCHEMA drover TO PUBLIC;

-- A row says that the transaction committed here, if its hash is the one that the prepared
-- transaction's gid carries. A row without a hash (or with another one) says that it never will.
-- connection: 0 for the client's connection, 1 for the metadata connection of the same transaction.
CREATE TABLE IF NOT EXISTS drover.gx (
  gxid bigint NOT NULL,
  connection smallint NOT NULL DEFAULT 0,
  nonce_hash bytea,
  PRIMARY KEY (gxid, connection)
) WITH (
  autovacuum_vacuum_scale_factor = 0,
  autovacuum_vacuum_threshold = 10000,
  autovacuum_vacuum_insert_scale_factor = 0,
  autovacuum_vacuum_insert_threshold = 10000,
  autovacuum_analyze_scale_factor = 0,
  autovacuum_analyze_threshold = 10000
);
REVOKE ALL ON drover.gx FROM PUBLIC;

-- Transactions that clients have prepared; on the catalog node only. A row says that every part is
-- prepared, as gp_COORDINATOR_EPOCH_GXID on each of the nodes (this layout is frozen), and that
-- nobody but a client decides. Once is_commit is set, the parts follow it, those on last_nodes after
-- all others, and then the row goes.
CREATE TABLE IF NOT EXISTS drover.prepared (
  gxid bigint PRIMARY KEY,
  gid text NOT NULL,
  owner oid NOT NULL,
  prepared timestamptz NOT NULL DEFAULT clock_timestamp(),
  coordinator integer NOT NULL,
  epoch bigint NOT NULL,
  nodes integer[] NOT NULL,
  last_nodes integer[] NOT NULL,
  is_commit boolean,
  decider integer,
  decider_epoch bigint,
  decided timestamptz,
  CHECK ((is_commit IS NULL) = (decider IS NULL) AND (decider IS NULL) = (decider_epoch IS NULL))
);
CREATE UNIQUE INDEX IF NOT EXISTS prepared_gid ON drover.prepared (gid) WHERE is_commit IS NULL;
REVOKE ALL ON drover.prepared FROM PUBLIC;

-- What the resolver saw in doubt in its last sweep, one row for each part; on the catalog node only.
-- part: a node's id, with an m for the metadata connection.
CREATE UNLOGGED TABLE IF NOT EXISTS drover.in_doubt_seen (
  gxid bigint NOT NULL,
  gid text NOT NULL,
  part text NOT NULL,
  state text NOT NULL,
  since timestamptz NOT NULL,
  coordinator integer NOT NULL,
  epoch bigint NOT NULL,
  coordinator_lives boolean NOT NULL,
  waits boolean NOT NULL,
  PRIMARY KEY (gid, part)
);
REVOKE ALL ON drover.in_doubt_seen FROM PUBLIC;

-- What an operator decided about transactions that no server knows enough of; on the catalog node
-- only. Resolvers ask it last, and forget it with the transaction.
CREATE TABLE IF NOT EXISTS drover.resolution (
  gxid bigint PRIMARY KEY,
  is_commit boolean NOT NULL,
  decided_by name NOT NULL DEFAULT session_user,
  decided timestamptz NOT NULL DEFAULT now()
);
REVOKE ALL ON drover.resolution FROM PUBLIC;

-- Decides for a transaction in doubt whose coordinator is dead and one of whose servers is lost. If
-- that server comes back after all and had decided otherwise, the nodes disagree for ever.
CREATE OR REPLACE FUNCTION drover.resolve(gid text, outcome text) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  seen record;
BEGIN
  IF outcome NOT IN ('commit', 'rollback') THEN
    RAISE EXCEPTION 'outcome "%" is neither "commit" nor "rollback"', outcome
      USING ERRCODE = 'invalid_parameter_value';
  END IF;
  SELECT s.gxid, bool_or(s.coordinator_lives) AS lives, bool_and(s.waits) AS waits INTO seen
  FROM drover.in_doubt_seen s WHERE s.gid = resolve.gid GROUP BY s.gxid;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'no transaction "%" is in doubt', gid USING ERRCODE = 'undefined_object';
  END IF;
  IF seen.lives THEN
    RAISE EXCEPTION 'transaction "%" has a coordinator that lives', gid
      USING ERRCODE = 'object_not_in_prerequisite_state', HINT = 'The coordinator finishes it.';
  END IF;
  IF NOT seen.waits THEN
    RAISE EXCEPTION 'transaction "%" needs no decision', gid
      USING ERRCODE = 'object_not_in_prerequisite_state',
            HINT = 'The servers that can be asked know enough; it is being finished.';
  END IF;
  INSERT INTO drover.resolution (gxid, is_commit) VALUES (seen.gxid, outcome = 'commit')
  ON CONFLICT DO NOTHING;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'transaction "%" has been decided already', gid
      USING ERRCODE = 'object_not_in_prerequisite_state';
  END IF;
END $$;
REVOKE ALL ON FUNCTION drover.resolve(text, text) FROM PUBLIC;

-- The lowest epoch of each coordinator that may still work here.
CREATE TABLE IF NOT EXISTS drover.fence (
  coordinator integer PRIMARY KEY,
  min_epoch bigint NOT NULL
);
REVOKE ALL ON drover.fence FROM PUBLIC;

-- Of clusters with several GTMs: who is the active one, and the state of the GTM. One row. A majority
-- of the servers that keep it decides; the conditions of the writes are those of the GTM's class
-- Seat. A server that has forgotten its row gets a new one, whose incarnation has no say until the
-- active GTM gives it one.
CREATE TABLE IF NOT EXISTS drover.gtm_seat (
  id smallint PRIMARY KEY CHECK (id = 1),
  promised_term bigint NOT NULL,
  promised_candidate bigint NOT NULL,
  beat bigint NOT NULL,
  vacant boolean NOT NULL,
  term bigint NOT NULL,
  candidate bigint NOT NULL,
  version bigint NOT NULL,
  state bytea NOT NULL
);
ALTER TABLE drover.gtm_seat ADD COLUMN IF NOT EXISTS incarnation bigint NOT NULL
  DEFAULT ('x' || left(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint;
REVOKE ALL ON drover.gtm_seat FROM PUBLIC;
INSERT INTO drover.gtm_seat VALUES (1, 0, 0, 0, true, 0, 0, 0, '') ON CONFLICT DO NOTHING;

-- Which coordinator each backend works for. Lost in a crash of the server, as are the backends.
CREATE UNLOGGED TABLE IF NOT EXISTS drover.session (
  pid integer,
  backend_start timestamptz,
  coordinator integer NOT NULL,
  epoch bigint NOT NULL,
  PRIMARY KEY (pid, backend_start)
);
REVOKE ALL ON drover.session FROM PUBLIC;

-- The first call on every connection of a coordinator, once: a second call fails, so that nothing
-- a client runs can register its backend for somebody else.
-- The backend is registered first and the fence row is held until commit: whoever raises the fence
-- either is waited for here or finds this backend among the registered ones.
CREATE OR REPLACE FUNCTION drover.hello(coordinator integer, epoch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  lowest bigint;
BEGIN
  PERFORM set_config('synchronous_commit', 'off', true);
  INSERT INTO drover.session (pid, backend_start, coordinator, epoch)
  SELECT a.pid, a.backend_start, hello.coordinator, hello.epoch
  FROM pg_stat_get_activity(pg_backend_pid()) a;
  LOOP
    SELECT f.min_epoch INTO lowest
    FROM drover.fence f WHERE f.coordinator = hello.coordinator FOR SHARE;
    EXIT WHEN FOUND;
    INSERT INTO drover.fence VALUES (hello.coordinator, 0) ON CONFLICT DO NOTHING;
  END LOOP;
  IF hello.epoch < lowest THEN
    RAISE EXCEPTION 'coordinator % with epoch % is shut out', hello.coordinator, hello.epoch
      USING ERRCODE = 'admin_shutdown',
            DETAIL = format('The lowest epoch that may work here is %s.', lowest);
  END IF;
END $$;

-- The commit record of the client's connection: the last statement before PREPARE TRANSACTION.
-- The rule works on drover.gx by the rights of its owner: clients can insert here, where all that
-- they choose is a number and a nonce, and can neither read a record nor choose its hash. A function
-- would cost twice as much.
-- Made once only: a prepared transaction holds its lock on them, perhaps for long.
DO $$
BEGIN
  IF to_regclass('drover.mark') IS NULL THEN
    CREATE VIEW drover.mark AS SELECT gxid, nonce_hash AS nonce FROM drover.gx WHERE false;
    CREATE RULE record AS ON INSERT TO drover.mark DO INSTEAD
      INSERT INTO drover.gx (gxid, connection, nonce_hash) VALUES (NEW.gxid, 0, sha256(NEW.nonce));
    REVOKE ALL ON drover.mark FROM PUBLIC;
    GRANT INSERT ON drover.mark TO PUBLIC;
  END IF;
  -- The same for the metadata connection of the same transaction.
  IF to_regclass('drover.mark_metadata') IS NULL THEN
    CREATE VIEW drover.mark_metadata AS
      SELECT gxid, nonce_hash AS nonce FROM drover.gx WHERE false;
    CREATE RULE record AS ON INSERT TO drover.mark_metadata DO INSTEAD
      INSERT INTO drover.gx (gxid, connection, nonce_hash) VALUES (NEW.gxid, 1, sha256(NEW.nonce));
    REVOKE ALL ON drover.mark_metadata FROM PUBLIC;
  END IF;
END $$;

-- Shuts out all epochs of a coordinator below the given one; a fence is never lowered.
CREATE OR REPLACE FUNCTION drover.fence(coordinator integer, epoch bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  INSERT INTO drover.fence AS f VALUES (fence.coordinator, fence.epoch)
  ON CONFLICT ON CONSTRAINT fence_pkey DO UPDATE SET min_epoch = excluded.min_epoch
  WHERE f.min_epoch < excluded.min_epoch;
END $$;
REVOKE ALL ON FUNCTION drover.fence(integer, bigint) FROM PUBLIC;

-- Terminates the backends of a coordinator's epochs below the given one and says how many were
-- still there; 0 means that none is left.
CREATE OR REPLACE FUNCTION drover.evict(coordinator integer, epoch bigint) RETURNS bigint
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  SELECT count(pg_terminate_backend(s.pid))
  FROM drover.session s
  JOIN pg_stat_get_activity(NULL) a ON a.pid = s.pid AND a.backend_start = s.backend_start
  WHERE s.coordinator = evict.coordinator AND s.epoch < evict.epoch
$$;
REVOKE ALL ON FUNCTION drover.evict(integer, bigint) FROM PUBLIC;

-- Forgets backends that have ended.
CREATE OR REPLACE FUNCTION drover.forget_sessions() RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
  DELETE FROM drover.session s
  WHERE NOT EXISTS (
    SELECT FROM pg_stat_get_activity(NULL) a
    WHERE a.pid = s.pid AND a.backend_start = s.backend_start)
$$;
REVOKE ALL ON FUNCTION drover.forget_sessions() FROM PUBLIC;
