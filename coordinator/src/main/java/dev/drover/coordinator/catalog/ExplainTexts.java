package dev.drover.coordinator.catalog;

import dev.drover.pgwire.FieldDescription;
import dev.drover.planner.route.Router;
import dev.drover.planner.sql.Delete;
import dev.drover.planner.sql.GenericOption;
import dev.drover.planner.sql.Insert;
import dev.drover.planner.sql.Merge;
import dev.drover.planner.sql.ShapeScanner;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.Statement;
import dev.drover.planner.sql.Update;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * How an EXPLAIN is described: its plan is that of the statement inside, so PostgreSQL is asked
 * about that one, with blanks in front so that the positions of errors hold.
 */
final class ExplainTexts {
  private static final String COLUMN = "QUERY PLAN";
  private static final int TEXT_OID = 25;
  private static final int JSON_OID = 114;
  private static final int XML_OID = 142;

  private ExplainTexts() {}

  /** The text itself for other statements. */
  static StatementText described(StatementText text, Statement statement) {
    if (!(statement instanceof Statement.Explain explain)) {
      return text;
    }
    Statement inner = Router.explained(explain);
    return switch (inner) {
      case Statement.Select _, Insert _, Update _, Delete _, Merge _ -> {
        Span span = inner.span();
        int blanks = new Span(0, span.start()).of(text.utf8()).length();
        String alone = " ".repeat(blanks) + span.of(text.utf8());
        yield StatementText.of(alone.getBytes(StandardCharsets.UTF_8), new ShapeScanner());
      }
      default -> text;
    };
  }

  /** Its one column; empty for other statements. */
  static Optional<FieldDescription> column(Statement statement) {
    if (!(statement instanceof Statement.Explain explain)) {
      return Optional.empty();
    }
    String format = "";
    for (GenericOption option : explain.options()) {
      if (option.name().equals("format")) {
        format = option.text().orElse("");
      }
    }
    int type =
        switch (format) {
          case "json" -> JSON_OID;
          case "xml" -> XML_OID;
          default -> TEXT_OID;
        };
    return Optional.of(FieldDescription.of(COLUMN, type, -1));
  }
}
