package dev.drover.coordinator.output;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.catalog.OidBearing;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.SqlError;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * OIDs within binary values of datanodes: those of types become the catalog node's, in place, as
 * the client knows them. Others, of tables and their like, are not known and refused.
 *
 * <pre>
 * array: dimensions(int32) has nulls(int32) element type(int32)
 *        { length(int32) lower bound(int32) } per dimension, then values
 * row:   fields(int32) { type(int32) value }
 * value: length(int32), -1 for NULL; bytes
 * </pre>
 *
 * <p>Source: PostgreSQL 18 {@code array_send}, {@code record_send}.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class BinaryOids {
  /** Objects above are the user's. */
  private static final int FIRST_USER_OID = 16384;

  private static final int FRAME_HEAD = 1 + Integer.BYTES + Short.BYTES;
  private static final int ARRAY_HEAD = 3 * Integer.BYTES;
  private static final int NULL_LENGTH = -1;
  private static final int DIMENSION = 2 * Integer.BYTES;

  private final Map<Integer, OidBearing> types;
  private final int[] columns;

  private BinaryOids(Map<Integer, OidBearing> types, int[] columns) {
    this.types = types;
    this.columns = columns;
  }

  /** Empty when no column that the client wants in binary holds any. */
  public static Optional<BinaryOids> of(CachedPlan plan, Bind bind) {
    if (!plan.bearsOids() || bind.resultFormats().length == 0) {
      return Optional.empty();
    }
    Map<Integer, OidBearing> types = plan.view().types().bearing();
    int[] columns = new int[plan.facts().columns().size()];
    boolean any = false;
    for (int i = 0; i < columns.length; i++) {
      int type = plan.facts().columns().get(i).typeOid();
      if (bind.resultFormat(i) != Protocol.TEXT_FORMAT && types.containsKey(type)) {
        columns[i] = type;
        any = true;
      }
    }
    return any ? Optional.of(new BinaryOids(types, columns)) : Optional.empty();
  }

  /** Refuses parameters that a datanode would read as other types and objects than were meant. */
  public static void checkParameters(CachedPlan plan, Bind bind) {
    if (!plan.bearsOids()) {
      return;
    }
    Map<Integer, OidBearing> types = plan.view().types().bearing();
    List<Integer> parameters = plan.facts().parameterTypes();
    for (int i = 0; i < parameters.size(); i++) {
      int type = parameters.get(i);
      if (bind.format(i) == Protocol.TEXT_FORMAT || bind.isNull(i) || !types.containsKey(type)) {
        continue;
      }
      if (isUsers(type)) {
        throw unsupported("parameters of arrays and rows of user-defined types");
      }
      ByteBuf copy = Unpooled.copiedBuffer(bind.bytes(), bind.offset(i), bind.length(i));
      new BinaryOids(types, new int[0]).guarded(type, copy, 0);
    }
  }

  /** Whole DataRow frames. */
  void patch(ByteBuf run) {
    int frame = run.readerIndex();
    while (frame < run.writerIndex()) {
      row(run, frame + FRAME_HEAD);
      frame += 1 + run.getInt(frame + 1);
    }
  }

  private void row(ByteBuf run, int values) {
    int at = values;
    for (int type : columns) {
      int length = run.getInt(at);
      at += Integer.BYTES;
      if (length != NULL_LENGTH && type != 0) {
        guarded(type, run, at);
      }
      at += Math.max(length, 0);
    }
  }

  private void guarded(int type, ByteBuf run, int at) {
    try {
      patch(type, run, at);
    } catch (IndexOutOfBoundsException cut) {
      throw unsupported("values of this form");
    }
  }

  private void patch(int type, ByteBuf run, int at) {
    OidBearing parts = types.get(type);
    switch (parts) {
      case null -> {
        // Holds none.
      }
      case OidBearing.ArrayOf(int element) -> array(element, run, at);
      case OidBearing.RowOf(var fields) -> row(fields, run, at);
      case OidBearing.DomainOf(int base) -> patch(base, run, at);
      case OidBearing.RangeOf _ -> throw unsupported("ranges of rows and of names of objects");
      case OidBearing.AnyRow _ -> anyRow(run, at);
      case OidBearing.ObjectName _ -> known(run.getInt(at), "names of user-defined objects");
    }
  }

  private void array(int element, ByteBuf run, int at) {
    int dimensions = run.getInt(at);
    run.setInt(at + 2 * Integer.BYTES, element);
    int count = dimensions == 0 || !types.containsKey(element) ? 0 : 1;
    for (int i = 0; i < dimensions; i++) {
      count *= run.getInt(at + ARRAY_HEAD + i * DIMENSION);
    }
    int value = at + ARRAY_HEAD + dimensions * DIMENSION;
    for (int i = 0; i < count; i++) {
      value = next(element, run, value);
    }
  }

  private void row(List<Integer> fields, ByteBuf run, int at) {
    if (run.getInt(at) != fields.size()) {
      throw unsupported("rows of a type that has changed");
    }
    int field = at + Integer.BYTES;
    for (int type : fields) {
      run.setInt(field, type);
      field = next(type, run, field + Integer.BYTES);
    }
  }

  private void anyRow(ByteBuf run, int at) {
    int count = run.getInt(at);
    int field = at + Integer.BYTES;
    for (int i = 0; i < count; i++) {
      int type = run.getInt(field);
      known(type, "user-defined types in rows without a type");
      field = next(type, run, field + Integer.BYTES);
    }
  }

  /** Where the value ends that begins here with its length. */
  private int next(int type, ByteBuf run, int at) {
    int length = run.getInt(at);
    int value = at + Integer.BYTES;
    if (length == NULL_LENGTH) {
      return value;
    }
    patch(type, run, value);
    return value + length;
  }

  private static void known(int oid, String what) {
    if (isUsers(oid)) {
      throw unsupported(what);
    }
  }

  private static boolean isUsers(int oid) {
    return Integer.compareUnsigned(oid, FIRST_USER_OID) >= 0;
  }

  private static SqlError unsupported(String what) {
    return SqlError.notSupported("the binary format of " + what + " is not supported")
        .withHint("Use the text format, or cast to text.");
  }
}
