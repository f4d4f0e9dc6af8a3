package dev.drover.planner.sql;

import dev.drover.planner.sql.GenericOption.Value;
import dev.drover.planner.sql.SessionCommand.SetVariable;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * Reads SET and its relatives, prepared statements and notifications.
 *
 * <p>Source: PostgreSQL 18 manual, the pages of these commands.
 */
final class SessionParser {
  private final Grammar grammar;
  private final Cursor cursor;

  SessionParser(Grammar grammar) {
    this.grammar = grammar;
    this.cursor = grammar.cursor();
  }

  /** SET of a setting. */
  Statement set() {
    int start = cursor.start();
    cursor.expect("set");
    SetVariable.Scope scope = scope();
    return variable(start, scope);
  }

  private SetVariable.Scope scope() {
    boolean named = cursor.kind(1) == '=' || cursor.word(1).equals("to") || cursor.kind(1) == '.';
    if (!named && cursor.at("session") && !cursor.word(1).equals("authorization")) {
      cursor.advance();
      return SetVariable.Scope.SESSION;
    }
    if (!named && cursor.accept("local")) {
      return SetVariable.Scope.LOCAL;
    }
    return SetVariable.Scope.SESSION;
  }

  /** A setting and its value, behind SET or in ALTER ROLE, DATABASE and FUNCTION. */
  SetVariable variable(int start, SetVariable.Scope scope) {
    if (cursor.accept("time", "zone")) {
      return zone(start, scope);
    }
    if (cursor.accept("session", "authorization")) {
      return single(start, scope, "session_authorization");
    }
    boolean role = cursor.at("role") && !isAssignment(1);
    boolean names = cursor.at("names") && !isAssignment(1);
    boolean schema = cursor.at("schema") && Token.isText(cursor.kind(1));
    boolean xml = cursor.at("xml", "option");
    if (role || names || schema) {
      cursor.advance();
      String name = role ? "role" : names ? "client_encoding" : "search_path";
      return names && cursor.atEnd() ? defaulted(start, scope, name) : single(start, scope, name);
    }
    if (xml) {
      cursor.expect("xml", "option");
      return single(start, scope, "xmloption");
    }
    String name = settingName();
    if (cursor.at("from", "current")) {
      cursor.advance();
      return single(start, scope, name);
    }
    if (!cursor.accept('=')) {
      cursor.expect("to");
    }
    return values(start, scope, name);
  }

  private boolean isAssignment(int ahead) {
    return cursor.kind(ahead) == '=' || cursor.word(ahead).equals("to");
  }

  private String settingName() {
    return grammar.names().qualifiedName().text().toLowerCase(Locale.ROOT);
  }

  private SetVariable defaulted(int start, SetVariable.Scope scope, String name) {
    Span empty = new Span(cursor.lastEnd(), cursor.lastEnd());
    return new SetVariable(cursor.since(start), scope, name, List.of(), empty);
  }

  private SetVariable zone(int start, SetVariable.Scope scope) {
    if (!cursor.at("interval")) {
      return single(start, scope, "timezone");
    }
    Span span = grammar.expressions().expression().span();
    cursor.markLiteralRead();
    Value value = new Value(span, span.of(cursor.text()), false);
    return new SetVariable(cursor.since(start), scope, "timezone", List.of(value), span);
  }

  private SetVariable single(int start, SetVariable.Scope scope, String name) {
    if (cursor.at("default")) {
      return values(start, scope, name);
    }
    Value value = value();
    return new SetVariable(cursor.since(start), scope, name, List.of(value), value.span());
  }

  private SetVariable values(int start, SetVariable.Scope scope, String name) {
    Span first = cursor.span();
    if (cursor.accept("default")) {
      return new SetVariable(cursor.since(start), scope, name, List.of(), first);
    }
    List<Value> values = cursor.list(this::value);
    Span span = cursor.since(first.start());
    return new SetVariable(cursor.since(start), scope, name, values, span);
  }

  private Value value() {
    return grammar.options().value();
  }

  /** PREPARE of a statement. */
  Statement prepare() {
    int start = cursor.start();
    cursor.expect("prepare");
    Name name = grammar.names().name();
    List<TypeName> types = cursor.at('(') ? cursor.parenthesized(grammar.types()::type) : List.of();
    cursor.expect("as");
    if (!grammar.dml().atStatement()) {
      throw cursor.unexpected();
    }
    Statement statement = grammar.dml().statement();
    return new SessionCommand.Prepare(cursor.since(start), name, types, statement);
  }

  /** EXECUTE of a prepared statement. */
  Statement execute() {
    int start = cursor.start();
    cursor.expect("execute");
    Name name = grammar.names().name();
    List<Expr> arguments =
        cursor.at('(') ? cursor.parenthesized(grammar.expressions()::expression) : List.of();
    return new SessionCommand.Execute(cursor.since(start), name, arguments);
  }

  /** DEALLOCATE, RESET, SHOW, DISCARD, LISTEN, UNLISTEN, NOTIFY. */
  Statement command() {
    int start = cursor.start();
    String word = cursor.word();
    cursor.advance();
    return switch (word) {
      case "deallocate" -> {
        cursor.accept("prepare");
        Optional<Name> name = allOr();
        yield new SessionCommand.Deallocate(cursor.since(start), name);
      }
      case "reset" -> {
        Optional<String> name = setting();
        yield new SessionCommand.Reset(cursor.since(start), name);
      }
      case "show" -> {
        Optional<String> name = setting();
        yield new SessionCommand.Show(cursor.since(start), name);
      }
      case "discard" -> {
        SessionCommand.Discard.What what = discarded();
        yield new SessionCommand.Discard(cursor.since(start), what);
      }
      case "listen" -> {
        Name channel = grammar.names().name();
        yield new SessionCommand.Listen(cursor.since(start), channel);
      }
      case "unlisten" -> {
        Optional<Name> channel =
            cursor.accept('*') ? Optional.empty() : Optional.of(grammar.names().name());
        yield new SessionCommand.Unlisten(cursor.since(start), channel);
      }
      default -> notify(start);
    };
  }

  private Optional<Name> allOr() {
    return cursor.accept("all") ? Optional.empty() : Optional.of(grammar.names().name());
  }

  private Optional<String> setting() {
    if (cursor.accept("all")) {
      return Optional.empty();
    }
    if (cursor.accept("time", "zone")) {
      return Optional.of("timezone");
    }
    if (cursor.accept("session", "authorization")) {
      return Optional.of("session_authorization");
    }
    if (cursor.accept("transaction", "isolation")) {
      cursor.expect("level");
      return Optional.of("transaction_isolation");
    }
    return Optional.of(settingName());
  }

  private SessionCommand.Discard.What discarded() {
    String word = cursor.word();
    SessionCommand.Discard.What what =
        switch (word) {
          case "all" -> SessionCommand.Discard.What.ALL;
          case "plans" -> SessionCommand.Discard.What.PLANS;
          case "sequences" -> SessionCommand.Discard.What.SEQUENCES;
          case "temp", "temporary" -> SessionCommand.Discard.What.TEMPORARY;
          default -> throw cursor.unexpected();
        };
    cursor.advance();
    return what;
  }

  private Statement notify(int start) {
    Name channel = grammar.names().name();
    Optional<String> payload =
        cursor.accept(',') ? Optional.of(cursor.readString()) : Optional.empty();
    return new SessionCommand.Notify(cursor.since(start), channel, payload);
  }
}
