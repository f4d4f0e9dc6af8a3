package dev.drover.planner.sql;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Reads statements of every kind, by their first key word. */
final class StatementParser {
  private final Grammar grammar;
  private final Cursor cursor;
  private final TransactionParser transactions;
  private final CursorCommandParser cursors;
  private final CopyParser copies;
  private final DefinitionParser definitions;
  private final ClusterParser clusters;
  private final UtilityParser utilities;

  StatementParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
    this.transactions = new TransactionParser(grammar);
    this.cursors = new CursorCommandParser(grammar);
    this.copies = new CopyParser(grammar);
    this.clusters = new ClusterParser(grammar);
    this.utilities = new UtilityParser(grammar);
    this.definitions = new DefinitionParser(grammar, clusters, utilities);
  }

  /** One statement; what follows it is left to the caller. */
  Statement statement() {
    cursor.enter();
    Statement statement = byKeyWord();
    cursor.leave();
    return statement;
  }

  private Statement byKeyWord() {
    return switch (cursor.word()) {
      case "select", "insert", "update", "delete", "with", "values", "table", "merge" ->
          grammar.dml().statement();
      case "begin", "start", "commit", "end", "rollback", "abort", "savepoint", "release" ->
          transactions.command();
      case "set" -> transactions.atSet() ? transactions.set() : grammar.sessions().set();
      case "prepare" ->
          cursor.word(1).equals("transaction")
              ? transactions.command()
              : grammar.sessions().prepare();
      case "execute" ->
          cursor.word(1).equals("direct") && cursor.word(2).equals("on")
              ? clusters.executeDirect()
              : grammar.sessions().execute();
      case "deallocate", "reset", "show", "discard", "listen", "unlisten", "notify" ->
          grammar.sessions().command();
      case "declare", "fetch", "move", "close" -> cursors.command();
      case "explain" -> explain();
      case "copy" -> copies.copy();
      case "create", "alter", "drop" -> definitions.command();
      case "truncate", "lock" -> definitions.tables();
      case "call" -> call();
      case "do" -> doBlock();
      case "clean", "pause", "unpause" -> clusters.command();
      default -> other();
    };
  }

  private Statement other() {
    return cursor.at('(') && grammar.queries().atQuery()
        ? grammar.dml().statement()
        : utilities.command();
  }

  private Statement explain() {
    int start = cursor.start();
    cursor.expect("explain");
    List<GenericOption> options;
    if (cursor.at('(') && !grammar.queries().atQuery()) {
      options = grammar.options().inParentheses();
    } else {
      options = oldOptions();
    }
    Statement statement = explained();
    return new Statement.Explain(cursor.since(start), options, statement);
  }

  private List<GenericOption> oldOptions() {
    Optional<GenericOption> analyze =
        cursor.atAny("analyze", "analyse")
            ? Optional.of(grammar.options().bare("analyze"))
            : Optional.empty();
    Optional<GenericOption> verbose =
        cursor.at("verbose") ? Optional.of(grammar.options().bare("verbose")) : Optional.empty();
    return Stream.of(analyze, verbose).flatMap(Optional::stream).toList();
  }

  private Statement explained() {
    if (grammar.dml().atStatement()) {
      return grammar.dml().statement();
    }
    return switch (cursor.word()) {
      case "declare", "create", "execute", "refresh" -> statement();
      default -> throw cursor.unexpected();
    };
  }

  private Statement call() {
    int start = cursor.start();
    cursor.expect("call");
    Expr call = grammar.calls().call(grammar.names().anyQualifiedName());
    return new Statement.Call(cursor.since(start), call);
  }

  private Statement doBlock() {
    int start = cursor.start();
    cursor.expect("do");
    Optional<Span> body = Optional.empty();
    Optional<Name> language = Optional.empty();
    while (!cursor.atEnd()) {
      if (cursor.accept("language")) {
        language = Optional.of(languageName());
      } else {
        Span span = cursor.span();
        cursor.readString();
        body = Optional.of(span);
      }
    }
    Span found = body.orElseThrow(cursor::unexpected);
    return new Statement.Do(cursor.since(start), found, language);
  }

  private Name languageName() {
    if (!Token.isText(cursor.kind())) {
      return grammar.names().label();
    }
    Span span = cursor.span();
    return new Name(span, cursor.readString(), true);
  }
}
