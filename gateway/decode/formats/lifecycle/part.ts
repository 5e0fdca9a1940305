import { Type } from '@sinclair/typebox';
import { formatPart } from '../../../ports/decode.ts';
import { lifecycle as decoder } from './lifecycle.ts';

export const lifecycle = formatPart({
  kind: 'lifecycle',
  about: 'Messages about the machine itself, in JSON: it failed, was replaced, or people work on it.',
  config: Type.Object({}),
  create: () => decoder,
});
