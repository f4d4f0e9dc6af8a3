package dev.drover.coordinator.copy;

/** The three encodings of COPY data. */
public enum CopyFormat {
  TEXT,
  CSV,
  BINARY
}
