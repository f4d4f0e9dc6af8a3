package dev.drover.tests.generated;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.planner.sql.Node;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.SqlParser;
import dev.drover.planner.sql.Statement;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Generated statements parse to trees of which each node's children lie within it, in the order of
 * the text, and whose pieces joined again are the text.
 */
class ParsedTest {
  private static final int CASES = 2000;
  private static final long SEED = 7;

  @Test
  void generatedStatementsAreCutAndJoinedToTheSameText() {
    for (int i = 0; i < CASES; i++) {
      for (Part part : Case.of(SEED, i).statements()) {
        check(Text.inline(part, i % 2).sql());
        check(Text.parameterized(part, 0).sql());
      }
    }
  }

  private static void check(String sql) {
    byte[] text = sql.getBytes(StandardCharsets.UTF_8);
    List<ParsedStatement> parsed = SqlParser.parse(text);
    assertThat(parsed).as(sql).hasSize(1);
    Statement statement = parsed.getFirst().statement();
    assertThat(statement).as(sql).isNotInstanceOf(Statement.Opaque.class);
    checkNode(sql, text, statement);
  }

  private static void checkNode(String sql, byte[] text, Node node) {
    StringBuilder joined = new StringBuilder();
    int at = node.span().start();
    for (Node child : node.children()) {
      assertThat(node.span().contains(child.span())).as("%s: %s", sql, child).isTrue();
      assertThat(child.span().start()).as("%s: %s", sql, child).isGreaterThanOrEqualTo(at);
      joined.append(new Span(at, child.span().start()).of(text)).append(child.span().of(text));
      at = child.span().end();
      checkNode(sql, text, child);
    }
    joined.append(new Span(at, node.span().end()).of(text));
    assertThat(joined.toString()).isEqualTo(node.span().of(text));
  }
}
