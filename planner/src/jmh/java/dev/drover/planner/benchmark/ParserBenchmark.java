package dev.drover.planner.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.ShapeScanner;
import dev.drover.planner.sql.SqlParser;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Text to syntax tree. Goals: 3 microseconds for pgbench's SELECT, 20 for query 10 of TPC-H; and
 * what a statement costs whose plan is cached, which is scanned only.
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 5, time = 1)
public class ParserBenchmark {
  private static final byte[] POINT_SELECT =
      "SELECT abalance FROM pgbench_accounts WHERE aid = 12345;".getBytes(UTF_8);

  /** Source: TPC-H specification, "Returned Item Reporting Query". */
  private static final byte[] RETURNED_ITEMS =
      """
      SELECT c_custkey, c_name, sum(l_extendedprice * (1 - l_discount)) AS revenue, c_acctbal,
        n_name, c_address, c_phone, c_comment
      FROM customer, orders, lineitem, nation
      WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey
        AND o_orderdate >= date '1993-10-01'
        AND o_orderdate < date '1993-10-01' + interval '3' month
        AND l_returnflag = 'R' AND c_nationkey = n_nationkey
      GROUP BY c_custkey, c_name, c_acctbal, c_phone, n_name, c_address, c_comment
      ORDER BY revenue DESC
      LIMIT 20
      """
          .getBytes(UTF_8);

  private final ShapeScanner scanner = new ShapeScanner();

  /** The statement that pgbench -S sends. */
  @Benchmark
  public List<ParsedStatement> pointSelect() {
    return SqlParser.parse(POINT_SELECT);
  }

  /** Query 10 of TPC-H. */
  @Benchmark
  public List<ParsedStatement> returnedItems() {
    return SqlParser.parse(RETURNED_ITEMS);
  }

  /** Its shape only. */
  @Benchmark
  public int returnedItemsScanned() {
    scanner.scan(RETURNED_ITEMS, 0, RETURNED_ITEMS.length);
    return scanner.literalCount();
  }
}
