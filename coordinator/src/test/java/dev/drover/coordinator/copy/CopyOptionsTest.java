package dev.drover.coordinator.copy;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.drover.pgwire.SqlError;
import dev.drover.planner.sql.CopyEndpoint;
import dev.drover.planner.sql.GenericOption;
import dev.drover.planner.sql.Span;
import dev.drover.planner.sql.Statement;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class CopyOptionsTest {
  private static final Span NOWHERE = new Span(0, 0);

  private static GenericOption word(String name, String... words) {
    return new GenericOption(
        NOWHERE,
        name,
        Stream.of(words).map(w -> new GenericOption.Value(NOWHERE, w, false)).toList());
  }

  private static GenericOption string(String name, String text) {
    return new GenericOption(NOWHERE, name, List.of(new GenericOption.Value(NOWHERE, text, true)));
  }

  private static CopyStatement statement(List<GenericOption> options, List<String> filled) {
    Statement.Copy copy =
        new Statement.Copy(
            NOWHERE,
            Optional.empty(),
            List.of(),
            Optional.empty(),
            true,
            new CopyEndpoint(NOWHERE, CopyEndpoint.Kind.STDIN),
            options,
            Optional.empty());
    return CopyStatement.of(copy, "".getBytes(UTF_8), filled, List.of("\"a\"", "\"B\""));
  }

  @Test
  void eachFormatHasItsDefaults() {
    CopyOptions text = CopyOptions.of(List.of());
    assertThat(text.format()).isEqualTo(CopyFormat.TEXT);
    assertThat(text.delimiter()).isEqualTo((byte) '\t');
    assertThat(text.nullText()).isEqualTo("\\N");
    assertThat(text.header()).isEqualTo(CopyOptions.Header.NONE);
    CopyOptions csv = CopyOptions.of(List.of(word("format", "csv"), string("quote", "'")));
    assertThat(csv.delimiter()).isEqualTo((byte) ',');
    assertThat(csv.nullText()).isEmpty();
    assertThat(csv.escape()).isEqualTo((byte) '\'');
  }

  @Test
  void headersAreReadAsBooleansOrMatch() {
    assertThat(CopyOptions.of(List.of(word("header"))).header()).isEqualTo(CopyOptions.Header.SKIP);
    assertThat(CopyOptions.of(List.of(word("header", "off"))).header())
        .isEqualTo(CopyOptions.Header.NONE);
    assertThat(CopyOptions.of(List.of(string("header", "MATCH"))).header())
        .isEqualTo(CopyOptions.Header.MATCH);
    assertThatThrownBy(() -> CopyOptions.of(List.of(word("header", "maybe"))))
        .isInstanceOf(SqlError.class);
  }

  @Test
  void whatCannotBeReadHereIsRefused() {
    assertThatThrownBy(() -> CopyOptions.of(List.of(string("delimiter", "||"))))
        .isInstanceOf(SqlError.class)
        .hasMessage("COPY delimiter must be a single one-byte character");
    assertThatThrownBy(() -> CopyOptions.of(List.of(word("reject_limit", "5"))))
        .isInstanceOf(SqlError.class)
        .hasMessage("COPY with REJECT_LIMIT is not supported");
    assertThatThrownBy(() -> CopyOptions.of(List.of(word("format", "xml"))))
        .isInstanceOf(SqlError.class)
        .hasMessage("COPY format \"xml\" not recognized");
  }

  @Test
  void encodingsOfOneBytePerCharacterAreReadAndOthersRefused() {
    assertThat(CopyOptions.of(List.of(string("encoding", "utf-8"))).keyCharset()).isEmpty();
    assertThat(CopyOptions.of(List.of(string("encoding", "LATIN1"))).keyCharset())
        .contains(ISO_8859_1);
    assertThatThrownBy(() -> CopyOptions.of(List.of(string("encoding", "SJIS"))).keyCharset())
        .isInstanceOf(SqlError.class);
  }

  @Test
  void serversGetEveryOptionButHeaderAndFreeze() {
    CopyStatement statement =
        statement(
            List.of(
                word("format", "csv"),
                string("null", "it's \\N"),
                word("header", "true"),
                word("freeze"),
                word("force_null", "*"),
                word("force_not_null", "a", "B"),
                string("encoding", "LATIN1"),
                word("reject_limit", "5")),
            List.of("\"id\""));
    assertThat(statement.text("\"drover$3\".\"t$9\""))
        .isEqualTo(
            "COPY \"drover$3\".\"t$9\" (\"id\", \"a\", \"B\") FROM STDIN (format E'csv', null"
                + " E'it''s \\\\N', force_null (\"a\", \"B\"), force_not_null (\"a\", \"B\"),"
                + " encoding E'LATIN1', reject_limit 5)");
  }

  @Test
  void withoutOptionsThereAreNoParentheses() {
    assertThat(statement(List.of(), List.of()).text("t"))
        .isEqualTo("COPY t (\"a\", \"B\") FROM STDIN");
    assertThat(CopyStatement.binary(List.of("a")).text("t"))
        .isEqualTo("COPY t (a) FROM STDIN (FORMAT binary)");
  }
}
