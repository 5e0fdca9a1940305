import { Type } from '@sinclair/typebox';
import { formatPart } from '../../../ports/decode.ts';
import { availability as decoder } from './availability.ts';

export const availability = formatPart({
  kind: 'availability',
  about:
    'Whether the device of the machine is there, as wills and topics such as …/LWT say it: online or offline, as a word or in JSON.',
  config: Type.Object({}),
  create: () => decoder,
});
