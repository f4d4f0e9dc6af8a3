package dev.drover.planner.sql;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WordsOfTextTest {
  private static Optional<Set<String>> words(String text) {
    return WordsOfText.of(Corpus.utf8(text));
  }

  @Test
  void namesAreWhatTheyMean() {
    assertThat(words("TABLE Folded, \"Kept\", \"a \"\"b\"\"\", U&\"\\0074!\", É, t$1"))
        .contains(Set.of("table", "folded", "Kept", "a \"b\"", "t!", "É", "t$1"));
    assertThat(words("x".repeat(70))).contains(Set.of("x".repeat(63)));
  }

  @Test
  void literalsAndCommentsHaveNone() {
    assertThat(words("a 'b' E'\\'c' $$d$$ $e$f$e$ B'0' /* g /* h */ i */ -- j\n :k"))
        .contains(Set.of("a", "k"));
  }

  @Test
  void aTextThatCannotBeReadIsNotReadInPart() {
    assertThat(words("SELECT a FROM 'b")).isEmpty();
    assertThat(words("SELECT a /* b")).isEmpty();
  }
}
