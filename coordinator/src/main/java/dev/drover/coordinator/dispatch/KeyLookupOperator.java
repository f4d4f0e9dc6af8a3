package dev.drover.coordinator.dispatch;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.PlacedReply;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.ServerCommand;
import dev.drover.coordinator.exec.Slots;
import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.MessageType;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.plan.KeyValue;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Asks PostgreSQL for the binary form of key values whose text means different things under
 * different settings, and then runs the plan.
 *
 * <p>Threads: confined to the session's event loop.
 */
final class KeyLookupOperator implements Operator, Reply {
  private static final int[] BINARY = {1};

  private final Call call;
  private final Plan plan;
  private final List<Pin> pins;
  private final int[] slots;
  private Optional<Backend> backend = Optional.empty();
  private Optional<Operator> inner = Optional.empty();
  private Optional<ErrorFields> error = Optional.empty();
  private List<byte[]> values = List.of();

  KeyLookupOperator(Call call, Plan plan, List<Pin> pins, int[] slots) {
    this.call = call;
    this.plan = plan;
    this.pins = pins;
    this.slots = slots;
  }

  @Override
  public void start() {
    call.services()
        .pool()
        .acquire(
            Node.CATALOG_ID,
            call.transaction().role(),
            new BackendPool.Request() {
              @Override
              public void acquired(Backend acquired) {
                backend = Optional.of(acquired);
                ask(acquired);
              }

              @Override
              public void refused(SqlError why) {
                call.transaction().fail();
                call.failed(why);
              }
            });
  }

  private void ask(Backend catalog) {
    catalog.applySettings(call.settings());
    Rendering rendering = new Rendering(call, List.of(), new int[0]);
    ServerCommand.Bound bound = new ServerCommand.Bound(question(), 0, Optional.of(BINARY), 0, "");
    Reply placed = new PlacedReply(this, rendering, bound.sql());
    ServerCommand.execute(catalog, call, bound, rendering, placed);
    catalog.link().flush();
  }

  /** One column per key value of every pin whose slot is unknown. */
  private SqlText question() {
    List<Piece> pieces = new ArrayList<>();
    String separator = "SELECT ";
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] == Slots.UNKNOWN) {
        for (KeyValue value : pins.get(i).key()) {
          pieces.add(Piece.Fixed.of(separator));
          column(value, pieces);
          separator = ", ";
        }
      }
    }
    return new SqlText(pieces);
  }

  private static void column(KeyValue value, List<Piece> pieces) {
    switch (value) {
      case KeyValue.Lifted lifted -> {
        pieces.add(Piece.Fixed.of(lifted.negated() ? "(-" : "("));
        pieces.add(new Piece.Lifted(lifted.ordinal()));
        pieces.add(Piece.Fixed.of(")::" + typeName(lifted.type())));
      }
      case KeyValue.Parameter parameter ->
          pieces.add(Piece.Fixed.of("($" + parameter.index() + ")::" + typeName(parameter.type())));
      case KeyValue.Fixed fixed ->
          pieces.add(Piece.Fixed.of("('" + fixed.text() + "')::" + typeName(fixed.type())));
      case KeyValue.Null _ -> pieces.add(Piece.Fixed.of("NULL::int4"));
    }
  }

  private static String typeName(HashType type) {
    return type == HashType.CHAR
        ? "pg_catalog.\"char\""
        : "pg_catalog." + type.name().toLowerCase(Locale.ROOT);
  }

  @Override
  public void rows(ByteBuf run) {
    try {
      values = BackendDecoder.nextDataRow(run);
    } finally {
      run.release();
    }
  }

  @Override
  public void message(byte type, ByteBuf body) {
    if (type == MessageType.Backend.ERROR) {
      error = Optional.of(ErrorFields.decode(body));
    }
  }

  @Override
  public void ready(char status) {
    backend.ifPresent(b -> call.services().pool().release(b));
    if (error.isPresent()) {
      fail(error.get());
      return;
    }
    int column = 0;
    for (int i = 0; i < slots.length; i++) {
      if (slots[i] == Slots.UNKNOWN) {
        int keys = pins.get(i).key().size();
        slots[i] =
            call.services().slots().ofBinary(pins.get(i), values.subList(column, column + keys));
        column += keys;
      }
    }
    run();
  }

  private void run() {
    try {
      Operator operator = call.services().operators().of(call, plan, slots);
      inner = Optional.of(operator);
      operator.start();
    } catch (SqlError e) {
      fail(ErrorFields.of(e, Severity.ERROR));
    }
  }

  @Override
  public void broken(SqlError why) {
    fail(ErrorFields.of(why, Severity.ERROR));
  }

  private void fail(ErrorFields why) {
    call.transaction().fail();
    call.failed(why);
  }

  @Override
  public void resume(int maxRows) {
    inner.ifPresent(o -> o.resume(maxRows));
  }

  @Override
  public boolean rests() {
    return inner.map(Operator::rests).orElse(false);
  }

  @Override
  public void closeSuspended() {
    inner.ifPresent(Operator::closeSuspended);
  }

  @Override
  public void clientWritable(boolean writable) {
    inner.ifPresent(o -> o.clientWritable(writable));
  }
}
