import { type Static, Type } from '@sinclair/typebox';
import type { Mapping } from '../../mapping/schema.ts';

export const MappedConfig = Type.Object({
  mapping: Type.Union([Type.String({ minLength: 1, maxLength: 64 }), Type.Unsafe<Mapping>(Type.Object({}))], {
    description:
      'The name of a ready mapping or of a file NAME.toml in mappingsDir, or a table: which field or level is which machine, sensor, unit and time. A route with a mapping needs no format.',
    examples: ['tasmota'],
  }),
});
export type MappedConfig = Static<typeof MappedConfig>;
