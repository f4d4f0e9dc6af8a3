package dev.drover.tests.generated;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Makes statements. One generator makes one statement, and what its parts share is here.
 *
 * <p>Threads: confined to one.
 */
final class Generator {
  /** How many relations a statement may read in all. */
  private static final int RELATIONS = 6;

  /** A WITH query that the rest of the statement may read. */
  record Named(String name, Query query) {}

  private final Dice dice;
  private final boolean keepsKeys;
  private final List<Named> named = new ArrayList<>();
  private int relationsLeft = RELATIONS;
  private int names;

  /**
   * A generator for one statement.
   *
   * @param keepsKeys the rows of every table still differ in {@code id}
   */
  Generator(Dice dice, boolean keepsKeys) {
    this.dice = dice;
    this.keepsKeys = keepsKeys;
  }

  Dice dice() {
    return dice;
  }

  boolean keepsKeys() {
    return keepsKeys;
  }

  Expressions expressions() {
    return new Expressions(this);
  }

  Predicates predicates() {
    return new Predicates(this);
  }

  Aggregates aggregates() {
    return new Aggregates(this);
  }

  Windows windows() {
    return new Windows(this);
  }

  Relations relations() {
    return new Relations(this);
  }

  Queries queries() {
    return new Queries(this);
  }

  Changes changes() {
    return new Changes(this);
  }

  String name(String stem) {
    names++;
    return stem + names;
  }

  /** WITH queries that are in sight. */
  List<Named> named() {
    return named;
  }

  boolean canRead() {
    return relationsLeft > 0;
  }

  /** Takes one relation of those that are left. */
  void read() {
    relationsLeft--;
  }

  SqlType anyType() {
    return dice.pick(Arrays.asList(SqlType.values()));
  }

  Part.Constant constant(SqlType type) {
    return new Part.Constant(type, dice.pick(type.samples()), dice.pick(type.samples()));
  }
}
