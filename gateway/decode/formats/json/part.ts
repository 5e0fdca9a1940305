import { Type } from '@sinclair/typebox';
import { formatPart } from '../../../ports/decode.ts';
import { json as decoder } from './json.ts';

export const json = formatPart({
  kind: 'json',
  about:
    'JSON: an object of sensor values with time and identity beside them, a list of these, a SenML pack; pairs are taken too.',
  config: Type.Object({}),
  create: () => decoder,
});
