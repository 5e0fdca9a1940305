/** How the damping of a machine's causes is kept over restarts: how often they have returned, and what waits to be told. */
import type { Change } from './alert-state.ts';
import { type DampedCause, type Damping, dampedCause, levelOf, undamped } from './damping.ts';
import { type Depth, noDepth } from './depth.ts';
import { isFaultMode } from './faults/fault-modes.ts';
import type { FaultState } from './faults/fault-track.ts';
import type { DampedLimit } from './limit-damping.ts';
import type { LimitTrack } from './limit-track.ts';
import { restoreFault } from './saved-faults.ts';
import type { SavedCause, SavedDamping } from './snapshot.ts';

/** The failure mode by which limits are saved. */
const limitMode = 'limit';

type Lower = NonNullable<SavedDamping['lower']>;

/** The parts of a machine's alerts that are read and restored here. */
interface DampedMachine {
  readonly site: string;
  readonly machine: string;
  readonly damped: Map<string, DampedCause>;
  readonly dampedLimits: Map<string, DampedLimit>;
  readonly limits: LimitTrack;
  readonly faults: Map<string, FaultState>;
  readonly alerts: readonly { causes: readonly SavedCause[] }[];
  readonly closed: readonly { causes: readonly SavedCause[] }[];
}

/** Returns what is saved of one machine; causes that never fell have nothing to be remembered. */
export function savedDamping({ site, machine, damped, dampedLimits, faults }: DampedMachine): SavedDamping[] {
  const of = { site, machine };
  const causes = [...damped].flatMap(([failureMode, { state, waiting, sensors }]) => [
    ...saved({ ...of, failureMode }, state, waiting?.reasons ?? []),
    ...[...sensors].flatMap(([sensor, each]) => saved({ ...of, failureMode, sensor }, each, [])),
  ]);
  const limits = [...dampedLimits].flatMap(([sensor, state]) =>
    saved({ ...of, failureMode: limitMode, sensor }, state, []).map((each) => ({
      ...each,
      ...savedDepth(state.depth),
    })),
  );
  const probes = [...faults].flatMap(([failureMode, { tracks }]) =>
    [...tracks].flatMap(([sensor, { damping }]) => saved({ ...of, failureMode, sensor }, damping, [])),
  );
  return [...causes, ...limits, ...probes];
}

function saved(
  of: Pick<SavedDamping, 'site' | 'machine' | 'failureMode' | 'sensor'>,
  { told, wanted, returns, fellMs, awayMs, lowerSinceMs: sinceMs, lookedMs }: Damping,
  reasons: string[],
): SavedDamping[] {
  const isLower = wanted < told && wanted !== 2 && Number.isFinite(sinceMs);
  const hasFallen = Number.isFinite(fellMs);
  if (!isLower && !hasFallen && returns === 0) return [];
  return [
    {
      ...of,
      ...{ returns, fellMs: hasFallen ? fellMs : 0 },
      ...(awayMs > 0 && { awayMs }),
      ...(isLower && { lower: { wanted, sinceMs, lookedMs, reasons } }),
    },
  ];
}

/** Returns the level of a cause other than a limit that waits to be told; undefined if none does. */
export function lowerOf(
  damped: readonly SavedDamping[],
  of: { site: string; machine: string },
  failureMode: string,
): Lower | undefined {
  return damped.find(
    (each) =>
      each.sensor === undefined &&
      each.site === of.site &&
      each.machine === of.machine &&
      each.failureMode === failureMode,
  )?.lower;
}

/** Restores one cause of a machine whose alerts and limits are restored: an open one counts as told, another as ended. */
export function restoreDamping(machine: DampedMachine, saved: SavedDamping): void {
  const { failureMode, sensor, returns, fellMs, awayMs = 0, lower, depth } = saved;
  const state = { ...undamped, returns, fellMs: fellMs > 0 ? fellMs : Number.NEGATIVE_INFINITY, awayMs };
  if (isFaultMode(failureMode)) return restoreFault(machine.faults, saved, state);
  const isLimit = sensor !== undefined && failureMode === limitMode;
  const cause = [...machine.alerts, ...machine.closed]
    .flatMap(({ causes }) => causes)
    .find((each) => (isLimit ? each.kind === 'limit' : each.failureMode === failureMode));
  const known = depth ? restoredDepth(depth) : noDepth;
  if (isLimit) return restoreLimit(machine, sensor, { ...state, depth: known }, lower);
  if (cause?.kind === 'limit') {
    // Earlier versions knew one damping for all limits of a machine.
    for (const met of machine.limits.met)
      restoreLimit(machine, met.sensor, { ...state, depth: noDepth }, lower);
    return;
  }
  const told = levelOf(cause?.severity ?? null);
  const isWaiting = cause !== undefined && lower !== undefined && lower.wanted < told;
  if (sensor !== undefined) {
    // The cause itself comes first, where there is anything to be remembered of it.
    const known = machine.damped.get(failureMode) ?? dampedCause({ ...undamped, told, wanted: told });
    machine.damped.set(failureMode, known);
    const away = isWaiting && {
      told,
      wanted: lower.wanted,
      lowerSinceMs: lower.sinceMs,
      lookedMs: lower.lookedMs,
    };
    // One that does not wait is over, or shows it again.
    known.sensors.set(sensor, { ...state, ...away });
    return;
  }
  const open = { ...state, told, wanted: told };
  machine.damped.set(failureMode, isWaiting ? waitingOf(open, cause, lower) : dampedCause(open));
}

type SavedDepth = NonNullable<SavedDamping['depth']>;

function savedDepth({ limit, dips, beyondIn }: Depth): { depth?: SavedDepth } {
  if (!limit) return {};
  const modes = [...dips].filter(([mode]) => mode !== '');
  const byMode = (modes.length > 0 || beyondIn.size > 0) && {
    modes: Object.fromEntries(modes),
    beyondIn: [...beyondIn],
  };
  return { depth: { ...limit, dip: dips.get('') ?? 0, ...byMode } };
}

function restoredDepth({ side, at, dip, modes = {}, beyondIn = [] }: SavedDepth): Depth {
  const dips = new Map(Object.entries(modes));
  if (dip > 0) dips.set('', dip);
  return { ...noDepth, limit: { side, at }, dips, beyondIn: new Set(beyondIn) };
}

function restoreLimit(
  { limits, dampedLimits }: DampedMachine,
  sensor: string,
  state: DampedLimit,
  lower: Lower | undefined,
): void {
  const met = limits.met.find((each) => each.sensor === sensor);
  const told = levelOf(met?.severity ?? null);
  const isWaiting = met !== undefined && lower !== undefined && lower.wanted < told;
  const { wanted, sinceMs, lookedMs } = isWaiting
    ? lower
    : { wanted: told, sinceMs: state.lowerSinceMs, lookedMs: state.lookedMs };
  dampedLimits.set(sensor, { ...state, told, wanted, lowerSinceMs: sinceMs, lookedMs });
  // Until its sensor is known again, it is what it was. Each decision says anew when its end counts.
  if (met && isWaiting) met.away = { sinceMs, endsMs: sinceMs, returns: state.returns };
}

function waitingOf(
  told: Damping,
  { failureMode, kind, source, severity }: SavedCause,
  { wanted, sinceMs, lookedMs, reasons }: Lower,
): DampedCause {
  const change: Change =
    wanted === 0 ? { kind: 'resolved', severity } : { kind: 'updated', severity: 'warning', why: 'severity' };
  const waiting = { cause: { failureMode, kind, source }, change, reasons };
  return dampedCause({ ...told, wanted, lowerSinceMs: sinceMs, lookedMs }, waiting);
}
