import { expect, it } from 'vitest';
import type { HarbingerEvent } from '../../shared/contract/events.ts';
import type { DesiredDocument } from '../../shared/contract/fleet/documents.ts';
import { refText } from '../../shared/contract/models/model-ref.ts';
import { createMemoryOperations } from '../api/memory-ports.testing.ts';
import { removeWorse } from './old-candidates.ts';

const ended = (i: number, more: object = {}) =>
  ({
    ...{ specversion: '1.0', id: `t-${i}`, source: '/cloud', datacontenttype: 'application/json' },
    ...{ type: 'io.harbinger.training.ended.v1', time: new Date(i * 1_000).toISOString() },
    data: {
      ...{ machineType: 'pump', by: 'schedule', why: 'by schedule', beganAt: new Date(0).toISOString() },
      ...{ model: `pump-rul@2.${i}.0`, isNotWorse: false, isPushed: true, isShadow: false, reasons: [] },
      ...more,
    },
  }) as unknown as HarbingerEvent;

it('of candidates that were worse the newest stay, and what is wanted or was better stays too', async () => {
  const operations = createMemoryOperations();
  const all = [1, 2, 3, 4, 5, 6].map((i) => ended(i));
  all[1] = ended(2, { isNotWorse: true });
  all.push(ended(7, { machineType: 'fan', model: 'fan-rul@1.0.0' }), ended(8, { isPushed: false }));
  for (const event of all) operations.addEvent(event);
  const held = new Set(['pump-rul@2.1.0', 'pump-rul@2.2.0', 'pump-rul@2.3.0', 'pump-rul@2.4.0']);
  for (const more of ['pump-rul@2.5.0', 'pump-rul@2.6.0', 'fan-rul@1.0.0']) held.add(more);
  const registry = {
    find: (ref: { name: string; version: string }) => (held.has(refText(ref)) ? ref : null),
    remove: async (ref: { name: string; version: string }) => held.delete(refText(ref)),
  };
  const shadow = { body: { role: 'shadow', model: 'pump-rul@2.3.0' } } as unknown as DesiredDocument;
  const fleet = { wanted: (kind: string) => (kind === 'models' ? [shadow] : []) };
  const deps = { events: operations.ports.events, registry, fleet };
  expect(await removeWorse(deps, 'pump', 2)).toEqual(['pump-rul@2.4.0', 'pump-rul@2.1.0']);
  expect([...held].sort()).toEqual([
    'fan-rul@1.0.0',
    'pump-rul@2.2.0',
    'pump-rul@2.3.0',
    'pump-rul@2.5.0',
    'pump-rul@2.6.0',
  ]);
  expect(await removeWorse(deps, 'pump', 2)).toEqual([]);
});
