package dev.drover.coordinator.metadata;

import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.DynamicSql;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.catalog.Routine;
import dev.drover.planner.catalog.Routine.Reach;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Finds out which data routines may touch, by the words of their bodies.
 *
 * <p>A body reaches what any relation or routine of a name in it reaches, in whichever schema;
 * dynamic SQL and other languages cannot be told. An owner may vouch by {@code ALTER FUNCTION ...
 * SET drover.reach}.
 *
 * <p>Threads: confined to the caller's.
 */
final class RoutineReach {
  private static final Pattern TOKEN =
      Pattern.compile(
          "--[^\\n]*|/\\*.*?\\*/"
              + "|[eE]'(?:[^'\\\\]|\\\\.|'')*'|'(?:[^']|'')*'|\\$(\\w*)\\$.*?\\$\\1\\$"
              + "|\"(?<quoted>(?:[^\"]|\"\")+)\""
              + "|(?<word>[\\p{L}_][\\p{L}\\p{N}_$]*)",
          Pattern.DOTALL);

  /** Languages whose bodies are SQL text, or names of functions. */
  private static final Set<String> READABLE = Set.of("sql", "plpgsql", "aggregate", "internal");

  private static final Set<String> WRITES =
      Set.of("insert", "update", "delete", "merge", "truncate", "copy", "lock");

  /** The statement of PL/pgSQL that runs SQL which it is given as text. */
  private static final String EXECUTE = "execute";

  /** What is read of one routine. */
  record Body(String name, String language, String text, boolean ofExtension, String vouched) {}

  private final Map<String, Reach> ofRelation = new HashMap<>();
  private final Map<String, Set<String>> wordsOfRoutine = new HashMap<>();
  private final Map<String, Reach> ofRoutine = new HashMap<>();

  RoutineReach(Collection<Relation> relations, List<Body> bodies) {
    Map<String, Set<String>> views = new HashMap<>();
    for (Relation relation : relations) {
      ofRelation.merge(relation.name(), own(relation), RoutineReach::worse);
      relation
          .viewDefinition()
          .ifPresent(
              v -> views.computeIfAbsent(relation.name(), n -> new HashSet<>()).addAll(words(v)));
    }
    for (Body body : bodies) {
      read(body);
    }
    settle(views);
  }

  Reach of(String routine) {
    return ofRoutine.getOrDefault(routine, Reach.UNKNOWN);
  }

  private static Reach own(Relation relation) {
    return switch (relation.distribution()) {
      case Distribution.CatalogNode _ -> Reach.NONE;
      case Distribution.Replicated _ -> Reach.REPLICATED_READ;
      case Distribution.Hash _, Distribution.Modulo _, Distribution.RoundRobin _ ->
          Reach.DISTRIBUTED;
    };
  }

  private void read(Body body) {
    Reach start = Reach.NONE;
    if (isDynamic(body.name())) {
      start = Reach.UNKNOWN;
    } else if (!body.vouched().isEmpty()) {
      start = vouched(body.vouched());
    } else if (!body.ofExtension()) {
      start = READABLE.contains(body.language()) ? Reach.NONE : Reach.UNKNOWN;
      wordsOfRoutine.computeIfAbsent(body.name(), n -> new HashSet<>()).addAll(words(body.text()));
    }
    ofRoutine.merge(body.name(), start, RoutineReach::worse);
  }

  private static boolean isDynamic(String word) {
    return word.equals(EXECUTE) || DynamicSql.isRunBy(word);
  }

  private static Reach vouched(String value) {
    return switch (value.toLowerCase(Locale.ROOT).replace('-', '_')) {
      case "none" -> Reach.NONE;
      case "replicated_read" -> Reach.REPLICATED_READ;
      case "distributed" -> Reach.DISTRIBUTED;
      default -> Reach.UNKNOWN;
    };
  }

  /** Until nothing gets worse: each round spreads the reach one call or view further. */
  private void settle(Map<String, Set<String>> views) {
    boolean changed = true;
    while (changed) {
      changed = false;
      for (Map.Entry<String, Set<String>> view : views.entrySet()) {
        changed |= worsen(ofRelation, view.getKey(), reach(view.getValue()));
      }
      for (Map.Entry<String, Set<String>> routine : wordsOfRoutine.entrySet()) {
        changed |= worsen(ofRoutine, routine.getKey(), reach(routine.getValue()));
      }
    }
  }

  private static boolean worsen(Map<String, Reach> reaches, String name, Reach reach) {
    Reach before = reaches.getOrDefault(name, Reach.NONE);
    Reach after = worse(before, reach);
    reaches.put(name, after);
    return after != before;
  }

  private Reach reach(Set<String> words) {
    Reach reach = Reach.NONE;
    for (String word : words) {
      reach = worse(reach, isDynamic(word) ? Reach.UNKNOWN : Reach.NONE);
      reach = worse(reach, ofRelation.getOrDefault(word, Reach.NONE));
      reach = worse(reach, ofRoutine.getOrDefault(word, Reach.NONE));
    }
    boolean writes = words.stream().anyMatch(WRITES::contains);
    return reach == Reach.REPLICATED_READ && writes ? Reach.DISTRIBUTED : reach;
  }

  private static Reach worse(Reach a, Reach b) {
    return a.compareTo(b) >= 0 ? a : b;
  }

  /** Names and key words of a text, without comments and literals. */
  static Set<String> words(String text) {
    Set<String> words = new HashSet<>();
    Matcher matcher = TOKEN.matcher(text);
    while (matcher.find()) {
      if (matcher.group("quoted") != null) {
        words.add(matcher.group("quoted").replace("\"\"", "\""));
      } else if (matcher.group("word") != null) {
        words.add(matcher.group("word").toLowerCase(Locale.ROOT));
      }
    }
    return words;
  }

  /** {@code pg_proc.provolatile}. */
  static Routine.Volatility volatility(char letter) {
    return switch (letter) {
      case 'i' -> Routine.Volatility.IMMUTABLE;
      case 's' -> Routine.Volatility.STABLE;
      default -> Routine.Volatility.VOLATILE;
    };
  }
}
