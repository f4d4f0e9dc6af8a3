/** The process beside each PostgreSQL server: supervision and recovery. */
package dev.drover.agent;
