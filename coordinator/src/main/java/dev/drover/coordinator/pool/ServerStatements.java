package dev.drover.coordinator.pool;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The prepared statements that one server connection holds, least recently used first.
 *
 * <p>Keys are given by the statement and the leaf it names, so the same client statement is
 * prepared once per leaf.
 *
 * <p>Threads: confined to the event loop of its connection.
 */
public final class ServerStatements {
  /** More than that are closed, oldest first; and as many are remembered as seen. */
  private static final int CAPACITY = 256;

  private final Map<Long, String> names = new LinkedHashMap<>(16, 0.75f, true);
  private final Set<Long> seen = new LinkedHashSet<>();
  private List<String> evicted = List.of();
  private long next;

  /** The server's name of the statement, or empty when it must be prepared first. */
  public String nameOf(long key) {
    String name = names.get(key);
    return name == null ? "" : name;
  }

  /** Whether a statement is here, or was asked for before; remembers that it was. */
  public boolean comesAgain(long key) {
    if (names.containsKey(key) || seen.remove(key)) {
      return true;
    }
    if (seen.size() >= CAPACITY) {
      seen.remove(seen.iterator().next());
    }
    seen.add(key);
    return false;
  }

  /** A name for a statement that is prepared now. */
  public String add(long key) {
    if (names.size() >= CAPACITY) {
      Map.Entry<Long, String> eldest = names.entrySet().iterator().next();
      names.remove(eldest.getKey());
      if (evicted.isEmpty()) {
        evicted = new ArrayList<>();
      }
      evicted.add(eldest.getValue());
    }
    String name = "d" + Long.toString(next++, Character.MAX_RADIX);
    names.put(key, name);
    return name;
  }

  /** The statement could not be prepared, or is out of date. */
  public void remove(long key) {
    names.remove(key);
  }

  /** Names to close on the server, once. */
  public List<String> takeEvicted() {
    List<String> result = evicted;
    evicted = List.of();
    return result;
  }
}
