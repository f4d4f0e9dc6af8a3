package dev.drover.tests.generated;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What Drover refused as not supported, by message, beside what it may refuse.
 *
 * <p>{@code generated-refused.txt} has in its first line how many statements of the run of {@code
 * mvn verify} may be refused at most, then the messages that are allowed, without names.
 */
final class Refused {
  private static final Path FILE = Path.of("src", "test", "resources", "generated-refused.txt");

  private final Map<String, List<Integer>> cases = new TreeMap<>();

  void add(String message, int number) {
    String nameless = message.replaceAll("\"[^\"]*\"", "\"\"");
    cases.computeIfAbsent(nameless, _ -> new ArrayList<>()).add(number);
  }

  /** The numbers of the cases that were refused with each message. */
  Map<String, List<Integer>> cases() {
    return cases;
  }

  int total() {
    return cases.values().stream().mapToInt(List::size).sum();
  }

  /** Messages that the file does not allow. */
  List<String> others() {
    List<String> others = new ArrayList<>(cases.keySet());
    others.removeAll(lines());
    return others;
  }

  static int most() {
    return Integer.parseInt(lines().getFirst());
  }

  private static List<String> lines() {
    try {
      return Files.readAllLines(FILE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
