package dev.drover.coordinator.catalog;

import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.Definition;
import dev.drover.planner.sql.SessionCommand;
import dev.drover.planner.sql.ShapeScanner;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.Statement;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/**
 * How a statement is described that makes a table of the rows of a query: its parameters are those
 * of the query. PostgreSQL is asked about that one, with blanks for all the rest, which may say
 * what only Drover knows.
 */
final class MadeTables {
  private MadeTables() {}

  /** Whether the statement makes a table of the rows of a query. */
  static boolean isFilled(Statement statement) {
    return switch (statement) {
      case Definition.CreateTableAs create -> !(create.source() instanceof SessionCommand.Execute);
      case Statement.SelectInto _ -> true;
      default -> false;
    };
  }

  /** The query, where it stands in the statement's text; empty for other statements. */
  static Optional<StatementText> query(StatementText text, Statement statement) {
    byte[] utf8 = text.utf8();
    return switch (statement) {
      case Definition.CreateTableAs create when isFilled(create) -> {
        Span source = create.source().span();
        yield Optional.of(text(blanks(utf8, 0, source.start()) + source.of(utf8)));
      }
      case Statement.SelectInto(var whole, var into, _) -> {
        Span cut = into.span();
        String head = new Span(whole.start(), cut.start()).of(utf8);
        String tail = new Span(cut.end(), whole.end()).of(utf8);
        String blanks = blanks(utf8, cut.start(), cut.end());
        yield Optional.of(text(blanks(utf8, 0, whole.start()) + head + blanks + tail));
      }
      default -> Optional.empty();
    };
  }

  private static String blanks(byte[] utf8, int start, int end) {
    return " ".repeat(new Span(start, end).of(utf8).length());
  }

  private static StatementText text(String sql) {
    return StatementText.of(sql.getBytes(StandardCharsets.UTF_8), new ShapeScanner());
  }

  /** Of the whole statement, which gives no rows. */
  static StatementFacts facts(StatementFacts described, Statement statement) {
    return isFilled(statement)
        ? new StatementFacts(described.parameterTypes(), List.of())
        : described;
  }
}
