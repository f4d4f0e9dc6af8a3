package dev.drover.coordinator.catalog;

import dev.drover.planner.context.TypeNames;
import java.util.Map;
import java.util.Optional;

/**
 * The types of the catalog node.
 *
 * <p>Threads: immutable.
 *
 * @param names by OID
 * @param bearing of the types whose binary form may hold OIDs of objects that users make
 */
public record CatalogTypes(Map<Integer, String> names, Map<Integer, OidBearing> bearing)
    implements TypeNames {
  public CatalogTypes {
    names = Map.copyOf(names);
    bearing = Map.copyOf(bearing);
  }

  @Override
  public Optional<String> name(int typeOid) {
    return Optional.ofNullable(names.get(typeOid));
  }
}
