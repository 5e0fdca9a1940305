/**
 * CBOR (gateway/decode/formats/cbor). parse-cbor.ts turns bytes into plain objects within bounds; ../../objects says
 * what these mean, for JSON and CBOR alike. From outside only part.ts is imported.
 */
import type { Decoder } from '../../../ports/decode.ts';
import { readJson } from '../../objects/json-text.ts';
import { readingsOf } from '../../objects/readings.ts';
import { withRounded } from '../../objects/rounded.ts';
import { parseCbor } from './parse-cbor.ts';
import { withSenmlNames } from './senml-labels.ts';

/** The byte `{`. A JSON object begins with it; in CBOR it would announce a text that is too long for any message. */
const brace = 0x7b;

/**
 * Decodes CBOR of the same shapes as JSON (objects/readings.ts), and SenML with integers for its labels. It accepts a
 * JSON object too, because a single refused reading is kept as JSON and sent again in this form.
 */
export const cbor: Decoder = {
  decode(payload, target) {
    if (payload[0] === brace) return readJson(payload, target);
    const rounded: string[] = [];
    return withRounded(readingsOf(withSenmlNames(parseCbor(payload, rounded)), target), rounded);
  },
};
