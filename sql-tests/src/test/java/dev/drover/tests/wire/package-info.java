/**
 * The PostgreSQL protocol byte by byte: a small client of our own and scripts that must draw the
 * same messages from both servers.
 *
 * <p>The client shares no code with the product, so a mistake there cannot hide itself here.
 */
package dev.drover.tests.wire;
