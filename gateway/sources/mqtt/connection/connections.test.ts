import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { seededRandom } from '../../../../shared/runtime/random.ts';
import { type ConnectedClient, Connection, type ConnectionGate } from './connection.ts';
import { Connections } from './connections.ts';
import { ReadBuffers } from './read-buffers.ts';

function newConnection(keepaliveMs: number) {
  const clock = manualClock();
  const connections = new Connections(clock, seededRandom(1));
  let bytes = 0;
  const stream = new PassThrough();
  const connection = new Connection(
    1,
    stream,
    { address: 'x', local: true, bytesRead: () => bytes, signedIn: () => undefined },
    { gate: {} as ConnectionGate, clock, buffers: new ReadBuffers(), packetBytesMax: 1_000 },
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
