/**
 * Trials (gateway/models/versions/trials): what is seen of a version of a model beside another one, counted and told to the cloud. What follows
 * is decided in gateway/decisions.
 */
import { timeText } from '../../../../shared/contract/envelope.ts';
import {
  type ComparedLatency,
  comparedLatencyMs,
  type ModelsCompared,
} from '../../../../shared/contract/models/compared.ts';
import { type ModelRef, refText } from '../../../../shared/contract/models/model-ref.ts';
import type { Clock } from '../../../../shared/runtime/clock.ts';
import type { MachineIdentity } from '../../../ports/decision.ts';
import type { Observation } from '../../../ports/models/versions.ts';
import { besideMs, Health } from '../health.ts';

/** Machines whose alerts are followed; further ones are compared reading by reading only. */
const machinesMax = 20_000;
/** A machine that is not heard for so long was not judged meanwhile, unless it reports that seldom: then for twice its last interval. */
const judgedMsMax = 300_000;
const intervalsMax = 2;
const hourMs = 3_600_000;

export type TrialRole = 'shadow' | 'ab' | 'guard';

export interface TrialAbout {
  role: TrialRole;
  machineType: string;
  candidate: ModelRef;
  against: ModelRef;
  /** Key and version of the document that wants it. */
  document: string;
}

/** Which of both would have raised the warning that lasts. */
type Episode = 'both' | 'raised' | 'spared';

type MachineName = Pick<MachineIdentity, 'site' | 'machine'>;

interface SeenMachine {
  lastMs: number;
  /** Time between its last two readings. */
  intervalMs: number;
  episode: Episode | null;
}

type Side = 'candidate' | 'other';

/** Counts what a version says beside another one, since it was made. */
export class Trial {
  readonly about: TrialAbout;
  readonly sinceMs: number;
  /** How the candidate has answered of late where it runs beside; null: it judges. */
  readonly beside: Health | null;
  private readonly machines = new Map<string, SeenMachine>();
  private readonly counts = { readings: 0, agreed: 0, bothWarn: 0, onlyCandidateWarns: 0, onlyOtherWarns: 0 };
  private readonly alerts = { both: 0, raised: 0, spared: 0 };
  private readonly vain = { raised: 0, spared: 0 };
  private readonly failed = { count: 0, both: 0, onlyCandidate: 0, onlyOther: 0 };
  private readonly failures: Record<string, number> = {};
  private readonly difference = { count: 0, sum: 0, absolute: 0 };
  private readonly latency = { candidate: noLatency(), other: noLatency() };
  private readonly hours = { candidate: 0, other: 0 };
  private drops = 0;
  /** It has counted something since it was last told. */
  isNews = false;

  constructor(about: TrialAbout, clock: Clock) {
    this.about = about;
    this.sinceMs = clock.nowMs();
    this.beside = about.role === 'shadow' ? new Health(clock, besideMs) : null;
  }

  observed(seen: Observation): void {
    this.isNews = true;
    // The version that judges is the candidate while it is guarded.
    const isGuard = this.about.role === 'guard';
    const [candidate, other] = isGuard ? [seen.active, seen.challenger] : [seen.challenger, seen.active];
    const [candidateMs, otherMs] = isGuard
      ? [seen.activeMs, seen.challengerMs]
      : [seen.challengerMs, seen.activeMs];
    // Where neither has an answer, the reading is the reason.
    const isAsMuch = seen.failure === 'no-answer' && seen.active === null;
    if (seen.failure !== null && !isGuard && !isAsMuch) this.fails(seen.failure);
    if (seen.failure === null) this.beside?.answered(false);
    const machine = this.machineOf(seen.input.machine);
    if (candidate) addLatency(this.latency.candidate, candidateMs);
    if (other) addLatency(this.latency.other, otherMs);
    if (!candidate || !other) return;
    this.counts.readings += 1;
    this.judged(machine, seen.input.timeMs, ['candidate', 'other']);
    const [a, b] = [candidate.remainingLife?.p50, other.remainingLife?.p50];
    if (a !== undefined && b !== undefined) {
      this.difference.count += 1;
      this.difference.sum += a - b;
      this.difference.absolute += Math.abs(a - b);
    }
    const { warns } = seen;
    if (!warns) {
      this.counts.agreed += 1;
      return;
    }
    const [candidateWarns, otherWarns] = isGuard
      ? [warns.active, warns.challenger]
      : [warns.challenger, warns.active];
    if (candidateWarns === otherWarns) this.counts.agreed += 1;
    if (candidateWarns && otherWarns) this.counts.bothWarn += 1;
    if (candidateWarns && !otherWarns) this.counts.onlyCandidateWarns += 1;
    if (!candidateWarns && otherWarns) this.counts.onlyOtherWarns += 1;
    if (machine) this.step(machine, candidateWarns, otherWarns);
  }

  /** Counts a reading that one of both has judged: of ab, each machine has only one. */
  exposed(machine: MachineIdentity, timeMs: number, side: Side): void {
    this.isNews = true;
    this.counts.readings += 1;
    this.judged(this.machineOf(machine), timeMs, [side]);
  }

  /** Counts a failure of a machine, and which of both would have warned of it. */
  machineFailed({ site, machine }: MachineName, warned: { active: boolean; challenger: boolean }): void {
    this.isNews = true;
    const isGuard = this.about.role === 'guard';
    const [candidate, other] = isGuard
      ? [warned.active, warned.challenger]
      : [warned.challenger, warned.active];
    this.failed.count += 1;
    if (candidate && other) this.failed.both += 1;
    else if (candidate) this.failed.onlyCandidate += 1;
    else if (other) this.failed.onlyOther += 1;
    this.forgetEpisode({ site, machine });
  }

  /** Drops the warning of a machine that was replaced: what it would have turned out to be is not known. */
  machineReplaced(machine: MachineName): void {
    this.forgetEpisode(machine);
  }

  dropped(count: number): void {
    this.isNews = true;
    this.drops += count;
  }

  private fails(cause: string): void {
    this.failures[cause] = (this.failures[cause] ?? 0) + 1;
    if (cause === 'no-answer') this.beside?.said(0, 1);
    // While its breaker is open it is not asked, which says nothing more of it than what has opened that.
    else if (cause !== 'breaker-open') this.beside?.failed(cause);
  }

  figures(nowMs: number): ModelsCompared {
    const { about, difference } = this;
    const { role, machineType, candidate, against, document } = about;
    return {
      ...{ machineType, role, candidate: refText(candidate), against: refText(against), document },
      since: timeText(this.sinceMs),
      to: timeText(Math.max(nowMs, this.sinceMs)),
      machines: this.machines.size,
      ...this.counts,
      alerts: { ...this.alerts },
      vain: { ...this.vain },
      failed: { ...this.failed },
      difference:
        difference.count === 0
          ? null
          : { mean: difference.sum / difference.count, meanAbsolute: difference.absolute / difference.count },
      failures: { ...this.failures },
      dropped: this.drops,
      latency: structuredClone(this.latency),
      hours: { ...this.hours },
    };
  }

  private forgetEpisode({ site, machine }: MachineName): void {
    const seen = this.machines.get(`${site}/${machine}`);
    if (seen) seen.episode = null;
  }

  private machineOf({ site, machine }: MachineIdentity): SeenMachine | null {
    const name = `${site}/${machine}`;
    const known = this.machines.get(name);
    if (known || this.machines.size >= machinesMax) return known ?? null;
    const seen = { lastMs: Number.NaN, intervalMs: 0, episode: null };
    this.machines.set(name, seen);
    return seen;
  }

  private judged(machine: SeenMachine | null, timeMs: number, sides: readonly Side[]): void {
    if (!machine) return;
    const spanMs = timeMs - machine.lastMs;
    if (!(spanMs <= 0)) machine.lastMs = timeMs;
    if (!(spanMs > 0)) return;
    const judgedMs = Math.min(spanMs, Math.max(judgedMsMax, intervalsMax * machine.intervalMs));
    machine.intervalMs = spanMs;
    for (const side of sides) this.hours[side] += judgedMs / hourMs;
  }

  /** A warning of both is one, whoever was first. */
  private step(machine: SeenMachine, candidateWarns: boolean, otherWarns: boolean): void {
    if (!candidateWarns && !otherWarns) {
      // Only now it is known that no failure has followed.
      if (machine.episode === 'raised' || machine.episode === 'spared') this.vain[machine.episode] += 1;
      machine.episode = null;
      return;
    }
    const now: Episode = candidateWarns && otherWarns ? 'both' : candidateWarns ? 'raised' : 'spared';
    const before = machine.episode;
    if (before === now || before === 'both') return;
    const episode = before === null ? now : 'both';
    if (before) this.alerts[before] -= 1;
    this.alerts[episode] += 1;
    machine.episode = episode;
  }
}

function noLatency(): ComparedLatency {
  return { sumMs: 0, maxMs: 0, buckets: new Array(comparedLatencyMs.length + 1).fill(0) };
}

function addLatency(latency: ComparedLatency, ms: number): void {
  latency.sumMs += ms;
  latency.maxMs = Math.max(latency.maxMs, ms);
  const at = comparedLatencyMs.findIndex((bound) => ms <= bound);
  latency.buckets[at < 0 ? comparedLatencyMs.length : at]! += 1;
}
