import { isUtf8 } from 'node:buffer';
import { ConnectionRefusal } from '../connection-refusal.ts';
import type { AedesClient } from './aedes-client.ts';

/**
 * Makes the parser refuse texts (topics, filters, client ids, user names) that are not UTF-8 or contain U+0000, whose
 * sender must be disconnected [MQTT-1.5.3-1, -2]. By itself the parser replaces each bad byte by U+FFFD, which can make
 * one topic of several: a sensor's "Müller" in Latin-1 would become another machine, and be acknowledged. As U+FFFD
 * itself is allowed, a text that contains one is checked by its bytes.
 */
export function refuseBadTexts({ _parser: parser }: Pick<AedesClient, '_parser'>): void {
  const parseString = parser._parseString;
  const emitError = parser._emitError;
  let refusal: ConnectionRefusal | null = null;
  parser._parseString = function checked() {
    const start = this._pos + 2;
    const text = parseString.call(this);
    if (text === null || !isDoubtful(text)) return text;
    if (!text.includes('\0') && isUtf8(this._list.slice(start, this._pos))) return text;
    refusal = new ConnectionRefusal('malformed', 'a topic or name in the packet is not UTF-8');
    return null; // then the parser reports that it cannot parse the packet
  };
  parser._emitError = function named(error) {
    emitError.call(this, refusal ?? error);
  };
}

function isDoubtful(text: string): boolean {
  return text.includes('\ufffd') || text.includes('\0');
}
