package dev.drover.agent.postgres;

/** PostgreSQL's shutdown modes that Drover uses, by the signal that asks for them. */
public enum StopMode {
  /** Sessions are ended, then a checkpoint. */
  FAST("INT"),
  /** As in a crash: the next start recovers. */
  IMMEDIATE("QUIT"),
  /** A crash of the postmaster: its children are left alone. */
  KILL("KILL");

  private final String signal;

  StopMode(String signal) {
    this.signal = signal;
  }

  String signal() {
    return signal;
  }
}
