package dev.drover.agent.recovery;

/**
 * One connection that took part in a distributed transaction.
 *
 * <p>The catalog node may have two: the client's, and Drover's own for metadata.
 */
public record Participant(int node, boolean isMetadata) implements Comparable<Participant> {
  private static final String METADATA_MARK = "m";

  /** As in a gid: {@code 3}, or {@code 0m} for the metadata connection. */
  static Participant parse(String text) {
    boolean isMetadata = text.endsWith(METADATA_MARK);
    String number = isMetadata ? text.substring(0, text.length() - 1) : text;
    return new Participant(Integer.parseInt(number), isMetadata);
  }

  @Override
  public int compareTo(Participant other) {
    int byNode = Integer.compare(node, other.node);
    return byNode != 0 ? byNode : Boolean.compare(isMetadata, other.isMetadata);
  }

  @Override
  public String toString() {
    return node + (isMetadata ? METADATA_MARK : "");
  }
}
