/** Times at the command line: all in the zone of the computer that it runs on, which is named, and those of `--json` as they are. */
import { expect, it } from 'vitest';
import { harbingerIn, harbingerJson } from '../cli.ts';
import { createFanSite, fanType, sendWatched, tells } from '../fan.ts';
import { drained, until } from '../site.ts';
import { watchedSite } from '../watched-site.ts';

const zone = 'Asia/Kabul';
const at = watchedSite('fan-1', (receiver) =>
  createFanSite(fanType('stepMs = 100', 'warn = 4.5'), { cloud: tells(receiver) }),
);

/** As it is in Kabul, which is 4 h 30 min ahead of UTC all the year. */
const there = (ms: number, length: number) =>
  new Date(ms + 16_200_000).toISOString().replace('T', ' ').slice(0, length);
const toSeconds = (ms: number) => there(ms, 19);
const toMinutes = (ms: number) => there(ms, 16);

async function shown(...args: string[]): Promise<string> {
  const { code, stdout, stderr } = await harbingerIn(zone, ...args);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).not.toMatch(/\d\dT\d\d:\d\d/);
  return stdout;
}

it('of machines, limits, maintenance and the audit', { tags: ['long'] }, async () => {
  await sendWatched(at.site, at.sensor, 'fan-1', { timestamp: Date.now(), vibration_x: 1 });
  await drained(at.site);
  const [gateway, cloud] = [at.site.gateway, at.site.cloud].map(({ httpUrl }) => ['--url', httpUrl]);
  const listed = () => harbingerJson<{ machines: { lastSeenMs: number }[] }>('machines', 'list', ...cloud!);
  await until(async () => (await listed()).machines.length === 1, 'the machine in the cloud');
  const machines = await shown('machines', 'list', ...cloud!);
  expect(machines).toContain(`last heard (${zone})`);
  expect(machines).toContain(toSeconds((await listed()).machines[0]!.lastSeenMs));

  await shown('limits', 'set', 'hall/fan-1', 'vibration_x', '--warn', '5', ...gateway!);
  const { limits } = await harbingerJson<{ limits: { atMs: number }[] }>('limits', 'list', ...gateway!);
  for (const args of [['list'], ['list', '--changes']]) {
    const text = await shown('limits', ...args, ...gateway!);
    expect(text).toMatch(/(since|when) \(Asia\/Kabul\)/);
    expect(text).toContain(toSeconds(limits[0]!.atMs));
  }

  const begun = await shown('maintenance', 'start', 'hall/fan-1', '--for', '4h', ...gateway!);
  const { windows } = await harbingerJson<{ windows: { fromMs: number; toMs: number }[] }>(
    ...['maintenance', 'list', ...gateway!],
  );
  const [{ fromMs, toMs } = { fromMs: 0, toMs: 0 }] = windows;
  expect(begun).toBe(`hall/fan-1: in maintenance from now until ${toMinutes(toMs)} UTC+4:30\n`);
  const maintenance = await shown('maintenance', 'list', ...gateway!);
  for (const text of [`from (${zone})`, `to (${zone})`, toSeconds(fromMs), toSeconds(toMs)])
    expect(maintenance).toContain(text);
  const isKnown = async () => (await shown('machines', 'list', ...cloud!)).includes('maintenance');
  await until(isKnown, 'the cloud to know');
  // Words that were written elsewhere are in the same zone.
  expect(await shown('machines', 'list', ...cloud!)).toContain(toMinutes(toMs).slice(11));

  await shown('machines', 'retire', 'hall/fan-1', ...cloud!);
  const { items } = await harbingerJson<{ items: { atMs: number }[] }>('audit', ...cloud!);
  const audit = await shown('audit', ...cloud!);
  expect(audit).toContain(`when (${zone})`);
  expect(audit).toContain(toSeconds(items[0]!.atMs));
});
