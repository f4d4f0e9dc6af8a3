package dev.drover.pgwire.netty;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.BackendDecoder.Authentication;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.scram.ScramClient;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * The client's side of authentication on one link.
 *
 * <p>Threads: confined to the link's loop; deriving keys from a password happens beside it.
 */
final class LinkStartup {
  private static final SecureRandom RANDOM = new SecureRandom();
  private static final int MD5_SALT_BYTES = 4;

  private final LinkOptions options;
  private final Outbound outbound;
  private final Executor loop;
  private final Consumer<Throwable> failed;
  private ScramClient scram;
  private boolean serverVerified;
  private boolean authenticated;

  LinkStartup(LinkOptions options, Outbound outbound, Executor loop, Consumer<Throwable> failed) {
    this.options = requireNonNull(options);
    this.outbound = requireNonNull(outbound);
    this.loop = requireNonNull(loop);
    this.failed = requireNonNull(failed);
  }

  void begin() {
    FrontendEncoder.startup(outbound.out(), options.startupParameters());
    outbound.flush();
  }

  boolean isAuthenticated() {
    return authenticated;
  }

  void authentication(Authentication request) {
    switch (request.kind()) {
      case Protocol.AUTHENTICATION_OK -> accepted();
      case Protocol.AUTHENTICATION_CLEARTEXT -> sendPassword(password("a password"));
      case Protocol.AUTHENTICATION_MD5 -> sendPassword(md5(request.data()));
      case Protocol.AUTHENTICATION_SASL -> beginScram(request.data());
      case Protocol.AUTHENTICATION_SASL_CONTINUE -> continueScram(request.data());
      case Protocol.AUTHENTICATION_SASL_FINAL -> finishScram(request.data());
      default ->
          throw refused("the server asks for authentication of kind %d".formatted(request.kind()));
    }
  }

  private void accepted() {
    if (scram != null && !serverVerified) {
      throw refused("the server ended a SCRAM exchange without proving itself");
    }
    authenticated = true;
  }

  private void sendPassword(String password) {
    FrontendEncoder.password(outbound.out(), password);
    outbound.flush();
  }

  private void beginScram(byte[] mechanisms) {
    if (!List.of(new String(mechanisms, UTF_8).split("\0", -1)).contains(Protocol.SCRAM_SHA_256)) {
      throw refused("the server offers no SASL mechanism known here");
    }
    scram =
        switch (options.credentials()) {
          case Credentials.None _ -> throw refused("the server asks for SCRAM credentials");
          case Credentials.Password(String password) -> ScramClient.withPassword(password, RANDOM);
          case Credentials.ScramKeys keys -> ScramClient.withKeys(keys.pair(), RANDOM);
        };
    FrontendEncoder.saslInitialResponse(
        outbound.out(), Protocol.SCRAM_SHA_256, scram.clientFirst());
    outbound.flush();
  }

  private void continueScram(byte[] serverFirst) {
    ScramClient client = startedScram();
    if (!client.isCostly()) {
      sendProof(client.clientFinal(serverFirst));
      return;
    }
    Thread.ofVirtual().name("drover-scram").start(() -> deriveAndSend(client, serverFirst));
  }

  private void deriveAndSend(ScramClient client, byte[] serverFirst) {
    try {
      byte[] proof = client.clientFinal(serverFirst);
      loop.execute(() -> sendProof(proof));
    } catch (RuntimeException failure) {
      loop.execute(() -> failed.accept(failure));
    }
  }

  private void sendProof(byte[] proof) {
    FrontendEncoder.saslResponse(outbound.out(), proof);
    outbound.flush();
  }

  private void finishScram(byte[] serverFinal) {
    startedScram().verify(serverFinal);
    serverVerified = true;
  }

  private ScramClient startedScram() {
    if (scram == null) {
      throw refused("the server continues a SCRAM exchange that it did not start");
    }
    return scram;
  }

  private String password(String asked) {
    return switch (options.credentials()) {
      case Credentials.Password(String password) -> password;
      case Credentials.None _ -> throw refused("the server asks for " + asked);
      case Credentials.ScramKeys _ -> throw refused("the server asks for " + asked);
    };
  }

  private String md5(byte[] salt) {
    if (salt.length != MD5_SALT_BYTES) {
      throw refused("the server sent an MD5 salt of %d bytes".formatted(salt.length));
    }
    String inner = md5Hex((password("an MD5 password") + options.user()).getBytes(UTF_8));
    byte[] salted = Arrays.copyOf(inner.getBytes(UTF_8), inner.length() + salt.length);
    System.arraycopy(salt, 0, salted, inner.length(), salt.length);
    return "md5" + md5Hex(salted);
  }

  private static String md5Hex(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("MD5").digest(bytes));
    } catch (NoSuchAlgorithmException missing) {
      throw new IllegalStateException("every Java has MD5", missing);
    }
  }

  private static SqlError refused(String message) {
    return SqlError.of(SqlState.INVALID_AUTHORIZATION_SPECIFICATION, message);
  }
}
