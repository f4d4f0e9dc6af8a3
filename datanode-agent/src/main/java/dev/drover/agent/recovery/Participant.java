package dev.drover.agent.recovery;

/**
 * One connection that took part in a distributed transaction.
 *
 * <p>The catalog node may have two: the client's, and Drover's own for metadata.
 *
 * @param commitsLast it is the primary of a replicated table that was written: whoever writes the
 *     table next meets its row locks first, so they go when all copies show what was written
 */
public record Participant(int node, boolean isMetadata, boolean commitsLast)
    implements Comparable<Participant> {
  private static final String METADATA_MARK = "m";
  private static final String LAST_MARK = "p";

  Participant(int node, boolean isMetadata) {
    this(node, isMetadata, false);
  }

  /**
   * As in a gid: {@code 3}, {@code 3p} for a primary, or {@code 0m} for the metadata connection.
   */
  static Participant parse(String text) {
    boolean isMetadata = text.endsWith(METADATA_MARK);
    boolean commitsLast = text.endsWith(LAST_MARK);
    boolean isMarked = isMetadata || commitsLast;
    String number = isMarked ? text.substring(0, text.length() - 1) : text;
    return new Participant(Integer.parseInt(number), isMetadata, commitsLast);
  }

  @Override
  public int compareTo(Participant other) {
    int byNode = Integer.compare(node, other.node);
    return byNode != 0 ? byNode : Boolean.compare(isMetadata, other.isMetadata);
  }

  @Override
  public String toString() {
    String mark = commitsLast ? LAST_MARK : "";
    return node + (isMetadata ? METADATA_MARK : mark);
  }
}
