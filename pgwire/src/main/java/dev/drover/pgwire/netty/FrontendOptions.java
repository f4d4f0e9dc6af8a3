package dev.drover.pgwire.netty;

import dev.drover.pgwire.Protocol;
import java.time.Duration;

/**
 * Limits on clients.
 *
 * <p>{@code maxMessageBytes} bounds one message of an authenticated client, {@code
 * maxCopyDataBytes} one CopyData, that is one read buffer's worth of COPY input.
 */
public record FrontendOptions(
    Duration authenticationTimeout, int maxMessageBytes, int maxCopyDataBytes) {
  private static final Duration DEFAULT_AUTHENTICATION_TIMEOUT = Duration.ofSeconds(60);
  private static final int DEFAULT_MAX_COPY_DATA_BYTES = 256 << 20;

  public FrontendOptions {
    if (!authenticationTimeout.isPositive()) {
      throw new IllegalArgumentException("authenticationTimeout must be positive");
    }
    check("maxMessageBytes", maxMessageBytes);
    check("maxCopyDataBytes", maxCopyDataBytes);
  }

  public static FrontendOptions defaults() {
    return new FrontendOptions(
        DEFAULT_AUTHENTICATION_TIMEOUT, Protocol.MAX_MESSAGE_BYTES, DEFAULT_MAX_COPY_DATA_BYTES);
  }

  public FrontendOptions withAuthenticationTimeout(Duration timeout) {
    return new FrontendOptions(timeout, maxMessageBytes, maxCopyDataBytes);
  }

  private static void check(String name, int bytes) {
    if (bytes < Protocol.MAX_STARTUP_BYTES || bytes > Protocol.MAX_MESSAGE_BYTES) {
      throw new IllegalArgumentException(
          "%s must lie between %d and %d"
              .formatted(name, Protocol.MAX_STARTUP_BYTES, Protocol.MAX_MESSAGE_BYTES));
    }
  }
}
