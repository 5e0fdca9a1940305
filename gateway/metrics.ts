import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { BrokerStats } from './broker/broker.ts';
import type { DataStatus } from './data-messages.ts';
import type { AlertDecisionStats } from './decisions/alert-decision.ts';
import type { IntelligenceStats } from './intelligence/intelligence.ts';
import type { JobStats } from './jobs/job-runner.ts';

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

  data(status: DataStatus): void {
    const { pipeline, placement, deadLetters, uplink } = status;
    this.total('harbinger_messages_total', 'Messages taken from sources', pipeline.messages);
    this.total('harbinger_readings_total', 'Readings journalled', pipeline.readings);
    this.total(
      'harbinger_fields_ignored_total',
      'Fields that a machine type does not declare',
      pipeline.fieldsIgnored,
    );
    this.total('harbinger_resends_total', 'Readings recognised as sent before', placement.resends);
    this.total(
      'harbinger_timestamps_separated_total',
      'Distinct readings moved off a shared timestamp',
      placement.separated,
    );
    this.total(
      'harbinger_timestamps_refused_total',
      'Device times out of bounds',
      placement.timesOutOfBounds,
    );
    this.gauge('harbinger_machines', 'Machines seen since the start', status.machines);
    this.total('harbinger_dead_letters_total', 'Messages that became dead letters', pipeline.deadLetters);
    this.gauge('harbinger_dead_letters', 'Dead letters kept', deadLetters.count);
    this.gauge('harbinger_dead_letters_bytes', 'Bytes of the dead letters kept', deadLetters.bytes);
    this.total(
      'harbinger_dead_letters_dropped_total',
      'Dead letters dropped because there were too many',
      deadLetters.dropped,
    );
    this.total(
      'harbinger_estimates_dropped_total',
      'Estimates dropped before the journal took them',
      status.estimatesDropped,
    );
    this.gauge(
      'harbinger_journal_writable',
      '0 while the journal cannot be written and sensors wait',
      status.journalTrouble === null ? 1 : 0,
    );
    for (const journal of status.journals) {
      const lane = { lane: journal.lane };
      this.gauge('harbinger_journal_bytes', 'Bytes on disk', journal.bytes, lane);
      this.gauge(
        'harbinger_backlog_blocks',
        'Blocks that the cloud has not confirmed',
        status.backlog[journal.lane]?.blocks ?? 0,
        lane,
      );
      this.total(
        'harbinger_journal_written_bytes_total',
        'Bytes written to the file system',
        journal.writtenBytes,
        lane,
      );
      this.total('harbinger_journal_syncs_total', 'Syncs to disk', journal.syncs, lane);
      this.total(
        'harbinger_journal_dropped_lines_total',
        'Lines dropped unsent because the journal was full',
        journal.dropped.lines,
        lane,
      );
      this.gauge(
        'harbinger_journal_oldest_timestamp_seconds',
        'When the oldest block was written',
        (journal.oldestMs ?? 0) / 1_000,
        lane,
      );
    }
    for (const { lane, cause, blocks, bytes } of status.losses) {
      const labels = { lane, cause };
      this.total('harbinger_journal_lost_blocks_total', 'Blocks that will never be sent', blocks, labels);
      this.total('harbinger_journal_lost_bytes_total', 'Bytes cut off, or never sent', bytes, labels);
    }
    this.gauge('harbinger_uplink_connected', '1 while connected to the cloud', uplink?.connected ? 1 : 0);
    if (!uplink) return;
    this.total('harbinger_uplink_connects_total', 'Connections made', uplink.connects);
    for (const [lane, bytes] of Object.entries(uplink.bytes)) {
      this.total('harbinger_uplink_confirmed_bytes_total', 'Bytes that the cloud confirmed', bytes, { lane });
    }
    for (const [lane, lines] of Object.entries(uplink.lines)) {
      this.total('harbinger_uplink_confirmed_lines_total', 'Lines that the cloud confirmed', lines, { lane });
    }
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

  intelligence({ windows, model, scorer }: IntelligenceStats): void {
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
