import type { Mapping, MessageMapping } from '../../schema.ts';

const time = { path: 'timestamp_ms', format: 'ms' };

/** Topics by how many levels of the location there are; the least first, because a location has no level with _ first. */
const locations = [
  { levels: '{enterprise}', machine: '{enterprise}' },
  { levels: '{enterprise}/{site}', machine: '{site}' },
  ...[0, 1, 2, 3, 4].map((between) => ({
    levels: `{enterprise}/{site}${'/+'.repeat(between)}/{machine}`,
    machine: '{machine}',
  })),
];

/**
 * https://umh.docs.umh.app/docs/datamodel/messages/ (UMH Classic): umh/v1/enterprise/site/area/…/_historian/tag group, tags by
 * their names, times in ms. https://docs.umh.app/usage/unified-namespace/payload-formats (UMH Core): one tag a topic, of
 * any contract, its value under `value`.
 */
export const umh: Mapping = {
  about:
    'United Manufacturing Hub: tags of _historian, values of other contracts; the machine is the last level before, the site the second.',
  topics: ['umh/v1/#'],
  rest: 'leave',
  messages: [
    { topic: '#/_analytics/#', skip: true },
    { topic: '#/_local/#', skip: true },
    ...locations.flatMap(({ levels, machine }): MessageMapping[] => [
      { topic: `umh/v1/${levels}/_historian`, machine, time, fields: tags('') },
      {
        topic: `umh/v1/${levels}/_historian/#`,
        ...{ machine, time },
        fields: [{ path: 'value', sensor: '{#}' }, ...tags('{#}_')],
      },
      { topic: `umh/v1/${levels}/_*/#`, machine, time, fields: [{ path: 'value', sensor: '{#}' }] },
    ]),
    { topic: '#', skip: true },
  ],
};

function tags(before: string) {
  return [
    { path: '{tag}', sensor: `${before}{tag}` },
    { path: '{group}.{tag}', sensor: `${before}{group}_{tag}` },
    { path: '{group}.{sub}.{tag}', sensor: `${before}{group}_{sub}_{tag}` },
  ];
}
