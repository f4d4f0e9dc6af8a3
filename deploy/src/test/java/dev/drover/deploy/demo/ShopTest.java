package dev.drover.deploy.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ShopTest {
  private static final Shop SHOP = new Shop(100, 1_000, 10);

  @Test
  void theTotalsAreThoseOfTheRows() {
    Map<String, BigDecimal> prices = new HashMap<>();
    rows("products").forEach(row -> prices.put(row.get(0), new BigDecimal(row.get(2))));
    BigDecimal revenue =
        rows("orders").stream()
            .map(row -> prices.get(row.get(2)).multiply(new BigDecimal(row.get(3))))
            .reduce(BigDecimal.ZERO, BigDecimal::add);
    assertThat(BigDecimal.valueOf(SHOP.revenueCents(), 2)).isEqualByComparingTo(revenue);
    String customer = Long.toString(SHOP.someCustomer());
    assertThat(SHOP.ordersOf(SHOP.someCustomer()))
        .isPositive()
        .isEqualTo(rows("orders").stream().filter(r -> r.get(0).equals(customer)).count());
  }

  @Test
  void everyOrderBelongsToACustomer() {
    List<String> customers = rows("customers").stream().map(List::getFirst).toList();
    assertThat(rows("orders")).allMatch(row -> customers.contains(row.getFirst()));
  }

  @Test
  void theLargeOneHasAboutAMillionRows() {
    assertThat(Shop.LARGE.rows()).isBetween(1_000_000L, 1_001_000L);
  }

  private static List<List<String>> rows(String table) {
    RowSource source =
        SHOP.sources().stream().filter(s -> s.table().equals(table)).findFirst().orElseThrow();
    List<List<String>> rows = new ArrayList<>();
    for (long i = 0; i < source.count(); i++) {
      StringBuilder line = new StringBuilder();
      source.append(line, i);
      rows.add(List.of(line.toString().strip().split("\t", -1)));
    }
    return rows;
  }
}
