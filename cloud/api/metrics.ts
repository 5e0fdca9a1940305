import type { FastifyInstance } from 'fastify';
import type { Registry } from 'prom-client';
import { textAnswer } from '../../shared/http/openapi.ts';
import { countedMetrics, type Metrics } from '../../shared/parts/metrics.ts';
import { declareStatistics } from '../../shared/parts/statistics.ts';
import type { StreamHub } from './stream-hub.ts';

/** Requests are counted by route pattern, not by address, so that labels stay few. */
export const apiStatistics = declareStatistics({
  harbinger_api_requests_total: {
    type: 'counter',
    help: 'HTTP requests answered, by route and status.',
    labels: ['route', 'status'],
  },
  harbinger_api_request_seconds: {
    type: 'histogram',
    help: 'Time to answer an HTTP request.',
    buckets: [0.001, 0.005, 0.02, 0.1, 0.5, 2, 10],
  },
  harbinger_api_stream_clients: { type: 'gauge', help: 'Open server-sent event streams.' },
});

export type ApiMetrics = ReturnType<typeof measureRequests>;

/** Counts requests and measures their duration. */
export function measureRequests(app: FastifyInstance, registry: Registry) {
  const metrics = countedMetrics(registry, apiStatistics);
  app.addHook('onResponse', (request, reply, done) => {
    const labels = { route: request.routeOptions.url ?? 'none', status: String(reply.statusCode) };
    metrics.harbinger_api_requests_total.inc(labels);
    metrics.harbinger_api_request_seconds.observe(reply.elapsedTime / 1_000);
    done();
  });
  return metrics;
}

export function metricsRoute(
  app: FastifyInstance,
  all: Metrics,
  ofApi: ApiMetrics,
  hub: Pick<StreamHub, 'clients'>,
): void {
  const schema = {
    summary: 'Metrics of this process',
    response: textAnswer('Prometheus’ text format, with a help text each', 'text/plain'),
  };
  app.get('/metrics', { schema }, async (_request, reply) => {
    ofApi.harbinger_api_stream_clients.set(hub.clients);
    reply.type(all.registry.contentType);
    return all.text();
  });
}
