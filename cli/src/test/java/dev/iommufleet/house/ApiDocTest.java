package dev.iommufleet.house;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.Descriptors.ServiceDescriptor;
import dev.iommufleet.protocol.api.v1.ClusterServiceProto;
import dev.iommufleet.protocol.api.v1.DeviceServiceProto;
import dev.iommufleet.protocol.api.v1.IommuFleetProto;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

@DisplayName("docs/api.md")
class ApiDocTest {
  private static final Pattern CODE = Pattern.compile("\\b[A-Z][A-Z_]{3,}\\b");
  private static final Pattern CALL = Pattern.compile("((?:  //[^\\n]*\\n)+)  rpc (\\w+)");
  private static final Pattern REFUSAL =
      Pattern.compile(
          "  // ([A-Z_]+)\\.[^\\n]*\\n(?:  //[^\\n]*\\n)*  REFUSAL_CODE_(\\w+) = \\d+;");
  private static final Pattern LIMIT = Pattern.compile("([a-z-]+) = (\\d+)");

  private static String read(String path) throws IOException {
    return Files.readString(Sources.root().resolve(path));
  }

  /** The cells of the row whose first cell is {@code name}. */
  private static List<String> row(String doc, String name) {
    var rows = doc.lines().filter(line -> line.startsWith("| `" + name + "` |")).toList();
    assertEquals(1, rows.size(), "rows of " + name);
    return Arrays.stream(rows.getFirst().split("\\|")).map(String::strip).skip(1).toList();
  }

  private static Set<String> codes(String text) {
    return CODE.matcher(text).results().map(MatchResult::group).collect(Collectors.toSet());
  }

  @Test
  @DisplayName("has every call, with the errors that its comment in the .proto names")
  void calls() throws IOException {
    calls("iommu_fleet.proto", IommuFleetProto.getDescriptor().findServiceByName("IommuFleet"));
    calls(
        "device_service.proto",
        DeviceServiceProto.getDescriptor().findServiceByName("DeviceService"));
    calls(
        "cluster_service.proto",
        ClusterServiceProto.getDescriptor().findServiceByName("ClusterService"));
  }

  private static void calls(String file, ServiceDescriptor service) throws IOException {
    var doc = read("docs/api.md");
    var proto = read("protocol/src/main/proto/iommufleet/api/v1/" + file);
    var found = new TreeSet<String>();
    CALL.matcher(proto)
        .results()
        .forEach(
            call -> {
              found.add(call.group(2));
              var comment = call.group(1).replaceAll("\\s*//\\s*", " ");
              int errors = comment.indexOf("Errors:");
              assertEquals(
                  codes(errors < 0 ? "" : comment.substring(errors)),
                  codes(row(doc, call.group(2)).get(2)),
                  call.group(2));
            });

    assertEquals(
        service.getMethods().stream()
            .map(method -> method.getName())
            .collect(Collectors.toCollection(TreeSet::new)),
        found);
  }

  @Test
  @DisplayName("has every refusal code with its gRPC status")
  void refusals() throws IOException {
    var doc = read("docs/api.md");
    var proto = read("protocol/src/main/proto/iommufleet/api/v1/refusal.proto");
    var found = new TreeSet<String>();
    REFUSAL
        .matcher(proto)
        .results()
        .forEach(
            refusal -> {
              found.add("REFUSAL_CODE_" + refusal.group(2));
              assertEquals(refusal.group(1), row(doc, refusal.group(2)).get(1));
            });

    var all = Arrays.stream(RefusalCode.values()).map(Enum::name).collect(Collectors.toSet());
    all.removeAll(Set.of("UNRECOGNIZED", "REFUSAL_CODE_UNSPECIFIED"));
    assertEquals(new TreeSet<>(all), found);
  }

  @Test
  @DisplayName("has every limit with its default")
  void limits() throws IOException {
    var doc = read("docs/api.md");
    var conf = read("cluster-config/src/main/resources/iommu-fleet.conf");
    int begin = conf.indexOf("limits {");
    var limits = conf.substring(begin, conf.indexOf('}', begin));

    var found = LIMIT.matcher(limits).results().toList();
    assertTrue(found.size() >= 14, "limits: " + found.size());
    for (var limit : found) {
      assertEquals(limit.group(2), row(doc, limit.group(1)).get(1).replace(",", ""));
    }
  }
}
