package dev.drover.agent.postgres;

/** What becomes of a server when the process that started it dies without stopping it. */
public enum Lifetime {
  /** It goes on; the next process that starts it adopts it. */
  INDEPENDENT,
  /** It shuts down: for tests and trials. */
  BOUND_TO_STARTER
}
