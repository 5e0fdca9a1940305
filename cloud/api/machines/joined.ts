/** The history of a machine that had other names before: it is stored under those, and joined when it is read. */
import { textFieldSuffix } from '../../../shared/contract/line-protocol.ts';
import type { MachineStates } from '../../ports/machines.ts';
import type { Page, PageQuery } from '../../ports/page.ts';
import type { FormerName, MachineName, RetiredMachines } from '../../ports/retired/retired.ts';
import type { ReadingStore, SeriesPoint, SeriesQuery, TextPoint } from '../../ports/store.ts';
import type { RouteContext } from '../context.ts';

/** States of one machine that are read at once. */
const stateFieldsMax = 64;

/** The names under which a machine's history is stored. */
export interface Names {
  /** Until then its present name was another machine's, which has that one's history; null if it was nobody's. */
  ownSinceMs: number | null;
  former: readonly FormerName[];
}

export function storedNamesOf(retired: RetiredMachines, name: MachineName): Names {
  return { ownSinceMs: retired.ownSinceMs(name), former: retired.formerNames(name) };
}

/** Reads a machine's series under its present and former names. `isOfType`: the measurement is the machine's type. */
export async function joinedSeries(
  store: Pick<ReadingStore, 'series'>,
  query: SeriesQuery & MachineName,
  names: Names,
  isOfType: boolean,
): Promise<SeriesPoint[]> {
  const lists: SeriesPoint[][] = [];
  for (const part of partsOf(query, names, isOfType)) lists.push(await store.series(part));
  const found = lists.filter((list) => list.length > 0);
  if (found.length < 2) return found[0] ?? [];
  return merged(found.flat(), query);
}

/** Reads the texts of a machine's states under its present and former names, by sensor. */
export async function joinedStates(
  store: Pick<ReadingStore, 'texts'>,
  query: SeriesQuery & MachineName,
  names: Names,
): Promise<Map<string, TextPoint[]>> {
  const states = new Map<string, TextPoint[]>();
  const fields = query.fields?.map((sensor) => `${sensor}${textFieldSuffix}`);
  const ofTexts = { endsWith: textFieldSuffix, fieldsMax: stateFieldsMax };
  for (const part of partsOf(query, names, true).reverse()) {
    const texts = await store.texts({ ...part, ...(fields && { fields }), ...ofTexts });
    for (const [field, points] of Object.entries(texts)) {
      const sensor = field.slice(0, -textFieldSuffix.length);
      states.set(sensor, [...(states.get(sensor) ?? []), ...points]);
    }
  }
  return states;
}

/** The queries for a machine's present name and for each former one, within the time for which it had it. */
function partsOf<T extends SeriesQuery & MachineName>(
  query: T,
  { ownSinceMs, former }: Names,
  isOfType: boolean,
): T[] {
  const ownFromMs = Math.max(query.fromMs, (ownSinceMs ?? -1) + 1);
  const parts = query.toMs >= ownFromMs ? [{ ...query, fromMs: ownFromMs }] : [];
  for (const { gateway, site, machine, machineType, afterMs, untilMs } of former) {
    const fromMs = Math.max(query.fromMs, (afterMs ?? -1) + 1);
    const measurement = isOfType ? machineType : query.measurement;
    const toMs = Math.min(query.toMs, untilMs);
    if (toMs >= fromMs) parts.push({ ...query, gateway, site, machine, measurement, fromMs, toMs });
  }
  return parts;
}

/** Puts points of one time together, and of more than `pointsMax` those of one bucket. */
function merged(points: readonly SeriesPoint[], { fromMs, toMs, pointsMax }: SeriesQuery): SeriesPoint[] {
  const times = new Set(points.map(({ timeMs }) => timeMs));
  const widthMs = times.size <= pointsMax ? null : (toMs - fromMs + 1) / pointsMax;
  const bucketOf = (timeMs: number) =>
    widthMs === null ? timeMs : fromMs + Math.floor((timeMs - fromMs) / widthMs) * widthMs;
  const buckets = new Map<number, Map<string, { sum: number; count: number }>>();
  for (const { timeMs, values } of points) {
    const at = bucketOf(timeMs);
    const sums = buckets.get(at) ?? new Map();
    buckets.set(at, sums);
    for (const [name, value] of Object.entries(values)) {
      const { sum, count } = sums.get(name) ?? { sum: 0, count: 0 };
      sums.set(name, value === null ? { sum, count } : { sum: sum + value, count: count + 1 });
    }
  }
  const meanOf = ({ sum, count }: { sum: number; count: number }) => (count === 0 ? null : sum / count);
  return [...buckets]
    .sort(([a], [b]) => a - b)
    .map(([timeMs, sums]) => ({
      timeMs,
      values: Object.fromEntries([...sums].map(([name, each]) => [name, meanOf(each)])),
    }));
}

export function namesOf({ machines, decommissioning }: Pick<RouteContext, 'machines' | 'decommissioning'>) {
  return { machines, retired: decommissioning.retired };
}

/**
 * A page of a list by subject, with the entries of the machine's former names. `aboutOf` gives an entry's subject and
 * time: what a former name has from after the rename is another machine's.
 */
export function joinedPage<T>(
  list: { page(query: PageQuery): Page<T> },
  query: PageQuery,
  names: { machines: MachineStates; retired: RetiredMachines },
  aboutOf: (item: T) => { subject: string | undefined; timeMs: number },
): Page<T> {
  const { former, ownSinceMs } =
    query.subject === undefined ? { former: [], ownSinceMs: null } : subjectsOf(query.subject, names);
  if (former.length === 0 && ownSinceMs === null) return list.page(query);
  const alsoSubjects = [...new Set(former.map((each) => each.subject))];
  const page = list.page({ ...query, alsoSubjects });
  const isItsOwn = (item: T) => {
    const { subject = '', timeMs } = aboutOf(item);
    const isOf = (each: FormerSubject) =>
      each.subject === subject && timeMs > each.afterMs && timeMs <= each.untilMs;
    return (subject === query.subject && timeMs > (ownSinceMs ?? -1)) || former.some(isOf);
  };
  return { ...page, items: page.items.filter(isItsOwn) };
}

interface FormerSubject {
  subject: string;
  afterMs: number;
  untilMs: number;
}

/** The former subjects of a machine, `site/machine`, with the time for which each was its own. */
function subjectsOf(
  subject: string,
  { machines, retired }: { machines: MachineStates; retired: RetiredMachines },
): { former: FormerSubject[]; ownSinceMs: number | null } {
  const found: FormerSubject[] = [];
  // Several gateways may have a machine of this name: one that has had it for all time decides.
  let ownSinceMs: number | null | undefined;
  const slash = subject.indexOf('/');
  const [site, machine] = [subject.slice(0, slash), subject.slice(slash + 1)];
  const gone = retired.all().filter(({ isBack }) => !isBack);
  for (const state of [...machines.all(), ...gone.map((each) => each.state)]) {
    if (state.site !== site || state.machine !== machine) continue;
    const since = retired.ownSinceMs(state);
    ownSinceMs =
      ownSinceMs === undefined || since === null ? since : ownSinceMs && Math.min(ownSinceMs, since);
    for (const { afterMs = Number.NEGATIVE_INFINITY, untilMs, ...former } of retired.formerNames(state)) {
      const name = `${former.site}/${former.machine}`;
      found.push({ subject: name, afterMs, untilMs });
    }
  }
  return { former: found, ownSinceMs: ownSinceMs ?? null };
}
