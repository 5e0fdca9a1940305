import { type Answer, dataBytes, exceptionBit, pduOf, type ReadRequest } from './request.ts';

const headBytes = 7;
/** Unit, function and 252 bytes at most. */
const lengthMax = 254;

export function tcpRequest(transaction: number, request: ReadRequest): Buffer {
  const pdu = pduOf(request);
  const frame = Buffer.alloc(headBytes + pdu.length);
  frame.writeUInt16BE(transaction, 0);
  frame.writeUInt16BE(pdu.length + 1, 4);
  frame[6] = request.unit;
  pdu.copy(frame, headBytes);
  return frame;
}

export interface TcpFrame {
  transaction: number;
  unit: number;
  pdu: Buffer;
}

/** Takes the frames out of a stream. */
export class TcpFrames {
  private rest: Buffer = Buffer.alloc(0);

  /** Returns the frames that are whole; null if this is not Modbus: nothing says where the next frame begins. */
  push(chunk: Buffer): TcpFrame[] | null {
    let bytes = this.rest.length === 0 ? chunk : Buffer.concat([this.rest, chunk]);
    const found: TcpFrame[] = [];
    while (bytes.length >= headBytes) {
      const length = bytes.readUInt16BE(4);
      if (bytes.readUInt16BE(2) !== 0 || length < 2 || length > lengthMax) return null;
      const end = headBytes - 1 + length;
      if (bytes.length < end) break;
      const pdu = Buffer.from(bytes.subarray(headBytes, end));
      found.push({ transaction: bytes.readUInt16BE(0), unit: bytes[6]!, pdu });
      bytes = bytes.subarray(end);
    }
    this.rest = Buffer.from(bytes);
    return found;
  }
}

/** Returns what a frame with the right transaction answers; null if it answers something else. */
export function tcpAnswer({ unit, pdu }: TcpFrame, request: ReadRequest): Answer | null {
  if (unit !== request.unit) return null;
  if (pdu[0] === (request.function | exceptionBit)) return pdu.length === 2 ? { exception: pdu[1]! } : null;
  const length = dataBytes(request);
  const isExpected = pdu[0] === request.function && pdu[1] === length && pdu.length === length + 2;
  return isExpected ? { data: pdu.subarray(2) } : null;
}
