/** Each ready mapping, with messages as the documentation of its maker has them. */
import { describe, expect, it } from 'vitest';
import { createMapped } from '../../formats/mapped/mapped.ts';
import { tableProblems } from '../files.ts';
import { documentedAtHome } from './home/documented.testing.ts';
import { documentedInPlants } from './plant/documented.testing.ts';
import { readyMapping, readyNames } from './ready.ts';

const documented = [...documentedAtHome, ...documentedInPlants];
const at = { site: 'site', machine: 'of the route' };

function stored(name: string, topic: string, payload: string) {
  const logged: string[] = [];
  const log = { info: ({ field }: { field: string }) => logged.push(field) } as never;
  const { decoder, target } = createMapped({ mapping: name }, { log }).ofTopic(topic, at);
  const decoded = decoder.decode(Buffer.from(payload), target).map((item) => {
    if (item.availability) return { machine: item.machine, online: item.availability.isOnline };
    if (!('values' in item) || !item.values) return item;
    const { site, machine, values, deviceTime, id } = item;
    return {
      ...(site !== at.site && { site }),
      machine: machine ?? target.machine,
      ...(deviceTime && { time: new Date(deviceTime.ms).toISOString() }),
      ...(id !== undefined && { id }),
      values: { ...values },
    };
  });
  return { decoded, logged };
}

it('every ready mapping is sound, says what it is for and for which topics, and has messages here', () => {
  for (const name of readyNames) {
    const mapping = readyMapping(name)!;
    expect(tableProblems(mapping, name)).toEqual([]);
    expect(mapping.about).toMatch(/\.$/);
    expect(mapping.topics?.length).toBeGreaterThan(0);
  }
  expect([...new Set(documented.map(({ mapping }) => mapping))].sort()).toEqual([...readyNames].sort());
});

describe.each(documented)('$mapping on $topic', ({ mapping, topic, payload, means, left = [] }) => {
  it('is what its maker documents', () => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    expect(stored(mapping, topic, text)).toEqual({ decoded: means, logged: left });
  });
});
