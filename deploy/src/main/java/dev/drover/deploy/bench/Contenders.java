package dev.drover.deploy.bench;

import dev.drover.agent.postgres.Directories;
import dev.drover.agent.postgres.PostgresBinaries;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Supplier;

/**
 * The systems of one benchmark, from their start to their end.
 *
 * <p>Threads: {@link #close} may come from another thread at any time.
 */
final class Contenders implements AutoCloseable {
  private final OltpRun.Place place;
  private final Deque<Contender> started = new ArrayDeque<>();
  private volatile boolean isClosed;

  Contenders(OltpRun.Place place) {
    this.place = place;
  }

  /** Starts a cluster. */
  DroverCluster drover(String postgres) {
    return begin(
        () ->
            DroverCluster.start(
                postgres, place.directory().resolve("drover"), place.freePort().getAsInt()));
  }

  /** Starts a server. */
  Contender plain(PostgresBinaries binaries) {
    return begin(
        () ->
            PlainServer.start(
                binaries, place.directory().resolve("plain"), place.freePort().getAsInt()));
  }

  /** Throws once it was closed. */
  void checkOpen() {
    if (isClosed) {
      throw new BenchException("interrupted");
    }
  }

  private synchronized <C extends Contender> C begin(Supplier<C> starter) {
    checkOpen();
    C contender = starter.get();
    started.push(contender);
    return contender;
  }

  @Override
  public synchronized void close() {
    if (isClosed) {
      return;
    }
    isClosed = true;
    while (!started.isEmpty()) {
      started.pop().close();
    }
    try {
      if (Files.exists(place.directory())) {
        Directories.delete(place.directory());
      }
    } catch (IOException e) {
      throw new BenchException("cannot delete " + place.directory(), e);
    }
  }
}
