import { type Dashboard, type Panel, prometheus } from './panel.ts';

const instance = '{{instance}}';
const ours = 'job=~"harbinger-(gateway|cloud)"';

function graph(
  title: string,
  about: string,
  promQl: string,
  legend = instance,
  more: Partial<Panel> = {},
): Panel {
  return {
    title,
    about,
    kind: 'timeseries',
    width: 8,
    min: 0,
    queries: [prometheus(promQl, legend)],
    ...more,
  };
}

function stat(title: string, about: string, promQl: string, more: Partial<Panel> = {}): Panel {
  return { title, about, kind: 'stat', width: 6, queries: [prometheus(promQl, instance)], ...more };
}

const gatewayPanels: readonly Panel[] = [
  stat('Connected to the cloud', '1 while the gateway is connected.', 'harbinger_uplink_connected', {
    yellowRed: [1, 0.5],
  }),
  stat('Clock', '0 while the clock is evidently not set.', 'harbinger_clock_set', { yellowRed: [1, 0.5] }),
  stat('Free disk', 'Free bytes of the data folder’s disk.', 'harbinger_data_free_bytes', {
    unit: 'bytes',
    yellowRed: [2e9, 300e6],
  }),
  stat('Up for', 'Since the process was started.', `time() - process_start_time_seconds{${ours}}`, {
    unit: 's',
  }),
  graph(
    'Readings',
    'Readings that were journalled, a second.',
    'rate(harbinger_readings_total[$__rate_interval])',
    instance,
    {
      unit: 'short',
    },
  ),
  graph(
    'Waits for the cloud',
    'Blocks that the cloud has not confirmed.',
    'harbinger_backlog_blocks',
    `${instance} {{lane}}`,
  ),
  graph(
    'Journal',
    'The part of the journal’s space that is used.',
    'sum by (job, instance) (harbinger_journal_bytes) / on (job, instance) harbinger_journal_limit_bytes',
    instance,
    { unit: 'percentunit', max: 1 },
  ),
  graph(
    'Confirmed by the cloud',
    'Lines a second.',
    'sum by (instance) (rate(harbinger_uplink_confirmed_lines_total[$__rate_interval]))',
  ),
  graph('Dead letters', 'Messages that could not become readings and are kept.', 'harbinger_dead_letters'),
  graph('Set aside', 'Batches that the cloud refused, kept on the gateway.', 'harbinger_refused_batches'),
  graph('Machines', 'Machines that were seen since the start.', 'harbinger_machines'),
  graph(
    'Decisions',
    'Decisions a second, by the side that decided: active (the model) or fallback (baseline and rules).',
    'sum by (instance, mode) (rate(harbinger_decisions_total[$__rate_interval]))',
    `${instance} {{mode}}`,
  ),
  graph(
    'Model worker',
    'The state that the worker of the models is in.',
    'harbinger_model_worker_state == 1',
    `${instance} {{state}}`,
  ),
];

const cloudPanels: readonly Panel[] = [
  graph(
    'Stored by the cloud',
    'Lines a second, by lane.',
    'sum by (instance, lane) (rate(harbinger_ingest_lines_total[$__rate_interval]))',
    `${instance} {{lane}}`,
  ),
  graph(
    'Batches',
    'Batches a second, by outcome.',
    'sum by (outcome) (rate(harbinger_ingest_batches_total[$__rate_interval]))',
    '{{outcome}}',
  ),
  graph(
    'Time to store',
    'The time within which 95 % of batches were durable.',
    'histogram_quantile(0.95, sum by (le, instance) (rate(harbinger_ingest_store_seconds_bucket[$__rate_interval])))',
    instance,
    { unit: 's' },
  ),
  graph('Gateways connected', 'Connections of gateways to the cloud.', 'harbinger_ingest_connections'),
  graph('Quarantine', 'Lines that could not be stored.', 'harbinger_quarantine_entries'),
  graph(
    'Requests',
    'Requests to the API a second, by status.',
    'sum by (status) (rate(harbinger_api_requests_total[$__rate_interval]))',
    '{{status}}',
  ),
  graph(
    'Processor',
    'Cores that each process uses.',
    `rate(process_cpu_seconds_total{${ours}}[$__rate_interval])`,
  ),
  graph('Memory', 'Memory of each process.', `process_resident_memory_bytes{${ours}}`, instance, {
    unit: 'bytes',
  }),
];

export const gateways: Dashboard = {
  name: 'gateways',
  title: 'Harbinger: gateways and cloud',
  about: 'Gateways and clouds by their own metrics: the line between them, what waits, disks, models.',
  span: '6h',
  variables: [],
  panels: [...gatewayPanels, ...cloudPanels],
};
