import { FreeSpace } from '../shared/files/free-space.ts';
import type { JobStats } from '../shared/jobs/job-runner.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import type { GatewayConfig } from './config.ts';
import { dataMetrics } from './data-metrics.ts';
import type { AlertDecision } from './decisions/alert/alert-decision.ts';
import type { GatewayMetrics } from './metrics.ts';
import type { DataClient } from './pipeline/client.ts';
import type { DataStatus } from './pipeline/status.ts';
import type { Broker } from './sources/mqtt/broker.ts';
import type { SerialSource } from './sources/serial/serial.ts';
import type { Intelligence } from './watch/watch.ts';

const refreshMs = 1_000;
/** The data thread answers within this even under full load; beyond it nothing is being acknowledged. */
const silenceMsMax = 30_000;

export interface StatusDeps {
  config: GatewayConfig;
  data: DataClient;
  broker: Broker;
  serial: SerialSource;
  intelligence: Intelligence;
  alerts: AlertDecision;
  metrics: GatewayMetrics;
  jobs(): JobStats[];
  clock: Clock;
}

interface Condition {
  ok: boolean;
  reasons: string[];
}

/** Health, readiness, status and metrics of the gateway. Asks the data thread once a second. */
export function createStatus(deps: StatusDeps) {
  const { config, data, broker, serial, intelligence, alerts, metrics, clock } = deps;
  const space = new FreeSpace(config.dataDir, clock);
  let last: { status: DataStatus; atMs: number } | null = null;
  let timer: Timer | null = null;
  let stopped = false;

  async function refresh(): Promise<void> {
    const status = await data.call('status').catch(() => null);
    if (status) {
      last = { status, atMs: clock.monotonicMs() };
      dataMetrics(metrics, status);
    }
    metrics.broker(broker.stats());
    metrics.serial(serial.stats());
    metrics.intelligence(intelligence.stats());
    metrics.alerts(alerts.stats());
    metrics.jobs(deps.jobs());
    metrics.disk(space.bytes);
    metrics.gauge(
      'harbinger_clock_set',
      '0 while the system clock is evidently not set',
      clock.isSet?.() === false ? 0 : 1,
    );
    if (!stopped) timer = clock.setTimer(refreshMs, () => void refresh());
  }

  const silentMs = () => (last ? clock.monotonicMs() - last.atMs : Number.POSITIVE_INFINITY);

  return {
    start: refresh,
    async stop(): Promise<void> {
      stopped = true;
      timer?.cancel();
    },
    /** Being offline from the cloud is no reason to be restarted. */
    health(): Condition {
      const silent = silentMs() > silenceMsMax;
      return {
        ok: !silent,
        reasons: silent ? [`the data thread has not answered for ${silenceMsMax / 1_000} s`] : [],
      };
    },
    ready(): Condition {
      const reasons = silentMs() > refreshMs * 5 ? ['the data thread does not answer'] : [];
      const trouble = last?.status.journalTrouble;
      if (trouble) reasons.push(`the journal cannot be written, sensors wait: ${trouble}`);
      return { ok: reasons.length === 0, reasons };
    },
    async whole(): Promise<Record<string, unknown>> {
      const status = await data.call('status');
      return {
        gateway: config.gateway,
        ...status,
        broker: broker.stats(),
        serial: serial.stats(),
        pending: data.pending,
        intelligence: intelligence.stats(),
        alerts: { ...alerts.stats(), openPredictions: alerts.open() },
        jobs: deps.jobs(),
        diskFreeBytes: space.bytes,
        clockSet: clock.isSet?.() !== false,
      };
    },
    /** A line for the log. */
    async summary(): Promise<Record<string, unknown>> {
      const { pipeline, backlog, deadLetters, uplink } = await data.call('status');
      const { connections } = broker.stats();
      const { open } = alerts.stats();
      return {
        connections,
        ...pipeline,
        backlog,
        deadLetters: deadLetters.count,
        uplink: uplink?.connected ?? null,
        open,
      };
    },
  };
}
