/**
 * The global transaction manager: identifiers, leases, catalog versions and deadlocks.
 *
 * <p>{@link dev.drover.gtm.Gtm} starts one inside a process; everybody else talks to it through
 * {@link dev.drover.gtm.client.GtmClient}. This package wires the parts together and knows no SQL
 * and no catalog.
 */
package dev.drover.gtm;
