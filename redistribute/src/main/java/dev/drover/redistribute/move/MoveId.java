package dev.drover.redistribute.move;

/** The number of a move; never used again, so that names made of it meet no other's objects. */
public record MoveId(int number) {
  /** Of the publication and the replication slot on the source, the subscription on the target. */
  String objectName() {
    return "drover_m" + number;
  }

  /** Of the schema on the source where leaves wait that it has given away. */
  String trash() {
    return "drover$trash" + number;
  }

  /** Of the connections that work for it. */
  String application() {
    return "drover move " + number;
  }

  @Override
  public String toString() {
    return Integer.toString(number);
  }
}
