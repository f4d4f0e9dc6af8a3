package dev.drover.coordinator.benchmark;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.CatalogTypes;
import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.catalog.PlanCache;
import dev.drover.coordinator.catalog.StatementPlanner;
import dev.drover.coordinator.catalog.StatementText;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.Slots;
import dev.drover.coordinator.settings.SettingsState;
import dev.drover.planner.catalog.ShardMap;
import dev.drover.planner.context.SearchPath;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.plan.KeyValue;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.sql.ShapeScanner;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.PooledByteBufAllocator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What the coordinator itself does for a point select in the simple protocol: scan, look the plan
 * up, find the slot, write the text for the server. One operation is one statement.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(
    value = 1,
    jvmArgsAppend = {"-XX:+UseSerialGC", "-XX:+UseCompactObjectHeaders"})
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class PointSelectBenchmark {
  private static final int[] NO_TYPES = {};
  private static final int TEXTS = 1024;
  private static final int LEAVES = 32;

  private final ShapeScanner scanner = new ShapeScanner();
  private final PlanCache cache = new PlanCache();
  private final Slots slots = new Slots();
  private final SearchPath path = SearchPath.of("public");
  private final ByteBuf out = PooledByteBufAllocator.DEFAULT.buffer(256);
  private final byte[][] texts = new byte[TEXTS][];

  /** Looked at by its identity only. */
  private final CatalogView view =
      new CatalogView(null, null, new CatalogTypes(Map.of(), Map.of()), true, true);

  private int next;

  /** Puts the plan into the cache. */
  @Setup
  public void prepare() {
    for (int i = 0; i < TEXTS; i++) {
      texts[i] = ("SELECT abalance FROM pgbench_accounts WHERE aid = " + i * 97).getBytes(US_ASCII);
    }
    int[] nodes = IntStream.range(0, LEAVES).map(slot -> 1 + slot % 3).toArray();
    KeyValue key = new KeyValue.Lifted(0, false, HashType.INT4);
    Pin pin = new Pin(1, ShardMap.of(1, nodes), "pgbench_accounts$7", false, List.of(key));
    SqlText sql =
        new SqlText(
            List.of(
                SqlText.Piece.Fixed.of("SELECT abalance FROM "),
                new SqlText.Piece.Leaf(0),
                SqlText.Piece.Fixed.of(" AS pgbench_accounts WHERE aid = "),
                new SqlText.Piece.Lifted(0)));
    Plan plan = new Plan.OneNode(sql, List.of(pin), false, Optional.empty());
    StatementFacts facts = new StatementFacts(List.of(), List.of());
    StatementPlanner.Request request = request(StatementText.of(texts[0], scanner));
    cache.find(view, request);
    cache.put(request, new CachedPlan(view, plan, facts, Map.of()));
  }

  private StatementPlanner.Request request(StatementText text) {
    return new StatementPlanner.Request(
        text,
        NO_TYPES,
        path,
        "postgres",
        "postgres",
        SettingsState.DEFAULTS,
        false,
        Optional.empty());
  }

  /** One statement. */
  @Benchmark
  public int select() {
    next = (next + 1) % TEXTS;
    byte[] utf8 = texts[next];
    scanner.scan(utf8, 0, utf8.length);
    StatementText text = StatementText.scanned(utf8, scanner);
    CachedPlan cached = cache.find(view, request(text)).orElseThrow();
    Plan.OneNode plan = (Plan.OneNode) cached.plan();
    Call.Request request = new Call.Request(text, Optional.empty(), 0, 0, true, Optional.empty());
    Call call = CallWithoutSession.of(request, cached);
    int[] found = slots.of(plan.pins(), call);
    out.clear();
    new Rendering(call, plan.pins(), found).write(plan.text(), out);
    return plan.pins().getFirst().shards().nodeOf(found[0]) + out.readableBytes();
  }
}
