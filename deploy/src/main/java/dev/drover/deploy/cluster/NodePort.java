package dev.drover.deploy.cluster;

import java.util.regex.Pattern;

/** A node of the cluster and the loopback port of its server. */
public record NodePort(String name, int port) {
  /** The node that holds the schema and no rows. */
  public static final String CATALOG = "catalog";

  private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9_]{0,62}");

  public NodePort {
    if (!NAME.matcher(name).matches()) {
      throw new ClusterException("not a node name: " + name);
    }
    Ports.requireValid(port);
  }

  public boolean isCatalog() {
    return name.equals(CATALOG);
  }
}
