package dev.drover.coordinator.catalog;

import java.util.Optional;

/** Reads the catalog from the catalog node; blocking, so never called on an event loop. */
@FunctionalInterface
public interface CatalogSource {
  /** The committed state, at this version. */
  CatalogView load(long version);

  /**
   * The same in less time, if nothing but the owners of slots has changed since the view of an
   * earlier version was read.
   */
  default Optional<CatalogView> advance(CatalogView known, long from, long to) {
    return Optional.empty();
  }
}
