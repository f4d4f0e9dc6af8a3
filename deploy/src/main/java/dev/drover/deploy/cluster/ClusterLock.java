package dev.drover.deploy.cluster;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/**
 * Held by the one process that runs a cluster's members; gone with that process.
 *
 * <p>The operating system drops a process's locks on a file with the first of its descriptors of
 * that file, so a process that holds the lock must not try it again; the run file prevents that.
 */
final class ClusterLock implements AutoCloseable {
  private static final String FILE = "lock";
  private static final String LABEL = "supervisor";

  private final ClusterDirectory directory;
  private final FileChannel channel;

  private ClusterLock(ClusterDirectory directory, FileChannel channel) {
    this.directory = directory;
    this.channel = channel;
  }

  static ClusterLock take(ClusterDirectory directory) {
    Optional<ClusterLock> lock = isOwn(directory) ? Optional.empty() : tryLock(directory);
    if (lock.isEmpty()) {
      throw running(directory);
    }
    RunFile.write(directory, LABEL, ProcessHandle.current());
    return lock.get();
  }

  /** Refuses a cluster that somebody runs. */
  static void requireFree(ClusterDirectory directory) {
    if (holder(directory).isPresent()) {
      throw running(directory);
    }
  }

  private static ClusterException running(ClusterDirectory directory) {
    return new ClusterException("the cluster in %s is running already".formatted(directory.root()));
  }

  /** The process that runs the cluster in this directory, if there is one. */
  static Optional<ProcessHandle> holder(ClusterDirectory directory) {
    if (isOwn(directory)) {
      return Optional.of(ProcessHandle.current());
    }
    Optional<ClusterLock> lock = tryLock(directory);
    lock.ifPresent(ClusterLock::unlock);
    return lock.isPresent() ? Optional.empty() : RunFile.living(directory, LABEL);
  }

  @Override
  public void close() {
    RunFile.delete(directory, LABEL);
    unlock();
  }

  private static boolean isOwn(ClusterDirectory directory) {
    return RunFile.living(directory, LABEL).filter(ProcessHandle.current()::equals).isPresent();
  }

  private static Optional<ClusterLock> tryLock(ClusterDirectory directory) {
    try {
      FileChannel channel =
          FileChannel.open(
              directory.runFile(FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return Optional.of(new ClusterLock(directory, channel));
      }
      channel.close();
      return Optional.empty();
    } catch (IOException e) {
      throw new ClusterException("cannot lock the cluster: " + e.getMessage(), e);
    }
  }

  private void unlock() {
    try {
      channel.close();
    } catch (IOException e) {
      throw new ClusterException("cannot unlock the cluster: " + e.getMessage(), e);
    }
  }
}
