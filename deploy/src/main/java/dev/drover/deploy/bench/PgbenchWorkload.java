package dev.drover.deploy.bench;

import java.time.Duration;
import java.util.List;

/**
 * Transactions of pgbench.
 *
 * <p>Threads: immutable.
 */
record PgbenchWorkload(String name, Pgbench pgbench, List<String> arguments, TableSet tables)
    implements Workload {
  PgbenchWorkload {
    arguments = List.copyOf(arguments);
  }

  @Override
  public String unit() {
    return "transaction";
  }

  @Override
  public Work run(Contender contender, Duration length) {
    Pgbench.Result result =
        pgbench.run(contender.port(), Math.toIntExact(length.toSeconds()), arguments);
    return new Work(result.transactions(), result.perSecond());
  }
}
