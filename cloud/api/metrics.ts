import type { FastifyInstance } from 'fastify';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import type { StreamHub } from './stream-hub.ts';

/** Counts requests by route pattern, not by address, so that labels stay few; measures their duration and open streams. */
export function measureRequests(app: FastifyInstance, registry: Registry, hub: StreamHub): void {
  const requests = new Counter({
    name: 'harbinger_api_requests_total',
    help: 'HTTP requests answered, by route and status.',
    labelNames: ['route', 'status'],
    registers: [registry],
  });
  const seconds = new Histogram({
    name: 'harbinger_api_request_seconds',
    help: 'Time to answer an HTTP request.',
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
    registers: [registry],
  });
  new Gauge({
    name: 'harbinger_api_stream_clients',
    help: 'Open server-sent event streams.',
    registers: [registry],
    collect() {
      this.set(hub.clients);
    },
  });
  app.addHook('onResponse', (request, reply, done) => {
    requests.inc({ route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) });
    seconds.observe(reply.elapsedTime / 1_000);
    done();
  });
}
