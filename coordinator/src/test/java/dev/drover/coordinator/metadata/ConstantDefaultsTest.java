package dev.drover.coordinator.metadata;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ConstantDefaultsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "5",
        "3.5",
        "'-1'::integer",
        "(0)::numeric",
        "'it''s'::text",
        "'x'::character varying(10)",
        "NULL::character varying",
        "true",
        "'2020-01-01'::date",
        "'{}'::jsonb",
        "'{1,2}'::integer[]",
        "ARRAY[1, 2]",
        "ARRAY['a'::text, 'b'::text]",
        "'a'::app.\"My Type\"",
        "B'101'::\"bit\""
      })
  void constantsAreRecognized(String expression) {
    assertThat(ConstantDefaults.isConstant(expression)).as(expression).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "now()",
        "CURRENT_TIMESTAMP",
        "CURRENT_USER",
        "nextval('t_id_seq'::regclass)",
        "('now'::text)::date",
        "(('now'::text)::date)",
        "gen_random_uuid()",
        "'a'::text || f()",
        "(1 + 1)",
        "app.\"'x'\"()",
        "'x'::text; DROP TABLE t",
        "ARRAY[now()]",
        "timezone('utc'::text, now())",
        "(random())::integer"
      })
  void anythingElseIsNot(String expression) {
    assertThat(ConstantDefaults.isConstant(expression)).as(expression).isFalse();
  }
}
