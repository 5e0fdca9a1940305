/**
 * Recorded windows (gateway/watch/recorded): makes windows of earlier decisions again, from the readings in the journal and by the
 * code that made them first. A window counts as found only if its digest is that of the record.
 */
import { windowDigest } from '../../../shared/contract/decisions/window-digest.ts';
import type { DecisionRecord } from '../../../shared/contract/events.ts';
import type { MachineType } from '../../../shared/domain/machine-type.ts';
import type {
  FoundWindow,
  JournalReadings,
  ReadingsQuery,
  RecordedWindows,
  StoredReadings,
} from '../../ports/replay/replay.ts';
import { windowOf } from '../windows/window-of-type.ts';
import type { Windows } from '../windows/windows.ts';

/** Blocks before the oldest row in which a value may be that a sensor has kept since; more are read only if fewer do not suffice. */
const lookbacks = [0, 512, 16_384];
/** Limit of bytes that are read at once for one machine. */
const bytesMax = 32 << 20;

export interface RecordedWindowsOptions {
  /** The type of a machine with all of its sensors; null if it is not watched. */
  typeOf(site: string, machine: string): MachineType | null;
  types: ReadonlyMap<string, MachineType>;
  readings(query: ReadingsQuery): Promise<JournalReadings>;
}

/** @param data the data thread, which has the journal */
export function recordedWindows(
  { types, windows }: { types: RecordedWindowsOptions['types']; windows: Pick<Windows, 'typeOf'> },
  data: { call(method: 'readingsOf', query: ReadingsQuery): Promise<JournalReadings> },
): RecordedWindows {
  const readings = (query: ReadingsQuery) => data.call('readingsOf', query);
  return new RecordedWindowsInJournal({ types, typeOf: windows.typeOf.bind(windows), readings });
}

type Judged = NonNullable<DecisionRecord['window']> & {
  journal: NonNullable<NonNullable<DecisionRecord['window']>['journal']>;
};
interface Wanted {
  judged: Judged;
  type: MachineType;
  found: Float32Array | null;
}

export class RecordedWindowsInJournal implements RecordedWindows {
  private readonly options: RecordedWindowsOptions;

  constructor(options: RecordedWindowsOptions) {
    this.options = options;
  }

  async find(
    machine: { site: string; machine: string },
    records: readonly DecisionRecord[],
    stored: readonly StoredReadings[] = [],
  ): Promise<FoundWindow[]> {
    const wanted = records.map((record) => this.wanted(machine, record));
    const groups = grouped(wanted.filter(isWanted));
    const reasons = new Map<Wanted, string>();
    for (const group of groups.values()) await this.findGroup(machine, group, reasons);
    const given = stored.find(({ site, machine: name }) => site === machine.site && name === machine.machine);
    if (given)
      for (const group of groups.values()) {
        const open = group.filter(({ found }) => !found);
        matchStored(open, given);
        for (const each of open) reasons.set(each, `${reasons.get(each)}; ${notStored}`);
      }
    return wanted.map((each) => {
      if (typeof each === 'string') return { missing: each };
      const { found, type } = each;
      return found
        ? { window: found, type }
        : {
            missing: reasons.get(each) ?? 'its readings were not found',
            ...(!given && { isStoredWanted: true as const }),
          };
    });
  }

  /** Returns what to look for, or why that is in vain. */
  private wanted(
    { site, machine }: { site: string; machine: string },
    { window, inputs }: DecisionRecord,
  ): Wanted | string {
    if (!window) return 'its record does not say which readings were judged: an earlier version wrote it';
    const { journal } = window;
    if (!journal) return 'its record does not say where its readings are: they were in no journal';
    const name = String(inputs.machineType);
    const watched = this.options.typeOf(site, machine);
    const type = watched?.name === name ? watched : this.options.types.get(name);
    if (!type) return `this gateway does not know machine type '${name}'`;
    if (type.windowRows !== window.rows)
      return `machine type '${name}' has changed: its window has ${type.windowRows} rows now, and had ${window.rows}`;
    const { sensors } = type;
    if (sensors.length < window.columns)
      return `the machine had ${window.columns} sensors then, and has ${sensors.length} now`;
    const judged = { ...window, journal };
    // Machines of open types get more sensors in time, each behind those before it.
    return { judged, type: { ...type, sensors: sensors.slice(0, window.columns) }, found: null };
  }

  private async findGroup(
    machine: { site: string; machine: string },
    group: readonly Wanted[],
    reasons: Map<Wanted, string>,
  ): Promise<void> {
    for (const lookback of lookbacks) {
      const open = group.filter(({ found }) => !found);
      if (open.length === 0) return;
      const from = Math.min(...open.map(({ judged }) => judged.journal.from));
      const toSeq = Math.max(...open.map(({ judged }) => judged.journal.to));
      const { type } = open[0]!;
      const readings = await this.options.readings({
        ...machine,
        machineType: type.name,
        sensors: type.sensors.map(({ name, states }) => ({ name, ...(states && { states }) })),
        afterSeq: Math.max(0, from - 1 - lookback),
        toSeq,
        bytesMax,
      });
      matchAll(open, readings);
      for (const each of open) reasons.set(each, reasonOf(each.judged, readings));
      if (readings.firstSeq >= from - lookback) return;
    }
  }
}

const isWanted = (each: Wanted | string): each is Wanted => typeof each !== 'string';
const groupOf = ({ judged, type }: Wanted) => `${type.name} ${judged.columns}`;

function grouped(all: readonly Wanted[]): Map<string, Wanted[]> {
  const groups = new Map<string, Wanted[]>();
  for (const each of all) {
    const name = groupOf(each);
    groups.set(name, [...(groups.get(name) ?? []), each]);
  }
  return groups;
}

/** Takes the rows as the window took them, and compares it after each row of a block in which a decision's newest row was completed. */
function matchAll(open: readonly Wanted[], { journal, seq, timeMs, values }: JournalReadings): void {
  const { type } = open[0]!;
  const columns = type.sensors.length;
  const window = windowOf(type, { take: () => false });
  // The machine's own normal is not asked: it would cost more than everything else.
  window.pause({ journal, seq: Number.POSITIVE_INFINITY }, window.gathered());
  const byBlock = new Map<number, Wanted[]>();
  for (const each of open) {
    const { to } = each.judged.journal;
    if (each.judged.journal.id === journal) byBlock.set(to, [...(byBlock.get(to) ?? []), each]);
  }
  for (let row = 0; row < seq.length; row++) {
    const taken = window.push(values, row * columns, (row + 1) * columns, timeMs[row]!, false);
    const here = taken === 'row' ? byBlock.get(seq[row]!)?.filter(({ found }) => !found) : undefined;
    if (!here || here.length === 0) continue;
    const copy = window.copy();
    const digest = windowDigest(copy);
    for (const each of here) if (each.judged.sha256 === digest) each.found = copy.slice();
  }
}

const notStored =
  'those that the cloud has stored do not make the window that was judged either: they are gone, were thinned, or rows had texts or came in parts';

/** Tries the readings that a cloud has stored: the digest of the record says whether they are those that were judged. */
function matchStored(open: readonly Wanted[], { sensors, timesMs, rows }: StoredReadings): void {
  if (open.length === 0) return;
  const { type } = open[0]!;
  const columns = type.sensors.length;
  const places = type.sensors.map(({ name }) => sensors.indexOf(name));
  const window = windowOf(type, { take: () => false });
  window.pause({ journal: '', seq: Number.POSITIVE_INFINITY }, window.gathered());
  const byDigest = new Map<string, Wanted[]>();
  for (const each of open)
    byDigest.set(each.judged.sha256, [...(byDigest.get(each.judged.sha256) ?? []), each]);
  const values = new Float32Array(columns);
  for (const [i, row] of rows.entries()) {
    for (const [column, place] of places.entries()) values[column] = row[place] ?? Number.NaN;
    if (window.push(values, 0, columns, timesMs[i]!, false) !== 'row') continue;
    const copy = window.copy();
    for (const each of byDigest.get(windowDigest(copy)) ?? []) each.found ??= copy.slice();
  }
}

function reasonOf({ journal }: Judged, { journal: id, firstSeq, isWhole }: JournalReadings): string {
  if (journal.id !== id)
    return `its readings were in another journal (${journal.id}): this one was begun on a new or emptied disk`;
  if (firstSeq > journal.from)
    return `its readings are no longer in the journal, which begins with block ${firstSeq}: they were in blocks ${journal.from} to ${journal.to}`;
  if (!isWhole) return `its readings are spread over more than ${bytesMax >> 20} MB of the journal`;
  return `the readings in blocks ${journal.from} to ${journal.to} do not make the window that was judged: some were set aside, or belong to a machine that was replaced, or a sensor was retired since`;
}
