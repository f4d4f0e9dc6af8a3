package dev.drover.planner.analysis;

import dev.drover.planner.sql.FromItem;
import dev.drover.planner.sql.Name;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Reads a join of FROM: its sides, its condition, and the columns that USING makes one. */
final class JoinReader {
  private final Analyzer analyzer;
  private final Block block;
  private final Analyzer.Place place;

  JoinReader(Analyzer analyzer, Block block, Analyzer.Place place) {
    this.analyzer = analyzer;
    this.block = block;
    this.place = place;
  }

  FromInfo join(FromItem.JoinItem join) {
    FromInfo left = analyzer.from(join.left(), block, place);
    FromInfo right = analyzer.from(join.right(), block, place);
    List<Fact> facts = new ArrayList<>();
    int before = block.sublinks().size();
    join.on()
        .ifPresent(
            on -> {
              facts.addAll(analyzer.conditions().facts(on, block.scope()));
              analyzer.scan().condition(on, block, place);
            });
    List<Sublink> sublinks = List.copyOf(block.sublinks().subList(before, block.sublinks().size()));
    block.sublinks().subList(before, block.sublinks().size()).clear();
    for (String name : mergedNames(join, left, right)) {
      merge(name, join.kind(), left, right).ifPresent(facts::addAll);
    }
    FromInfo.Join read = new FromInfo.Join(join.kind(), left, right, facts, sublinks, join.on());
    noteNeeds(join, read);
    return read;
  }

  /** Columns of one name become one; a name for the join stands for all columns. */
  private void noteNeeds(FromItem.JoinItem join, FromInfo.Join read) {
    boolean whole = join.natural() || join.alias().isPresent() || join.usingAlias().isPresent();
    for (Source source : read.sources()) {
      join.using().forEach(name -> analyzer.mentions().needs().column(source, name.text()));
      if (whole) {
        analyzer.mentions().needs().all(source);
      }
    }
  }

  private static List<String> mergedNames(FromItem.JoinItem join, FromInfo left, FromInfo right) {
    if (!join.natural()) {
      return join.using().stream().map(Name::text).toList();
    }
    Set<String> common = names(left);
    common.retainAll(names(right));
    return List.copyOf(common);
  }

  private static Set<String> names(FromInfo side) {
    Set<String> names = new LinkedHashSet<>();
    side.sources().forEach(s -> names.addAll(s.columns().orElse(List.of())));
    return names;
  }

  private Optional<List<Fact>> merge(
      String name, FromItem.JoinItem.Kind kind, FromInfo left, FromInfo right) {
    Optional<Variable> leftColumn = column(name, left);
    Optional<Variable> rightColumn = column(name, right);
    Optional<Variable> value =
        switch (kind) {
          case RIGHT -> rightColumn;
          case FULL -> Optional.empty();
          case CROSS, INNER, LEFT -> leftColumn;
        };
    List<Variable> parts = new ArrayList<>();
    leftColumn.ifPresent(parts::add);
    rightColumn.ifPresent(parts::add);
    block.scope().merge(name, value, parts);
    return leftColumn.flatMap(l -> rightColumn.map(r -> Conditions.same(l, r)));
  }

  private Optional<Variable> column(String name, FromInfo side) {
    Optional<Variable> merged = block.scope().merged(name);
    if (merged.isPresent() && side.sources().contains(merged.get().source())) {
      return merged;
    }
    return side.sources().stream()
        .filter(s -> s.columns().map(c -> c.contains(name)).orElse(false))
        .map(s -> new Variable(s, name))
        .findFirst();
  }
}
