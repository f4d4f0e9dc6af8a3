package dev.drover.coordinator.exec;

import dev.drover.coordinator.pool.Backend;
import dev.drover.pgwire.BindParameters;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.pgwire.FrontendEncoder;
import dev.drover.pgwire.Protocol;
import io.netty.buffer.ByteBuf;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;

/**
 * A statement that a server has been asked to bind, in a unit that is still open.
 *
 * <p>Threads: confined to the session's event loop.
 *
 * @param rendering of the text that was sent
 * @param statement its name on the server
 * @param unused parameters that the server's text does not mention
 */
public record BoundQuery(
    Backend backend,
    Rendering rendering,
    ServerCommand.Bound bound,
    String statement,
    BitSet unused)
    implements MomentBinding.Unit {
  private static final int[] NO_FORMATS = {};

  @Override
  public EventLoop loop() {
    return backend.link().loop();
  }

  void bind(ByteBuf out) {
    Bind bind = rendering.call().bind().orElse(null);
    TextParameters added = rendering.parameters();
    String portal = bound.portal();
    if (!rendering.arrays().isEmpty()) {
      int[] asked = bind == null ? NO_FORMATS : bind.resultFormats();
      int[] formats = bound.resultFormats().orElse(asked);
      FrontendEncoder.bind(out, portal, statement, valuesAndArrays(bind), formats);
    } else if (bind == null) {
      int[] formats = bound.resultFormats().orElse(NO_FORMATS);
      FrontendEncoder.Texts texts = new FrontendEncoder.Texts(added.count(), rendering::writeValue);
      FrontendEncoder.bindTexts(out, portal, statement, texts, formats);
    } else if (bound.resultFormats().isEmpty() && unused.isEmpty() && added.isEmpty()) {
      FrontendEncoder.bind(out, portal, statement, bind);
    } else {
      int[] formats = bound.resultFormats().orElse(bind.resultFormats());
      FrontendEncoder.bind(out, portal, statement, values(bind), formats);
    }
  }

  private BindParameters values(Bind bind) {
    int added = rendering.parameters().count();
    List<byte[]> values = new ArrayList<>(bind.paramCount() + added);
    int[] formats = new int[bind.paramCount() + added];
    for (int i = 0; i < bind.paramCount(); i++) {
      formats[i] = bind.format(i);
      values.add(unused.get(i) ? null : value(bind, i));
    }
    for (int i = 0; i < added; i++) {
      values.add(rendering.value(i));
    }
    return BindParameters.of(formats, values);
  }

  /** Those of the client, if it has any, then those that have moved. */
  private BindParameters valuesAndArrays(Bind bind) {
    int own = bind == null ? 0 : bind.paramCount();
    List<byte[]> values = new ArrayList<>();
    int[] formats = new int[own + rendering.arrays().size()];
    for (int i = 0; i < own; i++) {
      formats[i] = bind.format(i);
      values.add(unused.get(i) ? null : value(bind, i));
    }
    for (byte[] array : rendering.arrays()) {
      formats[values.size()] = Protocol.BINARY_FORMAT;
      values.add(array);
    }
    return BindParameters.of(formats, values);
  }

  private static byte[] value(Bind bind, int index) {
    if (bind.isNull(index)) {
      return null;
    }
    int start = bind.offset(index);
    return Arrays.copyOfRange(bind.bytes(), start, start + bind.length(index));
  }

  /** Lets the server answer what it has been sent. */
  public void flush() {
    FrontendEncoder.flush(backend.link().out());
    backend.link().flush();
  }

  @Override
  public void bindAgain() {
    bindAgain(backend.link().out());
    flush();
  }

  /** Anew, with a snapshot of now; the caller flushes. */
  public void bindAgain(ByteBuf out) {
    if (!bound.portal().isEmpty()) {
      FrontendEncoder.closePortal(out, bound.portal());
    }
    bind(out);
  }

  @Override
  public void run() {
    execute();
    backend.link().flush();
  }

  @Override
  public void leave() {
    sync();
    backend.link().flush();
  }

  /** Runs it and ends the unit; the caller flushes. */
  void execute() {
    FrontendEncoder.execute(backend.link().out(), bound.portal(), bound.maxRows());
    sync();
  }

  /** Ends the unit; the caller flushes. */
  void sync() {
    FrontendEncoder.sync(backend.link().out());
  }
}
