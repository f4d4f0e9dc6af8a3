package dev.drover.planner.hash;

import java.util.Arrays;

/**
 * Reads {@code inet} and {@code cidr} texts in their full forms; the shortened ones that PostgreSQL
 * also takes are not accepted.
 */
final class NetworkText {
  private static final int IPV4 = 2;
  private static final int IPV6 = 3;
  private static final int HEADER_BYTES = 2;
  private static final int IPV4_BYTES = 4;
  private static final int IPV6_BYTES = 16;

  private final byte[] bytes = new byte[HEADER_BYTES + IPV6_BYTES];
  private int length;
  private int at;
  private int end;

  /** Family, prefix length and address, as they are hashed. */
  byte[] bytes() {
    return bytes;
  }

  int length() {
    return length;
  }

  boolean readInet(byte[] text, int offset, int textLength) {
    at = offset;
    end = offset + textLength;
    boolean ipv6 = indexOf(text, ':') >= 0;
    int addressBytes = ipv6 ? IPV6_BYTES : IPV4_BYTES;
    Arrays.fill(bytes, (byte) 0);
    boolean valid = ipv6 ? readIpv6(text) : readIpv4(text, HEADER_BYTES);
    if (!valid) {
      return false;
    }
    int bits = 8 * addressBytes;
    if (at < end) {
      if (text[at++] != '/') {
        return false;
      }
      int given = decimal(text, 3);
      if (given < 0 || given > bits || at != end) {
        return false;
      }
      bits = given;
    }
    bytes[0] = (byte) (ipv6 ? IPV6 : IPV4);
    bytes[1] = (byte) bits;
    length = HEADER_BYTES + addressBytes;
    return true;
  }

  private int indexOf(byte[] text, char wanted) {
    for (int i = at; i < end; i++) {
      if (text[i] == wanted) {
        return i;
      }
    }
    return -1;
  }

  /** A number without leading zeros, or -1. */
  private int decimal(byte[] text, int maxDigits) {
    int from = at;
    int value = 0;
    while (at < end && at - from < maxDigits && text[at] >= '0' && text[at] <= '9') {
      value = value * 10 + text[at++] - '0';
    }
    boolean leadingZero = at - from > 1 && text[from] == '0';
    return at == from || leadingZero ? -1 : value;
  }

  private boolean readIpv4(byte[] text, int target) {
    for (int i = 0; i < IPV4_BYTES; i++) {
      if (i > 0 && (at == end || text[at++] != '.')) {
        return false;
      }
      int octet = decimal(text, 3);
      if (octet < 0 || octet > 255) {
        return false;
      }
      bytes[target + i] = (byte) octet;
    }
    return true;
  }

  /** Groups before and after one {@code ::}; the last may be written as an IPv4 address. */
  private boolean readIpv6(byte[] text) {
    int filled = 0;
    int gap = -1;
    if (startsWithGap(text)) {
      gap = 0;
      at += 2;
    }
    while (at < end && text[at] != '/' && filled < IPV6_BYTES) {
      int from = at;
      int group = hexGroup(text);
      if (at < end && text[at] == '.' && filled <= IPV6_BYTES - IPV4_BYTES) {
        at = from;
        if (!readIpv4(text, HEADER_BYTES + filled)) {
          return false;
        }
        filled += IPV4_BYTES;
        break;
      }
      if (group < 0) {
        return false;
      }
      bytes[HEADER_BYTES + filled++] = (byte) (group >> 8);
      bytes[HEADER_BYTES + filled++] = (byte) group;
      if (startsWithGap(text)) {
        if (gap >= 0) {
          return false;
        }
        gap = filled;
        at += 2;
        continue;
      }
      if (at == end || text[at] == '/') {
        break;
      }
      if (filled == IPV6_BYTES || text[at++] != ':' || at == end || text[at] == '/') {
        return false;
      }
    }
    return spread(filled, gap);
  }

  private boolean startsWithGap(byte[] text) {
    return at + 1 < end && text[at] == ':' && text[at + 1] == ':';
  }

  private int hexGroup(byte[] text) {
    int from = at;
    int value = 0;
    while (at < end && at - from < 4 && HexText.digit(text[at]) >= 0) {
      value = value * 16 + HexText.digit(text[at++]);
    }
    return at == from ? -1 : value;
  }

  private boolean spread(int filled, int gap) {
    if (gap < 0) {
      return filled == IPV6_BYTES;
    }
    if (filled > IPV6_BYTES - 2) {
      return false;
    }
    int tail = filled - gap;
    int from = HEADER_BYTES + gap;
    System.arraycopy(bytes, from, bytes, HEADER_BYTES + IPV6_BYTES - tail, tail);
    Arrays.fill(bytes, from, HEADER_BYTES + IPV6_BYTES - tail, (byte) 0);
    return true;
  }

  /** Takes the fields of the binary format; false when they do not fit together. */
  boolean set(byte family, byte bits, byte[] address, int offset) {
    int addressBytes =
        switch (family) {
          case IPV4 -> IPV4_BYTES;
          case IPV6 -> IPV6_BYTES;
          default -> 0;
        };
    if (addressBytes == 0 || address.length - offset < addressBytes) {
      return false;
    }
    bytes[0] = family;
    bytes[1] = bits;
    System.arraycopy(address, offset, bytes, HEADER_BYTES, addressBytes);
    length = HEADER_BYTES + addressBytes;
    return true;
  }
}
