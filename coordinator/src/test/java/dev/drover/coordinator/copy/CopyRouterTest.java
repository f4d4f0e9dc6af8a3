package dev.drover.coordinator.copy;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class CopyRouterTest {
  private static final CopyConfig SMALL = new CopyConfig(100, 1000, 500, 4000, 3, 100_000);
  private static final CopyConfig LARGE =
      new CopyConfig(100, 1000, 500, 1 << 20, 3, RowSplitter.MAX_ROW_BYTES);

  private final RecordingSink sink = new RecordingSink();

  private static CopyOptions options(CopyFormat format) {
    boolean csv = format == CopyFormat.CSV;
    return new CopyOptions(
        format,
        (byte) (csv ? ',' : '\t'),
        csv ? "" : "\\N",
        (byte) '"',
        (byte) '"',
        CopyOptions.Header.NONE,
        Optional.empty(),
        Optional.empty(),
        CopyOptions.Columns.NONE,
        CopyOptions.Columns.NONE);
  }

  private static CopyTarget.Key key(CopyTarget.Source source, HashType type) {
    return new CopyTarget.Key(source, type, RoutingHash.NO_TYPMOD);
  }

  /** Slot s lives on node 10 + s % 2. */
  private static CopyTarget.Slots modulo(int slots, boolean leaves) {
    int[] nodes = IntStream.range(0, slots).map(s -> 10 + s % 2).toArray();
    return new CopyTarget.Slots(
        ShardMap.of(1, nodes),
        true,
        List.of(key(new CopyTarget.Source.Field(0), HashType.INT4)),
        leaves);
  }

  private CopyRouter router(CopyTarget target, CopyFormat format, CopyConfig config) {
    CopyPlan plan = CopyPlan.of(target, options(format), List.of("k", "v"), false, config);
    return CopyRouter.of(plan, sink, UnpooledByteBufAllocator.DEFAULT);
  }

  private static ByteBuf text(String text) {
    return Unpooled.copiedBuffer(text, UTF_8);
  }

  private List<String> payloads(int node) {
    return sink.copies(node).stream().map(copy -> new String(copy.payload(), UTF_8)).toList();
  }

  @Test
  void rowsGoToTheirLeaves() {
    CopyRouter router = router(modulo(3, true), CopyFormat.TEXT, SMALL);
    assertThat(router.feed(text("0\ta\n1\tb\n2\tc\n3\td"))).isEqualTo(new CopyOutcome.More());
    assertThat(router.complete()).isEqualTo(new CopyOutcome.Drained());
    assertThat(sink.copies().stream().map(c -> c.node() + ":" + c.slot()))
        .containsExactlyInAnyOrder("10:0", "11:1", "10:2");
    assertThat(payloads(10)).containsExactlyInAnyOrder("0\ta\n3\td\n", "2\tc\n");
    assertThat(payloads(11)).containsExactly("1\tb\n");
    assertThat(router.rows()).isEqualTo(4);
    assertThat(sink.isAnyOpen()).isFalse();
  }

  @Test
  void withoutLeavesEachNodeGetsOneCopyOfTheTable() {
    CopyRouter router = router(modulo(4, false), CopyFormat.TEXT, SMALL);
    for (int i = 0; i < 1000; i++) {
      router.feed(text(i + "\tvalue\n"));
    }
    assertThat(router.complete()).isEqualTo(new CopyOutcome.Drained());
    assertThat(sink.copies().stream().map(c -> c.node() + ":" + c.slot()))
        .containsExactlyInAnyOrder("10:-1", "11:-1");
    assertThat(payloads(10).getFirst().lines().count()).isEqualTo(500);
  }

  @Test
  void aCopyWithoutRowsOpensNothing() {
    CopyRouter router = router(modulo(4, true), CopyFormat.BINARY, SMALL);
    byte[] empty = BinaryHeader.headerMessage();
    router.feed(Unpooled.wrappedBuffer(empty, 5, empty.length - 5));
    assertThat(router.complete()).isEqualTo(new CopyOutcome.Drained());
    assertThat(sink.copies()).isEmpty();
  }

  @Test
  void replicatedRowsGoToEveryNode() {
    CopyRouter router = router(new CopyTarget.Everywhere(List.of(1, 2, 3)), CopyFormat.CSV, SMALL);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      all.append(i).append(",\"value\n").append(i).append("\"\n");
    }
    router.feed(text(all.toString()));
    assertThat(router.complete()).isEqualTo(new CopyOutcome.Drained());
    for (int node = 1; node <= 3; node++) {
      assertThat(payloads(node)).containsExactly(all.toString());
    }
    assertThat(router.bufferedBytes()).isZero();
  }

  @Test
  void roundRobinRowsGoToTheNodesInTurnButNotToABusyOne() {
    CopyRouter router = router(new CopyTarget.InTurn(List.of(1, 2, 3)), CopyFormat.TEXT, SMALL);
    sink.setBusy(2, true);
    router.feed(text("1\tvalue\n".repeat(200)));
    sink.setBusy(2, false);
    router.feed(text("1\tvalue\n".repeat(200)));
    assertThat(router.complete()).isEqualTo(new CopyOutcome.Drained());
    List<Integer> lines =
        IntStream.rangeClosed(1, 3)
            .mapToObj(n -> (int) String.join("", payloads(n)).lines().count())
            .toList();
    assertThat(lines.stream().mapToInt(Integer::intValue).sum()).isEqualTo(400);
    assertThat(lines).allMatch(count -> count > 40);
    assertThat(lines.get(1)).isLessThan(lines.get(0));
  }

  @Test
  void aBusyNodeBlocksTheClientAtTheBoundAndLosesNothing() {
    CopyRouter router = router(modulo(4, true), CopyFormat.TEXT, SMALL);
    sink.setBusy(10, true);
    int fed = 0;
    while (router.wantsMore() && fed < 100_000) {
      router.feed(text(fed++ + "\tvalue\n"));
    }
    assertThat(router.outcome()).isEqualTo(new CopyOutcome.Blocked());
    assertThat(router.bufferedBytes()).isBetween(4000L, 4200L);
    assertThat(fed).isLessThan(2000);
    assertThatThrownBy(() -> router.feed(text("1\tx\n"))).isInstanceOf(IllegalStateException.class);
    assertThat(router.pump()).isEqualTo(new CopyOutcome.Blocked());
    sink.setBusy(10, false);
    assertThat(router.pump()).isEqualTo(new CopyOutcome.More());
    assertThat(router.complete()).isEqualTo(new CopyOutcome.Drained());
    List<String> rows = new ArrayList<>();
    sink.copies().forEach(copy -> rows.addAll(new String(copy.payload(), UTF_8).lines().toList()));
    assertThat(rows)
        .containsExactlyInAnyOrderElementsOf(
            IntStream.range(0, fed).mapToObj(i -> i + "\tvalue").toList());
  }

  @Test
  void aHungryNodeGetsShortRunsAndABusyOneLongRuns() {
    CopyRouter router = router(modulo(1, true), CopyFormat.TEXT, LARGE);
    router.feed(text("0\tvalue\n".repeat(2000)));
    List<Integer> sizes = sink.copies().stream().map(copy -> copy.payload().length).toList();
    assertThat(sizes.subList(0, 2)).allMatch(size -> size >= 500 && size < 600);
    assertThat(sizes.subList(2, sizes.size())).allMatch(size -> size >= 1000 && size < 1100);
    int before = sink.copies().size();
    router.feed(text("0\tvalue\n".repeat(80)));
    for (int i = 0; i < before; i++) {
      router.acknowledged(10);
    }
    assertThat(sink.copies().size()).isGreaterThan(before);
  }

  @Test
  void filledColumnsComeFirstAndMayBeTheKey() {
    CopyTarget.Slots target =
        new CopyTarget.Slots(
            ShardMap.of(1, new int[] {1, 2}),
            true,
            List.of(key(new CopyTarget.Source.Filled(0), HashType.INT8)),
            true);
    CopyRouter router = router(target, CopyFormat.CSV, SMALL);
    assertThat(router.feed(text("a,b\n\"c\",d\n"))).isInstanceOf(CopyOutcome.NeedDefaults.class);
    assertThat(router.defaults(List.of(List.of(Optional.of("7".getBytes(UTF_8))))))
        .isInstanceOf(CopyOutcome.NeedDefaults.class);
    assertThat(router.defaults(List.of(List.of(Optional.of("8".getBytes(UTF_8))))))
        .isEqualTo(new CopyOutcome.More());
    assertThat(router.complete()).isEqualTo(new CopyOutcome.Drained());
    assertThat(payloads(1)).containsExactly("\"8\",\"c\",d\n");
    assertThat(payloads(2)).containsExactly("\"7\",a,b\n");
  }

  @Test
  void filledBinaryColumnsRaiseTheFieldCount() {
    CopyPlan plan =
        CopyPlan.of(
                new CopyTarget.Everywhere(List.of(1)),
                options(CopyFormat.BINARY),
                List.of("k"),
                false,
                SMALL)
            .withFilledColumns(2);
    CopyRouter router = CopyRouter.of(plan, sink, UnpooledByteBufAllocator.DEFAULT);
    byte[] header = BinaryHeader.headerMessage();
    router.feed(Unpooled.wrappedBuffer(header, 5, header.length - 5));
    router.feed(Unpooled.wrappedBuffer(new byte[] {0, 1, 0, 0, 0, 1, 'x'}));
    router.defaults(List.of(List.of(Optional.of(new byte[] {5}), Optional.empty())));
    router.complete();
    byte[] payload = sink.copies().getFirst().payload();
    assertThat(Arrays.copyOfRange(payload, 19, payload.length))
        .containsExactly(0, 3, 0, 0, 0, 1, 5, -1, -1, -1, -1, 0, 0, 0, 1, 'x', -1, -1);
  }

  @Test
  void linesOfServersAreTheClientsLines() {
    CopyRouter router = router(modulo(2, true), CopyFormat.CSV, SMALL);
    router.feed(text("0,a\n1,\"b\nc\"\n1,d\n0,\"e\nf\ng\"\n0,h\n1,i\n"));
    router.complete();
    LineMap lines = router.lineMap();
    assertThat(lines.clientLine(10, 0, 1)).hasValue(1);
    assertThat(lines.clientLine(10, 0, 4)).hasValue(7);
    assertThat(lines.clientLine(10, 0, 5)).hasValue(8);
    assertThat(lines.clientLine(11, 0, 1)).as("not counted before the first line end").hasValue(3);
    assertThat(lines.clientLine(11, 0, 3)).hasValue(9);
    assertThat(lines.clientLine(11, 0, 4)).isEmpty();
    assertThat(lines.translate(11, 0, "t", "COPY t$12, line 2, column k: \"d\""))
        .isEqualTo("COPY t, line 4, column k: \"d\"");
    assertThat(lines.translate(11, 0, "t", "COPY t$12, line 2, column k: \"d, line 9\""))
        .isEqualTo("COPY t, line 4, column k: \"d, line 9\"");
    assertThat(lines.translate(11, 0, "t", "SQL function \"f\"")).isEqualTo("SQL function \"f\"");
    router.acknowledged(11);
    assertThat(lines.pending(11)).isZero();
    assertThat(lines.clientLine(11, 0, 1)).isEmpty();
  }

  @Test
  void rowsThatOnlyPostgresqlCanReadWaitForItsAnswer() {
    CopyRouter router = router(modulo(2, true), CopyFormat.TEXT, SMALL);
    assertThat(router.feed(text("0x1\ta\n0\tb\n"))).isEqualTo(new CopyOutcome.More());
    CopyOutcome outcome = router.complete();
    assertThat(outcome).isInstanceOf(CopyOutcome.NeedValues.class);
    assertThat(router.values(List.of(List.of(Optional.of(new byte[] {0, 0, 0, 1})))))
        .isEqualTo(new CopyOutcome.Drained());
    assertThat(payloads(11)).containsExactly("0x1\ta\n");
    assertThat(router.lineMap().clientLine(11, 0, 1)).hasValue(1);
  }

  @Test
  void aLongRowIsNotCopiedAndArrivesWhole() {
    CopyRouter router = router(modulo(2, true), CopyFormat.TEXT, LARGE);
    String value = "0123456789".repeat(2_000_000);
    router.feed(text("1\t" + value.substring(0, 5)));
    router.feed(text(value.substring(5) + "\n0\tnext\n1\tlast\n"));
    assertThat(router.complete()).isEqualTo(new CopyOutcome.Drained());
    assertThat(String.join("", payloads(11))).isEqualTo("1\t" + value + "\n1\tlast\n");
    assertThat(payloads(10)).containsExactly("0\tnext\n");
  }

  @Test
  void nothingIsLeakedWhenACopyEndsHalfWay() {
    UnpooledByteBufAllocator allocator = new UnpooledByteBufAllocator(true);
    CopyPlan plan =
        CopyPlan.of(modulo(4, true), options(CopyFormat.TEXT), List.of("k", "v"), false, SMALL);
    try (CopyRouter router = CopyRouter.of(plan, sink, allocator)) {
      sink.setBusy(10, true);
      router.feed(text("0\ta\n1\tb\n2\tc\n3\td\n".repeat(120)));
      assertThatThrownBy(() -> router.feed(text("0\ta\r\n"))).isInstanceOf(SqlError.class);
      assertThat(router.line()).isEqualTo(481);
    }
    assertThat(allocator.metric().usedDirectMemory() + allocator.metric().usedHeapMemory())
        .isZero();
  }

  @Test
  void varcharKeysThatSpacesMakeTooLongGoWhereTheyAreStored() {
    CopyTarget.Key varchar2 =
        new CopyTarget.Key(new CopyTarget.Source.Field(0), HashType.VARCHAR, 4 + 2);
    int[] nodes = IntStream.range(0, 64).map(s -> 1).toArray();
    CopyTarget.Slots target =
        new CopyTarget.Slots(ShardMap.of(1, nodes), false, List.of(varchar2), true);
    CopyRouter router = router(target, CopyFormat.TEXT, SMALL);
    router.feed(text("ąb\tx\nąb  \ty\n"));
    assertThat(router.complete()).isEqualTo(new CopyOutcome.Drained());
    assertThat(payloads(1)).containsExactly("ąb\tx\nąb  \ty\n");
  }

  @Test
  void keysInAnotherEncodingAreHashedInUtf8() {
    CopyTarget.Key text = key(new CopyTarget.Source.Field(0), HashType.TEXT);
    int[] nodes = IntStream.range(0, 1000).map(s -> 1).toArray();
    CopyTarget.Slots target =
        new CopyTarget.Slots(ShardMap.of(1, nodes), false, List.of(text), true);
    CopyOptions plain = options(CopyFormat.TEXT);
    CopyOptions latin2 =
        new CopyOptions(
            plain.format(),
            plain.delimiter(),
            plain.nullText(),
            plain.quote(),
            plain.escape(),
            plain.header(),
            plain.defaultText(),
            Optional.of("latin2"),
            plain.forceNotNull(),
            plain.forceNull());
    for (CopyOptions options : List.of(plain, latin2)) {
      CopyPlan plan = CopyPlan.of(target, options, List.of("k", "v"), false, SMALL);
      CopyRouter router = CopyRouter.of(plan, sink, UnpooledByteBufAllocator.DEFAULT);
      Charset charset = options.keyCharset().orElse(UTF_8);
      router.feed(Unpooled.wrappedBuffer("żółw\tx\n".getBytes(charset)));
      router.complete();
    }
    assertThat(sink.copies()).hasSize(2);
    assertThat(sink.copies().get(0).slot()).isEqualTo(sink.copies().get(1).slot());
  }
}
