/** Readers of the cloud who cost much: SQL over everything, and live streams that nobody reads. */
import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { type Fault, pause, seconds } from '../fault.ts';
import { numbers } from './owners.ts';

const queries = [
  'select count(*) from generic a, generic b where a.temperature < b.temperature',
  'select a.machine, max(a.temperature * b.pressure) from generic a, generic b group by 1',
  'select * from generic order by temperature, pressure',
  'select machine, string_agg(cast(temperature as varchar)) from generic group by 1',
];
/** Above what a cloud needs at this load with its limits of memory for the store, and far below what a leak takes. */
const memoryMiBMax = 1_400;

function memoryMiB(pid: number): number {
  const found = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1] ?? 0) / 1_024;
}

/** A reader of the live stream that takes nothing from its socket. */
function stalled(url: string): Socket {
  const { hostname, port, host } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.on('error', () => {});
  socket.pause();
  socket.write(`GET /api/stream HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream\r\n\r\n`);
  return socket;
}

export const heavyReaders: Fault = {
  kind: 'heavy-readers',
  target: 'cloud',
  plan(draw) {
    const [forMs, streams, callers] = [draw.int(3_000, 8_000), draw.int(20, 60), draw.int(2, 6)];
    return {
      text: `${streams} readers of the live stream stall, and ${callers} ask for expensive SQL for ${seconds(forMs)}`,
      async run({ site, watch, targets, expect }) {
        const { process } = site.cloud;
        const fromMs = performance.now();
        const over = new AbortController();
        const sockets = numbers(streams).map(() => stalled(process.httpUrl));
        let mostMiB = 0;
        const ask = async (caller: number) => {
          for (let i = caller; !over.signal.aborted; i++) {
            const body = JSON.stringify({ sql: queries[i % queries.length] });
            const headers = { 'content-type': 'application/json' };
            // Whether it is answered or refused does not matter, only that the others are served.
            await fetch(`${process.httpUrl}/api/query`, {
              method: 'POST',
              headers,
              body,
              signal: over.signal,
            })
              .then((answer) => answer.arrayBuffer())
              .catch(() => undefined);
            await pause(20);
          }
        };
        const asking = Promise.all(numbers(callers).map(ask));
        try {
          while (performance.now() < fromMs + forMs) {
            mostMiB = Math.max(mostMiB, memoryMiB(process.pid));
            await pause(200);
          }
        } finally {
          over.abort();
          for (const socket of sockets) socket.destroy();
          await asking;
        }
        const toMs = performance.now();
        expect('cloud: stays healthy and within its memory beside heavy readers', () => {
          if (mostMiB > memoryMiBMax) return `it took ${Math.round(mostMiB)} MiB`;
          const samples = watch.between(fromMs, toMs);
          const isUnwell = samples.some(({ cloudHealthy }) => cloudHealthy === false);
          return isUnwell && !targets.has('store') ? 'it reported that it was not healthy' : null;
        });
      },
    };
  },
};
