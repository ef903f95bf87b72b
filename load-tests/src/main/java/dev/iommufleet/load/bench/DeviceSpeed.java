package dev.iommufleet.load.bench;

import dev.iommufleet.client.Devices;
import dev.iommufleet.client.FleetClient;
import dev.iommufleet.load.bench.Figure.Goal;
import dev.iommufleet.protocol.api.v1.ConfigRegister;
import dev.iommufleet.protocol.api.v1.DeviceSpec;
import dev.iommufleet.protocol.api.v1.DmaMode;
import dev.iommufleet.protocol.api.v1.DmaOutcome;
import dev.iommufleet.protocol.api.v1.HostDeviceKind;
import dev.iommufleet.protocol.api.v1.StartDmaRequest;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;

/** Devices on a node: bindings, flushes to many of them, page requests; all journaled. */
public record DeviceSpeed(Nodes nodes) implements Benchmark {
  private static final int DEVICES = 16;
  private static final int IOMMUS = 64;
  private static final double NANOS_PER_MILLI = 1e6;
  private static final double NANOS_PER_SECOND = 1e9;

  @Override
  public String name() {
    return "device";
  }

  @Override
  public String summary() {
    return "host devices on one node, journaled: PASID bind, flush to 16 devices, page requests";
  }

  @Override
  public List<Figure> run(Effort effort) throws IOException, InterruptedException {
    List<Figure> figures = new ArrayList<>();
    try (var workspace = Workspace.create();
        var lab = Lab.start(nodes, workspace.path(), List.of())) {
      figures.add(bind(lab, effort));
      figures.add(flushOne(lab, effort));
      figures.add(flushMany(lab, effort));
      figures.add(pageRequests(lab, effort));
    }
    return figures;
  }

  // ---- bind ----

  private static Figure bind(Lab lab, Effort effort) {
    int rounds = effort.pick(200, 5);
    var guest = guest(lab, "bind", 1, HostDeviceKind.HOST_DEVICE_KIND_PASSTHROUGH);
    var millis = new ArrayList<Double>();
    for (int i = 0; i < 2 * rounds; i++) {
      long start = System.nanoTime();
      guest.bind(0);
      if (i >= rounds) {
        millis.add((System.nanoTime() - start) / NANOS_PER_MILLI);
      }
      guest.unbind(0);
    }
    return Goal.atMost(
            5,
            "ms",
            "device-bind",
            "%d rounds after as many that warm up: entry written, invalidated, bound at the host,"
                    .formatted(rounds)
                + " journaled at both, wait completed, answer at the client")
        .of(millis);
  }

  // ---- flush ----

  private static Figure flushOne(Lab lab, Effort effort) {
    int flushes = effort.pick(500, 5);
    int rounds = effort.pick(7, 1);
    var guest = bound(lab, "flush-one");
    var rates = new ArrayList<Double>();
    for (int round = 0; round < rounds + 2; round++) {
      long start = System.nanoTime();
      for (int i = 0; i < flushes; i++) {
        guest.flush();
      }
      if (round >= 2) {
        rates.add(flushes * NANOS_PER_SECOND / (System.nanoTime() - start));
      }
    }
    return Goal.atLeast(
            200,
            "invalidations/s",
            "device-flush-one-iommu",
            "%d a round, each to 16 devices with its wait; rounds after 2 that warm up"
                .formatted(flushes))
        .of(rates);
  }

  private static Figure flushMany(Lab lab, Effort effort) throws InterruptedException {
    int iommus = effort.pick(IOMMUS, 2);
    int flushes = effort.pick(100, 3);
    int rounds = effort.pick(5, 1);
    var guests = new DeviceGuest[iommus];
    together(iommus, i -> guests[i] = bound(lab, "flush-" + i));
    var rates = new ArrayList<Double>();
    for (int round = 0; round < rounds + 1; round++) {
      long start = System.nanoTime();
      together(
          iommus,
          i -> {
            for (int n = 0; n < flushes; n++) {
              guests[i].flush();
            }
          });
      if (round >= 1) {
        rates.add(iommus * flushes * NANOS_PER_SECOND / (System.nanoTime() - start));
      }
    }
    return Goal.atLeast(
            2_000,
            "invalidations/s",
            "device-flush-64-iommus",
            "%d IOMMUs at once, %d a round, each to 16 devices with its wait; rounds after 1"
                .formatted(iommus, flushes))
        .of(rates);
  }

  private static DeviceGuest bound(Lab lab, String id) {
    var guest = guest(lab, id, DEVICES, HostDeviceKind.HOST_DEVICE_KIND_PASSTHROUGH);
    for (int i = 0; i < DEVICES; i++) {
      guest.bind(i);
    }
    return guest;
  }

  // ---- page requests ----

  private static Figure pageRequests(Lab lab, Effort effort) throws InterruptedException {
    int iommus = effort.pick(IOMMUS, 2);
    int groups = effort.pick(100, 3);
    int rounds = effort.pick(4, 1);
    var guests = new DeviceGuest[iommus];
    together(
        iommus,
        i -> {
          guests[i] = guest(lab, "page-" + i, 1, HostDeviceKind.HOST_DEVICE_KIND_EMULATED);
          guests[i].bind(0);
        });
    var rates = new ArrayList<Double>();
    for (int round = 0; round < rounds + 1; round++) {
      int first = round * groups;
      long start = System.nanoTime();
      together(
          iommus,
          i -> {
            for (int n = 0; n < groups; n++) {
              fault(
                  lab.client(), guests[i], device("page-" + i, 0), (first + n) % DeviceGuest.PAGES);
            }
          });
      if (round >= 1) {
        rates.add(iommus * groups * NANOS_PER_SECOND / (System.nanoTime() - start));
      }
    }
    return Goal.atLeast(
            1_000,
            "groups/s",
            "device-page-requests",
            "%d IOMMUs at once, %d a round: DMA, fault, request, response, DMA done; rounds after 1"
                .formatted(iommus, groups))
        .of(rates);
  }

  /** One DMA into a page that is not mapped, until it is done. */
  public static void fault(FleetClient client, DeviceGuest guest, String device, int page) {
    var dma =
        client
            .devices()
            .startDma(
                StartDmaRequest.newBuilder()
                    .setDeviceId(device)
                    .setPasid(DeviceGuest.PASID)
                    .setIova((long) page << 12)
                    .setLength(8)
                    .setMode(DmaMode.DMA_MODE_SVA)
                    .build());
    guest.serve();
    var result = client.devices().waitDma(device, dma.getDma(), 60_000).orElseThrow();
    if (result.getOutcome() != DmaOutcome.DMA_OUTCOME_OK) {
      throw new IllegalStateException("DMA of page " + page + " ended with " + result);
    }
  }

  // ---- lab ----

  private static String device(String iommu, int function) {
    return iommu + "-d" + function;
  }

  private static DeviceGuest guest(Lab lab, String id, int functions, HostDeviceKind kind) {
    lab.client().create(id, lab.codec().spec(DeviceGuest.CONFIG));
    var guest = new DeviceGuest(lab.client().session(id), lab.codec());
    guest.boot(functions);
    Devices devices = lab.client().devices();
    for (int i = 0; i < functions; i++) {
      plug(devices, device(id, i), id, i, kind);
    }
    return guest;
  }

  /** A new device comes to an IOMMU as its n-th function, with all that it has enabled. */
  public static void plug(
      Devices devices, String device, String iommu, int function, HostDeviceKind kind) {
    devices.create(device, DeviceSpec.newBuilder().setKind(kind).build());
    devices.attach(device, iommu, DeviceGuest.sourceId(function));
    if (kind == HostDeviceKind.HOST_DEVICE_KIND_EMULATED) {
      enable(devices, device);
    }
  }

  private static void enable(Devices devices, String device) {
    devices.writeConfig(device, ConfigRegister.CONFIG_REGISTER_COMMAND, 4);
    devices.writeConfig(device, ConfigRegister.CONFIG_REGISTER_PASID_CONTROL, 1);
    devices.writeConfig(device, ConfigRegister.CONFIG_REGISTER_ATS_CONTROL, 1 << 15);
    devices.writeConfig(device, ConfigRegister.CONFIG_REGISTER_PRI_ALLOCATION, 8);
    devices.writeConfig(device, ConfigRegister.CONFIG_REGISTER_PRI_CONTROL, 1);
  }

  private static void together(int count, IntConsumer work) throws InterruptedException {
    try (var executor = Executors.newVirtualThreadPerTaskExecutor()) {
      Future<?>[] running = new Future<?>[count];
      Arrays.setAll(running, i -> executor.submit(() -> work.accept(i)));
      for (Future<?> one : running) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException(e.getCause());
    }
  }
}
