package dev.drover.planner.catalog;

import static java.util.Objects.requireNonNull;

import java.util.Optional;

/**
 * An attribute of a relation.
 *
 * @param number attribute number, from 1; dropped columns leave gaps
 * @param typeOid OID on the catalog node, of the base type when {@code typeName} is a domain
 * @param typeName as {@code format_type} prints it, usable in a cast
 * @param typmod -1 when none
 * @param deterministic false for a nondeterministic collation
 * @param defaultExpression as {@code pg_get_expr} prints it
 * @param identity how an identity column behaves
 * @param generated stored or virtual generated column: never written
 * @param constantDefault the default calls nothing but immutable functions, or there is none
 * @param collation qualified and quoted, when it is not the type's default
 */
public record Column(
    int number,
    String name,
    int typeOid,
    String typeName,
    int typmod,
    boolean notNull,
    boolean deterministic,
    Optional<String> defaultExpression,
    Identity identity,
    boolean generated,
    boolean constantDefault,
    Optional<String> collation) {
  /** {@code pg_attribute.attidentity}. */
  public enum Identity {
    NONE,
    ALWAYS,
    BY_DEFAULT
  }

  public Column {
    requireNonNull(name);
    requireNonNull(typeName);
    requireNonNull(defaultExpression);
    requireNonNull(identity);
    requireNonNull(collation);
  }

  /** A column with its type's default collation. */
  public Column(
      int number,
      String name,
      int typeOid,
      String typeName,
      int typmod,
      boolean notNull,
      boolean deterministic,
      Optional<String> defaultExpression,
      Identity identity,
      boolean generated,
      boolean constantDefault) {
    this(
        number,
        name,
        typeOid,
        typeName,
        typmod,
        notNull,
        deterministic,
        defaultExpression,
        identity,
        generated,
        constantDefault,
        Optional.empty());
  }
}
