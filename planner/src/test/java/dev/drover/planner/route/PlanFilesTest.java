package dev.drover.planner.route;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.FieldDescription;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.context.FunctionCatalog;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SearchPath;
import dev.drover.planner.context.TypeNames;
import dev.drover.planner.plan.PlanPrinter;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.SqlParser;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * The files in {@code plans}: a schema, then statements with the plans that they must get.
 *
 * <p>{@code -Drewrite} writes the plans as they are now; the difference is then to be read.
 * Directives before a statement: {@code -- params bigint, text}, {@code -- columns a bigint, b
 * text} (what PostgreSQL would say of it), {@code -- transaction}, {@code -- collation C}.
 */
final class PlanFilesTest {
  private static final Path FOLDER = Path.of("src/test/resources/plans");
  private static final String CASE = "====";
  private static final String PLAN = "----";
  private static final FunctionCatalog FUNCTIONS =
      new FunctionCatalog(
          Set.of(
              "random",
              "nextval",
              "currval",
              "setval",
              "lastval",
              "gen_random_uuid",
              "clock_timestamp",
              "set_config",
              "pg_advisory_lock",
              "pg_sleep"),
          Set.of("now", "transaction_timestamp", "statement_timestamp", "to_char"),
          Set.of(
              "count",
              "sum",
              "min",
              "max",
              "avg",
              "bool_and",
              "bool_or",
              "every",
              "string_agg",
              "array_agg",
              "stddev"),
          Set.of("generate_series", "unnest"));

  @TestFactory
  Stream<DynamicTest> everyFileHolds() throws IOException {
    try (Stream<Path> files = Files.list(FOLDER)) {
      return files.sorted().toList().stream()
          .map(file -> DynamicTest.dynamicTest(file.getFileName().toString(), () -> check(file)));
    }
  }

  private static void check(Path file) throws IOException {
    String before = Files.readString(file);
    List<String> parts = List.of(before.split("(?m)^" + CASE + "\n", -1));
    CatalogSnapshot catalog =
        TestSchema.read(
            parts.getFirst().lines().filter(l -> !l.isBlank() && !l.startsWith("#")).toList());
    StringBuilder after = new StringBuilder(parts.getFirst());
    for (String part : parts.subList(1, parts.size())) {
      int plan = part.indexOf(PLAN + "\n");
      String statement = plan < 0 ? part : part.substring(0, plan);
      after.append(CASE).append('\n').append(statement).append(PLAN).append('\n');
      planned(statement, catalog).forEach(line -> after.append(line).append('\n'));
    }
    if (System.getProperty("rewrite") != null) {
      Files.writeString(file, after.toString());
    }
    assertThat(Files.readString(file)).isEqualTo(after.toString());
  }

  private static List<String> planned(String input, CatalogSnapshot catalog) {
    List<String> lines = input.lines().toList();
    String sql = String.join("\n", lines.stream().filter(l -> !l.startsWith("-- ")).toList());
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    try {
      ParsedStatement parsed = SqlParser.parse(text).getFirst();
      Routed routed = Router.route(parsed, context(lines, text, catalog));
      List<String> printed = new ArrayList<>(PlanPrinter.lines(routed.plan(), catalog));
      routed.reads().forEach(r -> printed.add("reads :" + (r.ordinal() + 1) + " " + r.text()));
      return printed;
    } catch (SqlError error) {
      List<String> printed = new ArrayList<>();
      printed.add(error.state().code() + " " + error.getMessage());
      error.detail().ifPresent(d -> printed.add("DETAIL: " + d));
      error.hint().ifPresent(h -> printed.add("HINT: " + h));
      return printed;
    }
  }

  private static RoutingContext context(List<String> lines, byte[] text, CatalogSnapshot catalog) {
    List<Integer> parameters =
        directive(lines, "params").stream().map(TestSchema::typeOid).toList();
    List<FieldDescription> columns =
        directive(lines, "columns").stream().map(PlanFilesTest::field).toList();
    return new RoutingContext(
        catalog,
        new SearchPath(List.of("pg_temp_1", "pg_catalog", "public"), "pg_temp_1"),
        text,
        new StatementFacts(parameters, columns),
        FUNCTIONS,
        TypeNames.builtIn(),
        new RoutingContext.Session(
            lines.contains("-- transaction"),
            lines.contains("-- collation C"),
            lines.contains("-- cursor")));
  }

  private static FieldDescription field(String text) {
    int space = text.indexOf(' ');
    return FieldDescription.of(
        text.substring(0, space), TestSchema.typeOid(text.substring(space + 1)), -1);
  }

  private static List<String> directive(List<String> lines, String name) {
    String start = "-- " + name + " ";
    return lines.stream()
        .filter(l -> l.startsWith(start))
        .flatMap(l -> Stream.of(l.substring(start.length()).split(", ", -1)))
        .toList();
  }
}
