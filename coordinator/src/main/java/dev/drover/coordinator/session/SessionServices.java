package dev.drover.coordinator.session;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.CatalogCache;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.exec.ExecServices;
import dev.drover.coordinator.metrics.LoopCounts;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.coordinator.txn.TransactionServices;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/**
 * What the sessions of one event loop share.
 *
 * <p>Threads: confined to its event loop; the parts say for themselves what else they allow.
 */
public final class SessionServices {
  private static final int MAX_KNOWN_SETTINGS = 1024;

  /** What all event loops of a coordinator share. */
  public record Shared(
      CatalogCache catalog,
      Roles roles,
      SessionRegistry registry,
      String database,
      boolean trustsLoopback,
      Pools pools) {}

  /** The pools of all event loops. */
  public interface Pools {
    /** Complete when idle connections to these nodes as these roles are closed. */
    CompletionStage<Void> closeIdle(IntPredicate ofNode, Predicate<String> ofRole);
  }

  private final Shared shared;
  private final TransactionServices transactions;
  private final ExecServices exec;
  private final StatementPlanner planner;
  private final Set<Session> sessions = new HashSet<>();
  private final Map<SettingsState, SettingsState> checkedSettings =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<SettingsState, SettingsState> eldest) {
          return size() > MAX_KNOWN_SETTINGS;
        }
      };

  public SessionServices(
      Shared shared,
      TransactionServices transactions,
      ExecServices exec,
      StatementPlanner planner) {
    this.shared = requireNonNull(shared);
    this.transactions = requireNonNull(transactions);
    this.exec = requireNonNull(exec);
    this.planner = requireNonNull(planner);
  }

  public TransactionServices transactions() {
    return transactions;
  }

  public LoopCounts counts() {
    return exec.counts();
  }

  ExecServices exec() {
    return exec;
  }

  StatementPlanner planner() {
    return planner;
  }

  CatalogCache catalog() {
    return shared.catalog();
  }

  Roles roles() {
    return shared.roles();
  }

  SessionRegistry registry() {
    return shared.registry();
  }

  String database() {
    return shared.database();
  }

  Pools pools() {
    return shared.pools();
  }

  boolean trustsLoopback() {
    return shared.trustsLoopback();
  }

  /** The open sessions of this loop. */
  public Set<Session> sessions() {
    return sessions;
  }

  /** PostgreSQL has accepted these settings before, so a login need not ask again. */
  boolean knowsSettings(SettingsState wanted) {
    return wanted.equals(SettingsState.DEFAULTS) || checkedSettings.containsKey(wanted);
  }

  void settingsChecked(SettingsState wanted, SettingsState canonical) {
    checkedSettings.put(wanted, canonical);
  }

  SettingsState canonicalSettings(SettingsState wanted) {
    return checkedSettings.getOrDefault(wanted, wanted);
  }
}
