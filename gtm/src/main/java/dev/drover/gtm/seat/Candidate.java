package dev.drover.gtm.seat;

import dev.drover.gtm.core.GtmRecord;
import java.util.List;
import java.util.Optional;

/**
 * Who asks for the seat.
 *
 * @param number a positive one that no other process has drawn
 * @param founds the state with which it may found a seat that never was; at most one of a cluster's
 *     GTMs may, and not after it has
 */
public record Candidate(long number, Optional<List<GtmRecord>> founds) {
  public Candidate {
    founds = founds.map(List::copyOf);
    if (number < 1) {
      throw new IllegalArgumentException("a candidate's number is positive");
    }
  }
}
