package dev.iommufleet.hardware.device;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.iommufleet.hardware.device.DeviceConfig.Kind;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Programs drawn at random; each failure names its seed and its last operation. */
@DisplayName("facts say all that an operation on a device changed")
class DeviceReplayTest {
  private static final int PROGRAMS = Integer.getInteger("random.programs", 15);
  private static final int OPERATIONS = 300;

  @ParameterizedTest
  @EnumSource(Kind.class)
  @DisplayName(
      "a device built from them, or from its description, is the same and goes on the same")
  void replayed(Kind kind) {
    var met = new TreeMap<String, Integer>();
    for (long seed = 1; seed <= PROGRAMS; seed++) {
      run(kind, seed, met);
    }

    System.out.println(kind + " facts met: " + met);
    assertTrue(met.size() >= 30, "kinds of facts met: " + met);
  }

  private void run(Kind kind, long seed, Map<String, Integer> met) {
    var random = new Random(seed);
    var config = RandomDeviceProgram.config(kind, random);
    var live = new HostDevice(config);
    var program = new RandomDeviceProgram(random, live);
    var facts = new ArrayList<DeviceFact>();
    var judge = new DeviceJudge(live);
    List<HostDevice> twins = List.of();
    for (int i = 0; i < OPERATIONS; i++) {
      var operation = program.next();
      String where = kind + " seed " + seed + " operation " + i + ": " + operation;
      var own = new ArrayList<DeviceFact>();
      var reply = live.execute(operation, own::add);
      for (HostDevice twin : twins) {
        var others = new ArrayList<DeviceFact>();
        assertEquals(text(reply), text(twin.execute(operation, others::add)), where);
        assertEquals(lines(own), lines(others), where);
        assertSame(live, twin, where);
      }
      facts.addAll(own);
      program.saw(reply, own);
      judge.saw(operation, reply, own, where);
      if (random.nextInt(25) == 0 || i == OPERATIONS - 1) {
        twins = twins(live, config, facts, where);
      }
      bounded(live, where);
    }
    facts.forEach(fact -> met.merge(fact.getClass().getSimpleName(), 1, Integer::sum));
  }

  private static void bounded(HostDevice live, String where) {
    var view = live.view();
    assertTrue(view.dmas().size() <= DeviceLimits.MOST_DMAS, where);
    assertTrue(view.groups().size() <= DeviceLimits.MOST_GROUPS, where);
    assertTrue(view.withheld().size() <= DeviceLimits.MOST_WITHHELD, where);
    assertTrue(view.translations().size() <= DeviceLimits.MOST_TRANSLATIONS, where);
  }

  private static List<HostDevice> twins(
      HostDevice live, DeviceConfig config, List<DeviceFact> facts, String where) {
    var replayed = new HostDevice(config);
    facts.forEach(replayed::apply);
    assertSame(live, replayed, where + ", from facts");
    var described = new HostDevice(config);
    live.describe(described::apply);
    assertEquals(live.stateHash(), described.stateHash(), where + ", described");
    live.describeSoft(described::apply);
    assertSame(live, described, where + ", described with soft state");
    return List.of(replayed, described);
  }

  private static void assertSame(HostDevice one, HostDevice other, String where) {
    assertEquals(one.stateHash(), other.stateHash(), where + ": lasting state");
    assertEquals(one.softHash(), other.softHash(), where + ": soft state");
    assertEquals(lines(one.view().owed()), lines(other.view().owed()), where + ": what is owed");
  }

  private static List<String> lines(List<?> all) {
    return all.stream().map(DeviceReplayTest::text).toList();
  }

  /** Records with arrays in them, the arrays spelled out. */
  static String text(Object value) {
    return switch (value) {
      case null -> "null";
      case byte[] bytes -> Arrays.toString(bytes);
      case long[] longs -> Arrays.toString(longs);
      case int[] ints -> Arrays.toString(ints);
      case Record record -> {
        var text = new StringBuilder(record.getClass().getSimpleName());
        for (var component : record.getClass().getRecordComponents()) {
          try {
            var accessor = component.getAccessor();
            accessor.setAccessible(true);
            text.append(' ').append(text(accessor.invoke(record)));
          } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
          }
        }
        yield text.toString();
      }
      default -> value.toString();
    };
  }
}
