package dev.drover.tests.isolation;

import dev.drover.tests.isolation.Event.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/**
 * Sends the steps of one permutation and notes which wait and when they are done.
 *
 * <p>A step is sent when its session is free and every step before it is either done or known to
 * wait. After each step, those that waited are looked at again. So nothing depends on time, except
 * that what takes longer than {@link #PATIENCE} fails.
 *
 * <p>Source: run_permutation and try_complete_step of PostgreSQL's isolationtester.c, version 18.
 */
final class PermutationRun {
  private static final Duration GLANCE = Duration.ofMillis(10);
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final Map<String, Actor> actors;
  private final Waits waits;
  private final UnaryOperator<String> text;
  private final List<Spec.Planned> waiting = new ArrayList<>();
  private final List<Event> events = new ArrayList<>();

  PermutationRun(Map<String, Actor> actors, Waits waits, UnaryOperator<String> text) {
    this.actors = actors;
    this.waits = waits;
    this.text = text;
  }

  List<Event> run(List<Spec.Planned> order) {
    for (Spec.Planned planned : order) {
      free(actor(planned));
      note(planned, Kind.SENT, List.of());
      actor(planned).start(planned, text.apply(planned.step().sql()));
      boolean isDone = isDoneAtOnce(planned);
      lookAtWaiting();
      if (!isDone) {
        waiting.add(planned);
      }
    }
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!waiting.isEmpty()) {
      checkDeadline(deadline, waiting.getFirst());
      lookAtWaiting();
    }
    return List.copyOf(events);
  }

  /** The session's earlier step may still wait. */
  private void free(Actor actor) {
    Optional<Spec.Planned> earlier = actor.active();
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (actor.active().isPresent()) {
      actor.isAnswered(GLANCE);
      lookAtWaiting();
      checkDeadline(deadline, earlier.orElseThrow());
    }
  }

  private boolean isDoneAtOnce(Spec.Planned planned) {
    if (!planned.mustWait() && isAnswered(planned) && !isHeldBack(planned)) {
      complete(planned, Kind.DONE);
      return true;
    }
    note(planned, Kind.WAITING, List.of());
    return false;
  }

  /** Until nothing more is released: a step that is done may hold back others. */
  private void lookAtWaiting() {
    boolean hasProgress;
    do {
      hasProgress = false;
      for (Spec.Planned planned : List.copyOf(waiting)) {
        if (isAnswered(planned) && !isHeldBack(planned)) {
          waiting.remove(planned);
          complete(planned, Kind.DONE_AFTER_WAITING);
          hasProgress = true;
        }
      }
    } while (hasProgress && waiting.stream().anyMatch(Spec.Planned::hasMarks));
  }

  /** False only when the step waits for another session. */
  private boolean isAnswered(Spec.Planned planned) {
    Actor actor = actor(planned);
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (!actor.isAnswered(GLANCE)) {
      if (waits.isBlocked(actor)) {
        return actor.isAnswered(Duration.ofMillis(1));
      }
      checkDeadline(deadline, planned);
    }
    return true;
  }

  private boolean isHeldBack(Spec.Planned planned) {
    return actors.values().stream()
        .flatMap(actor -> actor.active().stream())
        .anyMatch(active -> planned.after().contains(active.step().name()));
  }

  private void complete(Spec.Planned planned, Kind kind) {
    note(planned, kind, actor(planned).finish(planned.step().sql()));
  }

  private void note(Spec.Planned planned, Kind kind, List<String> result) {
    events.add(new Event(planned, kind, result, System.nanoTime()));
  }

  private Actor actor(Spec.Planned planned) {
    return actors.get(planned.session());
  }

  private void checkDeadline(long deadline, Spec.Planned planned) {
    if (System.nanoTime() > deadline) {
      List<String> seen = events.stream().flatMap(Event::lines).toList();
      throw new IllegalStateException(
          "step %s is never done:%n%s".formatted(planned.step().name(), String.join("\n", seen)));
    }
  }
}
