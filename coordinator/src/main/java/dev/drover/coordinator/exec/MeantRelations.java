package dev.drover.coordinator.exec;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.Routine;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * Which relations a statement may mean: one too many rather than one too few.
 *
 * <p>Those whose names stand in its text, as such or within something else; those that views among
 * them name; and every replicated table if a function is named that reads some.
 */
final class MeantRelations {
  private final CatalogSnapshot catalog;
  private final Map<Integer, Relation> found = new HashMap<>();

  private MeantRelations(CatalogSnapshot catalog) {
    this.catalog = catalog;
  }

  static Collection<Relation> of(CatalogSnapshot catalog, String text) {
    MeantRelations meant = new MeantRelations(catalog);
    List<String> texts = List.of(text);
    while (!texts.isEmpty()) {
      texts = meant.read(texts);
    }
    return meant.found.values();
  }

  /** Returns the texts of views that had not been found before. */
  private List<String> read(List<String> texts) {
    List<String> views = new ArrayList<>();
    for (String text : texts) {
      String words = text.toLowerCase(Locale.ROOT);
      boolean callsReader = callsReader(words);
      for (Relation relation : catalog.relations()) {
        boolean named = words.contains(relation.name().toLowerCase(Locale.ROOT));
        boolean read = callsReader && relation.distribution() instanceof Distribution.Replicated;
        if ((named || read) && found.put(relation.oid(), relation) == null) {
          Optional<String> definition = relation.viewDefinition();
          definition.ifPresent(views::add);
        }
      }
    }
    return views;
  }

  private boolean callsReader(String words) {
    return catalog.routines().stream()
        .filter(routine -> routine.reach() != Routine.Reach.NONE)
        .anyMatch(routine -> words.contains(routine.name().toLowerCase(Locale.ROOT)));
  }
}
