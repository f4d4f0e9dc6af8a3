package dev.drover.agent.recovery;

/** What a participant's server holds of a transaction, once its coordinator is shut out there. */
public enum ParticipantState {
  /** Its part is prepared. */
  PREPARED,
  /** The commit record is visible: its part has committed. */
  COMMITTED,
  /** Neither: its part was never prepared, or was rolled back. */
  ABSENT,
  /** Another record stands in the commit record's place: its part can never commit. */
  EXCLUDED,
  /** The server cannot be asked. */
  UNKNOWN
}
