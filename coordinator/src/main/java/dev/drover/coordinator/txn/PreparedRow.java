package dev.drover.coordinator.txn;

import static java.util.stream.Collectors.joining;

import dev.drover.coordinator.settings.SettingsState;
import java.util.List;

/**
 * The row on the catalog node that records a client's prepared transaction, as SQL.
 *
 * <p>Its parts are prepared as {@code gp_<coordinator>_<epoch>_<gxid>}, the same on every node.
 * Frozen: recovery of another release reads both.
 */
final class PreparedRow {
  private PreparedRow() {}

  /** What one coordinator calls a transaction. */
  record Key(int coordinator, long epoch, long gxid) {
    String gid() {
      return "gp_%d_%d_%d".formatted(coordinator, epoch, gxid);
    }
  }

  /** The life of a coordinator that carries a decision out. */
  record Decider(int coordinator, long epoch) {}

  /** {@code owner} is the role that the client acts as. */
  static String insert(Key key, String gid, String owner, List<Participant> participants) {
    return """
    INSERT INTO drover.prepared (gxid, gid, owner, coordinator, epoch, nodes, last_nodes) \
    VALUES (%d, %s, (SELECT oid FROM pg_catalog.pg_roles WHERE rolname = %s), %d, %d, %s, %s)\
    """
        .formatted(
            key.gxid(),
            SettingsState.literal(gid),
            SettingsState.literal(owner),
            key.coordinator(),
            key.epoch(),
            nodes(participants),
            nodes(participants.stream().filter(Participant::commitsLast).toList()));
  }

  private static String nodes(List<Participant> participants) {
    return participants.stream()
        .map(p -> Integer.toString(p.node()))
        .collect(joining(",", "'{", "}'"));
  }

  static String exists(Key key) {
    return "SELECT count(*) FROM drover.prepared WHERE gxid = " + key.gxid();
  }

  /**
   * Coordinator, epoch and gxid; nodes and last nodes; whether it is decided, whether the role may
   * decide; the names of the nodes.
   */
  static String find(String gid, String role) {
    return """
    SELECT p.coordinator, p.epoch, p.gxid, pg_catalog.array_to_string(p.nodes, ' '),
      pg_catalog.array_to_string(p.last_nodes, ' '), p.is_commit IS NOT NULL,
      p.owner = r.oid OR r.rolsuper,
      (SELECT pg_catalog.string_agg(n.name, E'\\n' ORDER BY u.place)
        FROM pg_catalog.unnest(p.nodes) WITH ORDINALITY u(node, place)
          JOIN drover.nodes n ON n.id = u.node)
    FROM drover.prepared p, pg_catalog.pg_roles r
    WHERE p.gid = %s AND r.rolname = %s ORDER BY p.is_commit IS NOT NULL, p.gxid LIMIT 1\
    """
        .formatted(SettingsState.literal(gid), SettingsState.literal(role));
  }

  /** Decides, unless somebody else has. */
  static String decide(Key key, boolean isCommit, Decider decider) {
    return """
    UPDATE drover.prepared SET is_commit = %b, decider = %d, decider_epoch = %d, \
      decided = pg_catalog.clock_timestamp() WHERE gxid = %d AND is_commit IS NULL\
    """
        .formatted(isCommit, decider.coordinator(), decider.epoch(), key.gxid());
  }

  /** 1 when this coordinator has decided. */
  static String decided(Key key, boolean isCommit, Decider decider) {
    return """
    SELECT count(*) FROM drover.prepared \
    WHERE gxid = %d AND is_commit = %b AND decider = %d AND decider_epoch = %d\
    """
        .formatted(key.gxid(), isCommit, decider.coordinator(), decider.epoch());
  }

  static String forget(Key key) {
    return "DELETE FROM drover.prepared WHERE gxid = " + key.gxid();
  }
}
