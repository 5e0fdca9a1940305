import { join } from 'node:path';
import { Arrivals } from '../shared/conditions/arrivals.ts';
import { CertificateReader, certificateFilesIn } from '../shared/conditions/certificates.ts';
import { ClockWatch } from '../shared/conditions/clock.ts';
import { ConditionEvaluator } from '../shared/conditions/evaluator.ts';
import { keptInFile } from '../shared/conditions/kept-file.ts';
import type { NotifierFacts } from '../shared/conditions/notifier.ts';
import type { ConfigTrouble } from '../shared/config/reload.ts';
import type { FreeSpace } from '../shared/files/free-space.ts';
import type { Clock } from '../shared/runtime/clock.ts';
import type { Log } from '../shared/runtime/log.ts';
import type { Random } from '../shared/runtime/random.ts';
import { gatewayConditions } from './conditions/conditions.ts';
import type { BacklogFacts, GatewayFacts } from './conditions/facts.ts';
import type { GatewayConfig } from './config.ts';
import type { DataStatus } from './pipeline/status.ts';
import type { Outbox } from './ports/uplink.ts';
import type { WatchStats } from './watch/watch-stats.ts';

export interface WatchingDeps {
  config: GatewayConfig;
  space: FreeSpace;
  /** The latest answer of the data thread; null if it does not answer. */
  data(): DataStatus | null;
  model(): WatchStats['model'];
  drift(): GatewayFacts['drift'];
  /** How the connections of sources are. */
  peers(): GatewayFacts['peers'];
  /** How the notifiers of this gateway do. */
  notifiers(): readonly NotifierFacts[];
  outbox: Outbox;
  configTrouble: ConfigTrouble;
  clock: Clock;
  random: Random;
  log: Log;
}

const hourMs = 3_600_000;

/** Watches the gateway itself. What is open is kept in a file, and told through the outbox as alerts of machines are. */
export function createWatching(deps: WatchingDeps): ConditionEvaluator<GatewayFacts> {
  const { config, outbox, clock, random, log } = deps;
  const { off } = config.conditions;
  return new ConditionEvaluator({
    conditions: gatewayConditions.filter(({ name }) => !off.includes(name)),
    about: { kind: 'gateway', name: config.gateway },
    facts: factsOf(deps),
    emit: (event) => outbox.event(event),
    kept: keptInFile(join(config.dataDir, 'conditions.json'), log),
    clock,
    random,
    log,
  });
}

function factsOf({
  config,
  space,
  data,
  model,
  drift,
  peers,
  notifiers,
  configTrouble,
  clock,
}: WatchingDeps): () => GatewayFacts {
  const certificates = new CertificateReader(certificateFilesIn(config), clock);
  const clockWatch = new ClockWatch(clock);
  const letters = new Arrivals(clock, hourMs);
  const dropped = new Arrivals(clock, hourMs);
  let lostSinceMs: number | null = null;
  const cloudOf = (uplink: DataStatus['uplink']): GatewayFacts['cloud'] =>
    uplink ? { isConnected: uplink.connected, lostSinceMs, lastError: uplink.lastError } : 'none';
  return () => {
    const status = data();
    const free = space.space;
    const freeShareMin = config.conditions.diskFreePercentMin / 100;
    const uplink = status?.uplink ?? null;
    if (uplink) lostSinceMs = uplink.connected ? null : (lostSinceMs ?? clock.nowMs());
    const { models, refusals, state, lastError } = model();
    const crashed = state === 'waiting' && lastError !== null ? [lastError] : [];
    return {
      disk: free && { ...free, folder: config.dataDir, freeShareMin },
      certificates: certificates.facts(),
      clock: clockWatch.facts(uplink?.aheadOfCloudMs ?? null),
      configProblem: configTrouble.problem,
      backlog: status && uplink && backlogOf(status, dropped),
      cloud: status && cloudOf(uplink),
      refusedBatches: status?.refused.count ?? null,
      deadLetters: status && {
        arrivedWithinHour: letters.observe(status.pipeline.deadLetters),
        byCode: status.deadLetters.byCode,
      },
      peers: peers(),
      notifiers: notifiers(),
      drift: drift(),
      model: {
        isMeant: config.intelligence.artefactsDir !== undefined,
        loaded: models.length,
        problems: [
          ...refusals.map(({ machineType, message }) => `Model of ${machineType}: ${message}`),
          ...crashed,
        ],
      },
    };
  };
}

/** Blocks of a lane are taken to be of one size. */
function backlogOf({ journals, backlog }: DataStatus, dropped: Arrivals): BacklogFacts {
  let bytes = 0;
  let blocks = 0;
  for (const { lane, firstSeq, lastSeq, bytes: laneBytes } of journals) {
    const waiting = backlog[lane]?.blocks ?? 0;
    const kept = Math.max(1, lastSeq - firstSeq + 1);
    bytes += laneBytes * Math.min(1, waiting / kept);
    blocks += waiting;
  }
  const bytesMax = journals[0]?.bytesMax ?? 1;
  const lines = journals.reduce((sum, journal) => sum + journal.dropped.lines, 0);
  return { share: bytes / bytesMax, blocks, bytesMax, droppedWithinHour: dropped.observe(lines) };
}
