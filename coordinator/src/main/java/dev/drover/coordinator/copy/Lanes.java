package dev.drover.coordinator.copy;

import io.netty.buffer.ByteBufAllocator;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows gathered into runs, and the lanes that carry the runs to the nodes.
 *
 * <p>A bucket gathers the rows of one leaf, of one node, or of all. Its run is sent when it is long
 * enough for the servers not to notice that COPYs change between leaves; sooner when a node has
 * nothing else to do, or when too much is held back.
 *
 * <p>Threads: confined to one.
 */
final class Lanes {
  private final CopyConfig config;
  private final ByteBufAllocator allocator;
  private final Map<Integer, Lane> laneOfNode = new HashMap<>();
  private final List<Lane> lanes = new ArrayList<>();
  private final List<Bucket> buckets = new ArrayList<>();
  private final int[] bucketOfSlot;
  private final CopyTarget target;
  private long bufferedBytes;
  private int turn;

  /** Rows for one relation; {@code lane} is -1 for all lanes, or for each in turn. */
  private static final class Bucket {
    private final int slot;
    private final int lane;
    private Run run;

    private Bucket(int slot, int lane, Run run) {
      this.slot = slot;
      this.lane = lane;
      this.run = run;
    }
  }

  Lanes(CopyPlan plan, CopySink sink, ByteBufAllocator allocator, LineMap lineMap) {
    this.config = plan.config();
    this.allocator = allocator;
    this.target = plan.target();
    boolean binary = plan.shape().options().format() == CopyFormat.BINARY;
    for (int node : target.nodes()) {
      Lane lane = new Lane(node, binary, sink, lineMap);
      laneOfNode.put(node, lane);
      lanes.add(lane);
    }
    this.bucketOfSlot =
        switch (target) {
          case CopyTarget.Slots slots -> slots.leaves() ? perLeaf(slots) : perNode(slots);
          case CopyTarget.Everywhere _, CopyTarget.InTurn _ -> {
            buckets.add(bucket(CopySink.WHOLE_TABLE, -1));
            yield new int[] {0};
          }
        };
  }

  /** The run to which a row of this slot is written; {@link #written} follows. */
  Run run(int slot) {
    return buckets.get(bucketOfSlot[slot]).run;
  }

  /** A row of {@code length} bytes was written to the slot's run. */
  void written(int slot, long length) {
    bufferedBytes += length;
    Bucket bucket = buckets.get(bucketOfSlot[slot]);
    long runBytes = bucket.run.lengthBytes();
    if (bucket.slot == CopySink.WHOLE_TABLE) {
      if (runBytes >= config.messageBytes()) {
        send(bucket);
      }
    } else if (runBytes >= config.runBytes()
        || (runBytes >= config.idleRunBytes() && lanes.get(bucket.lane).isHungry())) {
      send(bucket);
    }
  }

  /** Makes room where it can; true when too much is held back all the same. */
  boolean isFull() {
    while (bufferedBytes >= config.bufferedBytes()) {
      Bucket largest = largest(lanes.size());
      boolean sends =
          !largest.run.isEmpty() && (largest.lane < 0 || lanes.get(largest.lane).takesMore());
      if (!sends || isTooSmall(largest)) {
        return true;
      }
      send(largest);
    }
    return false;
  }

  /** Sends what the nodes take. */
  void pump() {
    for (Lane lane : lanes) {
      bufferedBytes -= lane.pump();
    }
  }

  /** A node has ended a COPY: if it has nothing more, it gets what there is for it. */
  void feedIdle(int node) {
    Lane lane = laneOfNode.get(node);
    if (!lane.isHungry()) {
      return;
    }
    Bucket largest = largest(lanes.indexOf(lane));
    if (largest.run.lengthBytes() >= config.idleRunBytes()) {
      send(largest);
    }
  }

  /** Ends the node's COPY unless it is not all sent. */
  boolean settle(int node) {
    Lane lane = laneOfNode.get(node);
    if (lane == null) {
      return true;
    }
    if (lane.isEmpty()) {
      lane.close();
    }
    return lane.isEmpty();
  }

  /** Sends every run, however short; true when all is sent and closed. */
  boolean drain() {
    for (Bucket bucket : buckets) {
      if (!bucket.run.isEmpty()) {
        send(bucket);
      }
    }
    pump();
    boolean drained = true;
    for (Lane lane : lanes) {
      if (lane.isEmpty()) {
        lane.close();
      }
      drained &= lane.isEmpty();
    }
    return drained;
  }

  long bufferedBytes() {
    return bufferedBytes;
  }

  void release() {
    buckets.forEach(bucket -> bucket.run.release());
    lanes.forEach(Lane::release);
  }

  private int[] perLeaf(CopyTarget.Slots slots) {
    int[] bucketOf = new int[slots.shards().modulus()];
    for (int slot = 0; slot < bucketOf.length; slot++) {
      bucketOf[slot] = slot;
      buckets.add(bucket(slot, laneIndex(slots.shards().nodeOf(slot))));
    }
    return bucketOf;
  }

  private int[] perNode(CopyTarget.Slots slots) {
    int[] bucketOf = new int[slots.shards().modulus()];
    for (int lane = 0; lane < lanes.size(); lane++) {
      buckets.add(bucket(CopySink.WHOLE_TABLE, lane));
    }
    for (int slot = 0; slot < bucketOf.length; slot++) {
      bucketOf[slot] = laneIndex(slots.shards().nodeOf(slot));
    }
    return bucketOf;
  }

  private int laneIndex(int node) {
    return lanes.indexOf(laneOfNode.get(node));
  }

  private Bucket bucket(int slot, int lane) {
    return new Bucket(slot, lane, Run.of(slot, config.messageBytes(), allocator));
  }

  private void send(Bucket bucket) {
    Run run = bucket.run;
    bucket.run = Run.of(bucket.slot, config.messageBytes(), allocator);
    if (bucket.lane >= 0) {
      add(lanes.get(bucket.lane), run);
    } else if (target instanceof CopyTarget.InTurn) {
      add(nextInTurn(), run);
    } else {
      run.seal();
      List<Run> copies = new ArrayList<>();
      for (int i = 1; i < lanes.size(); i++) {
        copies.add(run.duplicate());
        bufferedBytes += run.lengthBytes();
      }
      copies.add(run);
      for (int i = 0; i < lanes.size(); i++) {
        add(lanes.get(i), copies.get(i));
      }
    }
  }

  private void add(Lane lane, Run run) {
    lane.add(run);
    bufferedBytes -= lane.pump();
  }

  /** The next node, unless it is busy and another is not. */
  private Lane nextInTurn() {
    for (int i = 0; i < lanes.size(); i++) {
      Lane lane = lanes.get((turn + i) % lanes.size());
      if (lane.takesMore()) {
        turn = (turn + i + 1) % lanes.size();
        return lane;
      }
    }
    Lane lane = lanes.get(turn);
    turn = (turn + 1) % lanes.size();
    return lane;
  }

  /** The fullest bucket of a lane, or of all for {@code lanes.size()}. */
  private Bucket largest(int lane) {
    Bucket largest = buckets.getFirst();
    for (Bucket bucket : buckets) {
      boolean counts = lane == lanes.size() || bucket.lane == lane;
      boolean other = lane != lanes.size() && largest.lane != lane;
      if (counts && (other || bucket.run.lengthBytes() > largest.run.lengthBytes())) {
        largest = bucket;
      }
    }
    return largest;
  }

  /** Sending it would make no room worth a COPY, while busy nodes hold the rest. */
  private boolean isTooSmall(Bucket bucket) {
    boolean busy = lanes.stream().anyMatch(lane -> !lane.isEmpty());
    return busy && bucket.run.lengthBytes() < config.idleRunBytes() / 4;
  }
}
