package dev.drover.gtm.client;

import dev.drover.gtm.gate.GateUse;
import dev.drover.gtm.protocol.GateLimits;

/**
 * One closing of a coordinator's gate, and how far it has got.
 *
 * <p>Threads: confined to the owning {@link GateView}.
 */
final class GateRound {
  /** No window of the GTM: the coordinator is alone. */
  private static final long ALONE = 0;

  private final long number;
  private final long window;
  private final GateLimits limits;
  private final boolean isDirect;
  private final long startedAt;
  private Stage stage = Stage.CLOSING;
  private long aloneUntil;
  private long until;
  private long heldAt;
  private boolean waited;
  private boolean metCommits;
  private long through;

  /** The states of {@link GateView} in which the gate is closed. */
  enum Stage {
    CLOSING,
    DRAINED,
    HOLDING,
    HELD,
    TAKING,
    TAKEN
  }

  private GateRound(long number, long window, GateLimits limits, boolean isDirect, Span span) {
    this.number = number;
    this.window = window;
    this.limits = limits;
    this.isDirect = isDirect;
    this.aloneUntil = span.aloneUntil();
    this.startedAt = span.startedAt();
    this.until = startedAt + (isDirect ? limits.holdNanos() : limits.closedNanos());
  }

  private record Span(long startedAt, long aloneUntil) {}

  /** A window of the GTM that waits for second phases first. */
  static GateRound staged(long number, long window, GateLimits limits, long now) {
    return new GateRound(number, window, limits, false, new Span(now, now));
  }

  /** A window of the GTM that is refused if a second phase runs. */
  static GateRound direct(long number, long window, GateLimits limits, long now) {
    return new GateRound(number, window, limits, true, new Span(now, now));
  }

  /** A closing of which nobody else need know, if it is over by then. */
  static GateRound alone(long number, GateLimits limits, long aloneUntil, long now) {
    return new GateRound(number, ALONE, limits, false, new Span(now, aloneUntil));
  }

  /** What the coordinator knows it by. */
  long number() {
    return number;
  }

  /** What the GTM knows it by. */
  long window() {
    return window;
  }

  boolean isOf(long asked) {
    return window == asked && !isAlone();
  }

  boolean isAlone() {
    return window == ALONE;
  }

  boolean isStillAlone(long now) {
    return now - aloneUntil < 0;
  }

  /** A promise that is renewed before it has ended goes on without a gap. */
  void goesOnAlone(long until, long now) {
    if (isStillAlone(now) && until - aloneUntil > 0) {
      aloneUntil = until;
    }
  }

  boolean isDirect() {
    return isDirect;
  }

  Stage stage() {
    return stage;
  }

  boolean hasWaited() {
    return waited;
  }

  long through() {
    return through;
  }

  long until() {
    return until;
  }

  boolean isLate(long now) {
    return now - until >= 0;
  }

  void waits() {
    waited = true;
  }

  void drained() {
    stage = Stage.DRAINED;
  }

  /** The limit of a direct window counts from its first word, so that it cannot double. */
  void hold(long now) {
    stage = Stage.HOLDING;
    heldAt = now;
    if (!isDirect) {
      until = now + limits.holdNanos();
    }
  }

  void held(boolean commitsRun) {
    stage = Stage.HELD;
    metCommits = commitsRun;
  }

  void take(long last) {
    stage = Stage.TAKING;
    through = last;
  }

  void taken() {
    stage = Stage.TAKEN;
  }

  GateUse use(long now) {
    boolean isHolding = stage != Stage.CLOSING && stage != Stage.DRAINED;
    return new GateUse(now - startedAt, isHolding ? now - heldAt : 0, waited, metCommits);
  }
}
