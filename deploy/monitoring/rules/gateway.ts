import type { AlertRule } from './rule.ts';

/** The journal of a gateway, and its way to the cloud. */
export const gatewayRules: readonly AlertRule[] = [
  {
    name: 'HarbingerJournalNotWritable',
    expr: 'harbinger_journal_writable == 0',
    for: '1m',
    severity: 'critical',
    summary: 'The journal of {{ $labels.instance }} cannot be written: sensors wait.',
    toDo: 'The disk is full, read-only or broken: look at its log and at the kernel’s (dmesg).',
  },
  {
    name: 'HarbingerDiskSmallerThanJournal',
    expr: 'harbinger_data_free_bytes < harbinger_journal_limit_bytes - on (job, instance) sum by (job, instance) (harbinger_journal_bytes)',
    for: '10m',
    severity: 'warning',
    summary: 'The disk of {{ $labels.instance }} would be full before its journal reaches its bound.',
    toDo: 'Make room, or lower journal.bytesMax, so that an interruption of the link ends at the bound and not at a full disk.',
  },
  {
    name: 'HarbingerJournalNearlyFull',
    expr: 'sum by (job, instance) (harbinger_journal_bytes) / on (job, instance) harbinger_journal_limit_bytes > 0.8',
    for: '10m',
    severity: 'warning',
    summary: 'The journal of {{ $labels.instance }} is filled to more than 80 %.',
    toDo: 'When it is full, the oldest readings are dropped, or sensors wait. Bring the link to the cloud back, or raise journal.bytesMax.',
  },
  {
    name: 'HarbingerReadingsDropped',
    expr: 'sum by (job, instance) (increase(harbinger_journal_dropped_lines_total[15m])) > 0',
    severity: 'critical',
    summary:
      '{{ $labels.instance }} drops readings that the cloud does not have, because its journal is full.',
    toDo: 'Bring the link to the cloud back, or raise journal.bytesMax. What was dropped is lost.',
  },
  {
    name: 'HarbingerJournalDamaged',
    expr: 'sum by (job, instance) (increase(harbinger_journal_lost_blocks_total[1h])) > 0',
    severity: 'critical',
    summary: 'The disk of {{ $labels.instance }} has damaged data of the journal that had not been sent.',
    toDo: 'Replace the disk or the memory card. The log says what was lost.',
  },
  {
    name: 'HarbingerUplinkAway',
    expr: 'harbinger_uplink_connected == 0 and harbinger_uplink_connects_total >= 0',
    for: '15m',
    severity: 'warning',
    summary: '{{ $labels.instance }} has not been connected to the cloud for a quarter of an hour.',
    toDo: 'uplink.lastError in harbinger doctor and /api/status gives the reason: network, certificate, password. Readings are kept meanwhile.',
  },
  {
    name: 'HarbingerBacklogStands',
    expr: 'min_over_time(harbinger_backlog_blocks[1h]) > 0 and on (job, instance, lane) increase(harbinger_uplink_confirmed_bytes_total[1h]) == 0',
    severity: 'critical',
    summary:
      'What {{ $labels.instance }} has in the lane {{ $labels.lane }} is an hour old, and the cloud has confirmed nothing of it.',
    toDo: 'Look whether the link is away, the cloud refuses the next batch, or the cloud’s store is down.',
  },
  {
    name: 'HarbingerBacklogGrows',
    expr: 'min_over_time(harbinger_backlog_blocks[6h]) > 0 and deriv(harbinger_backlog_blocks[6h]) > 0 and harbinger_backlog_blocks > 2 * min_over_time(harbinger_backlog_blocks[6h])',
    for: '1h',
    severity: 'warning',
    summary:
      'The lane {{ $labels.lane }} of {{ $labels.instance }} has not been empty for hours, and more waits in it all the time.',
    toDo: 'The link is too slow for what arrives, or the store is: compare what arrives with what is confirmed.',
  },
  {
    name: 'HarbingerBatchRefused',
    expr: 'harbinger_uplink_refused == 1',
    for: '10m',
    severity: 'warning',
    summary: 'The cloud refuses the next batch of the lane {{ $labels.lane }} of {{ $labels.instance }}.',
    toDo: 'harbinger_uplink_refusals_total has the reason. BATCH_VERSION and BATCH_HEADER: update the cloud. BATCH_CHECKSUM: the network changes data, use TLS.',
  },
  {
    name: 'HarbingerBatchesSetAside',
    expr: 'harbinger_refused_batches > 0',
    severity: 'warning',
    summary: '{{ $labels.instance }} has set batches aside that the cloud refused for too long.',
    toDo: 'harbinger refused list gives the reasons, harbinger refused redrive sends them again.',
  },
  {
    name: 'HarbingerRefusedBatchesDropped',
    expr: 'increase(harbinger_refused_batches_dropped_total[1h]) > 0',
    severity: 'critical',
    summary:
      '{{ $labels.instance }} has dropped refused batches, because there were too many: their lines are lost.',
    toDo: 'Mend the cause that harbinger refused list gives, and send the others again.',
  },
  {
    name: 'HarbingerModelNotReady',
    expr: 'max by (job, instance) (harbinger_model_worker_state{state=~"starting|waiting"}) == 1',
    for: '10m',
    severity: 'warning',
    summary: 'The models of {{ $labels.instance }} are not ready; baselines and rules decide meanwhile.',
    toDo: 'The log has the reason: too little memory, a library that is missing, or a model that crashes.',
  },
  {
    name: 'HarbingerModelRefused',
    expr: 'harbinger_models_refused > 0 or harbinger_models_download_refused > 0',
    for: '5m',
    severity: 'warning',
    summary: 'A model of {{ $labels.instance }} has not passed its checks and does not run.',
    toDo: 'intelligence.model in /api/status says which and why: its signature, its file, or another machine type.',
  },
  {
    name: 'HarbingerModelRestarts',
    expr: 'increase(harbinger_model_worker_restarts_total[1h]) > 3',
    severity: 'warning',
    summary: 'The model worker of {{ $labels.instance }} crashes or hangs again and again.',
    toDo: 'The log says with which model. harbinger overrides set rules lets rules decide until it is mended.',
  },
  {
    name: 'HarbingerBreakerOpen',
    expr: 'harbinger_decision_breaker_state{state="closed"} == 0',
    for: '10m',
    severity: 'warning',
    summary:
      'The breaker before {{ $labels.decision }} of {{ $labels.instance }} is open: the model is not asked.',
    toDo: 'The model fails or is too slow; harbinger_decision_breaker_opened_total says by which. Give the computer less to do, or another model.',
  },
];
