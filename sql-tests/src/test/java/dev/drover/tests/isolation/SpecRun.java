package dev.drover.tests.isolation;

import static dev.drover.tests.isolation.Event.Kind.SENT;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Runs every permutation of a script on both servers and tells what Drover did differently. */
final class SpecRun implements AutoCloseable {
  private static final String DEADLOCK = "ERROR 40P01";

  /** From the step that closes a circle over nodes to the error of the victim. */
  private static final Duration DEADLOCK_FOUND = Duration.ofSeconds(1);

  private final Spec spec;
  private final Stage plain;
  private final Stage tested;
  private final boolean isDrover;

  SpecRun(Spec spec, Endpoints endpoints) {
    this.spec = spec;
    this.isDrover = endpoints.drover().isDrover();
    this.plain = Stage.plain(spec, endpoints.plain());
    this.tested = isDrover ? overTwoCoordinators(endpoints) : Stage.plain(spec, endpoints.drover());
  }

  private Stage overTwoCoordinators(Endpoints endpoints) {
    List<Endpoint> coordinators =
        Stream.of(endpoints.drover(), endpoints.secondCoordinator()).distinct().toList();
    return Stage.drover(spec, coordinators, endpoints.servers());
  }

  void prepare() {
    plain.prepare();
    tested.prepare();
  }

  /** A text for each permutation that differs. */
  List<String> differences(Variant variant) {
    List<String> differences = new ArrayList<>();
    for (List<Spec.Planned> order : spec.permutations()) {
      difference(variant, order, tested.run(variant, order))
          .ifPresent(found -> differences.add(title(order) + "\n" + found));
    }
    return differences;
  }

  private Optional<String> difference(
      Variant variant, List<Spec.Planned> order, List<Event> actual) {
    if (variant.isSerializable() && variant.isSpread()) {
      return new SerialOrders(spec, variant, plain).problem(order, actual);
    }
    List<Event> expected = plain.run(variant, order);
    if (spec.options().isVictimFree()) {
      return deadlockProblem(variant, expected, actual);
    }
    return compare(transcript(expected), transcript(actual));
  }

  private static Optional<String> compare(String expected, String actual) {
    return expected.equals(actual)
        ? Optional.empty()
        : Optional.of("expected:\n%s\nbut was:\n%s".formatted(expected, actual));
  }

  /** One victim, found soon, and the same answers to whoever gets them. */
  private Optional<String> deadlockProblem(
      Variant variant, List<Event> expected, List<Event> actual) {
    long victims = actual.stream().filter(SpecRun::isVictim).count();
    if (victims != 1) {
      return Optional.of("%d victims:%n%s".formatted(victims, transcript(actual)));
    }
    Duration found = timeToError(actual);
    boolean isOverNodes = isDrover && variant.isSpread();
    if (isOverNodes && found.compareTo(DEADLOCK_FOUND) >= 0) {
      return Optional.of("the deadlock stood for " + found.toMillis() + " ms");
    }
    return compare(withoutNames(expected), withoutNames(actual));
  }

  private static Duration timeToError(List<Event> events) {
    long closed = 0;
    for (Event event : events) {
      if (isVictim(event)) {
        return Duration.ofNanos(event.nanos() - closed);
      }
      closed = event.kind() == SENT ? event.nanos() : closed;
    }
    throw new IllegalStateException("no victim");
  }

  private static boolean isVictim(Event event) {
    return event.result().stream().anyMatch(line -> line.startsWith(DEADLOCK));
  }

  private static String transcript(List<Event> events) {
    return events.stream().flatMap(Event::lines).collect(Collectors.joining("\n"));
  }

  private static String withoutNames(List<Event> events) {
    return events.stream()
        .flatMap(Event::lines)
        .map(line -> line.replaceFirst("^step \\w+:", "step"))
        .sorted()
        .collect(Collectors.joining("\n"));
  }

  private static String title(List<Spec.Planned> order) {
    return order.stream()
        .map(planned -> planned.step().name())
        .collect(Collectors.joining(" ", "permutation ", ""));
  }

  @Override
  public void close() {
    tested.close();
    plain.close();
  }
}
