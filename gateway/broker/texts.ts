import { isUtf8 } from 'node:buffer';
import { type LinkedClient, Refusal } from './aedes-types.ts';

/**
 * MQTT's texts (topics, filters, client ids, user names) are UTF-8 without U+0000; who sends another one is to be
 * disconnected [MQTT-1.5.3-1, -2]. The parser would put U+FFFD in place of each bad byte instead, and so make one topic
 * of several: a sensor's "Müller" in Latin-1 would be another machine, acknowledged. Only a text that may be such a one
 * is looked at closely: U+FFFD itself is allowed.
 */
export function refuseBadTexts({ _parser: parser }: Pick<LinkedClient, '_parser'>): void {
  const parseString = parser._parseString;
  const emitError = parser._emitError;
  let refusal: Refusal | null = null;
  parser._parseString = function checked() {
    const start = this._pos + 2;
    const text = parseString.call(this);
    if (text === null || !isDoubtful(text)) return text;
    if (!text.includes('\0') && isUtf8(this._list.slice(start, this._pos))) return text;
    refusal = new Refusal('malformed', 'a topic or name in the packet is not UTF-8');
    return null; // upon which the parser says that it cannot parse the packet
  };
  parser._emitError = function named(error) {
    emitError.call(this, refusal ?? error);
  };
}

function isDoubtful(text: string): boolean {
  return text.includes('\ufffd') || text.includes('\0');
}
