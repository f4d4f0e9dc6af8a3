package dev.drover.planner.benchmark;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.drover.pgwire.FieldDescription;
import dev.drover.planner.catalog.CatalogSnapshot;
import dev.drover.planner.context.FunctionCatalog;
import dev.drover.planner.context.RoutingContext;
import dev.drover.planner.context.SearchPath;
import dev.drover.planner.context.TypeNames;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.StatementFacts;
import dev.drover.planner.route.Router;
import dev.drover.planner.sql.ParsedStatement;
import dev.drover.planner.sql.SqlParser;
import java.util.List;
import java.util.Set;
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

/** Syntax tree to plan, which a new statement pays once. Goal: 5 milliseconds for any query. */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 10, time = 2)
@Measurement(iterations = 5, time = 1)
public class PlannerBenchmark {
  private static final FunctionCatalog FUNCTIONS =
      new FunctionCatalog(Set.of(), Set.of(), Set.of("sum"), Set.of());
  private static final FieldDescription REVENUE = FieldDescription.of("revenue", 1700, -1);
  private static final CatalogSnapshot CATALOG = JoinedTables.catalog();

  /** Source: TPC-H specification, "Local Supplier Volume Query": six relations, in any order. */
  private static final Input LOCAL_SUPPLIERS =
      Input.of(
          """
          SELECT n_name, sum(l_extendedprice * (1 - l_discount)) AS revenue
          FROM customer, orders, lineitem, supplier, nation, region
          WHERE c_custkey = o_custkey AND l_orderkey = o_orderkey AND l_suppkey = s_suppkey
            AND c_nationkey = s_nationkey AND s_nationkey = n_nationkey
            AND n_regionkey = r_regionkey AND r_name = 'ASIA'
            AND o_orderdate >= date '1994-01-01' AND o_orderdate < date '1995-01-01'
          GROUP BY n_name
          ORDER BY revenue DESC
          """,
          FieldDescription.of("n_name", 1042, -1));

  /** Source: TPC-H specification, "National Market Share Query": eight, one after the other. */
  private static final Input MARKET_SHARE =
      Input.of(
          """
          SELECT o_year, sum(volume) AS revenue
          FROM (
              SELECT extract(year FROM o_orderdate) AS o_year,
                l_extendedprice * (1 - l_discount) AS volume, n2.n_name AS nation
              FROM part, supplier, lineitem, orders, customer, nation n1, nation n2, region
              WHERE p_partkey = l_partkey AND s_suppkey = l_suppkey AND l_orderkey = o_orderkey
                AND o_custkey = c_custkey AND c_nationkey = n1.n_nationkey
                AND n1.n_regionkey = r_regionkey AND r_name = 'AMERICA'
                AND s_nationkey = n2.n_nationkey
                AND o_orderdate BETWEEN date '1995-01-01' AND date '1996-12-31'
                AND p_type = 'ECONOMY ANODIZED STEEL') AS all_nations
          GROUP BY o_year
          ORDER BY o_year
          """,
          FieldDescription.of("o_year", 1700, -1));

  private record Input(ParsedStatement parsed, RoutingContext context) {
    static Input of(String sql, FieldDescription key) {
      byte[] text = sql.getBytes(UTF_8);
      RoutingContext context =
          new RoutingContext(
              CATALOG,
              new SearchPath(List.of("pg_catalog", "public"), "pg_temp_1"),
              text,
              new StatementFacts(List.of(), List.of(key, REVENUE)),
              FUNCTIONS,
              TypeNames.builtIn(),
              new RoutingContext.Session(false, false, false));
      return new Input(SqlParser.parse(text).getFirst(), context);
    }

    Plan plan() {
      return Router.route(parsed, context).plan();
    }
  }

  /** Query 5 of TPC-H. */
  @Benchmark
  public Plan localSuppliers() {
    return LOCAL_SUPPLIERS.plan();
  }

  /** Query 8. */
  @Benchmark
  public Plan marketShare() {
    return MARKET_SHARE.plan();
  }
}
