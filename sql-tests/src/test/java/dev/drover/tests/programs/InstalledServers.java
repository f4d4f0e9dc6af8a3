package dev.drover.tests.programs;

import dev.drover.agent.postgres.PostgresBinaries;
import dev.drover.tests.Endpoints;
import org.junit.jupiter.api.extension.ConditionEvaluationResult;
import org.junit.jupiter.api.extension.ExecutionCondition;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a test a cluster and a plain server of the release that the client programs belong to;
 * pg_dump refuses newer servers, and psql asks each release in another way. Skips the test where
 * that release is not installed.
 */
final class InstalledServers implements ParameterResolver, ExecutionCondition {
  @Override
  public ConditionEvaluationResult evaluateExecutionCondition(ExtensionContext context) {
    for (Program program : Program.values()) {
      if (!program.isInstalled()) {
        return ConditionEvaluationResult.disabled(program + " is not installed");
      }
    }
    return ConditionEvaluationResult.enabled("");
  }

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == Endpoints.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getStore(
            ExtensionContext.StoreScope.LAUNCHER_SESSION,
            ExtensionContext.Namespace.create(InstalledServers.class))
        .getOrComputeIfAbsent(
            Endpoints.class,
            key -> Endpoints.start(PostgresBinaries.installed(Program.installation())),
            Endpoints.class);
  }
}
