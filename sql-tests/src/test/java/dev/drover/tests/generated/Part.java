package dev.drover.tests.generated;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A piece of a statement that knows how it can be made smaller. */
sealed interface Part {
  /** Words that stay. */
  record Words(String text) implements Part {
    public Words {
      requireNonNull(text);
    }
  }

  /** One behind the other. */
  record Chain(List<Part> parts) implements Part {
    public Chain {
      parts = List.copyOf(parts);
    }
  }

  /** May be left out. */
  record Extra(Part part) implements Part {
    public Extra {
      requireNonNull(part);
    }
  }

  /** A list of which items may be left out, down to the least number. */
  record Items(String separator, List<Part> items, int least) implements Part {
    public Items {
      requireNonNull(separator);
      items = List.copyOf(items);
    }
  }

  /** May be replaced by something simpler. */
  record Either(Part part, List<Part> simpler) implements Part {
    public Either {
      requireNonNull(part);
      simpler = List.copyOf(simpler);
    }
  }

  /** A constant that is another one when the statement runs again. */
  record Constant(SqlType type, String first, String second) implements Part {
    public Constant {
      requireNonNull(type);
      requireNonNull(first);
      requireNonNull(second);
    }

    String value(int set) {
      return set == 0 ? first : second;
    }
  }

  /** Strings and parts, in order. */
  static Part of(Object... pieces) {
    return new Chain(Arrays.stream(pieces).map(Part::part).toList());
  }

  /** Items with a comma between; one must stay. */
  static Part list(List<? extends Part> items) {
    return new Items(", ", List.copyOf(items), 1);
  }

  /** Items with a comma between, all of which stay. */
  static Part fixed(List<? extends Part> items) {
    return new Items(", ", List.copyOf(items), items.size());
  }

  static Part extra(Object... pieces) {
    return new Extra(of(pieces));
  }

  static Part none() {
    return new Words("");
  }

  private static Part part(Object piece) {
    return switch (piece) {
      case Part part -> part;
      case Optional<?> optional -> optional.map(Part::part).orElseGet(Part::none);
      default -> new Words(piece.toString());
    };
  }

  /** Every part that is smaller by one step; the biggest steps first. */
  default Stream<Part> smaller() {
    return switch (this) {
      case Words _, Constant _ -> Stream.of();
      case Chain(var parts) -> each(parts).map(Chain::new);
      case Extra(var part) -> Stream.concat(Stream.of(none()), part.smaller().map(Extra::new));
      case Items(var separator, var items, var least) ->
          Stream.concat(without(items, least), each(items))
              .map(fewer -> new Items(separator, fewer, least));
      case Either(var part, var simpler) ->
          Stream.concat(simpler.stream(), part.smaller().map(p -> new Either(p, simpler)));
    };
  }

  private static Stream<List<Part>> without(List<Part> items, int least) {
    if (items.size() <= least) {
      return Stream.of();
    }
    List<List<Part>> all = new ArrayList<>();
    for (int i = items.size() - 1; i >= 0; i--) {
      List<Part> fewer = new ArrayList<>(items);
      fewer.remove(i);
      all.add(fewer);
    }
    return all.stream();
  }

  private static Stream<List<Part>> each(List<Part> parts) {
    Stream<List<Part>> all = Stream.of();
    for (int i = 0; i < parts.size(); i++) {
      int at = i;
      all = Stream.concat(all, parts.get(i).smaller().map(p -> replaced(parts, at, p)));
    }
    return all;
  }

  private static List<Part> replaced(List<Part> parts, int at, Part part) {
    List<Part> copy = new ArrayList<>(parts);
    copy.set(at, part);
    return copy;
  }
}
