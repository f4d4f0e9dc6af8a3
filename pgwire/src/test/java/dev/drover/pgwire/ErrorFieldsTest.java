package dev.drover.pgwire;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import org.junit.jupiter.api.Test;

class ErrorFieldsTest {
  /** Every letter of PostgreSQL 18, one not known yet, and a text that is not UTF-8. */
  private static final String ALL =
      "SB\u0142\0VERROR\0C23505\0Mm\u00ff\0Dd\0Hh\0P5\0p6\0qq\0Ww\0"
          + "ss\0tt\0cc\0dd\0nn\0Ff\0L7\0Rr\0Zz\0\0";

  @Test
  void fieldsPassThroughByteForByte() {
    byte[] bytes = ALL.getBytes(ISO_8859_1);
    ByteBuf out = Unpooled.buffer();
    ErrorFields.decode(Unpooled.wrappedBuffer(bytes)).encodeError(out);
    assertThat((char) out.readByte()).isEqualTo('E');
    assertThat(out.readInt()).isEqualTo(bytes.length + 4);
    byte[] written = new byte[out.readableBytes()];
    out.readBytes(written);
    assertThat(written).isEqualTo(bytes);
  }

  @Test
  void changedFieldKeepsItsPlaceAndNewOnesComeLast() {
    ErrorFields fields = ErrorFields.of(Severity.ERROR, "42P01", "relation \"t\" does not exist");
    ErrorFields changed =
        fields.with('M', "other").with('W', "node dn1").with('P', "9").without('P');
    assertThat(changed.letters()).containsExactly('S', 'V', 'C', 'M', 'W');
    assertThat(changed.get('M')).contains("other");
    assertThat(changed.get('W')).contains("node dn1");
    assertThat(changed.get('P')).isEmpty();
    assertThat(fields.message()).isEqualTo("relation \"t\" does not exist");
  }

  @Test
  void errorRaisedHereCarriesAllItsFacts() {
    SqlError error =
        SqlError.of(SqlState.SYNTAX_ERROR, "syntax error at or near \"x\"")
            .withDetail("Detail.")
            .withHint("Hint.")
            .withPosition(8);
    ErrorFields fields = ErrorFields.of(error, Severity.FATAL);
    assertThat(fields.letters()).containsExactly('S', 'V', 'C', 'M', 'D', 'H', 'P');
    assertThat(fields.severity()).isEqualTo("FATAL");
    assertThat(fields.sqlState()).isEqualTo("42601");
    assertThat(fields.get('P')).contains("8");
    assertThat(fields).hasToString("FATAL 42601: syntax error at or near \"x\"");
  }

  @Test
  void noticesAreOfTheirSeverity() {
    ErrorFields notice = ErrorFields.notice("table \"t\" is distributed by HASH (id)");
    assertThat(notice.severity()).isEqualTo("NOTICE");
    assertThat(notice.sqlState()).isEqualTo("00000");
    ByteBuf out = Unpooled.buffer();
    BackendEncoder.notice(out, ErrorFields.warning(SqlState.WARNING, "careful"));
    assertThat((char) out.readByte()).isEqualTo('N');
    out.readInt();
    assertThat(ErrorFields.decode(out).sqlState()).isEqualTo("01000");
  }
}
