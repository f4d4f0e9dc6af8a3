package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.output.ClientOutput;
import dev.drover.coordinator.txn.Transaction;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.ClientEncoding;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder;
import dev.drover.pgwire.MessageType.Frontend;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.pgwire.netty.FrontendChannel;
import dev.drover.pgwire.netty.FrontendListener;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.EventLoop;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client's session, as a state machine over its messages.
 *
 * <p>A message is taken when the one before it is done; meanwhile the rest waits. After an error in
 * the extended protocol everything up to the next Sync is skipped. What lies between two Syncs, or
 * in one Query, is one transaction unless the client has begun its own.
 *
 * <pre>
 * state      message                      next
 * ---------  ---------------------------  -------------------------------------------
 * login      PasswordMessage              login, idle (authenticated) or closed
 * idle       Query                        busy, then idle after ReadyForQuery
 * idle       Parse Bind Describe Close    idle, or busy while the catalog node is asked
 * idle       Execute                      busy, then idle
 * idle       Sync                         busy while the unit commits, then idle
 * any        error in extended protocol   skipping
 * skipping   Sync                         idle
 * busy       any, while a COPY takes them go to the running COPY
 * any        Terminate, connection lost   closed: open work is rolled back
 * </pre>
 *
 * <p>Threads: confined to the event loop of its channel.
 */
public final class Session implements FrontendListener {
  private static final Logger LOG = LoggerFactory.getLogger(Session.class);

  private final Function<EventLoop, SessionServices> servicesOfLoop;
  private final MessageQueue queue = new MessageQueue();
  private Optional<FrontendChannel> channel = Optional.empty();
  private Optional<SessionServices> services = Optional.empty();
  private Optional<SessionCounts> counts = Optional.empty();
  private Optional<Login> login = Optional.empty();
  private Optional<Established> established = Optional.empty();
  private Optional<Operator> running = Optional.empty();
  private boolean busy;
  private boolean skipping;
  private boolean draining;
  private boolean closed;

  /** What exists once the client is authenticated. */
  record Established(
      SessionRegistry.Key key,
      Transaction transaction,
      ClientOutput output,
      ExtendedProtocol extended,
      SimpleProtocol simple,
      StatementRunner runner) {}

  /** The services are those of the event loop that the client's channel turns out to be on. */
  public Session(Function<EventLoop, SessionServices> servicesOfLoop) {
    this.servicesOfLoop = servicesOfLoop;
  }

  @Override
  public void opened(FrontendChannel opened) {
    channel = Optional.of(opened);
    services = Optional.of(servicesOfLoop.apply(opened.loop()));
    services().sessions().add(this);
    counts = Optional.of(new SessionCounts(services().counts()));
  }

  FrontendChannel channel() {
    return channel.orElseThrow();
  }

  SessionServices services() {
    return services.orElseThrow();
  }

  SessionCounts counts() {
    return counts.orElseThrow();
  }

  Established established() {
    return established.orElseThrow();
  }

  @Override
  public void startup(Map<String, String> parameters) {
    Login started = new Login(this, parameters);
    login = Optional.of(started);
    started.start();
  }

  /** The client has proved who it is, and the session is set up. */
  void established(Established ready) {
    established = Optional.of(ready);
    services().counts().sessionOpened();
    login = Optional.empty();
    channel().authenticated();
    readyForQuery();
  }

  @Override
  public void cancel(int processId, byte[] secret) {
    services()
        .registry()
        .find(processId, secret)
        .ifPresent(target -> target.channel().loop().execute(target::cancelRunning));
    channel().closeAfterFlush();
  }

  private void cancelRunning() {
    established.ifPresent(e -> e.transaction().waits().cancel());
    running.ifPresent(Operator::cancel);
  }

  @Override
  public void message(byte type, ByteBuf body) {
    if (login.isPresent()) {
      login.get().password(body);
      return;
    }
    if (queue.isEmpty() && copying()) {
      copyMessage(type, body);
      return;
    }
    queue.add(type, body);
    if (queue.full()) {
      channel().pause();
    }
  }

  /** The running operator takes the client's messages, whatever they are. */
  private boolean copying() {
    return running.isPresent() && running.get().copying();
  }

  @Override
  public void burstEnd() {
    drain();
  }

  /** Takes messages until one has to be waited for. */
  void drain() {
    if (draining) {
      return;
    }
    draining = true;
    try {
      while (!closed && (!busy || copying())) {
        MessageQueue.Message message = queue.poll();
        if (message == null) {
          break;
        }
        if (settles(message)) {
          continue;
        }
        try {
          dispatch(message.type(), message.body());
        } finally {
          message.body().release();
        }
      }
    } finally {
      draining = false;
    }
    if (!awaitsWholeAnswer()) {
      channel().flush();
    }
    if (!queue.full() && !closed) {
      channel().resume();
    }
  }

  /** The client's next message is a Sync, so what it has been told so far need not go alone. */
  private boolean awaitsWholeAnswer() {
    return busy && queue.peekType() == Frontend.SYNC;
  }

  /** The answer to a Bind that is kept back comes first, the message then once more. */
  private boolean settles(MessageQueue.Message message) {
    ExtendedProtocol extended = established().extended();
    if (!extended.mustSettle(message.type(), message.body())) {
      return false;
    }
    queue.putBack(message);
    extended.settle();
    return true;
  }

  private void dispatch(byte type, ByteBuf body) {
    if (copying()) {
      copyMessage(type, body);
    } else {
      take(type, body);
    }
  }

  private void copyMessage(byte type, ByteBuf body) {
    Operator copy = running.orElseThrow();
    try {
      copy.copyMessage(type, inUtf8(type, body));
    } catch (SqlError error) {
      byte[] why = error.getMessage().getBytes(StandardCharsets.UTF_8);
      copy.copyMessage(Frontend.COPY_FAIL, Unpooled.copiedBuffer(why, new byte[1]));
    }
  }

  private ByteBuf inUtf8(byte type, ByteBuf body) {
    Optional<ClientEncoding> encoding = channel().encoding();
    return encoding.isEmpty() ? body : encoding.get().decode(type, body);
  }

  private void take(byte type, ByteBuf received) {
    if (skipping && type != Frontend.SYNC && type != Frontend.TERMINATE) {
      return;
    }
    Established e = established();
    try {
      ByteBuf body = inUtf8(type, received);
      switch (type) {
        case Frontend.QUERY -> e.simple().query(queryText(body));
        case Frontend.PARSE -> e.extended().parse(FrontendDecoder.Parse.decode(body));
        case Frontend.BIND -> e.extended().bind(FrontendDecoder.Bind.decode(body));
        case Frontend.DESCRIBE -> e.extended().describe(FrontendDecoder.Describe.decode(body));
        case Frontend.EXECUTE -> e.extended().execute(FrontendDecoder.Execute.decode(body));
        case Frontend.CLOSE -> e.extended().close(FrontendDecoder.Close.decode(body));
        case Frontend.SYNC -> sync();
        case Frontend.FLUSH -> channel().flush();
        case Frontend.TERMINATE -> channel().closeAfterFlush();
        case Frontend.FUNCTION_CALL ->
            new FunctionCalls(this, e.runner()).call(FrontendDecoder.FunctionCall.decode(body));
        default -> {
          // CopyData after a failed COPY: PostgreSQL drops it too.
        }
      }
    } catch (SqlError error) {
      if (type == Frontend.QUERY || type == Frontend.FUNCTION_CALL) {
        e.simple().failed(ErrorFields.of(error, Severity.ERROR));
      } else {
        extendedError(ErrorFields.of(error, Severity.ERROR));
      }
    }
  }

  private static byte[] queryText(ByteBuf body) {
    int end = body.writerIndex() - 1;
    if (end < body.readerIndex() || body.getByte(end) != 0) {
      throw SqlError.of(SqlState.PROTOCOL_VIOLATION, "invalid string in message");
    }
    byte[] text = new byte[end - body.readerIndex()];
    body.readBytes(text);
    return text;
  }

  private void sync() {
    skipping = false;
    established().extended().unitEnds();
    established().runner().endUnit(this::syncEnded);
  }

  private void syncEnded(Optional<ErrorFields> error) {
    error.ifPresent(e -> established().output().error(e));
    readyForQuery();
  }

  /** True when the next message is a Sync that has been read already. */
  boolean syncFollows() {
    return queue.peekType() == Frontend.SYNC;
  }

  /** An error in the extended protocol: the rest of the unit is skipped. */
  void extendedError(ErrorFields error) {
    Established e = established();
    e.transaction().fail();
    e.output().error(error);
    skipping = true;
    free();
  }

  void readyForQuery() {
    Established e = established();
    char status =
        switch (e.transaction().scope()) {
          case NONE, BARE, IMPLICIT -> 'I';
          case EXPLICIT -> e.transaction().failed() ? 'E' : 'T';
        };
    if (status == 'E') {
      e.runner().settingsTracker().aborted();
    }
    e.runner().settingsTracker().tellChanges();
    if (status == 'I') {
      e.runner().control().notifications().deliver();
    }
    BackendEncoder.readyForQuery(channel().out(), status);
    free();
  }

  /** Nothing runs, and nothing is left open between two Syncs. */
  boolean isIdle() {
    return !busy && established().transaction().scope() == Transaction.Scope.NONE;
  }

  /** Until {@link #free} no further message is taken. */
  void occupy() {
    busy = true;
  }

  void free() {
    busy = false;
    counts().answered();
    running = Optional.empty();
    if (!draining) {
      drain();
    }
  }

  /** The operator that messages of a COPY and the client's readiness go to. */
  void running(Operator operator) {
    running = Optional.of(operator);
  }

  Optional<Operator> currentOperator() {
    return running;
  }

  /** The view under which the next statement is planned. */
  CatalogView view() {
    return established().runner().view();
  }

  @Override
  public void writable(boolean writable) {
    running.ifPresent(o -> o.clientWritable(writable));
  }

  void synchronizationLost(ErrorFields error) {
    established().output().error(error);
    fatal(
        SqlError.of(
            SqlState.PROTOCOL_VIOLATION,
            "terminating connection because protocol synchronization was lost"));
  }

  /** Ends the session with an error that the client is told. */
  void fatal(SqlError error) {
    BackendEncoder.error(channel().out(), ErrorFields.of(error, Severity.FATAL));
    channel().closeAfterFlush();
  }

  /** The coordinator stops. */
  public void shutDown() {
    if (!closed) {
      fatal(
          SqlError.of(
              SqlState.ADMIN_SHUTDOWN, "terminating connection due to administrator command"));
    }
  }

  @Override
  public void closed() {
    closed = true;
    queue.clear();
    running.ifPresent(Operator::clientGone);
    services().sessions().remove(this);
    established.ifPresent(
        e -> {
          services().registry().unregister(e.key().processId());
          e.extended().transactionEnded();
          e.runner().control().abandon();
          e.transaction().abandon();
        });
    LOG.debug("event=session_closed");
  }
}
