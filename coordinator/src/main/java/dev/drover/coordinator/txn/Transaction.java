package dev.drover.coordinator.txn;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.sql.TransactionCommand.Modes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a session has running on the servers: from a single forwarded statement to a transaction
 * over many nodes. One object serves a session for its whole life.
 *
 * <p>A participant joins when a statement first needs it: settings, BEGIN with the transaction's
 * modes and every open savepoint go out in one packet with that statement.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class Transaction {
  /** How much of a transaction there is. */
  public enum Scope {
    /** Nothing runs. */
    NONE,
    /** One statement, forwarded bare: the server's own transaction. */
    BARE,
    /** Begun by Drover for statements between two Syncs, ended by Drover. */
    IMPLICIT,
    /** Begun by the client. */
    EXPLICIT
  }

  /** Told once whether a participant is at hand. */
  public interface Joining {
    void joined(Participant participant);

    void refused(SqlError error);
  }

  private final TransactionServices services;
  private final String role;
  private final Consumer<ErrorFields> warnings;
  private final List<Participant> participants = new ArrayList<>();
  private final TransactionWaits waits = new TransactionWaits(participants);
  private final TemporaryUse temporaryUse = new TemporaryUse();
  private final Replay replay = new Replay(this);
  private final TransactionView view;
  private final Place place;
  private final Sights sights;
  private Scope scope = Scope.NONE;
  private final Failure failure = new Failure(participants, replay, this::release);
  private boolean committing;
  private boolean abandoned;
  private SettingsState settings = SettingsState.DEFAULTS;
  private List<String> localSettings = List.of();
  private final KeptConnection kept = new KeptConnection(temporaryUse);
  private final BareWrite bareWrite;

  /** {@code warnings} go to the client. */
  public Transaction(TransactionServices services, String role, Consumer<ErrorFields> warnings) {
    this.services = requireNonNull(services);
    this.role = requireNonNull(role);
    this.warnings = requireNonNull(warnings);
    this.view = new TransactionView(services.snapshots());
    this.place = new Place(services, this);
    this.bareWrite = new BareWrite(services.gate());
    this.sights = new Sights(services.gate().phases(), services.loop());
  }

  public TransactionServices services() {
    return services;
  }

  public Scope scope() {
    return scope;
  }

  public String role() {
    return role;
  }

  public boolean failed() {
    return failure.isSet();
  }

  /** Unique among the active transactions of this coordinator; later ones have higher numbers. */
  public long number() {
    return place.number();
  }

  public List<Participant> participants() {
    return participants;
  }

  /** What the deadlock detector wants to know of it, and does to it. */
  public TransactionWaits waits() {
    return waits;
  }

  /** Starts a scope; settings are those that every participant gets before its BEGIN. */
  public void begin(
      Scope newScope, Modes modes, SettingsState sessionSettings, TransactionDefaults defaults) {
    if (scope != Scope.NONE) {
      throw new IllegalStateException("a transaction is running: " + scope);
    }
    scope = newScope;
    settings = sessionSettings;
    view.begin(modes, defaults);
  }

  /** BEGIN inside an implicit transaction makes it the client's. */
  public void makeExplicit(Modes modes) {
    scope = Scope.EXPLICIT;
    if (participants.isEmpty()) {
      view.change(modes);
    }
  }

  /** What it sees of several nodes. */
  public TransactionView view() {
    return view;
  }

  public void fail() {
    if (scope == Scope.IMPLICIT || scope == Scope.EXPLICIT) {
      failure.set(scope == Scope.EXPLICIT);
    }
  }

  /** What the last error did to it, and the way back. */
  public Failure failure() {
    return failure;
  }

  /** Settings changed since the begin, as SELECT set_config(...) with transaction scope. */
  public void localSettings(List<String> statements) {
    localSettings = statements;
  }

  /** The session keeps the catalog node's connection from now on. */
  public void pinCatalog() {
    find(Node.CATALOG_ID, false).map(Participant::backend).ifPresent(kept::keep);
  }

  public Optional<Backend> pinnedCatalog() {
    return kept.backend();
  }

  public TemporaryUse temporaryUse() {
    return temporaryUse;
  }

  /** The session no longer needs a connection of its own to the catalog node. */
  public void unpinCatalog() {
    kept.giveUp(services.pool());
  }

  /** Once after the connection that the session keeps was lost: what to tell the client. */
  public Optional<SqlError> takeLoss() {
    return kept.lost() ? Optional.of(kept.takeLoss()) : Optional.empty();
  }

  /** The participant on a node, if it has joined. */
  public Optional<Participant> find(int node, boolean metadata) {
    for (Participant participant : participants) {
      if (participant.node() == node && participant.isMetadata() == metadata) {
        return Optional.of(participant);
      }
    }
    return Optional.empty();
  }

  /** Joins the client's connection to a node. */
  public void join(int node, Joining joining) {
    if (sights.isClear(node)) {
      join(node, false, joining);
    } else {
      sights.beforeLook(node, () -> join(node, false, joining));
    }
  }

  /** Takes a place among the active transactions, for connections beside its own. */
  public void admit(Runnable then, Consumer<SqlError> refused) {
    place.take(
        () -> {
          if (abandoned) {
            end();
            refused.accept(TransactionErrors.clientGone());
          } else {
            then.run();
          }
        },
        refused);
  }

  /** The client gets an answer of what was read. */
  public void answered() {
    sights.answered();
    view.answered();
  }

  /** Joins Drover's own connection to the catalog node. */
  public void joinMetadata(Joining joining) {
    join(Node.CATALOG_ID, true, joining);
  }

  private void join(int node, boolean metadata, Joining joining) {
    Optional<Participant> present = find(node, metadata);
    if (present.isPresent()) {
      joining.joined(present.get());
      return;
    }
    if (abandoned) {
      joining.refused(TransactionErrors.clientGone());
      return;
    }
    admit(() -> see(node, metadata, joining), joining::refused);
  }

  private void see(int node, boolean metadata, Joining joining) {
    if (scope == Scope.BARE || metadata) {
      acquire(node, metadata, joining);
      return;
    }
    view.prepare(node, () -> acquire(node, false, joining), joining::refused);
  }

  private void acquire(int node, boolean metadata, Joining joining) {
    if (node == Node.CATALOG_ID && !metadata) {
      if (kept.lost()) {
        joining.refused(kept.takeLoss());
        return;
      }
      if (kept.backend().isPresent()) {
        started(kept.backend().get(), false, joining);
        return;
      }
    }
    String as = metadata ? InDoubtFinisher.DROVER_ROLE : role;
    services
        .pool()
        .acquire(
            node, as, BackendPool.Request.of(b -> lent(b, metadata, joining), joining::refused));
  }

  private void lent(Backend backend, boolean metadata, Joining joining) {
    if (abandoned) {
      services.pool().release(backend);
      joining.refused(TransactionErrors.clientGone());
    } else {
      started(backend, metadata, joining);
    }
  }

  private void started(Backend backend, boolean metadata, Joining joining) {
    if (scope == Scope.BARE && !metadata && backend.hasSettings(settings)) {
      arrived(new Participant(backend, false), joining);
      return;
    }
    Arrival arrival =
        new Arrival(
            settings,
            scope == Scope.BARE ? List.of() : view.beginSql(backend.node()),
            localSettings,
            replay.statements(),
            this::fail);
    if (metadata) {
      arrival.ownConnection(backend);
      arrived(new Participant(backend, true), joining);
      return;
    }
    arrival.clientConnection(
        backend,
        () -> arrived(new Participant(backend, false), joining),
        refusal -> {
          release(backend);
          joining.refused(refusal);
        });
  }

  private void arrived(Participant participant, Joining joining) {
    participants.add(participant);
    joining.joined(participant);
  }

  /** Sends one statement to every participant; {@code done} has the first error, if any. */
  public void broadcast(String sql, Completion done) {
    Fanout.toAll(participants, _ -> sql, done);
  }

  /** Savepoints and constraint modes, for those who take part and for those who join later. */
  public Replay replay() {
    return replay;
  }

  public void rollbackTo(String name, Completion done) {
    replay.rolledBackTo(name);
    failure.clear();
    broadcast("ROLLBACK TO SAVEPOINT " + name, done);
  }

  /**
   * Sends a statement that may write. One that stands bare commits by itself, so it waits while
   * commits are held back.
   */
  public void sendWrite(Runnable send) {
    if (scope == Scope.BARE) {
      bareWrite.send(send);
    } else {
      send.run();
    }
  }

  /** Commits, by one phase where one connection wrote, else by two. */
  public void commit(Completion done) {
    if (temporaryUse.mayBe()) {
      find(Node.CATALOG_ID, false).ifPresent(Participant::markTemporary);
    }
    conclude(new Commit(services, participants, view, warnings)::run, done);
  }

  /** PREPARE TRANSACTION under the client's name for it, for the role that it acts as. */
  public void prepare(String gid, String owner, Completion done) {
    conclude(new UserPrepare(services, participants, view, gid, owner)::run, done);
  }

  private void conclude(Consumer<Completion> ending, Completion done) {
    committing = true;
    ending.accept(
        result -> {
          committing = false;
          end();
          if (abandoned) {
            unpinCatalog();
          }
          done.complete(result);
        });
  }

  /**
   * The coordinator's epoch has ended: the servers are about to end its connections. A commit under
   * way finds its own end.
   */
  public void epochEnded() {
    if (!committing) {
      List.copyOf(participants).forEach(p -> p.backend().link().close());
    }
  }

  /** Rolls back everywhere; a lost connection has rolled back by itself. */
  public void rollback(Runnable done) {
    Fanout.toAll(
        participants,
        _ -> "ROLLBACK",
        _ -> {
          end();
          done.run();
        });
  }

  /** Gives every connection back and forgets the scope. */
  public void end() {
    bareWrite.end();
    participants.stream().map(Participant::letGo).forEach(this::release);
    participants.clear();
    replay.clear();
    view.end();
    scope = Scope.NONE;
    failure.clear();
    localSettings = List.of();
    waits.reset();
    place.leave();
  }

  private void release(Backend backend) {
    if (!kept.is(backend)) {
      services.pool().release(backend);
    }
  }

  /**
   * The session ends: connections with open work are closed, which rolls it back. A commit under
   * way goes on to its end.
   */
  public void abandon() {
    abandoned = true;
    if (committing) {
      return;
    }
    participants.forEach(p -> p.backend().cancelAndClose());
    end();
    unpinCatalog();
  }
}
