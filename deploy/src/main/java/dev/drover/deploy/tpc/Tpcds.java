package dev.drover.deploy.tpc;

import static java.util.Map.entry;

import dev.drover.deploy.tpc.SuiteTable.Definition;
import dev.drover.deploy.tpc.SuiteTable.Spread;
import io.trino.tpcds.Results;
import io.trino.tpcds.Session;
import io.trino.tpcds.Table;
import io.trino.tpcds.column.ColumnType;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/**
 * TPC-DS, with parameters that leave something to find in a small database.
 *
 * <p>Sales and returns lie together by their tickets and orders. Of the two million combinations of
 * customers' demographics, which are as many at every scale, one in some is kept; the keys that
 * name another one join nothing, as those that are null.
 */
public final class Tpcds {
  /** How many there are. */
  public static final int QUERIES = 99;

  private static final String NULL = "\\N";
  private static final long DEMOGRAPHICS_KEPT = 11;

  /** Of each table its primary key, and the columns that it is spread by, well and badly. */
  private record Keys(String primary, String good, String bad) {
    Spread spread() {
      String well = good.isEmpty() ? "REPLICATION" : "HASH (%s)".formatted(good);
      return new Spread(well, "HASH (%s)".formatted(bad));
    }
  }

  private static final Map<Table, Keys> KEYS =
      Map.ofEntries(
          entry(Table.CALL_CENTER, new Keys("cc_call_center_sk", "", "cc_name")),
          entry(Table.CATALOG_PAGE, new Keys("cp_catalog_page_sk", "", "cp_catalog_page_number")),
          entry(
              Table.CATALOG_RETURNS,
              new Keys("cr_item_sk, cr_order_number", "cr_order_number", "cr_return_amount")),
          entry(
              Table.CATALOG_SALES,
              new Keys("cs_item_sk, cs_order_number", "cs_order_number", "cs_list_price")),
          entry(Table.CUSTOMER, new Keys("c_customer_sk", "c_customer_sk", "c_last_name")),
          entry(
              Table.CUSTOMER_ADDRESS, new Keys("ca_address_sk", "ca_address_sk", "ca_street_name")),
          entry(
              Table.CUSTOMER_DEMOGRAPHICS,
              new Keys("cd_demo_sk", "cd_demo_sk", "cd_purchase_estimate")),
          entry(Table.DATE_DIM, new Keys("d_date_sk", "", "d_month_seq")),
          entry(Table.HOUSEHOLD_DEMOGRAPHICS, new Keys("hd_demo_sk", "", "hd_buy_potential")),
          entry(Table.INCOME_BAND, new Keys("ib_income_band_sk", "", "ib_upper_bound")),
          entry(
              Table.INVENTORY,
              new Keys(
                  "inv_date_sk, inv_item_sk, inv_warehouse_sk",
                  "inv_item_sk",
                  "inv_quantity_on_hand")),
          entry(Table.ITEM, new Keys("i_item_sk", "", "i_product_name")),
          entry(Table.PROMOTION, new Keys("p_promo_sk", "", "p_promo_name")),
          entry(Table.REASON, new Keys("r_reason_sk", "", "r_reason_desc")),
          entry(Table.SHIP_MODE, new Keys("sm_ship_mode_sk", "", "sm_contract")),
          entry(Table.STORE, new Keys("s_store_sk", "", "s_manager")),
          entry(
              Table.STORE_RETURNS,
              new Keys("sr_item_sk, sr_ticket_number", "sr_ticket_number", "sr_net_loss")),
          entry(
              Table.STORE_SALES,
              new Keys("ss_item_sk, ss_ticket_number", "ss_ticket_number", "ss_list_price")),
          entry(Table.TIME_DIM, new Keys("t_time_sk", "", "t_minute")),
          entry(Table.WAREHOUSE, new Keys("w_warehouse_sk", "", "w_warehouse_name")),
          entry(Table.WEB_PAGE, new Keys("wp_web_page_sk", "", "wp_char_count")),
          entry(
              Table.WEB_RETURNS,
              new Keys("wr_item_sk, wr_order_number", "wr_order_number", "wr_net_loss")),
          entry(
              Table.WEB_SALES,
              new Keys("ws_item_sk, ws_order_number", "ws_order_number", "ws_list_price")),
          entry(Table.WEB_SITE, new Keys("web_site_sk", "", "web_manager")));

  /** The column of which only every so many-th value is kept. */
  private static final Map<Table, String> ORDERS =
      Map.of(
          Table.STORE_SALES, "ss_ticket_number",
          Table.STORE_RETURNS, "sr_ticket_number",
          Table.CATALOG_SALES, "cs_order_number",
          Table.CATALOG_RETURNS, "cr_order_number",
          Table.WEB_SALES, "ws_order_number",
          Table.WEB_RETURNS, "wr_order_number",
          Table.INVENTORY, "inv_item_sk",
          Table.CUSTOMER_DEMOGRAPHICS, "cd_demo_sk");

  private static final double SMALLEST_SCALE = 0.01;

  /** What sales, returns and most queries are about. */
  private static final Set<String> SOLD_YEARS =
      Set.of("1997", "1998", "1999", "2000", "2001", "2002", "2003");

  private final Session session;

  /** One in so many of the orders is there, and only dates of the years with sales; 1 is all. */
  private final int thinning;

  private Tpcds(double scale, int thinning) {
    this.session = Session.getDefaultSession().withScale(scale);
    this.thinning = thinning;
  }

  /** The generator has no less than 0.01 to give, which has 120,000 rows of store sales. */
  public static Suite suite(double scale) {
    List<Table> all = Table.getBaseTables().stream().filter(KEYS::containsKey).toList();
    return new Tpcds(scale, 1).suite(all, IntStream.rangeClosed(1, QUERIES));
  }

  /**
   * Some queries with the tables that they name, and of these one in so many tickets and orders and
   * the dates of the years with sales.
   */
  public static Suite sample(int thinning, int... numbers) {
    Suite whole = suite(SMALLEST_SCALE);
    List<Table> named =
        Table.getBaseTables().stream()
            .filter(KEYS::containsKey)
            .filter(table -> IntStream.of(numbers).anyMatch(n -> names(whole, n, table)))
            .toList();
    return new Tpcds(SMALLEST_SCALE, thinning).suite(named, IntStream.of(numbers));
  }

  private static boolean names(Suite suite, int number, Table table) {
    Pattern name = Pattern.compile("\\b" + table.getName() + "\\b");
    return suite.queries().get(number - 1).statements().stream()
        .anyMatch(statement -> name.matcher(statement).find());
  }

  private Suite suite(List<Table> tables, IntStream numbers) {
    List<Query> queries =
        numbers.mapToObj(n -> Query.read("tpcds", "q%02d".formatted(n), Map.of())).toList();
    return new Suite("tpcds", tables.stream().map(this::table).toList(), queries);
  }

  private SuiteTable table(Table table) {
    Keys keys = KEYS.get(table);
    String columns =
        Arrays.stream(table.getColumns())
            .map(column -> column.getName() + " " + type(column.getType()))
            .collect(Collectors.joining(", "));
    return new SuiteTable(
        table.getName(),
        new Definition(columns, keys.primary(), List.of()),
        keys.spread(),
        () -> lines(table));
  }

  private static String type(ColumnType type) {
    String sizes =
        Stream.of(type.getPrecision(), type.getScale())
            .flatMap(Optional::stream)
            .map(String::valueOf)
            .collect(Collectors.joining(", ", "(", ")"));
    return switch (type.getBase()) {
      case INTEGER, IDENTIFIER -> "int";
      case DATE -> "date";
      case TIME -> "time";
      case CHAR -> "char" + sizes;
      case VARCHAR -> "varchar" + sizes;
      case DECIMAL -> "numeric" + sizes;
    };
  }

  private Iterator<String> lines(Table table) {
    Predicate<List<String>> isKept = isKept(table);
    return StreamSupport.stream(
            Results.constructResults(table, session.withTable(table)).spliterator(), false)
        .map(List::getFirst)
        .filter(isKept)
        .map(row -> row.stream().map(Tpcds::field).collect(Collectors.joining("\t")))
        .iterator();
  }

  private Predicate<List<String>> isKept(Table table) {
    if (table == Table.DATE_DIM && thinning > 1) {
      int year = table.getColumn("d_year").getPosition();
      return row -> SOLD_YEARS.contains(row.get(year));
    }
    if (!ORDERS.containsKey(table)) {
      return _ -> true;
    }
    int key = table.getColumn(ORDERS.get(table)).getPosition();
    long divisor = table == Table.CUSTOMER_DEMOGRAPHICS ? DEMOGRAPHICS_KEPT : thinning;
    return row -> Long.parseLong(row.get(key)) % divisor == 0;
  }

  private static String field(String value) {
    return value == null || value.isEmpty() ? NULL : value.replace("\\", "\\\\");
  }
}
