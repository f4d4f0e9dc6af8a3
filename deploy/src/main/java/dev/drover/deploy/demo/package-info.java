/**
 * A guided tour of a cluster: tables, a million rows, questions, and money that moves while a
 * server is killed.
 *
 * <p>Main type: {@link dev.drover.deploy.demo.Demo}. Speaks SQL to the coordinator like any client;
 * only {@link dev.drover.deploy.demo.DemoCluster} knows how a cluster is run.
 */
package dev.drover.deploy.demo;
