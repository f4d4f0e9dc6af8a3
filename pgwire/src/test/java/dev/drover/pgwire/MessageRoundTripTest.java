package dev.drover.pgwire;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Encodes each message, checks the frame, and decodes the body to what went in. */
class MessageRoundTripTest {
  private static final byte[] SQL = "SELECT 'żółw' /* herd */".getBytes(UTF_8);

  @Test
  void parseKeepsNameTextAndOids() {
    ByteBuf body = body('P', out -> FrontendEncoder.parse(out, "s1", SQL, new int[] {23, -1, 0}));
    FrontendDecoder.Parse parse = FrontendDecoder.Parse.decode(body);
    assertThat(parse.name()).isEqualTo("s1");
    assertThat(parse.sql()).isEqualTo(SQL);
    assertThat(parse.paramOids()).containsExactly(23, -1, 0);
  }

  @Test
  void bindKeepsNullsEmptyValuesAndFormats() {
    List<byte[]> values = Arrays.asList(new byte[] {1, 2, 3}, null, new byte[0]);
    BindParameters parameters = BindParameters.of(new int[] {1, 0, 0}, values);
    ByteBuf body =
        body('B', out -> FrontendEncoder.bind(out, "p", "s", parameters, new int[] {0, 1}));
    FrontendDecoder.Bind bind = FrontendDecoder.Bind.decode(body);
    assertThat(bind.portal()).isEqualTo("p");
    assertThat(bind.statement()).isEqualTo("s");
    assertThat(bind.paramCount()).isEqualTo(3);
    assertThat(value(bind, 0)).isEqualTo(new byte[] {1, 2, 3});
    assertThat(bind.isNull(1)).isTrue();
    assertThat(bind.length(1)).isEqualTo(-1);
    assertThat(bind.isNull(2)).isFalse();
    assertThat(bind.length(2)).isZero();
    assertThat(bind.format(0)).isEqualTo(1);
    assertThat(bind.format(2)).isZero();
    assertThat(bind.resultFormat(0)).isZero();
    assertThat(bind.resultFormat(1)).isEqualTo(1);
  }

  @Test
  void receivedBindLeavesUnderOtherNamesUnchanged() {
    BindParameters parameters = BindParameters.binary(Arrays.asList(null, SQL));
    ByteBuf first = body('B', out -> FrontendEncoder.bind(out, "", "a", parameters, new int[] {1}));
    FrontendDecoder.Bind bind = FrontendDecoder.Bind.decode(first);
    ByteBuf second = body('B', out -> FrontendEncoder.bind(out, "portal", "d17", bind));
    FrontendDecoder.Bind again = FrontendDecoder.Bind.decode(second);
    assertThat(again.portal()).isEqualTo("portal");
    assertThat(again.statement()).isEqualTo("d17");
    assertThat(again.isNull(0)).isTrue();
    assertThat(value(again, 1)).isEqualTo(SQL);
    assertThat(again.format(1)).isEqualTo(1);
    assertThat(again.resultFormat(5)).isEqualTo(1);
  }

  @Test
  void bindCarriesAsManyParametersAsSixteenBitsCount() {
    List<byte[]> values = java.util.Collections.nCopies(65535, new byte[] {'7'});
    ByteBuf body =
        body(
            'B', out -> FrontendEncoder.bind(out, "", "", BindParameters.text(values), new int[0]));
    FrontendDecoder.Bind bind = FrontendDecoder.Bind.decode(body);
    assertThat(bind.paramCount()).isEqualTo(65535);
    assertThat(value(bind, 65534)).isEqualTo(new byte[] {'7'});
    assertThat(bind.resultFormat(3)).isZero();
  }

  @Test
  void namesOfStatementsAndPortalsRoundTrip() {
    ByteBuf statement = body('D', out -> FrontendEncoder.describeStatement(out, "s"));
    assertThat(FrontendDecoder.Describe.decode(statement))
        .isEqualTo(new FrontendDecoder.Describe('S', "s"));
    ByteBuf portal = body('D', out -> FrontendEncoder.describePortal(out, ""));
    assertThat(FrontendDecoder.Describe.decode(portal))
        .isEqualTo(new FrontendDecoder.Describe('P', ""));
    ByteBuf close = body('C', out -> FrontendEncoder.closeStatement(out, "ż"));
    assertThat(FrontendDecoder.Close.decode(close)).isEqualTo(new FrontendDecoder.Close('S', "ż"));
    ByteBuf closePortal = body('C', out -> FrontendEncoder.closePortal(out, "p"));
    assertThat(FrontendDecoder.Close.decode(closePortal))
        .isEqualTo(new FrontendDecoder.Close('P', "p"));
    ByteBuf execute = body('E', out -> FrontendEncoder.execute(out, "p", 50));
    assertThat(FrontendDecoder.Execute.decode(execute))
        .isEqualTo(new FrontendDecoder.Execute("p", 50));
  }

  @Test
  void textsAndBareMessagesRoundTrip() {
    assertThat(FrontendDecoder.string(body('Q', out -> FrontendEncoder.query(out, "SELECT 'ł'"))))
        .isEqualTo("SELECT 'ł'");
    ByteBuf part = body('Q', out -> FrontendEncoder.query(out, SQL, 0, 6));
    assertThat(FrontendDecoder.string(part)).isEqualTo("SELECT");
    assertThat(FrontendDecoder.string(body('f', out -> FrontendEncoder.copyFail(out, "no"))))
        .isEqualTo("no");
    assertThat(FrontendDecoder.string(body('p', out -> FrontendEncoder.password(out, "sésame"))))
        .isEqualTo("sésame");
    assertThat(FrontendDecoder.bytes(body('d', out -> FrontendEncoder.copyData(out, SQL, 1, 3))))
        .isEqualTo("ELE".getBytes(UTF_8));
    assertThat(body('S', FrontendEncoder::sync).isReadable()).isFalse();
    assertThat(body('H', FrontendEncoder::flush).isReadable()).isFalse();
    assertThat(body('c', FrontendEncoder::copyDone).isReadable()).isFalse();
    assertThat(body('X', FrontendEncoder::terminate).isReadable()).isFalse();
  }

  @Test
  void saslMessagesRoundTrip() {
    ByteBuf initial =
        body('p', out -> FrontendEncoder.saslInitialResponse(out, "SCRAM-SHA-256", SQL));
    FrontendDecoder.SaslInitialResponse message =
        FrontendDecoder.SaslInitialResponse.decode(initial);
    assertThat(message.mechanism()).isEqualTo("SCRAM-SHA-256");
    assertThat(message.response()).isEqualTo(SQL);
    ByteBuf response = body('p', out -> FrontendEncoder.saslResponse(out, SQL));
    assertThat(FrontendDecoder.bytes(response)).isEqualTo(SQL);
    ByteBuf mechanisms =
        body('R', out -> BackendEncoder.authenticationSasl(out, List.of("SCRAM-SHA-256")));
    BackendDecoder.Authentication sasl = BackendDecoder.Authentication.decode(mechanisms);
    assertThat(sasl.kind()).isEqualTo(10);
    assertThat(new String(sasl.data(), UTF_8)).isEqualTo("SCRAM-SHA-256\0\0");
    ByteBuf end = body('R', out -> BackendEncoder.saslFinal(out, SQL));
    assertThat(BackendDecoder.Authentication.decode(end).data()).isEqualTo(SQL);
    assertThat(kind(BackendEncoder::authenticationOk)).isZero();
    assertThat(kind(BackendEncoder::cleartext)).isEqualTo(3);
    assertThat(kind(out -> BackendEncoder.saslContinue(out, SQL))).isEqualTo(11);
  }

  @Test
  void startupPacketsRoundTrip() {
    Map<String, String> parameters = new LinkedHashMap<>();
    parameters.put("user", "ewa");
    parameters.put("database", "herd");
    parameters.put("options", "-c geqo=off");
    StartupPacket packet =
        StartupPacket.decode(packet(out -> FrontendEncoder.startup(out, parameters)));
    assertThat(packet)
        .isEqualTo(new StartupPacket.Startup(Protocol.VERSION_3_0, parameters, List.of()));
    assertThat(StartupPacket.decode(packet(FrontendEncoder::sslRequest)))
        .isEqualTo(new StartupPacket.SslRequest());
    byte[] key = {1, 2, 3, 4};
    StartupPacket cancel =
        StartupPacket.decode(packet(out -> FrontendEncoder.cancelRequest(out, 77, key)));
    assertThat(cancel)
        .isInstanceOfSatisfying(
            StartupPacket.CancelRequest.class,
            request -> {
              assertThat(request.processId()).isEqualTo(77);
              assertThat(request.key()).isEqualTo(key);
            });
  }

  @Test
  void rowsAndTheirDescriptionRoundTrip() {
    FieldDescription field =
        new FieldDescription("zażółć", -5, (short) 3, 1700, (short) -1, 655366, (short) 1);
    List<FieldDescription> fields = List.of(field, FieldDescription.of("", 23, 4));
    ByteBuf description = body('T', out -> BackendEncoder.rowDescription(out, fields));
    assertThat(RowDescription.decode(description)).isEqualTo(new RowDescription(fields));
    List<byte[]> values = Arrays.asList(SQL, null, new byte[0]);
    ByteBuf row = body('D', out -> BackendEncoder.dataRow(out, values));
    assertThat(BackendDecoder.dataRow(row)).containsExactly(SQL, null, new byte[0]);
    ByteBuf run = Unpooled.buffer();
    BackendEncoder.dataRow(run, values);
    BackendEncoder.dataRow(run, List.of(SQL));
    assertThat(BackendDecoder.nextDataRow(run)).hasSize(3);
    assertThat(BackendDecoder.nextDataRow(run)).containsExactly(SQL);
    assertThat(run.isReadable()).isFalse();
  }

  @Test
  void answersOfTheServerRoundTrip() {
    ByteBuf parameter = body('S', out -> BackendEncoder.parameterStatus(out, "TimeZone", "UTC"));
    assertThat(BackendDecoder.ParameterStatus.decode(parameter))
        .isEqualTo(new BackendDecoder.ParameterStatus("TimeZone", "UTC"));
    ByteBuf keyData = body('K', out -> BackendEncoder.backendKeyData(out, 9, new byte[] {4}));
    BackendDecoder.BackendKeyData key = BackendDecoder.BackendKeyData.decode(keyData);
    assertThat(key.processId()).isEqualTo(9);
    assertThat(key.key()).containsExactly(4);
    ByteBuf ready = body('Z', out -> BackendEncoder.readyForQuery(out, 'T'));
    assertThat(BackendDecoder.readyForQuery(ready)).isEqualTo('T');
    ByteBuf tag = body('C', out -> BackendEncoder.commandComplete(out, CommandTag.of("COPY", 7)));
    assertThat(CommandTag.decode(tag)).isEqualTo(CommandTag.of("COPY", 7));
    ByteBuf oids = body('t', out -> BackendEncoder.parameterDescription(out, new int[] {25}));
    assertThat(BackendDecoder.parameterDescription(oids)).containsExactly(25);
    BackendDecoder.Notification notification = new BackendDecoder.Notification(3, "ch", "text");
    ByteBuf notified = body('A', out -> BackendEncoder.notification(out, notification));
    assertThat(BackendDecoder.Notification.decode(notified)).isEqualTo(notification);
    ByteBuf copy = body('G', out -> BackendEncoder.copyInResponse(out, 1, new int[] {1, 1}));
    BackendDecoder.CopyResponse response = BackendDecoder.CopyResponse.decode(copy);
    assertThat(response.format()).isEqualTo(1);
    assertThat(response.columnFormats()).containsExactly(1, 1);
    assertThat(body('H', out -> BackendEncoder.copyOutResponse(out, 0, new int[0])).readByte())
        .isZero();
    assertThat(FrontendDecoder.bytes(body('d', out -> BackendEncoder.copyData(out, SQL))))
        .isEqualTo(SQL);
  }

  @Test
  void answersWithoutBodyAreBareFrames() {
    assertThat(body('I', BackendEncoder::emptyQuery).isReadable()).isFalse();
    assertThat(body('1', BackendEncoder::parseComplete).isReadable()).isFalse();
    assertThat(body('2', BackendEncoder::bindComplete).isReadable()).isFalse();
    assertThat(body('3', BackendEncoder::closeComplete).isReadable()).isFalse();
    assertThat(body('n', BackendEncoder::noData).isReadable()).isFalse();
    assertThat(body('s', BackendEncoder::portalSuspended).isReadable()).isFalse();
    assertThat(body('c', BackendEncoder::copyDone).isReadable()).isFalse();
  }

  @Test
  void negotiationNamesTheVersionAndTheUnknownOptions() {
    ByteBuf body =
        body(
            'v',
            out ->
                BackendEncoder.negotiateProtocolVersion(
                    out, Protocol.VERSION_3_0, List.of("_pq_.x")));
    assertThat(body.readInt()).isEqualTo(196608);
    assertThat(body.readInt()).isEqualTo(1);
    assertThat(body.toString(UTF_8)).isEqualTo("_pq_.x\0");
  }

  private static int kind(Consumer<ByteBuf> encoder) {
    return BackendDecoder.Authentication.decode(body('R', encoder)).kind();
  }

  private static byte[] value(FrontendDecoder.Bind bind, int parameter) {
    int start = bind.offset(parameter);
    return Arrays.copyOfRange(bind.bytes(), start, start + bind.length(parameter));
  }

  /** The body of the one frame that the encoder appends behind other bytes. */
  private static ByteBuf body(char type, Consumer<ByteBuf> encoder) {
    ByteBuf out = Unpooled.buffer().writeInt(-1);
    encoder.accept(out);
    assertThat(out.readInt()).isEqualTo(-1);
    assertThat((char) out.readByte()).isEqualTo(type);
    assertThat(out.readInt()).isEqualTo(out.readableBytes() + Integer.BYTES);
    return out;
  }

  private static ByteBuf packet(Consumer<ByteBuf> encoder) {
    ByteBuf out = Unpooled.buffer();
    encoder.accept(out);
    assertThat(out.readInt()).isEqualTo(out.readableBytes() + Integer.BYTES);
    return out;
  }
}
