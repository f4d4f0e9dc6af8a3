package dev.drover.deploy.demo;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.function.LongConsumer;
import me.tongfei.progressbar.ConsoleProgressBarConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.postgresql.PGConnection;
import org.postgresql.copy.CopyIn;

/** Fills tables by COPY FROM STDIN, with a progress bar where somebody watches. */
final class Loader {
  private static final int CHUNK_CHARS = 64 * 1024;
  private static final int UPDATE_MILLIS = 100;
  private static final int WORTH_WATCHING = 10_000;

  private final Connection connection;
  private final Screen screen;

  Loader(Connection connection, Screen screen) {
    this.connection = connection;
    this.screen = screen;
  }

  /** Returns how long it took. */
  Duration load(RowSource source) throws SQLException {
    long begin = System.nanoTime();
    boolean isWatched = screen.isTerminal() && source.count() >= WORTH_WATCHING;
    Optional<ProgressBar> bar = isWatched ? Optional.of(bar(source)) : Optional.empty();
    try {
      copy(source, rows -> bar.ifPresent(b -> b.stepTo(rows)));
    } finally {
      bar.ifPresent(ProgressBar::close);
    }
    return Duration.ofNanos(System.nanoTime() - begin);
  }

  private void copy(RowSource source, LongConsumer progress) throws SQLException {
    CopyIn copy =
        connection
            .unwrap(PGConnection.class)
            .getCopyAPI()
            .copyIn("COPY %s FROM STDIN".formatted(source.table()));
    try {
      StringBuilder chunk = new StringBuilder(CHUNK_CHARS + 256);
      for (long i = 0; i < source.count(); i++) {
        source.append(chunk, i);
        if (chunk.length() >= CHUNK_CHARS) {
          write(copy, chunk);
          progress.accept(i + 1);
        }
      }
      write(copy, chunk);
      copy.endCopy();
      progress.accept(source.count());
    } finally {
      if (copy.isActive()) {
        copy.cancelCopy();
      }
    }
  }

  private static void write(CopyIn copy, StringBuilder chunk) throws SQLException {
    byte[] bytes = chunk.toString().getBytes(UTF_8);
    copy.writeToCopy(bytes, 0, bytes.length);
    chunk.setLength(0);
  }

  private ProgressBar bar(RowSource source) {
    return new ProgressBarBuilder()
        .setTaskName("  %-10s".formatted(source.table()))
        .setInitialMax(source.count())
        .setUnit(" rows", 1)
        .showSpeed()
        .setStyle(ProgressBarStyle.COLORFUL_UNICODE_BLOCK)
        .setMaxRenderedLength(Screen.WIDTH)
        .setUpdateIntervalMillis(UPDATE_MILLIS)
        .setConsumer(new ConsoleProgressBarConsumer(screen.out()))
        .build();
  }
}
