package dev.drover.pgwire;

import io.netty.buffer.ByteBuf;
import java.util.ArrayList;
import java.util.List;

/** The columns of a result. */
public record RowDescription(List<FieldDescription> fields) {
  /** Bytes of a field behind its name. */
  private static final int FIXED_FIELD_BYTES = 18;

  public RowDescription {
    fields = List.copyOf(fields);
  }

  public static RowDescription decode(ByteBuf body) {
    int count = BodyReader.count(body, FIXED_FIELD_BYTES + 1);
    List<FieldDescription> fields = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      fields.add(field(body));
    }
    BodyReader.end(body);
    return new RowDescription(fields);
  }

  /** Appends the whole message. */
  public void encode(ByteBuf out) {
    int frame = Frames.begin(out, MessageType.Backend.ROW_DESCRIPTION);
    Frames.count(out, fields);
    for (FieldDescription field : fields) {
      Frames.string(out, field.name());
      out.writeInt(field.tableOid());
      out.writeShort(field.attnum());
      out.writeInt(field.typeOid());
      out.writeShort(field.typeLength());
      out.writeInt(field.typmod());
      out.writeShort(field.format());
    }
    Frames.end(out, frame);
  }

  private static FieldDescription field(ByteBuf body) {
    String name = BodyReader.string(body);
    BodyReader.need(body, FIXED_FIELD_BYTES);
    return new FieldDescription(
        name,
        body.readInt(),
        body.readShort(),
        body.readInt(),
        body.readShort(),
        body.readInt(),
        body.readShort());
  }
}
