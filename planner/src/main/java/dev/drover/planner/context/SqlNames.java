package dev.drover.planner.context;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.QualifiedName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks relations up as PostgreSQL does, and quotes names. */
public final class SqlNames {
  private final CatalogSnapshot catalog;
  private final SearchPath searchPath;

  public SqlNames(CatalogSnapshot catalog, SearchPath searchPath) {
    this.catalog = catalog;
    this.searchPath = searchPath;
  }

  /** Empty for what the snapshot does not list: system catalogs, or nothing at all. */
  public Optional<Relation> relation(QualifiedName name) {
    if (name.schema().isPresent()) {
      String schema = name.schema().get().text();
      String real = schema.equals("pg_temp") ? searchPath.temporarySchema() : schema;
      return catalog.relation(real, name.local());
    }
    return searchPath.schemas().stream()
        .flatMap(schema -> catalog.relation(schema, name.local()).stream())
        .findFirst();
  }

  public static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A list of names, each behind the same qualifier. */
  public static String quoted(List<String> names, String qualifier) {
    return names.stream().map(n -> qualifier + quote(n)).collect(Collectors.joining(", "));
  }

  public static String quoted(Relation relation) {
    return quote(relation.schema()) + '.' + quote(relation.name());
  }
}
