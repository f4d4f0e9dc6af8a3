package dev.drover.tests.programs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.tests.Endpoint;
import dev.drover.tests.Endpoints;
import dev.drover.tests.EndpointsExtension;
import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** What JDBC's tools ask a driver about a database is answered as one PostgreSQL would. */
@ExtendWith(EndpointsExtension.class)
class DatabaseMetaDataTest {
  private static final String ANY = "%";
  private static final String TYPE_INFO = "type info";
  private static final List<String> SCHEMAS = List.of("public", "app");

  /** Names of routines that are made unique by an OID. */
  private static final Pattern OID = Pattern.compile("_\\d+$");

  /** One question of {@link DatabaseMetaData}. */
  private interface Question {
    ResultSet ask(DatabaseMetaData metadata) throws SQLException;
  }

  /** Row counts of indexes are asked for too: of what autovacuum may have looked at or not. */
  @BeforeAll
  static void createSchema(Endpoints endpoints) throws SQLException {
    SampleSchema.createOn(endpoints.plain(), endpoints.drover());
    endpoints.plain().run("ANALYZE");
    endpoints.drover().run("ANALYZE");
  }

  @AfterAll
  static void dropSchema(Endpoints endpoints) {
    SampleSchema.dropFrom(endpoints.plain(), endpoints.drover());
  }

  @Test
  void everyQuestionHasTheSameAnswer(Endpoints endpoints) throws SQLException {
    Map<String, List<String>> plain = answers(endpoints.plain());
    Map<String, List<String>> drover = answers(endpoints.drover());
    assertThat(drover.keySet()).isEqualTo(plain.keySet());
    assertThat(drover.remove(TYPE_INFO).stream().sorted())
        .as("Drover's own relations have types too; those of one kind come in no order")
        .containsSubsequence(plain.remove(TYPE_INFO).stream().sorted().toList());
    for (Map.Entry<String, List<String>> answer : plain.entrySet()) {
      assertThat(drover.get(answer.getKey()))
          .as(answer.getKey())
          .containsExactlyElementsOf(answer.getValue());
    }
    assertThat(plain.get("columns of " + SCHEMAS.getFirst())).isNotEmpty();
  }

  private static Map<String, List<String>> answers(Endpoint endpoint) throws SQLException {
    Map<String, List<String>> answers = new LinkedHashMap<>();
    try (Connection connection = endpoint.connect()) {
      DatabaseMetaData metadata = connection.getMetaData();
      List<String> tables = new ArrayList<>();
      for (String schema : SCHEMAS) {
        tables.addAll(tables(metadata, schema));
      }
      for (Map.Entry<String, Question> question : questions(tables).entrySet()) {
        answers.put(question.getKey(), rows(question.getValue().ask(metadata)));
      }
    }
    return answers;
  }

  private static List<String> tables(DatabaseMetaData metadata, String schema) throws SQLException {
    List<String> tables = new ArrayList<>();
    try (ResultSet rows = metadata.getTables(null, schema, ANY, new String[] {"TABLE", "VIEW"})) {
      while (rows.next()) {
        tables.add(schema + "." + rows.getString("TABLE_NAME"));
      }
    }
    return tables;
  }

  private static Map<String, Question> questions(List<String> tables) {
    Map<String, Question> questions = new LinkedHashMap<>();
    questions.put("schemas", m -> m.getSchemas(null, "p%"));
    questions.put("catalogs", DatabaseMetaData::getCatalogs);
    questions.put("table types", DatabaseMetaData::getTableTypes);
    questions.put("client properties", DatabaseMetaData::getClientInfoProperties);
    questions.put(TYPE_INFO, DatabaseMetaData::getTypeInfo);
    questions.put("built-in types", m -> m.getUDTs(null, "pg_catalog", ANY, null));
    questions.put("built-in functions", m -> m.getFunctions(null, "pg_catalog", "array%"));
    for (String schema : SCHEMAS) {
      questions.put("tables of " + schema, m -> m.getTables(null, schema, ANY, null));
      questions.put("columns of " + schema, m -> m.getColumns(null, schema, ANY, ANY));
      questions.put("types of " + schema, m -> m.getUDTs(null, schema, ANY, null));
      questions.put("functions of " + schema, m -> m.getFunctions(null, schema, ANY));
      questions.put("procedures of " + schema, m -> m.getProcedures(null, schema, ANY));
    }
    for (String table : tables) {
      String schema = table.substring(0, table.indexOf('.'));
      String name = table.substring(table.indexOf('.') + 1);
      questions.put("primary key of " + table, m -> m.getPrimaryKeys(null, schema, name));
      questions.put("imported keys of " + table, m -> m.getImportedKeys(null, schema, name));
      questions.put("exported keys of " + table, m -> m.getExportedKeys(null, schema, name));
      questions.put("indexes of " + table, m -> m.getIndexInfo(null, schema, name, false, true));
      questions.put(
          "best row of " + table, m -> m.getBestRowIdentifier(null, schema, name, 2, true));
      questions.put("versions of " + table, m -> m.getVersionColumns(null, schema, name));
      questions.put("privileges on " + table, m -> m.getTablePrivileges(null, schema, name));
      questions.put(
          "column rights on " + table, m -> m.getColumnPrivileges(null, schema, name, ANY));
      questions.put(
          "references to " + table, m -> m.getCrossReference(null, schema, name, null, null, null));
    }
    return questions;
  }

  private static List<String> rows(ResultSet results) throws SQLException {
    List<String> rows = new ArrayList<>();
    try (results) {
      int columns = results.getMetaData().getColumnCount();
      while (results.next()) {
        List<String> row = new ArrayList<>();
        for (int i = 1; i <= columns; i++) {
          String value = String.valueOf(results.getString(i));
          row.add(comparable(results.getMetaData().getColumnName(i), value));
        }
        rows.add(String.join(" | ", row));
      }
    }
    return rows;
  }

  /** An index has a page on each of its leaves at least, once their sizes were collected. */
  private static String comparable(String column, String value) {
    return switch (column) {
      case "SPECIFIC_NAME" -> OID.matcher(value).replaceFirst("");
      case "PAGES" -> "some";
      default -> value;
    };
  }
}
