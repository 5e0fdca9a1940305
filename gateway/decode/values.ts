/** Single values of a payload: which say that they are good or bad, and how a value is named in a message to people. */

import { isNumberText } from '../../shared/contract/numbers/number-texts.ts';

/** Names of what says whether a value is good, in lower case. */
const qualityNames = new Set('q quality good isgood valid isvalid status statuscode sc'.split(' '));
/** From here on, a status code of OPC UA is bad. */
const badFrom = 0x8000_0000;

/**
 * True if an object says of its value that it is bad: `"q": false`, `"quality": "bad"`, a bad status code of OPC UA. What
 * other numbers mean differs by maker, so they say nothing.
 */
export function isBadQuality(fields: Readonly<Record<string, unknown>>): boolean {
  for (const key in fields)
    if (key.length <= 10 && qualityNames.has(key.toLowerCase()) && isBad(key, fields[key])) return true;
  return false;
}

/** True if a field of that name says whether others are good. */
export function isQualityName(name: string): boolean {
  return qualityNames.has(name.toLowerCase());
}

function isBad(key: string, said: unknown): boolean {
  if (said === false) return key.toLowerCase() !== 'status';
  if (typeof said === 'string')
    return /^(bad|false|invalid|not[ _]?good)(?![a-z])/i.test(said) || /^Bad[A-Z_]/.test(said);
  if (typeof said === 'number') return said >= badFrom && said < 2 * badFrom && /^s/i.test(key);
  return typeof said === 'object' && said !== null && 'Code' in said && isBad(key, said.Code);
}

/** Names of what says in which unit a value beside it is, in lower case. */
const unitNames = new Set('unit units uom unit_of_measurement unitofmeasurement'.split(' '));
const unitLengthMax = 32;

/** Returns the unit that an object says of its value; undefined if it says none. */
export function unitIn(fields: Readonly<Record<string, unknown>>): string | undefined {
  for (const key in fields) {
    const said = fields[key];
    if (typeof said !== 'string' || !unitNames.has(key.toLowerCase())) continue;
    const unit = said.trim();
    if (unit !== '' && unit.length <= unitLengthMax) return unit;
  }
  return undefined;
}

/** True for what a sensor's value may be: a number, also as text, or a boolean. */
export function isSensorValue(value: unknown): boolean {
  if (typeof value === 'string') return isNumberText(value);
  return typeof value === 'number' || typeof value === 'boolean';
}

/**
 * A word or a few, as a device says in place of a number that its probe does not give: `ERR`, `n/a`, `---`. It begins like no number,
 * and has no sign of a format.
 */
const probeWord = /^(?![+-]?[.,]?\p{N})[^\p{C}{}[\]<>"=&]{1,32}$/u;

/**
 * True if a value that a sensor cannot have says something of its probe. A list, an object, a number with a unit, and whatever else is
 * of another form than the gateway reads, is the matter of whoever has set up the device, and says nothing of the probe.
 */
export function saysOfProbe(value: unknown): boolean {
  if (typeof value === 'string') return probeWord.test(value.trim());
  return typeof value !== 'object' || value === null;
}

/** Describes a value that is not a number, for people. */
export function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object' && value !== null) return 'an object';
  return JSON.stringify(value).slice(0, 40);
}
