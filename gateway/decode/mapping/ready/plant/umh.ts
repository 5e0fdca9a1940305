import type { Mapping } from '../../schema.ts';

const levels = [0, 1, 2, 3];
const time = { path: 'timestamp_ms', format: 'ms' };

/** https://umh.docs.umh.app/docs/datamodel/messages/: umh/v1/enterprise/site/area/…/_historian/tag group, times in ms. */
export const umh: Mapping = {
  about:
    'United Manufacturing Hub: tags of _historian; the machine is the last level before it, the site the second.',
  topics: ['umh/v1/#'],
  messages: [
    ...levels.map((count) => {
      const between = '/+'.repeat(count);
      return {
        topic: `umh/v1/{enterprise}/{site}${between}/{machine}/_historian/#`,
        time,
        rest: 'leave' as const,
        fields: [
          { path: '{tag}', sensor: '{#}_{tag}' },
          { path: '{group}.{tag}', sensor: '{#}_{group}_{tag}' },
          { path: '{group}.{sub}.{tag}', sensor: '{#}_{group}_{sub}_{tag}' },
        ],
      };
    }),
    {
      topic: 'umh/v1/{enterprise}/{site}/_historian/#',
      machine: '{site}',
      time,
      rest: 'leave',
      fields: [{ path: '{tag}', sensor: '{#}_{tag}' }],
    },
    { topic: '#', skip: true },
  ],
};
