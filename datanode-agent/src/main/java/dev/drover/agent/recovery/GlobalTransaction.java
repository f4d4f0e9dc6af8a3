package dev.drover.agent.recovery;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A distributed transaction as the gid of its prepared parts describes it.
 *
 * <pre>
 * gx_COORDINATOR_EPOCH_GXID_HASH_PARTICIPANTS      the part of a client's connection
 * gx_COORDINATOR_EPOCH_GXID_HASH_PARTICIPANTS_m    the part of the metadata connection
 * </pre>
 *
 * <p>HASH is the beginning of the SHA-256 of the nonce that the transaction's commit records are
 * made with, in hexadecimal; PARTICIPANTS are separated by dots, and a {@code c} in front of them
 * says that the transaction is certified. This layout is frozen.
 *
 * <p>Threads: immutable.
 *
 * @param certified SERIALIZABLE over several nodes: that its parts are prepared does not yet say
 *     that nobody has overwritten what it read, for who watched over that died with the coordinator
 */
public record GlobalTransaction(
    CoordinatorLife coordinator,
    long gxid,
    String hash,
    boolean certified,
    List<Participant> participants)
    implements Comparable<GlobalTransaction> {
  /** The digits of {@link #hash}. */
  public static final int HASH_DIGITS = 32;

  private static final String CERTIFIED = "c";
  private static final Pattern GID =
      Pattern.compile(
          "gx_(\\d{1,9})_(\\d{1,18})_(\\d{1,18})_([0-9a-f]{32})_(c?)(\\d{1,9}[mp]?(?:\\.\\d{1,9}[mp]?)*)(_m)?");

  public GlobalTransaction {
    participants = List.copyOf(participants);
  }

  /** Empty for a gid that is not of Drover's making. */
  public static Optional<GlobalTransaction> parse(String gid) {
    Matcher matcher = GID.matcher(gid);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    CoordinatorLife coordinator =
        new CoordinatorLife(Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
    List<Participant> participants =
        Arrays.stream(matcher.group(6).split("\\.")).map(Participant::parse).toList();
    return Optional.of(
        new GlobalTransaction(
            coordinator,
            Long.parseLong(matcher.group(3)),
            matcher.group(4),
            !matcher.group(5).isEmpty(),
            participants));
  }

  /** The gid under which a participant's part is prepared. */
  public String gid(Participant participant) {
    return participant.isMetadata() ? gid() + "_m" : gid();
  }

  /** What the gids of all parts begin with. */
  public String gid() {
    StringBuilder gid = new StringBuilder("gx_").append(coordinator.id());
    gid.append('_').append(coordinator.epoch()).append('_').append(gxid).append('_').append(hash);
    String separator = certified ? "_" + CERTIFIED : "_";
    for (Participant participant : participants) {
      gid.append(separator).append(participant);
      separator = ".";
    }
    return gid.toString();
  }

  @Override
  public int compareTo(GlobalTransaction other) {
    int byGxid = Long.compare(gxid, other.gxid);
    return byGxid != 0 ? byGxid : hash.compareTo(other.hash);
  }
}
