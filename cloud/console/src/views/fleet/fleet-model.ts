/** Decides what the fleet view shows: which machines, on which scales, how many in each state, and when to reorder. */
import { age, judges, niceCeiling, words } from '../../format.ts';
import { keyOf, states } from '../../machine-states.ts';
import type { Machine, MachineStateName } from '../../wire.ts';

export interface FleetFilter {
  /** Null shows every state. */
  state: MachineStateName | null;
  /** Words that must all occur in a machine's site, name, type or gateway. */
  search: string;
}

export interface FleetModel {
  tiles: { state: MachineStateName; count: number; pressed: boolean; hidden: boolean }[];
  /** The machines that pass the filter, in the order given. */
  rows: { key: string; machine: Machine; lifeScaleMax: number }[];
  /** How many machines the filter leaves; empty while it leaves all. */
  countText: string;
  /** Stands in place of the table; null while there are rows. */
  placeholder: 'loading' | 'no-machines' | 'no-match' | null;
}

/** `machines` are most urgent first. `isLoaded` is false until the server has answered for the first time. */
export function fleetModel(machines: readonly Machine[], filter: FleetFilter, isLoaded: boolean): FleetModel {
  const scales = lifeScales(machines);
  const shown = machines.filter((machine) => matches(machine, filter));
  return {
    tiles: states.map((state) => {
      const count = machines.filter((machine) => machine.state === state).length;
      const pressed = filter.state === state;
      return { state, count, pressed, hidden: count === 0 && !pressed && isRare(state) };
    }),
    rows: shown.map((machine) => ({
      key: keyOf(machine),
      machine,
      lifeScaleMax: scales.get(machine.remainingLife?.unit ?? '') ?? 1,
    })),
    countText: shown.length === machines.length ? '' : `${shown.length} of ${machines.length} machines`,
    placeholder: placeholderOf(machines.length, shown.length, isLoaded),
  };
}

/** Their tiles are there only while there is such a machine. */
function isRare(state: MachineStateName): boolean {
  return !['failed', 'critical', 'warning', 'ok'].includes(state);
}

function placeholderOf(all: number, shown: number, isLoaded: boolean): FleetModel['placeholder'] {
  if (shown > 0) return null;
  if (!isLoaded) return 'loading';
  return all === 0 ? 'no-machines' : 'no-match';
}

/** One scale per unit of life, so that bars of similar machines can be compared. */
function lifeScales(machines: readonly Machine[]): Map<string, number> {
  const longest = new Map<string, number>();
  for (const { remainingLife } of machines) {
    if (!remainingLife) continue;
    longest.set(remainingLife.unit, Math.max(longest.get(remainingLife.unit) ?? 0, remainingLife.p90));
  }
  return new Map([...longest].map(([unit, p90]) => [unit, niceCeiling(p90)]));
}

function matches(machine: Machine, { state, search }: FleetFilter): boolean {
  if (state !== null && machine.state !== state) return false;
  const text = `${machine.site} ${machine.machine} ${machine.machineType} ${machine.gateway}`.toLowerCase();
  return search
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** While somebody is about to click, rows keep their places; their values continue to change. */
const steadyMs = 4_000;

/**
 * Whether the rows may take their new order: at once if rows come or go, otherwise only if nobody has touched the list
 * for a while. `shown` are the keys of the rows on the page, `wanted` those of the model.
 */
export function mayReorder(shown: Iterable<string>, wanted: readonly string[], untouchedMs: number): boolean {
  if (untouchedMs > steadyMs) return true;
  const present = new Set(shown);
  return present.size !== wanted.length || wanted.some((key) => !present.has(key));
}

/** A machine that has been silent for longer than this is marked: most machines report every few seconds. */
const quietMs = 5 * 60_000;

export interface RowModel {
  location: string;
  reason: string | null;
  source: string;
  seen: string;
  isQuiet: boolean;
}

export function rowModel(machine: Machine, nowMs: number): RowModel {
  const { source } = machine;
  const ageMs = nowMs - machine.lastSeenMs;
  return {
    location: `${machine.site} · ${words(machine.machineType)}`,
    reason: machine.state === 'ok' ? null : machine.stateReason,
    source: source === null ? '–' : judges[source],
    seen: age(ageMs),
    isQuiet: ageMs > quietMs,
  };
}
