import { HarbingerError } from '../../../shared/runtime/errors.ts';
import { type Moment, parseDeviceTime } from '../device-time.ts';
import { kindOf } from '../values.ts';

/** Names of a device's own time; the first that is present counts. What is under one of them must be a time. */
export const timeKeys = ['ts', 'timestamp', 'time', 'timestamp_ms'];
/**
 * Other names of times in lower case, without `_` and `-`. What is under one of them is a time only if it looks like one:
 * a device may call something else so.
 */
const otherNames = new Set(
  `ts timestamp time timestampms datetime lastseen measuredat measurementtime measuretime sampledat sampletime
  recordedat eventtime observedat observationtime phenomenontime resulttime sourcetimestamp servertimestamp devicetime
  devicetimestamp createdat updatedat lastupdate lastupdated timestamputc utctime timeutc utctimestamp epochms unixtime
  unixtimestamp epoch epochseconds updatetimestamp updatetime reportedat collectedat generatedat acquiredat origin tst dateutc dateandtime`.split(
    /\s+/,
  ),
);
/** Names of the time at which a network took the message over: better than now, if the device says no time of its own. */
const receptionNames = new Set(['receivedat', 'receivedtime', 'receivetime', 'arrivedat', 'rxtime']);
/** From 2001 to 2100, as seconds. */
const [secondsMin, secondsMax] = [978_307_200, 4_102_444_800];

/** Returns the time under `key` if the text has more digits than `value` holds; else undefined. */
export type ExactTime = (key: string, value: unknown) => Moment | undefined;

type Fields = Readonly<Record<string, unknown>>;

/** Limit of remembered keys; beyond it all are forgotten. */
const knownMax = 10_000;
const known = new Map<string, boolean>();

/** True if a field of this name may be a time, in any case. */
export function isTimeName(key: string): boolean {
  const found = known.get(key);
  if (found !== undefined) return found;
  const plain = key.length <= 32 ? plainName(key) : '';
  const made = otherNames.has(plain) || receptionNames.has(plain);
  if (known.size >= knownMax) known.clear();
  if (key.length <= 32) known.set(key, made);
  return made;
}

/** True for a name of the time at which a message was received on its way. */
export function isReceptionName(key: string): boolean {
  return receptionNames.has(plainName(key));
}

function plainName(key: string): string {
  return key.toLowerCase().replace(/[_-]/g, '');
}

/**
 * Returns the key under which the device's time is: one that a route names, else one of `timeKeys`, else the first
 * of the other names, a device's before a network's; undefined if there is none.
 */
export function timeKeyOf(fields: Fields, named: readonly string[] = []): string | undefined {
  const isSet = (key: string) =>
    Object.hasOwn(fields, key) && fields[key] !== undefined && fields[key] !== null;
  if (named.length > 0) return named.find(isSet);
  const first = timeKeys.find(isSet);
  if (first !== undefined) return first;
  let received: string | undefined;
  for (const key in fields) {
    if (!isTimeName(key) || !isSet(key) || !isTimeLike(key, fields[key])) continue;
    if (!isReceptionName(key)) return key;
    received ??= key;
  }
  return received;
}

/**
 * Returns the device's time among `fields`. @param named the keys that a route names @throws HarbingerError DECODE_TIME
 */
export function timeIn(fields: Fields, named?: readonly string[], exactTime?: ExactTime): Moment | undefined {
  const key = timeKeyOf(fields, named);
  if (key === undefined) return undefined;
  const value = fields[key];
  const moment = exactTime?.(key, value) ?? parseDeviceTime(value);
  if (moment) return moment;
  throw new HarbingerError('DECODE_TIME', 'decode', `'${key.slice(0, 64)}' is not a time: ${kindOf(value)}`);
}

/** True for what is a time, or is meant as one: then it must be one. */
function isTimeLike(key: string, value: unknown): boolean {
  if (typeof value === 'string') {
    if (isDateText(value)) return true;
    if (timeKeys.includes(key.toLowerCase())) return value.trim() !== '';
    return isPlausible(parseDeviceTime(value));
  }
  return typeof value === 'number' && isPlausible(parseDeviceTime(value));
}

/** True for a text that begins with a date, which is a time under any name of times. */
export function isDateText(text: string): boolean {
  return /^\d{4}-\d\d-\d\d/.test(text);
}

function isPlausible(moment: Moment | undefined): boolean {
  return moment !== undefined && moment.ms >= secondsMin * 1_000 && moment.ms < secondsMax * 1_000;
}
