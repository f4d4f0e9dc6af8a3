package dev.drover.deploy.tpc;

import dev.drover.deploy.tpc.SuiteTable.Definition;
import dev.drover.deploy.tpc.SuiteTable.Spread;
import io.trino.tpch.CustomerGenerator;
import io.trino.tpch.Distributions;
import io.trino.tpch.LineItemGenerator;
import io.trino.tpch.NationGenerator;
import io.trino.tpch.OrderGenerator;
import io.trino.tpch.PartGenerator;
import io.trino.tpch.PartSupplierGenerator;
import io.trino.tpch.RegionGenerator;
import io.trino.tpch.SupplierGenerator;
import io.trino.tpch.TextPool;
import io.trino.tpch.TpchEntity;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/**
 * TPC-H with the parameters of its validation run.
 *
 * <p>Rows are those of the official generator but for the comments, which come from a pool of 4 MB
 * instead of 300 MB: making the large one takes longer than all queries. Foreign keys of the large
 * tables are indexed, which the specification allows, but not declared.
 */
public final class Tpch {
  /** How many there are. */
  public static final int QUERIES = 22;

  private static final int TEXT_BYTES = 4 << 20;

  private final double scale;
  private final Distributions words = Distributions.getDefaultDistributions();
  private final TextPool text = new TextPool(TEXT_BYTES, words);

  private Tpch(double scale) {
    this.scale = scale;
  }

  /** At scale 1 there are six million line items. */
  public static Suite suite(double scale) {
    Map<String, String> parameters = Map.of("fraction", fraction(scale));
    List<Query> queries =
        IntStream.rangeClosed(1, QUERIES)
            .mapToObj(n -> Query.read("tpch", "q%02d".formatted(n), parameters))
            .toList();
    return new Suite("tpch", new Tpch(scale).tables(), queries);
  }

  /** Of query 11: 0.0001 divided by the scale. */
  private static String fraction(double scale) {
    return new BigDecimal("0.0001")
        .divide(BigDecimal.valueOf(scale), MathContext.DECIMAL32)
        .toPlainString();
  }

  private List<SuiteTable> tables() {
    return List.of(
        region(), nation(), part(), supplier(), partsupp(), customer(), orders(), lines());
  }

  private SuiteTable region() {
    return new SuiteTable(
        "region",
        new Definition(
            "r_regionkey int NOT NULL, r_name char(25) NOT NULL, r_comment varchar(152)",
            "r_regionkey",
            List.of()),
        new Spread("REPLICATION", "HASH (r_name)"),
        rows(new RegionGenerator(words, () -> text)));
  }

  private SuiteTable nation() {
    return new SuiteTable(
        "nation",
        new Definition(
            """
            n_nationkey int NOT NULL, n_name char(25) NOT NULL, n_regionkey int NOT NULL,
            n_comment varchar(152)\
            """,
            "n_nationkey",
            List.of()),
        new Spread("REPLICATION", "HASH (n_name)"),
        rows(new NationGenerator(words, () -> text)));
  }

  private SuiteTable part() {
    return new SuiteTable(
        "part",
        new Definition(
            """
            p_partkey int NOT NULL, p_name varchar(55) NOT NULL, p_mfgr char(25) NOT NULL,
            p_brand char(10) NOT NULL, p_type varchar(25) NOT NULL, p_size int NOT NULL,
            p_container char(10) NOT NULL, p_retailprice numeric(15, 2) NOT NULL,
            p_comment varchar(23) NOT NULL\
            """,
            "p_partkey",
            List.of()),
        new Spread("HASH (p_partkey)", "HASH (p_size)"),
        rows(new PartGenerator(scale, 1, 1, words, () -> text)));
  }

  private SuiteTable supplier() {
    return new SuiteTable(
        "supplier",
        new Definition(
            """
            s_suppkey int NOT NULL, s_name char(25) NOT NULL, s_address varchar(40) NOT NULL,
            s_nationkey int NOT NULL, s_phone char(15) NOT NULL,
            s_acctbal numeric(15, 2) NOT NULL, s_comment varchar(101) NOT NULL\
            """,
            "s_suppkey",
            List.of("s_nationkey")),
        new Spread("HASH (s_suppkey)", "HASH (s_phone)"),
        rows(new SupplierGenerator(scale, 1, 1, words, () -> text)));
  }

  private SuiteTable partsupp() {
    return new SuiteTable(
        "partsupp",
        new Definition(
            """
            ps_partkey int NOT NULL, ps_suppkey int NOT NULL, ps_availqty int NOT NULL,
            ps_supplycost numeric(15, 2) NOT NULL, ps_comment varchar(199) NOT NULL\
            """,
            "ps_partkey, ps_suppkey",
            List.of("ps_suppkey")),
        new Spread("HASH (ps_partkey)", "HASH (ps_availqty)"),
        rows(new PartSupplierGenerator(scale, 1, 1, () -> text)));
  }

  private SuiteTable customer() {
    return new SuiteTable(
        "customer",
        new Definition(
            """
            c_custkey int NOT NULL, c_name varchar(25) NOT NULL, c_address varchar(40) NOT NULL,
            c_nationkey int NOT NULL, c_phone char(15) NOT NULL,
            c_acctbal numeric(15, 2) NOT NULL, c_mktsegment char(10) NOT NULL,
            c_comment varchar(117) NOT NULL\
            """,
            "c_custkey",
            List.of("c_nationkey")),
        new Spread("HASH (c_custkey)", "HASH (c_acctbal)"),
        rows(new CustomerGenerator(scale, 1, 1, words, () -> text)));
  }

  private SuiteTable orders() {
    return new SuiteTable(
        "orders",
        new Definition(
            """
            o_orderkey bigint NOT NULL, o_custkey int NOT NULL, o_orderstatus char(1) NOT NULL,
            o_totalprice numeric(15, 2) NOT NULL, o_orderdate date NOT NULL,
            o_orderpriority char(15) NOT NULL, o_clerk char(15) NOT NULL,
            o_shippriority int NOT NULL, o_comment varchar(79) NOT NULL\
            """,
            "o_orderkey",
            List.of("o_custkey")),
        new Spread("HASH (o_orderkey)", "HASH (o_orderdate)"),
        rows(new OrderGenerator(scale, 1, 1, words, () -> text)));
  }

  private SuiteTable lines() {
    return new SuiteTable(
        "lineitem",
        new Definition(
            """
            l_orderkey bigint NOT NULL, l_partkey int NOT NULL, l_suppkey int NOT NULL,
            l_linenumber int NOT NULL, l_quantity numeric(15, 2) NOT NULL,
            l_extendedprice numeric(15, 2) NOT NULL, l_discount numeric(15, 2) NOT NULL,
            l_tax numeric(15, 2) NOT NULL, l_returnflag char(1) NOT NULL,
            l_linestatus char(1) NOT NULL, l_shipdate date NOT NULL, l_commitdate date NOT NULL,
            l_receiptdate date NOT NULL, l_shipinstruct char(25) NOT NULL,
            l_shipmode char(10) NOT NULL, l_comment varchar(44) NOT NULL\
            """,
            "l_orderkey, l_linenumber",
            List.of("l_partkey, l_suppkey")),
        new Spread("HASH (l_orderkey)", "HASH (l_comment)"),
        rows(new LineItemGenerator(scale, 1, 1, words, () -> text)));
  }

  private static Iterable<String> rows(Iterable<? extends TpchEntity> entities) {
    return () -> lines(entities);
  }

  /** The generator's lines end each field with a bar, which no field holds. */
  private static Iterator<String> lines(Iterable<? extends TpchEntity> entities) {
    return StreamSupport.stream(entities.spliterator(), false)
        .map(TpchEntity::toLine)
        .map(line -> line.substring(0, line.length() - 1).replace('|', '\t'))
        .iterator();
  }
}
