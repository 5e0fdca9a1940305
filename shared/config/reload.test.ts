import { expect, it } from 'vitest';
import { silentLog } from '../runtime/log.ts';
import { lostSettings } from './changed-settings.ts';
import { ConfigError, invalid } from './problem.ts';
import { ConfigReload, type ConfigTrouble, changesBetween, type LiveSettings } from './reload.ts';

const live: LiveSettings = {
  settings: ['broker.users', 'heartbeat'],
  restartBecause: { broker: 'ports are opened at the start', 'broker.tls': 'it has its own reason' },
  essential: { 'broker.users': undefined, zone: 'UTC' },
};
const before = () => ({
  broker: { users: [{ name: 'a' }], port: 1, tls: { certFile: 'x' } },
  heartbeat: { everyS: 60 } as { everyS: number; url?: string },
  zone: 'UTC',
});

it('says what would be in force, and why the rest needs a restart', () => {
  const after = { ...before(), heartbeat: { everyS: 60, url: 'https://x' }, zone: 'CET' };
  after.broker = { users: [], port: 2, tls: { certFile: 'y' } };
  expect(changesBetween(before(), after, live)).toEqual({
    inForce: ['broker.users', 'heartbeat.url'],
    afterRestart: [
      { setting: 'broker.port', why: 'ports are opened at the start' },
      { setting: 'broker.tls.certFile', why: 'it has its own reason' },
      { setting: 'zone', why: 'it is read when the process starts' },
    ],
  });
  expect(changesBetween(before(), before(), live)).toEqual({ inForce: [], afterRestart: [] });
});

function running(read: () => ReturnType<typeof before>) {
  const config = before();
  const taken: (readonly string[])[] = [];
  const trouble: ConfigTrouble = { problem: null };
  const reload = new ConfigReload({
    ...{ running: config, live, read, log: silentLog, trouble },
    take: (_next, inForce) => {
      taken.push(inForce);
      return ['a certificate cannot be read'];
    },
  });
  return { config, taken, reload, trouble };
}

it('sets what is in force in the configuration that runs, and nothing else', () => {
  const { config, taken, reload } = running(() => ({
    ...before(),
    heartbeat: { everyS: 5, url: 'https://x' },
    zone: 'CET',
  }));
  expect(reload.compare().inForce).toEqual(['heartbeat.everyS', 'heartbeat.url']);
  expect(config).toEqual(before());
  expect(reload.reload()).toMatchObject({
    inForce: ['heartbeat.everyS', 'heartbeat.url'],
    afterRestart: [{ setting: 'zone' }],
    problems: ['a certificate cannot be read'],
  });
  expect(config).toEqual({ ...before(), heartbeat: { everyS: 5, url: 'https://x' } });
  expect(taken).toEqual([['heartbeat.everyS', 'heartbeat.url']]);
  expect(reload.reload().inForce).toEqual([]);
});

it('changes nothing by a configuration that is not sound', () => {
  const { config, taken, reload } = running(() => {
    throw new ConfigError([invalid('zone', 'zone: not a zone')]);
  });
  expect(() => reload.reload()).toThrow('not a zone');
  expect(() => reload.compare()).toThrow('not a zone');
  reload.atSignal();
  expect([config, taken]).toEqual([before(), []]);
});

it('refuses one that has lost what the process runs by, until a file has it again', () => {
  let next: object = { broker: {}, heartbeat: { everyS: 60 }, zone: 'UTC' };
  const { config, taken, reload, trouble } = running(() => next as ReturnType<typeof before>);
  for (const ask of [() => reload.compare(), () => reload.reload()])
    expect(ask).toThrow(/^broker\.users: the process runs by it.* start the process again$/);
  expect([config, taken]).toEqual([before(), []]);
  expect(trouble.problem).toMatch(/^broker\.users: /);
  next = { ...before(), broker: { ...before().broker, users: [{ name: 'b' }] } };
  expect(reload.reload().inForce).toEqual(['broker.users']);
  expect(trouble.problem).toBe(null);
});

it('counts a setting that is again what it is without a word in the file as lost, where it was another', () => {
  const essential = { gateway: 'gateway-1' };
  expect(lostSettings({ gateway: 'hall-1' }, { gateway: 'gateway-1' }, essential)).toHaveLength(1);
  expect(lostSettings({ gateway: 'gateway-1' }, { gateway: 'gateway-1' }, essential)).toEqual([]);
  expect(lostSettings({ gateway: 'hall-1' }, { gateway: 'hall-2' }, essential)).toEqual([]);
});
