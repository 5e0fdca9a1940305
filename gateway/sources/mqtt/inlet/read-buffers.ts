/**
 * Buffers for reading from connections. By default a socket allocates a buffer for each read. The garbage collector counts
 * these, and marks the whole heap after about 30 MB of them, however few messages they held.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/** Limit of bytes in one read. */
const readBytes = 65_536;
const spareClassMin = 10;
const spareClassMax = 16;
const spareBytesMax = 1 << 20;

export class ReadBuffers {
  /** Shared by all connections, as the bytes of one read are handled before the next read. */
  readonly shared: Buffer = Buffer.allocUnsafeSlow(readBytes);
  /** Free buffers by size: those at an index have 2 ** index bytes. */
  private readonly spare: Buffer[][] = Array.from({ length: spareClassMax + 1 }, () => []);
  private spareBytes = 0;

  /** Returns a buffer of at least this length, which the caller returns with `give`. */
  take(bytes: number): Buffer {
    const sizeClass = Math.max(spareClassMin, 32 - Math.clz32(bytes - 1));
    if (sizeClass > spareClassMax) return Buffer.allocUnsafeSlow(bytes);
    const buffer = this.spare[sizeClass]!.pop();
    if (!buffer) return Buffer.allocUnsafeSlow(2 ** sizeClass);
    this.spareBytes -= buffer.length;
    return buffer;
  }

  /** Keeps the buffer for a later `take` if it has one of the kept sizes and there is room. */
  give(buffer: Buffer): void {
    const sizeClass = 31 - Math.clz32(buffer.length);
    if (buffer.length !== 2 ** sizeClass || sizeClass > spareClassMax) return;
    if (this.spareBytes + buffer.length > spareBytesMax) return;
    this.spareBytes += buffer.length;
    this.spare[sizeClass]!.push(buffer);
  }
}

type Received = (byteCount: number, buffer: Uint8Array) => boolean;

/**
 * Finds the private fields by which a socket reads into a buffer of its user. Node offers this as the option `onread`, but
 * only for sockets that connect out; accepted ones have the same fields. Null if this version of Node does not have them:
 * then sockets read as they do by default.
 */
function findSymbols(): { buffer: symbol; callback: symbol } | null {
  const onread = { buffer: new Uint8Array(1), callback: () => true };
  const probe = new Socket({ onread } as SocketConstructorOpts);
  const symbolOf = (value: unknown) =>
    Object.getOwnPropertySymbols(probe).find((key) => Reflect.get(probe, key) === value);
  const [buffer, callback] = [symbolOf(onread.buffer), symbolOf(onread.callback)];
  probe.destroy();
  return buffer && callback ? { buffer, callback } : null;
}

const symbols = findSymbols();

/**
 * Makes a plain TCP socket read into `buffer` and call `received` with the bytes of each read. If that returns false, the
 * socket pauses until its `read()` is called. Returns false for a stream that goes on reading as it does by default.
 */
export function readInto(stream: Duplex, buffer: Buffer, received: (bytes: Buffer) => boolean): boolean {
  // On Windows the system fills a buffer after the read was requested, so buffers cannot be shared.
  if (symbols === null || process.platform === 'win32' || stream.constructor !== Socket) return false;
  const handle: unknown = Reflect.get(stream, '_handle');
  if (!hasUserBuffer(handle) || Reflect.get(stream, symbols.buffer) !== null) return false;
  const callback: Received = (byteCount) => received(buffer.subarray(0, byteCount));
  Reflect.set(stream, symbols.buffer, buffer);
  Reflect.set(stream, symbols.callback, callback);
  handle.useUserBuffer(buffer);
  return true;
}

function hasUserBuffer(handle: unknown): handle is { useUserBuffer(buffer: Uint8Array): void } {
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle;
}
