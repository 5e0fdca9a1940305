/**
 * CBOR (gateway/decode/formats/cbor). parse-cbor.ts turns bytes into plain objects within bounds; ../../objects says
 * what these mean, for JSON and CBOR alike. From outside only part.ts is imported.
 */
import type { Decoder } from '../../../ports/decode.ts';
import { readJson } from '../../objects/json-text.ts';
import { readingsOf } from '../../objects/readings.ts';
import { parseCbor } from './parse-cbor.ts';
import { withSenmlNames } from './senml-labels.ts';

/** In CBOR the start of a text too long for any message, in JSON that of an object. */
const brace = 0x7b;

/**
 * CBOR, in the shapes that JSON has (objects/readings.ts), SenML with its numbers for labels among them. A JSON object is
 * taken too: a reading that was refused alone is kept, and sent again, as one.
 */
export const cbor: Decoder = {
  decode(payload, target) {
    if (payload[0] === brace) return readJson(payload, target);
    return readingsOf(withSenmlNames(parseCbor(payload)), target);
  },
};
