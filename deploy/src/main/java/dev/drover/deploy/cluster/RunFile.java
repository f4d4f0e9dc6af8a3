package dev.drover.deploy.cluster;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.drover.agent.postgres.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/**
 * The file that remembers which process a member is: its pid and when it began, since pids are used
 * again.
 */
final class RunFile {
  private RunFile() {}

  static void write(ClusterDirectory directory, String label, ProcessHandle process) {
    ClusterDirectory.replace(
        directory.runFile(label + ".pid"), process.pid() + " " + beginMillis(process) + "\n");
  }

  /** Empty unless that very process is alive. */
  static Optional<ProcessHandle> living(ClusterDirectory directory, String label) {
    Path file = directory.runFile(label + ".pid");
    try {
      if (Files.notExists(file)) {
        return Optional.empty();
      }
      String[] fields = Files.readString(file, US_ASCII).strip().split(" ", -1);
      return ProcessHandle.of(Long.parseLong(fields[0]))
          .filter(Processes::isAlive)
          .filter(process -> Long.toString(beginMillis(process)).equals(fields[1]));
    } catch (IOException e) {
      throw new ClusterException("cannot read " + file, e);
    }
  }

  static void delete(ClusterDirectory directory, String label) {
    Path file = directory.runFile(label + ".pid");
    try {
      Files.deleteIfExists(file);
    } catch (IOException e) {
      throw new ClusterException("cannot delete " + file, e);
    }
  }

  private static long beginMillis(ProcessHandle process) {
    return process.info().startInstant().map(Instant::toEpochMilli).orElse(0L);
  }
}
