package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class SyntaxErrorTest {
  private static final int NESTING = 10_000;
  private static final long SMALL_STACK_BYTES = 512 * 1024;

  private static SqlError error(String text) {
    return catchThrowableOfType(SqlError.class, () -> SqlParser.parse(Corpus.utf8(text)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        "SELECT 1 + | 11 | syntax error at end of input",
        "SELEC 1 | 1 | syntax error at or near \"SELEC\"",
        "SELECT a FROM t WHERE 'x' 'y z' | 27 | syntax error at or near \"'y z'\"",
        "SELECT 'é', ) | 13 | syntax error at or near \")\"",
        "SELECT 1; SELECT 2 3 | 20 | syntax error at or near \"3\"",
        "SELECT 'abc | 8 | unterminated quoted string at or near \"'abc\"",
        "SELECT \"abc | 8 | unterminated quoted identifier at or near \"\"abc\"",
        "SELECT /* x | 8 | unterminated /* comment",
        "SELECT $$x | 8 | unterminated dollar-quoted string at or near \"$$x\"",
        "SELECT 12ab | 8 | trailing junk after numeric literal at or near \"12a\"",
        "SELECT \"\" | 8 | zero-length delimited identifier at or near \"\"\"\"",
        "SELECT ) 'abc | 8 | syntax error at or near \")\"",
        "CREATE TABLE t (a int) DISTRIBUTE BY FOO | 38 | unrecognized distribution option \"foo\""
      })
  void messageAndPositionAreThoseOfPostgres(String text, int position, String message) {
    SqlError error = error(text);
    assertThat(error).hasMessage(message);
    assertThat(error.state()).isEqualTo(SqlState.SYNTAX_ERROR);
    assertThat(error.position()).isEqualTo(position);
  }

  /** Each way to nest, so deeply that recursion without a bound would overflow. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT @(#1@)#",
        "SELECT @f(#1@)#",
        "SELECT @NOT #true@#",
        "SELECT @- #1@#",
        "SELECT @CASE WHEN #true@ THEN 1 END#",
        "SELECT @(SELECT #1@)#",
        "SELECT ARRAY@[#1@]#",
        "SELECT @a[#1@]#",
        "SELECT @coalesce(#1@)#",
        "SELECT @a IN (#1@)#",
        "SELECT @a = ANY (#1@)#",
        "SELECT * FROM @(#a CROSS JOIN b@)#",
        "SELECT * FROM @(SELECT * FROM #a@) x#",
        "SELECT * FROM @a JOIN #a@ ON true#",
        "SELECT 1 GROUP BY @GROUPING SETS (#a@)#",
        "@WITH a AS (#SELECT 1@) SELECT 1#",
        "@(#SELECT 1@)#",
        "@EXPLAIN #SELECT 1@#",
        "SELECT 1@ + 1#@#",
        "SELECT 1@::int#@#",
        "SELECT 1@ UNION SELECT 1#@#",
        "SELECT @(a).b + #1@#",
        "SELECT json_array(@json_array(#1@)#)",
        "SELECT * FROM json_table(a, 'b' @COLUMNS (NESTED 'x' #COLUMNS (a int)@)#)",
        "@CREATE SCHEMA a #@#",
        "CREATE FUNCTION f() RETURNS int BEGIN ATOMIC @CREATE FUNCTION f() BEGIN ATOMIC #@#"
      })
  void nestingIsBounded(String pattern) throws InterruptedException {
    String text = nested(pattern);
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    Thread small =
        new Thread(
            null,
            () -> {
              try {
                SqlParser.parse(Corpus.utf8(text));
              } catch (SqlError e) {
                thrown.set(e);
              }
            },
            "small-stack",
            SMALL_STACK_BYTES);
    small.setUncaughtExceptionHandler((_, e) -> thrown.set(e));
    small.start();
    small.join();
    assertThat(thrown.get())
        .as(pattern)
        .isInstanceOfSatisfying(
            SqlError.class,
            e -> assertThat(e.state()).isIn(SqlState.STATEMENT_TOO_COMPLEX, SqlState.SYNTAX_ERROR));
  }

  /** {@code @} opens what is repeated before the middle, {@code #} ends it; the same after it. */
  private static String nested(String pattern) {
    String[] parts = pattern.split("[@#]", -1);
    return parts[0]
        + parts[1].repeat(NESTING)
        + parts[2]
        + parts[3].repeat(NESTING)
        + (parts.length > 4 ? parts[4] : "");
  }

  @Test
  void nestedParenthesesAreTooComplex() {
    SqlError error = error("SELECT " + "(".repeat(NESTING) + "1" + ")".repeat(NESTING));
    assertThat(error.state()).isEqualTo(SqlState.STATEMENT_TOO_COMPLEX);
    assertThat(error).hasMessage("stack depth limit exceeded");
  }

  @Test
  void longListsAndConnectivesAreNotDeep() {
    String list = "1, ".repeat(NESTING) + "1";
    String or = "a = 1 OR ".repeat(NESTING) + "b";
    Statement statement =
        Corpus.statement("SELECT " + list + " WHERE a IN (" + list + ") OR " + or);
    assertThat(RelationNames.collect(statement, Expr.Literal.class))
        .hasSize(2 * (NESTING + 1) + NESTING);
  }
}
