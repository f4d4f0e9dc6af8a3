package dev.drover.deploy;

import java.util.Optional;
import picocli.CommandLine.IVersionProvider;

/** The version that the build wrote into the jar. */
final class DroverVersion implements IVersionProvider {
  @Override
  public String[] getVersion() {
    Optional<String> version =
        Optional.ofNullable(Drover.class.getPackage().getImplementationVersion());
    return new String[] {"drover " + version.orElse("(not packaged)")};
  }
}
