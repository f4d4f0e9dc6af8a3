package dev.drover.coordinator.fragments;

import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import dev.drover.planner.plan.Exchange.Route.ByKey;
import io.netty.buffer.ByteBuf;

/**
 * Which node a row belongs to, by the key in its DataRow.
 *
 * <pre>
 * 'D' length(int32) fields(int16) { length(int32) bytes }...
 * </pre>
 *
 * <p>Threads: confined to one.
 */
final class KeyRoute {
  private static final int HEADER = 5;
  private static final int NULL = -1;

  private final ByKey route;
  private final RowForm form;
  private final RoutingHash hash = new RoutingHash();
  private byte[] value = new byte[64];
  private int[] offsets = new int[16];

  KeyRoute(ByKey route, RowForm form) {
    this.route = route;
    this.form = form;
  }

  /** The node of the row whose frame starts at {@code at}. */
  int nodeOf(ByteBuf run, int at) {
    findFields(run, at + HEADER);
    hash.start();
    for (int i = 0; i < route.key().size(); i++) {
      int column = route.key().get(i);
      boolean binary = form.isBinary(column);
      add(run, offsets[column], binary, route.types().get(i));
    }
    int modulus = route.shards().modulus();
    return route.shards().nodeOf(route.modulo() ? hash.moduloSlot(modulus) : hash.slot(modulus));
  }

  private void findFields(ByteBuf run, int body) {
    int fields = run.getUnsignedShort(body);
    if (offsets.length < fields) {
      offsets = new int[fields];
    }
    int at = body + Short.BYTES;
    for (int i = 0; i < fields; i++) {
      offsets[i] = at;
      at += Integer.BYTES + Math.max(run.getInt(at), 0);
    }
  }

  private void add(ByteBuf run, int field, boolean binary, HashType type) {
    int length = run.getInt(field);
    if (length == NULL) {
      hash.addNull();
      return;
    }
    if (value.length < length) {
      value = new byte[2 * length];
    }
    run.getBytes(field + Integer.BYTES, value, 0, length);
    boolean added =
        binary
            ? hash.addBinary(type, RoutingHash.NO_TYPMOD, value, 0, length)
            : hash.addText(type, RoutingHash.NO_TYPMOD, value, 0, length);
    if (!added) {
      throw SqlError.of(
          SqlState.FEATURE_NOT_SUPPORTED,
          "moving rows by a key of type %s whose text depends on settings".formatted(type));
    }
  }
}
