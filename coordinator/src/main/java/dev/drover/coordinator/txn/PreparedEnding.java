package dev.drover.coordinator.txn;

import dev.drover.coordinator.pool.Backend;
import dev.drover.coordinator.pool.BackendPool;
import dev.drover.coordinator.pool.QuietReply;
import dev.drover.coordinator.snapshot.SecondPhases.SecondPhase;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * Carries one COMMIT PREPARED or ROLLBACK PREPARED of a client out.
 *
 * <pre>
 * find the row on the catalog node            42704, 42501 or 55000 to the client
 * write the decision into it                  from here on it is decided, whoever dies
 * end the parts, primaries of replicated      a part that cannot be reached is tried again for
 * tables after all others                     as long as this coordinator's epoch lasts
 * delete the row                              or a resolver does
 * </pre>
 *
 * <p>A client waits {@value #PATIENCE_MILLIS} ms for nodes that are down, then it is answered with
 * a warning.
 *
 * <p>Threads: confined to an event loop.
 */
public final class PreparedEnding {
  private static final long PATIENCE_MILLIS = 5_000;

  private final TransactionServices services;
  private final Consumer<ErrorFields> warnings;
  private final String gid;
  private final boolean isCommit;
  private final Map<Integer, String> open = new TreeMap<>();
  private Completion done = _ -> {};
  private Found found = new Found(new PreparedRow.Key(0, 0, 0), Map.of(), List.of());
  private PreparedRow.Decider decider = new PreparedRow.Decider(0, 0);
  private Optional<SecondPhase> secondPhase = Optional.empty();
  private boolean reported;

  /** {@code warnings} go to the client before it is answered. */
  public PreparedEnding(
      TransactionServices services, Consumer<ErrorFields> warnings, String gid, boolean isCommit) {
    this.services = services;
    this.warnings = warnings;
    this.gid = gid;
    this.isCommit = isCommit;
  }

  /** The row: its parts by node with the nodes' names, and which come last. */
  private record Found(PreparedRow.Key key, Map<Integer, String> nodes, List<Integer> last) {
    static Found of(List<Optional<String>> row) {
      PreparedRow.Key key =
          new PreparedRow.Key(
              Integer.parseInt(row.get(0).orElseThrow()),
              Long.parseLong(row.get(1).orElseThrow()),
              Long.parseLong(row.get(2).orElseThrow()));
      List<Integer> ids = numbers(row.get(3).orElse(""));
      String[] names = row.get(7).orElse("").split("\n", -1);
      Map<Integer, String> nodes = new LinkedHashMap<>();
      for (int i = 0; i < ids.size(); i++) {
        nodes.put(ids.get(i), names[i]);
      }
      return new Found(key, nodes, numbers(row.get(4).orElse("")));
    }

    private static List<Integer> numbers(String text) {
      return text.isEmpty()
          ? List.of()
          : Arrays.stream(text.split(" ", -1)).map(Integer::valueOf).toList();
    }
  }

  /** {@code role} is the one that the client acts as. */
  public void run(String role, Completion completion) {
    done = completion;
    atCatalog(
        backend -> ask(backend, PreparedRow.find(gid, role), reply -> found(backend, reply)),
        error -> report(Optional.of(error)));
  }

  private void atCatalog(Consumer<Backend> work, Consumer<ErrorFields> refused) {
    at(Node.CATALOG_ID, work, refused);
  }

  private void at(int node, Consumer<Backend> work, Consumer<ErrorFields> refused) {
    services
        .pool()
        .acquire(
            node,
            InDoubtFinisher.DROVER_ROLE,
            BackendPool.Request.of(
                work, error -> refused.accept(ErrorFields.of(error, Severity.ERROR))));
  }

  private static void ask(Backend backend, String sql, QuietReply.Outcome outcome) {
    backend.query(sql, new QuietReply(outcome));
    backend.link().flush();
  }

  private void found(Backend backend, QuietReply reply) {
    Optional<ErrorFields> error = reply.failure().or(() -> refusal(reply.rows()));
    decider = new PreparedRow.Decider(services.global().coordinatorId(), backend.epoch());
    if (error.isEmpty() && !services.global().mayCommit(decider.epoch())) {
      error = Optional.of(TransactionErrors.leaseLost());
    }
    if (error.isPresent()) {
      services.pool().release(backend);
      report(error);
      return;
    }
    found = Found.of(reply.rows().getFirst());
    ask(
        backend,
        PreparedRow.decide(found.key(), isCommit, decider),
        answer -> decided(backend, answer));
  }

  /** In PostgreSQL's order. */
  private Optional<ErrorFields> refusal(List<List<Optional<String>>> rows) {
    if (rows.isEmpty()) {
      return Optional.of(PreparedErrors.doesNotExist(gid));
    }
    if (isTrue(rows.getFirst().get(5))) {
      return Optional.of(PreparedErrors.busy(gid));
    }
    return isTrue(rows.getFirst().get(6))
        ? Optional.empty()
        : Optional.of(PreparedErrors.notOwner());
  }

  private static boolean isTrue(Optional<String> value) {
    return value.filter(v -> v.equals("t")).isPresent();
  }

  private void decided(Backend backend, QuietReply reply) {
    services.pool().release(backend);
    if (reply.lost().isPresent()) {
      askDecision(backend.link().processId());
    } else if (!reply.succeeded()) {
      report(reply.error());
    } else if (reply.tag().equals("UPDATE 1")) {
      endFirst();
    } else {
      report(Optional.of(PreparedErrors.busy(gid)));
    }
  }

  private void askDecision(int processId) {
    String sql = PreparedRow.decided(found.key(), isCommit, decider);
    startPatience();
    services
        .finisher()
        .ask(
            new InDoubtFinisher.Inquiry(
                Node.CATALOG_ID,
                processId,
                new InDoubtFinisher.Asked(decider.epoch(), sql),
                isDecided -> {
                  if (isDecided) {
                    endFirst();
                  } else {
                    report(Optional.of(PreparedErrors.undecided(gid)));
                  }
                },
                () -> report(Optional.of(TransactionErrors.decidedByOthers()))));
  }

  private void endFirst() {
    List<Integer> first = new ArrayList<>(found.nodes().keySet());
    if (isCommit) {
      first.removeAll(found.last());
      List<Integer> nodes = List.copyOf(found.nodes().keySet());
      services.gate().secondPhase(nodes, phase -> startSecondPhase(phase, first));
    } else {
      end(first, this::forget);
    }
  }

  private void startSecondPhase(SecondPhase phase, List<Integer> first) {
    secondPhase = Optional.of(phase);
    end(first, () -> end(found.last(), this::forget));
  }

  private void end(List<Integer> nodes, Runnable next) {
    nodes.forEach(node -> open.put(node, found.nodes().get(node)));
    if (nodes.isEmpty()) {
      next.run();
      return;
    }
    startPatience();
    nodes.forEach(
        node ->
            endPart(
                node,
                () -> {
                  open.remove(node);
                  secondPhase.ifPresent(phase -> phase.endedOn(node));
                  if (open.isEmpty()) {
                    next.run();
                  }
                }));
  }

  private void endPart(int node, Runnable ended) {
    String command = isCommit ? "COMMIT PREPARED '" : "ROLLBACK PREPARED '";
    at(
        node,
        backend ->
            ask(
                backend,
                command + found.key().gid() + "'",
                reply -> {
                  services.pool().release(backend);
                  boolean isGone =
                      reply
                          .error()
                          .filter(e -> e.sqlState().equals(SqlState.UNDEFINED_OBJECT.code()))
                          .isPresent();
                  if (reply.succeeded() || isGone) {
                    ended.run();
                  } else {
                    finishElsewhere(node, backend.link().processId(), ended);
                  }
                }),
        _ -> finishElsewhere(node, InDoubtFinisher.NO_PROCESS, ended));
  }

  private void finishElsewhere(int node, int processId, Runnable ended) {
    services
        .finisher()
        .finish(
            new InDoubtFinisher.Part(node, processId, decider.epoch(), found.key().gid(), isCommit),
            new InDoubtFinisher.Listener() {
              @Override
              public void finished() {
                ended.run();
              }

              @Override
              public void leftToResolver() {
                leaveGate();
                losePatience();
              }
            });
  }

  /** Every part has ended; a row that stays for want of the catalog node hurts nobody. */
  private void forget() {
    leaveGate();
    atCatalog(
        backend ->
            ask(
                backend,
                PreparedRow.forget(found.key()),
                _ -> {
                  services.pool().release(backend);
                  report(Optional.empty());
                }),
        _ -> report(Optional.empty()));
  }

  private void leaveGate() {
    secondPhase.ifPresent(services.gate()::secondPhaseEnded);
    secondPhase = Optional.empty();
  }

  private void startPatience() {
    if (!reported) {
      var _ = services.loop().schedule(this::losePatience, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  /** Once it is decided the answer is success; while that is not known, it is that. */
  private void losePatience() {
    if (reported) {
      return;
    }
    if (open.isEmpty()) {
      report(Optional.of(TransactionErrors.outcomeUnknown()));
      return;
    }
    List<Integer> missing = new ArrayList<>(open.keySet());
    missing.addAll(isCommit ? found.last() : List.of());
    warnings.accept(
        TransactionErrors.notYetOn(
            missing.stream().distinct().map(found.nodes()::get).toList(), isCommit));
    report(Optional.empty());
  }

  private void report(Optional<ErrorFields> error) {
    if (!reported) {
      reported = true;
      done.complete(error);
    }
  }
}
