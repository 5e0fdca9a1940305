import { Type } from '@sinclair/typebox';
import { formatPart } from '../../../ports/decode.ts';
import { number as decoder } from './number.ts';

export const number = formatPart({
  kind: 'number',
  about: 'A single number as text, on a topic that names its sensor; a JSON object is taken too.',
  config: Type.Object({}),
  create: () => decoder,
});
