/** PostgreSQL's frontend/backend protocol, version 3, as seen from both ends. */
package dev.drover.pgwire;
