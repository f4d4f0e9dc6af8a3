/**
 * What many clients did to lists, and whether it could have happened at the isolation level that
 * they asked for. Start reading at {@link dev.drover.tests.histories.HistoryCheck}.
 */
package dev.drover.tests.histories;
