/** Where the shards of a table live. */
package dev.drover.redistribute;
