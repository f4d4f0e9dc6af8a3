package dev.drover.tests.generated;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What is run on both servers: a query, or a transaction of changes and queries.
 *
 * @param statements those between BEGIN and the end, if it is a transaction
 * @param twice each statement runs with both sets of constants
 */
record Case(List<Part> statements, Mode mode, Transaction transaction, boolean twice) {
  /** How statements travel. */
  enum Mode {
    /** One Query message each. */
    SIMPLE,
    /** Parse, Bind and Execute of the unnamed statement. */
    EXTENDED,
    /** A named statement with parameters for its constants. */
    PREPARED
  }

  /** What is around the statements. */
  enum Transaction {
    NONE,
    ROLLED_BACK,
    COMMITTED
  }

  private static final List<Mode> MODES = List.of(Mode.values());

  Case {
    statements = List.copyOf(statements);
    requireNonNull(mode);
    requireNonNull(transaction);
  }

  /** The case of that number in the run of that seed. */
  static Case of(long seed, int number) {
    Dice dice = Dice.of(seed * 1_000_003 + number);
    Mode mode = dice.pick(MODES);
    boolean isQuery = dice.chance(70);
    if (isQuery) {
      Part query = new Generator(dice, true).queries().statement();
      return new Case(List.of(query), mode, Transaction.NONE, true);
    }
    Table table = dice.pick(Table.ALL);
    List<Part> statements = new ArrayList<>();
    for (int i = dice.between(1, 2); i > 0; i--) {
      statements.add(new Generator(dice, false).changes().of(table));
    }
    statements.add(Part.of("SELECT * FROM " + table.name()));
    if (dice.chance(60)) {
      statements.add(new Generator(dice, false).queries().statement());
    }
    Transaction end = dice.chance(70) ? Transaction.ROLLED_BACK : Transaction.COMMITTED;
    return new Case(statements, mode, end, dice.chance(30));
  }

  /** Every case that is smaller by one step. */
  Stream<Case> smaller() {
    List<Case> all = new ArrayList<>();
    if (mode != Mode.SIMPLE) {
      all.add(new Case(statements, Mode.SIMPLE, transaction, twice));
    }
    if (twice) {
      all.add(new Case(statements, mode, transaction, false));
    }
    if (transaction == Transaction.COMMITTED) {
      all.add(new Case(statements, mode, Transaction.ROLLED_BACK, twice));
    }
    for (int i = 0; i < statements.size() && statements.size() > 1; i++) {
      List<Part> fewer = new ArrayList<>(statements);
      fewer.remove(i);
      all.add(with(fewer));
    }
    Stream<Case> inner = all.stream();
    for (int i = 0; i < statements.size(); i++) {
      int at = i;
      inner = Stream.concat(inner, statements.get(i).smaller().map(p -> replaced(at, p)));
    }
    return inner;
  }

  private Case replaced(int at, Part part) {
    List<Part> changed = new ArrayList<>(statements);
    changed.set(at, part);
    return with(changed);
  }

  private Case with(List<Part> changed) {
    return new Case(changed, mode, transaction, twice);
  }

  @Override
  public String toString() {
    String body =
        statements.stream()
            .map(part -> Text.inline(part, 0).sql() + ";")
            .collect(Collectors.joining("\n    "));
    return "%s, %s%s%n    %s".formatted(mode, transaction, twice ? ", twice" : "", body);
  }
}
