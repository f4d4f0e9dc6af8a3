package dev.drover.planner.hash;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;

/** Every row of {@code hash-vectors.csv}, whose remainders were asserted by a PostgreSQL server. */
final class HashVectorsTest {
  private static final Path VECTORS = Path.of("src/test/resources/hash-vectors.csv");
  private static final int ROWS = 947;

  /** Octal escapes are how newer servers print a {@code "char"}, not what all of them read. */
  private static byte[] input(HashType type, String value) {
    if (type == HashType.CHAR && value.startsWith("\\")) {
      return new byte[] {(byte) Integer.parseInt(value.substring(1), 8)};
    }
    return value.getBytes(StandardCharsets.UTF_8);
  }

  @Test
  void everyRowHasTheRemainderThatTheServerComputes() throws IOException {
    List<String> wrong = new ArrayList<>();
    List<String> lines = Files.readAllLines(VECTORS);
    for (String line : lines.subList(1, lines.size())) {
      List<String> fields = fields(line);
      int modulus = Integer.parseInt(fields.get(2));
      int expected = Integer.parseInt(fields.get(3));
      RoutingHash hash = hash(fields.get(0), fields.get(1));
      if (hash.slot(modulus) != expected) {
        wrong.add(line + " but is " + hash.slot(modulus));
      }
    }
    assertThat(lines).hasSize(ROWS + 1);
    assertThat(wrong).isEmpty();
  }

  private static RoutingHash hash(String types, String values) {
    RoutingHash hash = new RoutingHash();
    hash.start();
    List<String> typeNames = List.of(types.split("\\|"));
    List<String> columns =
        typeNames.size() == 1 ? List.of(values) : List.of(values.split("\\|", -1));
    for (int i = 0; i < typeNames.size(); i++) {
      add(hash, typeNames.get(i), columns.get(i));
    }
    return hash;
  }

  private static void add(RoutingHash hash, String typeName, String value) {
    if (value.equals("\\N")) {
      hash.addNull();
      return;
    }
    HashType type = HashType.valueOf(typeName.replace("\"", "").toUpperCase(Locale.ROOT));
    byte[] input = input(type, value);
    assertThat(hash.addText(type, RoutingHash.NO_TYPMOD, input, 0, input.length))
        .as("%s %s is read", typeName, value)
        .isTrue();
  }

  /** Commas are parted outside of quotes; a quote is doubled inside them. */
  private static List<String> fields(String line) {
    List<String> fields = new ArrayList<>();
    StringBuilder field = new StringBuilder();
    boolean quoted = false;
    for (int i = 0; i < line.length(); i++) {
      char character = line.charAt(i);
      if (character == '"' && quoted && i + 1 < line.length() && line.charAt(i + 1) == '"') {
        field.append('"');
        i++;
      } else if (character == '"') {
        quoted = !quoted;
      } else if (character == ',' && !quoted) {
        fields.add(field.toString());
        field.setLength(0);
      } else {
        field.append(character);
      }
    }
    fields.add(field.toString());
    return fields;
  }

  @Test
  void binaryValuesHashAsTheirTexts() {
    assertSame(HashType.INT2, "-7", "fff9");
    assertSame(HashType.INT4, "-7", "fffffff9");
    assertSame(HashType.INT8, "-7", "fffffffffffffff9");
    assertSame(HashType.OID, "4294967295", "ffffffff");
    assertSame(HashType.BOOL, "true", "01");
    assertSame(HashType.TEXT, "ab", "6162");
    assertSame(HashType.BPCHAR, "ab", "61622020");
    assertSame(HashType.BYTEA, "\\xdead", "dead");
    assertSame(
        HashType.UUID, "A0EEBC99-9C0B4EF8BB6D6BB9BD380A11", "a0eebc999c0b4ef8bb6d6bb9bd380a11");
    assertSame(HashType.DATE, "1999-12-31", "ffffffff");
    assertSame(HashType.TIME, "00:00:01", "00000000000f4240");
    assertSame(HashType.TIMETZ, "00:00:01+01", "00000000000f4240fffff1f0");
    assertSame(HashType.TIMESTAMP, "2000-01-01 00:00:01", "00000000000f4240");
    assertSame(HashType.TIMESTAMPTZ, "2000-01-01T01:00:01+01:00", "00000000000f4240");
    assertSame(HashType.INTERVAL, "1 mon 2 days 00:00:01", "00000000000f42400000000200000001");
    assertSame(HashType.NUMERIC, "12345.678", "0003000100000003000109291a7c");
    assertSame(HashType.NUMERIC, "0.00010", "0001ffff000000050001");
    assertSame(HashType.NUMERIC, "0", "0000000000000000");
    assertSame(HashType.NUMERIC, "1.5e3", "00010000000000000" + "5dc");
    assertSame(HashType.NUMERIC, "NaN", "00000000c0000000");
    assertSame(HashType.FLOAT8, "1.5", "3ff8000000000000");
    assertSame(HashType.FLOAT4, "1.5", "3fc00000");
    assertSame(HashType.INET, "10.0.0.1/8", "020800040a000001");
    assertSame(HashType.CIDR, "2001:db8::/32", "0320011020010db8000000000000000000000000");
    assertSame(HashType.MACADDR, "08-00-2b-01-02-03", "08002b010203");
  }

  private static void assertSame(HashType type, String text, String hex) {
    RoutingHash fromText = new RoutingHash();
    RoutingHash fromBinary = new RoutingHash();
    byte[] textBytes = text.getBytes(StandardCharsets.UTF_8);
    byte[] binary = HexFormat.of().parseHex(hex);
    fromText.start();
    fromBinary.start();
    assertThat(fromText.addText(type, RoutingHash.NO_TYPMOD, textBytes, 0, textBytes.length))
        .as("%s %s", type, text)
        .isTrue();
    assertThat(fromBinary.addBinary(type, RoutingHash.NO_TYPMOD, binary, 0, binary.length))
        .as("%s %s", type, hex)
        .isTrue();
    assertThat(fromBinary.value()).as("%s %s", type, text).isEqualTo(fromText.value());
  }
}
