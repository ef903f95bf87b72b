package dev.iommufleet.cli.device;

import dev.iommufleet.cli.text.Numbers;
import dev.iommufleet.protocol.api.v1.CompletionFault;
import dev.iommufleet.protocol.api.v1.HostCallKind;
import dev.iommufleet.protocol.api.v1.HostDeviceOperation;
import dev.iommufleet.protocol.api.v1.InjectFaultRequest;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/** Faults to order, in words. */
final class FaultText {
  private static final int COUNT_BITS = 31;

  private FaultText() {}

  /**
   * @throws IllegalArgumentException the words are no fault
   */
  static InjectFaultRequest.Builder parse(List<String> words) {
    var request = InjectFaultRequest.newBuilder();
    return switch (words.getFirst()) {
      case "host-call" -> {
        form(words, 4, 4, "host-call KIND N ERRNO");
        yield request.setFailHostCall(
            HostDeviceOperation.FailHostCall.newBuilder()
                .setKind(constant("HOST_CALL_KIND_", words.get(1), HostCallKind.values()))
                .setN(count(words.get(2)))
                .setErrno(count(words.get(3))));
      }
      case "completions" -> {
        form(words, 3, 3, "completions never|late|duplicated|wrong-tag N");
        yield request.setFailCompletions(
            HostDeviceOperation.FailCompletions.newBuilder()
                .setFault(constant("COMPLETION_FAULT_", words.get(1), CompletionFault.values()))
                .setN(count(words.get(2))));
      }
      case "release" -> {
        form(words, 1, 1, "release");
        yield request.setReleaseCompletions(
            HostDeviceOperation.ReleaseCompletions.getDefaultInstance());
      }
      case "lose-responses" -> {
        form(words, 2, 2, "lose-responses N");
        yield request.setLoseResponses(
            HostDeviceOperation.LoseResponses.newBuilder().setN(count(words.get(1))));
      }
      case "link" -> request.setSetLink(link(words));
      default ->
          throw new IllegalArgumentException(
              "'%s' is no fault; possible are host-call, completions, release, lose-responses, link"
                  .formatted(words.getFirst()));
    };
  }

  private static HostDeviceOperation.SetLink.Builder link(List<String> words) {
    var form = "link up|down [notice]";
    form(words, 2, 3, form);
    boolean known =
        List.of("up", "down").contains(words.get(1))
            && (words.size() == 2 || words.get(2).equals("notice"));
    if (!known) {
      throw new IllegalArgumentException("the form is: " + form);
    }
    return HostDeviceOperation.SetLink.newBuilder()
        .setUp(words.get(1).equals("up"))
        .setNotice(words.size() == 3);
  }

  private static void form(List<String> words, int least, int most, String form) {
    if (words.size() < least || words.size() > most) {
      throw new IllegalArgumentException("the form is: " + form);
    }
  }

  private static int count(String text) {
    return (int) Numbers.parse(text, COUNT_BITS);
  }

  private static <E extends Enum<E>> E constant(String prefix, String text, E[] constants) {
    var wanted = prefix + text.toUpperCase(Locale.ROOT).replace('-', '_');
    var possible =
        Arrays.stream(constants)
            .filter(it -> it.ordinal() > 0 && !it.name().equals("UNRECOGNIZED"))
            .toList();
    return possible.stream()
        .filter(it -> it.name().equals(wanted))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "'%s' is not possible; %s are"
                        .formatted(
                            text,
                            possible.stream()
                                .map(it -> DevicePrinter.dashed(prefix, it))
                                .collect(Collectors.joining(", ")))));
  }
}
