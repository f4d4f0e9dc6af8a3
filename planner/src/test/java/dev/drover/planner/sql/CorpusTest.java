package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Every statement of the corpus files, each of which a PostgreSQL server judged the same way. */
final class CorpusTest {
  private static final int STATEMENTS = 630;
  private static final int ERRORS = 230;

  @Test
  void everyAcceptedStatementParsesToAKnownKind() {
    List<String> statements = Corpus.accepted();
    assertThat(statements).hasSizeGreaterThan(STATEMENTS);
    for (String text : statements) {
      assertThat(SqlParser.parse(Corpus.utf8(text)))
          .as(text)
          .extracting(ParsedStatement::statement)
          .doesNotHaveAnyElementsOfTypes(Statement.Opaque.class);
    }
  }

  @Test
  void everyRejectedStatementIsASyntaxError() {
    List<String> statements = Corpus.rejected();
    assertThat(statements).hasSizeGreaterThan(ERRORS);
    for (String text : statements) {
      assertThatThrownBy(() -> SqlParser.parse(Corpus.utf8(text)))
          .as(text)
          .isInstanceOfSatisfying(
              SqlError.class,
              e -> {
                assertThat(e.state()).isEqualTo(SqlState.SYNTAX_ERROR);
                assertThat(e.position()).isBetween(1, text.length() + 1);
              });
    }
  }

  @Test
  void childrenLieWithinTheirParentInTheOrderOfTheText() {
    for (String text : Corpus.accepted()) {
      for (ParsedStatement parsed : SqlParser.parse(Corpus.utf8(text))) {
        assertThat(parsed.span().contains(parsed.statement().span())).isTrue();
        RelationNames.walk(parsed.statement(), node -> checkChildren(text, node));
      }
    }
  }

  private static void checkChildren(String text, Node node) {
    int behind = node.span().start();
    for (Node child : node.children()) {
      assertThat(node.span().contains(child.span())).as("%s: %s", text, child).isTrue();
      assertThat(child.span().start()).as("%s: %s", text, child).isGreaterThanOrEqualTo(behind);
      behind = child.span().end();
    }
  }

  /** The pieces between and inside the children of each node make up the node's own text. */
  @Test
  void textCutAtTheSpansJoinsToTheSameText() {
    for (String text : Corpus.accepted()) {
      byte[] bytes = Corpus.utf8(text);
      for (ParsedStatement parsed : SqlParser.parse(bytes)) {
        RelationNames.walk(
            parsed.statement(),
            node -> assertThat(rejoined(bytes, node)).isEqualTo(node.span().of(bytes)));
      }
    }
  }

  private static String rejoined(byte[] text, Node node) {
    StringBuilder joined = new StringBuilder();
    int at = node.span().start();
    for (Node child : node.children()) {
      joined.append(new Span(at, child.span().start()).of(text)).append(child.span().of(text));
      at = child.span().end();
    }
    return joined.append(new Span(at, node.span().end()).of(text)).toString();
  }

  /** An expression's own text, put back in parentheses, parses to the same tree. */
  @Test
  void operandsOfConnectivesStandAlone() {
    for (String text : Corpus.accepted()) {
      byte[] bytes = Corpus.utf8(text);
      SqlParser.parse(bytes).stream()
          .flatMap(parsed -> RelationNames.collect(parsed.statement(), Expr.Logical.class).stream())
          .flatMap(logical -> logical.operands().stream())
          .map(operand -> operand.span().of(bytes))
          .forEach(alone -> assertThat(Shown.expression("(" + alone + ")")).isNotEmpty());
    }
  }

  @Test
  void literalOrdinalsAreThoseOfTheShapeScanner() {
    ShapeScanner scanner = new ShapeScanner();
    for (String text : Corpus.accepted()) {
      byte[] bytes = Corpus.utf8(text);
      scanner.scan(bytes, 0, bytes.length);
      assertThat(scanner.isRegular()).as(text).isTrue();
      int literals = 0;
      for (ParsedStatement parsed : SqlParser.parse(bytes)) {
        assertThat(parsed.firstLiteral()).isEqualTo(literals);
        literals += parsed.literalCount();
        RelationNames.collect(parsed.statement(), Expr.Literal.class).stream()
            .filter(l -> l.ordinal() >= 0)
            .forEach(l -> checkLiteral(bytes, scanner, l));
      }
      assertThat(scanner.literalCount()).as(text).isEqualTo(literals);
    }
  }

  private static void checkLiteral(byte[] text, ShapeScanner scanner, Expr.Literal literal) {
    Span scanned =
        new Span(scanner.literalStart(literal.ordinal()), scanner.literalEnd(literal.ordinal()));
    assertThat(literal.span().contains(scanned)).isTrue();
    assertThat(literal.span().of(text).replaceAll("^[( ]+|[) ]+$", "")).isEqualTo(scanned.of(text));
    assertThat(scanner.literalKind(literal.ordinal())).isEqualTo(literal.kind());
  }

  @Test
  void statementsAreFoundInOneTextAsInMany() {
    List<String> single = new ArrayList<>();
    for (String text : Corpus.accepted()) {
      if (SqlParser.parse(Corpus.utf8(text)).size() == 1) {
        single.add(text.endsWith(";") ? text.substring(0, text.length() - 1) : text);
      }
    }
    byte[] all = String.join("\n;\n", single).getBytes(StandardCharsets.UTF_8);
    List<ParsedStatement> parsed = SqlParser.parse(all);
    assertThat(parsed).hasSameSizeAs(single);
    for (int i = 0; i < single.size(); i++) {
      assertThat(single.get(i)).contains(parsed.get(i).span().of(all));
    }
  }
}
