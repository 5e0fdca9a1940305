import type { Mapping } from '../../schema.ts';

/** https://github.com/wmbusmeters/wmbusmeters: JSON of one telegram; names of fields end with their units. */
export const wmbusmeters: Mapping = {
  about: 'wM-Bus meters by wmbusmeters: a machine is a meter by its name.',
  topics: ['wmbusmeters/#'],
  rest: 'take',
  machine: '{.name|.id}',
  time: { path: 'timestamp', format: 'iso' },
  leave: ['media', 'meter', 'name', 'id', '_', 'device', 'driver'],
};
