/**
 * Memory that connections read with. A buffer for each read, as sockets take by themselves, is what the garbage collector
 * counts: at some 30 MB of them it marks the whole heap, however few messages that was.
 */
import { Socket, type SocketConstructorOpts } from 'node:net';
import type { Duplex } from 'node:stream';

/** What one read takes at most. */
const readBytes = 65_536;
const spareClassMin = 10;
const spareClassMax = 16;
const spareBytesMax = 1 << 20;

export class ReadBuffers {
  /** One for all connections: what a read put there is dealt with before the next read. */
  readonly shared: Buffer = Buffer.allocUnsafeSlow(readBytes);
  /** By size, 2 ** index bytes each. */
  private readonly spare: Buffer[][] = Array.from({ length: spareClassMax + 1 }, () => []);
  private spareBytes = 0;

  /** Of at least so many bytes; `give` it back after use. */
  take(bytes: number): Buffer {
    const sizeClass = Math.max(spareClassMin, 32 - Math.clz32(bytes - 1));
    if (sizeClass > spareClassMax) return Buffer.allocUnsafeSlow(bytes);
    const buffer = this.spare[sizeClass]!.pop();
    if (!buffer) return Buffer.allocUnsafeSlow(2 ** sizeClass);
    this.spareBytes -= buffer.length;
    return buffer;
  }

  /** Kept for the next one if it has a usual size and not too many are. */
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
 * Node lets a socket that connects out read into a buffer of its user (`onread`); one that was accepted has the same
 * places for it, whose names are its own. Null where this Node has others: then sockets read as they do by themselves.
 */
function findPlaces(): { buffer: symbol; callback: symbol } | null {
  const onread = { buffer: new Uint8Array(1), callback: () => true };
  const probe = new Socket({ onread } as SocketConstructorOpts);
  const placeOf = (value: unknown) =>
    Object.getOwnPropertySymbols(probe).find((key) => Reflect.get(probe, key) === value);
  const [buffer, callback] = [placeOf(onread.buffer), placeOf(onread.callback)];
  probe.destroy();
  return buffer && callback ? { buffer, callback } : null;
}

const places = findPlaces();

/**
 * Has a plain TCP socket read into `buffer` and call `received` with each read, which returns whether to read on; `read()`
 * begins anew. False where the stream reads as it does by itself.
 */
export function readInto(stream: Duplex, buffer: Buffer, received: (bytes: Buffer) => boolean): boolean {
  // On Windows the system fills buffers later than they are handed to it, so that none can be shared.
  if (places === null || process.platform === 'win32' || stream.constructor !== Socket) return false;
  const handle: unknown = Reflect.get(stream, '_handle');
  if (!hasUserBuffer(handle) || Reflect.get(stream, places.buffer) !== null) return false;
  const callback: Received = (byteCount) => received(buffer.subarray(0, byteCount));
  Reflect.set(stream, places.buffer, buffer);
  Reflect.set(stream, places.callback, callback);
  handle.useUserBuffer(buffer);
  return true;
}

function hasUserBuffer(handle: unknown): handle is { useUserBuffer(buffer: Uint8Array): void } {
  return typeof handle === 'object' && handle !== null && 'useUserBuffer' in handle;
}
