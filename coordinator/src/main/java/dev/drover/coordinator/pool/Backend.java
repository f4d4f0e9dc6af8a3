package dev.drover.coordinator.pool;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.BindParameters;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.netty.BackendLink;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * One connection to one server as one role, with what Drover remembers of its state.
 *
 * <p>Threads: confined to the event loop of its link.
 */
public final class Backend {
  private static final int[] NO_FORMATS = {};
  private static final int[] NO_TYPES = {};
  private static final String UNNAMED = "";

  private record Preceding(String sql, QuietReply.Outcome outcome) {}

  private final BackendLink link;
  private final Node node;
  private final String role;
  private final long epoch;
  private final ServerStatements statements = new ServerStatements();
  private final Map<String, String> ownStatements = new HashMap<>();
  private final List<Preceding> prologue = new ArrayList<>();
  private int nextOwnStatement;
  private int merged;
  private int mergedCharacters;
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

  /** What waits to go out in front of the next statement is written first. */
  public BackendLink link() {
    if (!prologue.isEmpty()) {
      prologue.forEach(preceding -> prepare(preceding.sql(), preceding.outcome()));
      prologue.clear();
    }
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
    FrontendEncoder.query(link().out(), sql);
    link.expect(reply);
  }

  /**
   * Keeps what the next statement relies on, to run in the same message or unit as the statement:
   * the server then answers once, and if this fails the statement fails by it. What cannot be put
   * into the statement's message goes in front of it in the same packet; only then {@code outcome}
   * is told.
   */
  public void precede(String sql, QuietReply.Outcome outcome) {
    prologue.add(new Preceding(sql, outcome));
  }

  /** The connection goes back before anything was sent. */
  void forgetPrologue() {
    prologue.clear();
  }

  /**
   * The buffer for a simple query that {@link #startText} writes the first bytes of. The catalog
   * node's errors show positions in the client's text, so there nothing is put in front of it.
   */
  public ByteBuf startQuery() {
    return node.id() == Node.CATALOG_ID ? link().out() : link.out();
  }

  /** Begins the query's text, which the caller goes on with; {@link #expect} follows. */
  public void startText(ByteBuf out) {
    mergedCharacters = 0;
    for (Preceding preceding : prologue) {
      String sql = preceding.sql() + "\n;"; // a text of the client may end in a comment
      out.writeCharSequence(sql, StandardCharsets.UTF_8);
      mergedCharacters += sql.codePointCount(0, sql.length());
    }
    merged = prologue.size();
    prologue.clear();
  }

  /** Appends to a unit of the extended protocol; the unit's Sync and {@link #expect} follow. */
  public ByteBuf startUnit() {
    mergedCharacters = 0;
    for (Preceding preceding : prologue) {
      if (preceding.sql().equals("BEGIN")) {
        executeOwn(preceding.sql(), BindParameters.none());
      } else {
        executeOnce(preceding.sql());
      }
    }
    merged = prologue.size();
    prologue.clear();
    return link.out();
  }

  /** Who takes the answer to what was started by {@link #startText} or {@link #startUnit}. */
  public void expect(Reply reply) {
    link.expect(merged == 0 ? reply : preceded(reply));
    merged = 0;
  }

  private Reply preceded(Reply reply) {
    PrecededReply.Before before = new PrecededReply.Before(merged, mergedCharacters);
    return new PrecededReply(this::inDoubt, before, reply);
  }

  /** Appends a statement of Drover's own, which the connection keeps prepared, without Sync. */
  public void executeOwn(String sql, BindParameters values) {
    String name = ownStatements.get(sql);
    if (name == null) {
      name = "o" + nextOwnStatement++;
      ownStatements.put(sql, name);
      FrontendEncoder.parse(link.out(), name, sql.getBytes(StandardCharsets.UTF_8), NO_TYPES);
    }
    FrontendEncoder.bind(link.out(), UNNAMED, name, values, NO_FORMATS);
    FrontendEncoder.execute(link.out(), UNNAMED, 0);
  }

  /** After an error: which of Drover's statements the server came to prepare is not known. */
  public void forgetOwnStatements() {
    ownStatements.values().forEach(name -> FrontendEncoder.closeStatement(link.out(), name));
    ownStatements.clear();
  }

  /** Appends a statement that is not kept, without Sync. */
  public void executeOnce(String sql) {
    byte[] utf8 = sql.getBytes(StandardCharsets.UTF_8);
    FrontendEncoder.parse(link.out(), UNNAMED, utf8, NO_TYPES);
    FrontendEncoder.bind(link.out(), UNNAMED, UNNAMED, BindParameters.none(), NO_FORMATS);
    FrontendEncoder.execute(link.out(), UNNAMED, 0);
  }

  /**
   * Appends what a statement that follows in the same packet relies on: settings, BEGIN,
   * savepoints. A cancel request waits until it is through; if it fails all the same, nothing is
   * known of the connection any more. The outcome is told in any case.
   */
  public void prepare(String sql, QuietReply.Outcome outcome) {
    preparing++;
    FrontendEncoder.query(link.out(), sql);
    link.expect(
        new QuietReply(
            reply -> {
              prepared(reply);
              outcome.done(reply);
            }));
  }

  private void prepared(QuietReply reply) {
    preparing--;
    if (!reply.succeeded()) {
      inDoubt();
    }
    if (preparing == 0 && cancelWanted) {
      cancelWanted = false;
      cancel();
      if (closeWanted) {
        link.close();
      }
    }
  }

  private void inDoubt() {
    forgetSettings();
    closeOnRelease();
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
