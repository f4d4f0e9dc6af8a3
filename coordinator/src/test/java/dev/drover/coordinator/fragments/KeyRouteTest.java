package dev.drover.coordinator.fragments;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.coordinator.copy.ExactFloats;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import dev.drover.planner.plan.Exchange.Route.ByKey;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Rows go where {@link RoutingHash} puts the same key, whatever the format. */
class KeyRouteTest {
  private static final ShardMap SHARDS = ShardMap.of(1, new int[] {1, 2, 3, 1, 2, 3, 3});
  private static final RowForm TEXT = new RowForm(false, ExactFloats.NONE, List.of());
  private static final RowForm BINARY = new RowForm(true, ExactFloats.NONE, List.of());

  private static ByteBuf row(byte[]... fields) {
    ByteBuf out = Unpooled.buffer();
    BackendEncoder.dataRow(out, Arrays.asList(fields));
    return out;
  }

  private static byte[] text(int value) {
    return Integer.toString(value).getBytes(UTF_8);
  }

  private static byte[] binary(int value) {
    return ByteBuffer.allocate(Integer.BYTES).putInt(value).array();
  }

  @Test
  void theKeyIsFoundBehindOtherFields() {
    ByKey route = new ByKey(List.of(2, 0), List.of(HashType.INT4, HashType.TEXT), SHARDS, false);
    for (int i = -50; i < 50; i++) {
      byte[] name = ("n" + i).getBytes(UTF_8);
      RoutingHash hash = new RoutingHash();
      hash.start();
      hash.addText(HashType.INT4, RoutingHash.NO_TYPMOD, text(i), 0, text(i).length);
      hash.addText(HashType.TEXT, RoutingHash.NO_TYPMOD, name, 0, name.length);
      int node = SHARDS.nodeOf(hash.slot(SHARDS.modulus()));
      byte[] other = new byte[Math.abs(i)];
      assertThat(new KeyRoute(route, TEXT).nodeOf(row(name, other, text(i)), 0)).isEqualTo(node);
      assertThat(new KeyRoute(route, BINARY).nodeOf(row(name, other, binary(i)), 0))
          .isEqualTo(node);
    }
  }

  @Test
  void moduloIsOfTheValue() {
    ByKey route = new ByKey(List.of(0), List.of(HashType.INT4), SHARDS, true);
    for (int i = 0; i < 20; i++) {
      int node = SHARDS.nodeOf(i % SHARDS.modulus());
      assertThat(new KeyRoute(route, BINARY).nodeOf(row(binary(i)), 0)).isEqualTo(node);
    }
  }

  @Test
  void nullsOfAKeyGoToOneNode() {
    ByKey route = new ByKey(List.of(1), List.of(HashType.INT4), SHARDS, false);
    RoutingHash hash = new RoutingHash();
    hash.start();
    hash.addNull();
    int node = SHARDS.nodeOf(hash.slot(SHARDS.modulus()));
    assertThat(new KeyRoute(route, BINARY).nodeOf(row(text(7), null), 0)).isEqualTo(node);
    assertThat(new KeyRoute(route, TEXT).nodeOf(row(text(8), null), 0)).isEqualTo(node);
  }

  @Test
  void aFloatAmongTextsIsBinary() {
    ByKey route = new ByKey(List.of(1, 0), List.of(HashType.FLOAT8, HashType.INT4), SHARDS, false);
    RowForm form =
        new RowForm(false, ExactFloats.ofNames(List.of("integer", "double precision")), List.of());
    for (int i = 0; i < 20; i++) {
      byte[] number = ByteBuffer.allocate(Double.BYTES).putDouble(i / 3.0).array();
      RoutingHash hash = new RoutingHash();
      hash.start();
      hash.addBinary(HashType.FLOAT8, RoutingHash.NO_TYPMOD, number, 0, number.length);
      hash.addText(HashType.INT4, RoutingHash.NO_TYPMOD, text(i), 0, text(i).length);
      int node = SHARDS.nodeOf(hash.slot(SHARDS.modulus()));
      assertThat(new KeyRoute(route, form).nodeOf(row(text(i), number), 0)).isEqualTo(node);
    }
  }
}
