package dev.drover.pgwire.netty;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.server.PostgresServer;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Results that are larger than what may be held. */
@Timeout(60)
@ExtendWith(PostgresServer.Provider.class)
class LargeResultTest {
  private static final int ROWS = 200_000;
  private static final int HUGE_BYTES = 24 << 20;
  private static final int SEED = 9;

  private final Transport transport = Transport.create(1);
  private final PostgresServer server;

  LargeResultTest(PostgresServer server) {
    this.server = server;
  }

  @AfterEach
  void stop() {
    transport.close();
  }

  /** Pauses at random, resumes from a task of the loop, and must see every row in order. */
  @Test
  void rowsComeCompleteAndInOrderThroughPauses() throws Exception {
    BackendLink link = open();
    Random random = new Random(SEED);
    AtomicBoolean paused = new AtomicBoolean();
    RowCounter counter =
        new RowCounter(
            link,
            () -> {
              if (random.nextInt(4) == 0) {
                link.pause();
                paused.set(true);
                link.loop().execute(() -> resume(link, paused));
              }
            });
    counter.paused = paused;
    run(link, "SELECT i, repeat('x', i % 50) FROM generate_series(1, " + ROWS + ") i", counter);
    assertThat(counter.done.get()).isEqualTo(ROWS);
  }

  @Test
  void pausedLinkReadsNoMore() throws Exception {
    BackendLink link = open();
    RowCounter counter = new RowCounter(link, link::pause);
    run(link, "SELECT repeat('x', 1000) FROM generate_series(1, " + ROWS + ")", counter);
    awaitState(link, "wait_event", "ClientWrite");
    assertThat(counter.bytes).hasValueLessThan(1 << 20);
    link.loop().submit(() -> resumeForGood(link, counter)).sync();
    assertThat(counter.done.get()).isEqualTo(ROWS);
  }

  @Test
  void hugeValueComesInPiecesToWhoTakesThem() throws Exception {
    BackendLink link = open();
    RowCounter counter = new RowCounter(link, () -> {});
    counter.wholeFrames = false;
    run(link, "SELECT repeat('x', " + HUGE_BYTES + ")", counter);
    counter.done.get();
    assertThat(counter.bytes).hasValue(HUGE_BYTES + 11);
    assertThat(counter.largestRun).isLessThanOrEqualTo(BackendLink.MAX_WHOLE_FRAME_BYTES);
    assertThat(link.isInsideFrame()).isFalse();
  }

  @Test
  void hugeValueComesWholeToWhoAsksForThat() throws Exception {
    BackendLink link = open();
    RowCounter counter = new RowCounter(link, () -> {});
    run(link, "SELECT repeat('x', " + HUGE_BYTES + ")", counter);
    assertThat(counter.done.get()).isEqualTo(1);
    assertThat(counter.largestRun).isEqualTo(HUGE_BYTES + 11);
  }

  /** A server that has answered and gone is heard to the end, however late. */
  @Test
  void answerReadBeforeTheServerWentIsNotLost() throws Exception {
    BackendLink link = open();
    RowCounter counter = new RowCounter(link, link::pause);
    CompletableFuture<Void> closed = new CompletableFuture<>();
    link.loop().submit(() -> link.onClose(() -> closed.complete(null))).sync();
    run(link, "SELECT repeat('x', 5000) FROM generate_series(1, 20)", counter);
    BackendLink other = open();
    awaitState(link, "wait_event || ' ' || left(query, 13)", "ClientRead SELECT repeat");
    BackendLinkTest.query(other, "SELECT pg_terminate_backend(" + link.processId() + ")");
    link.loop().submit(() -> resumeForGood(link, counter)).sync();
    assertThat(counter.done.get()).isEqualTo(20);
    closed.get();
  }

  private static void resume(BackendLink link, AtomicBoolean paused) {
    paused.set(false);
    link.resume();
  }

  private static void resumeForGood(BackendLink link, RowCounter counter) {
    counter.onRun = () -> {};
    link.resume();
  }

  /** Asks until the server shows this of the link's session. */
  private void awaitState(BackendLink link, String column, String value) throws Exception {
    BackendLink observer = open();
    String question =
        "SELECT %s FROM pg_stat_activity WHERE pid = %d".formatted(column, link.processId());
    while (!BackendLinkTest.query(observer, question).contains("D [" + value + "]")) {
      assertThat(link.isOpen()).isTrue();
    }
  }

  private static void run(BackendLink link, String sql, Reply reply) throws InterruptedException {
    link.loop()
        .submit(
            () -> {
              FrontendEncoder.query(link.out(), sql);
              link.expect(reply);
              link.flush();
            })
        .sync();
  }

  private BackendLink open() throws InterruptedException {
    return BackendLink.connect(transport, transport.next(), server.tcp(), BackendLinkTest.options())
        .sync()
        .getNow();
  }

  /** Counts rows, checks their frames and that none comes while the link is paused. */
  private static final class RowCounter implements Reply {
    final CompletableFuture<Integer> done = new CompletableFuture<>();
    private final BackendLink link;
    private volatile Runnable onRun;
    private final AtomicLong bytes = new AtomicLong();
    private boolean wholeFrames = true;
    private int rows;
    private AtomicBoolean paused = new AtomicBoolean();
    private int largestRun;

    RowCounter(BackendLink link, Runnable onRun) {
      this.link = link;
      this.onRun = onRun;
    }

    @Override
    public boolean wholeFrames() {
      return wholeFrames;
    }

    @Override
    public void rows(ByteBuf run) {
      assertThat(link.loop().inEventLoop()).isTrue();
      assertThat(paused).isFalse();
      bytes.addAndGet(run.readableBytes());
      largestRun = Math.max(largestRun, run.readableBytes());
      while (wholeFrames && run.isReadable()) {
        assertThat(run.readByte()).isEqualTo(Backend.DATA_ROW);
        ByteBuf body = run.readSlice(run.readInt() - Integer.BYTES);
        rows++;
        if (body.readShort() == 2) {
          CharSequence number = body.readCharSequence(body.readInt(), StandardCharsets.UTF_8);
          assertThat(number).hasToString(Integer.toString(rows));
        }
      }
      run.release();
      onRun.run();
    }

    @Override
    public void message(byte type, ByteBuf body) {
      assertThat(type).isIn(Backend.ROW_DESCRIPTION, Backend.COMMAND_COMPLETE);
    }

    @Override
    public void ready(char status) {
      done.complete(rows);
    }

    @Override
    public void broken(SqlError error) {
      done.completeExceptionally(error);
    }
  }
}
