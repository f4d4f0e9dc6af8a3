package dev.drover.gtm.server;

import dev.drover.gtm.client.GtmClient;
import dev.drover.gtm.client.Lease;
import dev.drover.gtm.protocol.CoordinatorEpoch;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** Writes down what a client is told and acks every stale catalog at once, unless told not to. */
final class RecordingListener implements GtmClient.Listener {
  private static final long MAX_WAIT_SECONDS = 20;

  private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
  private final BlockingQueue<Runnable> heldAcks = new LinkedBlockingQueue<>();
  private volatile boolean holdsAcks;

  void holdAcks() {
    holdsAcks = true;
  }

  void releaseAck() throws InterruptedException {
    heldAcks.poll(MAX_WAIT_SECONDS, TimeUnit.SECONDS).run();
  }

  /** Waits for this to be told, passing over everything else. */
  void await(String expected) throws InterruptedException {
    String next = "";
    while (!next.equals(expected)) {
      next = told.poll(MAX_WAIT_SECONDS, TimeUnit.SECONDS);
      if (next == null) {
        throw new AssertionError("never told: " + expected);
      }
    }
  }

  boolean hasBeenTold(String what) {
    return told.contains(what);
  }

  @Override
  public void leaseGranted(Lease lease) {
    told.add("granted " + lease.epoch());
  }

  @Override
  public void leaseSuspended(long epoch) {
    told.add("suspended " + epoch);
  }

  @Override
  public void leaseLost(long epoch) {
    told.add("lost " + epoch);
  }

  @Override
  public void catalogStale(long version, Runnable ack) {
    told.add("stale " + version);
    if (holdsAcks) {
      heldAcks.add(ack);
    } else {
      ack.run();
    }
  }

  @Override
  public void catalogCurrent(long version) {
    told.add("current " + version);
  }

  @Override
  public void victim(long transaction, String node, int pid) {
    told.add("victim " + transaction + " at " + node + ":" + pid);
  }

  @Override
  public void fenceWanted(CoordinatorEpoch epoch) {
    told.add("fence " + epoch);
  }
}
