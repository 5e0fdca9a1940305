import { Type } from '@sinclair/typebox';
import { formatPart } from '../../../ports/decode.ts';

export const cbor = formatPart({
  kind: 'cbor',
  about:
    'CBOR (RFC 8949): a map of sensor values in the shapes of json, a list of these, or a SenML pack; a JSON object is taken too.',
  config: Type.Object({}),
  create: async () => (await import('./cbor.ts')).cbor,
});
