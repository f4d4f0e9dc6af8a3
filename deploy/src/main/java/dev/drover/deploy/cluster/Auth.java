package dev.drover.deploy.cluster;

import java.util.Locale;

/** How a coordinator checks who its client is. */
public enum Auth {
  /** Clients on this machine are believed. */
  TRUST,
  /** SCRAM-SHA-256 with the passwords of the catalog node's roles. */
  SCRAM;

  /** The word for it on the command line and in the cluster's file. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Auth of(String word) {
    for (Auth auth : values()) {
      if (auth.word().equals(word)) {
        return auth;
      }
    }
    throw new ClusterException("no such authentication: %s (trust or scram)".formatted(word));
  }
}
