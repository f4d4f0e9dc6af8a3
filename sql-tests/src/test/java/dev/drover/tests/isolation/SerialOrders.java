package dev.drover.tests.isolation;

import dev.drover.tests.isolation.Spec.Planned;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Serializability by its definition: what the committed transactions read and left must be what
 * they read and leave on a plain server one after the other, in some order.
 *
 * <p>A session is one transaction if its setup begins one; the others look at the end.
 */
final class SerialOrders {
  private static final Set<String> REFUSALS = Set.of("40001", "40P01");
  private static final String COMMITTED = "COMMIT";

  private final Spec spec;
  private final Variant variant;
  private final Stage plain;

  SerialOrders(Spec spec, Variant variant, Stage plain) {
    this.spec = spec;
    this.variant = variant;
    this.plain = plain;
  }

  /** What is wrong, if anything. */
  Optional<String> problem(List<Planned> order, List<Event> events) {
    Map<String, List<String>> results = results(events);
    Set<String> committed = new HashSet<>();
    for (String session : transactions()) {
      List<String> lines = lines(session, order, results);
      if (lines.contains(COMMITTED)) {
        committed.add(session);
      } else if (lines.stream().noneMatch(SerialOrders::isRefusal)) {
        return Optional.of("%s failed for no known reason: %s".formatted(session, lines));
      }
    }
    for (List<String> serial : orders(List.copyOf(committed))) {
      if (isExplainedBy(serial, order, results)) {
        return Optional.empty();
      }
    }
    return Optional.of("no serial order of %s gives %s".formatted(committed, results));
  }

  private boolean isExplainedBy(
      List<String> serial, List<Planned> order, Map<String, List<String>> results) {
    List<Planned> steps = new ArrayList<>();
    serial.forEach(session -> steps.addAll(steps(session, order)));
    Set<String> transactions = transactions();
    order.stream().filter(p -> !transactions.contains(p.session())).forEach(steps::add);
    List<Planned> unmarked =
        steps.stream().map(p -> new Planned(p.session(), p.step(), false, Set.of())).toList();
    Map<String, List<String>> expected = results(plain.run(variant, unmarked));
    return expected.entrySet().stream()
        .allMatch(entry -> entry.getValue().equals(results.get(entry.getKey())));
  }

  private Set<String> transactions() {
    Set<String> sessions = new HashSet<>();
    for (Spec.Session session : spec.sessions()) {
      session
          .setup()
          .filter(sql -> sql.contains("BEGIN"))
          .ifPresent(s -> sessions.add(session.name()));
    }
    return sessions;
  }

  private static List<Planned> steps(String session, List<Planned> order) {
    return order.stream().filter(planned -> planned.session().equals(session)).toList();
  }

  private static List<String> lines(
      String session, List<Planned> order, Map<String, List<String>> results) {
    return steps(session, order).stream()
        .flatMap(planned -> results.get(planned.step().name()).stream())
        .toList();
  }

  private static boolean isRefusal(String line) {
    return REFUSALS.stream().anyMatch(state -> line.startsWith("ERROR " + state));
  }

  private static Map<String, List<String>> results(List<Event> events) {
    Map<String, List<String>> results = new HashMap<>();
    events.stream()
        .filter(Event::isDone)
        .forEach(event -> results.put(event.step(), event.result()));
    return results;
  }

  private static List<List<String>> orders(List<String> sessions) {
    if (sessions.isEmpty()) {
      return List.of(List.of());
    }
    List<List<String>> orders = new ArrayList<>();
    for (String first : sessions) {
      List<String> others = sessions.stream().filter(s -> !s.equals(first)).toList();
      for (List<String> rest : orders(others)) {
        List<String> order = new ArrayList<>(List.of(first));
        order.addAll(rest);
        orders.add(order);
      }
    }
    return orders;
  }
}
