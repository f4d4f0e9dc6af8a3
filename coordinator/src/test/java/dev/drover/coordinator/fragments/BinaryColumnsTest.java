package dev.drover.coordinator.fragments;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class BinaryColumnsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "integer",
        "numeric(12,2)",
        "text COLLATE \"C\"",
        "character varying(10)[]",
        "timestamp(3) with time zone",
        "interval day to second(3)",
        "\"char\""
      })
  void whatIsBuiltInMeansTheSameEverywhere(String type) {
    assertThat(BinaryColumns.isBuiltIn(type)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"mood", "public.point", "regclass", "hstore", "mood[]", "\"integer\""})
  void othersDoNot(String type) {
    assertThat(BinaryColumns.isBuiltIn(type)).isFalse();
  }
}
