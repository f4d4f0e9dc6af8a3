package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Damaged statements: each parses, with sound spans, or is a syntax error; nothing else happens.
 *
 * <p>Statements of the corpus with tokens taken out, doubled, swapped or taken from elsewhere, and
 * with single bytes changed.
 */
@Timeout(60)
final class MutationTest {
  private static final int ROUNDS = 6;

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void damagedTokensGiveATreeOrASyntaxError(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<List<String>> statements = Corpus.accepted().stream().map(MutationTest::tokens).toList();
    for (List<String> statement : statements) {
      for (int i = 0; i < ROUNDS; i++) {
        List<String> other = statements.get(random.nextInt(statements.size()));
        check(String.join(" ", mutated(statement, other, random)).getBytes(StandardCharsets.UTF_8));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void damagedBytesGiveATreeOrASyntaxError(long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (String statement : Corpus.accepted()) {
      for (int i = 0; i < ROUNDS; i++) {
        byte[] text = Corpus.utf8(statement);
        text[random.nextInt(text.length)] = (byte) random.nextInt(256);
        check(text);
      }
    }
  }

  /** Each beginning of a statement, too. */
  @Test
  void beginningsGiveATreeOrASyntaxError() {
    for (String statement : Corpus.accepted()) {
      byte[] text = Corpus.utf8(statement);
      for (int length = 0; length < text.length; length++) {
        check(Arrays.copyOf(text, length));
      }
    }
  }

  private static List<String> tokens(String statement) {
    byte[] text = Corpus.utf8(statement);
    Tokens tokens = Lexer.tokens(text);
    List<String> list = new ArrayList<>();
    for (int i = 0; i + 1 < tokens.count(); i++) {
      list.add(tokens.span(i).of(text));
    }
    return list;
  }

  private static List<String> mutated(
      List<String> statement, List<String> other, RandomGenerator random) {
    List<String> tokens = new ArrayList<>(statement);
    if (tokens.isEmpty() || other.isEmpty()) {
      return other;
    }
    int at = random.nextInt(tokens.size());
    String foreign = other.get(random.nextInt(other.size()));
    switch (random.nextInt(5)) {
      case 0 -> tokens.remove(at);
      case 1 -> tokens.add(at, tokens.get(at));
      case 2 -> tokens.set(at, foreign);
      case 3 -> tokens.add(at, foreign);
      default -> tokens.add(tokens.remove(random.nextInt(tokens.size())));
    }
    return tokens;
  }

  private static void check(byte[] text) {
    ShapeScanner scanner = new ShapeScanner();
    scanner.scan(text, 0, text.length);
    try {
      List<ParsedStatement> parsed = SqlParser.parse(text);
      int literals = 0;
      for (ParsedStatement statement : parsed) {
        literals += statement.literalCount();
        RelationNames.walk(statement.statement(), node -> checkSpans(text, node));
      }
      if (scanner.isRegular()) {
        assertThat(scanner.literalCount()).isEqualTo(literals);
        assertThat(parsed.size() < 2 || scanner.hasSeveralStatements()).isTrue();
      }
    } catch (SqlError e) {
      assertThat(e.state()).isIn(SqlState.SYNTAX_ERROR, SqlState.UNDEFINED_PARAMETER);
      assertThat(e.position()).isPositive();
    }
  }

  private static void checkSpans(byte[] text, Node node) {
    assertThat(node.span().end()).isLessThanOrEqualTo(text.length);
    int behind = node.span().start();
    for (Node child : node.children()) {
      assertThat(child.span().start()).isGreaterThanOrEqualTo(behind);
      behind = child.span().end();
    }
    assertThat(behind).isLessThanOrEqualTo(node.span().end());
  }
}
