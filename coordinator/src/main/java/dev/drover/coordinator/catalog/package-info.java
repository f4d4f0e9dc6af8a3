/**
 * The coordinator's picture of the catalog, the plans made under it, and how it is kept current.
 *
 * <p>Main types: {@link dev.drover.coordinator.catalog.CatalogCache} and {@link
 * dev.drover.coordinator.catalog.PlanCache}. Knows nothing of sessions.
 */
package dev.drover.coordinator.catalog;
