import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc16 } from './crc.ts';
import { dataBytes, describeException, type ReadFunction, type ReadRequest } from './request.ts';
import { findRtuAnswer, rtuAnswerBytes, rtuRequest } from './rtu.ts';
import { TcpFrames, tcpAnswer, tcpRequest } from './tcp.ts';

const functions = fc.constantFrom<ReadFunction>(1, 2, 3, 4);
const requests = fc
  .record({ unit: fc.integer({ min: 1, max: 247 }), function: functions, address: fc.nat(0xff00) })
  .chain((some) => fc.record({ ...constants(some), count: fc.integer({ min: 1, max: 125 }) }));

function constants<T extends object>(values: T): { [K in keyof T]: fc.Arbitrary<T[K]> } {
  const entries = Object.entries(values).map(([name, value]) => [name, fc.constant(value)]);
  return Object.fromEntries(entries) as { [K in keyof T]: fc.Arbitrary<T[K]> };
}

function framed(...body: number[]): Buffer {
  const crc = crc16(Uint8Array.from(body));
  return Buffer.from([...body, crc & 0xff, crc >> 8]);
}

const answerTo = ({ unit, function: of }: ReadRequest, data: Uint8Array) =>
  framed(unit, of, data.length, ...data);

/** Requests with the data that answer them, and noise before and after. */
const exchanges = requests.chain((request) =>
  fc.record({
    request: fc.constant(request),
    data: fc.uint8Array({ minLength: dataBytes(request), maxLength: dataBytes(request) }),
    before: fc.uint8Array({ maxLength: 40 }),
    after: fc.uint8Array({ maxLength: 40 }),
  }),
);

describe('frames of a line', () => {
  it('are those of the specification', () => {
    expect(crc16(Buffer.from('123456789'))).toBe(0x4b37);
    const request: ReadRequest = { unit: 0x11, function: 3, address: 0x6b, count: 3 };
    expect(rtuRequest(request).toString('hex')).toBe('1103006b00037687');
    expect(rtuAnswerBytes(request)).toBe(11);
    const answer = Buffer.from('110306ae41565243' + '4049ad', 'hex').subarray(0, 11);
    const found = findRtuAnswer(answerTo(request, answer.subarray(3, 9)), request);
    expect(found).toMatchObject({ answer: { data: Buffer.from('ae4156524340', 'hex') }, from: 0, to: 11 });
  });

  it('an answer is found whatever comes before and after it, and never before it is whole', () => {
    fc.assert(
      fc.property(exchanges, ({ request, data, before, after }) => {
        const frame = answerTo(request, data);
        const isEcho = rtuRequest(request).equals(frame.subarray(0, 8));
        fc.pre(!isEcho && findRtuAnswer(Buffer.concat([before, frame.subarray(0, -1)]), request) === null);
        const found = findRtuAnswer(Buffer.concat([before, frame, after]), request);
        expect(found?.answer).toEqual({ data: Buffer.from(data) });
      }),
      { numRuns: 400, seed: 1 },
    );
  });

  it('one with a changed byte, of another unit, function or length is none', () => {
    fc.assert(
      fc.property(exchanges, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ request, data }, at, mask) => {
        const frame = answerTo(request, data);
        frame[at % frame.length]! ^= mask;
        expect(findRtuAnswer(frame, request)?.answer ?? {}).not.toHaveProperty('data');
        const other = answerTo({ ...request, unit: request.unit === 1 ? 2 : 1 }, data);
        expect(findRtuAnswer(other, request)).toBeNull();
        const longer = answerTo(request, Uint8Array.from([...data, 0, 0]));
        expect(findRtuAnswer(longer, request)).toBeNull();
      }),
      { numRuns: 400, seed: 2 },
    );
  });

  it('an echo of the request is passed over, also where it looks like the answer', () => {
    const request: ReadRequest = { unit: 1, function: 1, address: 0x0305, count: 20 };
    const echo = rtuRequest(request);
    expect(findRtuAnswer(echo, request)).toBeNull();
    const answer = answerTo(request, Uint8Array.of(1, 2, 3));
    expect(findRtuAnswer(Buffer.concat([echo, answer]), request)?.from).toBe(8);
  });

  it('an exception is found, and says what to do', () => {
    const request: ReadRequest = { unit: 9, function: 4, address: 1, count: 2 };
    expect(findRtuAnswer(framed(9, 0x84, 2), request)?.answer).toEqual({ exception: 2 });
    expect(findRtuAnswer(framed(9, 0x83, 2), request)).toBeNull();
    expect(describeException(2)).toMatch(/no such register: check address/);
    expect(describeException(99)).toMatch(/exception 99, which the specification does not name/);
  });
});

describe('frames of TCP', () => {
  const request: ReadRequest = { unit: 0x11, function: 3, address: 0x6b, count: 3 };

  it('carry transaction, length and unit', () => {
    expect(tcpRequest(0x1234, request).toString('hex')).toBe('1234000000061103006b0003');
  });

  it('are taken out of the stream however it is cut', () => {
    const answer = Buffer.from('123400000009110306ae4156524340', 'hex');
    const stream = Buffer.concat([answer, Buffer.from('123500000003118302', 'hex'), answer]);
    fc.assert(
      fc.property(fc.array(fc.nat(stream.length)), (cuts) => {
        const frames = new TcpFrames();
        const ends = [...cuts.sort((a, b) => a - b), stream.length];
        const found = ends.flatMap((to, i) => frames.push(stream.subarray(ends[i - 1] ?? 0, to)) ?? []);
        expect(found.map((frame) => frame.transaction)).toEqual([0x1234, 0x1235, 0x1234]);
        expect(tcpAnswer(found[0]!, request)).toEqual({ data: Buffer.from('ae4156524340', 'hex') });
        expect(tcpAnswer(found[1]!, request)).toEqual({ exception: 2 });
      }),
    );
  });

  it('of another unit, function or length answer nothing', () => {
    const pdu = Buffer.from('0306ae4156524340', 'hex');
    const frame = { transaction: 1, unit: 0x11, pdu };
    expect(tcpAnswer({ ...frame, unit: 1 }, request)).toBeNull();
    expect(tcpAnswer(frame, { ...request, function: 4 })).toBeNull();
    expect(tcpAnswer(frame, { ...request, count: 2 })).toBeNull();
    expect(tcpAnswer({ ...frame, pdu: pdu.subarray(0, -1) }, request)).toBeNull();
  });

  it('end with a stream that is not Modbus', () => {
    expect(new TcpFrames().push(Buffer.from('HTTP/1.1 400 Bad Request'))).toBeNull();
  });
});
