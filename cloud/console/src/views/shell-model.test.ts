import { describe, expect, it } from 'vitest';
import { time } from '../format.ts';
import { alertOf } from '../plant.testing.ts';
import { activeLink, documentTitle, noticesOf, type ShellState, shellModel } from './shell-model.ts';

const live: ShellState = { connection: 'live', heardMs: 1_000, silentMs: 0, openAlerts: 0 };

describe('the frame', () => {
  it('counts open alerts, and shows no number without any', () => {
    expect(shellModel(live).alertCount).toBe('');
    expect(shellModel({ ...live, openAlerts: 12 }).alertCount).toBe('12');
  });

  it('says since when data is old, and only where the connection is lost', () => {
    expect(shellModel({ ...live, silentMs: 15_000 })).toMatchObject({ pill: 'Live', lost: null });
    expect(shellModel({ ...live, connection: 'connecting', heardMs: null }).lost).toBeNull();
    expect(shellModel({ ...live, connection: 'lost', silentMs: 42_000 })).toMatchObject({
      pill: 'Not live',
      lost: { text: `Connection lost: what you see is as of ${time(1_000)}. Trying again…`, age: '(42 s)' },
    });
    expect(shellModel({ ...live, connection: 'lost', heardMs: null }).lost).toEqual({
      text: 'No connection to Harbinger. Trying again…',
      age: '',
    });
  });

  it('warns of a cloud that is not ready, with its reasons, and of notifications that were not delivered', () => {
    const fine = { ready: true, reasons: [], notificationsDead: false };
    expect(noticesOf(fine)).toEqual([]);
    expect(noticesOf({ ...fine, ready: false, reasons: ['disk full', 'store away'] })[0]?.text).toBe(
      'The cloud is not ready: disk full; store away.',
    );
    expect(noticesOf({ ...fine, ready: false })[0]?.text).toContain('no reason given');
    expect(noticesOf({ ...fine, notificationsDead: true })[0]?.link?.href).toBe('#/inbox');
  });

  it('marks the link of the view, for a machine that of the fleet', () => {
    const machine = { view: 'machine', site: 'leeds', machine: 'pump-1', gateway: undefined } as const;
    expect([activeLink(machine), activeLink({ view: 'alerts' })]).toEqual(['fleet', 'alerts']);
  });

  it('counts open critical alerts in the title', () => {
    const warning = alertOf({ prediction: { severity: 'warning' } });
    expect(documentTitle('Fleet', [warning])).toBe('Fleet · Harbinger');
    expect(documentTitle('Fleet', [warning, alertOf({})])).toBe('(1) Fleet · Harbinger');
  });
});
