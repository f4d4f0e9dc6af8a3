package dev.drover.agent.postgres;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;

/**
 * The processes that work in one data directory. PostgreSQL's processes all have it as their
 * current directory, which tells them from a stranger who got a dead postmaster's pid.
 */
final class ServerProcesses {
  private static final Duration KILL_LIMIT = Duration.ofSeconds(10);

  private ServerProcesses() {}

  static boolean worksIn(long pid, Path dataDirectory) {
    try {
      Path current = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "cwd"));
      return current.equals(dataDirectory.toRealPath()) && isPostgres(pid);
    } catch (IOException e) {
      return false;
    }
  }

  /** Kills what a dead postmaster left behind; else a new one finds its shared memory in use. */
  static void killAll(Path dataDirectory) {
    List<ProcessHandle> leftovers;
    try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
      leftovers = all.filter(process -> worksIn(process.pid(), dataDirectory)).toList();
    }
    leftovers.forEach(ProcessHandle::destroyForcibly);
    for (ProcessHandle process : leftovers) {
      if (!Processes.awaitEnd(process, KILL_LIMIT)) {
        throw new ServerFailedException(
            "process %d still works in %s".formatted(process.pid(), dataDirectory));
      }
    }
  }

  /** One that ends by itself meanwhile needs no signal. */
  static void signal(ProcessHandle process, StopMode mode) {
    try {
      Commands.run(List.of("sh", "-c", "kill -%s %d".formatted(mode.signal(), process.pid())));
    } catch (ServerFailedException e) {
      if (Processes.isAlive(process)) {
        throw e;
      }
    }
  }

  private static boolean isPostgres(long pid) {
    try {
      Path program = Files.readSymbolicLink(Path.of("/proc", Long.toString(pid), "exe"));
      return program.getFileName().toString().startsWith("postgres");
    } catch (IOException e) {
      return false;
    }
  }
}
