import { expect, it } from 'vitest';
import { type DesiredDocument, sealOf } from '../../../../shared/contract/fleet/documents.ts';
import { GatewayConfig } from '../../../config.ts';
import { Settings } from './part.ts';
import { schemaAt, settable } from './settable.ts';

let versions = 0;
function document(setting: string, value: unknown, gateway?: string): DesiredDocument {
  const said = {
    ...{ kind: 'settings', name: setting, version: ++versions, body: { setting, value } },
    ...{ who: 'maria', why: 'a trial', askedMs: 1 },
    ...(gateway !== undefined && { gateway }),
  };
  return { ...said, seal: sealOf(Buffer.from('a key'), said) };
}

const tables = () => ({
  decisions: { alerts: { sampleMs: 60_000, budgetMs: 1_000, flapping: { holdMs: 1 } }, promotion: {} },
  models: { downloadsMax: 8 },
});

it('every setting that the cloud may change is one of the configuration, and of no kind that lets others in', () => {
  for (const setting of settable.keys()) {
    expect(schemaAt(GatewayConfig, setting), setting).toHaveProperty('default');
    expect(setting).toMatch(/^(decisions|models\.download|intelligence)/);
  }
});

it('what is read when it is needed counts at once, the nearest word first, and the file again when it is over', () => {
  const table = tables();
  const { alerts } = table.decisions;
  const settings = new Settings(table, GatewayConfig);
  const forAll = document('decisions.alerts.sampleMs', 5);
  const own = document('decisions.alerts.sampleMs', 7, 'hall');
  const nested = document('decisions.alerts.flapping.holdMs', 9);
  expect([forAll, own, nested].map((each) => settings.waits(each))).toEqual([null, null, null]);
  settings.apply([own, forAll, nested]);
  expect(alerts).toMatchObject({ sampleMs: 7, flapping: { holdMs: 9 } });
  settings.apply([forAll]);
  expect(alerts).toMatchObject({ sampleMs: 5, flapping: { holdMs: 1 } });
  settings.apply([]);
  expect(table).toEqual(tables());
});

it('what is read at the start alone waits for one, and counts from it on', () => {
  const asked = document('decisions.alerts.budgetMs', 300);
  const running = new Settings(tables(), GatewayConfig);
  expect(running.waits(asked)).toEqual({
    state: 'preparing',
    problem: 'decisions.alerts.budgetMs is 1000 until the gateway starts again',
  });
  const table = tables();
  const started = new Settings(table, GatewayConfig);
  started.begin([asked]);
  expect([table.decisions.alerts.budgetMs, started.waits(asked)]).toEqual([300, null]);
  // Its removal counts from the next start on too.
  started.apply([]);
  expect(table.decisions.alerts.budgetMs).toBe(300);
});

it.each([
  ['models.keys', 1, /cannot be set from the cloud; there are: decisions/],
  ['uplink.url', 'mqtt://x', /cannot be set from the cloud/],
  ['decisions.alerts.sampleMs', -1, /value must be >= 0/],
  ['decisions.alerts.sampleMs', 'often', /value must be integer/],
  ['decisions.promotion.promote', 'always', /value must be "ask" or "by-itself"/],
  ['__proto__.x', 1, /must match pattern/],
])('%s with the value %s is refused, and says why', (setting, value, why) => {
  expect(new Settings(tables(), GatewayConfig).problem({ setting, value })).toMatch(why);
});

it('another value of the file counts unless the cloud wants one, and when that is over', () => {
  const table = tables();
  const { alerts } = table.decisions;
  const settings = new Settings(table, GatewayConfig);
  settings.takeFromFile('decisions.alerts.sampleMs', 3);
  expect(alerts.sampleMs).toBe(3);
  settings.apply([document('decisions.alerts.sampleMs', 5)]);
  settings.takeFromFile('decisions.alerts.sampleMs', 4);
  expect(alerts.sampleMs).toBe(5);
  settings.apply([]);
  expect(alerts.sampleMs).toBe(4);
  settings.takeFromFile('decisions.alerts.sampleMs', 6);
  settings.apply([]);
  expect(alerts.sampleMs).toBe(6);
});
