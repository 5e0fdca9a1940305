import type { AlertRule } from './rule.ts';

/** The cloud: what it receives, and its store. */
export const cloudRules: readonly AlertRule[] = [
  {
    name: 'HarbingerStoreDown',
    expr: 'harbinger_conditions_open{condition="store-down"} > 0',
    severity: 'critical',
    summary: 'The store of {{ $labels.instance }} is down.',
    toDo: 'Look at the server of [store], its disk and its password. Gateways keep their data meanwhile, as long as they have room.',
  },
  {
    name: 'HarbingerStoreRetries',
    expr: 'increase(harbinger_ingest_store_retries_total[15m]) > 3',
    for: '15m',
    severity: 'warning',
    summary: 'Writes of {{ $labels.instance }} to its store have to be repeated: it is down or slow.',
    toDo: 'The log has the answer of the store. Gateways keep their data meanwhile.',
  },
  {
    name: 'HarbingerStoreFillsUp',
    expr: 'harbinger_store_days_to_bound < 14',
    for: '1d',
    severity: 'warning',
    summary: 'The store of {{ $labels.instance }} reaches its bound within two weeks at the present rate.',
    toDo: 'harbinger retention show says what happens then. Keep less ([jobs.retention]), or give it more room.',
  },
  {
    name: 'HarbingerGap',
    expr: 'sum by (job, instance) (increase(harbinger_ingest_gap_blocks_total[1h])) > 0',
    severity: 'warning',
    summary: 'Gateways of {{ $labels.instance }} have dropped blocks before they could send them.',
    toDo: 'harbinger gateways list shows which: its journal was full, or its disk was damaged.',
  },
  {
    name: 'HarbingerGatewayTwins',
    expr: 'harbinger_ingest_duplicate_gateways > 0',
    for: '5m',
    severity: 'critical',
    summary: 'Two gateways are connected to {{ $labels.instance }} under one name.',
    toDo: 'The log has their addresses. Give one of them another name and credentials of its own.',
  },
  {
    name: 'HarbingerBatchesDamaged',
    expr: 'sum by (job, instance, reason) (increase(harbinger_ingest_refused_batches_total[1h])) > 0',
    severity: 'warning',
    summary: '{{ $labels.instance }} refuses batches of gateways: {{ $labels.reason }}.',
    toDo: 'They arrive damaged (use TLS), or their gateway is newer than this cloud (update it). Gateways keep them.',
  },
  {
    name: 'HarbingerUnknownEvents',
    expr: 'increase(harbinger_ingest_unknown_events_total[1h]) > 0',
    severity: 'warning',
    summary: '{{ $labels.instance }} gets events that it does not know: they are stored and not applied.',
    toDo: 'Gateways are newer than this cloud: update it.',
  },
  {
    name: 'HarbingerQuarantine',
    expr: 'harbinger_quarantine_entries > 0',
    for: '10m',
    severity: 'warning',
    summary:
      'Lines of gateways are in the quarantine of {{ $labels.instance }}, because the store refuses them.',
    toDo: 'harbinger quarantine list gives the reasons, harbinger quarantine redrive sends them again.',
  },
  {
    name: 'HarbingerQuarantineDropped',
    expr: 'sum by (job, instance) (increase(harbinger_quarantine_dropped_total{reason!="age"}[1h])) > 0',
    severity: 'critical',
    summary: '{{ $labels.instance }} has dropped quarantined lines to make room: they are lost.',
    toDo: 'Mend the cause that harbinger quarantine list gives, and send the others again.',
  },
  {
    name: 'HarbingerLoginsRefused',
    expr: 'increase(harbinger_ingest_refused_logins_total[15m]) > 10',
    severity: 'warning',
    summary: '{{ $labels.instance }} refuses gateways again and again.',
    toDo: 'A gateway has a wrong password or certificate, or there is an intruder: the log has the address.',
  },
  {
    name: 'HarbingerApiFails',
    expr: 'sum by (job, instance) (increase(harbinger_api_requests_total{status=~"5.."}[15m])) > 5',
    for: '5m',
    severity: 'warning',
    summary: 'The API and the page of {{ $labels.instance }} answer with errors.',
    toDo: 'The log has each of them. Often the store is down, or too slow for what is asked.',
  },
];
