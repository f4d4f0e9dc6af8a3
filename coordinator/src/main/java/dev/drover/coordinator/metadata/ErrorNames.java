package dev.drover.coordinator.metadata;

import dev.drover.pgwire.ErrorFields;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.catalog.Distribution;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.ddl.LeafNames;
import java.util.List;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Shows errors and notices of datanodes in the user's names: leaves as their tables, the slots'
 * schemas as the tables' schemas, indexes and constraints of leaves as the user named them.
 *
 * <p>Only a name that ends in {@code $} and the number of a distribution is touched, and only if it
 * is that table's leaf, or begins with one of the table's names: a user's own {@code total$12}
 * stays.
 */
public final class ErrorNames {
  private static final List<Character> TEXTS =
      List.of(
          ErrorFields.MESSAGE,
          ErrorFields.DETAIL,
          ErrorFields.HINT,
          ErrorFields.WHERE,
          ErrorFields.INTERNAL_QUERY);

  /** {@code "drover$17"."t$12"}, as {@code regclass} and quoted queries print leaves. */
  private static final Pattern QUALIFIED =
      Pattern.compile("\"?drover\\$\\d+\"?\\.\"?(?<name>[^\"\\s]+?)\\$(?<id>\\d+)\"?(?![\\w$])");

  private static final Pattern QUOTED = Pattern.compile("\"(?<name>[^\"]*\\$\\d+[^\"]*)\"");

  /** {@code COPY t$12, line 3} and the like. */
  private static final Pattern BARE =
      Pattern.compile(
          "(?<![\\w$\"])(?<name>[\\p{L}_][\\p{L}\\p{N}_$~]*)\\$(?<id>\\d+)(?![\\w$\"])");

  /** {@code t$12_v_idx}, as PostgreSQL names a leaf's index before it gets its own name. */
  private static final Pattern DERIVED = Pattern.compile("(?<leaf>.+\\$(?<id>\\d+))(?<rest>_.+)");

  private static final Pattern SUFFIX = Pattern.compile("(?<name>.+)\\$(?<id>\\d+)");

  private static final String OWN_FUNCTION = "PL/pgSQL function drover.";
  private static final String OWN_STATEMENT = "SQL statement ";

  private final CatalogSnapshot catalog;

  private ErrorNames(CatalogSnapshot catalog) {
    this.catalog = catalog;
  }

  /** The same fields in the user's names; the very same object if there is nothing to change. */
  public static ErrorFields translate(ErrorFields fields, CatalogSnapshot catalog) {
    ErrorNames names = new ErrorNames(catalog);
    ErrorFields result = withoutOwnContext(names.identifiers(fields));
    for (char letter : TEXTS) {
      Optional<String> text = result.get(letter);
      if (text.isPresent() && text.get().indexOf('$') >= 0) {
        String changed = names.text(text.get());
        result = changed.equals(text.get()) ? result : result.with(letter, changed);
      }
    }
    return result;
  }

  /** Cuts the lines that say how Drover's own functions came to run the statement. */
  private static ErrorFields withoutOwnContext(ErrorFields fields) {
    Optional<String> where = fields.get(ErrorFields.WHERE);
    if (where.isEmpty() || !where.get().contains(OWN_FUNCTION)) {
      return fields;
    }
    List<String> lines = where.get().lines().toList();
    int own = 0;
    while (!lines.get(own).startsWith(OWN_FUNCTION) && own < lines.size() - 1) {
      own++;
    }
    int cut = own;
    while (cut > 0 && !lines.get(cut).startsWith(OWN_STATEMENT)) {
      cut--;
    }
    boolean ran = lines.get(cut).startsWith(OWN_STATEMENT);
    String kept = String.join("\n", lines.subList(0, ran ? cut : own));
    return kept.isEmpty()
        ? fields.without(ErrorFields.WHERE)
        : fields.with(ErrorFields.WHERE, kept);
  }

  private ErrorFields identifiers(ErrorFields fields) {
    Optional<String> schema = fields.get(ErrorFields.SCHEMA);
    if (schema.isEmpty() || !schema.get().startsWith(LeafNames.SCHEMA_PREFIX)) {
      return fields;
    }
    ErrorFields result = fields;
    Optional<Relation> table = fields.get(ErrorFields.TABLE).flatMap(this::ofLeaf);
    if (table.isPresent()) {
      result =
          result
              .with(ErrorFields.SCHEMA, table.get().schema())
              .with(ErrorFields.TABLE, table.get().name());
    }
    Optional<String> constraint = fields.get(ErrorFields.CONSTRAINT).map(this::ownName);
    return constraint.isPresent() ? result.with(ErrorFields.CONSTRAINT, constraint.get()) : result;
  }

  private Optional<Relation> ofLeaf(String leaf) {
    Matcher matcher = SUFFIX.matcher(leaf);
    return matcher.matches() ? relation(matcher.group("id")) : Optional.empty();
  }

  private String ownName(String name) {
    Matcher matcher = SUFFIX.matcher(name);
    if (matcher.matches()) {
      return shown(matcher.group("name"), matcher.group("id"), name);
    }
    Matcher derived = DERIVED.matcher(name);
    return derived.matches()
        ? relation(derived.group("id"))
            .filter(r -> leafName(r).map(derived.group("leaf")::equals).orElse(false))
            .map(r -> r.name() + derived.group("rest"))
            .orElse(name)
        : name;
  }

  private String text(String text) {
    String result = QUALIFIED.matcher(text).replaceAll(m -> quote(qualified(m)));
    result = QUOTED.matcher(result).replaceAll(m -> quote(quoted(m)));
    return BARE.matcher(result).replaceAll(m -> quote(bare(m)));
  }

  private static String quote(String replacement) {
    return Matcher.quoteReplacement(replacement);
  }

  private String qualified(MatchResult match) {
    return relation(match.group("id"))
        .map(r -> identifier(r.schema()) + "." + qualifiedName(r, match))
        .orElse(match.group());
  }

  private static String qualifiedName(Relation relation, MatchResult match) {
    return identifier(userName(relation, match.group("name"), match.group("id")));
  }

  private String quoted(MatchResult match) {
    return "\"" + ownName(match.group("name")) + "\"";
  }

  private String bare(MatchResult match) {
    return shown(match.group("name"), match.group("id"), match.group());
  }

  private String shown(String name, String id, String unchanged) {
    return relation(id).flatMap(r -> known(r, name, id)).orElse(unchanged);
  }

  private Optional<Relation> relation(String id) {
    try {
      return catalog.relationOfDistribution(Integer.parseInt(id));
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  private static String userName(Relation relation, String name, String id) {
    return known(relation, name, id).orElse(name);
  }

  /** The user's name behind a leaf's, if it is one of this table's. */
  private static Optional<String> known(Relation relation, String name, String id) {
    String whole = name + "$" + id;
    if (leafName(relation).map(whole::equals).orElse(false)) {
      return Optional.of(relation.name());
    }
    int distribution = Integer.parseInt(id);
    Optional<String> listed =
        Stream.concat(
                relation.uniqueKeys().stream().map(Relation.UniqueKey::name),
                relation.foreignKeys().stream().map(Relation.ForeignKey::name))
            .filter(n -> LeafNames.object(n, distribution).equals(whole))
            .findFirst();
    return listed.isPresent() ? listed : ofTable(relation, name);
  }

  /** Indexes that the snapshot does not list usually carry the table's name. */
  private static Optional<String> ofTable(Relation relation, String name) {
    boolean derived = name.startsWith(relation.name() + "_");
    return derived || keyed(relation) ? Optional.of(name) : Optional.empty();
  }

  private static boolean keyed(Relation relation) {
    return leafName(relation).isPresent();
  }

  private static Optional<String> leafName(Relation relation) {
    return switch (relation.distribution()) {
      case Distribution.Hash hash -> Optional.of(hash.leafName());
      case Distribution.Modulo modulo -> Optional.of(modulo.leafName());
      case Distribution.Replicated _, Distribution.RoundRobin _, Distribution.CatalogNode _ ->
          Optional.empty();
    };
  }

  /** As PostgreSQL prints a name: quoted only if it must be. */
  private static String identifier(String name) {
    return name.matches("[a-z_][a-z0-9_]*") ? name : "\"" + name.replace("\"", "\"\"") + "\"";
  }
}
