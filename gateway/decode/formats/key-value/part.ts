import { Type } from '@sinclair/typebox';
import { formatPart } from '../../../ports/decode.ts';
import { keyValue as decoder } from './key-value.ts';

export const keyValue = formatPart({
  kind: 'key-value',
  about: 'Pairs as small devices print them: temperature=21.5 humidity=40.',
  config: Type.Object({}),
  create: () => decoder,
});
