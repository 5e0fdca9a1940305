import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import type { DataStatus } from './data-messages.ts';

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
      const counter = new Counter({ name, help, labelNames: Object.keys(labels), registers: [this.registry] });
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
    this.total('harbinger_fields_ignored_total', 'Fields that a machine type does not declare', pipeline.fieldsIgnored);
    this.total('harbinger_resends_total', 'Readings recognised as sent before', placement.resends);
    this.total('harbinger_timestamps_separated_total', 'Distinct readings moved off a shared timestamp', placement.separated);
    this.total('harbinger_timestamps_refused_total', 'Device times out of bounds', placement.timesOutOfBounds);
    this.gauge('harbinger_machines', 'Machines seen since the start', status.machines);
    this.total('harbinger_dead_letters_total', 'Messages that became dead letters', pipeline.deadLetters);
    this.gauge('harbinger_dead_letters', 'Dead letters kept', deadLetters.count);
    this.gauge('harbinger_dead_letters_bytes', 'Bytes of the dead letters kept', deadLetters.bytes);
    this.total('harbinger_dead_letters_dropped_total', 'Dead letters dropped because there were too many', deadLetters.dropped);
    this.total('harbinger_estimates_dropped_total', 'Estimates dropped before the journal took them', status.estimatesDropped);
    for (const journal of status.journals) {
      const lane = { lane: journal.lane };
      this.gauge('harbinger_journal_bytes', 'Bytes on disk', journal.bytes, lane);
      this.gauge('harbinger_backlog_blocks', 'Blocks that the cloud has not confirmed', status.backlog[journal.lane]?.blocks ?? 0, lane);
      this.total('harbinger_journal_written_bytes_total', 'Bytes written to the file system', journal.writtenBytes, lane);
      this.total('harbinger_journal_syncs_total', 'Syncs to disk', journal.syncs, lane);
      this.total('harbinger_journal_dropped_lines_total', 'Lines dropped unsent because the journal was full or damaged', journal.dropped.lines, lane);
      this.gauge('harbinger_journal_oldest_timestamp_seconds', 'When the oldest block was written', (journal.oldestMs ?? 0) / 1_000, lane);
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
}
