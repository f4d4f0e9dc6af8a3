package dev.drover.coordinator.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.drover.coordinator.copy.CopyConfig;
import dev.drover.coordinator.copy.CopyOptions;
import dev.drover.coordinator.copy.CopyPlan;
import dev.drover.coordinator.copy.CopyRouter;
import dev.drover.coordinator.copy.CopySink;
import dev.drover.coordinator.copy.CopyTarget;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Rows of COPY in text format, from the client's messages to the runs for 32 leaves on three nodes
 * that take everything at once. One operation is one row.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class CopyRoutingBenchmark {
  private static final int ROWS = 100_000;
  private static final int LEAVES = 32;
  private static final int NODES = 3;

  /** Bytes of a client's message: psql sends a row in each, drivers send 64 kB. */
  @Param({"40", "65536"})
  private int messageBytes;

  private byte[] rows = {};
  private CopyPlan plan;

  /** Makes the rows, and the plan of a table with a bigint as its key. */
  @Setup
  public void prepare() {
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= ROWS; i++) {
      text.append(i)
          .append("\t17\t")
          .append(i * 7919L % 100_000)
          .append("\ttwenty bytes of text\n");
    }
    rows = text.toString().getBytes(US_ASCII);
    int[] nodes = IntStream.range(0, LEAVES).map(slot -> 1 + slot % NODES).toArray();
    CopyTarget.Key key =
        new CopyTarget.Key(new CopyTarget.Source.Field(0), HashType.INT8, RoutingHash.NO_TYPMOD);
    CopyTarget target = new CopyTarget.Slots(ShardMap.of(1, nodes), false, List.of(key), true);
    List<String> columns = List.of("id", "kind", "value", "filler");
    plan = CopyPlan.of(target, CopyOptions.of(List.of()), columns, false, CopyConfig.DEFAULT);
  }

  /** One whole COPY. */
  @Benchmark
  @OperationsPerInvocation(ROWS)
  public long route() {
    try (CopyRouter router = CopyRouter.of(plan, new Dropping(), PooledByteBufAllocator.DEFAULT)) {
      ByteBuf all = Unpooled.wrappedBuffer(rows);
      while (all.isReadable()) {
        router.feed(all.readSlice(Math.min(messageBytes, all.readableBytes())));
      }
      router.complete();
      return router.rows();
    }
  }

  /** Nodes that are always ready. */
  private static final class Dropping implements CopySink {
    @Override
    public boolean ready(int node) {
      return true;
    }

    @Override
    public void open(int node, int slot) {}

    @Override
    public void data(int node, ByteBuf messages) {
      messages.release();
    }

    @Override
    public void close(int node) {}
  }
}
