package dev.iommufleet.load.history;

import com.google.protobuf.MessageLite;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.List;

/** 64 bits that tell messages apart; not against somebody who looks for two that agree. */
public final class Digests {
  private static final VarHandle LONGS =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final long MULTIPLIER = 0x9E37_79B9_7F4A_7C15L;
  private static final int FOLD = 29;

  private Digests() {}

  /** Of messages in their order; never 0. */
  public static long of(List<? extends MessageLite> messages) {
    long digest = messages.size() + 1L;
    for (MessageLite message : messages) {
      digest = add(digest, message.toByteArray());
    }
    return digest == 0 ? 1 : digest;
  }

  private static long add(long before, byte[] bytes) {
    long digest = mix(before, bytes.length);
    int at = 0;
    for (; at + Long.BYTES <= bytes.length; at += Long.BYTES) {
      digest = mix(digest, (long) LONGS.get(bytes, at));
    }
    for (; at < bytes.length; at++) {
      digest = mix(digest, bytes[at]);
    }
    return digest;
  }

  private static long mix(long digest, long value) {
    long mixed = (digest ^ value) * MULTIPLIER;
    return mixed ^ mixed >>> FOLD;
  }
}
