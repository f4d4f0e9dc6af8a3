package dev.drover.tests.differential;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import dev.drover.tests.OpenDifferences;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestReporter;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every script of {@code src/test/resources/sql} gets the same answers from Drover and from one
 * plain PostgreSQL, in every scenario.
 *
 * <p>{@code -Ddrover.sql.script=joins,nulls} runs some scripts; {@code -Ddrover.sql.all} runs every
 * mode with every placement and set of literals instead of a selection that has each pair.
 */
@ExtendWith(EndpointsExtension.class)
class DifferentialTest {
  private static final Path SCRIPTS = Path.of("src", "test", "resources", "sql");
  private static final Path REFUSED = Path.of("src", "test", "resources", "refused.txt");
  private static final String SUFFIX = ".sql";
  private static final String EVERY = "every";
  private static final Set<String> ONLY =
      Set.of(System.getProperty("drover.sql.script", EVERY).split(",", -1));
  private static final boolean ALL = System.getProperty("drover.sql.all") != null;
  private static final int LEAST_STATEMENTS = 1500;

  private final AtomicInteger schemaCount = new AtomicInteger();
  private final List<Script> scripts = scripts();

  @TestFactory
  Stream<DynamicNode> droverAnswersAsPlainPostgres(Endpoints endpoints, TestReporter reporter) {
    Refusals refusals = Refusals.read(REFUSED);
    Stream<DynamicNode> topics =
        scripts.stream()
            .filter(script -> runs().contains(script.topic()))
            .map(script -> topic(endpoints, script, refusals));
    return Stream.concat(topics, Stream.of(end(refusals, reporter)));
  }

  @TestFactory
  Stream<DynamicTest> theScriptsAreManyEnough() {
    int count = scripts.stream().mapToInt(script -> script.statements().size()).sum();
    return Stream.of(
        dynamicTest(
            count + " statements", () -> assertThat(count).isGreaterThan(LEAST_STATEMENTS)));
  }

  private DynamicNode topic(Endpoints endpoints, Script script, Refusals refusals) {
    Stream<DynamicTest> runs =
        Scenarios.of(script.placements(), ALL).stream()
            .map(
                plan -> {
                  String schema = "%s_%d".formatted(script.topic(), schemaCount.incrementAndGet());
                  Scenario scenario = plan.in(schema);
                  return dynamicTest(
                      scenario.toString(),
                      () -> {
                        String name = "%s: %s".formatted(script.topic(), scenario);
                        assumeFalse(OpenDifferences.isOpen(name), "a known difference");
                        assertThat(run(new ScenarioRun(endpoints, script, scenario, refusals)))
                            .as(name)
                            .isEmpty();
                      });
                });
    return dynamicContainer(script.topic(), runs);
  }

  private static String run(ScenarioRun run) {
    return String.join("\n", run.run());
  }

  /** The topics of the scripts that are run. */
  private Set<String> runs() {
    return scripts.stream()
        .map(Script::topic)
        .filter(topic -> ONLY.contains(EVERY) || ONLY.contains(topic))
        .collect(Collectors.toSet());
  }

  private DynamicNode end(Refusals refusals, TestReporter reporter) {
    return dynamicTest(
        "every listed refusal was met",
        () -> {
          refusals.save(runs());
          reporter.publishEntry("refused", Integer.toString(refusals.metCount()));
          assertThat(refusals.stale(runs())).isEmpty();
        });
  }

  private static List<Script> scripts() {
    List<Script> scripts = new ArrayList<>();
    try (Stream<Path> files = Files.list(SCRIPTS)) {
      for (Path file : files.sorted().toList()) {
        String topic = file.getFileName().toString().replace(SUFFIX, "");
        scripts.add(Script.parse(topic, Files.readString(file)));
      }
      return scripts;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
