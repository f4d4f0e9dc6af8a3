package dev.drover.coordinator.transfer;

import dev.drover.coordinator.txn.Participant;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What the servers that get a COPY can do. */
final class CopyTargets {
  private static final Pattern MAJOR = Pattern.compile("\\d+");

  /** Since then a line of {@code \.} is no end of the data in CSV. */
  private static final int NO_END_MARKER_IN_CSV = 18;

  private CopyTargets() {}

  /** Does a line of {@code \.} end the data of a CSV, for any of them? */
  static boolean endMarkerInCsv(List<Participant> targets) {
    return targets.stream().anyMatch(target -> major(target) < NO_END_MARKER_IN_CSV);
  }

  private static int major(Participant target) {
    String version = target.backend().link().parameters().getOrDefault("server_version", "");
    Matcher matcher = MAJOR.matcher(version);
    return matcher.find() ? Integer.parseInt(matcher.group()) : 0;
  }
}
