/** Decides what the fleet view shows: which machines, on which scales, how many in each state, and when to reorder. */
import { age, niceCeiling, words } from '../../format.ts';
import { keyOf, states } from '../../machine-states.ts';
import type { Machine, MachineStateName } from '../../wire.ts';
import { texts } from '../../words/words.ts';

export interface FleetFilter {
  /** Null shows every state. */
  state: MachineStateName | null;
  /** Words that must all occur in a machine's site, name, type or gateway. */
  search: string;
}

export interface MachineItem {
  key: string;
  machine: Machine;
  lifeScaleMax: number;
  /** Another gateway has a machine of the same name: where it is says its gateway too. */
  isTwin: boolean;
}

/** Heads the machines of a site. */
export interface SiteItem {
  key: string;
  machine: null;
  site: string;
  machines: number;
  /** So many of them need somebody. */
  urgent: number;
}

export type FleetItem = MachineItem | SiteItem;

export interface FleetModel {
  tiles: { state: MachineStateName; count: number; pressed: boolean; hidden: boolean }[];
  /** The machines that pass the filter, in the order given. */
  rows: MachineItem[];
  /** How many machines the filter leaves; empty while it leaves all. */
  countText: string;
  /** Stands in place of the table; null while there are rows. */
  placeholder: 'loading' | 'no-machines' | 'no-match' | null;
}

/** `machines` are most urgent first. `isLoaded` is false until the server has answered for the first time. */
export function fleetModel(machines: readonly Machine[], filter: FleetFilter, isLoaded: boolean): FleetModel {
  const scales = lifeScales(machines);
  const counts = new Map<MachineStateName, number>();
  for (const { state } of machines) counts.set(state, (counts.get(state) ?? 0) + 1);
  const twins = twinsOf(machines);
  const shown = machines.filter((machine) => matches(machine, filter));
  return {
    tiles: states.map((state) => {
      const count = counts.get(state) ?? 0;
      const pressed = filter.state === state;
      return { state, count, pressed, hidden: count === 0 && !pressed && isRare(state) };
    }),
    rows: shown.map((machine) => ({
      key: keyOf(machine),
      machine,
      lifeScaleMax: scales.get(machine.remainingLife?.unit ?? '') ?? 1,
      isTwin: twins.has(`${machine.site}/${machine.machine}`),
    })),
    countText: shown.length === machines.length ? '' : texts().fleet.count(shown.length, machines.length),
    placeholder: placeholderOf(machines.length, shown.length, isLoaded),
  };
}

/** Names that several gateways have. */
function twinsOf(machines: readonly Machine[]): Set<string> {
  const [seen, twins] = [new Set<string>(), new Set<string>()];
  for (const { site, machine } of machines) {
    const name = `${site}/${machine}`;
    if (seen.has(name)) twins.add(name);
    seen.add(name);
  }
  return twins;
}

/** The rows as they come; by site, each site after its head, the site of the most urgent machine first. */
export function itemsOf(rows: readonly MachineItem[], bySite: boolean): readonly FleetItem[] {
  if (!bySite) return rows;
  const sites = new Map<string, MachineItem[]>();
  for (const row of rows) {
    const found = sites.get(row.machine.site);
    if (found) found.push(row);
    else sites.set(row.machine.site, [row]);
  }
  return [...sites].flatMap(([site, of]) => [
    { key: `site ${site}`, machine: null, site, machines: of.length, urgent: of.filter(isUrgent).length },
    ...of,
  ]);
}

const isUrgent = ({ machine: { state } }: MachineItem): boolean =>
  ['failed', 'critical', 'warning', 'silent'].includes(state);

/** So many machines fit on a wall. */
export const wallMax = 24;

export const wallRows = (rows: readonly MachineItem[]): readonly MachineItem[] => rows.filter(isUrgent);

/** Heights of rows in pixels, as styles/fleet.css has them: a row has a line more for its reason. */
export function heightOf({ machine }: FleetItem, isNarrow: boolean): number {
  if (machine === null) return 52;
  const hasReason = machine.state !== 'ok';
  if (isNarrow) return hasReason ? 252 : 190;
  return hasReason ? 88 : 60;
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
  if (search === '') return true;
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

export function rowModel(machine: Machine, nowMs: number, isTwin = false): RowModel {
  const { source } = machine;
  const ageMs = nowMs - machine.lastSeenMs;
  return {
    location: `${machine.site} · ${words(machine.machineType)}${isTwin ? ` · ${machine.gateway}` : ''}`,
    reason: machine.state === 'ok' ? null : machine.stateReason,
    source: source === null ? '–' : texts().fleet.judges[source],
    seen: age(ageMs),
    isQuiet: ageMs > quietMs,
  };
}
