package dev.iommufleet.node;

import com.google.protobuf.ByteString;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A message's bytes as gRPC takes them in one piece; other streams it copies through a buffer. */
final class EncodedStream extends InputStream implements Drainable, KnownLength {
  private final ByteString bytes;
  private int next;

  EncodedStream(ByteString bytes) {
    this.bytes = bytes;
  }

  @Override
  public int drainTo(OutputStream target) throws IOException {
    var rest = bytes.substring(next);
    rest.writeTo(target);
    next = bytes.size();
    return rest.size();
  }

  @Override
  public int available() {
    return bytes.size() - next;
  }

  @Override
  public int read() {
    return next == bytes.size() ? -1 : bytes.byteAt(next++) & 0xFF;
  }

  @Override
  public int read(byte[] target, int offset, int length) {
    int count = Math.min(length, available());
    if (count == 0) {
      return length == 0 ? 0 : -1;
    }
    bytes.substring(next, next + count).copyTo(target, offset);
    next += count;
    return count;
  }
}
