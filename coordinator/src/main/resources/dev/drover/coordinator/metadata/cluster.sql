-- Jobs on all tables at once, and what users see of jobs. Run after jobs.sql.

-- Starts a job for ALTER CLUSTER. kind: add_node, remove_node or rebalance; options: those of the kind,
-- where weights name nodes. For superusers.
CREATE OR REPLACE FUNCTION drover.alter_cluster(
  kind text, node_name text, options text[], statement text)
RETURNS integer LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp
SET drover.reach = 'none' AS $$
DECLARE
  acting name := CASE current_setting('role') WHEN 'none' THEN session_user
    ELSE current_setting('role') END;
  other record;
  subject text;
  chosen text[] := '{}';
  node_id integer;
  job_id integer;
BEGIN
  IF NOT (SELECT r.rolsuper FROM pg_roles r WHERE r.rolname = acting) THEN
    RAISE EXCEPTION USING ERRCODE = '42501',
      MESSAGE = 'must be superuser to execute ALTER CLUSTER';
  END IF;
  LOCK TABLE drover.job IN SHARE ROW EXCLUSIVE MODE;
  SELECT j.id, j.kind INTO other FROM drover.job j WHERE j.finished IS NULL
    AND j.kind IN ('add_node', 'remove_node', 'rebalance') LIMIT 1;
  IF FOUND THEN
    PERFORM drover.refuse_beside('the cluster is being altered already', other.id);
  END IF;
  PERFORM drover.require_no_rewrite(ARRAY(SELECT w.relid FROM drover.rewrite w));
  FOREACH subject IN ARRAY CASE kind WHEN 'rebalance' THEN options ELSE ARRAY[node_name] END LOOP
    IF kind = 'rebalance' AND strpos(subject, '=') = 0 THEN
      chosen := chosen || subject;
      CONTINUE;
    END IF;
    node_id := (SELECT n.id FROM drover.nodes n
      WHERE n.name = regexp_replace(subject, '=[^=]*$', '') AND n.id > 0);
    IF node_id IS NULL THEN
      RAISE EXCEPTION USING ERRCODE = '42704',
        MESSAGE = format('PGXC Node %s: object not defined', regexp_replace(subject, '=[^=]*$', '')),
        HINT = 'The nodes are in drover.nodes; CREATE NODE adds one.';
    END IF;
    chosen := chosen || (node_id || coalesce(substring(subject FROM '=[^=]*$'), ''));
  END LOOP;
  IF kind = 'remove_node' AND NOT EXISTS (
      SELECT FROM drover.nodes n WHERE n.id > 0 AND n.name <> node_name) THEN
    RAISE EXCEPTION USING ERRCODE = '55000', MESSAGE = 'the last datanode cannot be removed',
      HINT = 'Add another one by CREATE NODE and ALTER CLUSTER ADD NODE first.';
  END IF;
  INSERT INTO drover.job (kind, arguments, statement, role)
    VALUES (alter_cluster.kind, chosen, alter_cluster.statement, acting)
    RETURNING id INTO job_id;
  RETURN job_id;
END $$;

-- How far a move or a rewrite has come, from 0 to 1: the copy takes most of the time.
CREATE OR REPLACE FUNCTION drover.progress(phase text, bytes_done bigint, bytes_total bigint)
RETURNS double precision LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT CASE phase
    WHEN 'DONE' THEN 1 WHEN 'FAILED' THEN 1
    WHEN 'COPY' THEN 0.8 * least(1, bytes_done::double precision / greatest(bytes_total, 1))
    WHEN 'INDEX' THEN 0.8 WHEN 'CATCHUP' THEN 0.9 WHEN 'CUTOVER' THEN 0.95 WHEN 'DECIDED' THEN 0.98
    ELSE 0 END
$$;

CREATE OR REPLACE FUNCTION drover.move_progress(move drover.move) RETURNS double precision
LANGUAGE sql IMMUTABLE SET search_path = pg_catalog, pg_temp AS $$
  SELECT drover.progress(move.phase, move.bytes_done, move.bytes_total)
$$;

CREATE OR REPLACE VIEW drover.moves AS
  SELECT m.id AS move, m.job, m.colocation_group, m.slot,
    (SELECT string_agg(c.oid::regclass::text, ', ' ORDER BY c.oid) FROM drover.distributions d
      JOIN pg_class c ON c.oid = d.relid WHERE d.colocation_group = m.colocation_group) AS tables,
    coalesce(s.name, m.source::text) AS source, coalesce(t.name, m.target::text) AS target,
    lower(m.phase) AS phase, m.bytes_done, m.bytes_total, m.rows_done, m.rows_total,
    round((m.bytes_done / nullif(extract(epoch FROM coalesce(m.finished, clock_timestamp())
      - m.started), 0))::numeric) AS bytes_per_second,
    CASE WHEN m.finished IS NULL AND drover.move_progress(m) > 0 THEN
      justify_interval((clock_timestamp() - m.started)
        * (1 / drover.move_progress(m) - 1)) END AS time_left,
    round(m.blocked_micros / 1000.0, 1) AS write_blocked_ms, m.attempts, m.message,
    m.started, m.finished
  FROM drover.move m LEFT JOIN drover.nodes s ON s.id = m.source
    LEFT JOIN drover.nodes t ON t.id = m.target;

CREATE OR REPLACE VIEW drover.jobs AS
  SELECT j.id AS job, j.kind, j.statement, j.role, j.state,
    CASE WHEN j.finished IS NULL THEN coalesce(m.phase, nullif(j.message, '')) ELSE j.state END AS phase,
    coalesce(m.moves_done, 0) AS moves_done, coalesce(m.moves_total, 0) AS moves_total,
    coalesce(m.bytes_done, 0)::bigint AS bytes_done,
    coalesce(m.bytes_total, 0)::bigint AS bytes_total,
    coalesce(m.rows_done, 0)::bigint AS rows_done, coalesce(m.rows_total, 0)::bigint AS rows_total,
    CASE WHEN j.state = 'done' THEN 100
      ELSE coalesce(round((100 * m.progress)::numeric, 1), 0) END AS percent,
    round((m.bytes_done / nullif(extract(epoch FROM coalesce(j.finished, clock_timestamp())
      - m.started), 0))::numeric) AS bytes_per_second,
    CASE WHEN j.finished IS NULL AND m.progress > 0 THEN
      justify_interval((clock_timestamp() - m.started) * (1 / m.progress - 1)) END AS time_left,
    coalesce(m.write_blocked_ms, 0) AS write_blocked_ms, j.throttle, j.message, j.created, j.finished,
    j.moves_per_node
  FROM drover.job j LEFT JOIN LATERAL (
    SELECT count(*) FILTER (WHERE o.is_move) AS moves_total,
      count(*) FILTER (WHERE o.is_move AND o.phase = 'DONE') AS moves_done,
      sum(CASE o.phase WHEN 'DONE' THEN greatest(o.bytes_done, o.bytes_total)
        ELSE least(o.bytes_done, o.bytes_total) END) AS bytes_done,
      sum(greatest(o.bytes_total, o.bytes_done)) AS bytes_total,
      sum(o.rows_done) AS rows_done, sum(greatest(o.rows_total, o.rows_done)) AS rows_total,
      sum(drover.progress(o.phase, o.bytes_done, o.bytes_total) * (o.bytes_total + 8192))
        / sum(o.bytes_total + 8192) AS progress,
      max(round(o.blocked_micros / 1000.0, 1)) AS write_blocked_ms, min(o.started) AS started,
      min(lower(o.phase)) FILTER (WHERE o.started IS NOT NULL AND o.finished IS NULL) AS phase
    FROM (
      SELECT v.phase, v.bytes_done, v.bytes_total, v.rows_done, v.rows_total, v.blocked_micros,
        v.started, v.finished, true AS is_move
      FROM drover.move v WHERE v.job = j.id
      UNION ALL
      SELECT w.phase, w.bytes_done, w.bytes_total, w.rows_done, w.rows_total, w.blocked_micros,
        w.started, w.finished, false
      FROM drover.rewrite w WHERE w.job = j.id) o HAVING count(*) > 0) m ON true;

GRANT SELECT ON drover.jobs, drover.moves TO PUBLIC;
