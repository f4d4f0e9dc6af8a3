package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import dev.drover.pgwire.SqlError;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Precedence and associativity, as PostgreSQL's manual gives them in section 4.1.6. */
final class ExpressionTest {
  @ParameterizedTest
  @CsvSource(
      delimiterString = "~~>",
      quoteCharacter = '`',
      value = {
        "1 + 2 * 3 ~~> (+ 1 (* 2 3))",
        "1 * 2 + 3 ~~> (+ (* 1 2) 3)",
        "1 - 2 - 3 ~~> (- (- 1 2) 3)",
        "2 ^ 3 ^ 4 ~~> (^ (^ 2 3) 4)",
        "- 2 ^ 2 ~~> (^ (- 2) 2)",
        "- a::int ~~> (- (::int4 a))",
        "a || b + c ~~> (|| a (+ b c))",
        "a || b || c ~~> (|| (|| a b) c)",
        "@ a + b || c ~~> (|| (@ (+ a b)) c)",
        "a = b || c ~~> (= a (|| b c))",
        "a < b AND c OR d ~~> (OR (AND (< a b) c) d)",
        "a AND b AND c OR d OR e ~~> (OR (AND a b c) d e)",
        "a AND (b AND c) ~~> (AND a (AND b c))",
        "NOT a = b AND c ~~> (AND (NOT (= a b)) c)",
        "a = NOT b ~~> (= a (NOT b))",
        "a = b IS NULL ~~> (IS_NULL (= a b))",
        "a IS NULL = b ~~> (= (IS_NULL a) b)",
        "a IS NOT NULL IS NULL ~~> (IS_NULL (NOT_IS_NULL a))",
        "a IS DISTINCT FROM b AND c ~~> (AND (IS_DISTINCT_FROM a b) c)",
        "a BETWEEN 1 AND 2 AND b ~~> (AND (BETWEEN a 1 2) b)",
        "a NOT BETWEEN b + 1 AND c OR d ~~> (OR (NOT_BETWEEN a (+ b 1) c) d)",
        "a = b LIKE c ~~> (= a (LIKE b c))",
        "a LIKE b || c ESCAPE d ~~> (LIKE a (|| b c) d)",
        "a NOT IN (1, 2) = b ~~> (= (NOT_IN a 1 2) b)",
        "a IN ((1)) ~~> (IN a 1)",
        "(a, b) IN ((1, 2)) ~~> (IN (ROW a b) (ROW 1 2))",
        "a IN (SELECT 1) ~~> (IN a)",
        "a IN ((SELECT 1)) ~~> (IN a)",
        "a IN ((SELECT 1), 2) ~~> (IN a (SCALAR) 2)",
        "a = ANY (b) = c ~~> (= (=ANY a b) c)",
        "a <> ALL (SELECT 1) ~~> (ALL a)",
        "a LIKE ANY (b) ~~> (~~ANY a b)",
        "a NOT ILIKE ALL (b) ~~> (!~~*ALL a b)",
        "a AT TIME ZONE b || c ~~> (|| (AT TIME ZONE a b) c)",
        "a COLLATE \"C\" < b ~~> (< (COLLATE a \"C\") b)",
        "1 OPERATOR(s.+) 2 * 3 ~~> (s.+ 1 (* 2 3))",
        "a::int[]::text ~~> (::text (::int4[] a))",
        "a[1][2:3] ~~> (Slice (Element a 1) 2 3)",
        "(a).b.c ~~> (Field (Field a))",
        "date '2020-01-01' - 1 ~~> (- (::date '2020-01-01') 1)",
        "interval '1' day + b ~~> (+ (::interval '1') b)",
        "(1 + 2) * 3 ~~> (* (+ 1 2) 3)",
        "ROW(1, a) = (b, c) ~~> (= (ROW 1 a) (ROW b c))",
        "f(a, VARIADIC b) + 1 ~~> (+ (f a b) 1)",
        "coalesce(a, b, 1) ~~> (COALESCE a b 1)",
        "CASE WHEN a THEN 1 ELSE 2 END ~~> (CASE a 1 2)",
        "((SELECT 1) UNION SELECT 2) ~~> (SCALAR)",
        "EXISTS (SELECT 1) AND a ~~> (AND (EXISTS) a)",
        "substring(a FROM 2 FOR 3) ~~> (SUBSTRING a 2 3)",
        "position(a IN b) ~~> (POSITION a b)",
        "2*-3 ~~> (* 2 (- 3))",
        "2!=-3 ~~> (!=- 2 3)",
        "2=-3 ~~> (= 2 (- 3))",
        "a->'b'->>'c' = 'd' ~~> (= (->> (-> a 'b') 'c') 'd')"
      })
  void bindsAsTheManualSays(String expression, String expected) {
    assertThat(Shown.expression(expression)).isEqualTo(expected);
  }

  @Test
  void parenthesesWidenTheSpanOfWhatTheyHold() {
    String text = "SELECT 1 WHERE (a OR b) AND ( c )";
    QueryBody.SelectBlock block = block(text);
    Expr.Logical and = (Expr.Logical) block.where().orElseThrow();
    assertThat(and.operands())
        .extracting(o -> o.span().of(Corpus.utf8(text)))
        .containsExactly("(a OR b)", "( c )");
  }

  @Test
  void literalsCarryTheirOrdinal() {
    QueryBody.SelectBlock block = block("SELECT a + 1, B'1', 'x' WHERE b = 2147483648");
    assertThat(RelationNames.collect(block, Expr.Literal.class))
        .extracting(Expr.Literal::kind, Expr.Literal::ordinal)
        .containsExactly(
            tuple(LiteralKind.INT4, 0),
            tuple(LiteralKind.BIT_STRING, -1),
            tuple(LiteralKind.STRING, 1),
            tuple(LiteralKind.INT8, 2));
  }

  @Test
  void aSecondComparisonOfTheSameLevelIsAnError() {
    assertThatThrownBy(() -> Shown.expression("a < b < c"))
        .isInstanceOf(SqlError.class)
        .hasMessage("syntax error at or near \"<\"");
  }

  @Test
  void functionCallsKeepTheirParts() {
    Expr.FunctionCall call =
        (Expr.FunctionCall)
            block(
                    "SELECT s.f(DISTINCT a, b => 1 ORDER BY c) FILTER (WHERE d) OVER (PARTITION BY"
                        + " e ORDER BY g)")
                .targets()
                .getFirst()
                .value();
    assertThat(call.name().text()).isEqualTo("s.f");
    assertThat(call.distinct()).isTrue();
    assertThat(call.arguments()).hasSize(2);
    assertThat(call.arguments().getLast().name()).map(Name::text).contains("b");
    assertThat(call.orderBy()).hasSize(1);
    assertThat(call.filter()).isPresent();
    assertThat(call.over().orElseThrow().partitionBy()).hasSize(1);
  }

  private static QueryBody.SelectBlock block(String text) {
    Query query = Corpus.statement(text, Statement.Select.class).query();
    return (QueryBody.SelectBlock) query.body();
  }
}
