package dev.drover.tests.isolation;

import java.util.List;
import java.util.stream.Stream;

/**
 * What the runner saw of a step, in the order in which it saw it.
 *
 * @param result what the server answered, once the step is done
 * @param nanos when the step was sent, or seen to be done
 */
record Event(Spec.Planned planned, Kind kind, List<String> result, long nanos) {
  enum Kind {
    SENT(""),
    WAITING(" <waiting ...>"),
    DONE(""),
    DONE_AFTER_WAITING(" <... completed>");

    private final String mark;

    Kind(String mark) {
      this.mark = mark;
    }
  }

  Event {
    result = List.copyOf(result);
  }

  boolean isDone() {
    return kind == Kind.DONE || kind == Kind.DONE_AFTER_WAITING;
  }

  /** As isolationtester would print it; that a step was sent, it does not say. */
  Stream<String> lines() {
    return kind == Kind.SENT
        ? Stream.empty()
        : Stream.concat(Stream.of("step " + step() + ":" + kind.mark), result.stream());
  }

  String step() {
    return planned.step().name();
  }

  String session() {
    return planned.session();
  }
}
