package dev.drover.coordinator.exec;

import static java.util.Objects.requireNonNull;

import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.FrontendDecoder;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The text of a plan with its holes filled. The transaction's timestamp is only made when a text
 * has a place for it, and is the same in all places.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class Rendering {
  private static final byte[] SCHEMA = "\"drover$".getBytes(StandardCharsets.US_ASCII);

  private final Call call;
  private final Leaves leaves;
  private final TextParameters parameters;
  private final List<byte[]> arrays;
  private final boolean atMoment;
  private String now = "";

  /** Where leaf names come from. */
  @SuppressWarnings("ArrayRecordComponent")
  private record Leaves(List<Pin> pins, int[] slots) {
    static final Leaves NONE = new Leaves(List.of(), new int[0]);

    Pin pin(int index) {
      return pins.get(index);
    }
  }

  /**
   * From the literals of the call's statement.
   *
   * @param pins those that leaf names come from, with their {@code slots}
   */
  public Rendering(Call call, List<Pin> pins, int[] slots) {
    this(call, new Leaves(pins, slots), TextParameters.NONE, List.of(), false);
  }

  private Rendering(
      Call call, Leaves leaves, TextParameters parameters, List<byte[]> arrays, boolean atMoment) {
    this.call = requireNonNull(call);
    this.leaves = leaves;
    this.parameters = requireNonNull(parameters);
    this.arrays = requireNonNull(arrays);
    this.atMoment = atMoment;
  }

  /** Of a text that nodes begin at one moment. */
  public static Rendering atMoment(Call call) {
    return new Rendering(call, Leaves.NONE, TextParameters.NONE, List.of(), true);
  }

  /** With more parameters behind those of the client: values in binary format. */
  public Rendering with(List<byte[]> more) {
    return new Rendering(call, leaves, TextParameters.NONE, List.copyOf(more), atMoment);
  }

  /** Of the first of those that {@link #with} has added. */
  public int firstAdded() {
    return call.bind().map(FrontendDecoder.Bind::paramCount).orElse(0) + 1;
  }

  List<byte[]> arrays() {
    return arrays;
  }

  /** With parameters in the place of what differs from one execution to the next. */
  public Rendering kept(SqlText sql, List<Integer> literalTypes) {
    int client = call.cached().facts().parameterTypes().size();
    TextParameters kept = TextParameters.of(sql, client, literalTypes);
    return new Rendering(call, leaves, kept, arrays, atMoment);
  }

  Call call() {
    return call;
  }

  TextParameters parameters() {
    return parameters;
  }

  /** The value of one of the {@link #parameters}, from 0, in text format. */
  byte[] value(int index) {
    return written(out -> writeValue(index, out));
  }

  /** Appends the value of one of the {@link #parameters}, from 0, in text format. */
  void writeValue(int index, ByteBuf out) {
    if (index < parameters.literalTypes().size()) {
      writeLiteral(index, out);
    } else {
      ByteBufUtil.writeUtf8(out, now());
    }
  }

  /** Appends the text in UTF-8. */
  public void write(SqlText sql, ByteBuf out) {
    List<Piece> pieces = sql.pieces();
    for (int i = 0; i < pieces.size(); i++) {
      write(pieces.get(i), out);
    }
  }

  private void write(Piece piece, ByteBuf out) {
    switch (piece) {
      case Piece.Fixed fixed -> out.writeBytes(fixed.utf8());
      case Piece.Lifted(int ordinal) when parameters.takesLiterals() ->
          writeParameter(parameters.ofLiteral(ordinal), out);
      case Piece.Lifted(int ordinal) -> writeLiteral(ordinal, out);
      case Piece.Leaf(int pin) -> writeLeafName(leaves.pin(pin).leafName(), leaves.slots[pin], out);
      case Piece.AtMoment(String text, _) when atMoment -> ByteBufUtil.writeUtf8(out, text);
      case Piece.AtMoment _ -> {
        // Each node begins when it comes to it.
      }
      case Piece.Now _ when parameters.clock() -> writeParameter(parameters.ofClock(), out);
      case Piece.Now _ -> ByteBufUtil.writeUtf8(out, "'" + now() + "'::pg_catalog.timestamptz");
    }
  }

  private void writeLiteral(int ordinal, ByteBuf out) {
    int start = call.text().literalStart(ordinal);
    out.writeBytes(call.text().utf8(), start, call.text().literalEnd(ordinal) - start);
  }

  private static void writeParameter(int number, ByteBuf out) {
    out.writeByte('$');
    writeDecimal(number, out);
  }

  private String now() {
    if (now.isEmpty()) {
      now = call.now();
    }
    return now;
  }

  public byte[] bytes(SqlText sql) {
    return written(out -> write(sql, out));
  }

  private static byte[] written(Consumer<ByteBuf> writer) {
    ByteBuf out = Unpooled.buffer();
    writer.accept(out);
    byte[] result = new byte[out.readableBytes()];
    out.readBytes(result);
    return result;
  }

  /** The text behind one of our own, with the names of its leaves filled in. */
  public SqlText behind(String prefix, SqlText sql) {
    List<Piece> pieces = new ArrayList<>();
    pieces.add(Piece.Fixed.of(prefix));
    for (Piece piece : sql.pieces()) {
      pieces.add(
          piece instanceof Piece.Leaf(int pin)
              ? Piece.Fixed.of(leafName(leaves.pin(pin), leaves.slots[pin]))
              : piece);
    }
    return new SqlText(pieces);
  }

  /** What a server says of the text, with its position in the text of the call. */
  public ErrorFields placed(SqlText sql, ErrorFields fromServer) {
    TextPlaces places = new TextPlaces(call.text(), piece -> bytes(new SqlText(List.of(piece))));
    return fromServer.moved(position -> places.of(sql, position));
  }

  public String string(SqlText sql) {
    return new String(bytes(sql), StandardCharsets.UTF_8);
  }

  /** {@code "drover$17"."t$12"}. */
  public static String leafName(Pin pin, int slot) {
    return leafName(pin.leafName(), slot);
  }

  /** The same for a leaf whose name is {@code leaf} in every slot. */
  public static String leafName(String leaf, int slot) {
    return "\"drover$" + slot + "\".\"" + leaf.replace("\"", "\"\"") + "\"";
  }

  /** The slot of a leaf that is called so. */
  public static int slot(String leafName) {
    return Integer.parseInt(leafName, SCHEMA.length, leafName.indexOf('"', 1), 10);
  }

  /** {@link #leafName} without a string in between. */
  private static void writeLeafName(String leaf, int slot, ByteBuf out) {
    out.writeBytes(SCHEMA);
    writeDecimal(slot, out);
    out.writeByte('"').writeByte('.').writeByte('"');
    ByteBufUtil.writeUtf8(out, leaf.indexOf('"') < 0 ? leaf : leaf.replace("\"", "\"\""));
    out.writeByte('"');
  }

  private static void writeDecimal(int value, ByteBuf out) {
    if (value >= 10) {
      writeDecimal(value / 10, out);
    }
    out.writeByte('0' + value % 10);
  }
}
