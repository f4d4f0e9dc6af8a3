package dev.drover.deploy.bench;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Processor time and memory of process trees, from {@code /proc}.
 *
 * <p>A process that has ended and was waited for counts in its parent, so the sum over a tree
 * misses nothing and never decreases.
 *
 * <p>Units: Linux reports ticks of 10 ms to user space on every platform that Drover runs on.
 *
 * <p>Source: proc(5), {@code /proc/pid/stat}.
 */
final class ProcessCpu {
  private static final Path PROC = Path.of("/proc");
  private static final double SECONDS_PER_TICK = 0.01;
  private static final int MOST_READINGS = 20;
  private static final long PAUSE_MILLIS = 20;

  // Positions after the program's name, which is in parentheses.
  private static final int PARENT = 1;
  private static final int FIRST_TIME = 11;
  private static final int TIMES = 4;

  private record Stat(long parent, long ticks) {}

  private ProcessCpu() {}

  /**
   * Of these processes and all below them, since they began.
   *
   * <p>A process that is waited for while the list is read could be missed in both places, so the
   * list is read until two readings show the same processes.
   */
  static double seconds(List<Long> roots) {
    Map<Long, Stat> before = tree(roots);
    for (int i = 0; i < MOST_READINGS; i++) {
      pause();
      Map<Long, Stat> now = tree(roots);
      if (now.keySet().equals(before.keySet())) {
        return now.values().stream().mapToLong(Stat::ticks).sum() * SECONDS_PER_TICK;
      }
      before = now;
    }
    return before.values().stream().mapToLong(Stat::ticks).sum() * SECONDS_PER_TICK;
  }

  /** What of a process is in memory; 0 when it is gone. */
  static long residentBytes(long pid) {
    try {
      for (String line : Files.readAllLines(PROC.resolve(pid + "/status"), ISO_8859_1)) {
        if (line.startsWith("VmRSS:")) {
          return Long.parseLong(line.replaceAll("[^0-9]", "")) * 1024;
        }
      }
    } catch (IOException e) {
      return 0;
    }
    return 0;
  }

  private static Map<Long, Stat> tree(List<Long> roots) {
    Map<Long, Stat> processes = processes();
    Map<Long, List<Long>> children = new HashMap<>();
    processes.forEach(
        (pid, stat) -> children.computeIfAbsent(stat.parent(), _ -> new ArrayList<>()).add(pid));
    Map<Long, Stat> tree = new HashMap<>();
    Deque<Long> left = new ArrayDeque<>(roots);
    while (!left.isEmpty()) {
      long pid = left.pop();
      Optional.ofNullable(processes.get(pid)).ifPresent(stat -> tree.put(pid, stat));
      children.getOrDefault(pid, List.of()).forEach(left::push);
    }
    return tree;
  }

  private static void pause() {
    try {
      Thread.sleep(PAUSE_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static Map<Long, Stat> processes() {
    Map<Long, Stat> processes = new HashMap<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        long pid = Long.parseLong(entry.getFileName().toString());
        stat(entry.resolve("stat")).ifPresent(stat -> processes.put(pid, stat));
      }
    } catch (IOException e) {
      throw new BenchException("cannot read /proc, which only Linux has: " + e.getMessage(), e);
    }
    return processes;
  }

  /** Empty when the process has ended meanwhile. */
  private static Optional<Stat> stat(Path file) {
    try {
      String text = Files.readString(file, ISO_8859_1);
      String[] fields = text.substring(text.lastIndexOf(')') + 2).split(" ", -1);
      long ticks = 0;
      for (int i = 0; i < TIMES; i++) {
        ticks += Long.parseLong(fields[FIRST_TIME + i]);
      }
      return Optional.of(new Stat(Long.parseLong(fields[PARENT]), ticks));
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
