package dev.drover.tests.isolation;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Variants that are known to differ, one a line: {@code script: variant | reason}. The list is
 * exact: one that does not differ any more fails until its line goes.
 */
record OpenSpecs(Set<String> names) {
  OpenSpecs {
    names = Set.copyOf(names);
  }

  static OpenSpecs read(Path file) {
    try {
      return new OpenSpecs(
          Files.readAllLines(file).stream()
              .filter(line -> !line.isBlank())
              .map(OpenSpecs::name)
              .collect(Collectors.toSet()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean contains(String name) {
    return names.contains(name);
  }

  private static String name(String line) {
    List<String> parts = List.of(line.split(" \\| ", 2));
    if (parts.size() != 2) {
      throw new IllegalArgumentException("no reason: " + line);
    }
    return parts.getFirst();
  }
}
