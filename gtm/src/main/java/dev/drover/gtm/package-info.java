/** The global transaction manager: identifiers, leases, catalog versions and deadlocks. */
package dev.drover.gtm;
