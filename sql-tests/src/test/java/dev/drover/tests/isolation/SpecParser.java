package dev.drover.tests.isolation;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Reads the format of PostgreSQL's isolationtester, and in comments that begin with {@code #@} what
 * is our own.
 *
 * <ul>
 *   <li>{@code #@ keys together, spread}: the placements of the keys {@code $a} to {@code $d}
 *   <li>{@code #@ levels A, B}: the values of {@code $level}
 *   <li>{@code #@ once}: the setup that follows runs once, and the teardown too
 *   <li>{@code #@ any victim}: which of the sessions of a deadlock fails is not compared
 * </ul>
 *
 * <p>Conditions on notices ({@code notices n}) are not known.
 */
final class SpecParser {
  private static final Pattern TOKEN =
      Pattern.compile(
          "\\s+|#@ *(?<directive>[^\\n]*)|#[^\\n]*|\\{(?<block>[^}]*)}"
              + "|\"(?<quoted>[^\"]*)\"|(?<name>\\w+)|(?<sign>[(),*])");

  private enum Kind {
    DIRECTIVE,
    BLOCK,
    QUOTED,
    NAME,
    SIGN
  }

  private record Token(Kind kind, String text) {}

  private final String name;
  private final List<Token> tokens;
  private int at;

  private final Set<Placement> placements = EnumSet.noneOf(Placement.class);
  private final List<String> levels = new ArrayList<>();
  private boolean isVictimFree;
  private boolean isOnce;
  private final List<String> once = new ArrayList<>();
  private final List<String> setups = new ArrayList<>();
  private Optional<String> teardown = Optional.empty();
  private final List<Spec.Session> sessions = new ArrayList<>();
  private final List<List<Spec.Planned>> permutations = new ArrayList<>();

  private SpecParser(String name, String text) {
    this.name = name;
    this.tokens = tokens(text);
  }

  static Spec parse(String name, String text) {
    return new SpecParser(name, text).spec();
  }

  private Spec spec() {
    while (at < tokens.size()) {
      Token token = take();
      switch (token.kind()) {
        case DIRECTIVE -> directive(token.text());
        case NAME -> part(token.text());
        case BLOCK, QUOTED, SIGN -> throw unexpected(token);
      }
    }
    placements.addAll(placements.isEmpty() ? EnumSet.allOf(Placement.class) : Set.of());
    return new Spec(
        name,
        new Spec.Options(placements, levels.isEmpty() ? List.of("") : levels, isVictimFree),
        new Spec.Frame(once, setups, teardown),
        sessions,
        permutations.isEmpty() ? Spec.allOrders(sessions) : permutations);
  }

  private void directive(String text) {
    String[] words = text.strip().split(" +", 2);
    switch (words[0]) {
      case "keys" ->
          list(words[1])
              .map(k -> Placement.valueOf(k.toUpperCase(Locale.ROOT)))
              .forEach(placements::add);
      case "levels" -> list(words[1]).forEach(levels::add);
      case "once" -> isOnce = true;
      case "any" -> isVictimFree = true;
      default -> throw new IllegalArgumentException(name + ": unknown directive " + text);
    }
  }

  private void part(String keyword) {
    switch (keyword) {
      case "setup" -> {
        (isOnce ? once : setups).add(block());
        isOnce = false;
      }
      case "teardown" -> teardown = Optional.of(block());
      case "session" -> sessions.add(session());
      case "permutation" -> permutations.add(permutation());
      default -> throw new IllegalArgumentException(name + ": unknown part " + keyword);
    }
  }

  private Spec.Session session() {
    String session = identifier();
    Optional<String> setup = isNext("setup") ? Optional.of(blockAfterKeyword()) : Optional.empty();
    List<Spec.Step> steps = new ArrayList<>();
    while (isNext("step")) {
      at++;
      steps.add(new Spec.Step(identifier(), block()));
    }
    Optional<String> end = isNext("teardown") ? Optional.of(blockAfterKeyword()) : Optional.empty();
    return new Spec.Session(session, setup, end, steps);
  }

  private List<Spec.Planned> permutation() {
    Map<String, Spec.Planned> known = Spec.byName(sessions);
    List<Spec.Planned> order = new ArrayList<>();
    while (at < tokens.size() && isStep(known)) {
      Spec.Planned step = known.get(take().text());
      order.add(isNext("(") ? marked(step) : step);
    }
    return order;
  }

  private boolean isStep(Map<String, Spec.Planned> known) {
    Token token = tokens.get(at);
    boolean isKnown = known.containsKey(token.text());
    if (token.kind() == Kind.QUOTED && !isKnown) {
      throw new IllegalArgumentException(name + ": no step is named " + token.text());
    }
    return isKnown;
  }

  private Spec.Planned marked(Spec.Planned step) {
    boolean mustWait = false;
    Set<String> after = new HashSet<>();
    for (Token token = skipTo(); !token.text().equals(")"); token = take()) {
      switch (token.kind()) {
        case NAME, QUOTED -> after.add(token.text());
        case SIGN -> mustWait |= token.text().equals("*");
        case BLOCK, DIRECTIVE -> throw unexpected(token);
      }
    }
    return new Spec.Planned(step.session(), step.step(), mustWait, after);
  }

  /** The token behind the opening bracket. */
  private Token skipTo() {
    at++;
    return take();
  }

  private String blockAfterKeyword() {
    at++;
    return block();
  }

  private String block() {
    return expect(Set.of(Kind.BLOCK)).strip();
  }

  private String identifier() {
    return expect(Set.of(Kind.NAME, Kind.QUOTED));
  }

  private String expect(Set<Kind> kinds) {
    Token token = take();
    if (!kinds.contains(token.kind())) {
      throw unexpected(token);
    }
    return token.text();
  }

  private Token take() {
    if (at == tokens.size()) {
      throw new IllegalArgumentException(name + " ends too early");
    }
    return tokens.get(at++);
  }

  private boolean isNext(String text) {
    return at < tokens.size() && tokens.get(at).text().equals(text);
  }

  private IllegalArgumentException unexpected(Token token) {
    return new IllegalArgumentException(name + ": unexpected " + token);
  }

  private static Stream<String> list(String text) {
    return Stream.of(text.split(",", -1)).map(String::strip);
  }

  private static List<Token> tokens(String text) {
    List<Token> tokens = new ArrayList<>();
    Matcher matcher = TOKEN.matcher(text);
    int end = 0;
    while (end < text.length()) {
      if (!matcher.find(end) || matcher.start() != end) {
        throw new IllegalArgumentException("cannot read: " + text.substring(end));
      }
      for (Kind kind : Kind.values()) {
        String found = matcher.group(kind.name().toLowerCase(Locale.ROOT));
        if (found != null) {
          tokens.add(new Token(kind, found));
        }
      }
      end = matcher.end();
    }
    return tokens;
  }
}
