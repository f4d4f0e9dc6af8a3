package dev.drover.coordinator.session;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.sql.ClusterCommand.AlterCluster;
import dev.drover.planner.sql.GenericOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The words behind WITH of ALTER CLUSTER REBALANCE: {@code BY bytes | rows | slots}, {@code
 * TOLERANCE percent}, {@code WEIGHTS ('node=2', ...)}, {@code DRY_RUN}.
 */
final class RebalanceOptions {
  private static final List<String> COUNTED = List.of("bytes", "rows", "slots");
  private static final int MAX_PERCENT = 100;

  private String counted = "bytes";
  private String tolerance = "10";
  private boolean dryRun;
  private final List<String> weights = new ArrayList<>();

  private RebalanceOptions() {}

  /** As arguments of the job; none for other actions, which take no options. */
  static List<String> of(AlterCluster alter) {
    RebalanceOptions options = new RebalanceOptions();
    if (alter.action() != AlterCluster.Action.REBALANCE) {
      alter.options().stream().findFirst().ifPresent(RebalanceOptions::refuse);
      return List.of();
    }
    alter.options().forEach(options::read);
    List<String> arguments = new ArrayList<>();
    arguments.add(options.counted);
    arguments.add(options.tolerance);
    arguments.add(options.dryRun ? "plan" : "move");
    arguments.addAll(options.weights);
    return List.copyOf(arguments);
  }

  private void read(GenericOption option) {
    switch (option.name()) {
      case "by" -> counted = option.text().filter(COUNTED::contains).orElseThrow(() -> bad(option));
      case "tolerance" ->
          tolerance =
              option.text().filter(RebalanceOptions::isPercent).orElseThrow(() -> bad(option));
      case "dry_run" -> dryRun = option.isTrue();
      case "weights" ->
          option.values().stream()
              .flatMap(value -> List.of(value.text().split(",")).stream())
              .forEach(weight -> weights.add(weight(option, weight)));
      default -> refuse(option);
    }
  }

  private static String weight(GenericOption option, String text) {
    int equals = text.lastIndexOf('=');
    Optional<Double> number = number(text.substring(equals + 1).strip());
    if (equals < 1 || number.isEmpty()) {
      throw bad(option);
    }
    return text.substring(0, equals).strip() + "=" + number.get();
  }

  private static boolean isPercent(String text) {
    return number(text).filter(n -> n <= MAX_PERCENT).isPresent();
  }

  /** Finite and not negative. */
  private static Optional<Double> number(String text) {
    try {
      return Optional.of(Double.valueOf(text)).filter(n -> n >= 0 && !n.isInfinite());
    } catch (NumberFormatException _) {
      return Optional.empty();
    }
  }

  private static SqlError bad(GenericOption option) {
    return SqlError.of(
        SqlState.INVALID_PARAMETER_VALUE,
        "invalid value for option \"%s\"".formatted(option.name()));
  }

  private static void refuse(GenericOption option) {
    throw SqlError.of(SqlState.SYNTAX_ERROR, "incorrect option: %s".formatted(option.name()));
  }
}
