package dev.iommufleet.actors;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import dev.iommufleet.protocol.api.v1.Await;
import dev.iommufleet.protocol.api.v1.ExecuteHostDeviceRequest;
import dev.iommufleet.protocol.api.v1.ExecuteRequest;
import dev.iommufleet.protocol.api.v1.Operation;
import dev.iommufleet.protocol.api.v1.RefusalCode;
import dev.iommufleet.protocol.api.v1.RequestId;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.regex.Pattern;

/** Whether a request is within the limits; before anything of it runs. */
public final class RequestCheck {
  private static final Pattern ID = Pattern.compile("[A-Za-z0-9._-]{1,64}");
  private static final int SESSION_MAX = 64;
  private static final int DIGEST_BYTES = 16;

  /** About what a reply without bytes of memory takes. */
  private static final int REPLY_BYTES = 48;

  private static final int ATS_ENTRY_BYTES = 40;

  private static final int REGISTER_PAGE_BYTES = 0x1000;

  private final EntityLimits limits;

  public RequestCheck(EntityLimits limits) {
    this.limits = limits;
  }

  /**
   * @throws RefusedException BAD_ID
   */
  public static void id(String id) {
    if (!ID.matcher(id).matches()) {
      var shown = id.length() > SESSION_MAX ? id.substring(0, SESSION_MAX) + "…" : id;
      throw new RefusedException(
          RefusalCode.REFUSAL_CODE_BAD_ID,
          "'" + shown + "' is no id; an id has 1 to 64 letters, digits, dots, dashes, underscores");
    }
  }

  /**
   * @throws RefusedException LIMIT_EXCEEDED or BAD_ARGUMENT
   */
  public void request(ExecuteRequest request) {
    if (request.getOperationsCount() == 0) {
      throw bad("the request has no operations; 1 to " + limits.operationsPerRequest() + " go");
    }
    atMost("operations-per-request", limits.operationsPerRequest(), request.getOperationsCount());
    if (request.hasRequestId()) {
      requestId(request.getRequestId());
    }
    long bytes = 0;
    long replies = 0;
    long awaits = 0;
    for (var operation : request.getOperationsList()) {
      bytes += operation.getSerializedSize();
      replies += REPLY_BYTES + operation(operation);
      awaits += Integer.toUnsignedLong(operation.getAwait().getDeadlineMillis());
    }
    atMost("request-bytes", limits.requestBytes(), bytes);
    atMost("reply-bytes", limits.replyBytes(), replies);
    atMost("deadline_millis of all awaits of a request", limits.awaitMaxMillis(), awaits);
  }

  /**
   * @throws RefusedException LIMIT_EXCEEDED or BAD_ARGUMENT
   */
  void deviceRequest(ExecuteHostDeviceRequest request) {
    if (request.hasRequestId()) {
      requestId(request.getRequestId());
    }
    atMost("request-bytes", limits.requestBytes(), request.getOperation().getSerializedSize());
  }

  /**
   * @throws RefusedException LIMIT_EXCEEDED
   */
  public void memoryRead(int length) {
    atMost("memory-operation-bytes", limits.memoryOperationBytes(), Integer.toUnsignedLong(length));
  }

  /** Bytes that the reply may have beyond those that any has. */
  private long operation(Operation operation) {
    return switch (operation.getKindCase()) {
      case READ_MEMORY -> memory(operation.getReadMemory().getLength());
      case WRITE_MEMORY -> {
        memory(operation.getWriteMemory().getData().size());
        yield 0;
      }
      case DMA -> dma(operation);
      case ATS_TRANSLATE -> ats(operation);
      case AWAIT -> {
        await(operation.getAwait());
        yield 0;
      }
      default -> 0;
    };
  }

  private long dma(Operation operation) {
    var dma = operation.getDma();
    if (!dma.hasData()) {
      return memory(dma.getLength());
    }
    memory(dma.getData().size());
    return 0;
  }

  private long ats(Operation operation) {
    long results = Integer.toUnsignedLong(operation.getAtsTranslate().getMaxResults());
    long most = limits.replyBytes() / ATS_ENTRY_BYTES;
    atMost("max_results of an ATS request", most, results);
    return results * ATS_ENTRY_BYTES;
  }

  private long memory(int length) {
    memoryRead(length);
    return length;
  }

  private void await(Await await) {
    atMost(
        "deadline_millis of an await",
        limits.awaitMaxMillis(),
        Integer.toUnsignedLong(await.getDeadlineMillis()));
    switch (await.getConditionCase()) {
      case QUEUE_IDLE -> {}
      case MEMORY_WORD -> {
        if ((await.getMemoryWord().getAddress() & 3) != 0) {
          throw bad("the address of an await's memory word is not a multiple of 4");
        }
      }
      case REGISTER -> {
        if (await.getRegister().getSize() != 4 && await.getRegister().getSize() != 8) {
          throw bad("the register of an await has 4 or 8 bytes");
        }
        long offset = Integer.toUnsignedLong(await.getRegister().getOffset());
        if (offset % 4 != 0 || offset + await.getRegister().getSize() > REGISTER_PAGE_BYTES) {
          throw bad("the offset of an await's register is a multiple of 4 in the register page");
        }
        if ((await.getRegister().getValue() & ~await.getRegister().getMask()) != 0) {
          throw bad("the value of an await has bits outside its mask; it could never be met");
        }
      }
      case CONDITION_NOT_SET -> throw bad("an await has no condition");
    }
  }

  private static void requestId(RequestId id) {
    if (id.getSession().isEmpty() || id.getSession().length() > SESSION_MAX) {
      throw bad("a session has 1 to %d characters".formatted(SESSION_MAX));
    }
    if (id.getSequence() <= 0) {
      throw bad("the sequence of a request id counts from 1");
    }
  }

  private static void atMost(String name, long allowed, long given) {
    if (given > allowed) {
      throw new RefusedException(Refusals.limit(name, allowed, given));
    }
  }

  private static RefusedException bad(String message) {
    return new RefusedException(RefusalCode.REFUSAL_CODE_BAD_ARGUMENT, message);
  }

  /** Tells operations apart: the first bytes of a SHA-256. */
  static ByteString digest(List<? extends MessageLite> operations) {
    try {
      var sha = MessageDigest.getInstance("SHA-256");
      for (var operation : operations) {
        var bytes = operation.toByteArray();
        sha.update(ByteBuffer.allocate(4).putInt(0, bytes.length));
        sha.update(bytes);
      }
      return ByteString.copyFrom(sha.digest(), 0, DIGEST_BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("this Java has no SHA-256", e);
    }
  }
}
