package dev.drover.coordinator.session;

import dev.drover.coordinator.pool.BackendConnector;
import dev.drover.coordinator.txn.InDoubtFinisher;
import dev.drover.pgwire.netty.Credentials;
import dev.drover.pgwire.scram.ScramKeyPair;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What this coordinator has learned of the roles that log in: the keys with which it can act as
 * them at the servers, and what a server tells them at the start of a session.
 *
 * <p>Threads: thread-safe.
 */
public final class Roles implements BackendConnector.RoleCredentials {
  private final Map<String, ScramKeyPair> keys = new ConcurrentHashMap<>();
  private final Map<String, RoleInfo> infos = new ConcurrentHashMap<>();
  private final Credentials ownCredentials;

  public Roles(Credentials ownCredentials) {
    this.ownCredentials = ownCredentials;
  }

  @Override
  public Credentials of(String role) {
    if (role.equals(InDoubtFinisher.DROVER_ROLE)) {
      return ownCredentials;
    }
    ScramKeyPair pair = keys.get(role);
    return pair == null ? new Credentials.None() : Credentials.ScramKeys.of(pair);
  }

  void learned(String role, ScramKeyPair pair) {
    keys.put(role, pair);
  }

  Optional<RoleInfo> info(String role) {
    return Optional.ofNullable(infos.get(role));
  }

  void learned(String role, RoleInfo info) {
    infos.put(role, info);
  }

  /** The catalog has changed: roles may have other defaults. */
  public void forgetInfos() {
    infos.clear();
  }
}
