package dev.drover.tests.concurrency;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** Transfers between nodes are atomic while nothing breaks. */
@ExtendWith(EndpointsExtension.class)
class BankTest {
  private static final int TELLERS = 8;
  private static final int TRANSFERS = 800;

  @Test
  void noMoneyIsLostBetweenNodes(Endpoints endpoints) throws SQLException {
    Bank bank = Bank.create(endpoints.drover());
    AtomicInteger left = new AtomicInteger(TRANSFERS);
    Outcomes outcomes =
        Bank.work(List.of(endpoints.drover()), TELLERS, () -> left.decrementAndGet() >= 0);
    assertThat(outcomes.unknown()).isEmpty();
    assertThat(outcomes.acknowledged()).hasSizeGreaterThan(TRANSFERS / 4);
    bank.verify(outcomes);
    bank.drop();
  }
}
