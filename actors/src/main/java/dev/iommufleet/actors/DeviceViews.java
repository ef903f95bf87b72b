package dev.iommufleet.actors;

import dev.iommufleet.hardware.device.ConfigRegister;
import dev.iommufleet.hardware.device.DeviceView;
import dev.iommufleet.hardware.vtd.Access;
import dev.iommufleet.persistence.mapping.DeviceValues;
import dev.iommufleet.persistence.mapping.HostCalls;
import dev.iommufleet.persistence.mapping.HostDeviceFacts;
import dev.iommufleet.protocol.api.v1.ConfigRegisterValue;
import dev.iommufleet.protocol.api.v1.GroupAtHost;
import dev.iommufleet.protocol.api.v1.HostDevice;
import dev.iommufleet.protocol.api.v1.HostDeviceAttachment;
import dev.iommufleet.protocol.api.v1.HostDeviceBinding;
import dev.iommufleet.protocol.api.v1.HostDeviceFaultQueue;
import dev.iommufleet.protocol.api.v1.HostDeviceObjectInUse;
import dev.iommufleet.protocol.api.v1.HostDevicePasidAttachment;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateRequest;
import dev.iommufleet.protocol.api.v1.ListHostDeviceStateResponse;
import dev.iommufleet.protocol.api.v1.OpenGroup;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.api.v1.RunningDma;
import dev.iommufleet.protocol.api.v1.WithheldCompletion;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Answers to those who only look at a host device. */
final class DeviceViews {
  private DeviceViews() {}

  static HostDevice device(DeviceIncarnation it, String node) {
    var view = it.device.view();
    var message =
        HostDevice.newBuilder()
            .setId(it.id)
            .setSequenceNumber(it.sequenceNumber)
            .setStateHash(it.device.stateHash())
            .setSoftHash(it.device.softHash())
            .setNode(node)
            .setConfig(it.config)
            .setCreatedUnixNanos(it.createdNanos)
            .setIncarnation(it.wrote ? it.number : it.number - 1)
            .setAttachment(attachment(it, view))
            .setBindings(view.bindings().size())
            .setObjects(view.objects().size())
            .setAttachments(view.attachments().size())
            .setTranslations(view.translations().size())
            .setRequestsUnderWay(view.outbox().size())
            .setOwed(view.owed().size())
            .setPeerSilent(it.isSilent());
    for (var register : ConfigRegister.values()) {
      message.addRegisters(
          ConfigRegisterValue.newBuilder()
              .setRegister(DeviceValues.write(register))
              .setValue((int) view.config(register)));
    }
    view.groups().forEach(group -> message.addGroups(group(view, group)));
    view.dmas().forEach(dma -> message.addDmas(dma(dma)));
    view.withheld()
        .forEach(
            (id, late) ->
                message.addWithheld(
                    WithheldCompletion.newBuilder().setCommandId(id).setLate(late)));
    return message.build();
  }

  private static HostDeviceAttachment attachment(DeviceIncarnation it, DeviceView view) {
    var message =
        HostDeviceAttachment.newBuilder()
            .setState(DeviceValues.write(view.state()))
            .setIommuId(view.iommu())
            .setEpoch(view.epoch())
            .setLastDone(view.lastDone())
            .setLinkUp(view.linkUp())
            .setOutcome(it.attachOutcome)
            .setWanted(it.attachWanted)
            .setOffered(it.attachOffered);
    if (view.sourceId() >= 0) {
      message.setSourceId(view.sourceId());
    }
    return message.build();
  }

  private static OpenGroup group(DeviceView view, DeviceView.Group group) {
    var message =
        OpenGroup.newBuilder()
            .setGroupIndex(group.groupIndex())
            .setClosed(group.closed())
            .setRequests(group.requests());
    if (group.pasid() != Access.NO_PASID) {
      message.setPasid(group.pasid());
    }
    var atHost = view.hostGroup(group.groupIndex());
    if (atHost != null) {
      message.setAtHost(
          GroupAtHost.newBuilder()
              .setQueue(atHost.queue())
              .setCookie(atHost.cookie())
              .setUnwritten(atHost.unwritten()));
    }
    return message.build();
  }

  private static RunningDma dma(DeviceView.RunningDma dma) {
    var message =
        RunningDma.newBuilder()
            .setDma(dma.dma())
            .setIova(dma.iova())
            .setLength(dma.length())
            .setWrite(dma.write())
            .setDone(dma.done());
    if (dma.pasid() != Access.NO_PASID) {
      message.setPasid(dma.pasid());
    }
    if (dma.groupIndex() >= 0) {
      message.setGroupIndex(dma.groupIndex());
    }
    return message.build();
  }

  // ---- lists -------------------------------------------------------------------------------

  static ListHostDeviceStateResponse list(
      DeviceIncarnation it, ListHostDeviceStateRequest request) {
    var view = it.device.view();
    var message = ListHostDeviceStateResponse.newBuilder().setSequenceNumber(it.sequenceNumber);
    var next =
        switch (request.getKind()) {
          case HOST_DEVICE_STATE_KIND_BINDINGS ->
              page(
                  List.copyOf(view.bindings().keySet()),
                  request,
                  pasid -> message.addBindings(binding(view, pasid)));
          case HOST_DEVICE_STATE_KIND_OBJECTS ->
              page(
                  view.objects(),
                  request,
                  object ->
                      message.addObjects(
                          HostDeviceObjectInUse.newBuilder()
                              .setObject(HostCalls.write(object))
                              .setUsers(view.users(object.id()))
                              .setUnfreed(view.unfreed().contains(object.id()))));
          case HOST_DEVICE_STATE_KIND_ATTACHMENTS ->
              page(attachments(it, view), request, message::addAttachments);
          case HOST_DEVICE_STATE_KIND_QUEUES ->
              page(
                  view.queues(),
                  request,
                  queue ->
                      message.addQueues(
                          HostDeviceFaultQueue.newBuilder()
                              .setQueue(queue.queue())
                              .setUsers(queue.users())
                              .setWaiting(queue.waiting())));
          case HOST_DEVICE_STATE_KIND_TRANSLATIONS ->
              page(
                  view.translations(),
                  request,
                  it2 ->
                      message.addTranslations(HostDeviceFacts.write(it2).getTranslationFilled()));
          case HOST_DEVICE_STATE_KIND_UNSPECIFIED, UNRECOGNIZED ->
              throw new RefusedException(
                  RefusalCode.REFUSAL_CODE_BAD_ARGUMENT,
                  "the kind of the list is missing, or not known to this version");
        };
    return message.setNextPageToken(next).build();
  }

  /** The device's own first. */
  private static List<HostDevicePasidAttachment> attachments(
      DeviceIncarnation it, DeviceView view) {
    var all = new ArrayList<HostDevicePasidAttachment>();
    for (int sibling = 0; sibling <= it.device.config().siblings(); sibling++) {
      int of = sibling;
      view.attachments(sibling)
          .forEach(
              (pasid, object) ->
                  all.add(
                      HostDevicePasidAttachment.newBuilder()
                          .setPasid(pasid)
                          .setObject(object)
                          .setSibling(of)
                          .build()));
    }
    return all;
  }

  private static HostDeviceBinding binding(DeviceView view, int pasid) {
    var binding = view.bindings().get(pasid);
    return HostDeviceBinding.newBuilder()
        .setPasid(pasid)
        .setType(binding.type())
        .setNested(binding.nested())
        .setCareful(binding.careful())
        .setUndetached(view.undetached().contains(pasid))
        .build();
  }

  /** The token of the next page; empty: there is none. */
  private static <T> String page(
      List<T> all, ListHostDeviceStateRequest request, Consumer<T> adder) {
    int size = Views.pageSize(request.getPageSize());
    long from = request.getPageToken().isEmpty() ? 0 : Views.token(request.getPageToken());
    if (from < 0 || from > all.size()) {
      from = all.size();
    }
    int end = (int) Math.min(all.size(), from + size);
    all.subList((int) from, end).forEach(adder);
    return end < all.size() ? Integer.toHexString(end) : "";
  }
}
