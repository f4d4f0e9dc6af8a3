package dev.drover.gtm.protocol;

import dev.drover.gtm.protocol.GtmMessage.Catalog;
import dev.drover.gtm.protocol.GtmMessage.CatalogStaleAck;
import dev.drover.gtm.protocol.GtmMessage.Challenge;
import dev.drover.gtm.protocol.GtmMessage.Done;
import dev.drover.gtm.protocol.GtmMessage.FenceWanted;
import dev.drover.gtm.protocol.GtmMessage.Fenced;
import dev.drover.gtm.protocol.GtmMessage.GxidRange;
import dev.drover.gtm.protocol.GtmMessage.Heartbeat;
import dev.drover.gtm.protocol.GtmMessage.HeartbeatAck;
import dev.drover.gtm.protocol.GtmMessage.Hello;
import dev.drover.gtm.protocol.GtmMessage.LeaseGxids;
import dev.drover.gtm.protocol.GtmMessage.LeaseLost;
import dev.drover.gtm.protocol.GtmMessage.LeaseTerms;
import dev.drover.gtm.protocol.GtmMessage.ListLive;
import dev.drover.gtm.protocol.GtmMessage.Live;
import dev.drover.gtm.protocol.GtmMessage.Nodes;
import dev.drover.gtm.protocol.GtmMessage.PublishBegin;
import dev.drover.gtm.protocol.GtmMessage.PublishEnd;
import dev.drover.gtm.protocol.GtmMessage.PublishReady;
import dev.drover.gtm.protocol.GtmMessage.Register;
import dev.drover.gtm.protocol.GtmMessage.Registered;
import dev.drover.gtm.protocol.GtmMessage.RegistrationRefused;
import dev.drover.gtm.protocol.GtmMessage.Release;
import dev.drover.gtm.protocol.GtmMessage.VictimChosen;
import dev.drover.gtm.protocol.GtmMessage.WaitMark;
import dev.drover.gtm.protocol.GtmMessage.WaitReport;
import dev.drover.gtm.protocol.GtmMessage.Welcome;
import io.netty.buffer.ByteBuf;

/**
 * The bytes of the messages.
 *
 * <pre>
 *   int32 length of what follows | byte type | fields in the order of the record
 * </pre>
 *
 * <p>The frame's length is written and read by the pipeline; this class sees type and fields.
 *
 * <p>Threads: immutable.
 */
public final class MessageCodec {
  /** The longest frame once both sides have proved themselves. Units: bytes. */
  public static final int MAX_FRAME_BYTES = 4 * 1024 * 1024;

  private static final int STANDING_BY = 0;
  private static final int CHALLENGE = 1;
  private static final int HELLO = 2;
  private static final int WELCOME = 3;
  private static final int REGISTER = 4;
  private static final int REGISTERED = 5;
  private static final int REGISTRATION_REFUSED = 6;
  private static final int HEARTBEAT = 7;
  private static final int HEARTBEAT_ACK = 8;
  private static final int LEASE_LOST = 9;
  private static final int RELEASE = 10;
  private static final int LEASE_GXIDS = 11;
  private static final int GXID_RANGE = 12;
  private static final int PUBLISH_BEGIN = 13;
  private static final int PUBLISH_READY = 14;
  private static final int PUBLISH_END = 15;
  private static final int CATALOG = 16;
  private static final int CATALOG_STALE_ACK = 17;
  private static final int WAIT_REPORT = 18;
  private static final int WAIT_MARK = 19;
  private static final int VICTIM_CHOSEN = 20;
  private static final int NODES = 21;
  private static final int LIST_LIVE = 22;
  private static final int LIVE = 23;
  private static final int FENCED = 24;
  private static final int FENCE_WANTED = 25;
  private static final int DONE = 26;

  private static final int COORDINATOR = 1;
  private static final int AGENT = 2;

  private MessageCodec() {}

  /** Appends type and fields. */
  public static void encode(GtmMessage message, ByteBuf out) {
    WireWriter to = new WireWriter(out);
    switch (message) {
      case GtmMessage.FromClient request -> encodeRequest(request, to);
      case GtmMessage.FromGtm answer -> encodeAnswer(answer, to);
    }
  }

  /** Reads one whole message; anything else than exactly that is an error of class 08P01. */
  public static GtmMessage decode(ByteBuf frame) {
    WireReader in = new WireReader(frame);
    int type = in.byteValue();
    GtmMessage message = decode(type, in);
    in.end();
    return message;
  }

  private static GtmMessage decode(int type, WireReader in) {
    if (type >= PauseCodec.FIRST_TYPE) {
      return PauseCodec.decode(type, in);
    }
    return type < GateCodec.FIRST_TYPE ? decodeFields(type, in) : GateCodec.decode(type, in);
  }

  private static void encodeRequest(GtmMessage.FromClient message, WireWriter to) {
    switch (message) {
      case Hello m ->
          to.byteValue(HELLO)
              .int32(m.formatVersion())
              .byteValue(roleCode(m.role()))
              .string(m.name())
              .string(m.nonce())
              .string(m.proof());
      case Register m ->
          to.byteValue(REGISTER).int64(m.incarnation()).int64(m.attempt()).int64(m.previousEpoch());
      case Heartbeat m -> to.byteValue(HEARTBEAT).int64(m.sequence()).int64(m.epoch());
      case Release m -> to.byteValue(RELEASE).int64(m.request()).int64(m.epoch());
      case LeaseGxids m -> to.byteValue(LEASE_GXIDS).int64(m.request()).int64(m.epoch());
      case PublishBegin m -> to.byteValue(PUBLISH_BEGIN).int64(m.publish()).int64(m.epoch());
      case PublishEnd m ->
          to.byteValue(PUBLISH_END).int64(m.publish()).int64(m.epoch()).bool(m.changed());
      case CatalogStaleAck m -> to.byteValue(CATALOG_STALE_ACK).int64(m.version()).int64(m.epoch());
      case WaitReport m ->
          to.byteValue(WAIT_REPORT)
              .int64(m.sequence())
              .int64(m.epoch())
              .int64(m.mark())
              .list(m.transactions(), MessageCodec::writeTransaction);
      case Nodes m -> to.byteValue(NODES).list(m.nodes(), MessageCodec::writeNode);
      case ListLive m -> to.byteValue(LIST_LIVE).int64(m.request());
      case Fenced m -> writeEpoch(to.byteValue(FENCED).int64(m.request()), m.epoch());
      case GtmMessage.GateRequest m -> GateCodec.encode(m, to);
      case GtmMessage.PauseRequest m -> PauseCodec.encode(m, to);
    }
  }

  private static void encodeAnswer(GtmMessage.FromGtm message, WireWriter to) {
    switch (message) {
      case Challenge m -> to.byteValue(CHALLENGE).int32(m.formatVersion()).string(m.nonce());
      case Welcome m ->
          to.byteValue(WELCOME).string(m.proof()).list(m.gtms(), MessageCodec::writeNode);
      case GtmMessage.StandingBy _ -> to.byteValue(STANDING_BY);
      case Registered m -> writeRegistered(m, to.byteValue(REGISTERED));
      case RegistrationRefused m -> to.byteValue(REGISTRATION_REFUSED).string(m.reason());
      case HeartbeatAck m ->
          writeCatalog(
              to.byteValue(HEARTBEAT_ACK).int64(m.sequence()).int64(m.epoch()), m.catalog());
      case LeaseLost m -> to.byteValue(LEASE_LOST).int64(m.epoch()).bool(m.superseded());
      case GxidRange m ->
          to.byteValue(GXID_RANGE).int64(m.request()).int64(m.from()).int64(m.toExclusive());
      case PublishReady m -> to.byteValue(PUBLISH_READY).int64(m.publish()).int64(m.version());
      case Catalog m -> writeCatalog(to.byteValue(CATALOG), m.state());
      case WaitMark m -> to.byteValue(WAIT_MARK).int64(m.mark());
      case VictimChosen m ->
          writeBackend(
              to.byteValue(VICTIM_CHOSEN).int64(m.epoch()).int64(m.transaction()), m.waiting());
      case Live m -> writeLiveness(m.liveness(), to.byteValue(LIVE).int64(m.request()));
      case FenceWanted m -> writeEpoch(to.byteValue(FENCE_WANTED), m.epoch());
      case Done m -> to.byteValue(DONE).int64(m.request());
      case GtmMessage.GateOrder m -> GateCodec.encode(m, to);
      case GtmMessage.PauseState m -> PauseCodec.encode(m, to);
    }
  }

  private static GtmMessage decodeFields(int type, WireReader in) {
    return switch (type) {
      case CHALLENGE -> new Challenge(in.int32(), in.string());
      case HELLO -> new Hello(in.int32(), role(in), in.string(), in.string(), in.string());
      case WELCOME -> new Welcome(in.string(), in.list(MessageCodec::node));
      case STANDING_BY -> new GtmMessage.StandingBy();
      case REGISTER -> new Register(in.int64(), in.int64(), in.int64());
      case REGISTERED -> registered(in);
      case REGISTRATION_REFUSED -> new RegistrationRefused(in.string());
      case HEARTBEAT -> new Heartbeat(in.int64(), in.int64());
      case HEARTBEAT_ACK -> new HeartbeatAck(in.int64(), in.int64(), catalog(in));
      case LEASE_LOST -> new LeaseLost(in.int64(), in.bool());
      case RELEASE -> new Release(in.int64(), in.int64());
      case LEASE_GXIDS -> new LeaseGxids(in.int64(), in.int64());
      case GXID_RANGE -> new GxidRange(in.int64(), in.int64(), in.int64());
      case PUBLISH_BEGIN -> new PublishBegin(in.int64(), in.int64());
      case PUBLISH_READY -> new PublishReady(in.int64(), in.int64());
      case PUBLISH_END -> new PublishEnd(in.int64(), in.int64(), in.bool());
      case CATALOG -> new Catalog(catalog(in));
      case CATALOG_STALE_ACK -> new CatalogStaleAck(in.int64(), in.int64());
      case WAIT_REPORT ->
          new WaitReport(in.int64(), in.int64(), in.int64(), in.list(MessageCodec::transaction));
      case WAIT_MARK -> new WaitMark(in.int64());
      case VICTIM_CHOSEN -> new VictimChosen(in.int64(), in.int64(), backend(in));
      case NODES -> new Nodes(in.list(MessageCodec::node));
      case LIST_LIVE -> new ListLive(in.int64());
      case LIVE -> new Live(in.int64(), liveness(in));
      case FENCED -> new Fenced(in.int64(), epoch(in));
      case FENCE_WANTED -> new FenceWanted(epoch(in));
      case DONE -> new Done(in.int64());
      default -> throw WireReader.malformed("no message has type " + type);
    };
  }

  private static void writeRegistered(Registered m, WireWriter to) {
    writeEpoch(to.int64(m.incarnation()).int64(m.attempt()), m.identity());
    to.int64(m.terms().leaseMillis()).int32(m.terms().maxTransactions());
    writeCatalog(to, m.catalog());
  }

  private static Registered registered(WireReader in) {
    return new Registered(
        in.int64(), in.int64(), epoch(in), new LeaseTerms(in.int64(), in.int32()), catalog(in));
  }

  private static void writeLiveness(Liveness liveness, WireWriter to) {
    to.bool(liveness.settled())
        .list(liveness.live(), MessageCodec::writeEpoch)
        .list(liveness.unfenced(), MessageCodec::writeEpoch);
  }

  private static Liveness liveness(WireReader in) {
    return new Liveness(in.bool(), in.list(MessageCodec::epoch), in.list(MessageCodec::epoch));
  }

  private static void writeTransaction(WireWriter to, ReportedTransaction transaction) {
    to.int64(transaction.transaction())
        .int64(transaction.startOrder())
        .list(transaction.held(), MessageCodec::writeBackend)
        .list(transaction.waiting(), MessageCodec::writeBackend);
  }

  private static ReportedTransaction transaction(WireReader in) {
    return new ReportedTransaction(
        in.int64(), in.int64(), in.list(MessageCodec::backend), in.list(MessageCodec::backend));
  }

  private static void writeBackend(WireWriter to, Backend backend) {
    to.string(backend.node()).int32(backend.pid());
  }

  private static Backend backend(WireReader in) {
    return new Backend(in.string(), in.int32());
  }

  private static void writeNode(WireWriter to, NodeAddress node) {
    to.string(node.node()).string(node.host()).int32(node.port());
  }

  private static NodeAddress node(WireReader in) {
    return new NodeAddress(in.string(), in.string(), in.int32());
  }

  private static void writeEpoch(WireWriter to, CoordinatorEpoch epoch) {
    to.int32(epoch.coordinatorId()).int64(epoch.epoch());
  }

  private static CoordinatorEpoch epoch(WireReader in) {
    return new CoordinatorEpoch(in.int32(), in.int64());
  }

  private static void writeCatalog(WireWriter to, CatalogState state) {
    to.int64(state.current()).int64(state.concluded()).int64(state.open());
  }

  private static CatalogState catalog(WireReader in) {
    long current = in.int64();
    long concluded = in.int64();
    long open = in.int64();
    if (current > concluded || (open != CatalogState.NONE && open <= concluded)) {
      throw WireReader.malformed("catalog state out of order");
    }
    return new CatalogState(current, concluded, open);
  }

  private static int roleCode(Role role) {
    return switch (role) {
      case COORDINATOR -> COORDINATOR;
      case AGENT -> AGENT;
    };
  }

  private static Role role(WireReader in) {
    int code = in.byteValue();
    return switch (code) {
      case COORDINATOR -> Role.COORDINATOR;
      case AGENT -> Role.AGENT;
      default -> throw WireReader.malformed("no role has number " + code);
    };
  }
}
