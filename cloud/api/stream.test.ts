import { once } from 'node:events';
import { get as httpGet, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { manualClock } from '../../shared/runtime/manual-clock.ts';
import { createMemoryOperations, type MemoryOperations } from './memory-ports.testing.ts';
import { alertOf, machineOf } from './plant-data.testing.ts';
import { bearer, startApi, stopAll, testConfig } from './running-api.testing.ts';
import { streamTimes, unreadBytesMax } from './stream-hub.ts';

/**
 * Changes and heartbeats are sent only when a test advances the clock, so that the load of the computer has no effect.
 */
async function startStream(operations: MemoryOperations) {
  const clock = manualClock();
  const { api, base } = await startApi({ operations, clock });
  return { api, clock, url: `${base}/api/stream` };
}

const until = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 120_000, interval: 10 });
/** Time limit of tests that send several megabytes over a socket and parse them. */
const busyMsMax = 300_000;

interface StreamEvent {
  event: string;
  data: {
    machines: { machine: string; urgency: string; lastSeenMs: number }[];
    alerts: { alertId: string }[];
  };
}

/** Opens a stream; `events` grows as it is read. */
function open(
  url: string,
): Promise<{ response: IncomingMessage; events: StreamEvent[]; ended: Promise<void> }> {
  return new Promise((resolve, reject) => {
    httpGet(url, { headers: bearer }, (response) => {
      const events: StreamEvent[] = [];
      let chunks: string[] = [];
      response.setEncoding('utf8').on('data', (chunk: string) => {
        // Events have megabytes here, so they are put together and parsed when one is complete, not with every chunk.
        const end = `${chunks.at(-1)?.slice(-1) ?? ''}${chunk.slice(-2)}`.slice(-2);
        chunks.push(chunk);
        if (end !== '\n\n') return;
        const blocks = chunks.join('').split('\n\n');
        chunks = [];
        for (const block of blocks) {
          const match = /^event: (\w+)\ndata: (.*)$/m.exec(block);
          if (match) events.push({ event: match[1]!, data: JSON.parse(match[2]!) });
        }
      });
      const ended = new Promise<void>((done) => response.on('close', () => done()));
      response.on('error', () => {});
      resolve({ response, events, ended });
    }).on('error', reject);
  });
}

afterAll(stopAll);

/** The last-seen time that a stream shows. A `tick` has no machines. */
function lastSeenMs(events: StreamEvent[]): number | undefined {
  return events.findLast(({ event }) => event !== 'tick')?.data.machines[0]?.lastSeenMs;
}

/** Megabytes of machines: a few such changes are more than the sockets' buffers can take. */
function many(lastSeenMs: number) {
  return Array.from({ length: 15_000 }, (_, i) => machineOf({ machine: `m-${i}`, lastSeenMs }));
}

describe('the stream', () => {
  it('sends a snapshot when machines are gone, which no change could say', async () => {
    const operations = createMemoryOperations();
    operations.set({ machines: [machineOf()] });
    const { clock, url } = await startStream(operations);
    const { events, response } = await open(url);
    await until(() => expect(events).toHaveLength(1));
    operations.clear();
    await clock.advance(streamTimes.flushMs);
    await until(() => expect(events).toHaveLength(2));
    expect(events[1]).toMatchObject({ event: 'snapshot', data: { machines: [] } });
    response.destroy();
  });

  it('sends a snapshot, then only the changes, collected', async () => {
    const operations = createMemoryOperations();
    operations.set({ machines: [machineOf(), machineOf({ machine: 'pump-2' })] });
    const { clock, url } = await startStream(operations);
    const { response, events } = await open(url);
    expect(response.headers['content-type']).toContain('text/event-stream');
    expect(response.headers['content-security-policy']).toContain("default-src 'self'");
    await until(() => expect(events[0]?.event).toBe('snapshot'));
    expect(events[0]!.data.machines).toHaveLength(2);

    for (let i = 1; i <= 50; i++) operations.set({ machines: [machineOf({ lastSeenMs: i })] });
    operations.set({ alerts: [alertOf({})] });
    await clock.advance(streamTimes.flushMs);
    await until(() => expect(events).toHaveLength(2));
    expect(events[1]!.event).toBe('change');
    expect(events[1]!.data.machines).toMatchObject([
      { machine: 'pump-1', lastSeenMs: 50, urgency: 'critical' },
    ]);
    expect(events[1]!.data.alerts).toMatchObject([{ alertId: 'alert-1' }]);
    response.destroy();
  });

  it('sends a machine whose state changes with time alone', async () => {
    const operations = createMemoryOperations();
    const clock = manualClock();
    operations.set({ machines: [machineOf({ lastSeenMs: clock.nowMs() })] });
    const { base } = await startApi({ operations, clock });
    const { response, events } = await open(`${base}/api/stream`);
    await until(() => expect(events[0]?.data.machines).toMatchObject([{ state: 'ok' }]));
    for (let minutes = 0; minutes < 16; minutes++) await clock.advance(60_000);
    const changes = () => events.filter(({ event }) => event === 'change');
    await until(() => expect(changes()).toHaveLength(1));
    expect(changes()[0]!.data.machines).toMatchObject([{ machine: 'pump-1', state: 'silent' }]);
    response.destroy();
  });

  it('sends a state that has changed with time to all, also if one of them came just then', async () => {
    const operations = createMemoryOperations();
    const clock = manualClock();
    operations.set({ machines: [machineOf({ lastSeenMs: clock.nowMs() })] });
    const { base } = await startApi({ operations, clock });
    const first = await open(`${base}/api/stream`);
    await until(() => expect(first.events[0]?.data.machines).toMatchObject([{ state: 'ok' }]));
    // No snapshot is kept after a change; then the machine becomes silent between two heartbeats.
    clock.advanceNow(streamTimes.heartbeatMs);
    operations.set({ machines: [machineOf({ machine: 'pump-2', lastSeenMs: clock.nowMs() })] });
    await clock.advance(streamTimes.flushMs);
    clock.setWall(clock.nowMs() + 16 * 60_000);
    const second = await open(`${base}/api/stream`);
    const bothSilent = [{ state: 'silent' }, { state: 'silent' }];
    await until(() => expect(second.events[0]?.data.machines).toMatchObject(bothSilent));
    await clock.advance(streamTimes.heartbeatMs);
    await until(() =>
      expect(first.events.findLast(({ event }) => event === 'change')?.data.machines).toMatchObject(
        bothSilent,
      ),
    );
    first.response.destroy();
    second.response.destroy();
  });

  it('accepts a limited number of clients, and frees the slot of one that disconnects', async () => {
    const { url } = await startStream(createMemoryOperations());
    const first = await open(url);
    const second = await open(url);
    const third = await open(url);
    expect(third.response.statusCode).toBe(503);
    first.response.destroy();
    await until(async () => {
      const next = await open(url);
      expect(next.response.statusCode).toBe(200);
    });
    second.response.destroy();
  });

  /** Opens two clients and changes the machines four times. The slow client has not read since it was opened. */
  async function changedWhileOnePauses() {
    const operations = createMemoryOperations();
    operations.set({ machines: many(1) });
    const { clock, url } = await startStream(operations);
    const slow = await open(url);
    const quick = await open(url);
    slow.response.pause();
    for (let i = 2; i <= 5; i++) {
      operations.set({ machines: many(i) });
      await clock.advance(streamTimes.flushMs);
      await until(() => expect(lastSeenMs(quick.events)).toBe(i));
    }
    return { clock, slow, quick };
  }

  it(
    'queues nothing for a client that does not read, and brings it up to date when it does',
    async () => {
      const { slow, quick } = await changedWhileOnePauses();
      slow.response.resume();
      await until(() => expect(lastSeenMs(slow.events)).toBe(5));
      expect(slow.events.filter((event) => event.event === 'snapshot').length).toBeGreaterThan(1);
      expect(slow.events.length).toBeLessThan(quick.events.length);
      slow.response.destroy();
      quick.response.destroy();
    },
    busyMsMax,
  );

  it(
    'drops a client that has not read for too long',
    async () => {
      const { clock, slow, quick } = await changedWhileOnePauses();
      const dropped = new Promise<void>((resolve) => slow.response.socket.on('close', () => resolve()));
      const ticks = () => quick.events.filter(({ event }) => event === 'tick').length;
      const beats = Math.ceil(streamTimes.behindMsMax / streamTimes.heartbeatMs) + 1;
      for (let beat = 1; beat <= beats; beat++) {
        await clock.advance(streamTimes.heartbeatMs);
        await until(() => expect(ticks()).toBe(beat));
      }
      slow.response.resume();
      await dropped;
      // It may have been paused before it read anything at all.
      expect(lastSeenMs(slow.events) ?? 0).toBeLessThan(5);
      quick.response.destroy();
    },
    busyMsMax,
  );

  describe('with readers that have stopped reading', () => {
    /** Opens a stream and reads nothing but the first bytes, by which it is known to be there. */
    async function stall(url: string): Promise<Socket> {
      const { hostname, port, pathname } = new URL(url);
      const socket = connect(Number(port), hostname);
      socket.on('error', () => undefined);
      const headers = `Host: ${hostname}\r\nAuthorization: ${bearer.authorization}`;
      socket.write(`GET ${pathname} HTTP/1.1\r\n${headers}\r\n\r\n`);
      await once(socket, 'data');
      return socket.pause();
    }

    async function startLarge() {
      const operations = createMemoryOperations();
      operations.set({ machines: many(1) });
      const clock = manualClock();
      const config = { ...testConfig, streamClientsMax: 64 };
      const { base } = await startApi({ operations, clock, config });
      const open = async () => {
        const text = await (await fetch(`${base}/metrics`, { headers: bearer })).text();
        return Number(/^harbinger_api_stream_clients (\d+)$/m.exec(text)?.[1]);
      };
      await open();
      return { operations, clock, url: `${base}/api/stream`, open };
    }

    /** Megabytes that this process holds, without garbage. */
    function heldMb(): number {
      setFlagsFromString('--expose-gc');
      runInNewContext('gc')();
      const { heapUsed, external } = process.memoryUsage();
      return (heapUsed + external) / 1e6;
    }

    it(
      '64 of them share one frame of 15,000 machines, which is encoded once',
      async () => {
        const { operations, clock, url, open } = await startLarge();
        const asked = vi.spyOn(operations.ports.machines, 'all');
        const before = heldMb();
        const sockets = await Promise.all(Array.from({ length: 64 }, () => stall(url)));
        await until(async () => expect(await open()).toBe(64));
        expect(asked).toHaveBeenCalledTimes(1);
        // It keeps what it has seen.
        asked.mockRestore();
        for (let i = 2; i <= 4; i++) {
          operations.set({ machines: many(i) });
          await clock.advance(streamTimes.flushMs);
        }
        expect(await open()).toBe(64);
        // One snapshot has 5 MB, and each change of all machines has as much.
        expect(heldMb() - before).toBeLessThan(60);
        for (const socket of sockets) socket.destroy();
      },
      busyMsMax,
    );

    it('that came one after the other: those that are behind for longest are closed', {
      tags: ['long'],
      timeout: busyMsMax,
    }, async () => {
      const { operations, clock, url, open } = await startLarge();
      const before = heldMb();
      const sockets: Socket[] = [];
      for (let i = 1; i <= 30; i++) {
        sockets.push(await stall(url));
        operations.set({ machines: many(i + 1) });
        await clock.advance(streamTimes.flushMs);
      }
      await until(async () => expect(await open()).toBeLessThan(20));
      expect(await open()).toBeGreaterThan(5);
      expect(heldMb() - before).toBeLessThan((unreadBytesMax / 1e6) * 1.5 + 30);
      for (const socket of sockets) socket.destroy();
    });
  });

  it('ends when the API stops', async () => {
    const operations = createMemoryOperations();
    const { api, url } = await startStream(operations);
    const { ended } = await open(url);
    expect(operations.listeners).toBe(1);
    await api.stop();
    await ended;
    expect(operations.listeners).toBe(0);
  });
});
