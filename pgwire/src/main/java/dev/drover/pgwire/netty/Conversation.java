package dev.drover.pgwire.netty;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType.Backend;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.ServerError;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import io.netty.buffer.ByteBuf;
import java.util.ArrayDeque;
import java.util.Collections;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.function.Consumer;

/**
 * What a server says on one link, and who takes it.
 *
 * <p>Until the first ReadyForQuery messages belong to the startup; afterwards each goes to the
 * reply at the head of the queue, which ReadyForQuery takes off, or to the listener.
 *
 * <p>Threads: confined to the link's loop.
 */
final class Conversation {
  private final LinkStartup startup;
  private final Queue<Reply> replies = new ArrayDeque<>();
  private final Map<String, String> parameters = new HashMap<>();
  private LinkListener listener = LinkListener.NONE;
  private Consumer<BackendDecoder.Notification> notifications = _ -> {};
  private String lastWords = "";
  private long asked;
  private int processId;
  private byte[] cancelKey = new byte[0];
  private char status = Protocol.IDLE;
  private boolean open;

  Conversation(LinkStartup startup) {
    this.startup = requireNonNull(startup);
  }

  /** Takes a message; {@link #isOpen} may be true from then on. */
  void message(byte type, ByteBuf body) {
    if (open) {
      answer(type, body);
    } else {
      start(type, body);
    }
  }

  /** Takes rows; owns the buffer. */
  void rows(ByteBuf run) {
    replies.element().rows(run);
  }

  void expect(Reply reply) {
    replies.add(requireNonNull(reply));
    asked++;
  }

  boolean isAnswering() {
    return !replies.isEmpty();
  }

  boolean takesPieces() {
    Reply reply = replies.peek();
    return reply != null && !reply.wholeFrames();
  }

  void burstEnd() {
    Reply reply = replies.peek();
    if (reply != null) {
      reply.burstEnd();
    }
  }

  /** Takes the next reply off, to be told that it is broken. */
  Reply abandon() {
    return replies.remove();
  }

  void setListener(LinkListener newListener) {
    listener = requireNonNull(newListener);
  }

  void setNotifications(Consumer<BackendDecoder.Notification> receiver) {
    notifications = requireNonNull(receiver);
  }

  LinkListener listener() {
    return listener;
  }

  boolean isOpen() {
    return open;
  }

  long asked() {
    return asked;
  }

  int pending() {
    return replies.size();
  }

  int processId() {
    return processId;
  }

  byte[] cancelKey() {
    return cancelKey;
  }

  char status() {
    return status;
  }

  Map<String, String> parameters() {
    return Collections.unmodifiableMap(parameters);
  }

  /** The loss of the link, with what the server may have said before it left. */
  SqlError lost(String message) {
    SqlError error = SqlError.of(SqlState.CONNECTION_FAILURE, message);
    return lastWords.isEmpty() ? error : error.withDetail("The server said: " + lastWords + ".");
  }

  private void start(byte type, ByteBuf body) {
    switch (type) {
      case Backend.AUTHENTICATION ->
          startup.authentication(BackendDecoder.Authentication.decode(body));
      case Backend.PARAMETER_STATUS -> keep(BackendDecoder.ParameterStatus.decode(body));
      case Backend.BACKEND_KEY_DATA -> {
        BackendDecoder.BackendKeyData data = BackendDecoder.BackendKeyData.decode(body);
        processId = data.processId();
        cancelKey = data.key();
      }
      case Backend.READY_FOR_QUERY -> {
        if (!startup.isAuthenticated()) {
          throw unexpected(type);
        }
        status = BackendDecoder.readyForQuery(body);
        open = true;
      }
      case Backend.ERROR -> throw new ServerError(ErrorFields.decode(body));
      case Backend.NOTICE, Backend.NEGOTIATE_PROTOCOL_VERSION -> {}
      default -> throw unexpected(type);
    }
  }

  private void answer(byte type, ByteBuf body) {
    switch (type) {
      case Backend.READY_FOR_QUERY -> {
        status = BackendDecoder.readyForQuery(body);
        Reply reply = replies.poll();
        if (reply == null) {
          throw unexpected(type);
        }
        reply.ready(status);
      }
      case Backend.PARAMETER_STATUS -> {
        keep(BackendDecoder.ParameterStatus.decode(body.slice()));
        tell(type, body);
      }
      case Backend.ERROR -> {
        if (replies.isEmpty()) {
          lastWords = ErrorFields.decode(body.slice()).toString();
        }
        tell(type, body);
      }
      case Backend.NOTICE -> tell(type, body);
      case Backend.NOTIFICATION -> notifications.accept(BackendDecoder.Notification.decode(body));
      default -> {
        if (replies.isEmpty()) {
          throw unexpected(type);
        }
        tell(type, body);
      }
    }
  }

  private void tell(byte type, ByteBuf body) {
    Reply reply = replies.peek();
    if (reply == null) {
      listener.message(type, body);
    } else {
      reply.message(type, body);
    }
  }

  private void keep(BackendDecoder.ParameterStatus parameter) {
    parameters.put(parameter.name(), parameter.value());
  }

  private static SqlError unexpected(byte type) {
    return SqlError.of(
        SqlState.PROTOCOL_VIOLATION, "unexpected backend message type %d".formatted(type));
  }
}
