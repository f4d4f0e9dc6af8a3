package dev.drover.coordinator.txn;

import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongPredicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Finishes the part of a decided transaction whose connection was lost, through another connection,
 * for as long as this coordinator's epoch has not ended. After that the resolvers do it.
 *
 * <p>A lost connection's server process may still be about to prepare, so it is ended first: only
 * then does "no such prepared transaction" mean that the part is gone.
 *
 * <p>Threads: confined to its event loop.
 */
public final class InDoubtFinisher {
  private static final Logger LOG = LoggerFactory.getLogger(InDoubtFinisher.class);

  /** Role of Drover's own connections. */
  public static final String DROVER_ROLE = "drover";

  /** In place of a process when none can be about to change the part. */
  static final int NO_PROCESS = 0;

  private static final Duration RETRY = Duration.ofMillis(200);

  private final Servers servers;
  private final LongPredicate mayCommit;

  /** {@code mayCommit} is asked with an epoch: {@link GlobalTransactions#mayCommit}. */
  public InDoubtFinisher(Servers servers, LongPredicate mayCommit) {
    this.servers = servers;
    this.mayCommit = mayCommit;
  }

  /** Where it gets its connections from, and its time. */
  public interface Servers {
    /** Told once; empty if none is to be had now. */
    void open(int node, Consumer<Optional<Link>> opened);

    void later(Duration wait, Runnable then);
  }

  /** One of Drover's own connections to a node; each call is answered once. */
  public interface Link {
    /** Whether that server process is gone; if not, it is told to end. */
    void endProcess(int processId, Consumer<Boolean> gone);

    /** Whether the part has been finished, now or before. */
    void finish(Part part, Consumer<Boolean> done);

    /** Empty if there was no answer. */
    void hasCommitted(Asked asked, Consumer<Optional<Boolean>> answer);

    void release();
  }

  /** What is left to do. {@code processId} had the part's connection. */
  public record Part(int node, int processId, long epoch, String gid, boolean commit) {}

  /** Told once what became of a part. */
  public interface Listener {
    void finished();

    /** The epoch has ended: a resolver decides, or has decided. */
    void leftToResolver();
  }

  /** Nobody waits for the end. */
  static final Listener NOBODY =
      new Listener() {
        @Override
        public void finished() {}

        @Override
        public void leftToResolver() {}
      };

  void finish(Part part, Listener listener) {
    if (!leavesToResolver(part, listener)) {
      servers.open(
          part.node(),
          link ->
              link.ifPresentOrElse(
                  open -> endProcess(part, listener, open), () -> retry(part, listener)));
    }
  }

  private boolean leavesToResolver(Part part, Listener listener) {
    if (mayCommit.test(part.epoch())) {
      return false;
    }
    LOG.warn("event=in_doubt_left_to_resolver gid={} node={}", part.gid(), part.node());
    listener.leftToResolver();
    return true;
  }

  private void endProcess(Part part, Listener listener, Link link) {
    link.endProcess(
        part.processId(),
        gone -> {
          if (!gone) {
            link.release();
            retry(part, listener);
          } else if (leavesToResolver(part, listener)) {
            link.release();
          } else {
            link.finish(part, done -> ended(part, listener, link, done));
          }
        });
  }

  private void ended(Part part, Listener listener, Link link, boolean done) {
    link.release();
    if (done) {
      LOG.info("event=in_doubt_finished gid={} node={}", part.gid(), part.node());
      listener.finished();
    } else {
      retry(part, listener);
    }
  }

  private void retry(Part part, Listener listener) {
    servers.later(RETRY, () -> finish(part, listener));
  }

  /**
   * Whether a connection that was lost during COMMIT has committed.
   *
   * @param answer told once the server process is gone, so that the answer holds for ever
   * @param leaseLost told instead when somebody else decides
   */
  record Inquiry(
      int node, int processId, Asked asked, Consumer<Boolean> answer, Runnable leaseLost) {}

  /** What counts 1 when it has committed, and the epoch that may ask. */
  public record Asked(long epoch, String sql) {}

  void ask(Inquiry inquiry) {
    if (!mayCommit.test(inquiry.asked().epoch())) {
      inquiry.leaseLost().run();
      return;
    }
    servers.open(
        inquiry.node(),
        link ->
            link.ifPresentOrElse(
                open -> askOnceItHasEnded(inquiry, open), () -> askAgain(inquiry)));
  }

  /** Only a statement that begins after the process is gone sees all that it did. */
  private void askOnceItHasEnded(Inquiry inquiry, Link link) {
    link.endProcess(
        inquiry.processId(),
        gone -> {
          if (gone) {
            link.hasCommitted(inquiry.asked(), answer -> answered(inquiry, link, answer));
          } else {
            link.release();
            askAgain(inquiry);
          }
        });
  }

  private void answered(Inquiry inquiry, Link link, Optional<Boolean> answer) {
    link.release();
    answer.ifPresentOrElse(inquiry.answer(), () -> askAgain(inquiry));
  }

  private void askAgain(Inquiry inquiry) {
    servers.later(RETRY, () -> ask(inquiry));
  }
}
