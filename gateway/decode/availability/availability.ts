import { textOf } from '../objects/json-text.ts';

/** Longest payload that is looked at. */
const bytesMax = 256;
const online = new Set(['online', 'connected', 'ready', 'alive']);
const offline = new Set(['offline', 'disconnected', 'lost', 'dead']);
const keys = ['state', 'status', 'availability', 'connection', 'online', 'connected'];
/** The last level of topics on which devices and their wills say whether they are there. */
const topicName = /^(lwt|availability|status|state|connection|online|connected)$/i;

/** True for a topic that ends as those do on which devices say whether they are there. */
export function isAvailabilityName(sensor: string | undefined): boolean {
  return sensor !== undefined && topicName.test(sensor);
}

/**
 * Whether a payload says that its device is online: a word such as `online` or `Offline`, or a JSON object that has it, such
 * as `{"state":"offline"}` or `{"online":false}`. Null if it says neither.
 */
export function availabilityOf(payload: Buffer): boolean | null {
  if (payload.length > bytesMax) return null;
  const text = textOf(payload).trim();
  return text.startsWith('{') ? inObject(text) : inWord(text);
}

function inWord(text: string): boolean | null {
  const word = text.replace(/^"(.*)"$/, '$1').toLowerCase();
  return online.has(word) ? true : offline.has(word) ? false : null;
}

function inObject(text: string): boolean | null {
  let parsed: unknown;
  try {
    parsed = JSON.parse(text);
  } catch {
    return null;
  }
  const found = keys.flatMap((key) => (Object.hasOwn(parsed as object, key) ? [(parsed as never)[key]] : []));
  if (found.length !== 1) return null;
  const [value] = found as unknown[];
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' ? inWord(value) : null;
}
