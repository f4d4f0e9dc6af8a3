package dev.drover.planner.relational;

import dev.drover.planner.plan.Exchange;
import java.util.HashSet;
import java.util.Set;

/**
 * What a plan costs as plans that move tables are counted, so that the two can be compared: bytes
 * that move, once for rows that are read twice, and rows of tables that are worked through. What
 * joins yield, and what goes to the client, costs all plans the same.
 */
final class Costs {
  private final Transfers transfers;
  private final Set<Rows.Moved> counted = new HashSet<>();

  Costs(Transfers transfers) {
    this.transfers = transfers;
  }

  double ofMoves(Rows rows) {
    return rows instanceof Rows.Moved(var input, _, _, var route, _)
            && route instanceof Exchange.Route.Gather
        ? of(input)
        : of(rows);
  }

  /** Whether rows move whose number is that of a join of tables that are in parts. */
  static boolean movesJoins(Rows rows) {
    boolean own =
        rows instanceof Rows.Moved(var input, _, _, var route, _)
            && !(route instanceof Exchange.Route.Gather)
            && joinsParts(input);
    return own || rows.inputs().stream().anyMatch(Costs::movesJoins);
  }

  private static boolean joinsParts(Rows rows) {
    boolean own =
        rows instanceof Rows.Join(_, var left, var right, _) && isInParts(left) && isInParts(right);
    return own
        || (!(rows instanceof Rows.Moved) && rows.inputs().stream().anyMatch(Costs::joinsParts));
  }

  private static boolean isInParts(Rows rows) {
    return switch (rows) {
      case Rows.Scan scan -> scan.spot().isParts();
      case Rows.Moved _ -> true;
      case Rows.Where _, Rows.Compute _, Rows.Join _, Rows.Group _ ->
          rows.inputs().stream().anyMatch(Costs::isInParts);
    };
  }

  private double of(Rows rows) {
    return switch (rows) {
      case Rows.Scan scan -> transfers.work(transfers.sizes().of(scan), scan.spot());
      case Rows.Where(Rows.Scan scan, _) -> transfers.work(transfers.sizes().of(rows), scan.spot());
      case Rows.Moved moved -> counted.add(moved) ? transfers.price(moved) + of(moved.input()) : 0;
      case Rows.Where _, Rows.Compute _, Rows.Join _, Rows.Group _ ->
          rows.inputs().stream().mapToDouble(this::of).sum();
    };
  }
}
