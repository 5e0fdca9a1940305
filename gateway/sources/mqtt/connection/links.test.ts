import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { manualClock } from '../../../../shared/runtime/manual-clock.ts';
import { Link, type LinkedClient, type LinkGate } from './link.ts';
import { Links } from './links.ts';
import { ReadBuffers } from './read-buffers.ts';

function newLink(keepaliveMs: number) {
  const clock = manualClock();
  const links = new Links(clock);
  let bytes = 0;
  const stream = new PassThrough();
  const link = new Link(
    stream,
    { address: 'x', local: true, bytesRead: () => bytes },
    { gate: {} as LinkGate, clock, buffers: new ReadBuffers(), packetBytesMax: 1_000 },
  );
  const reasons: string[] = [];
  link.attach({
    closed: false,
    emit: (_: string, error: { reason: string }) => reasons.push(error.reason),
    _parser: { parse: () => 0 },
    _nextBatch: () => undefined,
  } as unknown as LinkedClient);
  link.keepaliveMs = keepaliveMs;
  links.all.add(link);
  links.start();
  const receive = () => {
    bytes += 1;
  };
  return { clock, link, links, reasons, stream, receive };
}

describe('keep-alive', () => {
  it('closes a client after one and a half silent intervals, and not before', () => {
    const { clock, reasons, receive } = newLink(10_000);
    for (let i = 0; i < 20; i++) {
      receive();
      clock.advanceNow(14_000);
    }
    expect(reasons).toEqual([]);
    clock.advanceNow(4_000);
    expect(reasons[0]).toBe('keepalive');
  });

  it('says nothing about a client that waits for the disk', () => {
    const { clock, link, reasons } = newLink(10_000);
    link.addPending(10);
    clock.advanceNow(600_000);
    expect(reasons).toEqual([]);
    link.removePending(10);
    clock.advanceNow(18_000);
    expect(reasons[0]).toBe('keepalive');
  });

  it('leaves a client alone that asked for none, until it takes nothing of what is sent', () => {
    const { clock, reasons, stream } = newLink(0);
    clock.advanceNow(3_600_000);
    expect(reasons).toEqual([]);
    stream.write(Buffer.alloc(1_000_000));
    clock.advanceNow(9_000);
    expect(reasons).toEqual([]);
    clock.advanceNow(4_000);
    expect(reasons[0]).toBe('slow');
  });

  it('stops watching when stopped', () => {
    const { clock, links, reasons } = newLink(1_000);
    links.stop();
    clock.advanceNow(60_000);
    expect(reasons).toEqual([]);
  });
});
