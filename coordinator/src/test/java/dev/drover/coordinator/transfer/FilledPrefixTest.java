package dev.drover.coordinator.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.drover.coordinator.copy.CopyOptions;
import dev.drover.planner.sql.GenericOption;
import dev.drover.planner.sql.Span;
import java.util.List;
import org.junit.jupiter.api.Test;

class FilledPrefixTest {
  private static final Span NOWHERE = new Span(0, 0);

  @Test
  void valuesBeforeARowAreTakenOut() {
    FilledPrefix prefix = new FilledPrefix(2, CopyOptions.of(List.of()));
    assertThat(prefix.removeFrom("COPY t, line 3: \"17\ta\\\tb\tx\ty\""))
        .isEqualTo("COPY t, line 3: \"x\ty\"");
  }

  @Test
  void quotedDelimitersOfCsvDoNotCount() {
    FilledPrefix prefix = new FilledPrefix(1, options("csv"));
    assertThat(prefix.removeFrom("COPY t, line 3: \"\"a,\"\"b\",x,y\""))
        .isEqualTo("COPY t, line 3: \"x,y\"");
  }

  @Test
  void aRowThatTheServerHasCutWithinTheValuesIsNotShown() {
    FilledPrefix prefix = new FilledPrefix(2, CopyOptions.of(List.of()));
    assertThat(prefix.removeFrom("COPY t, line 3: \"17\taaa...\""))
        .isEqualTo("COPY t, line 3: \"\"");
  }

  @Test
  void otherContextsStayAsTheyAre() {
    FilledPrefix prefix = new FilledPrefix(1, CopyOptions.of(List.of()));
    String column = "COPY t, line 3, column a: \"x\ty\"";
    assertThat(prefix.removeFrom(column)).isEqualTo(column);
    assertThat(prefix.removeFrom("SQL function \"f\"")).isEqualTo("SQL function \"f\"");
    FilledPrefix none = new FilledPrefix(0, CopyOptions.of(List.of()));
    assertThat(none.removeFrom("COPY t, line 3: \"x\ty\"")).isEqualTo("COPY t, line 3: \"x\ty\"");
  }

  private static CopyOptions options(String format) {
    GenericOption.Value value = new GenericOption.Value(NOWHERE, format, false);
    return CopyOptions.of(List.of(new GenericOption(NOWHERE, "format", List.of(value))));
  }
}
