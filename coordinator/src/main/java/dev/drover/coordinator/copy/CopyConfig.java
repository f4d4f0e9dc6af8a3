package dev.drover.coordinator.copy;

/**
 * Bounds of one COPY.
 *
 * @param messageBytes payload of a CopyData message to a server
 * @param runBytes rows for one leaf are sent when they are this many bytes
 * @param idleRunBytes rows for one leaf of a node that has nothing to do are sent when they are
 *     this many bytes
 * @param bufferedBytes rows held back for all nodes together
 * @param parkedRows rows held back until PostgreSQL has read their keys
 * @param maxRowBytes longest row
 */
public record CopyConfig(
    int messageBytes,
    int runBytes,
    int idleRunBytes,
    long bufferedBytes,
    int parkedRows,
    int maxRowBytes) {
  public static final CopyConfig DEFAULT =
      new CopyConfig(64 << 10, 1 << 20, 256 << 10, 16 << 20, 1000, RowSplitter.MAX_ROW_BYTES);

  public CopyConfig {
    if (messageBytes <= 0
        || runBytes <= 0
        || idleRunBytes <= 0
        || bufferedBytes <= 0
        || parkedRows <= 0) {
      throw new IllegalArgumentException("bounds of a COPY must be positive");
    }
  }

  /** The same with another bound on what is held back. */
  public CopyConfig withBufferedBytes(long bytes) {
    return new CopyConfig(messageBytes, runBytes, idleRunBytes, bytes, parkedRows, maxRowBytes);
  }
}
