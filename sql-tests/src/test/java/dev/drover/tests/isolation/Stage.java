package dev.drover.tests.isolation;

import dev.drover.tests.Endpoint;
import dev.drover.tests.wire.Message;
import dev.drover.tests.wire.Transcript;
import dev.drover.tests.wire.WireClient;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;

/**
 * One server with the sessions of a script connected to it.
 *
 * <p>With several coordinators the sessions take turns between them.
 */
final class Stage implements AutoCloseable {
  private static final String DISTRIBUTION = " */\\*dist: *(.*?) *\\*/";

  private final Spec spec;
  private final boolean isDrover;
  private final WireClient control;
  private final Map<String, Actor> actors = new LinkedHashMap<>();
  private final Waits waits;
  private boolean isStanding;

  private Stage(Spec spec, List<Endpoint> entries, Function<Map<String, Actor>, Waits> waits) {
    this.spec = spec;
    this.isDrover = entries.getFirst().isDrover();
    this.control = WireClient.login(entries.getFirst());
    for (Spec.Session session : spec.sessions()) {
      Endpoint entry = entries.get(actors.size() % entries.size());
      actors.put(session.name(), Actor.connect(entry, session));
    }
    this.waits = waits.apply(actors);
  }

  static Stage plain(Spec spec, Endpoint server) {
    return new Stage(spec, List.of(server), actors -> PlainWaits.of(server, actors.values()));
  }

  static Stage drover(Spec spec, List<Endpoint> coordinators, List<Endpoint> servers) {
    return new Stage(spec, coordinators, actors -> NodeWaits.of(servers));
  }

  /** Before the first permutation. */
  void prepare() {
    isStanding = true;
    spec.frame().once().forEach(sql -> control(clauses(sql)));
  }

  /** One permutation; sessions that have no step in it stay out. */
  List<Event> run(Variant variant, List<Spec.Planned> order) {
    isStanding = true;
    List<Actor> used =
        actors.values().stream()
            .filter(a -> order.stream().anyMatch(p -> p.session().equals(a.session().name())))
            .toList();
    UnaryOperator<String> text = sql -> variant.sql(clauses(sql));
    spec.frame().setups().forEach(sql -> control(text.apply(sql)));
    used.forEach(actor -> actor.session().setup().ifPresent(sql -> actor.run(text.apply(sql))));
    List<Event> events = new PermutationRun(actors, waits, text).run(order);
    used.forEach(actor -> actor.session().teardown().ifPresent(sql -> actor.run(text.apply(sql))));
    used.forEach(Actor::expectIdle);
    if (spec.frame().once().isEmpty()) {
      tearDown();
    }
    return events;
  }

  private void tearDown() {
    isStanding = false;
    spec.frame().teardown().ifPresent(this::control);
  }

  private String clauses(String template) {
    return template.replaceAll(DISTRIBUTION, isDrover ? " DISTRIBUTE BY $1" : "");
  }

  private void control(String sql) {
    List<Message> reply = control.query(sql);
    Transcript.error(reply)
        .ifPresent(
            error -> {
              throw new IllegalStateException(sql + ": " + Transcript.line(error));
            });
  }

  @Override
  public void close() {
    actors.values().forEach(Actor::close);
    waits.close();
    if (isStanding) {
      tearDown();
    }
    control.close();
  }
}
