/** Slots move between datanodes while tables are used, and while members of the cluster die. */
package dev.drover.tests.moves;
