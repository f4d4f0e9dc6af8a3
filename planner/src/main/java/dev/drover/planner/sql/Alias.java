package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;

/**
 * {@code [AS] name (columns)}.
 *
 * @param name absent only for a function's bare column definition list
 * @param columns the columns' names; of a definition list too
 * @param types the types of a definition list; else empty
 */
public record Alias(Span span, Optional<Name> name, List<Name> columns, List<TypeName> types)
    implements Node {
  public Alias {
    columns = List.copyOf(columns);
    types = List.copyOf(types);
  }

  @Override
  public List<Node> children() {
    return Children.of(types).list();
  }
}
