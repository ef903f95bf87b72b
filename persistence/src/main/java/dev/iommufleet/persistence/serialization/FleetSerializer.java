package dev.iommufleet.persistence.serialization;

import akka.serialization.SerializerWithStringManifest;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.iommufleet.persistence.mapping.MalformedException;
import dev.iommufleet.protocol.cluster.v1.EntityReply;
import dev.iommufleet.protocol.cluster.v1.EntityRequest;
import dev.iommufleet.protocol.cluster.v1.OwnershipPing;
import dev.iommufleet.protocol.cluster.v1.OwnershipPong;
import dev.iommufleet.protocol.journal.v1.Entry;
import dev.iommufleet.protocol.journal.v1.HostDeviceEntry;
import dev.iommufleet.protocol.journal.v1.HostDeviceSnapshot;
import dev.iommufleet.protocol.journal.v1.Snapshot;

/**
 * Journal entries, snapshots and cluster messages as bytes. The manifest, not a Java name, says
 * what the bytes are; manifests are never reused.
 */
public final class FleetSerializer extends SerializerWithStringManifest {
  /** In journals and on the wire; never changes. */
  public static final int IDENTIFIER = 71_001;

  public static final String ENTRY = "E1";

  /** An entry that creates an IOMMU; before version 0.2 these were {@link #ENTRY}, too. */
  public static final String CREATED = "C1";

  public static final String SNAPSHOT = "S1";
  public static final String HOST_DEVICE_ENTRY = "E2";
  public static final String HOST_DEVICE_SNAPSHOT = "S2";
  public static final String REQUEST = "Q1";
  public static final String REPLY = "R1";
  public static final String OWNERSHIP_PING = "O1";
  public static final String OWNERSHIP_PONG = "O2";

  @Override
  public int identifier() {
    return IDENTIFIER;
  }

  @Override
  public String manifest(Object message) {
    return switch (message) {
      case Entry entry -> entry.getCause().hasCreated() ? CREATED : ENTRY;
      case Snapshot _ -> SNAPSHOT;
      case HostDeviceEntry _ -> HOST_DEVICE_ENTRY;
      case HostDeviceSnapshot _ -> HOST_DEVICE_SNAPSHOT;
      case EntityRequest _ -> REQUEST;
      case EntityReply _ -> REPLY;
      case OwnershipPing _ -> OWNERSHIP_PING;
      case OwnershipPong _ -> OWNERSHIP_PONG;
      default ->
          throw new IllegalStateException(
              message.getClass().getName() + " has no manifest: nothing may send or store it");
    };
  }

  @Override
  public byte[] toBinary(Object message) {
    var bytes = ((MessageLite) message).toByteArray();
    return manifest(message).equals(CREATED) ? CreatedBytes.deflate(bytes) : bytes;
  }

  /**
   * @throws MalformedException unknown manifest, or bytes that are no such message
   */
  @Override
  public Object fromBinary(byte[] bytes, String manifest) {
    return switch (manifest) {
      case ENTRY -> parse(Entry.parser(), bytes, "a journal entry");
      case CREATED -> parse(Entry.parser(), CreatedBytes.inflate(bytes), "a journal entry");
      case SNAPSHOT -> parse(Snapshot.parser(), bytes, "a snapshot");
      case HOST_DEVICE_ENTRY ->
          parse(HostDeviceEntry.parser(), bytes, "a journal entry of a host device");
      case HOST_DEVICE_SNAPSHOT ->
          parse(HostDeviceSnapshot.parser(), bytes, "a snapshot of a host device");
      case REQUEST -> parse(EntityRequest.parser(), bytes, "a request to an entity");
      case REPLY -> parse(EntityReply.parser(), bytes, "a reply of an entity");
      case OWNERSHIP_PING -> parse(OwnershipPing.parser(), bytes, "a node's question");
      case OWNERSHIP_PONG -> parse(OwnershipPong.parser(), bytes, "a node's answer");
      default ->
          throw new MalformedException(
              MalformedException.Code.UNKNOWN_KIND,
              "manifest '" + manifest + "' is unknown to this version");
    };
  }

  private static <M> M parse(Parser<M> parser, byte[] bytes, String what) {
    try {
      return parser.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new MalformedException(
          MalformedException.Code.UNPARSABLE,
          bytes.length + " bytes are not " + what + ": " + e.getMessage(),
          e);
    }
  }
}
