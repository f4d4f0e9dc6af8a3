package dev.drover.agent.recovery;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A transaction that a client prepares, as the gid of its parts describes it: {@code
 * gp_COORDINATOR_EPOCH_GXID}, the same on every node. This layout is frozen.
 *
 * <p>Threads: immutable.
 */
public record UserTransaction(CoordinatorLife coordinator, long gxid) {
  private static final Pattern GID = Pattern.compile("gp_(\\d{1,9})_(\\d{1,18})_(\\d{1,18})");

  /** Empty for a gid that is not of Drover's making. */
  static Optional<UserTransaction> parse(String gid) {
    Matcher matcher = GID.matcher(gid);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    CoordinatorLife coordinator =
        new CoordinatorLife(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
    return Optional.of(new UserTransaction(coordinator, Long.parseLong(matcher.group(3))));
  }

  /** The gid of its part on each node. */
  public String gid() {
    return "gp_%d_%d_%d".formatted(coordinator.id(), coordinator.epoch(), gxid);
  }
}
