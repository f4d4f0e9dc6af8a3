package dev.drover.coordinator.catalog;

import dev.drover.planner.context.SearchPath;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Plans by the shape of their statement, the search path, the acting role, which may not see every
 * name and has statements of its own on servers, and the declared parameter types. One event loop's
 * cache; it is emptied when the catalog changes.
 *
 * <p>Threads: confined to its event loop.
 */
public final class PlanCache {
  /** Shapes kept; beyond that the least recently used one goes. */
  private static final int CAPACITY = 4096;

  /** Plans of one shape that differ in the literals they were planned by. */
  private static final int VARIANTS = 8;

  /** Identity of an entry; the probe reuses one object so that a hit allocates nothing. */
  private static final class Key {
    byte[] shape = new byte[0];
    int[] parameterTypes = new int[0];
    SearchPath path = SearchPath.of();
    String role = "";
    long hash;

    @Override
    public boolean equals(Object other) {
      return other instanceof Key that
          && hash == that.hash
          && Arrays.equals(shape, that.shape)
          && Arrays.equals(parameterTypes, that.parameterTypes)
          && role.equals(that.role)
          && path.equals(that.path);
    }

    @Override
    public int hashCode() {
      return Long.hashCode(hash);
    }
  }

  private final Map<Key, List<CachedPlan>> plans =
      new LinkedHashMap<>(256, 0.75f, true) {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, List<CachedPlan>> eldest) {
          return size() > CAPACITY;
        }
      };
  private final Key probe = new Key();
  private Optional<CatalogView> view = Optional.empty();

  /** The plan for this text under this view, if it is here. */
  public Optional<CachedPlan> find(CatalogView current, StatementPlanner.Request request) {
    if (!isFor(current)) {
      plans.clear();
      view = Optional.of(current);
      return Optional.empty();
    }
    fill(probe, request);
    List<CachedPlan> variants = plans.get(probe);
    if (variants == null) {
      return Optional.empty();
    }
    for (CachedPlan plan : variants) {
      if (plan.fits(request.text())) {
        return Optional.of(plan);
      }
    }
    return Optional.empty();
  }

  public void put(StatementPlanner.Request request, CachedPlan plan) {
    if (!isFor(plan.view())) {
      return;
    }
    Key key = new Key();
    fill(key, request);
    List<CachedPlan> variants = plans.computeIfAbsent(key, k -> new ArrayList<>());
    if (variants.size() >= VARIANTS) {
      variants.removeFirst();
    }
    variants.add(plan);
  }

  @SuppressWarnings("ReferenceEquality") // each load of the catalog is another view
  private boolean isFor(CatalogView other) {
    return view.isPresent() && view.get() == other;
  }

  private static void fill(Key key, StatementPlanner.Request request) {
    key.shape = request.text().shape();
    key.path = request.path();
    key.role = request.actingRole();
    key.parameterTypes = request.parameterTypes();
    key.hash = request.text().shapeHash() * 31 + Arrays.hashCode(key.parameterTypes);
  }
}
