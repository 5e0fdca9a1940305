/** Converts a watched machine to its record, and back. */
import { contractHash, type MachineType } from '../../../shared/domain/machine-type.ts';
import { messageOf } from '../../../shared/runtime/errors.ts';
import type { BlockPosition } from '../../ports/journal.ts';
import type { Gathered } from '../windows/rows/cells.ts';
import type { WatchedMachine } from '../windows/watched-machine.ts';
import { type BaselineRecord, encodeRecord, readBody } from './record.ts';

const hashes = new WeakMap<MachineType, string>();

/** Hash of a machine type as declared; the sensors that an open type's machine adds are not part of its contract. */
function hashOf(type: MachineType): string {
  const declared = type.openSensors ? { ...type, sensors: [] } : type;
  const known = hashes.get(type) ?? contractHash(declared);
  hashes.set(type, known);
  return known;
}

/** True if a baseline learnt for a machine of this type is valid for `type` as it is now. */
export function fitsType({ head }: BaselineRecord, type: MachineType | undefined): boolean {
  return type !== undefined && head.machineType === type.name && head.contract === hashOf(type);
}

const namesOf = (type: MachineType) => type.sensors.map(({ name }) => name);
const sameNames = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((name, i) => name === b[i]);

/** Returns the record of everything that the machine has learnt from all blocks up to `block`. */
export function recordOf(
  { identity, window }: WatchedMachine,
  block: BlockPosition,
  savedMs: number,
): BaselineRecord {
  const { site, machine, type } = identity;
  const names = namesOf(type);
  const {
    takenMs,
    sensors,
    usual,
    kinds,
    modes,
    faults = [],
    unheard,
    episodes,
    shifts,
    ...learnt
  } = window.baseline.save(names);
  const unwell = window.sensorRuns.savedUnwell(names, window.latest());
  const head = {
    site,
    machine,
    machineType: type.name,
    contract: hashOf(type),
    sensors: type.openSensors ? names : null,
    learntSensors: sameNames(sensors, names) ? null : [...sensors],
    ...(kinds && { kinds }),
    block,
    takenMs,
    savedMs,
    ...(usual && { usual }),
    ...(modes && { modes }),
    ...(episodes && { episodes }),
    ...(shifts && { shifts }),
    ...(Object.keys(unwell).length > 0 && { unwell }),
    ...(unheard && { unheard: [...unheard] }),
    ...(faults.length > 0 && {
      faults: faults.map(({ signature, sensors: own, ...each }) => ({
        ...{ ...each, signature: [...signature] },
        ...(own && { sensors: [...own] }),
      })),
    }),
  };
  return encodeRecord(head, window.gathered(), learnt);
}

/** Restores a machine from its record. Returns the problem that prevents it, or null. */
export function resume({ identity, window }: WatchedMachine, record: BaselineRecord): string | null {
  const { type } = identity;
  const { head } = record;
  if (!fitsType(record, type)) return `it was learnt of a ${head.machineType} with another contract`;
  try {
    const now = namesOf(type);
    const before = head.sensors ?? now;
    const { held, seen, ...learnt } = readBody(record, before.length);
    const { takenMs, usual, modes, episodes, shifts, kinds = null, faults = [] } = head;
    const sensors = head.learntSensors ?? before;
    const saved = {
      takenMs,
      sensors,
      ...learnt,
      kinds,
      faults,
      ...(usual && { usual }),
      ...(modes && { modes }),
      ...(episodes && { episodes }),
      ...(shifts && { shifts }),
    };
    if (!window.baseline.restore(saved, now)) return 'it was learnt of other sensors';
    window.sensorRuns.restoreUnwell(head.unwell ?? {}, now);
    window.pause(head.block, inColumns({ held, seen }, before, now));
    return null;
  } catch (error) {
    return messageOf(error);
  }
}

/** The sensors that the machine has now and a record does not know. */
export function newSensorsOf({ identity }: WatchedMachine, { head }: BaselineRecord): string[] {
  const known = head.learntSensors ?? head.sensors ?? namesOf(identity.type);
  return namesOf(identity.type).filter((name) => !known.includes(name));
}

function inColumns({ held, seen }: Gathered, before: readonly string[], now: readonly string[]): Gathered {
  const indexes = now.map((name) => before.indexOf(name));
  return {
    held: Float32Array.from(indexes, (at) => held[at] ?? Number.NaN),
    seen: Uint8Array.from(indexes, (at) => seen[at] ?? 0),
  };
}
