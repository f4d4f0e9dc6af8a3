package dev.drover.coordinator.session;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.BackendDecoder.Notification;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import java.util.ArrayDeque;
import java.util.Optional;
import java.util.Queue;

/**
 * LISTEN, UNLISTEN and NOTIFY. All are the catalog node's: it delivers what was committed to the
 * connections that listen, of whichever coordinator, and the session passes it on when its client
 * is in no transaction.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class Notifications {
  /** A client that stays in a transaction meanwhile. */
  private static final int MAX_WAITING = 100_000;

  private final Session session;
  private final StatementRunner runner;
  private final Transaction transaction;
  private final Queue<Notification> waiting = new ArrayDeque<>();
  private Optional<Backend> source = Optional.empty();

  Notifications(Session session, StatementRunner runner, Transaction transaction) {
    this.session = session;
    this.runner = runner;
    this.transaction = transaction;
  }

  /** The connection that listens is kept by the session from then on. */
  void listen(Call call) {
    run(call, true);
  }

  void run(Call call) {
    run(call, false);
  }

  private void run(Call call, boolean listens) {
    Call marking = call.listenedBy(new Marking(call, listens));
    SqlText text = SqlText.cut(call.text().toString(), 0);
    runner.runLocal(marking, new Plan.Local(text, listens, false));
  }

  private void hearKept() {
    Optional<Backend> kept = transaction.pinnedCatalog();
    if (kept.isEmpty() || kept.equals(source)) {
      return;
    }
    source = kept;
    kept.get().link().setNotifications(this::received);
    kept.get().link().onClose(() -> lost(kept.get()));
  }

  /** A client that only listens would never learn that it has become deaf. */
  private void lost(Backend closed) {
    if (source.isPresent() && source.get() == closed) {
      stop();
      session.fatal(
          SqlError.of(
              SqlState.ADMIN_SHUTDOWN,
              "terminating connection because the connection that listens was lost"));
    }
  }

  /** The session listens no more. */
  void stop() {
    source.ifPresent(s -> s.link().setNotifications(_ -> {}));
    source = Optional.empty();
    waiting.clear();
  }

  private void received(Notification notification) {
    waiting.add(fromWhomTheClientKnows(notification));
    if (session.isIdle()) {
      deliver();
      session.channel().flush();
    } else if (waiting.size() > MAX_WAITING) {
      stop();
      session.fatal(
          SqlError.of(
              SqlState.PROGRAM_LIMIT_EXCEEDED,
              "too many notifications wait for the end of a transaction"));
    }
  }

  /** The client tells its own notifications by the process id that it was given. */
  private Notification fromWhomTheClientKnows(Notification received) {
    boolean own = source.map(s -> s.link().processId() == received.processId()).orElse(false);
    return own
        ? new Notification(
            session.established().key().processId(), received.channel(), received.payload())
        : received;
  }

  /** The client is in no transaction. */
  void deliver() {
    Notification next = waiting.poll();
    while (next != null) {
      BackendEncoder.notification(session.channel().out(), next);
      next = waiting.poll();
    }
  }

  /** PostgreSQL prepares no transaction that has listened or notified. */
  private final class Marking implements Call.Listener {
    private final Call call;
    private final boolean listens;

    Marking(Call call, boolean listens) {
      this.call = call;
      this.listens = listens;
    }

    @Override
    public void completed(Call done, String tag) {
      transaction.find(Node.CATALOG_ID, false).ifPresent(Participant::markTemporary);
      if (listens) {
        hearKept();
      }
      call.completed(tag);
    }

    @Override
    public void failed(Call done, ErrorFields error) {
      call.failed(error);
    }

    @Override
    public void suspended(Call done) {
      throw new IllegalStateException("no rows are returned");
    }
  }
}
