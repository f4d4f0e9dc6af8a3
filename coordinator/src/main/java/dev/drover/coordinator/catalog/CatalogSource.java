package dev.drover.coordinator.catalog;

/** Reads the catalog from the catalog node; blocking, so never called on an event loop. */
public interface CatalogSource {
  /** The committed state, at this version. */
  CatalogView load(long version);
}
