-- Durable jobs: what is under way for longer than a statement, and moves of slots. Whichever
-- coordinator holds the advisory lock of a job works on it.

-- state: what is wanted of an unfinished job (running, paused, cancelling), or how it ended.
-- claim: rises each time somebody takes the job up, so that who has lost it can be told.
-- throttle: bytes per second that it may copy; 0 for no limit.
CREATE TABLE IF NOT EXISTS drover.job (
  id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  arguments text[] NOT NULL DEFAULT '{}',
  statement text NOT NULL DEFAULT '',
  role name NOT NULL DEFAULT session_user,
  state text NOT NULL DEFAULT 'running'
    CHECK (state IN ('running', 'paused', 'cancelling', 'done', 'failed', 'cancelled')),
  message text NOT NULL DEFAULT '',
  created timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished timestamptz,
  claim bigint NOT NULL DEFAULT 0,
  throttle bigint NOT NULL DEFAULT 0 CHECK (throttle >= 0),
  CHECK ((finished IS NULL) = (state IN ('running', 'paused', 'cancelling')))
);
-- How many moves of the job may be under way at a time from one node, and to one.
ALTER TABLE drover.job ADD COLUMN IF NOT EXISTS
  moves_per_node integer NOT NULL DEFAULT 1 CHECK (moves_per_node BETWEEN 1 AND 8);
CREATE INDEX IF NOT EXISTS job_unfinished ON drover.job (id) WHERE finished IS NULL;

-- One slot of a colocation group on its way from one node to another. phase: as MovePhase; attempts:
-- at the cutover; restarts: how often it began anew; blocked_micros: how long the longest attempt kept
-- writers of the slot waiting.
CREATE TABLE IF NOT EXISTS drover.move (
  id integer PRIMARY KEY GENERATED ALWAYS AS IDENTITY,
  job integer NOT NULL REFERENCES drover.job ON DELETE CASCADE,
  colocation_group integer NOT NULL,
  slot integer NOT NULL,
  source integer NOT NULL,
  target integer NOT NULL,
  phase text NOT NULL DEFAULT 'PLANNED',
  bytes_total bigint NOT NULL DEFAULT 0,
  bytes_done bigint NOT NULL DEFAULT 0,
  rows_total bigint NOT NULL DEFAULT 0,
  rows_done bigint NOT NULL DEFAULT 0,
  blocked_micros bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  restarts integer NOT NULL DEFAULT 0,
  fingerprint text NOT NULL DEFAULT '',
  message text NOT NULL DEFAULT '',
  started timestamptz,
  finished timestamptz,
  CHECK (source <> target)
);
CREATE INDEX IF NOT EXISTS move_job ON drover.move (job);
-- A slot moves once at a time.
CREATE UNIQUE INDEX IF NOT EXISTS move_live ON drover.move (colocation_group, slot)
  WHERE finished IS NULL;

-- A table that is filled anew beside the old one. relid: on the catalog node; distribution_id to
-- leaf_name: its row in drover.distributions when it is done; partition_by, split: as for
-- drover.table_definition; columns: quoted, those that can be written; key_positions: from 0, among
-- them; key_types, key_casts: of the key; phase, restarts, blocked_micros, attempts: as in
-- drover.move.
CREATE TABLE IF NOT EXISTS drover.rewrite (
  job integer PRIMARY KEY REFERENCES drover.job ON DELETE CASCADE,
  relid oid NOT NULL,
  distribution_id integer NOT NULL,
  kind "char" NOT NULL CHECK (kind IN ('H', 'M', 'R', 'N')),
  key_attributes smallint[] NOT NULL,
  colocation_group integer,
  nodes integer[] NOT NULL,
  primary_node integer,
  leaf_name text NOT NULL,
  partition_by text NOT NULL,
  split oid[] NOT NULL,
  columns text[] NOT NULL,
  key_positions integer[] NOT NULL,
  key_types oid[] NOT NULL,
  key_casts text[] NOT NULL,
  phase text NOT NULL DEFAULT 'PLANNED',
  bytes_total bigint NOT NULL DEFAULT 0,
  bytes_done bigint NOT NULL DEFAULT 0,
  rows_total bigint NOT NULL DEFAULT 0,
  rows_done bigint NOT NULL DEFAULT 0,
  blocked_micros bigint NOT NULL DEFAULT 0,
  attempts integer NOT NULL DEFAULT 0,
  restarts integer NOT NULL DEFAULT 0,
  fingerprint text NOT NULL DEFAULT '',
  message text NOT NULL DEFAULT '',
  started timestamptz,
  finished timestamptz
);
-- Of a change of columns or storage, as for drover.reshape; shape: what that has said when the job began.
ALTER TABLE drover.rewrite ADD COLUMN IF NOT EXISTS change text NOT NULL DEFAULT '';
ALTER TABLE drover.rewrite ADD COLUMN IF NOT EXISTS adds text[] NOT NULL DEFAULT '{}';
ALTER TABLE drover.rewrite ADD COLUMN IF NOT EXISTS settings text[] NOT NULL DEFAULT '{}';
ALTER TABLE drover.rewrite ADD COLUMN IF NOT EXISTS converted json NOT NULL DEFAULT '[]';
ALTER TABLE drover.rewrite ADD COLUMN IF NOT EXISTS shape json;
-- A table is filled anew once at a time.
CREATE UNIQUE INDEX IF NOT EXISTS rewrite_live ON drover.rewrite (relid) WHERE finished IS NULL;

-- Raises what whoever must wait for a job gets to hear; sqlstate 55P03 where a statement may try again.
CREATE OR REPLACE FUNCTION drover.refuse_beside(what text, job integer, state text) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  RAISE EXCEPTION USING ERRCODE = state, MESSAGE = format('%s by job %s', what, job),
    HINT = format('Wait for it by SELECT drover.wait_for(%s), or end it by SELECT drover.cancel_job(%1$s).', job);
END $$;
REVOKE EXECUTE ON FUNCTION drover.refuse_beside(text, integer, text) FROM PUBLIC;

CREATE OR REPLACE FUNCTION drover.refuse_beside(what text, job integer) RETURNS void
LANGUAGE sql SET search_path = pg_catalog, pg_temp AS $$
  SELECT drover.refuse_beside(what, job, '55006')
$$;
REVOKE EXECUTE ON FUNCTION drover.refuse_beside(text, integer) FROM PUBLIC;

-- Raises if a job is filling one of these tables anew.
CREATE OR REPLACE FUNCTION drover.require_no_rewrite(relations oid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  live record;
BEGIN
  SELECT w.job, w.relid::regclass AS name INTO live FROM drover.rewrite w
    WHERE w.finished IS NULL AND w.relid = ANY (relations) LIMIT 1;
  IF FOUND THEN
    PERFORM drover.refuse_beside(format('table %s is being altered', live.name), live.job);
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION drover.require_no_rewrite(oid[]) FROM PUBLIC;

-- Raises if one of these tables, or of the tables of these indexes, cannot be altered now: a job fills it anew,
-- or holds locks of it for as long as it copies its rows or builds their indexes elsewhere. At other times a
-- move lets go of the table within a moment, and begins anew when that has changed.
CREATE OR REPLACE FUNCTION drover.require_idle(relations oid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  live record;
BEGIN
  PERFORM drover.require_no_rewrite(relations);
  SELECT m.job, d.relid::regclass AS name INTO live
    FROM drover.move m JOIN drover.distributions d ON d.colocation_group = m.colocation_group
    WHERE m.finished IS NULL AND m.phase IN ('COPY', 'INDEX') AND (d.relid = ANY (relations)
      OR d.relid IN (SELECT i.indrelid FROM pg_index i WHERE i.indexrelid = ANY (relations))) LIMIT 1;
  IF FOUND THEN
    PERFORM drover.refuse_beside(format('rows of table %s are being copied', live.name), live.job, '55P03');
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION drover.require_idle(oid[]) FROM PUBLIC;

-- Raises if a job is moving rows of any table, or slots of a colocation group that a rewrite takes rows
-- from or brings rows to. Called when the rewrite is written down, which whoever begins to move waits for.
CREATE OR REPLACE FUNCTION drover.require_no_moves(rewrite integer) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  other integer;
BEGIN
  SELECT j.id INTO other FROM drover.job j WHERE j.finished IS NULL
    AND (j.kind IN ('add_node', 'remove_node', 'rebalance') OR EXISTS (
      SELECT FROM drover.move m JOIN drover.rewrite w ON w.job = require_no_moves.rewrite
        LEFT JOIN drover.distributions d ON d.relid = w.relid
      WHERE m.job = j.id AND m.finished IS NULL
        AND m.colocation_group IN (w.colocation_group, d.colocation_group))) LIMIT 1;
  IF FOUND THEN
    PERFORM drover.refuse_beside('rows of the table are being moved', other);
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION drover.require_no_moves(integer) FROM PUBLIC;

-- Raises if a job is bringing rows of one of these tables to other places: what is copied is not emptied.
CREATE OR REPLACE FUNCTION drover.require_at_rest(relations oid[]) RETURNS void
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
DECLARE
  live record;
BEGIN
  PERFORM drover.require_no_rewrite(relations);
  SELECT m.job, d.relid::regclass AS name INTO live
    FROM drover.move m JOIN drover.distributions d ON d.colocation_group = m.colocation_group
    WHERE m.finished IS NULL AND m.started IS NOT NULL AND d.relid = ANY (relations) LIMIT 1;
  IF FOUND THEN
    PERFORM drover.refuse_beside(format('rows of table %s are being moved', live.name), live.job);
  END IF;
END $$;
REVOKE EXECUTE ON FUNCTION drover.require_at_rest(oid[]) FROM PUBLIC;

-- No table is dropped under a job.
CREATE OR REPLACE FUNCTION drover.refuse_drop_under_rewrite() RETURNS trigger
LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp AS $$
BEGIN
  PERFORM drover.require_idle(ARRAY[OLD.relid]);
  RETURN OLD;
END $$;
CREATE OR REPLACE TRIGGER rewrite_guard BEFORE DELETE ON drover.distributions
  FOR EACH ROW EXECUTE FUNCTION drover.refuse_drop_under_rewrite();

-- Whether somebody works on the job now: the lock that JobStore takes.
CREATE OR REPLACE FUNCTION drover.job_is_claimed(job integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM pg_locks l WHERE l.locktype = 'advisory' AND l.granted
    AND l.classid = 1685219938 AND l.objid = job::oid AND l.objsubid = 2)
$$;
REVOKE EXECUTE ON FUNCTION drover.job_is_claimed(integer) FROM PUBLIC;

-- Whether something of the job is begun and not over: a job that ended now would leave it behind.
CREATE OR REPLACE FUNCTION drover.job_is_under_way(job integer) RETURNS boolean
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT EXISTS (SELECT FROM drover.move m
      WHERE m.job = job_is_under_way.job AND m.started IS NOT NULL AND m.finished IS NULL)
    OR EXISTS (SELECT FROM drover.rewrite w
      WHERE w.job = job_is_under_way.job AND w.finished IS NULL)
$$;
REVOKE EXECUTE ON FUNCTION drover.job_is_under_way(integer) FROM PUBLIC;

-- The state of a job that the caller may command: its role's members, and superusers.
CREATE OR REPLACE FUNCTION drover.own_job_state(job integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET drover.reach = 'none'
AS $$
DECLARE
  found record;
BEGIN
  SELECT j.state, j.role INTO found FROM drover.job j WHERE j.id = own_job_state.job FOR UPDATE;
  IF found IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('job %s does not exist', job);
  END IF;
  IF NOT EXISTS (SELECT FROM pg_roles r WHERE r.rolname = session_user AND (r.rolsuper
      OR r.rolname = found.role
      OR EXISTS (SELECT FROM pg_roles m WHERE m.rolname = found.role
        AND pg_has_role(r.oid, m.oid, 'MEMBER')))) THEN
    RAISE EXCEPTION USING ERRCODE = '42501', MESSAGE = format('must be owner of job %s', job);
  END IF;
  RETURN found.state;
END $$;

-- pause_job, resume_job, cancel_job: what is wanted from now on. The worker follows within a second.
CREATE OR REPLACE FUNCTION drover.want_job(job integer, wanted text, possible text[]) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET drover.reach = 'none'
AS $$
DECLARE
  present text := drover.own_job_state(job);
BEGIN
  IF present = wanted THEN
    RETURN;
  END IF;
  IF present <> ALL (possible) THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = format('job %s is %s', job, present);
  END IF;
  UPDATE drover.job j SET state = wanted WHERE j.id = want_job.job;
END $$;
REVOKE EXECUTE ON FUNCTION drover.want_job(integer, text, text[]) FROM PUBLIC;

CREATE OR REPLACE FUNCTION drover.pause_job(job integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET drover.reach = 'none'
AS $$ SELECT drover.want_job(job, 'paused', '{running}') $$;

CREATE OR REPLACE FUNCTION drover.resume_job(job integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET drover.reach = 'none'
AS $$ SELECT drover.want_job(job, 'running', '{paused}') $$;

CREATE OR REPLACE FUNCTION drover.cancel_job(job integer) RETURNS void
LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET drover.reach = 'none'
AS $$ SELECT drover.want_job(job, 'cancelling', '{running,paused}') $$;

CREATE OR REPLACE FUNCTION drover.throttle_job(job integer, bytes_per_second bigint) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET drover.reach = 'none'
AS $$
BEGIN
  PERFORM drover.own_job_state(job);
  UPDATE drover.job j SET throttle = bytes_per_second WHERE j.id = throttle_job.job;
END $$;

CREATE OR REPLACE FUNCTION drover.widen_job(job integer, moves_per_node integer) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET drover.reach = 'none'
AS $$
BEGIN
  PERFORM drover.own_job_state(job);
  UPDATE drover.job j SET moves_per_node = widen_job.moves_per_node WHERE j.id = widen_job.job;
END $$;

-- Returns what a job has to say when it is done; raises an error if it has failed or was cancelled.
CREATE OR REPLACE FUNCTION drover.wait_for(job integer) RETURNS text
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp SET drover.reach = 'none'
AS $$
DECLARE
  seen record;
BEGIN
  IF current_setting('transaction_isolation') <> 'read committed' THEN
    RAISE EXCEPTION USING ERRCODE = '25001',
      MESSAGE = 'drover.wait_for must be called at isolation level read committed';
  END IF;
  LOOP
    SELECT j.state, j.message, j.finished INTO seen FROM drover.job j WHERE j.id = wait_for.job;
    IF seen.state IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format('job %s does not exist', job);
    END IF;
    EXIT WHEN seen.finished IS NOT NULL;
    PERFORM pg_sleep(0.05);
  END LOOP;
  IF seen.state <> 'done' THEN
    RAISE EXCEPTION USING ERRCODE = CASE seen.state WHEN 'failed' THEN '55000' ELSE '57014' END,
      MESSAGE = format('job %s %s', job,
        CASE seen.state WHEN 'failed' THEN 'has failed' ELSE 'was cancelled' END),
      DETAIL = seen.message, HINT = 'drover.jobs and drover.moves show how far it has come.';
  END IF;
  RETURN seen.message;
END $$;

-- What keeps a move from following a table's changes, for messages; NULL if nothing does. Where old rows are
-- told whole, servers from 18 on refuse changes of tables with columns that are never told.
CREATE OR REPLACE FUNCTION drover.not_followed(relation oid) RETURNS text
LANGUAGE sql STABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE
    WHEN c.relpersistence = 'u' THEN 'is unlogged; set it LOGGED to have it moved'
    WHEN c.relreplident <> 'i' AND (c.relreplident <> 'd' OR NOT EXISTS (
        SELECT FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary))
      AND EXISTS (
        SELECT FROM pg_attribute a
        WHERE a.attrelid = c.oid AND a.attgenerated = 'v' AND NOT a.attisdropped)
    THEN 'has virtual generated columns and no primary key that tells its rows apart; add one to have it moved'
  END
  FROM pg_class c WHERE c.oid = relation
$$;

-- Starts a job that moves one slot of a colocation group to a node. For superusers.
CREATE OR REPLACE FUNCTION drover.move_slot(colocation_group integer, slot integer, target_node text)
RETURNS integer LANGUAGE plpgsql SET search_path = pg_catalog, pg_temp SET drover.reach = 'none'
AS $$
DECLARE
  source_id integer;
  target_id integer := (SELECT n.id FROM drover.nodes n WHERE n.name = target_node AND n.id > 0);
  job_id integer;
BEGIN
  IF target_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42704',
      MESSAGE = format('datanode "%s" does not exist', target_node);
  END IF;
  SELECT g.slots[move_slot.slot + 1] INTO source_id
    FROM drover.colocation_groups g WHERE g.id = move_slot.colocation_group;
  IF source_id IS NULL THEN
    RAISE EXCEPTION USING ERRCODE = '42704', MESSAGE = format(
      'slot %s of colocation group %s does not exist', slot, move_slot.colocation_group);
  END IF;
  -- As whoever changes the schema: nobody begins to fill a table of the group anew meanwhile.
  PERFORM pg_advisory_xact_lock(7237970105436619844);
  PERFORM drover.require_no_rewrite(ARRAY(
    SELECT w.relid FROM drover.rewrite w LEFT JOIN drover.distributions d ON d.relid = w.relid
    WHERE move_slot.colocation_group IN (w.colocation_group, d.colocation_group)));
  INSERT INTO drover.job (kind, statement) VALUES ('move', format('SELECT drover.move_slot(%s, %s, %L)',
    move_slot.colocation_group, slot, target_node)) RETURNING id INTO job_id;
  IF source_id <> target_id THEN
    INSERT INTO drover.move (job, colocation_group, slot, source, target)
      VALUES (job_id, move_slot.colocation_group, move_slot.slot, source_id, target_id);
  END IF;
  RETURN job_id;
EXCEPTION WHEN unique_violation THEN
  RAISE EXCEPTION USING ERRCODE = '55006', MESSAGE = format(
    'slot %s of colocation group %s is being moved already', slot, move_slot.colocation_group);
END $$;
REVOKE EXECUTE ON FUNCTION drover.move_slot(integer, integer, text) FROM PUBLIC;
