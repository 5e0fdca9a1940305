/** Cases for `promtool test rules`: series, a sample a minute, for which each alert is raised, and for which it is not. */

export interface RuleCase {
  /** Name, labels beside job and instance, and the samples in promtool's notation. */
  series: [name: string, labels: Record<string, string>, values: string][];
  atMinutes: number;
  /** Labels of the alert beside job, instance and severity; null if there must be none. */
  alert: Record<string, string> | null;
}

type Series = RuleCase['series'];
const held = (value: number, minutes = 180) =>
  Number.isFinite(value) ? `${value}+0x${minutes}` : `Inf+0x${minutes}`;
const rising = (step = 1, minutes = 180) => `0+${step}x${minutes}`;

const fires = (series: Series, atMinutes: number, alert: Record<string, string> = {}): RuleCase => ({
  series,
  atMinutes,
  alert,
});
const quiet = (series: Series, atMinutes: number): RuleCase => ({ series, atMinutes, alert: null });

/** A gauge that is wrong at one value and not at another. @param minutes how long it must last */
function gauge(name: string, wrong: number, right: number, minutes: number, labels = {}): RuleCase[] {
  const [wrongSeries, rightSeries]: Series[] = [[[name, labels, held(wrong)]], [[name, labels, held(right)]]];
  const early = minutes > 0 ? [quiet(wrongSeries!, minutes - 1)] : [];
  return [fires(wrongSeries!, minutes + 1, labels), quiet(rightSeries!, minutes + 1), ...early];
}

/** A counter that must not rise. @param sums labels that are summed up */
function counter(name: string, atMinutes = 60, labels = {}, sums = {}): RuleCase[] {
  const all = { ...labels, ...sums };
  return [fires([[name, all, rising()]], atMinutes, labels), quiet([[name, all, held(7)]], atMinutes)];
}

const conditions = 'harbinger_conditions_open';
const condition = (name: string, severity = 'warning') => ({ condition: name, severity });
const lane = { lane: 'readings' };
const waiting = { notifier: 'mail' };
const confirmed = { ...waiting, outcome: 'confirmed' };

export const ruleCases: Readonly<Record<string, RuleCase[]>> = {
  HarbingerDown: gauge('up', 0, 1, 5),
  HarbingerRestarts: [
    fires([['process_start_time_seconds', {}, rising(600)]], 60),
    quiet([['process_start_time_seconds', {}, `${held(600, 30)} ${held(4_000, 60)}`]], 60),
  ],
  HarbingerDiskFillsUp: [
    fires([['harbinger_data_free_bytes', {}, '15000000000-10000000x600']], 480),
    quiet([['harbinger_data_free_bytes', {}, '15000000000-1000000x600']], 480),
  ],
  HarbingerDiskNearlyFull: gauge('harbinger_data_free_bytes', 200e6, 400e6, 2),
  HarbingerCertificateExpires: gauge(conditions, 1, 0, 0, condition('certificate-expiry')),
  HarbingerConfigurationRefused: gauge(conditions, 1, 0, 0, condition('configuration-refused')),
  HarbingerConditionOpen: [
    ...gauge(conditions, 1, 0, 5, condition('gateway-silent', 'critical')),
    quiet([[conditions, condition('store-down', 'critical'), held(1)]], 10),
    quiet([[conditions, condition('gateway-idle'), held(1)]], 10),
  ],
  HarbingerNotifierFails: [
    fires(
      [
        ['harbinger_notifications_waiting', waiting, held(2)],
        ['harbinger_notifications_total', confirmed, held(5)],
      ],
      40,
      waiting,
    ),
    quiet(
      [
        ['harbinger_notifications_waiting', waiting, held(2)],
        ['harbinger_notifications_total', confirmed, rising()],
      ],
      40,
    ),
    quiet(
      [
        ['harbinger_notifications_waiting', waiting, held(0)],
        ['harbinger_notifications_total', confirmed, held(5)],
      ],
      40,
    ),
  ],
  HarbingerNotificationsGivenUp: [
    ...gauge('harbinger_notifications_dead', 1, 0, 0),
    ...counter('harbinger_notifications_total', 30, { ...waiting, outcome: 'dead' }),
  ],
  HarbingerHeartbeatFails: counter('harbinger_heartbeats_total', 40, {}, { outcome: 'withheld' }),
  HarbingerJobFails: counter('harbinger_job_failures_total', 60, { exported_job: 'retention' }),
  HarbingerQuotaReached: counter('harbinger_quota_refused_total', 60, { quota: 'machines' }),
  HarbingerJournalNotWritable: gauge('harbinger_journal_writable', 0, 1, 1),
  HarbingerDiskSmallerThanJournal: [
    fires(
      [
        ['harbinger_data_free_bytes', {}, held(500)],
        ['harbinger_journal_limit_bytes', {}, held(1_000)],
        ['harbinger_journal_bytes', lane, held(100)],
      ],
      15,
    ),
    quiet(
      [
        ['harbinger_data_free_bytes', {}, held(500)],
        ['harbinger_journal_limit_bytes', {}, held(1_000)],
        ['harbinger_journal_bytes', lane, held(600)],
      ],
      15,
    ),
  ],
  HarbingerJournalNearlyFull: [90, 70].map((bytes) => ({
    series: [
      ['harbinger_journal_limit_bytes', {}, held(100)],
      ['harbinger_journal_bytes', lane, held(bytes - 10)],
      ['harbinger_journal_bytes', { lane: 'events' }, held(10)],
    ],
    atMinutes: 15,
    alert: bytes === 90 ? {} : null,
  })),
  HarbingerReadingsDropped: counter('harbinger_journal_dropped_lines_total', 10, {}, lane),
  HarbingerJournalDamaged: counter(
    'harbinger_journal_lost_blocks_total',
    60,
    {},
    { ...lane, cause: 'damaged' },
  ),
  HarbingerUplinkAway: [
    fires(
      [
        ['harbinger_uplink_connected', {}, held(0)],
        ['harbinger_uplink_connects_total', {}, held(0)],
      ],
      20,
    ),
    quiet(
      [
        ['harbinger_uplink_connected', {}, held(1)],
        ['harbinger_uplink_connects_total', {}, held(1)],
      ],
      20,
    ),
    // Without a cloud nothing is connected, and nothing has to be.
    quiet([['harbinger_uplink_connected', {}, held(0)]], 20),
  ],
  HarbingerBacklogStands: [held(9), rising(9)].map((bytes, at) => ({
    series: [
      ['harbinger_backlog_blocks', lane, held(3)],
      ['harbinger_uplink_confirmed_bytes_total', lane, bytes],
    ],
    atMinutes: 70,
    alert: at === 0 ? lane : null,
  })),
  HarbingerBacklogGrows: [
    fires([['harbinger_backlog_blocks', lane, '1+2x600']], 540, lane),
    quiet([['harbinger_backlog_blocks', lane, held(50, 600)]], 540),
    quiet([['harbinger_backlog_blocks', lane, `${held(0, 300)} 1+2x300`]], 540),
  ],
  HarbingerBatchRefused: gauge('harbinger_uplink_refused', 1, 0, 10, lane),
  HarbingerBatchesSetAside: gauge('harbinger_refused_batches', 1, 0, 0),
  HarbingerRefusedBatchesDropped: counter('harbinger_refused_batches_dropped_total'),
  HarbingerModelNotReady: ['waiting', 'ready', 'stopped'].map((state) => ({
    series: [['harbinger_model_worker_state', { state }, held(1)]],
    atMinutes: 15,
    alert: state === 'waiting' ? {} : null,
  })),
  HarbingerModelRefused: [
    ...gauge('harbinger_models_refused', 1, 0, 5),
    ...gauge('harbinger_models_download_refused', 1, 0, 5),
  ],
  HarbingerModelRestarts: counter('harbinger_model_worker_restarts_total'),
  HarbingerBreakerOpen: gauge('harbinger_decision_breaker_state', 0, 1, 10, {
    decision: 'alerts',
    state: 'closed',
  }),
  HarbingerDeadLetters: counter('harbinger_dead_letters_total'),
  HarbingerDeadLettersDropped: [
    ...counter('harbinger_dead_letters_dropped_total', 60, {}, { reason: 'count' }),
    quiet([['harbinger_dead_letters_dropped_total', { reason: 'age' }, rising()]], 60),
  ],
  HarbingerClockNotSet: gauge('harbinger_clock_set', 0, 1, 5),
  HarbingerDeviceClockWrong: [
    ...counter('harbinger_timestamps_refused_total', 70),
    ...counter('harbinger_timestamps_still_total', 70, {}, { machine: 'hall/pump-1' }),
  ],
  HarbingerClientIdShared: gauge('harbinger_broker_client_ids_shared', 1, 0, 5),
  HarbingerSensorsRefused: [
    ...counter('harbinger_broker_refused_total', 60, { reason: 'credentials' }),
    quiet([['harbinger_broker_refused_total', { reason: 'publish' }, rising()]], 60),
  ],
  HarbingerSerialClosed: gauge('harbinger_serial_open', 0, 1, 5, { port: '/dev/ttyUSB0' }),
  HarbingerModbusLineClosed: gauge('harbinger_modbus_line_open', 0, 1, 5, { line: 'hall' }),
  HarbingerModbusDeviceSilent: gauge('harbinger_modbus_slave_answers', 0, 1, 15, { line: 'hall', unit: '7' }),
  HarbingerPlantBrokerAway: [
    ...gauge('harbinger_mqtt_client_connected', 0, 1, 10, { broker: 'plant' }),
    ...gauge('harbinger_sparkplug_connected', 0, 1, 10, { broker: 'plant' }),
  ],
  HarbingerStoreDown: gauge(conditions, 1, 0, 0, condition('store-down', 'critical')),
  HarbingerStoreRetries: counter('harbinger_ingest_store_retries_total', 40),
  HarbingerStoreFillsUp: [
    fires([['harbinger_store_days_to_bound', {}, held(10, 1_500)]], 1_450),
    quiet([['harbinger_store_days_to_bound', {}, held(20, 1_500)]], 1_450),
    quiet([['harbinger_store_days_to_bound', {}, held(Number.POSITIVE_INFINITY, 1_500)]], 1_450),
  ],
  HarbingerGap: counter('harbinger_ingest_gap_blocks_total', 60, {}, lane),
  HarbingerGatewayTwins: gauge('harbinger_ingest_duplicate_gateways', 1, 0, 5),
  HarbingerBatchesDamaged: counter('harbinger_ingest_refused_batches_total', 60, {
    reason: 'BATCH_CHECKSUM',
  }),
  HarbingerUnknownEvents: counter('harbinger_ingest_unknown_events_total'),
  HarbingerQuarantine: gauge('harbinger_quarantine_entries', 1, 0, 10),
  HarbingerQuarantineDropped: [
    ...counter('harbinger_quarantine_dropped_total', 60, {}, { reason: 'count' }),
    quiet([['harbinger_quarantine_dropped_total', { reason: 'age' }, rising()]], 60),
  ],
  HarbingerLoginsRefused: counter('harbinger_ingest_refused_logins_total'),
  HarbingerApiFails: counter('harbinger_api_requests_total', 60, {}, { route: '/api/alerts', status: '503' }),
};
