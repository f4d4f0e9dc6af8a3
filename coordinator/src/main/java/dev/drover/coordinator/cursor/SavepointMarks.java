package dev.drover.coordinator.cursor;

import java.util.ArrayList;
import java.util.List;

/**
 * Which cursors and portals were made behind which savepoint: each gets a stamp, and a savepoint
 * remembers the next one.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class SavepointMarks {
  private record Mark(String savepoint, long stamp) {}

  private final List<Mark> marks = new ArrayList<>();
  private long next;

  /** Higher than all before. */
  public long stamp() {
    return next++;
  }

  public void savepoint(String name) {
    marks.add(new Mark(name, next));
  }

  /** What was made behind it counts as made before it. */
  public void released(String name) {
    int found = last(name);
    marks.subList(found, marks.size()).clear();
  }

  /** What has this stamp or a higher one is gone; the savepoint itself stays. */
  public long rolledBackTo(String name) {
    int found = last(name);
    marks.subList(found + 1, marks.size()).clear();
    return marks.get(found).stamp();
  }

  public void clear() {
    marks.clear();
  }

  private int last(String name) {
    for (int i = marks.size() - 1; i >= 0; i--) {
      if (marks.get(i).savepoint().equals(name)) {
        return i;
      }
    }
    throw new IllegalArgumentException("no savepoint " + name);
  }
}
