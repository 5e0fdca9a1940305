import { describe, expect, it } from 'vitest';
import { machineHref, parseRoute } from './router.ts';

describe('router', () => {
  it('parses the addresses that it makes', () => {
    for (const of of [
      { gateway: 'gw-1', site: 'leeds', machine: 'pump-1' },
      { gateway: 'g?w', site: 'a/b', machine: '100%' },
    ]) {
      expect(parseRoute(machineHref(of))).toEqual({ view: 'machine', ...of });
    }
  });

  it('shows the fleet for an unknown address', () => {
    for (const hash of ['', '#/', '#/machines/leeds', '#/nothing', '#%']) {
      expect(parseRoute(hash)).toEqual({ view: 'fleet' });
    }
    expect(parseRoute('#/decisions?subject=a%2Fb')).toEqual({ view: 'decisions', subject: 'a/b' });
    expect(parseRoute('#/machines/leeds/100%')).toMatchObject({ machine: '100%' });
  });
});
