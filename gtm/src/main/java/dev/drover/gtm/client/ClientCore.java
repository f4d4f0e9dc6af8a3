package dev.drover.gtm.client;

import dev.drover.gtm.protocol.CatalogState;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.GtmMessage.Catalog;
import dev.drover.gtm.protocol.GtmMessage.Challenge;
import dev.drover.gtm.protocol.GtmMessage.Done;
import dev.drover.gtm.protocol.GtmMessage.FenceWanted;
import dev.drover.gtm.protocol.GtmMessage.GxidRange;
import dev.drover.gtm.protocol.GtmMessage.Heartbeat;
import dev.drover.gtm.protocol.GtmMessage.HeartbeatAck;
import dev.drover.gtm.protocol.GtmMessage.LeaseLost;
import dev.drover.gtm.protocol.GtmMessage.Live;
import dev.drover.gtm.protocol.GtmMessage.Nodes;
import dev.drover.gtm.protocol.GtmMessage.PublishReady;
import dev.drover.gtm.protocol.GtmMessage.Register;
import dev.drover.gtm.protocol.GtmMessage.Registered;
import dev.drover.gtm.protocol.GtmMessage.RegistrationRefused;
import dev.drover.gtm.protocol.GtmMessage.VictimChosen;
import dev.drover.gtm.protocol.GtmMessage.WaitMark;
import dev.drover.gtm.protocol.GtmMessage.WaitReport;
import dev.drover.gtm.protocol.GtmMessage.Welcome;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.protocol.Role;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * Decides what a client of the GTM says and believes.
 *
 * <p>A coordinator's epoch goes through these states:
 *
 * <pre>
 *   state    | Registered(e)      | ack of heartbeat | LeaseLost(e)   | lease runs out
 *   ---------+--------------------+------------------+----------------+-----------------
 *   none     | held: granted      | -                | -              | -
 *   held     | held: extended     | held: extended   | none: lost     | lapsed: suspended
 *   lapsed   | held: granted      | held: granted    | none: lost     | -
 * </pre>
 *
 * <p>In {@code none} and on each new connection it registers; in {@code none} for a new epoch.
 *
 * <p>Invariant: the lease ends here before it ends at the GTM, since it counts from when the
 * request was sent and a margin for the clocks' drift is taken off.
 *
 * <p>Threads: confined to one; no I/O, no clock.
 */
public final class ClientCore {
  /** This part of a lease is given up for drift between the two clocks. */
  public static final int DRIFT_MARGIN_DIVISOR = 8;

  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int MAX_NODES = 10_000;

  private final Role role;
  private final long incarnation;
  private ClientTimes times;
  private final ClientRequests requests;
  private final GateView gate;
  private final PauseView pause = new PauseView();
  private final SentTimes registers = new SentTimes();
  private final SentTimes heartbeats = new SentTimes();
  private final Map<String, NodeAddress> nodes = new LinkedHashMap<>();

  private final HeldEpoch epoch = new HeldEpoch();

  private List<ClientEffect> effects = new ArrayList<>();
  private boolean connected;
  private boolean attached;
  private boolean leaving;
  private long releaseRequest;
  private long lastHeardAt;
  private long nextHeartbeatAt;
  private long nextRegisterAt;
  private long sequence;
  private CatalogView catalog = new CatalogView(HeldEpoch.NONE, CatalogState.INITIAL);
  private long mark;

  public ClientCore(Role role, long incarnation, ClientTimes times, long now) {
    this.role = role;
    this.incarnation = incarnation;
    this.times = times;
    this.nextRegisterAt = now;
    this.requests = new ClientRequests(times.heartbeatNanos());
    this.gate = new GateView(times.wantNanos(), told -> effects.add(told), this::send, now);
  }

  /** From now on. */
  void use(ClientTimes other) {
    times = other;
  }

  /** Takes one event and says what is to be done. Units: now in nanoseconds, monotonic. */
  public List<ClientEffect> step(ClientEvent event, long now) {
    effects = new ArrayList<>();
    noteLapse(now);
    switch (event) {
      case ClientEvent.Connected() -> connected(now);
      case ClientEvent.Disconnected() -> connected = false;
      case ClientEvent.Received(GtmMessage.FromGtm message) -> received(message, now);
      case ClientEvent.Tick() -> tick(now);
      case ClientEvent.GxidsNeeded(long request) -> requests.needGxids(request);
      case ClientEvent.Publish(long request) -> publish(request);
      case ClientEvent.EndPublish(long request, boolean changed) -> endPublish(request, changed);
      case ClientEvent.AckStale(long version, long of) -> ackStale(version, of);
      case ClientEvent.ReportWaits report -> reportWaits(report);
      case ClientEvent.UseNodes(List<NodeAddress> used) -> useNodes(used);
      case ClientEvent.AskLive(long request) -> ask(request, requests.askLive(request));
      case ClientEvent.ReportFenced fenced ->
          ask(fenced.request(), requests.fenced(fenced.request(), fenced.epoch()));
      case ClientEvent.Leave(long request) -> leave(request);
      case ClientEvent.Gate happened -> gate.happened(happened, now);
      case ClientEvent.Pause happened ->
          pause.happened(happened, epoch.number()).forEach(this::send);
    }
    gate.advance(now);
    sendRequests(now);
    return effects;
  }

  /** By then a {@link ClientEvent.Tick} should come; the given time if nothing is due before. */
  public long deadline(long otherwise, long now) {
    long due = gate.deadline(otherwise, now);
    return due - now > 0 && due - otherwise < 0 ? due : otherwise;
  }

  private void noteLapse(long now) {
    if (epoch.lapses(now)) {
      gate.lapsed(now);
      effects.add(new ClientEffect.LeaseSuspended(epoch.number()));
    }
  }

  private void connected(long now) {
    connected = true;
    lastHeardAt = now;
    mark = 0;
    effects.add(new ClientEffect.MarkReached(mark));
    requests.forgetSends();
    gate.connected();
    attached = false;
    nextHeartbeatAt = now;
    nextRegisterAt = epoch.isHeld() ? now : Math.max(nextRegisterAt, now);
    tick(now);
  }

  private void tick(long now) {
    if (!connected) {
      return;
    }
    if (now - lastHeardAt >= times.silenceNanos()) {
      connected = false;
      effects.add(new ClientEffect.Reconnect());
      return;
    }
    if (wantsToRegister() && now - nextRegisterAt >= 0) {
      register(now);
    }
    if (now - nextHeartbeatAt >= 0) {
      heartbeat(now);
    }
  }

  private boolean wantsToRegister() {
    return role == Role.COORDINATOR && !leaving && (!epoch.isHeld() || !attached);
  }

  private void register(long now) {
    long attempt = ++sequence;
    registers.sent(attempt, now);
    nextRegisterAt = now + times.heartbeatNanos();
    send(new Register(incarnation, attempt, epoch.number()));
  }

  private void heartbeat(long now) {
    long number = ++sequence;
    heartbeats.sent(number, now);
    nextHeartbeatAt = now + times.heartbeatNanos();
    send(new Heartbeat(number, epoch.number()));
    pause.due(epoch.number()).forEach(this::send);
    if (!nodes.isEmpty()) {
      send(new Nodes(List.copyOf(nodes.values())));
    }
  }

  private void received(GtmMessage.FromGtm message, long now) {
    lastHeardAt = now;
    switch (message) {
      case Challenge _, Welcome _, GtmMessage.StandingBy _ ->
          throw new IllegalStateException("the handshake is over: " + message);
      case Registered m -> registered(m, now);
      case RegistrationRefused m -> effects.add(new ClientEffect.RegistrationRefused(m.reason()));
      case HeartbeatAck m -> heartbeatAck(m, now);
      case LeaseLost m -> leaseLost(m, now);
      case GxidRange m -> gxids(m);
      case PublishReady m -> publishReady(m);
      case Catalog m -> catalog(m.state());
      case WaitMark m -> markReached(m.mark());
      case VictimChosen m -> victim(m);
      case Live m -> live(m);
      case FenceWanted m -> effects.add(new ClientEffect.FenceWanted(m.epoch()));
      case Done m -> done(m.request(), now);
      case GtmMessage.GateOrder m -> gate.received(m, now);
      case GtmMessage.PauseState m -> pauseTold(m);
    }
  }

  private void registered(Registered m, long now) {
    OptionalLong sentAt = registers.take(m.attempt());
    long granted = m.identity().epoch();
    if (sentAt.isEmpty() || m.incarnation() != incarnation || epoch.isOutdated(granted)) {
      return;
    }
    if (epoch.isHeld() && granted > epoch.number()) {
      lose(false, now);
    }
    attached = true;
    Lease lease = new Lease(m.identity().coordinatorId(), granted, m.terms().maxTransactions());
    boolean isNew = epoch.take(lease, m.terms().leaseMillis() * NANOS_PER_MILLI, now);
    if (isNew) {
      startEpoch(m.catalog());
    } else {
      catalog(m.catalog());
    }
    effects.addAll(epoch.extend(sentAt.getAsLong(), now, isNew));
    requests.forgetSends();
  }

  /** A new epoch knows nothing: it hears where the catalog is before it may start anything. */
  private void startEpoch(CatalogState state) {
    catalog = new CatalogView(epoch.number(), state);
    gate.epochBegan(epoch.number());
    effects.add(catalog.announcement());
  }

  private void heartbeatAck(HeartbeatAck m, long now) {
    OptionalLong sentAt = heartbeats.take(m.sequence());
    if (sentAt.isEmpty() || !epoch.isHeld() || m.epoch() != epoch.number()) {
      return;
    }
    catalog(m.catalog());
    effects.addAll(epoch.extend(sentAt.getAsLong(), now, false));
  }

  private void leaseLost(LeaseLost m, long now) {
    if (!epoch.isDead(m.epoch())) {
      return;
    }
    lose(m.superseded(), now);
    nextRegisterAt = m.superseded() ? now + times.supersededNanos() : now;
    tick(now);
  }

  private void lose(boolean superseded, long now) {
    long lost = epoch.end();
    gate.epochEnded(now);
    effects.add(new ClientEffect.LeaseLost(lost, superseded));
    effects.addAll(requests.endOfEpoch());
    if (pause.epochEnded()) {
      effects.add(new ClientEffect.PauseTold(GtmMessage.PauseState.NONE));
    }
  }

  private void pauseTold(GtmMessage.PauseState state) {
    if (epoch.isHeld() && pause.told(state)) {
      effects.add(new ClientEffect.PauseTold(state));
    }
  }

  private void gxids(GxidRange m) {
    if (requests.complete(m.request())) {
      effects.add(new ClientEffect.GxidsLeased(m.from(), m.toExclusive()));
    }
  }

  private void ask(long request, boolean accepted) {
    if (!accepted) {
      effects.add(new ClientEffect.Failed(request, "too many requests are unanswered"));
    }
  }

  private void publish(long request) {
    if (!epoch.isHeld()) {
      effects.add(new ClientEffect.Failed(request, "the coordinator holds no lease"));
      return;
    }
    ask(request, requests.publish(request));
  }

  private void endPublish(long request, boolean changed) {
    if (!requests.endPublish(request, changed)) {
      effects.add(new ClientEffect.Failed(request, "the publish ended with its lease"));
    }
  }

  private void publishReady(PublishReady m) {
    if (requests.completeBegin(m.publish())) {
      effects.add(new ClientEffect.PublishReady(m.publish(), m.version()));
    }
  }

  private void catalog(CatalogState state) {
    if (epoch.isHeld()) {
      effects.addAll(catalog.heard(state).stream().toList());
    }
  }

  private void ackStale(long version, long of) {
    if (of == epoch.number()) {
      effects.addAll(catalog.acked(version).stream().toList());
    }
  }

  private void reportWaits(ClientEvent.ReportWaits report) {
    if (epoch.isHeld()) {
      send(new WaitReport(++sequence, epoch.number(), report.mark(), report.transactions()));
    }
  }

  private void markReached(long reached) {
    if (reached > mark) {
      mark = reached;
      effects.add(new ClientEffect.MarkReached(mark));
    }
  }

  private void victim(VictimChosen m) {
    if (m.epoch() == epoch.number()) {
      effects.add(new ClientEffect.Victim(m.transaction(), m.waiting()));
    }
  }

  private void useNodes(List<NodeAddress> used) {
    used.forEach(node -> nodes.put(node.node(), node));
    if (nodes.size() > MAX_NODES) {
      throw new IllegalArgumentException("more than " + MAX_NODES + " nodes");
    }
    send(new Nodes(used));
  }

  private void live(Live m) {
    if (requests.complete(m.request())) {
      effects.add(new ClientEffect.LiveAnswer(m.request(), m.liveness()));
    }
  }

  private void done(long request, long now) {
    if (!requests.complete(request)) {
      return;
    }
    if (leaving && request == releaseRequest) {
      epoch.end();
      gate.epochEnded(now);
    }
    effects.add(new ClientEffect.Completed(request));
  }

  private void leave(long request) {
    leaving = true;
    releaseRequest = request;
    if (!epoch.isHeld()) {
      effects.add(new ClientEffect.Completed(request));
      return;
    }
    requests.release(request);
  }

  private void sendRequests(long now) {
    if (connected) {
      requests.due(epoch.number(), now).forEach(this::send);
    }
  }

  private void send(GtmMessage.FromClient message) {
    if (connected) {
      effects.add(new ClientEffect.Send(message));
    }
  }
}
