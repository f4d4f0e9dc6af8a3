package dev.drover.planner.plan;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One SELECT of a query that is cut into several.
 *
 * @param text names tables as they are called at its site, and the relations of {@code inputs}
 * @param inputs names of the {@link Exchange}s whose rows it reads
 * @param readsTables it reads tables of the user, so it has to see them as of the query's moment
 */
public record Fragment(SqlText text, Site site, List<String> inputs, boolean readsTables) {
  /** Where a fragment runs. */
  public sealed interface Site {
    /**
     * Each of these nodes, for its own rows.
     *
     * @param pins when not empty, only the nodes on which a pin lies
     */
    record Nodes(List<Integer> nodes, List<Pin> pins) implements Site {
      public Nodes {
        nodes = List.copyOf(nodes);
        pins = List.copyOf(pins);
      }
    }

    /** Any one of these nodes: all have the same rows. */
    record AnyOf(List<Integer> nodes) implements Site {
      public AnyOf {
        nodes = List.copyOf(nodes);
      }
    }

    /** The catalog node, where the rows of all nodes come together. */
    record CatalogNode() implements Site {}
  }

  public Fragment {
    requireNonNull(text);
    requireNonNull(site);
    inputs = List.copyOf(inputs);
  }

  /** Those that decide which of its nodes take part. */
  public List<Pin> pins() {
    return site instanceof Site.Nodes(var _, var pins) ? pins : List.of();
  }
}
