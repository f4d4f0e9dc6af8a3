package dev.drover.tests.differential;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/**
 * The statements that Drover may refuse with 0A000, by topic and placement, one a line.
 *
 * <p>The list is exact: what is refused and not listed fails, and so does what is listed and no
 * longer refused. {@code -Drewrite} writes it anew; the diff is read.
 */
final class Refusals {
  private static final boolean REWRITE = System.getProperty("rewrite") != null;

  private final Path file;
  private final Set<String> listed;
  private final Set<String> met = new TreeSet<>();

  private Refusals(Path file, Set<String> listed) {
    this.file = file;
    this.listed = listed;
  }

  static Refusals read(Path file) {
    try (Stream<String> lines = Files.lines(file)) {
      Set<String> listed = REWRITE ? Set.of() : Set.copyOf(lines.toList());
      return new Refusals(file, new TreeSet<>(listed));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether the statement may be refused; notes that it was. */
  boolean allow(Script script, Scenario scenario, Statement statement) {
    String entry = entry(script, scenario, statement);
    boolean isAllowed = listed.contains(entry);
    if (isAllowed) {
      met.add(entry);
    }
    return isAllowed;
  }

  /** When rewriting: lists the statement, so that the scenario can be run again. */
  boolean learn(Script script, Scenario scenario, Statement statement) {
    return REWRITE && listed.add(entry(script, scenario, statement));
  }

  int metCount() {
    return met.size();
  }

  /** The listed statements of some scripts that ran after all. */
  List<String> stale(Set<String> topics) {
    return listed.stream()
        .filter(entry -> topics.contains(topic(entry)) && !met.contains(entry))
        .toList();
  }

  /** What is listed of other scripts stays. */
  void save(Set<String> topics) {
    if (REWRITE) {
      try (Stream<String> before = Files.lines(file)) {
        Set<String> all = new TreeSet<>(met);
        before.filter(entry -> !topics.contains(topic(entry))).forEach(all::add);
        Files.write(file, all);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private static String topic(String entry) {
    return entry.substring(0, entry.indexOf('\t'));
  }

  private static String entry(Script script, Scenario scenario, Statement statement) {
    return "%s\t%s\t%s".formatted(script.topic(), scenario.placement(), statement.key());
  }
}
