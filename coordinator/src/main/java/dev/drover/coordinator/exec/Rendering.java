package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.StatementText;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.SqlText;
import dev.drover.planner.plan.SqlText.Piece;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The text of a plan with its holes filled.
 *
 * @param text the current statement, for its literals
 * @param pins those that leaf names come from, with their {@code slots}
 * @param now the transaction's timestamp as a constant
 */
@SuppressWarnings("ArrayRecordComponent")
public record Rendering(StatementText text, List<Pin> pins, int[] slots, String now) {

  /** Appends the text in UTF-8. */
  public void write(SqlText sql, ByteBuf out) {
    for (Piece piece : sql.pieces()) {
      switch (piece) {
        case Piece.Fixed(byte[] utf8) -> out.writeBytes(utf8);
        case Piece.Lifted(int ordinal) -> {
          int start = text.literalStart(ordinal);
          out.writeBytes(text.utf8(), start, text.literalEnd(ordinal) - start);
        }
        case Piece.Leaf(int pin) -> ByteBufUtil.writeUtf8(out, leafName(pins.get(pin), slots[pin]));
        case Piece.Now _ -> ByteBufUtil.writeUtf8(out, now);
      }
    }
  }

  public byte[] bytes(SqlText sql) {
    ByteBuf out = Unpooled.buffer();
    write(sql, out);
    byte[] result = new byte[out.readableBytes()];
    out.readBytes(result);
    return result;
  }

  public String string(SqlText sql) {
    return new String(bytes(sql), StandardCharsets.UTF_8);
  }

  /** {@code "drover$17"."t$12"}. */
  public static String leafName(Pin pin, int slot) {
    return leafName(pin.leafName(), slot);
  }

  /** The same for a leaf whose name is {@code leaf} in every slot. */
  static String leafName(String leaf, int slot) {
    return "\"drover$" + slot + "\".\"" + leaf.replace("\"", "\"\"") + "\"";
  }
}
