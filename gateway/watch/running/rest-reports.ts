import {
  restDetector,
  seriesPrefix,
  stringField,
  timestampText,
} from '../../../shared/contract/line-protocol.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { MachineIdentity } from '../../ports/decision.ts';
import type { Running } from './running.ts';

/** At rest there are no estimates, so that the cloud is told again so often: a line may have been lost. */
const againMs = 3_600_000;

/**
 * Fields of an estimate line by which the cloud knows that a machine is at rest, for how many seconds, if that is known, and how many
 * it has run since it was first seen, or since its rest was learnt; none
 * if that is not known. They are numbers, because an older cloud knows no further texts there.
 */
export function restFields({ mayRest, isResting, restsSinceMs, ran }: Running, timeMs: number): string[] {
  if (!mayRest) return [];
  const running = `running_s=${Math.round(ran.ms / 1_000)}`;
  if (!isResting) return ['at_rest=0', running];
  if (Number.isNaN(restsSinceMs)) return ['at_rest=1', running];
  return ['at_rest=1', running, `rest_s=${Math.max(0, timeMs - restsSinceMs) / 1_000}`];
}

interface Present {
  running: Running | null;
  hearing: { unheardToMs: number | null } | null;
}

/** Fields of an estimate line: whether the machine is at rest, and for how many seconds it may be unheard, as far as either is known. */
export function presenceFields({ running, hearing }: Present, timeMs: number): string[] {
  const toMs = hearing?.unheardToMs ?? null;
  return [
    ...(running ? restFields(running, timeMs) : []),
    ...(toMs === null ? [] : [`unheard_s=${Math.max(0, Math.round((toMs - timeMs) / 1_000))}`]),
  ];
}

/** By what rest was learnt, in a text that older clouds know too: they store it, and show it nowhere. */
function learntField({ sign }: Running): string[] {
  return sign === null || sign.text === null
    ? []
    : [`detector=${stringField(`${restDetector}${sign.text}`)}`];
}

/** Reports which machines have come to rest, run again or settle after a start, as lines without an estimate. */
export class RestReports {
  private readonly clock: Clock;
  private readonly news = new Map<
    Running,
    { identity: MachineIdentity; timeMs: number; settlesToMs: number | null }
  >();

  constructor(clock: Clock) {
    this.clock = clock;
  }

  /** To be called after each live reading of a machine that may rest or settle. @param settlesToMs null: it does not settle */
  note(running: Running, identity: MachineIdentity, timeMs: number, settlesToMs: number | null): void {
    const { reported, isResting, mayRest } = running;
    const nowMs = this.clock.monotonicMs();
    // That it has settled its next estimate says.
    const isKnown = settlesToMs === null || reported?.settlesToMs === settlesToMs;
    const isSame = reported ? reported.isResting === isResting : !mayRest;
    if (isKnown && isSame && (!reported || !isResting || nowMs - reported.atMs < againMs)) return;
    running.reported = { isResting, settlesToMs: settlesToMs ?? reported?.settlesToMs ?? null, atMs: nowMs };
    this.news.set(running, { identity, timeMs, settlesToMs });
  }

  /** Returns the lines for what was noted since the last call. */
  take(gateway: string): string[] {
    if (this.news.size === 0) return [];
    const lines: string[] = [];
    for (const [running, { identity, timeMs, settlesToMs }] of this.news) {
      const { site, machine, type } = identity;
      const fields = [
        // An older cloud takes a line without it for an estimate.
        ...(running.mayRest ? restFields(running, timeMs) : ['at_rest=0']),
        ...(settlesToMs === null ? [] : [`settles_s=${Math.max(0, settlesToMs - timeMs) / 1_000}`]),
        `type=${stringField(type.name)}`,
        ...learntField(running),
      ].join(',');
      const prefix = seriesPrefix('estimate', gateway, machine, site);
      lines.push(`${prefix}${fields} ${timestampText(Math.floor(timeMs), 0)}`);
    }
    this.news.clear();
    return lines;
  }
}
