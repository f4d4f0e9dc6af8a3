package dev.drover.gtm.server;

import dev.drover.gtm.core.GtmEffect;

/**
 * Where a core's effects go.
 *
 * <p>Threads: thread-safe.
 */
record Outlet(ServerConnections connections, LockPoller poller) {
  void carryOut(GtmEffect effect) {
    switch (effect) {
      case GtmEffect.Send(long connection, var message) -> connections.send(connection, message);
      case GtmEffect.PollLocks poll -> poller.poll(poll);
    }
  }
}
