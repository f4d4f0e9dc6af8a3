package dev.drover.planner.route;

import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.QueryBody;
import dev.drover.planner.sql.RelationNames;
import dev.drover.planner.sql.Span;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** {@code TABLE t} means {@code SELECT * FROM t}: spelled out, only one of the two is planned. */
final class TableQueries {
  private static final byte[] SELECT = "SELECT * FROM ".getBytes(StandardCharsets.UTF_8);

  private TableQueries() {}

  /**
   * The text without {@code TABLE t}, with the same literals; empty when there is nothing to do.
   */
  static Optional<byte[]> spelledOut(ParsedStatement parsed, byte[] text) {
    List<QueryBody.TableBody> bodies =
        RelationNames.collect(parsed.statement(), QueryBody.TableBody.class);
    if (bodies.isEmpty()) {
      return Optional.empty();
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int at = 0;
    for (QueryBody.TableBody body : bodies) {
      Span span = body.span();
      out.write(text, at, span.start() - at);
      out.writeBytes(SELECT);
      at = body.table().span().start();
      out.write(text, at, span.end() - at);
      at = span.end();
    }
    out.write(text, at, text.length - at);
    return Optional.of(out.toByteArray());
  }
}
