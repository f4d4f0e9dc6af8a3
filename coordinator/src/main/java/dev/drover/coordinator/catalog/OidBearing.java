package dev.drover.coordinator.catalog;

import java.util.List;

/** Where a type's binary form holds OIDs, which differ from server to server. */
public sealed interface OidBearing {
  /** The head names the type of the elements. */
  record ArrayOf(int element) implements OidBearing {}

  /** Every field is preceded by its type. */
  record RowOf(List<Integer> fields) implements OidBearing {
    public RowOf {
      fields = List.copyOf(fields);
    }
  }

  /** The form is that of the type below. */
  record DomainOf(int base) implements OidBearing {}

  /** Ranges and multiranges; nothing but their bounds can hold an OID. */
  record RangeOf(int bound) implements OidBearing {}

  /** A row of a type that has no name: only its value tells the types of its fields. */
  record AnyRow() implements OidBearing {}

  /** The value is an object's OID, as of {@code regclass}. */
  record ObjectName() implements OidBearing {}
}
