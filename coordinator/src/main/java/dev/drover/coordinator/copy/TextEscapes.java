package dev.drover.coordinator.copy;

import java.io.ByteArrayOutputStream;

/** Writes values in COPY's text format. */
final class TextEscapes {
  /** The letter that stands for a byte after a backslash; 0 when the byte stands for itself. */
  private static final byte[] LETTERS = letters();

  private TextEscapes() {}

  /** The letter after the backslash, or 0. */
  static byte letter(byte value) {
    return LETTERS[value & 0xff];
  }

  static void write(ByteArrayOutputStream out, byte[] value, byte delimiter) {
    for (byte each : value) {
      byte letter = letter(each);
      if (letter != 0) {
        out.write('\\');
        out.write(letter);
      } else {
        if (each == delimiter) {
          out.write('\\');
        }
        out.write(each);
      }
    }
  }

  static byte[] octal(byte value) {
    int bits = value & 0xff;
    return new byte[] {
      '\\', (byte) ('0' + (bits >> 6)), (byte) ('0' + (bits >> 3 & 7)), (byte) ('0' + (bits & 7))
    };
  }

  private static byte[] letters() {
    byte[] table = new byte[256];
    table['\b'] = 'b';
    table['\f'] = 'f';
    table['\n'] = 'n';
    table['\r'] = 'r';
    table['\t'] = 't';
    table[0x0b] = 'v';
    table['\\'] = '\\';
    return table;
  }
}
