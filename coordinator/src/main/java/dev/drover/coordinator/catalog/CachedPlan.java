package dev.drover.coordinator.catalog;

import dev.drover.coordinator.metrics.StatementKind;
import dev.drover.pgwire.BackendEncoder;
import dev.drover.pgwire.FieldDescription;
import dev.drover.planner.plan.Plan;
import dev.drover.planner.plan.StatementFacts;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A plan with what clients and servers need of its statement.
 *
 * <p>Invariant: valid for one {@link CatalogView}, and for texts of its shape whose literals {@link
 * #fits}.
 *
 * <p>Threads: immutable.
 */
public final class CachedPlan {
  private static final AtomicLong NEXT_ID = new AtomicLong();

  private final long id = NEXT_ID.incrementAndGet();
  private final CatalogView view;
  private final Plan plan;
  private final StatementFacts facts;
  private final Map<Integer, String> reads;
  private final byte[] textRowDescription;
  private final boolean bearsOids;
  private final StatementKind kind;

  public CachedPlan(
      CatalogView view, Plan plan, StatementFacts facts, Map<Integer, String> literalReads) {
    this.view = view;
    this.plan = plan;
    this.facts = facts;
    this.reads = new TreeMap<>(literalReads);
    this.textRowDescription = facts.returnsRows() ? encode(facts.columns()) : new byte[0];
    this.kind = StatementKind.of(plan);
    this.bearsOids = asksDatanodes(plan) && bearsOids(view.types().bearing().keySet(), facts);
  }

  /** Unique in this process; part of the key of statements prepared on servers. */
  public long id() {
    return id;
  }

  public CatalogView view() {
    return view;
  }

  /** True when it was made under exactly this view. */
  @SuppressWarnings("ReferenceEquality") // a view is compared by identity: each load is another
  public boolean madeUnder(CatalogView other) {
    return view == other;
  }

  public Plan plan() {
    return plan;
  }

  /** What its executions are counted as. */
  public StatementKind kind() {
    return kind;
  }

  public StatementFacts facts() {
    return facts;
  }

  public boolean returnsRows() {
    return facts.returnsRows();
  }

  /** The whole RowDescription frame with every column in text format. */
  public byte[] textRowDescription() {
    return textRowDescription;
  }

  /** Values that come from datanodes, or go there, may hold OIDs in their binary form. */
  public boolean bearsOids() {
    return bearsOids;
  }

  private static boolean bearsOids(Set<Integer> bearing, StatementFacts facts) {
    return facts.columns().stream().anyMatch(c -> bearing.contains(c.typeOid()))
        || facts.parameterTypes().stream().anyMatch(bearing::contains);
  }

  private static boolean asksDatanodes(Plan plan) {
    return switch (plan) {
      case Plan.OneNode _, Plan.AnyNode _, Plan.AllNodes _, Plan.AtCursor _ -> true;
      case Plan.Fragments _, Plan.Change _ -> true;
      case Plan.ReplicatedWrite _, Plan.InsertRows _, Plan.InsertFrom _ -> true;
      case Plan.Local _, Plan.Explain _, Plan.Control _, Plan.Deferred _ -> false;
      case Plan.CopyIn _, Plan.CopyLocal _, Plan.CopyOut _ -> false;
      case Plan.Utility _, Plan.Broadcast _ -> false;
    };
  }

  /** True when the plan holds for this text too: the literals it was planned by are equal. */
  public boolean fits(StatementText text) {
    for (Map.Entry<Integer, String> read : reads.entrySet()) {
      if (!text.literalText(read.getKey()).equals(read.getValue())) {
        return false;
      }
    }
    return true;
  }

  private static byte[] encode(List<FieldDescription> fields) {
    ByteBuf frame = Unpooled.buffer();
    BackendEncoder.rowDescription(frame, fields);
    return Arrays.copyOf(frame.array(), frame.readableBytes());
  }
}
