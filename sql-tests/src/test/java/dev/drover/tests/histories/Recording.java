package dev.drover.tests.histories;

import dev.drover.tests.Endpoint;
import dev.drover.tests.concurrency.Crowd;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * What a number of clients saw who worked at the same time.
 *
 * @param transactions all of them
 */
record Recording(List<Observed> transactions) {
  /**
   * Who takes part.
   *
   * @param begin the command that begins each transaction
   * @param readers write nothing
   */
  record Cast(String begin, int writers, int readers, long seed) {}

  Recording {
    transactions = List.copyOf(transactions);
  }

  static List<Observed> work(
      Lists lists, List<Endpoint> servers, Cast cast, BooleanSupplier goesOn) {
    List<Observed> all = new ArrayList<>();
    Crowd.run(
            cast.writers() + cast.readers(),
            number -> {
              Endpoint server = servers.get(number % servers.size());
              boolean reads = number >= cast.writers();
              long seed = cast.seed() + number;
              return () -> new ListClient(lists, server, cast.begin(), reads, seed).work(goesOn);
            })
        .forEach(all::addAll);
    return all;
  }

  /** One more. */
  Recording with(Observed last) {
    List<Observed> all = new ArrayList<>(transactions);
    all.add(last);
    return new Recording(all);
  }

  long count(Observed.Outcome outcome) {
    return transactions.stream().filter(t -> t.outcome() == outcome).count();
  }

  /** How many came to which end. */
  String summary() {
    return "%d committed, %d rolled back, %d unknown"
        .formatted(
            count(Observed.Outcome.COMMITTED),
            count(Observed.Outcome.ABORTED),
            count(Observed.Outcome.UNKNOWN));
  }
}
