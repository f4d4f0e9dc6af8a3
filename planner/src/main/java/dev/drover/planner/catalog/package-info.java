/**
 * What the planner knows of the database: an immutable picture of the user's schema, of how each
 * table is spread, and of the nodes.
 *
 * <p>Main type: {@link dev.drover.planner.catalog.CatalogSnapshot}. Knows nothing of where the
 * picture comes from.
 */
package dev.drover.planner.catalog;
