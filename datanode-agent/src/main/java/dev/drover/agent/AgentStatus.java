package dev.drover.agent;

/**
 * What an agent knows about its server at one moment.
 *
 * <p>Threads: immutable.
 */
public record AgentStatus(String node, State state, long serverProcessId, int restarts) {
  /** The life of a supervised server. */
  public enum State {
    STARTING,
    READY,
    /** It ended unasked or did not start; another start follows. */
    CRASHED,
    STOPPED
  }
}
