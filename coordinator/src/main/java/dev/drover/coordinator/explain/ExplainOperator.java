package dev.drover.coordinator.explain;

import dev.drover.coordinator.catalog.CachedPlan;
import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Operator;
import dev.drover.coordinator.exec.Slots;
import dev.drover.coordinator.fragments.FragmentsOperator;
import dev.drover.coordinator.nodes.NodeFan;
import dev.drover.coordinator.nodes.NodeTask;
import dev.drover.coordinator.output.CountingOutput;
import dev.drover.coordinator.txn.Participant;
import dev.drover.pgwire.BackendDecoder;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.CommandTag;
import dev.drover.pgwire.ErrorFields;
import dev.drover.pgwire.Severity;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.netty.Reply;
import dev.drover.planner.plan.ExplainOptions;
import dev.drover.planner.plan.ExplainOptions.Format;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.SqlText;
import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * EXPLAIN: the steps of the plan, and below each the plans of the nodes that do it.
 *
 * <pre>
 *   outline of the plan -> (ANALYZE) run -> EXPLAIN of each step's text on its nodes -> print
 * </pre>
 *
 * <p>With ANALYZE, one text for one or several nodes is run by their own EXPLAIN ANALYZE. Other
 * plans are run as they always are, with their rows counted; their nodes' plans are estimates. They
 * are run first, since they may need a transaction that has not begun to read.
 *
 * <p>Threads: confined to the session's event loop.
 */
public final class ExplainOperator implements Operator, Call.Listener {
  private static final double NANOS_PER_MILLI = 1e6;
  private static final int[] TEXT_FORMAT = {0};

  private final Call call;
  private final Plan.Explain plan;
  private final ExplainOptions options;
  private final int[] slots;
  private final boolean nodesRun;
  private final Deque<ExplainPart> unasked = new ArrayDeque<>();
  private final CountingOutput counted;
  private final ExplainOutline outline;
  private ExplainPart root = new ExplainPart("", "");
  private Optional<NodeFan> fan = Optional.empty();
  private Optional<Operator> running = Optional.empty();
  private long startedAt;
  private long nanos;

  /** {@code slots} are those of the inner plan's pins. */
  public ExplainOperator(Call call, Plan.Explain plan, int[] slots) {
    this.call = call;
    this.plan = plan;
    this.options = plan.options();
    this.slots = options.generic() ? new int[Slots.pins(plan.plan()).size()] : slots;
    this.nodesRun = options.analyze() && isOneText(plan.plan());
    this.counted = new CountingOutput(call.output());
    this.outline = new ExplainOutline(call, options);
  }

  private static boolean isOneText(Plan plan) {
    return switch (plan) {
      case Plan.Local _, Plan.OneNode _, Plan.AnyNode _, Plan.AllNodes _ -> true;
      default -> false;
    };
  }

  @Override
  public void start() {
    root = outline.of(plan.plan(), slots);
    root.all().stream().filter(part -> part.question().isPresent()).forEach(unasked::add);
    boolean oneNode = unasked.size() == 1 && questionNodes() == 1;
    call.openScope(unasked.size() == 1 && (options.analyze() ? oneNode && nodesRun : true));
    startedAt = System.nanoTime();
    if (options.analyze() && !nodesRun) {
      run();
    } else {
      askNext();
    }
  }

  private int questionNodes() {
    return unasked.getFirst().question().orElseThrow().nodes().size();
  }

  private void askNext() {
    ExplainPart part = unasked.poll();
    if (nodesRun) {
      nanos = System.nanoTime() - startedAt;
    }
    if (part != null) {
      NodeFan next = new NodeFan(call, part.question().orElseThrow().nodes(), new Asking(part));
      fan = Optional.of(next);
      next.start();
    } else {
      print();
    }
  }

  private void run() {
    CachedPlan step = new CachedPlan(call.view(), plan.plan(), plan.facts(), Map.of());
    try {
      Operator operator =
          call.services()
              .operators()
              .of(call.step(step, TEXT_FORMAT, counted, this), plan.plan(), slots);
      running = Optional.of(operator);
      operator.start();
    } catch (SqlError e) {
      fail(ErrorFields.of(e, Severity.ERROR));
    }
  }

  @Override
  public void completed(Call done, String tag) {
    nanos = System.nanoTime() - startedAt;
    if (running.orElseThrow() instanceof FragmentsOperator fragments) {
      root.measured(fragments.counts(), options, outline::name);
    }
    long rows =
        plan.facts().returnsRows() ? counted.rows() : CommandTag.parse(tag).rows().orElse(0);
    root.measured((double) rows, nanos);
    running = Optional.empty();
    askNext();
  }

  @Override
  public void failed(Call done, ErrorFields error) {
    fail(error);
  }

  @Override
  public void suspended(Call done) {
    throw new IllegalStateException("what is explained has no row limit");
  }

  private void fail(ErrorFields error) {
    call.transaction().fail();
    call.closeBareScope();
    call.failed(error);
  }

  private void print() {
    call.closeBareScope();
    if (call.simple()) {
      call.output().simpleRowDescription(call.cached());
    }
    for (String row : rows()) {
      byte[] utf8 = row.getBytes(StandardCharsets.UTF_8);
      BackendEncoder.dataRow(call.output().rowBuffer(), List.of(utf8));
    }
    call.completed("EXPLAIN");
  }

  private List<String> rows() {
    if (plan.plan() instanceof Plan.Local) {
      return local();
    }
    Map<String, Double> times = new LinkedHashMap<>();
    if (options.analyze() && options.showsSummary()) {
      times.put("Execution Time", nanos / NANOS_PER_MILLI);
    }
    Explained explained = new Explained(root.node(options), times);
    Json document = options.format() == Format.TEXT ? Json.texts(List.of()) : explained.document();
    return switch (options.format()) {
      case TEXT -> explained.lines();
      case JSON -> List.of(DocumentWriter.json(document));
      case YAML -> List.of(DocumentWriter.yaml(document));
      case XML -> List.of(DocumentWriter.xml(document));
    };
  }

  /** What only the catalog node does is a plan of PostgreSQL's, whole. */
  private List<String> local() {
    return root.servers().stream()
        .map(ServerPlan::answer)
        .flatMap(a -> a instanceof ServerPlan.Answer.Lines(var own) ? own.stream() : null)
        .toList();
  }

  @Override
  public void clientWritable(boolean writable) {
    running.ifPresent(operator -> operator.clientWritable(writable));
  }

  @Override
  public void cancel() {
    running.ifPresentOrElse(Operator::cancel, () -> fan.ifPresent(NodeFan::cancel));
  }

  @Override
  public void clientGone() {
    running.ifPresent(Operator::clientGone);
  }

  /** EXPLAIN of one step's text on its nodes. */
  private final class Asking implements NodeFan.Work {
    private final ExplainPart part;
    private final ExplainPart.Question question;
    private final NodeTask task;
    private final List<List<String>> answers = new ArrayList<>();

    Asking(ExplainPart part) {
      this.part = part;
      this.question = part.question().orElseThrow();
      Format format =
          plan.plan() instanceof Plan.Local || options.format() == Format.TEXT
              ? options.format()
              : Format.JSON;
      String head = "EXPLAIN " + options.forServer(nodesRun, format) + " ";
      SqlText explained = question.rendering().behind(head, question.text());
      Optional<int[]> formats = call.simple() ? Optional.empty() : Optional.of(TEXT_FORMAT);
      this.task = NodeTask.whole(call, question.nodes(), explained, formats);
      question.nodes().forEach(_ -> answers.add(new ArrayList<>()));
    }

    @Override
    public void send(int index, Participant participant, Reply reply) {
      if (writes()) {
        participant.markWrote();
      }
      task.send(index, participant, reply);
    }

    @Override
    public boolean writes() {
      return nodesRun && question.writes();
    }

    @Override
    public void rows(int index, ByteBuf run) {
      try {
        while (run.isReadable()) {
          byte[] line = BackendDecoder.nextDataRow(run).getFirst();
          answers.get(index).add(new String(line, StandardCharsets.UTF_8));
        }
      } finally {
        run.release();
      }
    }

    @Override
    public void finished(Optional<ErrorFields> error) {
      if (error.isPresent()) {
        fail(error.get());
        return;
      }
      boolean structured = options.format() != Format.TEXT && !(plan.plan() instanceof Plan.Local);
      for (int i = 0; i < answers.size(); i++) {
        String name = answers.size() == 1 ? "" : outline.name(question.nodes().get(i));
        part.servers().add(ServerPlan.of(name, answers.get(i), structured));
      }
      askNext();
    }
  }
}
