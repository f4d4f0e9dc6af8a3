package dev.drover.tests.isolation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Every script of {@code src/test/resources/isolation} sees the same rows, waits and errors on
 * Drover, its sessions on two coordinators, and on one plain PostgreSQL.
 *
 * <p>{@code -Ddrover.isolation.spec=read_skew,long_fork} runs some scripts.
 */
@ExtendWith(EndpointsExtension.class)
class IsolationTest {
  private static final Path SPECS = Path.of("src", "test", "resources", "isolation");
  private static final String SUFFIX = ".spec";
  private static final String EVERY = "every";
  private static final Set<String> ONLY =
      Set.of(System.getProperty("drover.isolation.spec", EVERY).split(",", -1));
  private static final int LEAST_SPECS = 30;

  private final List<Spec> specs = specs();
  private final OpenSpecs open = OpenSpecs.read(SPECS.resolve("open.txt"));

  @TestFactory
  Stream<DynamicTest> sessionsDoNotNoticeThatThereAreSeveralServers(Endpoints endpoints) {
    Keys keys = Keys.of(endpoints.drover());
    return specs.stream()
        .filter(spec -> ONLY.contains(EVERY) || ONLY.contains(spec.name()))
        .map(spec -> dynamicTest(spec.name(), () -> check(spec, keys, endpoints)));
  }

  @TestFactory
  Stream<DynamicTest> theSpecsAreManyEnough() {
    return Stream.of(
        dynamicTest(
            specs.size() + " specs", () -> assertThat(specs).hasSizeGreaterThan(LEAST_SPECS)));
  }

  private void check(Spec spec, Keys keys, Endpoints endpoints) {
    List<String> problems = new ArrayList<>();
    try (SpecRun run = new SpecRun(spec, endpoints)) {
      run.prepare();
      for (Variant variant : variants(spec, keys)) {
        String name = "%s: %s".formatted(spec.name(), variant);
        List<String> differences = run.differences(variant);
        if (endpoints.drover().isDrover() && open.contains(name)) {
          problems.addAll(differences.isEmpty() ? List.of(name + " is open no more") : List.of());
        } else {
          differences.forEach(difference -> problems.add(name + ", " + difference));
        }
      }
    }
    assertThat(String.join("\n\n", problems)).isEmpty();
  }

  private static List<Variant> variants(Spec spec, Keys keys) {
    return spec.options().placements().stream()
        .sorted()
        .flatMap(
            placement ->
                spec.options().levels().stream()
                    .map(level -> new Variant(placement, level, keys.of(placement))))
        .toList();
  }

  private static List<Spec> specs() {
    try (Stream<Path> files = Files.list(SPECS)) {
      return files
          .filter(file -> file.toString().endsWith(SUFFIX))
          .sorted()
          .map(IsolationTest::parse)
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Spec parse(Path file) {
    try {
      String name = file.getFileName().toString().replace(SUFFIX, "");
      return SpecParser.parse(name, Files.readString(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
