import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { JobStats } from '../shared/jobs/job-runner.ts';
import type { AlertDecisionStats } from './decisions/alert/alert-decision.ts';
import type { BrokerStats } from './sources/mqtt/engine.ts';
import type { PortStats } from './sources/serial/port.ts';
import type { SavedBaselinesStats } from './watch/saved/saved-baselines.ts';
import type { IntelligenceStats } from './watch/watch.ts';

/** Sets gauges and counters from snapshots that the parts keep anyway: nothing is counted twice on the hot path. */
export class GatewayMetrics {
  readonly registry = new Registry();
  private readonly gauges = new Map<string, Gauge>();
  private readonly counters = new Map<string, { counter: Counter; last: Map<string, number> }>();

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  gauge(name: string, help: string, value: number, labels: Record<string, string> = {}): void {
    let gauge = this.gauges.get(name);
    if (!gauge) {
      gauge = new Gauge({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
      this.gauges.set(name, gauge);
    }
    gauge.set(labels, value);
  }

  /** A counter from a running total; `total` falling back means that its keeper started anew. */
  total(name: string, help: string, total: number, labels: Record<string, string> = {}): void {
    let entry = this.counters.get(name);
    if (!entry) {
      const counter = new Counter({
        name,
        help,
        labelNames: Object.keys(labels),
        registers: [this.registry],
      });
      entry = { counter, last: new Map() };
      this.counters.set(name, entry);
    }
    const key = JSON.stringify(labels);
    const last = entry.last.get(key) ?? 0;
    entry.counter.inc(labels, total >= last ? total - last : total);
    entry.last.set(key, total);
  }

  disk(freeBytes: number | null): void {
    if (freeBytes === null) return;
    this.gauge('harbinger_data_free_bytes', 'Bytes that the data folder’s disk has left for us', freeBytes);
  }

  broker(stats: BrokerStats): void {
    this.gauge('harbinger_broker_connections', 'Sensors connected', stats.connections);
    this.total('harbinger_broker_messages_total', 'Telemetry messages handed to the intake', stats.messages);
    this.gauge('harbinger_broker_messages_pending', 'Of these, not yet on disk', stats.messagesPending);
    this.total(
      'harbinger_broker_messages_failed_total',
      'Of these, refused by the disk (and sent again by sensors)',
      stats.messagesFailed,
    );
    this.total(
      'harbinger_broker_forwards_dropped_total',
      'Messages that a subscriber was too slow for',
      stats.forwardsDropped,
    );
    this.total(
      'harbinger_broker_queue_dropped_total',
      'Messages dropped from full queues of absent subscribers',
      stats.queue.dropped,
    );
    this.gauge('harbinger_broker_sessions', 'Kept sessions, of absent clients too', stats.sessions);
    this.gauge('harbinger_broker_retained_messages', 'Retained messages kept', stats.retained.messages);
    this.gauge('harbinger_broker_retained_bytes', 'Bytes of the retained messages', stats.retained.bytes);
    this.total(
      'harbinger_broker_retained_refused_total',
      'Messages passed on but not retained, because retainedMessagesMax or retainedBytesMax was reached',
      stats.retained.refused,
    );
    this.total(
      'harbinger_broker_subscriptions_refused_total',
      'Subscriptions refused: no right to them, or subscriptionsMax was reached',
      stats.subscriptionsRefused,
    );
    this.total(
      'harbinger_broker_store_failures_total',
      'Failed writes of sessions and retained messages',
      stats.storeFailures,
    );
    for (const [reason, count] of Object.entries(stats.refused)) {
      this.total('harbinger_broker_refused_total', 'Connections refused or closed, by reason', count, {
        reason,
      });
    }
  }

  serial(ports: readonly PortStats[]): void {
    for (const { path: port, open, lines, truncated, retried } of ports) {
      this.gauge('harbinger_serial_open', '1 while the device is there', open ? 1 : 0, { port });
      this.total('harbinger_serial_lines_total', 'Lines read', lines, { port });
      this.total('harbinger_serial_lines_cut_total', 'Of these, longer than lineBytesMax', truncated, {
        port,
      });
      this.total('harbinger_serial_lines_retried_total', 'Times the disk refused a line', retried, { port });
    }
  }

  intelligence({ windows, normals, model, scorer }: IntelligenceStats): void {
    if (normals) this.savedBaselines(normals);
    this.gauge('harbinger_windows_machines', 'Machines with a window', windows.machines);
    this.total('harbinger_windows_rows_total', 'Rows taken into windows', windows.rows);
    this.total(
      'harbinger_windows_evicted_total',
      'Windows given up for machines seen later',
      windows.evicted,
    );
    this.total(
      'harbinger_windows_unwatched_readings_total',
      'Readings of machines that found no free window',
      windows.unwatched,
    );
    this.total('harbinger_scorer_machines_total', 'Machines brought to a decision', scorer?.machines ?? 0);
    for (const state of ['starting', 'ready', 'waiting', 'stopped']) {
      this.gauge('harbinger_model_worker_state', 'State of the model worker', model.state === state ? 1 : 0, {
        state,
      });
    }
    for (const backend of ['tensorflow', 'wasm', 'cpu']) {
      this.gauge('harbinger_model_backend', 'What models run on', model.backend?.name === backend ? 1 : 0, {
        backend,
      });
    }
    this.total(
      'harbinger_model_worker_restarts_total',
      'Model workers that crashed or hung and were replaced',
      model.restarts,
    );
    this.total('harbinger_model_requests_total', 'Batches sent to the model', model.requests);
    this.total('harbinger_model_failures_total', 'Batches that the model did not answer', model.failures);
    this.gauge('harbinger_models_loaded', 'Models in use', model.models.length);
    this.gauge('harbinger_models_refused', 'Models that did not pass their checks', model.refusals.length);
  }

  private savedBaselines(stats: SavedBaselinesStats): void {
    this.gauge(
      'harbinger_normals_age_seconds',
      'Age of the oldest file of saved baselines that is behind what was learnt; 0 if none is',
      stats.oldestMs / 1_000,
    );
    this.gauge(
      'harbinger_normals_restored',
      'Machines that went on from what they had learnt before the start',
      stats.restored,
    );
    this.gauge(
      'harbinger_normals_absent',
      'Machines with a saved baseline that have not been heard since the start',
      stats.absent,
    );
    this.gauge(
      'harbinger_normals_damaged',
      'Files of saved baselines set aside at the start',
      stats.damagedFiles,
    );
    this.gauge(
      'harbinger_normals_foreign',
      'Machines whose saved baseline was of another contract, version or sensors',
      stats.foreign,
    );
    this.total('harbinger_normals_saves_total', 'Files of saved baselines written', stats.saves);
    this.total(
      'harbinger_normals_save_failures_total',
      'Writes of saved baselines that the disk refused',
      stats.saveFailures,
    );
    this.total(
      'harbinger_normals_written_bytes_total',
      'Bytes of saved baselines written',
      stats.writtenBytes,
    );
  }

  alerts(stats: AlertDecisionStats): void {
    for (const [severity, count] of Object.entries(stats.open)) {
      this.gauge('harbinger_predictions_open', 'Open predictions', count, { severity });
    }
    const { decision } = stats;
    this.total('harbinger_decisions_total', 'Alert decisions, by who decided', decision.decided.active, {
      mode: 'active',
    });
    this.total('harbinger_decisions_total', 'Alert decisions, by who decided', decision.decided.fallback, {
      mode: 'fallback',
    });
    for (const [policy, count] of Object.entries(decision.byPolicy)) {
      this.total('harbinger_decisions_by_policy_total', 'The same, by the policy that decided', count, {
        policy,
      });
    }
    for (const state of ['closed', 'half-open', 'open']) {
      this.gauge(
        'harbinger_decision_breaker_state',
        'Circuit breaker around the model',
        decision.breaker.state === state ? 1 : 0,
        { state },
      );
    }
    this.total(
      'harbinger_decision_inputs_dropped_total',
      'Machines not decided because earlier ones were in hand',
      stats.dropped,
    );
    this.gauge('harbinger_decision_events_pending', 'Events that wait for the journal', stats.events.pending);
  }

  jobs(jobs: readonly JobStats[]): void {
    for (const job of jobs) {
      this.total('harbinger_job_runs_total', 'Runs of periodic jobs', job.runs, { job: job.name });
      this.total('harbinger_job_failures_total', 'Runs that failed or were too slow', job.failures, {
        job: job.name,
      });
      this.total('harbinger_job_missed_total', 'Times at which a job could not run', job.missed, {
        job: job.name,
      });
    }
  }
}
