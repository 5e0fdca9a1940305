import type { GatewayMetrics } from './metrics.ts';
import type { DataStatus } from './pipeline/status.ts';

/** The status of the data thread as metrics. */
export function dataMetrics(metrics: GatewayMetrics, status: DataStatus): void {
  const { pipeline, placement, deadLetters } = status;
  metrics.total('harbinger_messages_total', 'Messages taken from sources', pipeline.messages);
  metrics.total('harbinger_readings_total', 'Readings journalled', pipeline.readings);
  metrics.total(
    'harbinger_fields_ignored_total',
    'Fields that a machine type does not declare',
    pipeline.fieldsIgnored,
  );
  metrics.total('harbinger_resends_total', 'Readings recognised as sent before', placement.resends);
  metrics.total(
    'harbinger_timestamps_separated_total',
    'Distinct readings moved off a shared timestamp',
    placement.separated,
  );
  metrics.total(
    'harbinger_timestamps_refused_total',
    'Device times out of bounds',
    placement.timesOutOfBounds,
  );
  metrics.gauge('harbinger_machines', 'Machines seen since the start', status.machines);
  metrics.total('harbinger_dead_letters_total', 'Messages that became dead letters', pipeline.deadLetters);
  metrics.total(
    'harbinger_dead_letters_redriven_total',
    'Dead letters sent through the pipeline again; those that failed again are counted as new ones',
    status.deadLettersRedriven,
  );
  metrics.gauge('harbinger_dead_letters', 'Dead letters kept', deadLetters.count);
  metrics.gauge('harbinger_dead_letters_bytes', 'Bytes of the dead letters kept', deadLetters.bytes);
  metrics.total(
    'harbinger_dead_letters_dropped_total',
    'Dead letters dropped because there were too many',
    deadLetters.dropped,
  );
  metrics.total(
    'harbinger_estimates_dropped_total',
    'Estimates dropped before the journal took them',
    status.estimatesDropped,
  );
  journalMetrics(metrics, status);
  uplinkMetrics(metrics, status);
}

function journalMetrics(metrics: GatewayMetrics, status: DataStatus): void {
  metrics.gauge(
    'harbinger_journal_writable',
    '0 while the journal cannot be written and sensors wait',
    status.journalTrouble === null ? 1 : 0,
  );
  metrics.gauge(
    'harbinger_journal_limit_bytes',
    'What all lanes together may take on disk (journal.bytesMax)',
    status.journals[0]?.bytesMax ?? 0,
  );
  for (const journal of status.journals) {
    const lane = { lane: journal.lane };
    metrics.gauge('harbinger_journal_bytes', 'Bytes on disk', journal.bytes, lane);
    metrics.gauge(
      'harbinger_backlog_blocks',
      'Blocks that the cloud has not confirmed',
      status.backlog[journal.lane]?.blocks ?? 0,
      lane,
    );
    metrics.total(
      'harbinger_journal_written_bytes_total',
      'Bytes written to the file system',
      journal.writtenBytes,
      lane,
    );
    metrics.total('harbinger_journal_syncs_total', 'Syncs to disk', journal.syncs, lane);
    const dropped = 'dropped unsent because the journal was full';
    const { blocks, lines, bytes } = journal.dropped;
    metrics.total('harbinger_journal_dropped_blocks_total', `Blocks ${dropped}`, blocks, lane);
    metrics.total('harbinger_journal_dropped_lines_total', `Lines ${dropped}`, lines, lane);
    metrics.total('harbinger_journal_dropped_bytes_total', `Bytes ${dropped}`, bytes, lane);
    metrics.gauge(
      'harbinger_journal_oldest_timestamp_seconds',
      'When the oldest block was written',
      (journal.oldestMs ?? 0) / 1_000,
      lane,
    );
  }
  for (const { lane, cause, blocks, bytes } of status.losses) {
    const labels = { lane, cause };
    metrics.total('harbinger_journal_lost_blocks_total', 'Blocks that will never be sent', blocks, labels);
    metrics.total('harbinger_journal_lost_bytes_total', 'Bytes cut off, or never sent', bytes, labels);
  }
}

function uplinkMetrics(metrics: GatewayMetrics, { uplink }: DataStatus): void {
  metrics.gauge('harbinger_uplink_connected', '1 while connected to the cloud', uplink?.connected ? 1 : 0);
  if (!uplink) return;
  metrics.total('harbinger_uplink_connects_total', 'Connections made', uplink.connects);
  for (const [lane, bytes] of Object.entries(uplink.bytes)) {
    metrics.total('harbinger_uplink_confirmed_bytes_total', 'Bytes that the cloud confirmed', bytes, {
      lane,
    });
  }
  for (const [lane, lines] of Object.entries(uplink.lines)) {
    metrics.total('harbinger_uplink_confirmed_lines_total', 'Lines that the cloud confirmed', lines, {
      lane,
    });
  }
}
