package dev.drover.coordinator.snapshot;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A restore point of one name on every node, made while no commit is sent and no second phase runs,
 * so that nodes that are restored to it agree.
 *
 * <pre>
 * a connection to each node
 * a window of the gate         pg_create_restore_point on all at once
 * the window was valid         one flushed commit on each: the restore point is on its disk
 * the window was not           an error; PostgreSQL stops at the first restore point of a name, so
 *                              this name has no use any more
 * </pre>
 *
 * <p>Threads: confined to its event loop.
 */
public final class Barrier implements MomentReader {
  private static final long LIMIT_SECONDS = 10;

  private final EventLoop loop;
  private final Moments moments;
  private final BackendPool pool;
  private final String role;
  private final String nameLiteral;
  private final List<Backend> backends = new ArrayList<>();
  private Consumer<Optional<ErrorFields>> done = _ -> {};
  private Optional<ErrorFields> error = Optional.empty();
  private Optional<Boolean> validity = Optional.empty();
  private boolean begun;
  private boolean over;
  private int open;

  /** {@code nameLiteral} is the name as an SQL constant; {@code role} is a superuser everywhere. */
  public Barrier(
      EventLoop loop, Moments moments, BackendPool pool, String role, String nameLiteral) {
    this.loop = requireNonNull(loop);
    this.moments = requireNonNull(moments);
    this.pool = requireNonNull(pool);
    this.role = requireNonNull(role);
    this.nameLiteral = requireNonNull(nameLiteral);
  }

  /** {@code whenDone} gets the error, if there is one. */
  public void create(List<Integer> nodes, Consumer<Optional<ErrorFields>> whenDone) {
    done = whenDone;
    open = nodes.size();
    for (int node : nodes) {
      pool.acquire(
          node,
          role,
          new BackendPool.Request() {
            @Override
            public void acquired(Backend backend) {
              backends.add(backend);
              counted(Barrier.this::connected);
            }

            @Override
            public void refused(SqlError why) {
              error = error.or(() -> Optional.of(ErrorFields.of(why, Severity.ERROR)));
              counted(Barrier.this::connected);
            }
          });
    }
  }

  private void counted(Runnable whenAllAreDone) {
    open--;
    if (open == 0) {
      whenAllAreDone.run();
    }
  }

  private void connected() {
    if (error.isPresent()) {
      finish();
    } else {
      onAll(
          "PREPARE drover_barrier AS SELECT pg_catalog.pg_create_restore_point("
              + nameLiteral
              + ")",
          this::prepared);
    }
  }

  /** In the window nothing is left to be planned. */
  private void prepared() {
    if (error.isPresent()) {
      finish();
    } else {
      moments.await(this);
      var _ = loop.schedule(this::giveUp, LIMIT_SECONDS, TimeUnit.SECONDS);
    }
  }

  private void giveUp() {
    if (begun) {
      return;
    }
    begun = true;
    moments.withdraw(this);
    error =
        Optional.of(
            ErrorFields.of(
                SqlError.of(
                        SqlState.CANNOT_CONNECT_NOW,
                        "no moment without commits came for the barrier")
                    .withHint("See whether the GTM and all nodes are up."),
                Severity.ERROR));
    finish();
  }

  @Override
  public void take(Taking taking) {
    if (begun) {
      taking.missed();
      return;
    }
    begun = true;
    onAll(
        "EXECUTE drover_barrier",
        () -> {
          taking.fixed();
          over = true;
          conclude();
        });
  }

  private void onAll(String sql, Runnable then) {
    open = backends.size();
    for (Backend backend : backends) {
      backend.query(
          sql,
          new QuietReply(
              reply -> {
                error = error.or(reply::failure);
                counted(then);
              }));
      backend.link().flush();
    }
  }

  @Override
  public void taken(boolean valid) {
    validity = Optional.of(valid);
    conclude();
  }

  @Override
  public void late() {
    validity = Optional.of(false);
    conclude();
  }

  /** Both are needed: the answers of all nodes, and the end of the window. */
  private void conclude() {
    if (!over || validity.isEmpty()) {
      return;
    }
    if (!validity.get()) {
      moments.withdraw(this);
      error = error.or(() -> Optional.of(missed()));
    }
    if (error.isPresent()) {
      finish();
    } else {
      onAll(
          "SELECT pg_catalog.pg_logical_emit_message(true, 'drover barrier', " + nameLiteral + ")",
          this::finish);
    }
  }

  private static ErrorFields missed() {
    return ErrorFields.of(
        SqlError.of(
                SqlState.SERIALIZATION_FAILURE,
                "the barrier could not be made at one moment on all nodes")
            .withHint("Try again under another name: some nodes have restore points of this one."),
        Severity.ERROR);
  }

  private void finish() {
    backends.forEach(Backend::closeOnRelease);
    backends.forEach(pool::release);
    backends.clear();
    done.accept(error);
  }
}
