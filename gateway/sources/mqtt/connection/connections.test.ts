import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../../../shared/runtime/random.ts';
import { ReadBuffers } from '../inlet/read-buffers.ts';
import { Unfinished } from '../inlet/unfinished.ts';
import { type ConnectedClient, Connection, type ConnectionGate } from './connection.ts';
import { Connections } from './connections.ts';

const packetMsMax = 300_000;

function newConnection(keepaliveMs: number) {
  const clock = manualClock();
  const unfinished = new Unfinished(new ReadBuffers(), { bytesMax: 65_536, packetBytesMax: 1_000 });
  const connections = new Connections(clock, seededRandom(1), packetMsMax);
  let bytes = 0;
  const stream = new PassThrough();
  const connection = new Connection(
    1,
    stream,
    { address: 'x', local: true, bytesRead: () => bytes, signedIn: () => undefined },
    { gate: {} as ConnectionGate, clock, unfinished, packetBytesMax: 1_000 },
  );
  const reasons: string[] = [];
  connection.attach({
    closed: false,
    emit: (_: string, error: { reason: string }) => reasons.push(error.reason),
    _parser: { parse: () => 0 },
    _nextBatch: () => undefined,
  } as unknown as ConnectedClient);
  connection.keepaliveMs = keepaliveMs;
  connections.all.add(connection);
  connections.start();
  const receive = () => {
    bytes += 1;
  };
  return { clock, connection, connections, reasons, stream, receive };
}

describe('keep-alive', () => {
  it('closes a client after one and a half silent intervals, and not before', () => {
    const { clock, reasons, receive } = newConnection(10_000);
    for (let i = 0; i < 20; i++) {
      receive();
      clock.advanceNow(14_000);
    }
    expect(reasons).toEqual([]);
    clock.advanceNow(4_000);
    expect(reasons[0]).toBe('keepalive');
  });

  it('tolerates a client that waits for the disk', () => {
    const { clock, connection, reasons } = newConnection(10_000);
    connection.addPending(10);
    clock.advanceNow(600_000);
    expect(reasons).toEqual([]);
    connection.removePending(10);
    clock.advanceNow(18_000);
    expect(reasons[0]).toBe('keepalive');
  });

  it('tolerates a client without keep-alive, until it stops reading', () => {
    const { clock, reasons, stream } = newConnection(0);
    clock.advanceNow(3_600_000);
    expect(reasons).toEqual([]);
    stream.write(Buffer.alloc(1_000_000));
    clock.advanceNow(9_000);
    expect(reasons).toEqual([]);
    clock.advanceNow(4_000);
    expect(reasons[0]).toBe('slow');
  });

  it('stops watching when stopped', () => {
    const { clock, connections, reasons } = newConnection(1_000);
    connections.stop();
    clock.advanceNow(60_000);
    expect(reasons).toEqual([]);
  });
});

describe('a packet that has begun', () => {
  /** The first bytes of a PUBLISH with a body of 200 bytes, and its last ones. */
  const head = Buffer.concat([Buffer.from([0x30, 200, 1]), Buffer.alloc(90)]);
  const tail = Buffer.alloc(110);

  it.each([
    ['in its header', Buffer.from([0x30])],
    ['in its body', head],
  ])('and stays unfinished %s ends its connection in time, and not before', (_, bytes) => {
    const { clock, connection, reasons } = newConnection(0);
    expect(connection.inlet.push(bytes)).toBe('fine');
    clock.advanceNow(packetMsMax);
    expect(reasons).toEqual([]);
    clock.advanceNow(4_000);
    expect(reasons[0]).toBe('unfinished');
  });

  it('and ends in time is followed by others for as long as its client likes', () => {
    const { clock, connection, reasons } = newConnection(0);
    connection.inlet.push(head);
    for (let i = 0; i < 5; i++) {
      clock.advanceNow(packetMsMax - 10_000);
      connection.inlet.push(Buffer.concat([tail, head]));
    }
    expect(reasons).toEqual([]);
  });
});
