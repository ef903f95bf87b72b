package dev.iommufleet.cli;

import picocli.CommandLine.IVersionProvider;

/** What {@code --version} prints. */
final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    var built = Main.class.getPackage().getImplementationVersion();
    return new String[] {
      "iommu-fleet " + (built == null ? "(built from classes)" : built),
      "Java " + Runtime.version() + ", " + System.getProperty("os.name")
    };
  }
}
