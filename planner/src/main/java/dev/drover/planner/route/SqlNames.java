package dev.drover.planner.route;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.QualifiedName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/** Looks relations up as PostgreSQL does, and quotes names. */
final class SqlNames {
  private final CatalogSnapshot catalog;
  private final SearchPath searchPath;

  SqlNames(CatalogSnapshot catalog, SearchPath searchPath) {
    this.catalog = catalog;
    this.searchPath = searchPath;
  }

  /** Empty for what the snapshot does not list: system catalogs, or nothing at all. */
  Optional<Relation> relation(QualifiedName name) {
    if (name.schema().isPresent()) {
      String schema = name.schema().get().text();
      String real = schema.equals("pg_temp") ? searchPath.temporarySchema() : schema;
      return catalog.relation(real, name.local());
    }
    return searchPath.schemas().stream()
        .flatMap(schema -> catalog.relation(schema, name.local()).stream())
        .findFirst();
  }

  static String quote(String name) {
    return '"' + name.replace("\"", "\"\"") + '"';
  }

  /** A list of names, each behind the same qualifier. */
  static String quoted(List<String> names, String qualifier) {
    return names.stream().map(n -> qualifier + quote(n)).collect(Collectors.joining(", "));
  }

  static String quoted(Relation relation) {
    return quote(relation.schema()) + '.' + quote(relation.name());
  }
}
