package dev.drover.coordinator.cursor;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * The cursors of a session by name.
 *
 * <pre>
 * state   event                          next
 * ------  -----------------------------  ------
 * -       DECLARE                        open
 * open    CLOSE, ROLLBACK (TO) before it gone
 * open    COMMIT                         gone, or held (WITH HOLD)
 * held    CLOSE                          gone
 * </pre>
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class OpenCursors {
  private static final long HELD = -1;

  private record Entry(OpenCursor cursor, long stamp) {}

  private final Map<String, Entry> entries = new LinkedHashMap<>();

  public Optional<OpenCursor> find(String name) {
    return Optional.ofNullable(entries.get(name)).map(Entry::cursor);
  }

  /** {@code stamp} tells which savepoints stand before it. */
  public void add(OpenCursor cursor, long stamp) {
    if (entries.putIfAbsent(cursor.name(), new Entry(cursor, stamp)) != null) {
      throw new IllegalStateException("two cursors of one name");
    }
  }

  public void remove(OpenCursor cursor) {
    entries.remove(cursor.name());
  }

  public List<OpenCursor> all() {
    return entries.values().stream().map(Entry::cursor).toList();
  }

  /** Takes out all. */
  public List<OpenCursor> takeAll() {
    return take(_ -> true);
  }

  /** Takes out what a ROLLBACK TO undoes. */
  public List<OpenCursor> takeSince(long stamp) {
    return take(e -> e.stamp() >= stamp);
  }

  /** Takes out what the end of the transaction closes. */
  public List<OpenCursor> transactionEnded(boolean committed) {
    List<OpenCursor> gone = take(e -> e.stamp() != HELD && !(committed && e.cursor().hold()));
    entries.replaceAll((_, e) -> new Entry(e.cursor(), HELD));
    return gone;
  }

  /** True for one that an earlier transaction has made. */
  public boolean isHeld(String name) {
    return Optional.ofNullable(entries.get(name)).map(e -> e.stamp() == HELD).orElse(false);
  }

  /** True when this transaction has made a cursor WITH HOLD. */
  public boolean madeHeld() {
    return entries.values().stream().anyMatch(e -> e.stamp() != HELD && e.cursor().hold());
  }

  /** True while some cursor's rows are kept by a connection of its own. */
  public boolean keptSome() {
    return entries.values().stream()
        .anyMatch(e -> e.cursor().place() instanceof OpenCursor.Place.Kept);
  }

  private List<OpenCursor> take(Predicate<Entry> which) {
    List<OpenCursor> taken = new ArrayList<>();
    entries
        .values()
        .removeIf(
            entry -> {
              boolean gone = which.test(entry);
              if (gone) {
                taken.add(entry.cursor());
              }
              return gone;
            });
    return taken;
  }
}
