package dev.drover.coordinator.exec;

import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.planner.hash.HashType;
import dev.drover.planner.hash.RoutingHash;
import dev.drover.planner.plan.KeyValue;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The slots that a plan's pins select in one execution.
 *
 * <p>Threads: confined to its event loop; the working arrays are reused.
 */
public final class Slots {
  /** The key's value means different things under different settings: PostgreSQL must say. */
  public static final int UNKNOWN = -1;

  private static final int NO_TYPMOD = RoutingHash.NO_TYPMOD;
  private static final byte QUOTE = '\'';

  private final RoutingHash hash = new RoutingHash();
  private byte[] literal = new byte[64];

  /** Those that decide where the plan runs. */
  public static List<Pin> pins(Plan plan) {
    return switch (plan) {
      case Plan.Explain explain when !explain.options().generic() -> pins(explain.plan());
      case Plan.OneNode oneNode -> oneNode.pins();
      case Plan.AllNodes allNodes -> allNodes.pins();
      case Plan.Fragments fragments ->
          fragments.all().stream().flatMap(fragment -> fragment.pins().stream()).toList();
      case Plan.CopyOut copy -> pins(copy.reader());
      case Plan.InsertRows insert -> insert.rows().stream().map(Plan.InsertRows.Row::pin).toList();
      default -> List.of();
    };
  }

  /** One slot per pin; {@link #UNKNOWN} where the hash does not take the value. */
  public int[] of(List<Pin> pins, Call call) {
    int[] slots = new int[pins.size()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = of(pins.get(i), call);
    }
    return slots;
  }

  /** The slot of one pin, or {@link #UNKNOWN}. */
  public int of(Pin pin, Call call) {
    hash.start();
    for (KeyValue value : pin.key()) {
      if (!add(value, call)) {
        return UNKNOWN;
      }
    }
    int modulus = pin.shards().modulus();
    return pin.modulo() ? hash.moduloSlot(modulus) : hash.slot(modulus);
  }

  /** The slot of one pin from the binary forms of its key's values. */
  public int ofBinary(Pin pin, List<byte[]> values) {
    hash.start();
    for (int i = 0; i < values.size(); i++) {
      byte[] value = values.get(i);
      if (value == null) {
        hash.addNull();
      } else if (!hash.addBinary(type(pin.key().get(i)), NO_TYPMOD, value, 0, value.length)) {
        throw new IllegalStateException("PostgreSQL's own binary form was not understood");
      }
    }
    int modulus = pin.shards().modulus();
    return pin.modulo() ? hash.moduloSlot(modulus) : hash.slot(modulus);
  }

  private static HashType type(KeyValue value) {
    return switch (value) {
      case KeyValue.Lifted lifted -> lifted.type();
      case KeyValue.Parameter parameter -> parameter.type();
      case KeyValue.Fixed fixed -> fixed.type();
      case KeyValue.Null _ -> HashType.INT4;
    };
  }

  private boolean add(KeyValue value, Call call) {
    return switch (value) {
      case KeyValue.Lifted lifted -> addLifted(lifted, call);
      case KeyValue.Parameter parameter -> addParameter(parameter, call);
      case KeyValue.Fixed(String text, HashType type) -> {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        yield hash.addText(type, NO_TYPMOD, utf8, 0, utf8.length);
      }
      case KeyValue.Null _ -> {
        hash.addNull();
        yield true;
      }
    };
  }

  private boolean addLifted(KeyValue.Lifted lifted, Call call) {
    byte[] text = call.text().utf8();
    int start = call.text().literalStart(lifted.ordinal());
    int end = call.text().literalEnd(lifted.ordinal());
    if (text[start] == QUOTE) {
      return !lifted.negated() && addQuoted(lifted.type(), text, start, end);
    }
    boolean number = text[start] == '.' || (text[start] >= '0' && text[start] <= '9');
    if (!number) {
      return false;
    }
    if (!lifted.negated()) {
      return hash.addText(lifted.type(), NO_TYPMOD, text, start, end - start);
    }
    byte[] negative = scratch(end - start + 1);
    negative[0] = '-';
    System.arraycopy(text, start, negative, 1, end - start);
    return hash.addText(lifted.type(), NO_TYPMOD, negative, 0, end - start + 1);
  }

  /** A plain quoted string; a continued or an escape string is left to PostgreSQL. */
  private boolean addQuoted(HashType type, byte[] text, int start, int end) {
    byte[] value = scratch(end - start);
    int length = 0;
    for (int i = start + 1; i < end - 1; i++) {
      value[length++] = text[i];
      if (text[i] == QUOTE) {
        i++;
        if (text[i] != QUOTE) {
          return false;
        }
      }
    }
    return hash.addText(type, NO_TYPMOD, value, 0, length);
  }

  private byte[] scratch(int length) {
    if (literal.length < length) {
      literal = new byte[length * 2];
    }
    return literal;
  }

  private boolean addParameter(KeyValue.Parameter parameter, Call call) {
    Bind bind = call.bind().orElseThrow();
    int index = parameter.index() - 1;
    if (bind.isNull(index)) {
      hash.addNull();
      return true;
    }
    byte[] bytes = bind.bytes();
    if (bind.format(index) == 0) {
      return hash.addText(
          parameter.type(), NO_TYPMOD, bytes, bind.offset(index), bind.length(index));
    }
    HashType sent = HashType.ofTypeOid(parameter.typeOid()).orElse(parameter.type());
    if (sent == parameter.type() || sent.colocatesWith(parameter.type())) {
      return hash.addBinary(sent, NO_TYPMOD, bytes, bind.offset(index), bind.length(index));
    }
    return false;
  }
}
