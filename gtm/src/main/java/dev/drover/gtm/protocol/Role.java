package dev.drover.gtm.protocol;

/** What a client of the GTM is. */
public enum Role {
  /** Holds a lease with an epoch, draws GXIDs, publishes catalog changes. */
  COORDINATOR,
  /** Asks who lives and reports who was fenced; holds no lease. */
  AGENT
}
