import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { systemClock } from '../../../shared/runtime/clock.ts';
import { Histogram, type LatencySummary } from '../../load/record/histogram.ts';

export interface WebhookReceiver {
  url: string;
  /** Time from the time that an event carries to its arrival here. */
  latenciesMs(): LatencySummary;
  stop(): Promise<void>;
}

/** Receives CloudEvents like a customer's system, and records how old they are. */
export async function startReceiver(): Promise<WebhookReceiver> {
  const histogram = new Histogram();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const event = JSON.parse(Buffer.concat(chunks).toString()) as { time: string };
      histogram.add(systemClock.nowMs() - Date.parse(event.time));
      response.writeHead(204).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/`,
    latenciesMs: () => histogram.summary(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
