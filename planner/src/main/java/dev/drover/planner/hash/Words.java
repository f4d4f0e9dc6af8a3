package dev.drover.planner.hash;

import java.util.List;

/** Compares bytes with ASCII words. */
final class Words {
  private Words() {}

  static boolean isOneOf(List<String> words, byte[] text, int offset, int length) {
    for (int i = 0; i < words.size(); i++) {
      if (is(words.get(i), text, offset, length)) {
        return true;
      }
    }
    return false;
  }

  static boolean is(String word, byte[] text, int offset, int length) {
    if (length != word.length()) {
      return false;
    }
    for (int i = 0; i < length; i++) {
      if (text[offset + i] != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
