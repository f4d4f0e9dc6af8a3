package dev.drover.coordinator.fragments;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.pgwire.BackendEncoder;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

class SmallRelationTest {
  private static final Exchange NUMBERS = exchange("x", List.of(), "integer");
  private static final SmallRelation EMPTY = SmallRelation.of(NUMBERS, Unpooled.buffer(), 0);

  @Test
  void comesBeforeTheQueryThatReadsIt() {
    assertThat(text("select a from x"))
        .isEqualTo(
            "WITH \"x\" (\"c1\") AS NOT MATERIALIZED (SELECT drover_u.\"c1\" FROM ROWS FROM"
                + " (pg_catalog.unnest($3::integer[])) AS drover_u (\"c1\")) select a from x");
  }

  @Test
  void comesBeforeOtherQueriesOfWith() {
    assertThat(text("with recursive t as (select 1) table t"))
        .startsWith("with recursive \"x\" (\"c1\") AS NOT")
        .endsWith("AS drover_u (\"c1\")), t as (select 1) table t");
  }

  @Test
  void keepsTheColumnsCollation() {
    Exchange names = exchange("x", List.of(), "character varying(3) COLLATE \"C\"");
    SmallRelation relation = SmallRelation.of(names, Unpooled.buffer(), 0);
    assertThat(string(SmallRelation.with(SqlText.fixed("SELECT 1"), List.of(relation), 1)))
        .contains("SELECT drover_u.\"c1\" COLLATE \"C\" FROM")
        .contains("unnest($1::character varying[])");
  }

  @Test
  void holdsValuesAndNullsAsArrays() {
    ByteBuf rows = Unpooled.buffer();
    BackendEncoder.dataRow(rows, List.of(new byte[] {0, 0, 0, 7}));
    BackendEncoder.dataRow(rows, Collections.singletonList(null));
    ByteBuf array = Unpooled.wrappedBuffer(SmallRelation.of(NUMBERS, rows, 2).arrays().getFirst());
    assertThat(List.of(array.readInt(), array.readInt(), array.readInt()))
        .containsExactly(1, 1, 23);
    assertThat(List.of(array.readInt(), array.readInt())).containsExactly(2, 1);
    assertThat(List.of(array.readInt(), array.readInt(), array.readInt()))
        .containsExactly(4, 7, -1);
    assertThat(array.isReadable()).isFalse();
  }

  @Test
  void recursWhenAComparedColumnHasFewDifferentValues() {
    assertThat(recurs(List.of("c1"), 1, 2, 3, 4)).isFalse();
    assertThat(recurs(List.of("c1"), 1, 1, 2, 2)).isFalse();
    assertThat(recurs(List.of("c1"), 1, 1, 1, 2, 2)).isTrue();
    assertThat(recurs(List.of(), 1, 1, 1, 2, 2)).isFalse();
    assertThat(recurs(List.of("c1"))).isFalse();
  }

  @Test
  void recursWhenMostComparedValuesAreNull() {
    ByteBuf rows = Unpooled.buffer();
    for (int i = 0; i < 4; i++) {
      BackendEncoder.dataRow(rows, Arrays.asList(new byte[] {0, 0, 0, (byte) i}, null));
    }
    assertThat(SmallRelation.recurs(comparing(List.of("c2"), "c1", "c2"), rows, 4)).isTrue();
    assertThat(SmallRelation.recurs(comparing(List.of("c1"), "c1", "c2"), rows, 4)).isFalse();
  }

  private static boolean recurs(List<String> compared, int... values) {
    ByteBuf rows = Unpooled.buffer();
    for (int value : values) {
      BackendEncoder.dataRow(rows, List.of(new byte[] {0, 0, 0, (byte) value}));
    }
    return SmallRelation.recurs(comparing(compared, "c1"), rows, values.length);
  }

  private static Exchange comparing(List<String> compared, String... columns) {
    return new Exchange(
        "x",
        Arrays.stream(columns).map(name -> new Exchange.Column(name, "integer")).toList(),
        List.of(),
        List.of(),
        compared,
        NUMBERS.producer(),
        NUMBERS.route());
  }

  @Test
  void isATableWhereRowsAreLockedOrTheTextIsNoQuery() {
    assertThat(SmallRelation.fits("SELECT a FROM x")).isTrue();
    assertThat(SmallRelation.fits("SELECT a FROM x FOR\nUPDATE")).isFalse();
    assertThat(SmallRelation.fits("COPY (SELECT a FROM x) TO STDOUT")).isFalse();
  }

  @Test
  void isATableWhereItHasAKeyOrTypesOfTheUsers() {
    assertThat(SmallRelation.fits(NUMBERS)).isTrue();
    assertThat(SmallRelation.fits(exchange("x", List.of("PRIMARY KEY (c1)"), "integer"))).isFalse();
    assertThat(SmallRelation.fits(exchange("x", List.of(), "mood"))).isFalse();
    assertThat(SmallRelation.fits(exchange("x", List.of(), "integer[]"))).isFalse();
  }

  private static Exchange exchange(String name, List<String> constraints, String type) {
    Fragment producer =
        new Fragment(SqlText.fixed("SELECT 1"), new Fragment.Site.CatalogNode(), List.of(), false);
    return new Exchange(
        name,
        List.of(new Exchange.Column("c1", type)),
        constraints,
        List.of(),
        List.of(),
        producer,
        new Exchange.Route.Gather());
  }

  private static String text(String query) {
    return string(SmallRelation.with(SqlText.fixed(query), List.of(EMPTY), 3));
  }

  private static String string(SqlText text) {
    return text.pieces().stream()
        .map(p -> new String(((SqlText.Piece.Fixed) p).utf8(), StandardCharsets.UTF_8))
        .collect(Collectors.joining());
  }
}
