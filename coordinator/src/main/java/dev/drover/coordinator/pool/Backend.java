package dev.drover.coordinator.pool;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.netty.BackendLink;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;

/**
 * One connection to one server as one role, with what Drover remembers of its state.
 *
 * <p>Threads: confined to the event loop of its link.
 */
public final class Backend {
  private final BackendLink link;
  private final Node node;
  private final String role;
  private final long epoch;
  private final ServerStatements statements = new ServerStatements();
  private SettingsState settings = SettingsState.DEFAULTS;
  private boolean settingsKnown = true;
  private boolean closeOnRelease;
  private int preparing;
  private boolean cancelWanted;
  private boolean closeWanted;
  private int cancelsInFlight;

  /** {@code epoch} is that under which the coordinator has introduced itself. */
  Backend(BackendLink link, Node node, String role, long epoch) {
    this.link = requireNonNull(link);
    this.node = requireNonNull(node);
    this.role = requireNonNull(role);
    this.epoch = epoch;
  }

  public BackendLink link() {
    return link;
  }

  public int node() {
    return node.id();
  }

  public String nodeName() {
    return node.name();
  }

  /** The coordinator's epoch when the connection was made. */
  public long epoch() {
    return epoch;
  }

  public String role() {
    return role;
  }

  public ServerStatements statements() {
    return statements;
  }

  /** Sends what brings the connection to {@code wanted}; nothing when it is there. */
  public void applySettings(SettingsState wanted) {
    if (!hasSettings(wanted)) {
      applySettings(wanted, _ -> {});
    }
  }

  /** The same, with somebody told when the server has agreed or refused. */
  public void applySettings(SettingsState wanted, QuietReply.Outcome outcome) {
    prepare(wanted.applySql(), outcome);
    settings = wanted;
    settingsKnown = true;
  }

  public boolean hasSettings(SettingsState wanted) {
    return settingsKnown && settings.equals(wanted);
  }

  /** The transaction changed settings here in ways that its end may or may not have undone. */
  public void forgetSettings() {
    settingsKnown = false;
  }

  /** The connection has exactly these settings now. */
  public void settingsAre(SettingsState now) {
    settings = now;
    settingsKnown = true;
  }

  /** Appends a simple query; the caller flushes. */
  public void query(String sql, Reply reply) {
    FrontendEncoder.query(link.out(), sql);
    link.expect(reply);
  }

  /**
   * Appends what a statement that follows in the same packet relies on: settings, BEGIN,
   * savepoints. A cancel request waits until it is through; if it fails all the same, nothing is
   * known of the connection any more. The outcome is told in any case.
   */
  public void prepare(String sql, QuietReply.Outcome outcome) {
    preparing++;
    query(
        sql,
        new QuietReply(
            reply -> {
              prepared(reply);
              outcome.done(reply);
            }));
  }

  private void prepared(QuietReply reply) {
    preparing--;
    if (!reply.succeeded()) {
      forgetSettings();
      closeOnRelease();
    }
    if (preparing == 0 && cancelWanted) {
      cancelWanted = false;
      cancel();
      if (closeWanted) {
        link.close();
      }
    }
  }

  /** The connection's state is in doubt: it must not serve anybody else. */
  public void closeOnRelease() {
    closeOnRelease = true;
  }

  /**
   * Asks the server to cancel what runs here. Until that request is through, the connection does
   * not serve anybody else: it could hit the next statement. Nor may it hit what the statement
   * relies on, which would run without its settings or outside of its transaction.
   */
  public void cancel() {
    if (preparing > 0) {
      cancelWanted = true;
      return;
    }
    cancelsInFlight++;
    link.cancel().addListener(done -> cancelsInFlight--);
  }

  /**
   * Nobody waits for its answers any more. What runs is cancelled before the connection closes: a
   * server that waits for a lock would else wait on, and then go on.
   */
  public void cancelAndClose() {
    closeOnRelease = true;
    if (link.pending() > 0) {
      closeWanted = true;
      cancel();
    }
  }

  /** Closes, after the cancel request that still waits for what the statement relies on. */
  void close() {
    if (!cancelWanted) {
      link.close();
    }
  }

  boolean reusable() {
    return !closeOnRelease
        && link.isOpen()
        && link.status() == 'I'
        && link.pending() == 0
        && cancelsInFlight == 0;
  }
}
