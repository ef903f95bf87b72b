package dev.iommufleet.cli.iommu;

import static dev.iommufleet.cli.ExitCode.DONE;

import dev.iommufleet.cli.CommandException;
import dev.iommufleet.cli.text.Converters;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.hardware.vtd.spec.DescriptorText;
import java.util.List;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Submits descriptors. */
@Command(
    name = "qi",
    header = "Write descriptors into the guest's invalidation queue, ring, and tell what happens.",
    description = {
      "They are written at the tail, the doorbell IQT is rung once, and the command waits until the"
          + " queue is idle. A bare 'wait' writes its status into the free slot behind the last"
          + " descriptor.",
      "Exit code 1: the queue stopped with an error, or it is parked: a device owes an answer."
    },
    footerHeading = "%nDescriptors (--forms prints them all):%n",
    footer = {
      "  cc-g | cc-d 00:02.0 fm=0 | iotlb-d did=5 | iotlb-p did=5 addr=0x1000 am=0",
      "  pc did=5 pasid=3 | piotlb did=5 pasid=3 | dtlb 00:02.0 all | wait | raw 0x… 0x…",
      "",
      "Examples:",
      "  iommu-fleet iommu qi guest-1 --setup 0x10000 wait",
      "  iommu-fleet iommu qi guest-1 \"cc-d 00:02.0 fm=0\" \"pc did=5 pasid=3\" wait"
    })
final class QiCommand extends OneIommuCommand {
  private static final int DEADLINE_MOST = 60_000;

  @Parameters(
      index = "1..*",
      paramLabel = "DESCRIPTOR",
      description = "As in the forms below, each in quotes.")
  private List<String> texts = List.of();

  @Option(
      names = "--setup",
      arity = "0..1",
      fallbackValue = "0x10000",
      paramLabel = "ADDRESS",
      converter = Converters.Word.class,
      description =
          "If the queue is off: first make one of 4 KiB at this guest-physical address and enable"
              + " it. Default address: ${FALLBACK-VALUE}.")
  private Long setup;

  @Option(
      names = "--deadline-millis",
      paramLabel = "N",
      defaultValue = "2000",
      description = "How long to wait for the queue. Default: ${DEFAULT-VALUE}.")
  private int deadlineMillis;

  @Option(
      names = "--forms",
      help = true,
      description = "Print the form of every descriptor and end.")
  private boolean forms;

  @Override
  protected int run(FleetClient client) {
    if (forms) {
      DescriptorText.forms().forEach(form -> print.out().println(form));
      print.out().println("raw WORD [WORD [WORD [WORD]]]");
      print.out().flush();
      return DONE;
    }
    if (texts.isEmpty()) {
      throw CommandException.usage("there is no descriptor; --forms lists what can be written");
    }
    if (deadlineMillis < 0 || deadlineMillis > DEADLINE_MOST) {
      throw CommandException.usage(
          "--deadline-millis is %d; 0 to %d go", deadlineMillis, DEADLINE_MOST);
    }
    return new Submission(client, print, id, deadlineMillis).run(texts, setup);
  }
}
