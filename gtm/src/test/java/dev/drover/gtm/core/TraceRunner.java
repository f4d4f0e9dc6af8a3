package dev.drover.gtm.core;

import dev.drover.gtm.locks.LockWait;
import dev.drover.gtm.protocol.Backend;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import dev.drover.gtm.protocol.GtmMessage;
import dev.drover.gtm.protocol.NodeAddress;
import dev.drover.gtm.protocol.ReportedTransaction;
import dev.drover.gtm.protocol.Role;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Runs the commands of a trace against a core.
 *
 * <pre>
 *   start | crash                    begin, or begin again with the records of so far
 *   at MILLIS                        set the clock and tick
 *   connect N coordinator|agent NAME
 *   disconnect N
 *   N MESSAGE FIELDS...              a message on connection N
 *   polled [WAIT...] [failed=NODE]   answer the last poll; a wait is node:pid/start>pid,pid
 *   compact                          the state goes through its own snapshot
 * </pre>
 */
final class TraceRunner {
  private static final GtmTerms TERMS = new GtmTerms(4000, 10, 40, 100, 75);
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final List<GtmRecord> records = new ArrayList<>();
  private Optional<GtmCore> core = Optional.empty();
  private Optional<GtmEffect.PollLocks> poll = Optional.empty();
  private long now;

  List<String> run(String command) {
    List<String> words = Arrays.asList(command.split(" ", -1));
    List<String> rest = words.subList(1, words.size());
    return switch (words.getFirst()) {
      case "start", "crash" -> start();
      case "compact" -> compact();
      case "at" -> {
        now = Long.parseLong(rest.getFirst()) * NANOS_PER_MILLI;
        yield step(new GtmEvent.Tick());
      }
      case "connect" ->
          step(
              new GtmEvent.Connected(
                  Long.parseLong(rest.get(0)),
                  Role.valueOf(rest.get(1).toUpperCase(Locale.ROOT)),
                  rest.get(2)));
      case "disconnect" -> step(new GtmEvent.Disconnected(Long.parseLong(rest.getFirst())));
      case "polled" -> step(polled(rest));
      default -> {
        long connection = Long.parseLong(words.getFirst());
        GtmMessage.FromClient message = message(rest.getFirst(), rest.subList(1, rest.size()));
        yield step(new GtmEvent.Received(connection, message));
      }
    };
  }

  private List<String> start() {
    DurableState state = new DurableState();
    records.forEach(state::apply);
    core = Optional.of(GtmCore.start(TERMS, state, now));
    return step(new GtmEvent.Tick());
  }

  private List<String> compact() {
    List<GtmRecord> snapshot = core.orElseThrow().snapshot();
    records.clear();
    records.addAll(snapshot);
    return snapshot.stream().map(record -> "snapshot " + record).toList();
  }

  private List<String> step(GtmEvent event) {
    GtmEffects effects = core.orElseThrow().step(event, now);
    records.addAll(effects.records());
    List<String> answers = new ArrayList<>();
    effects.records().forEach(record -> answers.add("persist " + record));
    for (GtmEffect effect : effects.effects()) {
      switch (effect) {
        case GtmEffect.Send(long connection, GtmMessage.FromGtm message) ->
            answers.add(connection + " <- " + message);
        case GtmEffect.PollLocks asked -> {
          poll = Optional.of(asked);
          answers.add("poll " + asked.polls());
        }
      }
    }
    return answers;
  }

  private GtmEvent polled(List<String> words) {
    List<LockWait> waits = new ArrayList<>();
    Set<String> failed = Set.of();
    for (String word : words) {
      if (word.startsWith("failed=")) {
        failed = Set.of(word.substring("failed=".length()));
        continue;
      }
      String[] parts = word.split("[/>]", -1);
      List<Integer> blockers =
          Arrays.stream(parts[2].split(",", -1)).map(Integer::valueOf).toList();
      waits.add(new LockWait(backend(parts[0]), Long.parseLong(parts[1]), blockers));
    }
    return new GtmEvent.LocksPolled(poll.orElseThrow().round(), waits, failed);
  }

  private GtmMessage.FromClient message(String name, List<String> fields) {
    return switch (name) {
      case "Register" ->
          new GtmMessage.Register(number(fields, 0), number(fields, 1), number(fields, 2));
      case "Heartbeat" -> new GtmMessage.Heartbeat(number(fields, 0), number(fields, 1));
      case "Release" -> new GtmMessage.Release(number(fields, 0), number(fields, 1));
      case "LeaseGxids" -> new GtmMessage.LeaseGxids(number(fields, 0), number(fields, 1));
      case "PublishBegin" -> new GtmMessage.PublishBegin(number(fields, 0), number(fields, 1));
      case "PublishEnd" ->
          new GtmMessage.PublishEnd(
              number(fields, 0), number(fields, 1), fields.get(2).equals("changed"));
      case "CatalogStaleAck" ->
          new GtmMessage.CatalogStaleAck(number(fields, 0), number(fields, 1));
      case "ListLive" -> new GtmMessage.ListLive(number(fields, 0));
      case "Fenced" ->
          new GtmMessage.Fenced(
              number(fields, 0), new CoordinatorEpoch((int) number(fields, 1), number(fields, 2)));
      case "Nodes" ->
          new GtmMessage.Nodes(
              fields.stream().map(node -> new NodeAddress(node, node + "-host", 5432)).toList());
      case "SnapshotWanted" ->
          new GtmMessage.SnapshotWanted(number(fields, 0), number(fields, 1), number(fields, 2));
      case "GateDrained" ->
          new GtmMessage.GateDrained(
              window(fields), number(fields, 1), fields.get(2).equals("waited"));
      case "GateHeld" ->
          new GtmMessage.GateHeld(
              window(fields),
              number(fields, 1),
              number(fields, 2),
              fields.get(3).equals("waiting"));
      case "GateRefused" -> new GtmMessage.GateRefused(window(fields), number(fields, 1));
      case "SnapshotTaken" -> new GtmMessage.SnapshotTaken(window(fields), number(fields, 1));
      case "PauseWanted" -> new GtmMessage.PauseWanted(number(fields, 0), number(fields, 1));
      case "PauseEnded" -> new GtmMessage.PauseEnded(number(fields, 0), number(fields, 1));
      case "PauseHeld" ->
          new GtmMessage.PauseHeld(
              number(fields, 0),
              number(fields, 1),
              fields.get(2).equals("drained"),
              number(fields, 3));
      case "WaitReport" -> waitReport(fields);
      default -> throw new IllegalArgumentException("no message is called " + name);
    };
  }

  /** Fields: sequence, epoch, mark (last = that of the last poll), then transactions. */
  private GtmMessage.WaitReport waitReport(List<String> fields) {
    long mark = fields.get(2).equals("last") ? poll.orElseThrow().round() : number(fields, 2);
    List<ReportedTransaction> transactions =
        fields.subList(3, fields.size()).stream().map(TraceRunner::transaction).toList();
    return new GtmMessage.WaitReport(number(fields, 0), number(fields, 1), mark, transactions);
  }

  /** number/startOrder/held,held/waiting,waiting */
  private static ReportedTransaction transaction(String word) {
    String[] parts = word.split("/", -1);
    return new ReportedTransaction(
        Long.parseLong(parts[0]), Long.parseLong(parts[1]), backends(parts[2]), backends(parts[3]));
  }

  private static List<Backend> backends(String word) {
    return Arrays.stream(word.split(",", -1)).map(TraceRunner::backend).toList();
  }

  private static Backend backend(String word) {
    String[] parts = word.split(":", -1);
    return new Backend(parts[0], Integer.parseInt(parts[1]));
  }

  /** boot:number */
  private static long window(List<String> fields) {
    String[] parts = fields.get(0).split(":", -1);
    return (Long.parseLong(parts[0]) << 40) + Long.parseLong(parts[1]);
  }

  private static long number(List<String> fields, int index) {
    return Long.parseLong(fields.get(index));
  }
}
