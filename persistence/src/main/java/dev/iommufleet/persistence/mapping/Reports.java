package dev.iommufleet.persistence.mapping;

import static dev.iommufleet.hardware.vtd.Access.NO_PASID;

import dev.iommufleet.hardware.link.Report;
import dev.iommufleet.protocol.api.v1.HostDeviceReport;

/** What a device tells the IOMMU to and from its messages. */
public final class Reports {
  private Reports() {}

  public static HostDeviceReport write(Report value) {
    var message = HostDeviceReport.newBuilder();
    write(value, message);
    return message.build();
  }

  private static void write(Report value, HostDeviceReport.Builder message) {
    switch (value) {
      case Report.Attach it -> write(it, message.getAttachBuilder());
      case Report.Detach() -> message.getDetachBuilder();
      case Report.Lost() -> message.getLostBuilder();
      case Report.Answered it -> write(it, message.getAnsweredBuilder());
      case Report.InvalidationCompleted it -> write(it, message.getInvalidationCompletedBuilder());
      case Report.Withheld it -> write(it, message.getWithheldBuilder());
      case Report.PageRequested it -> write(it, message.getPageRequestedBuilder());
      case Report.Translate it -> write(it, message.getTranslateBuilder());
      case Report.Walk it -> write(it, message.getWalkBuilder());
      case Report.Dma it -> write(it, message.getDmaBuilder());
      case Report.Access it -> write(it, message.getAccessBuilder());
    }
  }

  /**
   * @throws MalformedException unknown kind, or a number wider than its field
   */
  public static Report read(HostDeviceReport message) {
    return switch (message.getKindCase()) {
      case ATTACH -> read(message.getAttach());
      case DETACH -> new Report.Detach();
      case LOST -> new Report.Lost();
      case ANSWERED -> read(message.getAnswered());
      case INVALIDATION_COMPLETED -> read(message.getInvalidationCompleted());
      case WITHHELD -> read(message.getWithheld());
      case PAGE_REQUESTED -> read(message.getPageRequested());
      case TRANSLATE -> read(message.getTranslate());
      case WALK -> read(message.getWalk());
      case DMA -> read(message.getDma());
      case ACCESS -> read(message.getAccess());
      case KIND_NOT_SET -> throw Fields.unknownKind("a report");
    };
  }

  /** One of those that want an answer. */
  static Report.Question question(HostDeviceReport message) {
    if (read(message) instanceof Report.Question question) {
      return question;
    }
    throw Fields.unknownKind("a question");
  }

  static Report.PageRequested pageRequested(HostDeviceReport message) {
    return read(message.getPageRequested());
  }

  private static void write(Report.Attach it, HostDeviceReport.Attach.Builder message) {
    if (it.host() != null) {
      message.setHost(Links.write(it.host()));
    }
  }

  private static Report.Attach read(HostDeviceReport.Attach m) {
    return new Report.Attach(m.hasHost() ? Links.read(m.getHost()) : null);
  }

  private static void write(Report.Answered it, HostDeviceReport.Answered.Builder message) {
    message.setId(it.id()).setErrno(it.errno());
  }

  private static Report.Answered read(HostDeviceReport.Answered m) {
    return new Report.Answered(m.getId(), m.getErrno());
  }

  private static void write(
      Report.InvalidationCompleted it, HostDeviceReport.InvalidationCompleted.Builder message) {
    message.setId(it.id()).setItags(it.itags());
  }

  private static Report.InvalidationCompleted read(HostDeviceReport.InvalidationCompleted m) {
    return new Report.InvalidationCompleted(m.getId(), m.getItags());
  }

  private static void write(Report.Withheld it, HostDeviceReport.Withheld.Builder message) {
    message.setId(it.id());
  }

  private static Report.Withheld read(HostDeviceReport.Withheld m) {
    return new Report.Withheld(m.getId());
  }

  private static void write(
      Report.PageRequested it, HostDeviceReport.PageRequested.Builder message) {
    message
        .setNumber(it.number())
        .setAddress(it.address())
        .setRead(it.read())
        .setWrite(it.write())
        .setExecute(it.execute())
        .setPrivileged(it.privileged())
        .setLastInGroup(it.lastInGroup())
        .setGroupIndex(it.groupIndex());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static Report.PageRequested read(HostDeviceReport.PageRequested m) {
    return new Report.PageRequested(
        m.getNumber(),
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getAddress(),
        m.getRead(),
        m.getWrite(),
        m.getExecute(),
        m.getPrivileged(),
        m.getLastInGroup(),
        Fields.bits("group index", m.getGroupIndex(), 9));
  }

  private static void write(Report.Translate it, HostDeviceReport.Translate.Builder message) {
    message.setAsk(it.ask()).setIova(it.iova()).setWrite(it.write());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static Report.Translate read(HostDeviceReport.Translate m) {
    return new Report.Translate(
        m.getAsk(), Fields.pasid(m.hasPasid(), m.getPasid()), m.getIova(), m.getWrite());
  }

  private static void write(Report.Walk it, HostDeviceReport.Walk.Builder message) {
    message
        .setAsk(it.ask())
        .setTable(it.table())
        .setAddressWidth(it.addressWidth())
        .setTableFlags(it.tableFlags())
        .setIova(it.iova())
        .setWrite(it.write());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
  }

  private static Report.Walk read(HostDeviceReport.Walk m) {
    return new Report.Walk(
        m.getAsk(),
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getTable(),
        Fields.bits("address width", m.getAddressWidth(), 7),
        Fields.bits("table flags", m.getTableFlags(), 3),
        m.getIova(),
        m.getWrite());
  }

  private static void write(Report.Dma it, HostDeviceReport.Dma.Builder message) {
    message.setAsk(it.ask()).setIova(it.iova()).setLength(it.length());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
    if (it.data() != null) {
      message.setData(Operations.bytes(it.data()));
    }
  }

  private static Report.Dma read(HostDeviceReport.Dma m) {
    return new Report.Dma(
        m.getAsk(),
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getIova(),
        Fields.count("length", m.getLength()),
        m.hasData() ? m.getData().toByteArray() : null);
  }

  private static void write(Report.Access it, HostDeviceReport.Access.Builder message) {
    message.setAsk(it.ask()).setHost(it.host()).setAddress(it.address()).setLength(it.length());
    if (it.pasid() != NO_PASID) {
      message.setPasid(it.pasid());
    }
    if (it.data() != null) {
      message.setData(Operations.bytes(it.data()));
    }
  }

  private static Report.Access read(HostDeviceReport.Access m) {
    return new Report.Access(
        m.getAsk(),
        Fields.pasid(m.hasPasid(), m.getPasid()),
        m.getHost(),
        m.getAddress(),
        Fields.count("length", m.getLength()),
        m.hasData() ? m.getData().toByteArray() : null);
  }
}
