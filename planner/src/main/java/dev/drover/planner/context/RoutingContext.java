package dev.drover.planner.context;

import static java.util.Objects.requireNonNull;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.plan.StatementFacts;

/**
 * All that decides a plan besides the statement.
 *
 * @param text the UTF-8 text that the statement's spans count in
 * @param types names of types by OID
 */
@SuppressWarnings("ArrayRecordComponent")
public record RoutingContext(
    CatalogSnapshot catalog,
    SearchPath searchPath,
    byte[] text,
    StatementFacts facts,
    FunctionCatalog functions,
    TypeNames types,
    Session session) {
  /**
   * What matters of the session.
   *
   * @param inTransaction in a transaction block, where {@code now()} is one value for all nodes
   * @param collationIsC text without a COLLATE clause is compared byte by byte
   * @param ofCursor the statement is the query of a cursor, which may be asked for its row's place
   */
  public record Session(boolean inTransaction, boolean collationIsC, boolean ofCursor) {}

  public RoutingContext {
    requireNonNull(catalog);
    requireNonNull(searchPath);
    requireNonNull(text);
    requireNonNull(facts);
    requireNonNull(functions);
    requireNonNull(types);
    requireNonNull(session);
  }

  /** The same, for another text that PostgreSQL was not asked about. */
  public RoutingContext withText(byte[] other, StatementFacts otherFacts) {
    return new RoutingContext(catalog, searchPath, other, otherFacts, functions, types, session);
  }
}
