package dev.drover.deploy.demo;

import java.time.LocalDate;
import java.util.List;

/**
 * The shop of the demo: its tables, and its rows as functions of their number, so that every total
 * is known before the database is asked.
 *
 * <p>Threads: immutable.
 */
public record Shop(long customers, long orders, long events) {
  /** A million rows. */
  public static final Shop LARGE = new Shop(50_000, 850_000, 100_000);

  private static final int PRODUCTS = 200;
  private static final int MOST_PIECES = 9;
  private static final int DAYS = 365;
  private static final long SPREAD = 0x9e3779b97f4a7c15L;
  private static final List<String> COUNTRIES =
      List.of("AT", "BR", "CH", "DE", "FR", "IN", "JP", "KE", "PL", "US");
  private static final List<String> COUNTRY_NAMES =
      List.of(
          "Austria",
          "Brazil",
          "Switzerland",
          "Germany",
          "France",
          "India",
          "Japan",
          "Kenya",
          "Poland",
          "United States");
  private static final List<String> KINDS = List.of("search", "view", "basket", "purchase");

  /** Dropped in this order, before the tour begins. */
  static final List<String> TABLES =
      List.of("orders", "customers", "products", "countries", "events");

  static final String CREATE_CUSTOMERS =
      """
      CREATE TABLE customers (
        id bigint PRIMARY KEY,
        name text NOT NULL,
        country text NOT NULL
      ) DISTRIBUTE BY HASH (id)
      """;
  static final String CREATE_ORDERS =
      """
      CREATE TABLE orders (
        customer_id bigint NOT NULL REFERENCES customers,
        id bigint NOT NULL,
        product_id integer NOT NULL,
        pieces integer NOT NULL,
        ordered_on date NOT NULL,
        PRIMARY KEY (customer_id, id)
      ) DISTRIBUTE BY HASH (customer_id)
      """;
  static final String CREATE_COUNTRIES =
      """
      CREATE TABLE countries (code text PRIMARY KEY, name text NOT NULL)
        DISTRIBUTE BY REPLICATION
      """;
  static final String CREATE_PRODUCTS =
      """
      CREATE TABLE products (id integer PRIMARY KEY, name text NOT NULL, price numeric(8,2) NOT NULL)
        DISTRIBUTE BY REPLICATION
      """;
  static final String CREATE_EVENTS =
      """
      CREATE TABLE events (id bigint, kind text, happened_at timestamptz) DISTRIBUTE BY ROUNDROBIN
      """;

  List<RowSource> sources() {
    return List.of(
        source("countries", COUNTRIES.size(), Shop::country),
        source("products", PRODUCTS, Shop::product),
        source("customers", customers, Shop::customer),
        source("orders", orders, this::order),
        source("events", events, Shop::event));
  }

  long rows() {
    return sources().stream().mapToLong(RowSource::count).sum();
  }

  /** What all orders cost together, in cents. */
  long revenueCents() {
    long sum = 0;
    for (long i = 0; i < orders; i++) {
      sum += pieces(i) * priceCents(productOf(i));
    }
    return sum;
  }

  /** Somebody with a few orders. */
  long someCustomer() {
    return customerOf(orders / 2);
  }

  long ordersOf(long customer) {
    long count = 0;
    for (long i = 0; i < orders; i++) {
      count += customerOf(i) == customer ? 1 : 0;
    }
    return count;
  }

  @FunctionalInterface
  private interface RowWriter {
    void append(StringBuilder line, long index);
  }

  private static RowSource source(String table, long count, RowWriter writer) {
    return new RowSource() {
      @Override
      public String table() {
        return table;
      }

      @Override
      public long count() {
        return count;
      }

      @Override
      public void append(StringBuilder line, long index) {
        writer.append(line, index);
        line.append('\n');
      }
    };
  }

  private static void country(StringBuilder line, long index) {
    line.append(COUNTRIES.get((int) index)).append('\t').append(COUNTRY_NAMES.get((int) index));
  }

  private static void product(StringBuilder line, long index) {
    long cents = priceCents(index + 1);
    line.append(index + 1).append("\tproduct ").append(index + 1).append('\t');
    line.append(cents / 100).append('.').append(cents % 100 / 10).append(cents % 10);
  }

  private static void customer(StringBuilder line, long index) {
    line.append(index + 1).append("\tcustomer ").append(index + 1).append('\t');
    line.append(COUNTRIES.get((int) (index % COUNTRIES.size())));
  }

  private void order(StringBuilder line, long index) {
    line.append(customerOf(index)).append('\t').append(index + 1).append('\t');
    line.append(productOf(index)).append('\t').append(pieces(index)).append('\t');
    line.append(LocalDate.ofYearDay(2025, 1 + (int) (index % DAYS)));
  }

  private static void event(StringBuilder line, long index) {
    line.append(index + 1).append('\t').append(KINDS.get(kindOf(index))).append('\t');
    line.append("2025-06-01 ").append(10 + index % 14).append(":00:00+00");
  }

  private static int kindOf(long index) {
    return (int) (scattered(index) % KINDS.size());
  }

  private long customerOf(long order) {
    return 1 + scattered(order) % customers;
  }

  private long productOf(long order) {
    return 1 + scattered(order + orders) % PRODUCTS;
  }

  private static long pieces(long order) {
    return 1 + order % MOST_PIECES;
  }

  private static long priceCents(long product) {
    return 99 + product * 137 % 20_000;
  }

  private static long scattered(long index) {
    return ((index + 1) * SPREAD) >>> 20;
  }
}
