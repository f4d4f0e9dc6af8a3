package dev.drover.deploy.cluster;

import java.util.Locale;

/** Where a coordinator takes clients from. The other members talk on this machine only. */
public enum Listen {
  /** This machine. */
  LOCAL("127.0.0.1"),
  /** Every network that this machine is on. */
  ALL("0.0.0.0");

  private final String address;

  Listen(String address) {
    this.address = address;
  }

  /** What the coordinator binds. */
  String address() {
    return address;
  }

  /** The word for it on the command line and in the cluster's file. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Listen of(String word) {
    for (Listen listen : values()) {
      if (listen.word().equals(word)) {
        return listen;
      }
    }
    throw new ClusterException("cannot listen on %s (local or all)".formatted(word));
  }
}
