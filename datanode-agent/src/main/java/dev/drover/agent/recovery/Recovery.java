package dev.drover.agent.recovery;

import dev.drover.agent.postgres.Secret;
import dev.drover.gtm.client.GtmAddress;
import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.client.GtmClientConfig;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.Role;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * An agent's part in recovery: a resolver and the connection to the GTM that it asks.
 *
 * <p>Threads: thread-safe.
 */
public final class Recovery implements AutoCloseable {
  private final GtmClient gtm;
  private final Resolver resolver;

  private Recovery(GtmClient gtm, Resolver resolver) {
    this.gtm = gtm;
    this.resolver = resolver;
  }

  /** Who does it, and where it finds the GTMs and the catalog node. */
  public record Place(String agent, List<GtmAddress> gtms, NodeEndpoint catalog) {
    public Place {
      gtms = List.copyOf(gtms);
    }
  }

  /** Begins at once, and goes on for as long as the GTM or servers are away. */
  public static Recovery start(Place place, Secret secret) {
    CompletableFuture<Resolver> started = new CompletableFuture<>();
    GtmClientConfig config =
        new GtmClientConfig(place.gtms(), secret.password(), place.agent(), Role.AGENT);
    GtmClient gtm =
        GtmClient.start(
            config,
            new GtmClient.Listener() {
              @Override
              public void fenceWanted(CoordinatorEpoch epoch) {
                var _ = started.thenAccept(Resolver::wake);
              }
            });
    Resolver resolver =
        Resolver.start(place.catalog(), new MetadataNodeDirectory(), secret, new GtmLiveness(gtm));
    started.complete(resolver);
    return new Recovery(gtm, resolver);
  }

  /** What the resolver has done. */
  public RecoveryFigures figures() {
    return resolver.figures();
  }

  @Override
  public void close() {
    resolver.close();
    gtm.close();
  }
}
