package dev.drover.planner.context;

import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.SqlParser;
import java.util.List;

/** Parses texts that come from the catalog. */
public final class Parsing {
  private Parsing() {}

  public static ParsedStatement single(byte[] text) {
    List<ParsedStatement> statements = SqlParser.parse(text);
    if (statements.size() != 1) {
      throw new IllegalStateException("expected one statement but found " + statements.size());
    }
    return statements.getFirst();
  }
}
