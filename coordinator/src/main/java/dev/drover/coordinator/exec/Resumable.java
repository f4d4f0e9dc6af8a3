package dev.drover.coordinator.exec;

/** An operator whose portal can be suspended by a row limit. */
public interface Resumable {
  /** Fetches more rows; {@code next} has the new limit and is told the end. */
  void resume(Call next);
}
