package dev.drover.coordinator.exec;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.Routine;
import dev.drover.planner.sql.WordsOfText;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Which relations a statement may mean: one too many rather than one too few.
 *
 * <p>Those whose names are words of its text, whatever schema and whatever sort of thing is meant
 * there; those that views among them name; and every replicated table if a function is named that
 * reads some. All of them if the text cannot be read, or is a literal. Names in other literals mean
 * none: what would read a table by such a name is refused.
 */
final class MeantRelations {
  /** The words of EXECUTE DIRECT, whose statement is a literal. */
  private static final Set<String> DIRECT = Set.of("execute", "direct");

  private final CatalogSnapshot catalog;
  private final Map<Integer, Relation> found = new HashMap<>();

  private MeantRelations(CatalogSnapshot catalog) {
    this.catalog = catalog;
  }

  static Collection<Relation> of(CatalogSnapshot catalog, byte[] utf8) {
    MeantRelations meant = new MeantRelations(catalog);
    List<byte[]> texts = List.of(utf8);
    while (!texts.isEmpty()) {
      texts = meant.read(texts);
    }
    return meant.found.values();
  }

  /** Returns the texts of views that had not been found before. */
  private List<byte[]> read(List<byte[]> texts) {
    List<byte[]> views = new ArrayList<>();
    for (byte[] text : texts) {
      Optional<Set<String>> words = WordsOfText.of(text).filter(w -> !w.containsAll(DIRECT));
      boolean callsReader = words.map(this::isReaderAmong).orElse(true);
      for (Relation relation : catalog.relations()) {
        boolean named = words.map(w -> w.contains(relation.name())).orElse(true);
        boolean read = callsReader && relation.distribution() instanceof Distribution.Replicated;
        if ((named || read) && found.put(relation.oid(), relation) == null) {
          relation.viewDefinition().map(view -> view.getBytes(UTF_8)).ifPresent(views::add);
        }
      }
    }
    return views;
  }

  private boolean isReaderAmong(Set<String> words) {
    return catalog.routines().stream()
        .filter(routine -> routine.reach() != Routine.Reach.NONE)
        .anyMatch(routine -> words.contains(routine.name()));
  }
}
