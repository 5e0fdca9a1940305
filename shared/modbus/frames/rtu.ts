import { crc16 } from './crc.ts';
import { type Answer, dataBytes, exceptionBit, pduOf, type ReadRequest } from './request.ts';

/** Longest frame on a line. */
export const rtuBytesMax = 256;
const exceptionBytes = 5;
const requestBytes = 8;
/** Functions of the specification are below this; other bytes in their place are noise. */
const functionMax = 0x2b;

export function rtuRequest(request: ReadRequest): Buffer {
  const frame = Buffer.allocUnsafe(requestBytes);
  frame[0] = request.unit;
  pduOf(request).copy(frame, 1);
  frame.writeUInt16LE(crc16(frame, 0, 6), 6);
  return frame;
}

/** Bytes of the expected answer. */
export const rtuAnswerBytes = (request: ReadRequest): number => dataBytes(request) + 5;

/** An answer, and where its frame ends. */
export interface FoundAnswer {
  answer: Answer;
  from: number;
  to: number;
}

/**
 * Looks for the answer to a request anywhere in what came: noise may come before it, and other bytes after it. It must
 * have the unit, the function and the length that are expected, and its CRC must be right. Null: not there (yet).
 */
export function findRtuAnswer(bytes: Buffer, request: ReadRequest): FoundAnswer | null {
  const echo = rtuRequest(request);
  const length = dataBytes(request);
  for (let at = 0; at + exceptionBytes <= bytes.length; at++) {
    if (bytes[at] !== request.unit) continue;
    const of = bytes[at + 1]!;
    if (of === (request.function | exceptionBit)) {
      const to = at + exceptionBytes;
      if (isWhole(bytes, at, to)) return { answer: { exception: bytes[at + 2]! }, from: at, to };
    } else if (of === request.function) {
      // Adapters with two wires return what is sent. An echo of 17 to 24 bits at 0x0300 looks like their answer.
      if (echo.equals(bytes.subarray(at, at + echo.length))) {
        at += echo.length - 1;
        continue;
      }
      const to = at + length + 5;
      if (bytes[at + 2] === length && to <= bytes.length && isWhole(bytes, at, to))
        return { answer: { data: Buffer.from(bytes.subarray(at + 3, to - 2)) }, from: at, to };
    }
  }
  return null;
}

/**
 * Returns true if the answer to a request may have begun in what came: behind the echo of the request, and behind whole
 * frames of others, which end with a right CRC.
 */
export function mayHaveBegun(bytes: Buffer, request: ReadRequest): boolean {
  const length = dataBytes(request);
  for (let at = 0; at + 2 <= bytes.length; at++) {
    const to = wholeFrameEnd(bytes, at);
    if (to !== null) at = to - 1;
    if (to !== null || bytes[at] !== request.unit) continue;
    const of = bytes[at + 1]!;
    if (of === (request.function | exceptionBit)) return true;
    if (of === request.function && (at + 3 > bytes.length || bytes[at + 2] === length)) return true;
  }
  return false;
}

/** Returns the end of the frame that begins somewhere: a request to read, an answer to one, or an exception. */
function wholeFrameEnd(bytes: Buffer, from: number): number | null {
  if ((bytes[from + 1]! & ~exceptionBit) > functionMax) return null;
  const answered = (bytes[from + 2] ?? 0) + 5;
  const lengths = [requestBytes, exceptionBytes, answered];
  const fits = (to: number) => to <= bytes.length && isWhole(bytes, from, to);
  return lengths.map((length) => from + length).find(fits) ?? null;
}

function isWhole(bytes: Buffer, from: number, to: number): boolean {
  return crc16(bytes, from, to - 2) === bytes.readUInt16LE(to - 2);
}
