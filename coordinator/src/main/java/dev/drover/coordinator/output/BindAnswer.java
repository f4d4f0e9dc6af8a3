package dev.drover.coordinator.output;

import static java.util.Objects.requireNonNull;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.FrontendDecoder.Bind;
import java.util.Optional;

/**
 * The answers to Bind, and to Describe of the portal, which are kept back until the servers have
 * answered their own Bind.
 *
 * <p>PostgreSQL reads parameters, checks rights and folds constants when it binds; only a server
 * can tell whether that succeeds, and it is asked together with Execute. What any server or Drover
 * finds before all servers have bound is told the client instead of these answers.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class BindAnswer {
  private final ClientOutput output;
  private boolean held;
  private CachedPlan plan;
  private Bind bind;
  private int describes;

  BindAnswer(ClientOutput output) {
    this.output = requireNonNull(output);
  }

  /** Keeps the answer to this Bind back. */
  public void hold(CachedPlan boundPlan, Bind message) {
    plan = requireNonNull(boundPlan);
    bind = requireNonNull(message);
    describes = 0;
    held = true;
  }

  public boolean held() {
    return held;
  }

  /** True when the answer to this portal's Bind is kept back. */
  public boolean heldFor(String portal) {
    return held && bind.portal().equals(portal);
  }

  /** Whose answer is kept back. */
  public String portal() {
    return bind.portal();
  }

  /** Describe of the portal, answered after its Bind. */
  public void describe() {
    describes++;
  }

  /** The statement is bound: tells the client what was kept back. */
  void tell() {
    if (!held) {
      return;
    }
    held = false;
    BackendEncoder.bindComplete(output.channel().out());
    for (int i = 0; i < describes; i++) {
      output.describe(plan, Optional.of(bind));
    }
  }

  /** An error takes the answers' place. */
  void drop() {
    held = false;
  }
}
