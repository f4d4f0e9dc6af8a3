package dev.drover.planner.sql;

/** The parsers of one text, which call one another. */
final class Grammar {
  private final Cursor cursor;
  private final NameParser names;
  private final TypeParser types;
  private final ExprParser expressions;
  private final PrimaryParser primaries;
  private final CallParser calls;
  private final SpecialParser specials;
  private final QueryParser queries;
  private final FromParser froms;
  private final DmlParser dml;
  private final OptionParser options;
  private final DistributionParser distributions;
  private final IndexParser indexes;
  private final ConstraintParser constraints;
  private final PartitionParser partitions;
  private final SessionParser sessions;
  private final TableParser tables;
  private final StatementParser statements;

  Grammar(Cursor cursor) {
    this.cursor = cursor;
    this.names = new NameParser(cursor);
    this.types = new TypeParser(this);
    this.expressions = new ExprParser(this);
    this.primaries = new PrimaryParser(this);
    this.calls = new CallParser(this);
    this.specials = new SpecialParser(this);
    this.queries = new QueryParser(this);
    this.froms = new FromParser(this);
    this.dml = new DmlParser(this);
    this.options = new OptionParser(this);
    this.distributions = new DistributionParser(this);
    this.indexes = new IndexParser(this);
    this.constraints = new ConstraintParser(this);
    this.partitions = new PartitionParser(this);
    this.sessions = new SessionParser(this);
    this.tables = new TableParser(this);
    this.statements = new StatementParser(this);
  }

  Cursor cursor() {
    return cursor;
  }

  NameParser names() {
    return names;
  }

  TypeParser types() {
    return types;
  }

  ExprParser expressions() {
    return expressions;
  }

  PrimaryParser primaries() {
    return primaries;
  }

  CallParser calls() {
    return calls;
  }

  SpecialParser specials() {
    return specials;
  }

  QueryParser queries() {
    return queries;
  }

  FromParser froms() {
    return froms;
  }

  DmlParser dml() {
    return dml;
  }

  OptionParser options() {
    return options;
  }

  DistributionParser distributions() {
    return distributions;
  }

  IndexParser indexes() {
    return indexes;
  }

  ConstraintParser constraints() {
    return constraints;
  }

  PartitionParser partitions() {
    return partitions;
  }

  SessionParser sessions() {
    return sessions;
  }

  TableParser tables() {
    return tables;
  }

  StatementParser statements() {
    return statements;
  }
}
