package dev.drover.tests;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What a process on this machine uses, as Linux counts it. */
public record ProcessSize(long processId) {
  private static final String RESIDENT = "VmRSS:";
  private static final int KILOBYTE = 1024;

  /** Its resident set. */
  public long residentBytes() {
    try (Stream<String> lines = Files.lines(proc("status"))) {
      String line = lines.filter(l -> l.startsWith(RESIDENT)).findFirst().orElseThrow();
      return KILOBYTE * Long.parseLong(line.replaceAll("\\D", ""));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Its file descriptors, sockets among them. */
  public int openFiles() {
    try (Stream<Path> files = Files.list(proc("fd"))) {
      return (int) files.count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Path proc(String file) {
    return Path.of("/proc", Long.toString(processId), file);
  }
}
