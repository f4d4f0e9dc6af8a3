package dev.drover.planner.sql;

import java.util.List;

/**
 * A type as written.
 *
 * @param name the type's name; for a spelling of the SQL standard, such as {@code double
 *     precision}, the name PostgreSQL keeps it under ({@code float8})
 * @param standard whether the spelling is one of the standard's, which always mean pg_catalog
 * @param modifiers what stands in parentheses, and the precision of time and interval types
 * @param fields the fields of an interval type, such as {@code day to second}; else empty
 * @param arrayDimensions 0 for a type that is no array
 */
public record TypeName(
    Span span,
    QualifiedName name,
    boolean standard,
    List<Expr> modifiers,
    String fields,
    int arrayDimensions,
    boolean setOf,
    boolean ofColumn)
    implements Node {
  public TypeName {
    modifiers = List.copyOf(modifiers);
  }

  static TypeName plain(QualifiedName name) {
    return new TypeName(name.span(), name, false, List.of(), "", 0, false, false);
  }

  @Override
  public List<Node> children() {
    return Children.of(modifiers).list();
  }

  /** Whether the type is one of serial, smallserial, bigserial and their short names. */
  public boolean isSerial() {
    if (name.parts().size() != 1 || arrayDimensions > 0) {
      return false;
    }
    return switch (name.local()) {
      case "serial", "serial4", "bigserial", "serial8", "smallserial", "serial2" -> true;
      default -> false;
    };
  }
}
