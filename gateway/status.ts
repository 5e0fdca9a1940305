import { FreeSpace } from '../shared/files/free-space.ts';
import { dataFolderReport } from '../shared/parts/data-folder-report.ts';
import { reporterOfSeam } from '../shared/parts/seam.ts';
import { type Reporter, reporterOfRoom } from '../shared/parts/statistics.ts';
import type { Clock, Timer } from '../shared/runtime/clock.ts';
import type { SiteFacts } from './api/page/facts.ts';
import type { GatewayConfig } from './config.ts';
import { type DataStatus, dataReports } from './pipeline/status.ts';
import { clockReport, formatSeam } from './reports.ts';

const refreshMs = 1_000;
const answerMsMax = 5 * refreshMs;
/** The data thread answers within this time even under full load; if it does not, nothing is being acknowledged. */
const silenceMsMax = 30_000;

export interface StatusDeps {
  config: Pick<GatewayConfig, 'gateway' | 'dataDir'>;
  data: { call(method: 'status'): Promise<DataStatus>; readonly pending: number };
  /** The rooms and parts of the main thread. */
  reporters(): readonly Reporter[];
  clock: Clock;
}

interface Condition {
  ok: boolean;
  reasons: string[];
}

/** Health, readiness, status and statistics of the gateway. Asks the data thread once a second. */
export function createStatus(deps: StatusDeps) {
  const { config, data, clock } = deps;
  const space = new FreeSpace(config.dataDir, clock);
  let last: { status: DataStatus; atMs: number } | null = null;
  let timer: Timer | null = null;
  let stopped = false;
  const ofMain = () => [
    ...deps.reporters(),
    reporterOfRoom(dataFolderReport, () => ({ diskFreeBytes: space.bytes })),
    reporterOfRoom(clockReport, () => ({ clockSet: clock.isSet?.() !== false })),
  ];

  async function refresh(): Promise<void> {
    const status = await data.call('status').catch(() => null);
    if (status) last = { status, atMs: clock.monotonicMs() };
    if (!stopped) timer = clock.setTimer(refreshMs, () => void refresh());
  }

  const silentMs = () => (last ? clock.monotonicMs() - last.atMs : Number.POSITIVE_INFINITY);

  return {
    start: refresh,
    space,
    /** The latest answer of the data thread; null if it has not answered for some seconds. */
    latest: (): DataStatus | null => (last && silentMs() <= answerMsMax ? last.status : null),
    async stop(): Promise<void> {
      stopped = true;
      timer?.cancel();
    },
    /** Being offline from the cloud does not count: it is not a reason to restart the process. */
    health(): Condition {
      const silent = silentMs() > silenceMsMax;
      return {
        ok: !silent,
        reasons: silent ? [`the data thread has not answered for ${silenceMsMax / 1_000} s`] : [],
      };
    },
    ready(): Condition {
      const reasons = silentMs() > answerMsMax ? ['the data thread does not answer'] : [];
      const trouble = last?.status.journalTrouble;
      if (trouble) reasons.push(`the journal cannot be written, sensors wait: ${trouble}`);
      if (space.isFull)
        reasons.push(
          `the disk of ${config.dataDir} is full; free some space there; readings are taken only as far as old ones make room`,
        );
      return { ok: reasons.length === 0, reasons: [...reasons, ...refusedNotes(last?.status)] };
    },
    /** The sources of all metrics: the last answer of the data thread, and the current state of the main thread. */
    reporters: (): Reporter[] => [...(last ? ofData(last.status) : []), ...ofMain()],
    async whole(): Promise<Record<string, unknown>> {
      const status = await data.call('status');
      const shown = [...ofData(status), ...ofMain()].map((reporter) => reporter.status());
      return Object.assign({ gateway: config.gateway, pending: data.pending }, ...shown);
    },
    /** Returns the fields of a log line. */
    async summary(): Promise<Record<string, unknown>> {
      const status = await data.call('status');
      return Object.assign({}, ...[...ofData(status), ...ofMain()].map((reporter) => reporter.summary()));
    },
  };
}

interface SiteParts {
  config: Pick<GatewayConfig, 'gateway' | 'uplink'>;
  decisions: { open(): ReturnType<SiteFacts['openAlerts']> };
  watching: { current(): ReturnType<SiteFacts['openConditions']> };
  status: Pick<ReturnType<typeof createStatus>, 'latest' | 'space'>;
}

/** Facts for the page of the site. */
export function siteFacts({ config, decisions, watching, status }: SiteParts): SiteFacts {
  return {
    gateway: config.gateway,
    publicUrl: config.uplink.publicUrl,
    openAlerts: () => decisions.open(),
    openConditions: () => watching.current(),
    data: () => status.latest(),
    diskFreeBytes: () => status.space.bytes,
  };
}

/** Returns notes about conditions that need a person although messages are accepted. */
function refusedNotes(status: DataStatus | undefined): string[] {
  const count = status?.refused.count ?? 0;
  const lanes = Object.values(status?.uplink?.refused ?? {});
  const isNewer = lanes.some((batch) => batch?.code === 'BATCH_VERSION');
  const waits = isNewer
    ? [
        'the cloud is older than this gateway and does not know its batches, which wait here: update the cloud',
      ]
    : [];
  if (count === 0) return waits;
  return [
    ...waits,
    `${count} batches that the cloud refused are set aside on this gateway: harbinger refused list`,
  ];
}

function ofData(status: DataStatus): Reporter[] {
  return [
    ...dataReports.map((report) => reporterOfRoom(report, () => status)),
    reporterOfSeam(formatSeam, () => status.formats),
  ];
}
