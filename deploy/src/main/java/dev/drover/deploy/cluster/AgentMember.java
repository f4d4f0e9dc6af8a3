package dev.drover.deploy.cluster;

import dev.drover.agent.Agent;
import dev.drover.agent.recovery.Recovery;

/** What an agent's process does: it looks after one server, and takes part in recovery. */
public record AgentMember(Agent agent, Recovery recovery) implements AutoCloseable {
  public static AgentMember start(Members members, String node) {
    return new AgentMember(members.startAgent(node), members.startRecovery(node));
  }

  @Override
  public void close() {
    recovery.close();
    agent.close();
  }
}
