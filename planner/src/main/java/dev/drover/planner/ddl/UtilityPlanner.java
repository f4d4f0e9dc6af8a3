package dev.drover.planner.ddl;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.scram.ScramVerifier;
import dev.drover.planner.catalog.Relation;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.sql.Literals;
import dev.drover.planner.sql.Name;
import dev.drover.planner.sql.QualifiedName;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.Statement;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Statements of which the parser knows the outline only. Each runs on all nodes in one transaction,
 * or on each node by itself, or on the catalog node because it concerns what only that has, or is
 * refused.
 */
final class UtilityPlanner {
  private static final Pattern CONCURRENTLY =
      Pattern.compile("\\bconcurrently\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern DATABASE_SETTING =
      Pattern.compile(
          "alter\\s+database\\s+\\S+\\s+(reset|set\\s+(?!tablespace\\b))\\s*.*",
          Pattern.CASE_INSENSITIVE | Pattern.DOTALL);
  private static final Pattern ON_ALL =
      Pattern.compile("\\bon\\s+all\\b", Pattern.CASE_INSENSITIVE);
  private static final Pattern MD5_HASH = Pattern.compile("md5[0-9a-f]{32}");

  /** What cannot work yet, and what would change one node only. */
  private static final Set<String> REFUSED =
      Set.of(
          "CREATE TRIGGER",
          "ALTER TRIGGER",
          "CREATE EVENT TRIGGER",
          "ALTER EVENT TRIGGER",
          "CREATE RULE",
          "ALTER RULE",
          "CREATE POLICY",
          "ALTER POLICY",
          "CREATE MATERIALIZED VIEW",
          "ALTER MATERIALIZED VIEW",
          "REFRESH MATERIALIZED VIEW",
          "CREATE DATABASE",
          "CREATE TABLESPACE",
          "ALTER TABLESPACE",
          "CREATE PUBLICATION",
          "ALTER PUBLICATION",
          "CREATE SUBSCRIPTION",
          "ALTER SUBSCRIPTION",
          "CREATE FOREIGN TABLE",
          "ALTER FOREIGN TABLE",
          "IMPORT FOREIGN SCHEMA",
          "ALTER SYSTEM",
          "ALTER LARGE OBJECT",
          "LOAD",
          "CLUSTER");

  private static final Set<String> ROLES =
      Set.of(
          "CREATE ROLE", "CREATE USER", "CREATE GROUP", "ALTER ROLE", "ALTER USER", "ALTER GROUP");
  private static final Set<String> ROUTINES =
      Set.of(
          "CREATE FUNCTION",
          "CREATE PROCEDURE",
          "ALTER FUNCTION",
          "ALTER PROCEDURE",
          "ALTER ROUTINE");

  private final DdlContext context;
  private final byte[] text;

  UtilityPlanner(DdlContext context, byte[] text) {
    this.context = context;
    this.text = text;
  }

  Plan plan(Statement.Utility utility) {
    String kind = utility.kind().toUpperCase(Locale.ROOT);
    String statement = utility.span().of(text);
    if (REFUSED.contains(kind)) {
      throw SqlError.notSupported(kind + " is not supported yet");
    }
    if (ROLES.contains(kind)) {
      return role(utility, kind);
    }
    if (ROUTINES.contains(kind)) {
      return routine(utility, statement, kind);
    }
    utility.names().forEach(ReservedNames::requireUsable);
    return switch (kind) {
      case "GRANT", "REVOKE" -> grant(utility, statement, kind);
      case "COMMENT" -> new Steps(context).catalog(statement).plan(kind);
      case "VACUUM", "ANALYZE", "CHECKPOINT", "REINDEX" -> broadcast(utility, statement, kind);
      case "CREATE SCHEMA" -> schema(utility, statement);
      case "DROP OWNED" -> new DropPlanner(context, text).owned(names(utility), statement, kind);
      case "REASSIGN OWNED" ->
          everywhere(statement).datanodes("SELECT drover.align_all_grants()").plan(kind);
      case "ALTER DATABASE" -> database(statement);
      case "ALTER TYPE", "ALTER DOMAIN" ->
          new Steps(context).everywhereWithoutTrash(statement).plan(kind);
      default -> everywhere(statement).plan(kind);
    };
  }

  /** A statement that only PostgreSQL knows: to the catalog node first, for its errors. */
  Plan plan(Statement.Opaque opaque) {
    if (opaque.names().stream()
        .map(context::find)
        .flatMap(Optional::stream)
        .anyMatch(Relation::distributed)) {
      throw SqlError.notSupported(
          opaque.keyword().toUpperCase(Locale.ROOT)
              + " of this form is not supported for distributed tables");
    }
    return everywhere(opaque.span().of(text)).plan(opaque.keyword().toUpperCase(Locale.ROOT));
  }

  private Steps everywhere(String statement) {
    return new Steps(context).catalog(statement).datanodes(statement);
  }

  private static List<Name> names(Statement.Utility utility) {
    return utility.names().stream().map(QualifiedName::last).toList();
  }

  /** One verifier for all nodes: each would salt a plain password in its own way. */
  private Plan role(Statement.Utility utility, String kind) {
    for (QualifiedName name : utility.names()) {
      if (name.local().equals(ReservedNames.DROVER)) {
        throw SqlError.of(SqlState.INSUFFICIENT_PRIVILEGE, "role \"drover\" belongs to Drover");
      }
    }
    Splice splice = Splice.of(text, utility.span());
    utility.password().ifPresent(span -> splice.replace(span, password(span)));
    return everywhere(splice.toString()).plan(kind.replaceAll("(USER|GROUP)$", "ROLE"));
  }

  private String password(Span span) {
    String password = Literals.string(text, span);
    if (password.isEmpty()
        || MD5_HASH.matcher(password).matches()
        || ScramVerifier.parse(password).isPresent()) {
      return span.of(text);
    }
    byte[] salt = context.probe().randomBytes(ScramVerifier.SALT_BYTES);
    return SqlQuote.literal(
        ScramVerifier.fromPassword(password, salt, ScramVerifier.DEFAULT_ITERATIONS).format());
  }

  /** The catalog node checks the body; a datanode need not have the sequences that it names. */
  private Plan routine(Statement.Utility utility, String statement, String kind) {
    utility.names().forEach(ReservedNames::requireUsable);
    return new Steps(context)
        .catalog(statement)
        .datanodes("SELECT pg_catalog.set_config('check_function_bodies', 'off', true)")
        .datanodes(statement)
        .datanodes("SELECT pg_catalog.set_config('check_function_bodies', 'on', true)")
        .plan(kind);
  }

  private Plan grant(Statement.Utility utility, String statement, String kind) {
    String type = utility.objectType().toUpperCase(Locale.ROOT);
    if (utility.names().stream().anyMatch(n -> n.local().equals(ReservedNames.DROVER))) {
      throw SqlError.of(SqlState.INSUFFICIENT_PRIVILEGE, "\"drover\" belongs to Drover");
    }
    if (type.contains("SEQUENCE")) {
      return new Steps(context).catalog(statement).plan(kind);
    }
    if (ON_ALL.matcher(statement).find()) {
      return everywhere(statement).datanodes("SELECT drover.align_all_grants()").plan(kind);
    }
    if (type.equals("ROLE")) {
      return everywhere(statement).plan(kind + " ROLE");
    }
    return grantOnTables(utility, statement, kind);
  }

  private Plan grantOnTables(Statement.Utility utility, String statement, String kind) {
    List<Relation> relations =
        utility.relations().stream()
            .map(r -> context.find(r.name()))
            .flatMap(Optional::stream)
            .toList();
    long local = relations.stream().filter(this::isOnCatalogOnly).count();
    if (local > 0 && local == relations.size()) {
      boolean temporary = relations.stream().anyMatch(r -> context.isTemporary(r));
      return temporary
          ? new Plan.Local(SqlText.cut(statement, utility.span().start()), true, false)
          : new Steps(context).catalog(statement).plan(kind);
    }
    if (local > 0) {
      throw SqlError.notSupported("%s on sequences and tables at once".formatted(kind));
    }
    Steps steps = everywhere(statement);
    for (Relation relation : relations) {
      if (Spread.of(relation.distribution()).map(Spread::keyed).orElse(false)) {
        steps.datanodes("SELECT drover.align_grants(%s)".formatted(SqlQuote.regclass(relation)));
      }
    }
    return steps.plan(kind);
  }

  private boolean isOnCatalogOnly(Relation relation) {
    return relation.kind() == Relation.Kind.SEQUENCE
        || context.isTemporary(relation)
        || ReservedNames.isReserved(relation.schema());
  }

  private Plan broadcast(Statement.Utility utility, String statement, String kind) {
    if (CONCURRENTLY.matcher(statement).find()) {
      throw SqlError.notSupported(kind + " CONCURRENTLY is not supported yet");
    }
    List<Optional<Relation>> found =
        utility.relations().stream().map(r -> context.find(r.name())).toList();
    if (found.stream().flatMap(Optional::stream).anyMatch(r -> context.isTemporary(r))) {
      return new Plan.Local(SqlText.cut(statement, utility.span().start()), true, false);
    }
    boolean onlyRows =
        !found.isEmpty()
            && found.stream().allMatch(r -> r.map(Relation::distributed).orElse(false));
    return new Plan.Broadcast(SqlText.fixed(statement), context.datanodes(), !onlyRows, kind);
  }

  private Plan schema(Statement.Utility utility, String statement) {
    if (!utility.statements().isEmpty()) {
      throw SqlError.notSupported("CREATE SCHEMA with objects in it is not supported yet")
          .withHint("Create the schema first, then its objects.");
    }
    utility.names().forEach(n -> ReservedNames.requireUsableSchema(n.local()));
    return everywhere(statement).plan("CREATE SCHEMA");
  }

  private Plan database(String statement) {
    if (!DATABASE_SETTING.matcher(statement).matches()) {
      throw SqlError.notSupported("ALTER DATABASE other than SET and RESET is not supported yet");
    }
    return everywhere(statement).plan("ALTER DATABASE");
  }
}
