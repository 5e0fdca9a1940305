import { expect, it } from 'vitest';
import { prediction } from '../../../../shared/notifiers/prediction.testing.ts';
import { rowOf, type ShownAlert, shownText } from './alert-text.ts';

const alertOf = (gateway: string) =>
  ({
    ...{ alertId: 'p-1', gateway, state: 'open', openedAt: '2026-03-01T10:01:00Z' },
    ...{ updatedAt: '2026-03-01T10:01:00Z', prediction },
  }) as unknown as ShownAlert;

it('machines of one name are told apart by their gateways', () => {
  const [north, south] = ['north', 'south'].map((gateway) => alertOf(gateway));
  expect(rowOf(north!, 0)).not.toEqual(rowOf(south!, 0));
  expect(rowOf(north!, 0)).toContain('north');
  expect(shownText(south!, 0)).toMatch(/^Gateway: +south$/m);
});
