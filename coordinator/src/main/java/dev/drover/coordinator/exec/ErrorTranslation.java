package dev.drover.coordinator.exec;

import dev.drover.coordinator.catalog.CatalogView;
import dev.drover.pgwire.ErrorFields;

/** Shows a server's error or notice in the user's names. */
public interface ErrorTranslation {
  ErrorFields translate(ErrorFields fields, CatalogView view, int node);
}
