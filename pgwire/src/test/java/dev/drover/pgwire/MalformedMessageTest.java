package dev.drover.pgwire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Whatever the other side sends, decoding ends in a value or in a SqlError. */
class MalformedMessageTest {
  private static final int SEED = 6432;
  private static final int ROUNDS = 5_000;
  private static final int MAX_RANDOM_BYTES = 40;

  private static final Map<String, Consumer<ByteBuf>> DECODERS =
      Map.ofEntries(
          Map.entry("Parse", FrontendDecoder.Parse::decode),
          Map.entry("Bind", FrontendDecoder.Bind::decode),
          Map.entry("Describe", FrontendDecoder.Describe::decode),
          Map.entry("Execute", FrontendDecoder.Execute::decode),
          Map.entry("Close", FrontendDecoder.Close::decode),
          Map.entry("FunctionCall", FrontendDecoder.FunctionCall::decode),
          Map.entry("string", FrontendDecoder::string),
          Map.entry("SaslInitialResponse", FrontendDecoder.SaslInitialResponse::decode),
          Map.entry("StartupPacket", StartupPacket::decode),
          Map.entry("RowDescription", RowDescription::decode),
          Map.entry("ErrorFields", ErrorFields::decode),
          Map.entry("CommandTag", CommandTag::decode),
          Map.entry("ParameterStatus", BackendDecoder.ParameterStatus::decode),
          Map.entry("BackendKeyData", BackendDecoder.BackendKeyData::decode),
          Map.entry("Authentication", BackendDecoder.Authentication::decode),
          Map.entry("CopyResponse", BackendDecoder.CopyResponse::decode),
          Map.entry("Notification", BackendDecoder.Notification::decode),
          Map.entry("ParameterDescription", BackendDecoder::parameterDescription),
          Map.entry("ReadyForQuery", BackendDecoder::readyForQuery),
          Map.entry("DataRow", BackendDecoder::dataRow),
          Map.entry("run of rows", BackendDecoder::nextDataRow));

  @Test
  void randomBodiesRaiseNothingButSqlErrors() {
    Random random = new Random(SEED);
    for (int i = 0; i < ROUNDS; i++) {
      byte[] bytes = new byte[random.nextInt(MAX_RANDOM_BYTES)];
      random.nextBytes(bytes);
      for (int zero = 0; zero < bytes.length; zero += 1 + random.nextInt(4)) {
        bytes[zero] = (byte) random.nextInt(3);
      }
      DECODERS.forEach((name, decoder) -> checkOutcome(name, decoder, bytes));
    }
  }

  @Test
  void bodiesCutShortAnywhereAreProtocolViolations() {
    BindParameters parameters =
        BindParameters.of(new int[] {1, 0}, Arrays.asList(new byte[] {1, 2}, null));
    checkCuts(
        out -> FrontendEncoder.bind(out, "portal", "stmt", parameters, new int[] {1}),
        FrontendDecoder.Bind::decode);
    checkCuts(
        out -> FrontendEncoder.parse(out, "stmt", "SELECT 1".getBytes(UTF_8), new int[] {23}),
        FrontendDecoder.Parse::decode);
    checkCuts(out -> FrontendEncoder.execute(out, "p", 3), FrontendDecoder.Execute::decode);
    checkCuts(
        out -> BackendEncoder.rowDescription(out, List.of(FieldDescription.of("name", 25, -1))),
        RowDescription::decode);
    checkCuts(
        out -> BackendEncoder.dataRow(out, List.of(new byte[] {1, 2, 3})), BackendDecoder::dataRow);
    checkCuts(
        out -> BackendEncoder.error(out, SqlError.of(SqlState.DISK_FULL, "full")),
        ErrorFields::decode);
  }

  @Test
  void bytesLeftOverAreProtocolViolations() {
    ByteBuf body = Unpooled.buffer();
    body.writeBytes("p\0".getBytes(UTF_8)).writeInt(1).writeByte(9);
    assertViolation(() -> FrontendDecoder.Execute.decode(body));
  }

  @Test
  void countsThatCannotFitAllocateNothing() {
    ByteBuf bind = Unpooled.buffer().writeShort(0).writeShort(0).writeShort(0xffff);
    assertViolation(() -> FrontendDecoder.Bind.decode(bind));
    ByteBuf value = Unpooled.buffer().writeShort(0).writeShort(0).writeShort(1);
    value.writeInt(Integer.MAX_VALUE);
    assertViolation(() -> FrontendDecoder.Bind.decode(value));
    ByteBuf negative = Unpooled.buffer().writeShort(0).writeShort(0).writeShort(1);
    negative.writeInt(-2).writeShort(0);
    assertViolation(() -> FrontendDecoder.Bind.decode(negative));
  }

  @Test
  void formatsMustMatchTheParameters() {
    ByteBuf body = Unpooled.buffer().writeShort(0).writeShort(2).writeShort(0).writeShort(1);
    body.writeShort(1).writeInt(-1).writeShort(0);
    assertThatThrownBy(() -> FrontendDecoder.Bind.decode(body))
        .hasMessage("bind message has 2 parameter formats but 1 parameters");
  }

  @Test
  void formatsOtherThanTextAndBinaryAreRefused() {
    ByteBuf body = Unpooled.buffer().writeShort(0).writeShort(0).writeShort(0);
    body.writeShort(1).writeShort(7);
    assertThatThrownBy(() -> FrontendDecoder.Bind.decode(body))
        .hasMessage("unsupported format code: 7")
        .extracting(error -> ((SqlError) error).state())
        .isEqualTo(SqlState.INVALID_PARAMETER_VALUE);
  }

  @Test
  void resultColumnsBeyondTheFormatsAreRefused() {
    ByteBuf body = Unpooled.buffer().writeShort(0).writeShort(0).writeShort(0);
    body.writeShort(2).writeShort(0).writeShort(1);
    FrontendDecoder.Bind bind = FrontendDecoder.Bind.decode(body);
    assertThat(bind.resultFormat(1)).isEqualTo(1);
    assertViolation(() -> bind.resultFormat(2));
  }

  @Test
  void textThatIsNotUtf8IsRefused() {
    ByteBuf body = Unpooled.buffer().writeBytes(new byte[] {'a', (byte) 0xff, 'b', 0});
    assertThatThrownBy(() -> FrontendDecoder.string(body))
        .extracting(error -> ((SqlError) error).state())
        .isEqualTo(SqlState.CHARACTER_NOT_IN_REPERTOIRE);
  }

  @Test
  void startupWithoutUserIsRefused() {
    ByteBuf body = Unpooled.buffer().writeInt(Protocol.VERSION_3_0);
    body.writeBytes("database\0herd\0\0".getBytes(UTF_8));
    assertThatThrownBy(() -> StartupPacket.decode(body))
        .hasMessage("no PostgreSQL user name specified in startup packet");
  }

  @Test
  void startupWithoutTerminatorIsRefused() {
    ByteBuf body = Unpooled.buffer().writeInt(Protocol.VERSION_3_0);
    body.writeBytes("user\0ewa\0x".getBytes(UTF_8));
    assertViolation(() -> StartupPacket.decode(body));
  }

  @Test
  void startupOfAnotherMajorVersionIsRefused() {
    ByteBuf body = Unpooled.buffer().writeInt(2 << 16);
    assertThatThrownBy(() -> StartupPacket.decode(body))
        .hasMessage("unsupported frontend protocol 2.0: server supports 3.0 to 3.2");
  }

  @Test
  void startupDefaultsTheDatabaseToTheUserAndCutsLongNames() {
    String longName = "ż".repeat(40);
    ByteBuf body = Unpooled.buffer().writeInt((3 << 16) + 2);
    body.writeBytes(("user\0" + longName + "\0_pq_.later\0on\0\0").getBytes(UTF_8));
    StartupPacket.Startup startup = (StartupPacket.Startup) StartupPacket.decode(body);
    assertThat(startup.parameters())
        .containsEntry("user", "ż".repeat(31))
        .containsEntry("database", "ż".repeat(31))
        .doesNotContainKey("_pq_.later");
    assertThat(startup.extensions()).containsExactly("_pq_.later");
    assertThat(startup.needsNegotiation()).isTrue();
  }

  private static void checkOutcome(String name, Consumer<ByteBuf> decoder, byte[] bytes) {
    ByteBuf body = Unpooled.wrappedBuffer(bytes);
    Throwable thrown = catchThrowable(() -> decoder.accept(body));
    if (thrown != null) {
      assertThat(thrown).as("%s of %s", name, Arrays.toString(bytes)).isInstanceOf(SqlError.class);
    }
  }

  private static void checkCuts(Consumer<ByteBuf> encoder, Consumer<ByteBuf> decoder) {
    ByteBuf frame = Unpooled.buffer();
    encoder.accept(frame);
    ByteBuf body = frame.skipBytes(Protocol.HEADER_BYTES).slice();
    decoder.accept(body.duplicate());
    for (int length = 0; length < body.readableBytes(); length++) {
      ByteBuf cut = body.slice(0, length);
      assertViolation(() -> decoder.accept(cut));
    }
  }

  private static void assertViolation(Runnable decode) {
    assertThatThrownBy(decode::run)
        .isInstanceOfSatisfying(
            SqlError.class,
            error -> assertThat(error.state()).isEqualTo(SqlState.PROTOCOL_VIOLATION));
  }
}
