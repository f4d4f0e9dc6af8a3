package dev.drover.coordinator.session;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The sessions of this coordinator by the key that a cancel request names.
 *
 * <p>Threads: thread-safe.
 */
public final class SessionRegistry {
  private static final int SECRET_BYTES = 4;

  /** What BackendKeyData tells the client. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Key(int processId, byte[] secret) {}

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Entry(byte[] secret, Session session) {}

  private final Map<Integer, Entry> sessions = new ConcurrentHashMap<>();
  private final SecureRandom random = new SecureRandom();
  private final AtomicInteger next = new AtomicInteger();
  private final int base;

  /** {@code coordinatorId} goes into the upper bits of the process ids that clients see. */
  public SessionRegistry(int coordinatorId) {
    this.base = (coordinatorId & 0x3ff) << 20;
  }

  Key register(Session session) {
    byte[] secret = new byte[SECRET_BYTES];
    random.nextBytes(secret);
    int processId = base | (next.incrementAndGet() & 0xfffff);
    sessions.put(processId, new Entry(secret, session));
    return new Key(processId, secret);
  }

  void unregister(int processId) {
    sessions.remove(processId);
  }

  Optional<Session> find(int processId, byte[] secret) {
    Entry entry = sessions.get(processId);
    boolean found = entry != null && MessageDigest.isEqual(entry.secret(), secret);
    return found ? Optional.of(entry.session()) : Optional.empty();
  }
}
