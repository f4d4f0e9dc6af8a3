package dev.drover.planner.analysis;

import dev.drover.planner.catalog.Column;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.sql.Alias;
import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One reference to a table.
 *
 * <p>Threads: confined to the routing of one statement; the marks are set while its tree is walked.
 */
public final class TableUse implements Source {
  private final FromItem.TableRef ref;
  private final Relation relation;
  private final boolean inText;
  private final List<String> columns;
  private boolean namesRowType;

  /** {@code inText} is false inside a view's definition, which cannot be spliced. */
  TableUse(FromItem.TableRef ref, Relation relation, boolean inText) {
    this.ref = ref;
    this.relation = relation;
    this.inText = inText;
    this.columns = renamed(relation, ref.alias());
  }

  private static List<String> renamed(Relation relation, Optional<Alias> alias) {
    List<String> names = new ArrayList<>(relation.columns().stream().map(Column::name).toList());
    List<Name> given = alias.map(Alias::columns).orElse(List.of());
    for (int i = 0; i < Math.min(given.size(), names.size()); i++) {
      names.set(i, given.get(i).text());
    }
    return List.copyOf(names);
  }

  public FromItem.TableRef ref() {
    return ref;
  }

  public Relation relation() {
    return relation;
  }

  public boolean inText() {
    return inText;
  }

  @Override
  public String name() {
    return ref.alias().flatMap(Alias::name).map(Name::text).orElse(ref.name().local());
  }

  @Override
  public Optional<List<String>> columns() {
    return Optional.of(columns);
  }

  /** The column that is called so here. */
  public Column column(String visibleName) {
    return relation.columns().get(columns.indexOf(visibleName));
  }

  /** What the column with this attribute number is called here. */
  public Variable variable(int attribute) {
    List<Column> all = relation.columns();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).number() == attribute) {
        return new Variable(this, columns.get(i));
      }
    }
    throw new IllegalStateException("no column " + attribute + " in " + relation.name());
  }

  /** The columns of the distribution key; empty when rows are not placed by a key. */
  public List<Variable> key() {
    return keyColumns(relation.distribution()).stream().map(this::variable).toList();
  }

  public static List<Integer> keyColumns(Distribution distribution) {
    return switch (distribution) {
      case Distribution.Hash hash -> hash.key();
      case Distribution.Modulo modulo -> List.of(modulo.key());
      case Distribution.Replicated _, Distribution.RoundRobin _, Distribution.CatalogNode _ ->
          List.of();
    };
  }

  /** Its rows' type is used, which a leaf's differs from. */
  void markRowType() {
    namesRowType = true;
  }

  public boolean namesRowType() {
    return namesRowType;
  }
}
