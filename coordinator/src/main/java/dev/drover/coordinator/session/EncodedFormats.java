package dev.drover.coordinator.session;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.pgwire.FrontendDecoder.Bind;
import dev.drover.pgwire.Protocol;
import dev.drover.pgwire.SqlError;
import dev.drover.planner.plan.Plan;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * What a client with an encoding of its own may ask for: values in binary format pass as they are,
 * so their types must not hold text.
 *
 * <p>Threads: stateless.
 */
final class EncodedFormats {
  private static final Pattern RAW_COPY =
      Pattern.compile("\\b(binary|encoding)\\b", Pattern.CASE_INSENSITIVE);

  /**
   * Types whose binary form is the text: name, text, json, xml, unknown, char, varchar, cstring.
   */
  private static final Set<Integer> ALL_TEXT = Set.of(19, 25, 114, 142, 705, 1042, 1043, 2275);

  /** Types whose binary form holds no text. */
  private static final Set<Integer> WITHOUT_TEXT =
      Set.of(
          16, 17, 20, 21, 23, 26, 650, 700, 701, 774, 790, 829, 869, 1000, 1001, 1005, 1007, 1016,
          1021, 1022, 1082, 1083, 1114, 1115, 1182, 1184, 1185, 1186, 1187, 1231, 1266, 1560, 1562,
          1700, 2950, 2951);

  private EncodedFormats() {}

  /** Which columns are not to be converted. */
  static boolean[] binaryColumns(CachedPlan plan, Bind bind) {
    boolean[] binary = new boolean[plan.facts().columns().size()];
    for (int i = 0; i < binary.length; i++) {
      int type = plan.facts().columns().get(i).typeOid();
      binary[i] = bind.resultFormat(i) != Protocol.TEXT_FORMAT && !ALL_TEXT.contains(type);
      if (binary[i]) {
        check(type);
      }
    }
    return binary;
  }

  static void checkParameters(CachedPlan plan, Bind bind) {
    List<Integer> types = plan.facts().parameterTypes();
    for (int i = 0; i < types.size(); i++) {
      if (bind.format(i) != Protocol.TEXT_FORMAT) {
        check(types.get(i));
      }
    }
  }

  /** A COPY whose bytes are not text of the client's encoding. */
  static void checkCopy(CachedPlan plan, String text) {
    boolean copies =
        switch (plan.plan()) {
          case Plan.CopyIn _, Plan.CopyOut _, Plan.CopyLocal _ -> true;
          default -> false;
        };
    if (copies && RAW_COPY.matcher(text).find()) {
      throw unsupported("COPY with BINARY or ENCODING");
    }
  }

  private static void check(int type) {
    if (!WITHOUT_TEXT.contains(type)) {
      throw unsupported("the binary format of types that hold text");
    }
  }

  private static SqlError unsupported(String what) {
    return SqlError.notSupported(what + " is not supported with this client_encoding")
        .withHint("SET client_encoding TO UTF8.");
  }
}
