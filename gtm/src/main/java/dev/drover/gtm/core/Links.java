package dev.drover.gtm.core;

import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.Role;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Who is connected, and over which connection each coordinator was last heard.
 *
 * <p>Threads: confined to the owning {@link GtmCore}.
 */
final class Links {
  private final Map<Long, Link> links = new LinkedHashMap<>();
  private final Map<Integer, Long> connectionOf = new HashMap<>();
  private final Outbox outbox;

  Links(Outbox outbox) {
    this.outbox = outbox;
  }

  void add(long connection, Role role, String name) {
    links.put(connection, new Link(role, name));
  }

  void remove(long connection) {
    links.remove(connection);
    connectionOf.values().removeIf(open -> open == connection);
  }

  Optional<Link> get(long connection) {
    return Optional.ofNullable(links.get(connection));
  }

  void heard(int coordinatorId, long connection) {
    connectionOf.put(coordinatorId, connection);
  }

  boolean isReachable(int coordinatorId) {
    return connectionOf.containsKey(coordinatorId);
  }

  void sendToCoordinator(int coordinatorId, GtmMessage.FromGtm message) {
    Long connection = connectionOf.get(coordinatorId);
    if (connection != null) {
      outbox.send(connection, message);
    }
  }

  void sendToAgents(GtmMessage.FromGtm message) {
    links.forEach(
        (connection, link) -> {
          if (link.role() == Role.AGENT) {
            outbox.send(connection, message);
          }
        });
  }

  record Link(Role role, String name) {}
}
