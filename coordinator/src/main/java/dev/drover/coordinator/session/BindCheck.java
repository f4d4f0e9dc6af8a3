package dev.drover.coordinator.session;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.txn.Participant;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Plan;
import io.netty.buffer.ByteBuf;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Binds a portal on the catalog node, for a client that waits for the answer to its Bind before it
 * executes. Every table is there with its definition and its rights, so its errors are those of the
 * servers that will run it.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class BindCheck implements Reply, Transaction.Joining {
  private final StatementRunner runner;
  private final Portal portal;
  private final Consumer<Optional<ErrorFields>> done;
  private Optional<Backend> borrowed = Optional.empty();
  private boolean ownScope;
  private Optional<ErrorFields> error = Optional.empty();

  /** {@code done} is told once, with the error if it cannot be bound. */
  BindCheck(StatementRunner runner, Portal portal, Consumer<Optional<ErrorFields>> done) {
    this.runner = runner;
    this.portal = portal;
    this.done = done;
  }

  void start() {
    Transaction transaction = runner.transaction();
    Optional<Backend> own = runner.changes().flatMap(c -> c.catalogParticipant(transaction));
    if (own.isPresent()) {
      send(own.get());
    } else if (portal.plan().plan() instanceof Plan.Local) {
      ownScope = transaction.scope() == Transaction.Scope.NONE;
      if (ownScope) {
        runner.open(Transaction.Scope.BARE);
      }
      transaction.join(Node.CATALOG_ID, this);
    } else {
      borrow();
    }
  }

  private void borrow() {
    runner
        .pool()
        .acquire(
            Node.CATALOG_ID,
            runner.transaction().role(),
            new BackendPool.Request() {
              @Override
              public void acquired(Backend backend) {
                borrowed = Optional.of(backend);
                backend.applySettings(runner.settings());
                send(backend);
              }

              @Override
              public void refused(SqlError why) {
                broken(why);
              }
            });
  }

  @Override
  public void joined(Participant participant) {
    send(participant.backend());
  }

  @Override
  public void refused(SqlError why) {
    broken(why);
  }

  private void send(Backend backend) {
    ByteBuf out = backend.link().out();
    PreparedStatement statement = portal.statement();
    String name = portal.bind().portal();
    FrontendEncoder.parse(out, "", statement.text().utf8(), statement.declaredTypes());
    FrontendEncoder.bind(out, name, "", portal.bind());
    FrontendEncoder.closePortal(out, name);
    FrontendEncoder.sync(out);
    backend.link().expect(this);
    backend.link().flush();
  }

  @Override
  public void rows(ByteBuf run) {
    run.release();
  }

  @Override
  public void message(byte type, ByteBuf body) {
    if (type == MessageType.Backend.ERROR) {
      error = Optional.of(ErrorFields.decode(body));
    }
  }

  @Override
  public void ready(char status) {
    borrowed.ifPresent(runner.pool()::release);
    if (ownScope) {
      runner.transaction().end();
    }
    done.accept(error);
  }

  @Override
  public void broken(SqlError why) {
    error = Optional.of(ErrorFields.of(why, Severity.ERROR));
    ready('I');
  }
}
