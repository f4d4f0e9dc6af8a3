package dev.drover.coordinator.fragments;

import dev.drover.coordinator.exec.Call;
import dev.drover.coordinator.exec.Rendering;
import dev.drover.coordinator.exec.Slots;
import dev.drover.pgwire.SqlError;
import dev.drover.pgwire.SqlState;
import dev.drover.planner.catalog.Node;
import dev.drover.planner.plan.Exchange;
import dev.drover.planner.plan.Fragment;
import dev.drover.planner.plan.Fragment.Site;
import dev.drover.planner.plan.Pin;
import dev.drover.planner.plan.Plan;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * Where the fragments of a plan run in one execution: the producers in the order of their
 * exchanges, then the last.
 *
 * @param shared the fragments that read tables import one snapshot
 * @param withText relations whose rows, if they are few, come with the texts that read them
 */
public record FragmentPlaces(List<Place> all, boolean shared, Set<String> withText) {
  /**
   * One fragment's nodes.
   *
   * @param inWorkers on connections of its own, not on the transaction's
   */
  public record Place(
      Fragment fragment, List<Integer> nodes, Rendering rendering, boolean inWorkers) {
    public Place {
      nodes = List.copyOf(nodes);
    }
  }

  public FragmentPlaces {
    all = List.copyOf(all);
    withText = Set.copyOf(withText);
  }

  /** {@code slots} are those of the fragments. */
  public static FragmentPlaces of(Call call, Plan.Fragments plan, int[] slots, boolean shared) {
    List<Place> places = new ArrayList<>();
    int next = 0;
    for (Fragment fragment : plan.all()) {
      List<Pin> pins = fragment.pins();
      int[] own = Arrays.copyOfRange(slots, next, next + pins.size());
      next += pins.size();
      Rendering rendering = new Rendering(call, pins, own);
      List<Integer> nodes = nodes(call, fragment, own);
      places.add(new Place(fragment, nodes, rendering, inWorkers(fragment, shared)));
    }
    return new FragmentPlaces(places, shared, withText(plan, places));
  }

  private static Set<String> withText(Plan.Fragments plan, List<Place> places) {
    Set<String> relations = new HashSet<>();
    plan.exchanges().stream().filter(SmallRelation::fits).forEach(x -> relations.add(x.relation()));
    for (Place place : places) {
      List<String> inputs = place.fragment().inputs();
      if (inputs.stream().anyMatch(relations::contains)
          && !SmallRelation.fits(place.rendering().string(place.fragment().text()))) {
        inputs.forEach(relations::remove);
      }
    }
    return relations;
  }

  /** Of producers that all run on the transaction's own connections. */
  static FragmentPlaces ofProducers(Call call, List<Exchange> exchanges) {
    List<Place> places = new ArrayList<>();
    for (Exchange exchange : exchanges) {
      Fragment fragment = exchange.producer();
      int[] slots = call.services().slots().of(fragment.pins(), call);
      boolean isKnown = Arrays.stream(slots).noneMatch(slot -> slot == Slots.UNKNOWN);
      List<Integer> nodes =
          isKnown || !(fragment.site() instanceof Site.Nodes all)
              ? nodes(call, fragment, slots)
              : some(all.nodes());
      places.add(new Place(fragment, nodes, new Rendering(call, fragment.pins(), slots), false));
    }
    return new FragmentPlaces(places, false, Set.of());
  }

  /** True when a fragment reads tables together with rows that have moved. */
  public static boolean mixes(Plan.Fragments plan) {
    return plan.all().stream().anyMatch(f -> f.readsTables() && !f.inputs().isEmpty());
  }

  private static boolean inWorkers(Fragment fragment, boolean shared) {
    boolean onNodes = !(fragment.site() instanceof Site.CatalogNode);
    return !fragment.inputs().isEmpty() || (shared && onNodes && fragment.readsTables());
  }

  private static List<Integer> nodes(Call call, Fragment fragment, int[] slots) {
    return switch (fragment.site()) {
      case Site.CatalogNode() -> List.of(Node.CATALOG_ID);
      case Site.AnyOf(var nodes) ->
          List.of(call.services().rotation().choose(call.transaction(), nodes, false));
      case Site.Nodes(var nodes, var pins) -> pins.isEmpty() ? some(nodes) : pinned(pins, slots);
    };
  }

  private static List<Integer> some(List<Integer> nodes) {
    if (nodes.isEmpty()) {
      throw SqlError.of(SqlState.OBJECT_NOT_IN_PREREQUISITE_STATE, "the table is on no node");
    }
    return nodes;
  }

  private static List<Integer> pinned(List<Pin> pins, int[] slots) {
    TreeSet<Integer> nodes = new TreeSet<>();
    for (int i = 0; i < slots.length; i++) {
      nodes.add(pins.get(i).shards().nodeOf(slots[i]));
    }
    return List.copyOf(nodes);
  }

  Place last() {
    return all.getLast();
  }

  boolean workersReadTables() {
    return all.stream().anyMatch(p -> p.inWorkers() && p.fragment().readsTables());
  }

  /** Ascending: the nodes on which the transaction itself reads. */
  List<Integer> participantNodes() {
    TreeSet<Integer> nodes = new TreeSet<>();
    all.stream().filter(p -> !p.inWorkers()).forEach(p -> nodes.addAll(p.nodes()));
    return List.copyOf(nodes);
  }

  /** Which fragments read the relation, by their numbers. */
  List<Integer> readersOf(String relation) {
    List<Integer> readers = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (all.get(i).fragment().inputs().contains(relation)) {
        readers.add(i);
      }
    }
    return readers;
  }

  /** Whether its rows, if they are few, can come with the text of every fragment that reads it. */
  boolean maySendWithText(String relation) {
    return withText.contains(relation);
  }

  /** The one with this name. */
  public static Exchange exchange(Plan.Fragments plan, String relation) {
    Optional<Exchange> found =
        plan.exchanges().stream().filter(x -> x.relation().equals(relation)).findFirst();
    return found.orElseThrow(() -> new IllegalStateException("no exchange fills " + relation));
  }
}
